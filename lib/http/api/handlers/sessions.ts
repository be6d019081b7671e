import type { sessionRoutes } from "../../../contract/routes/sessions.js";
import type { Handlers } from "../kernel.js";

export type SessionDeps = Record<never, never>;

export const sessionHandlers: Handlers<typeof sessionRoutes, SessionDeps> = {};
