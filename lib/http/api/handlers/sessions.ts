import { coverPage } from "../../../commands/cover-page.js";
import type { sessionRoutes } from "../../../contract/routes/sessions.js";
import { RequestError } from "../../../domain/errors.js";
import type { EngagementId, PlanId, SessionId, UserId } from "../../../domain/ids.js";
import { grantFor, may, type Principal } from "../../../domain/principal.js";
import type { EditResult, SessionCatalog } from "../../../ports-catalog.js";
import type { LivePlanStore } from "../../../ports-live-plans.js";
import type { Handlers } from "../kernel.js";
import { conflict, notAllowed, notFound, usualLimit } from "./refusals.js";

export type SessionDeps = { livePlans: LivePlanStore; catalog: SessionCatalog };

/** The catalogue of planning sessions. */
export const sessionHandlers: Handlers<typeof sessionRoutes, SessionDeps> = {
  async createSession({ body, principal, newId, deps }) {
    const id = (body.id ?? newId) as SessionId;
    const engagementId = (body.engagementId ?? null) as EngagementId | null;
    if (engagementId !== null && !may(principal, "viewer", engagementId)) throw notFound();
    const made = await deps.livePlans.create({
      id,
      organizationId: principal.organizationId,
      engagementId,
      title: body.title,
      description: body.description ?? null,
      pageUrl: body.pageUrl ?? null,
      participants: body.participants ?? [],
      createdBy: principal.userId,
      actor: principal.linearUserId,
      writable: grantFor(principal, "member"),
    });
    if (made === "not_found") throw notFound();
    if (made === "forbidden") throw notAllowed("member");
    const session = await deps.catalog.find(principal.organizationId, id, readable(principal));
    if (!session) throw notFound();
    if (made === "repeated" && session.createdBy !== principal.userId)
      throw new RequestError("id_taken", 409, "Another session has this id");
    return session;
  },

  listSessions({ query, principal, deps }) {
    const { status, engagementId, archived, createdBy, q, limit = usualLimit, cursor = null } = query;
    const filter = {
      ...(status === undefined ? {} : { status }),
      ...(engagementId === undefined ? {} : { engagementId: engagementId as EngagementId }),
      ...(archived === undefined ? {} : { isArchived: archived === "true" }),
      ...(createdBy === undefined ? {} : { createdBy: createdBy === "me" ? principal.userId : (createdBy as UserId) }),
      ...(q === undefined || q.trim() === "" ? {} : { words: q }),
    };
    return deps.catalog.list(principal.organizationId, readable(principal), filter, { limit, cursor });
  },

  async getSession({ params, principal, deps }) {
    return found(await deps.catalog.find(principal.organizationId, params.id as SessionId, readable(principal)));
  },

  async updateSession({ params, body, principal, deps }) {
    const { expectedVersion, ...edit } = body;
    return edited(await deps.catalog.edit(principal, params.id as SessionId, expectedVersion, edit));
  },

  async switchSession({ params, principal, deps }) {
    return found(await deps.catalog.switchTo(principal, params.id as SessionId));
  },

  async setDefaultSession({ params, principal, deps }) {
    return edited(await deps.catalog.makeDefault(principal, params.id as SessionId));
  },

  async listSessionItems({ params, principal, deps }) {
    const { organizationId } = principal;
    return { items: found(await deps.catalog.items(organizationId, params.id as SessionId, readable(principal))) };
  },

  async getSessionCoverage({ params, query, principal, deps }) {
    const planId = (query.planId ?? null) as PlanId | null;
    const { page } = found(
      await deps.catalog.page(principal.organizationId, params.id as SessionId, readable(principal), planId),
    );
    if (!page) throw new RequestError("no_page", 404, "No page has been read for this session");
    return coverPage(page);
  },

  async listSessionEvents({ params, query, principal, deps }) {
    const { after = 0, limit = 200 } = query;
    const { events, seq } = found(
      await deps.catalog.events(principal.organizationId, params.id as SessionId, readable(principal), {
        after,
        limit,
      }),
    );
    const last = events.at(-1)?.seq ?? seq;
    return { items: events, next: last < seq ? last : null, seq };
  },

  async getSessionSync({ params, principal, deps }) {
    const { organizationId } = principal;
    return { plans: found(await deps.catalog.plans(organizationId, params.id as SessionId, readable(principal))) };
  },
};

const readable = (principal: Principal) => grantFor(principal, "viewer");

function found<T>(value: T | null): T {
  if (value === null) throw notFound();
  return value;
}

function edited(result: EditResult) {
  switch (result.outcome) {
    case "edited":
      return result.session;
    case "not_found":
      throw notFound();
    case "forbidden":
      throw notAllowed("member");
    case "changed":
      throw conflict("version_conflict", "Somebody has changed it since you saw it", result.current);
    case "working":
      throw conflict(
        "session_busy",
        "The agent is at work on it; try again when it waits or has ended",
        result.current,
      );
    case "begun":
      throw conflict(
        "already_started",
        "It was started with its page; make another session for another page",
        result.current,
      );
    case "homeless":
      throw conflict(
        "no_engagement",
        "It belongs to no engagement yet, so there is none to be the default of",
        result.current,
      );
    case "merged":
      throw conflict("session_merged", "It has been merged into another session", result.current);
    case "archived":
      throw conflict("session_archived", "It is archived; take it out of the archive first", result.current);
  }
}
