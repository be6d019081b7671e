import type { Engagement } from "../../../contract/engagements.js";
import type { engagementRoutes } from "../../../contract/routes/engagements.js";
import type { EngagementId, SessionId, UserId } from "../../../domain/ids.js";
import { grantFor, may, type Principal, type Role, roleIn } from "../../../domain/principal.js";
import type { EngagementRow, EngagementStore, SessionCatalog } from "../../../ports-catalog.js";
import type { Handlers } from "../kernel.js";
import { conflict, notAllowed, notFound, usualLimit } from "./refusals.js";

export type EngagementDeps = { engagements: EngagementStore; catalog: SessionCatalog };

/** Engagements: bodies of planning work with their sessions, pages, members and settings. */
export const engagementHandlers: Handlers<typeof engagementRoutes, EngagementDeps> = {
  async createEngagement({ body, principal, newId, requestId, deps }) {
    if (!may(principal, "member")) throw notAllowed("member");
    const made = await deps.engagements.create(
      principal,
      {
        id: newId as EngagementId,
        name: body.name,
        teamId: body.teamId ?? null,
        pageUrls: body.pageUrls ?? [],
        settings: body.settings ?? {},
      },
      author(principal, requestId),
    );
    const { engagementRoles } = principal;
    return shown({ ...principal, engagementRoles: { ...engagementRoles, [made.id]: "admin" } }, made);
  },

  async listEngagements({ query, principal, deps }) {
    const { limit = usualLimit, cursor = null } = query;
    const page = { limit, cursor };
    const { items, next } = await deps.engagements.list(principal.organizationId, grantFor(principal, "viewer"), page);
    return { items: items.map((one) => shown(principal, one)), next };
  },

  async getDefaultEngagement({ principal, deps }) {
    const found = await deps.engagements.ensureDefault(principal, grantFor(principal, "viewer"));
    if (!found) throw notFound();
    return { engagement: shown(principal, found), session: await defaultSession(principal, found, deps) };
  },

  async getEngagement({ params, query, principal, deps }) {
    const found = await load(principal, params.id, "viewer", deps);
    const engagement = shown(principal, found);
    return query.include === "session"
      ? { ...engagement, session: await defaultSession(principal, found, deps) }
      : engagement;
  },

  async updateEngagement({ params, body, principal, requestId, deps }) {
    const before = await load(principal, params.id, "member", deps);
    const { expectedVersion, ...edit } = body;
    if (edit.teamId !== undefined && edit.teamId !== before.teamId && before.isTeamDefault)
      throw conflict("team_default", "Mentions of its team come here, so its team stays", shown(principal, before));
    const edited = await deps.engagements.edit(
      principal.organizationId,
      before.id,
      expectedVersion,
      edit,
      author(principal, requestId),
    );
    if (edited) return shown(principal, edited);
    const current = await load(principal, params.id, "member", deps);
    throw conflict("version_conflict", "Somebody has changed it since you saw it", shown(principal, current));
  },

  async switchEngagement({ params, principal, deps }) {
    const id = params.id as EngagementId;
    const place = may(principal, "viewer", id) ? await deps.engagements.switchTo(principal, id) : null;
    if (!place) throw notFound();
    return place;
  },

  async listMembers({ params, query, principal, deps }) {
    const { id } = await load(principal, params.id, "viewer", deps);
    const { limit = usualLimit, cursor = null } = query;
    return deps.engagements.members(principal.organizationId, id, { limit, cursor });
  },

  async putMember({ params, body, principal, requestId, deps }) {
    const { id } = await load(principal, params.id, "admin", deps);
    const member = { userId: body.userId as UserId, role: body.role };
    const put = await deps.engagements.putMember(principal.organizationId, id, member, author(principal, requestId));
    if (!put) throw notFound();
    return put;
  },

  async removeMember({ params, principal, requestId, deps }) {
    const { id } = await load(principal, params.id, "admin", deps);
    const { organizationId } = principal;
    const by = author(principal, requestId);
    if (!(await deps.engagements.removeMember(organizationId, id, params.userId as UserId, by))) throw notFound();
    return null;
  },

  async getEngagementSettings({ params, principal, deps }) {
    return (await load(principal, params.id, "viewer", deps)).settings;
  },

  async updateEngagementSettings({ params, body, principal, requestId, deps }) {
    const { id } = await load(principal, params.id, "admin", deps);
    const by = author(principal, requestId);
    const settings = await deps.engagements.changeSettings(principal.organizationId, id, body, by);
    if (!settings) throw notFound();
    return settings;
  },

  async getLandscape({ params, principal, deps }) {
    const id = params.id as EngagementId;
    const found = may(principal, "viewer", id) ? await deps.engagements.landscape(principal.organizationId, id) : null;
    if (!found) throw notFound();
    return { engagementId: id, ...found };
  },
};

/** The engagement; 404 where the person must not know of it, 403 where they may see it and need another role. */
async function load(
  principal: Principal,
  id: string,
  needed: Role,
  { engagements }: EngagementDeps,
): Promise<EngagementRow> {
  const engagementId = id as EngagementId;
  const found = may(principal, "viewer", engagementId)
    ? await engagements.find(principal.organizationId, engagementId)
    : null;
  if (!found) throw notFound();
  if (needed !== "viewer" && !may(principal, needed, engagementId)) throw notAllowed(needed);
  return found;
}

function shown(principal: Principal, engagement: EngagementRow): Engagement {
  const role = roleIn(principal, engagement.id);
  if (!role) throw notFound();
  return { ...engagement, role };
}

const defaultSession = (principal: Principal, { defaultSessionId }: EngagementRow, { catalog }: EngagementDeps) =>
  defaultSessionId === null
    ? null
    : catalog.find(principal.organizationId, defaultSessionId as SessionId, grantFor(principal, "viewer"));

const author = ({ organizationId, linearUserId }: Principal, requestId: string) => ({
  organizationId,
  actor: linearUserId,
  requestId,
});
