import type { PlacedStep } from "../../../contract/plan-state.js";
import type { stepRoutes } from "../../../contract/routes/steps.js";
import { RequestError } from "../../../domain/errors.js";
import type { SessionId } from "../../../domain/ids.js";
import { grantFor, type Principal } from "../../../domain/principal.js";
import type { LivePlanStore, PlanChange } from "../../../ports-live-plans.js";
import type { PresenceStore } from "../../../ports-stream.js";
import type { Handlers } from "../kernel.js";
import { addedStep, changeOrRefuse, type Refusals } from "./plan-changes.js";

export type StepDeps = { livePlans: LivePlanStore; presence: PresenceStore };

const refusals: Refusals = {
  notFound: () => new RequestError("not_found", 404, "Not found"),
  archived: () => new RequestError("session_archived", 409, "The session is archived"),
};

/** Steps, who takes part and who is there, in sessions. */
export const stepHandlers: Handlers<typeof stepRoutes, StepDeps> = {
  async getSessionPlan({ params, principal, deps }) {
    const { organizationId: _organization, ...plan } = await find(principal, params.id, deps);
    return plan;
  },
  async addStep({ params, body, principal, newId, deps }) {
    const { id = newId, text, owner = ownerOf(principal) } = body;
    const change: PlanChange = { type: "step_added", id, text, owner };
    return addedStep(await changeOrRefuse(deps.livePlans, principal, params.id, id, change, refusals));
  },
  async editStep({ params, body: { opId, ...edit }, principal, newId, deps }) {
    return changeStep(deps, principal, params.id, opId ?? newId, { type: "step_edited", id: params.stepId, ...edit });
  },
  async moveStep({ params, body: { opId, ...move }, principal, newId, deps }) {
    return changeStep(deps, principal, params.id, opId ?? newId, { type: "step_moved", id: params.stepId, ...move });
  },
  async removeStep({ params, query: { opId, ...expected }, principal, deps }) {
    const change: PlanChange = { type: "step_removed", id: params.stepId, ...expected };
    await changeOrRefuse(deps.livePlans, principal, params.id, opId, change, refusals);
    return null;
  },
  async addParticipant({ params, query, principal, deps }) {
    const change: PlanChange = { type: "participant_added", name: params.name };
    await changeOrRefuse(deps.livePlans, principal, params.id, query.opId, change, refusals);
    return null;
  },
  async removeParticipant({ params, query, principal, deps }) {
    const change: PlanChange = { type: "participant_removed", name: params.name };
    await changeOrRefuse(deps.livePlans, principal, params.id, query.opId, change, refusals);
    return null;
  },
  async getPresence({ params, principal, deps }) {
    const { id } = await find(principal, params.id, deps);
    return (await deps.presence.list([id])).get(id) ?? { people: [], count: 0 };
  },
};

async function find(principal: Principal, id: string, { livePlans }: StepDeps) {
  const plan = await livePlans.find(principal.organizationId, id as SessionId, grantFor(principal, "viewer"));
  if (!plan) throw refusals.notFound();
  return plan;
}

async function changeStep(
  { livePlans }: StepDeps,
  principal: Principal,
  id: string,
  opId: string,
  change: PlanChange,
): Promise<PlacedStep> {
  const done = await changeOrRefuse(livePlans, principal, id, opId, change, refusals);
  if (done.outcome !== "unchanged" && done.step) return done.step;
  // A repeat of a change to a step that was removed since.
  throw new RequestError("step_not_found", 404, "The plan has no such step");
}

const ownerOf = ({ name }: Principal): string => name.trim().slice(0, 100) || "Somebody";
