import * as z from "zod/mini";
import { Uuid } from "../common.js";
import { routes } from "../route.js";

const Days = z.nullable(z.int().check(z.gte(1), z.lte(3_650)));

/** When sessions that nobody uses are set aside, in days without anything happening in them; null, as at first: never. */
const CleanupPolicy = z.object({
  /** Sessions that were never started are deleted; they can be restored. */
  deletePendingAfterDays: Days,
  /** Sessions that have ended are archived; they can be taken out again. */
  archiveEndedAfterDays: Days,
});
export const OrganizationSettings = z.object({ cleanup: CleanupPolicy });
export type OrganizationSettings = z.infer<typeof OrganizationSettings>;

/** A Confluence site that the organization is connected to. */
export const ConfluenceConnection = z.object({
  id: Uuid,
  kind: z.enum(["cloud_oauth", "cloud_token", "data_center"]),
  siteUrl: z.string(),
  /** Keys of the spaces that the agent may use; `*` is all. */
  spaces: z.array(z.string()),
  /** Whether a secret for webhooks has been drawn. */
  hasWebhookSecret: z.boolean(),
});
export type ConfluenceConnection = z.infer<typeof ConfluenceConnection>;

const WebhookSecret = z.object({
  secret: z.string(),
  /** For an automation rule of Confluence Cloud, which shows the secret in the header. */
  automation: z.object({ url: z.string(), header: z.string() }),
  /** For a webhook of Confluence Data Center, which signs with the secret. */
  dataCenter: z.object({ url: z.string() }),
});

const common = { tag: "organization", access: "admin", path: "/api/v1/organization/settings" } as const;

/** What holds for the whole organization. */
export const organizationRoutes = routes({
  getOrganizationSettings: {
    ...common,
    method: "GET",
    summary: "The policies of your organization",
    status: 200,
    answer: OrganizationSettings,
  },
  updateOrganizationSettings: {
    ...common,
    method: "PATCH",
    summary: "Changes the policies that are named",
    body: z.object({ cleanup: z.optional(z.partial(CleanupPolicy)) }),
    status: 200,
    answer: OrganizationSettings,
  },
  listConfluenceConnections: {
    tag: "organization",
    method: "GET",
    path: "/api/v1/organization/confluence",
    summary: "The Confluence sites that your organization is connected to",
    access: "viewer",
    status: 200,
    answer: z.object({ items: z.array(ConfluenceConnection) }),
  },
  drawWebhookSecret: {
    tag: "organization",
    method: "POST",
    path: "/api/v1/organization/confluence/{id}/webhook-secret",
    summary: "Draws a secret for webhooks about pages of a site and shows it once; an older one is no longer taken",
    access: "admin",
    params: z.object({ id: Uuid }),
    status: 201,
    answer: WebhookSecret,
  },
});
