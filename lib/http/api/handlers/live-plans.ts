import { randomUUID } from "node:crypto";
import type { LivePlan, livePlanRoutes } from "../../../contract/routes/live-plans.js";
import type { Step } from "../../../contract/sessions.js";
import { RequestError } from "../../../domain/errors.js";
import type { SessionId } from "../../../domain/ids.js";
import { grantFor } from "../../../domain/principal.js";
import type { LivePlanSnapshot, LivePlanStore, PlanStep } from "../../../ports-live-plans.js";
import type { Handlers } from "../kernel.js";

export type LivePlanDeps = { livePlans: LivePlanStore };

/** `/api/plan/*`: live plans in the words of their document. */
export const livePlanHandlers: Handlers<typeof livePlanRoutes, LivePlanDeps> = {
  async startPlan({ body, principal, deps }) {
    const id = randomUUID() as SessionId;
    const made = await deps.livePlans.create({
      id,
      organizationId: principal.organizationId,
      engagementId: null,
      title: body.title,
      description: body.description ?? null,
      pageUrl: null,
      participants: body.participants ?? [],
      createdBy: principal.userId,
      actor: principal.linearUserId,
      writable: grantFor(principal, "member"),
    });
    if (made === "forbidden") throw new RequestError("not_allowed", 403, "This needs the role member");
    return { status: "started", plan_id: id };
  },
  async listPlans() {
    return { plans: [], count: 0, next: null };
  },
  async getPlan({ params, principal, deps }) {
    const { organizationId } = principal;
    const plan = await deps.livePlans.find(organizationId, params.plan_id as SessionId, grantFor(principal, "viewer"));
    if (!plan) throw planNotFound();
    return toLivePlan(plan);
  },
  async addPlanStep({ body, principal, deps }) {
    const id = body.id ?? randomUUID();
    const result = await deps.livePlans.change(principal, body.plan_id as SessionId, id, {
      type: "step_added",
      id,
      text: body.text,
      owner: body.owner,
    });
    if (!("event" in result)) throw planNotFound();
    const { seq, body: step } = result.event;
    return { status: "step_added", step: { ...(step as Omit<Step, "revision">), revision: seq } };
  },
  async archivePlan() {
    throw planNotFound();
  },
};

function toLivePlan(plan: LivePlanSnapshot): LivePlan {
  return {
    id: plan.id,
    org_id: plan.organizationId,
    title: plan.title,
    description: plan.description,
    steps: plan.steps.map(toStep),
    participants: plan.participants,
    archived: plan.isArchived,
    created_at: plan.createdAt,
    updated_at: plan.updatedAt,
  };
}

const toStep = ({ position: _position, ...step }: PlanStep): Step => step;
const planNotFound = () => new RequestError("plan_not_found", 404, "Plan not found");
