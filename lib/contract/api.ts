import { accessRoutes } from "./routes/access.js";
import { auditRoutes } from "./routes/audit.js";
import { engagementRoutes } from "./routes/engagements.js";
import { lifecycleRoutes } from "./routes/lifecycle.js";
import { livePlanRoutes } from "./routes/live-plans.js";
import { memoryRoutes } from "./routes/memory.js";
import { organizationRoutes } from "./routes/organization.js";
import { peopleRoutes } from "./routes/people.js";
import { planningRoutes } from "./routes/planning.js";
import { runRoutes } from "./routes/runs.js";
import { sessionRoutes } from "./routes/sessions.js";
import { stepRoutes } from "./routes/steps.js";
import { streamRoutes } from "./routes/streams.js";
import { syncRoutes } from "./routes/sync.js";

/** Every operation of the API by its name. Server, OpenAPI document, client and the tests of both are made from this table. */
export const api = {
  ...peopleRoutes,
  ...organizationRoutes,
  ...engagementRoutes,
  ...sessionRoutes,
  ...lifecycleRoutes,
  ...runRoutes,
  ...livePlanRoutes,
  ...stepRoutes,
  ...planningRoutes,
  ...syncRoutes,
  ...memoryRoutes,
  ...accessRoutes,
  ...auditRoutes,
};
/** The same with the streams, which another function answers: everything that is described. */
export const wholeApi = { ...api, ...streamRoutes };
export type Api = typeof api;
export type Operation = keyof Api;
