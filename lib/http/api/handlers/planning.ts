import { deleteSession } from "../../../commands/delete-session.js";
import { loadState } from "../../../commands/run-refusals.js";
import { type RunDeps, startSession } from "../../../commands/start-session.js";
import type { planningRoutes } from "../../../contract/routes/planning.js";
import { RequestError } from "../../../domain/errors.js";
import type { SessionId } from "../../../domain/ids.js";
import { grantFor, type Principal } from "../../../domain/principal.js";
import type { LifecycleStore } from "../../../ports-lifecycle.js";
import type { LivePlanStore } from "../../../ports-live-plans.js";
import { Answer, type Handlers } from "../kernel.js";
import { notAllowed, notFound, usualLimit } from "./refusals.js";

export type PlanningDeps = RunDeps & { livePlans: LivePlanStore; lifecycle: Pick<LifecycleStore, "delete"> };

/** `/api/planning/*`: the same sessions in the words of the document on their state. */
export const planningHandlers: Handlers<typeof planningRoutes, PlanningDeps> = {
  async createPlanningSession({ body, principal, newId, deps }) {
    requireOwn(principal, body.organizationId);
    const id = newId as SessionId;
    const made = await deps.livePlans.create({
      id,
      organizationId: principal.organizationId,
      engagementId: null,
      title: body.title,
      description: null,
      pageUrl: body.confluencePageUrl,
      participants: [],
      createdBy: principal.userId,
      actor: principal.linearUserId,
      writable: grantFor(principal, "member"),
    });
    if (made === "not_found") throw notFound();
    if (made === "forbidden") throw notAllowed("member");
    return loadState(principal, id, deps.sessionStates);
  },

  async listPlanningSessions({ query, principal, request, deps }) {
    requireOwn(principal, query.organizationId);
    const { limit = usualLimit, cursor = null } = query;
    const readable = grantFor(principal, "viewer");
    const { items, next } = await deps.sessionStates.list(principal.organizationId, readable, { limit, cursor });
    return new Answer(items, next === null ? {} : { link: `<${pageAfter(request, next)}>; rel="next"` });
  },

  getPlanningSession: ({ params, principal, deps }) => loadState(principal, params.id as SessionId, deps.sessionStates),

  async startPlanningSession({ params, principal, deps }) {
    await startSession(principal, params.id as SessionId, deps).catch((error: unknown) => {
      throw isCode(error, "session_not_pending")
        ? new RequestError(error.code, 400, error.message, { shown: error.shown })
        : error;
    });
    return { status: "processing" };
  },

  async deletePlanningSession({ params, principal, deps }) {
    await deleteSession(principal, params.id as SessionId, deps).catch((error: unknown) => {
      throw isCode(error, "session_not_found")
        ? new RequestError(error.code, 404, "Planning session not found")
        : error;
    });
    return { status: "deleted" };
  },
};

const isCode = (error: unknown, code: string): error is RequestError =>
  error instanceof RequestError && error.code === code;

/** What another organization has is not there. */
function requireOwn(principal: Principal, organizationId: string): void {
  if (organizationId !== principal.organizationId) throw notFound();
}

function pageAfter(request: Request, cursor: string): string {
  const url = new URL(request.url);
  url.searchParams.set("cursor", cursor);
  return `${url.pathname}${url.search}`;
}
