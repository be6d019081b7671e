import { archiveSession } from "../../../commands/archive-session.js";
import type { LivePlan, livePlanRoutes } from "../../../contract/routes/live-plans.js";
import type { Step } from "../../../contract/sessions.js";
import { RequestError } from "../../../domain/errors.js";
import type { SessionId } from "../../../domain/ids.js";
import { grantFor } from "../../../domain/principal.js";
import type { LivePlanSnapshot, LivePlanStore, PlanStep } from "../../../ports-live-plans.js";
import type { ArchiveStore } from "../../../ports-memory.js";
import type { Handlers } from "../kernel.js";
import { addedStep, changeOrRefuse, type Refusals } from "./plan-changes.js";

const defaultLimit = 50;

export type LivePlanDeps = { livePlans: LivePlanStore; archive: ArchiveStore };

/** `/api/plan/*`: live plans in the words of their document. */
export const livePlanHandlers: Handlers<typeof livePlanRoutes, LivePlanDeps> = {
  async startPlan({ body, principal, newId, deps }) {
    const id = newId as SessionId;
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
  async listPlans({ query, principal, deps }) {
    const { items, next } = await deps.livePlans.list(principal.organizationId, grantFor(principal, "viewer"), {
      isArchived: query.archived === undefined ? null : query.archived === "true",
      limit: query.limit ?? defaultLimit,
      cursor: query.cursor ?? null,
    });
    return { plans: items.map(toLivePlan), count: items.length, next };
  },
  async getPlan({ params, principal, deps }) {
    const { organizationId } = principal;
    const plan = await deps.livePlans.find(organizationId, params.plan_id as SessionId, grantFor(principal, "viewer"));
    if (!plan) throw planNotFound();
    return toLivePlan(plan);
  },
  async addPlanStep({ body, principal, newId, deps }) {
    const { plan_id, id = newId, text, owner } = body;
    const change = { type: "step_added", id, text, owner } as const;
    const done = await changeOrRefuse(deps.livePlans, principal, plan_id, id, change, refusals);
    return { status: "step_added", step: toStep(addedStep(done)) };
  },
  async archivePlan({ params, principal, deps }) {
    const { nodeId } = await archiveSession(principal, params.plan_id as SessionId, {}, deps).catch(
      (error: unknown) => {
        throw error instanceof RequestError && error.code === "session_not_found" ? planNotFound() : error;
      },
    );
    return { status: "archived", plan_id: params.plan_id, memory_node_id: nodeId };
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
    archived: plan.archivedAt !== null,
    created_at: plan.createdAt,
    updated_at: plan.updatedAt,
  };
}

const toStep = ({ position: _position, ...step }: PlanStep): Step => step;
const planNotFound = () => new RequestError("plan_not_found", 404, "Plan not found");
const refusals: Refusals = {
  notFound: planNotFound,
  archived: () => new RequestError("plan_archived", 400, "The plan is archived"),
};
