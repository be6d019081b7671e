import type { planningRoutes } from "../../../contract/routes/planning.js";
import type { Handlers } from "../kernel.js";

export type PlanningDeps = Record<never, never>;

export const planningHandlers: Handlers<typeof planningRoutes, PlanningDeps> = {};
