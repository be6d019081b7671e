import { newSecret } from "../../../commands/authorization.js";
import type { organizationRoutes } from "../../../contract/routes/organization.js";
import { RequestError } from "../../../domain/errors.js";
import { may, type Principal } from "../../../domain/principal.js";
import type { ConnectionStore } from "../../../ports-identity.js";
import type { OrganizationSettingsStore } from "../../../ports-lifecycle.js";
import { Answer, type Handlers } from "../kernel.js";

export type OrganizationDeps = {
  organizationSettings: OrganizationSettingsStore;
  connections: Pick<ConnectionStore, "overview" | "renewWebhookSecret">;
  publicUrl: string;
};

/** In which an automation rule of Confluence shows its secret; its webhooks are read in `lib/confluence`. */
const automationHeader = "x-planning-agent-secret";

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

  async listConfluenceConnections({ principal, deps }) {
    const connections = await deps.connections.overview(principal.organizationId);
    const items = connections.map(({ id, kind, siteUrl, spaces, hasWebhookSecret }) => ({
      id,
      kind,
      siteUrl,
      spaces,
      hasWebhookSecret,
    }));
    return { items };
  },
  async drawWebhookSecret({ params, principal, requestId, deps }) {
    requireAdmin(principal);
    const author = { organizationId: principal.organizationId, actor: principal.linearUserId, requestId };
    const secret = newSecret();
    if (!(await deps.connections.renewWebhookSecret(author, params.id, secret)))
      throw new RequestError("connection_not_found", 404, `Connection not found: ${params.id}`);
    const urlOf = (sender: string) => `${deps.publicUrl}/api/webhooks/confluence/${sender}/${params.id}`;
    const automation = { url: urlOf("automation"), header: automationHeader };
    return new Answer(
      { secret, automation, dataCenter: { url: urlOf("data-center") } },
      { "cache-control": "no-store" },
    );
  },
};

/** Of the organization: who is admin of an engagement only decides nothing here. */
function requireAdmin(principal: Principal): void {
  if (!may(principal, "admin")) throw new RequestError("not_allowed", 403, "This needs the role admin");
}
