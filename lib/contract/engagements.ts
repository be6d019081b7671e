import * as z from "zod/mini";
import { Instant, Role, text, Uuid } from "./common.js";
import { PageUrl, SessionStatus } from "./sessions.js";

export const EngagementName = text(255);
/** Linear's id of a team. */
export const TeamId = text(100);
export const PageUrls = z.array(PageUrl).check(z.maxLength(100));

/** What is kept in step of an item. */
export const SyncField = z.enum([
  "title",
  "kind",
  "parent",
  "description",
  "storyPoints",
  "priority",
  "enablerType",
  "acceptanceCriteria",
  "dependsOn",
  "order",
]);
const Policy = z.enum(["ask", "linear", "confluence", "newest"]);

/** How page and issues are kept in step: which way changes go, and who has the last word on a field that both sides changed. */
export const SyncSettings = z.object({
  direction: z.enum(["both", "to_linear", "to_page", "off"]),
  /** `ask` where a field is not named. */
  policies: z.partialRecord(SyncField, Policy),
  links: z.boolean(),
  /** Which comments are mirrored from now on: those on issues `to_page`, those on the page `to_linear`. */
  comments: z.enum(["off", "to_page", "to_linear", "both"]),
});

/** Whether epics become issues or projects, who may approve a plan, who may see the engagement at all, and how its plans are kept in step. */
export const EngagementSettings = z.object({
  epics: z.enum(["issue", "project"]),
  approval: z.enum(["anyone", "members"]),
  access: z.enum(["organization", "members"]),
  sync: SyncSettings,
});

/** Settings of which only what is named is changed, also within `sync` and its policies. */
export const SettingsChange = z.extend(z.partial(EngagementSettings), { sync: z.optional(z.partial(SyncSettings)) });

/** A body of planning work. `role` is what the caller is there. */
export const Engagement = z.object({
  id: Uuid,
  name: z.string(),
  teamId: z.nullable(z.string()),
  /** Mentions in this team go here; with no team, people who have not chosen begin here. */
  isTeamDefault: z.boolean(),
  pageUrls: z.array(z.string()),
  settings: EngagementSettings,
  defaultSessionId: z.nullable(Uuid),
  memberCount: z.int(),
  role: Role,
  version: z.int(),
  createdAt: Instant,
  updatedAt: Instant,
});
export type Engagement = z.infer<typeof Engagement>;

export const Member = z.object({ userId: Uuid, name: z.string(), email: z.nullable(z.string()), role: Role });
export type Member = z.infer<typeof Member>;

/** A plan of an engagement: a page planned into a team, and how the two stand to each other. */
export const PlanState = z.object({
  id: Uuid,
  sessionId: Uuid,
  teamId: z.string(),
  pageTitle: z.string(),
  pageUrl: z.nullable(z.string()),
  syncStatus: z.enum(["idle", "running", "paused", "revoked"]),
  /** Something changed that has not been looked at yet. */
  dirty: z.boolean(),
  /** Version of the page that was approved last; null where nothing has been yet. */
  basePageVersion: z.nullable(z.int()),
  items: z.int(),
  issues: z.int(),
  version: z.int(),
  updatedAt: Instant,
});
export type PlanState = z.infer<typeof PlanState>;

/** Everything that belongs to an engagement, at a glance. */
export const Landscape = z.object({
  engagementId: Uuid,
  pages: z.array(z.object({ url: z.string(), title: z.nullable(z.string()), planIds: z.array(Uuid) })),
  teams: z.array(z.object({ id: z.string(), issues: z.int() })),
  issues: z.int(),
  items: z.object({ epic: z.int(), feature: z.int(), story: z.int(), enabler: z.int() }),
  sessions: z.record(SessionStatus, z.int()),
  plans: z.array(PlanState),
});
export type Landscape = z.infer<typeof Landscape>;
