import type { OrganizationSeed } from "./seed.js";

/** Where Linear's behaviour is not known, or depends on the workspace: each can be changed while the simulator runs. */
export type Switches = {
  /** What one duplicate id does to the rest of an `issueBatchCreate`: nothing is made, or only it is left out. */
  batchDuplicate: "fails_batch" | "fails_only_itself";
  /** Whether the id of a trashed issue stays taken. */
  trashedIssueKeepsId: boolean;
  offScaleEstimate: "refused" | "rounded";
  /** A second relation of the same type between the same issues. */
  equalRelation: "accepted" | "refused" | "returns_first";
  webhookRetryDeliveryId: "same" | "new";
  /** Whether a parentId may name an issue of the same batch. */
  parentInSameBatch: "allowed" | "refused";
  /** Who stands as actor in data events and in the history about what the app did. */
  ownActorKind: "app_user" | "oauth_client";
  /**
   * One refused field among several of a mutation: the others are done and answered, or, as the non-null types of the
   * schema ask, `data` is null, those before it are done and those after it are not.
   */
  aliasedFailure: "only_itself" | "stops_document";
  /** The order in which an issue's history is given out where none is asked for, or another than Linear's other lists. */
  historyOrder: "newest_first" | "oldest_first";
  /** Whether an agent session that the app opens by itself is told to it as one that a person opened. */
  announcesOwnSessions: boolean;
  /** Issues that the workspace's plan allows; null is no limit. */
  freeIssueLimit: number | null;
  requestsPerHour: number;
  complexityPerHour: number;
};

export const defaultSwitches: Switches = {
  batchDuplicate: "fails_batch",
  trashedIssueKeepsId: true,
  offScaleEstimate: "refused",
  equalRelation: "accepted",
  webhookRetryDeliveryId: "same",
  parentInSameBatch: "refused",
  ownActorKind: "app_user",
  aliasedFailure: "only_itself",
  historyOrder: "newest_first",
  announcesOwnSessions: false,
  freeIssueLimit: null,
  requestsPerHour: 5_000,
  complexityPerHour: 2_000_000,
};

/** The OAuth app as it is registered with Linear, and what a run of the simulator starts with. */
export type LinearSettings = {
  /** The workspaces of a world that begins; Acme with one team otherwise. */
  organizations?: OrganizationSeed[];
  clientId?: string;
  clientSecret?: string;
  /** Exact matches; any address is accepted where none is named. */
  redirectUris?: string[];
  /** Where webhooks go; without one none is sent. */
  webhookUrl?: string;
  webhookSecret?: string;
  /** Types of webhooks that the app asked for. */
  webhookTypes?: string[];
  /** Waits before the second, third and fourth attempt. */
  webhookRetryDelaysMs?: number[];
  webhookTimeoutMs?: number;
  switches?: Partial<Switches>;
};

export type AppSettings = Required<Omit<LinearSettings, "organizations" | "switches" | "webhookUrl">> & {
  webhookUrl: string | null;
  webhookId: string;
  appName: string;
};

const everyWebhookType = [
  "AgentSessionEvent",
  "AppUserNotification",
  "PermissionChange",
  "OAuthApp",
  "Issue",
  "Comment",
  "Project",
  "IssueLabel",
];

export function toAppSettings(settings: LinearSettings): AppSettings {
  return {
    appName: "Planning Agent",
    clientId: settings.clientId ?? "linear-client",
    clientSecret: settings.clientSecret ?? "linear-client-secret",
    redirectUris: settings.redirectUris ?? [],
    webhookUrl: settings.webhookUrl ?? null,
    webhookSecret: settings.webhookSecret ?? "linear-webhook-secret",
    webhookTypes: settings.webhookTypes ?? everyWebhookType,
    webhookRetryDelaysMs: settings.webhookRetryDelaysMs ?? [60_000, 3_600_000, 6 * 3_600_000],
    webhookTimeoutMs: settings.webhookTimeoutMs ?? 5_000,
    webhookId: "5f1c9a52-6f0e-4b7e-9d5c-2f6f4c1f7a10",
  };
}
