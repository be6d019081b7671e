import type { Me, peopleRoutes } from "../../../contract/routes/people.js";
import { RequestError } from "../../../domain/errors.js";
import type { EngagementId, UserId } from "../../../domain/ids.js";
import { grantFor, may, type Principal, roleIn } from "../../../domain/principal.js";
import type { PeopleStore } from "../../../ports-catalog.js";
import type { Handlers } from "../kernel.js";
import { notFound, usualLimit } from "./refusals.js";

export type PeopleDeps = { people: PeopleStore };

/** People of an organization, and what the one who asks is working on. */
export const peopleHandlers: Handlers<typeof peopleRoutes, PeopleDeps> = {
  getMe: ({ principal, deps }) => describe(principal, deps.people),

  async updateMe({ body, principal, deps }) {
    const id = body.defaultEngagementId as EngagementId;
    if (!may(principal, "viewer", id) || !(await deps.people.chooseDefault(principal, id))) throw notFound();
    return describe(principal, deps.people);
  },

  listUsers: ({ query, principal, deps }) =>
    deps.people.list(principal.organizationId, { limit: query.limit ?? usualLimit, cursor: query.cursor ?? null }),

  async updateUser({ params, body, principal, requestId, deps }) {
    if (!may(principal, "admin")) throw new RequestError("not_allowed", 403, "This needs the role admin");
    const { organizationId, linearUserId } = principal;
    const author = { organizationId, actor: linearUserId, requestId };
    const result = await deps.people.changeRole(organizationId, params.id as UserId, body.role, author);
    if (result.outcome === "not_found") throw notFound();
    if (result.outcome === "last_admin")
      throw new RequestError("last_admin", 409, "This is the organization's last admin; make somebody else one first");
    return result.user;
  },
};

async function describe(principal: Principal, people: PeopleStore): Promise<Me> {
  const found = await people.me(principal, grantFor(principal, "viewer"));
  const role = roleIn(principal, null);
  if (!found || !role) throw notFound();
  const permissions = { viewer: ["read"], member: ["read", "plan"], admin: ["read", "plan", "administer"] } as const;
  return {
    ...found,
    role,
    permissions: [...permissions[role]],
    engagementRoles: principal.engagementRoles,
    via: principal.via,
  };
}
