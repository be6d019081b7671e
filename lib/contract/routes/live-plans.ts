import * as z from "zod/mini";
import { Uuid } from "../common.js";
import { routes } from "../route.js";
import { Description, Owner, Participants, Step, StepText, Title } from "../sessions.js";

/** A live plan in the words of the document that asks for it. */
export const LivePlan = z.object({
  id: Uuid,
  org_id: z.string(),
  title: z.string(),
  description: z.nullable(z.string()),
  steps: z.array(Step),
  participants: z.array(z.string()),
  archived: z.boolean(),
  created_at: z.string(),
  updated_at: z.string(),
});
export type LivePlan = z.infer<typeof LivePlan>;

const byPlan = z.object({ plan_id: Uuid });
const inOrg = { org: z.optional(z.string()) };
const common = { tag: "live plans", needsOrganization: true } as const;

/** `/api/plan/*`: live plans as their document writes them. */
export const livePlanRoutes = routes({
  startPlan: {
    ...common,
    method: "POST",
    path: "/api/plan/start",
    summary: "Begins a live plan",
    access: "member",
    query: z.object(inOrg),
    body: z.object({ title: Title, description: z.nullish(Description), participants: z.optional(Participants) }),
    status: 200,
    answer: z.object({ status: z.literal("started"), plan_id: Uuid }),
    isRepeatable: true,
  },
  listPlans: {
    ...common,
    method: "GET",
    path: "/api/plan/list",
    summary: "Lists live plans, the newest first",
    access: "viewer",
    query: z.object({
      ...inOrg,
      archived: z.optional(z.enum(["true", "false"])),
      limit: z.optional(z.coerce.number().check(z.int(), z.gte(1), z.lte(100))),
      cursor: z.optional(z.string().check(z.maxLength(500))),
    }),
    status: 200,
    answer: z.object({ plans: z.array(LivePlan), count: z.int(), next: z.nullable(z.string()) }),
  },
  getPlan: {
    ...common,
    method: "GET",
    path: "/api/plan/{plan_id}",
    summary: "A live plan with its steps",
    access: "viewer",
    params: byPlan,
    query: z.object(inOrg),
    status: 200,
    answer: LivePlan,
  },
  addPlanStep: {
    ...common,
    method: "POST",
    path: "/api/plan/step",
    summary: "Adds a step and tells everybody who watches",
    access: "member",
    query: z.object(inOrg),
    body: z.object({ plan_id: Uuid, text: StepText, owner: Owner, id: z.optional(Uuid) }),
    status: 200,
    answer: z.object({ status: z.literal("step_added"), step: Step }),
    isRepeatable: true,
  },
  archivePlan: {
    ...common,
    method: "POST",
    path: "/api/plan/{plan_id}/archive",
    summary: "Archives a live plan and keeps it in memory",
    access: "member",
    params: byPlan,
    query: z.object(inOrg),
    status: 200,
    answer: z.object({ status: z.literal("archived"), plan_id: Uuid, memory_node_id: Uuid }),
  },
});
