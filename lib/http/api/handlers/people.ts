import type { peopleRoutes } from "../../../contract/routes/people.js";
import type { Handlers } from "../kernel.js";

export type PeopleDeps = Record<never, never>;

export const peopleHandlers: Handlers<typeof peopleRoutes, PeopleDeps> = {};
