import type { organizationRoutes } from "../../../contract/routes/organization.js";
import { RequestError } from "../../../domain/errors.js";
import { may, type Principal } from "../../../domain/principal.js";
import type { OrganizationSettingsStore } from "../../../ports-lifecycle.js";
import type { Handlers } from "../kernel.js";

export type OrganizationDeps = { organizationSettings: OrganizationSettingsStore };

export const organizationHandlers: Handlers<typeof organizationRoutes, OrganizationDeps> = {
  async getOrganizationSettings({ principal, deps }) {
    requireAdmin(principal);
    return deps.organizationSettings.load(principal.organizationId);
  },
  async updateOrganizationSettings({ body, principal, requestId, deps }) {
    requireAdmin(principal);
    const author = { organizationId: principal.organizationId, actor: principal.linearUserId, requestId };
    return deps.organizationSettings.change(body, author);
  },
};

/** Of the organization: who is admin of an engagement only decides nothing here. */
function requireAdmin(principal: Principal): void {
  if (!may(principal, "admin")) throw new RequestError("not_allowed", 403, "This needs the role admin");
}
