import type { accessRoutes } from "../../../contract/routes/access.js";
import type { Handlers } from "../kernel.js";

export type AccessApiDeps = Record<never, never>;

export const accessHandlers: Handlers<typeof accessRoutes, AccessApiDeps> = {};
