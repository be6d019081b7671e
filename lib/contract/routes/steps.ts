import * as z from "zod/mini";
import { highest, Uuid, Version } from "../common.js";
import { Presence } from "../events.js";
import { PlacedStep, PlanState } from "../plan-state.js";
import { routes } from "../route.js";
import { Owner, StepText } from "../sessions.js";

const Revision = Version.check(z.gte(1));
const bySession = z.object({ id: Uuid });
const byStep = z.object({ id: Uuid, stepId: Uuid });
const byName = z.object({ id: Uuid, name: Owner });
const common = { tag: "steps", access: "member" } as const;

/** Live plans of sessions: steps, who takes part, who is there. `opId` names an operation, so that its repeat is answered and not done again. */
export const stepRoutes = routes({
  getSessionPlan: {
    ...common,
    method: "GET",
    path: "/api/v1/sessions/{id}/plan",
    summary: "The live plan of a session, and the number of the event up to which it is told",
    access: "viewer",
    params: bySession,
    status: 200,
    answer: PlanState,
  },
  addStep: {
    ...common,
    method: "POST",
    path: "/api/v1/sessions/{id}/steps",
    summary: "Adds a step behind the others; its `id` is yours to make",
    params: bySession,
    body: z.object({ id: z.optional(Uuid), text: StepText, owner: z.optional(Owner) }),
    status: 201,
    answer: PlacedStep,
    isRepeatable: true,
  },
  editStep: {
    ...common,
    method: "PATCH",
    path: "/api/v1/sessions/{id}/steps/{stepId}",
    summary: "Changes the words or the owner of a step, where it is still as you know it",
    params: byStep,
    body: z
      .object({
        text: z.optional(StepText),
        owner: z.optional(Owner),
        expectedRevision: z.optional(Revision),
        opId: z.optional(Uuid),
      })
      .check(z.refine(({ text, owner }) => text !== undefined || owner !== undefined, "must change text or owner")),
    status: 200,
    answer: PlacedStep,
    isRepeatable: true,
  },
  moveStep: {
    ...common,
    method: "POST",
    path: "/api/v1/sessions/{id}/steps/{stepId}/move",
    summary: "Puts a step behind another one, or first",
    params: byStep,
    body: z.object({ after: z.nullable(Uuid), expectedRevision: z.optional(Revision), opId: z.optional(Uuid) }),
    status: 200,
    answer: PlacedStep,
    isRepeatable: true,
  },
  removeStep: {
    ...common,
    method: "DELETE",
    path: "/api/v1/sessions/{id}/steps/{stepId}",
    summary: "Takes a step out of the plan; the log keeps it",
    params: byStep,
    query: z.object({
      expectedRevision: z.optional(z.coerce.number().check(z.int(), z.gte(1), z.lte(highest))),
      opId: z.optional(Uuid),
    }),
    status: 204,
    answer: null,
  },
  addParticipant: {
    ...common,
    method: "PUT",
    path: "/api/v1/sessions/{id}/participants/{name}",
    summary: "Lets somebody take part; at most fifty do",
    params: byName,
    query: z.object({ opId: z.optional(Uuid) }),
    status: 204,
    answer: null,
  },
  removeParticipant: {
    ...common,
    method: "DELETE",
    path: "/api/v1/sessions/{id}/participants/{name}",
    summary: "Takes somebody out of those who take part",
    params: byName,
    query: z.object({ opId: z.optional(Uuid) }),
    status: 204,
    answer: null,
  },
  getPresence: {
    ...common,
    method: "GET",
    path: "/api/v1/sessions/{id}/presence",
    summary: "Who watches the session at this moment",
    access: "viewer",
    params: bySession,
    status: 200,
    answer: Presence,
  },
});
