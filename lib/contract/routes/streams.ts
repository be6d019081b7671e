import * as z from "zod/mini";
import { highest, Uuid } from "../common.js";
import { routes } from "../route.js";

const After = z.optional(z.coerce.number().check(z.int(), z.gte(0), z.lte(highest)));
const common = {
  method: "GET",
  tag: "live plans",
  access: "viewer",
  status: 200,
  answer: z.string(),
  contentType: "text/event-stream; charset=utf-8",
} as const;

/**
 * Server-sent events of a session. `connected` comes first, then every event of the log after the one that `Last-Event-ID` or else `after`
 * names, or from now on; beside them `presence`, `ping`, `reset` (load the plan again) and `bye` (connect again).
 */
export const streamRoutes = routes({
  watchPlan: {
    ...common,
    path: "/api/plan/{plan_id}/stream",
    summary: "The changes of a live plan as they happen",
    params: z.object({ plan_id: Uuid }),
    query: z.object({ org: z.optional(z.string()), after: After }),
    needsOrganization: true,
  },
  watchSession: {
    ...common,
    path: "/api/v1/sessions/{id}/stream",
    summary: "The log of a session as it grows",
    params: z.object({ id: Uuid }),
    query: z.object({ after: After }),
  },
});
