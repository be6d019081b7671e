import type { engagementRoutes } from "../../../contract/routes/engagements.js";
import type { Handlers } from "../kernel.js";

export type EngagementDeps = Record<never, never>;

export const engagementHandlers: Handlers<typeof engagementRoutes, EngagementDeps> = {};
