import { sql } from "drizzle-orm";
import {
  type AnyPgColumn,
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import type { ItemFields, PlanItem } from "../domain/plan-item.js";
import type { Role } from "../domain/principal.js";
import type { EngagementSettings, Failure, Proposal, Question, SessionPrompt, SessionWork } from "../domain/session.js";
import type { CommentsSeen } from "../domain/sync/comments.js";
import type { PlanSetup, SyncQuestion, SyncStatus, SyncStepName, SyncTrigger, SyncWork } from "../domain/sync/run.js";
import type { Budget } from "../ports-services.js";

export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });

export const times = {
  createdAt: instant("created_at").notNull().defaultNow(),
  updatedAt: instant("updated_at").notNull().defaultNow(),
};

export const organizationId = () =>
  text("organization_id")
    .notNull()
    .references(() => organizations.id, { onDelete: "cascade" });

/** Linear workspaces that installed the app: the tenant of every row. */
export const organizations = pgTable("organizations", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
  urlKey: text("url_key").notNull(),
  appUserId: text("app_user_id"),
  /** What Linear's last answer said of the hour's budget. */
  linearBudget: jsonb("linear_budget").$type<Budget>(),
  /** Policies that hold for the whole organization, such as when sessions nobody uses are cleaned up. */
  settings: jsonb("settings").$type<Record<string, unknown>>().notNull().default({}),
  revokedAt: instant("revoked_at"),
  ...times,
});

export const users = pgTable(
  "users",
  {
    id: uuid("id").primaryKey(),
    organizationId: organizationId(),
    linearUserId: text("linear_user_id").notNull(),
    name: text("name").notNull(),
    email: text("email"),
    role: text("role").$type<Role>().notNull().default("member"),
    /** When signing in or an admin gave the role; null for somebody whom only Linear's events named. */
    roleGivenAt: instant("role_given_at"),
    /** Where the person works by default and now; null until they have chosen or been somewhere. */
    defaultEngagementId: uuid("default_engagement_id").references((): AnyPgColumn => engagements.id, {
      onDelete: "set null",
    }),
    currentEngagementId: uuid("current_engagement_id").references((): AnyPgColumn => engagements.id, {
      onDelete: "set null",
    }),
    currentSessionId: uuid("current_session_id").references((): AnyPgColumn => planningSessions.id, {
      onDelete: "set null",
    }),
    /** The session that the person used last, for each engagement that they worked in. */
    lastSessions: jsonb("last_sessions").$type<Record<string, string>>().notNull().default({}),
    ...times,
  },
  (table) => [
    unique("users_organization_linear_user").on(table.organizationId, table.linearUserId),
    index("users_default_engagement").on(table.defaultEngagementId),
    index("users_current_engagement").on(table.currentEngagementId),
    index("users_current_session").on(table.currentSessionId),
  ],
);

/** A body of planning work. What a team's mentions go to is made at the first of them; people make others. */
export const engagements = pgTable(
  "engagements",
  {
    id: uuid("id").primaryKey(),
    organizationId: organizationId(),
    /** Null where no Linear team has been chosen. */
    teamId: text("team_id"),
    /** Where mentions in this team go; for a null team where people begin who have not chosen. At most one. */
    isTeamDefault: boolean("is_team_default").notNull().default(false),
    name: text("name").notNull(),
    /** Confluence pages that belong to it besides those of its plans. */
    pageUrls: text("page_urls").array().notNull().default(sql`'{}'`),
    settings: jsonb("settings").$type<EngagementSettings>().notNull(),
    /** Since when comments are mirrored each way; older ones never are. */
    commentsToPageSince: instant("comments_to_page_since"),
    commentsToLinearSince: instant("comments_to_linear_since"),
    version: integer("version").notNull().default(1),
    ...times,
  },
  (table) => [
    uniqueIndex("engagements_team_default")
      .on(table.organizationId, sql`coalesce(team_id, '')`)
      .where(sql`is_team_default`),
    index("engagements_organization").on(table.organizationId, table.createdAt, table.id),
    // Few: those that not everybody of the organization may see.
    index("engagements_restricted").on(table.organizationId).where(sql`settings->>'access' = 'members'`),
  ],
);

export const engagementMembers = pgTable(
  "engagement_members",
  {
    engagementId: uuid("engagement_id")
      .notNull()
      .references(() => engagements.id, { onDelete: "cascade" }),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    organizationId: organizationId(),
    role: text("role").$type<Role>().notNull().default("member"),
    ...times,
  },
  (table) => [
    primaryKey({ columns: [table.engagementId, table.userId] }),
    index("engagement_members_user").on(table.userId),
  ],
);

/** A run and a meeting. `version` moves with each transition, `last_seq` with each event, `heard` with each reply. */
export const planningSessions = pgTable(
  "planning_sessions",
  {
    id: uuid("id").primaryKey(),
    organizationId: organizationId(),
    engagementId: uuid("engagement_id").references(() => engagements.id),
    createdBy: uuid("created_by").references(() => users.id),
    isDefault: boolean("is_default").notNull().default(false),
    planningTitle: text("planning_title").notNull(),
    /** The words of the title, each behind the organization: what searching reads, and how often a word stands in which organization is known. */
    words: text("words").array().generatedAlwaysAs(sql`session_words(organization_id, planning_title)`),
    description: text("description"),
    confluencePageUrl: text("confluence_page_url"),
    epicId: text("epic_id"),
    agentSessionId: text("agent_session_id"),
    /** Issue that the agent was mentioned on or given. */
    issueId: text("issue_id"),
    teamId: text("team_id"),
    prompt: jsonb("prompt").$type<SessionPrompt>().notNull(),
    status: text("status")
      .$type<"pending" | "processing" | "awaiting_input" | "completed" | "failed" | "cancelled">()
      .notNull(),
    step: text("step").notNull(),
    progress: integer("progress").notNull().default(0),
    progressMessage: text("progress_message").notNull().default(""),
    version: integer("version").notNull().default(1),
    lastSeq: integer("last_seq").notNull().default(0),
    /** Replies in the log, and how many of them a step has taken into account. */
    heard: integer("heard").notNull().default(0),
    answered: integer("answered").notNull().default(0),
    question: jsonb("question").$type<Question>(),
    proposal: jsonb("proposal").$type<Proposal>(),
    /** What applying steps must remember from one batch to the next. */
    work: jsonb("work").$type<SessionWork>().notNull(),
    failure: jsonb("failure").$type<Failure>(),
    stopRequestedAt: instant("stop_requested_at"),
    /** The session that asked for the stop because it takes the plan over. */
    takenOverBy: uuid("taken_over_by"),
    waitingUntil: instant("waiting_until"),
    mergedInto: uuid("merged_into"),
    archivedAt: instant("archived_at"),
    /** Hidden from people; its plans, items, log and audit stay, so that a later mention finds its issues. */
    deletedAt: instant("deleted_at"),
    ...times,
  },
  (table) => [
    uniqueIndex("planning_sessions_one_default").on(table.engagementId).where(sql`is_default`),
    // The list of sessions, read from its newest end, and its filters.
    index("planning_sessions_list").on(table.organizationId, table.createdAt, table.id).where(sql`deleted_at is null`),
    index("planning_sessions_list_status")
      .on(table.organizationId, table.status, table.createdAt, table.id)
      .where(sql`deleted_at is null`),
    index("planning_sessions_list_open")
      .on(table.organizationId, table.createdAt, table.id)
      .where(sql`deleted_at is null and archived_at is null`),
    index("planning_sessions_list_archived")
      .on(table.organizationId, table.createdAt, table.id)
      .where(sql`deleted_at is null and archived_at is not null`),
    // Entries at once instead of in a list that every search would have to read through.
    index("planning_sessions_words").using("gin", table.words).with({ fastupdate: false }),
    // Few: those that only point to another one.
    index("planning_sessions_merged").on(table.mergedInto).where(sql`merged_into is not null`),
    // What the figures of /api/metrics count: a pass over this index alone.
    index("planning_sessions_living")
      .on(table.organizationId, table.status)
      .where(sql`deleted_at is null and archived_at is null and merged_into is null`),
    index("planning_sessions_agent_session").on(table.agentSessionId),
    uniqueIndex("planning_sessions_one_working")
      .on(table.organizationId, table.agentSessionId)
      .where(sql`status in ('pending', 'processing', 'awaiting_input') and stop_requested_at is null`),
    index("planning_sessions_issue").on(table.organizationId, table.issueId),
    index("planning_sessions_engagement").on(table.engagementId, table.createdAt, table.id),
    index("planning_sessions_created_by").on(table.createdBy, table.createdAt, table.id),
    // On a column that no move changes, so that PostgreSQL need not write every index again at each move.
    index("planning_sessions_working").on(table.id).where(sql`status = 'processing' or stop_requested_at is not null`),
  ],
);

/** The append-only log of a session, numbered without gaps. */
export const sessionEvents = pgTable(
  "session_events",
  {
    sessionId: uuid("session_id")
      .notNull()
      .references(() => planningSessions.id, { onDelete: "cascade" }),
    seq: integer("seq").notNull(),
    organizationId: organizationId(),
    type: text("type").notNull(),
    body: jsonb("body").$type<Record<string, unknown>>().notNull(),
    /** Names the operation that a repeat must not log again. */
    opId: text("op_id"),
    actor: text("actor").notNull(),
    ...times,
  },
  (table) => [
    primaryKey({ columns: [table.sessionId, table.seq] }),
    unique("session_events_operation").on(table.sessionId, table.opId),
    index("session_events_replies").on(table.sessionId, table.seq).where(sql`type = 'person.replied'`),
    index("session_events_problems").on(table.sessionId, table.seq).where(sql`type in ('error', 'warning', 'result')`),
    // The audit trail, the newest first.
    index("session_events_audit").on(
      table.organizationId,
      table.createdAt.desc(),
      table.sessionId.desc(),
      table.seq.desc(),
    ),
  ],
);

/** One source planned into one Linear team; outlives sessions, and belongs to the engagement of the one that holds it. Holds the only lease there is. */
export const plans = pgTable(
  "plans",
  {
    id: uuid("id").primaryKey(),
    organizationId: organizationId(),
    /** `confluence:<site host>:<page id>`, or `session:<id>` for a live plan. */
    source: text("source").notNull(),
    teamId: text("team_id").notNull(),
    sessionId: uuid("session_id")
      .notNull()
      .references(() => planningSessions.id),
    confluencePageId: text("confluence_page_id"),
    pageUrl: text("page_url"),
    pageTitle: text("page_title").notNull(),
    version: integer("version").notNull().default(1),
    syncStatus: text("sync_status").$type<SyncStatus>().notNull().default("idle"),
    step: text("step").$type<SyncStepName>(),
    /** Something happened while somebody worked on the plan: another run follows. */
    dirty: boolean("dirty").notNull().default(false),
    /** Page version that the items were last approved or read from; null before the first approval, and nothing is kept in step before that. */
    basePageVersion: integer("base_page_version"),
    /** What the run that is under way keeps from step to step. */
    syncWork: jsonb("sync_work").$type<SyncWork>(),
    /** When the next run is to begin, since when it has been wanted, and why. */
    dueAt: instant("due_at"),
    dueSince: instant("due_since"),
    dueBecause: text("due_because").$type<SyncTrigger>(),
    /** Linear's id of the person who asked for it. */
    dueFor: text("due_for"),
    /** The run that the next one is to take back. */
    dueUndo: uuid("due_undo"),
    /** A running run goes on after this. */
    waitingUntil: instant("waiting_until"),
    /** Why it is paused, in words. */
    pausedBecause: jsonb("paused_because").$type<{ code: string; words: string; by?: string }>(),
    /** The question that people were asked last about conflicts of this plan, while it is open. */
    syncQuestion: jsonb("sync_question").$type<SyncQuestion>(),
    /** The instant, by Linear's clock, up to which its issues have been read. */
    linearSeenAt: text("linear_seen_at"),
    /** The team as it was read last. */
    setup: jsonb("setup").$type<PlanSetup>(),
    /** How far its comments have been mirrored, and what stood in the way. */
    commentsSeen: jsonb("comments_seen").$type<CommentsSeen>(),
    /** Of several plans of an organization on one page the first that was approved writes to it. */
    writesPage: boolean("writes_page").notNull().default(true),
    lastSyncedAt: instant("last_synced_at"),
    lastPolledAt: instant("last_polled_at"),
    attemptId: uuid("attempt_id"),
    lockedUntil: instant("locked_until"),
    ...times,
  },
  (table) => [
    unique("plans_source_team").on(table.organizationId, table.source, table.teamId),
    // Few: plans that are being synchronised, or that somebody must look at.
    index("plans_not_idle").on(table.syncStatus).where(sql`sync_status <> 'idle'`),
    index("plans_due").on(table.dueAt).where(sql`due_at is not null`),
    index("plans_polled").on(table.lastPolledAt).where(sql`base_page_version is not null`),
    index("plans_page").on(table.confluencePageId),
    index("plans_session").on(table.sessionId),
  ],
);

/** An epic, feature, story or enabler of a plan. */
export const planItems = pgTable(
  "plan_items",
  {
    id: uuid("id").primaryKey(),
    organizationId: organizationId(),
    planId: uuid("plan_id")
      .notNull()
      .references(() => plans.id, { onDelete: "cascade" }),
    createdBySession: uuid("created_by_session"),
    parentId: uuid("parent_id"),
    position: integer("position").notNull(),
    kind: text("kind").$type<"epic" | "feature" | "story" | "enabler">().notNull(),
    key: text("key").notNull(),
    title: text("title").notNull(),
    fields: jsonb("fields").$type<ItemFields>().notNull(),
    localId: text("local_id"),
    source: jsonb("source").$type<PlanItem["source"]>().notNull(),
    /** What the next applying step has to do in Linear for this item. */
    pending: text("pending").$type<PlanItem["pending"] & string>(),
    linksPending: boolean("links_pending").notNull().default(false),
    state: text("state").$type<"active" | "removed" | "undone" | "refused">().notNull().default("active"),
    generation: integer("generation").notNull().default(1),
    linearKind: text("linear_kind").$type<"issue" | "project">().notNull().default("issue"),
    linearId: text("linear_id"),
    linearIdentifier: text("linear_identifier"),
    linearUrl: text("linear_url"),
    adopted: boolean("adopted").notNull().default(false),
    /** The item of another plan of the session that is the same as this one: set by a merge, cleared by its undo. */
    duplicateOf: uuid("duplicate_of"),
    /** What the issue said when it was last read or written; null before the first write. */
    base: jsonb("base").$type<ItemFields>(),
    /** The next sync run reads the issue, whatever Linear reports. */
    unsettled: boolean("unsettled").notNull().default(false),
    /** Name of the issue's workflow state as the page was told it last. */
    status: text("status"),
    /** The issue's instant of change when it was read last, by Linear's clock. */
    linearSeenAt: text("linear_seen_at"),
    ...times,
  },
  (table) => [
    unique("plan_items_linear").on(table.organizationId, table.linearId),
    index("plan_items_plan").on(table.planId, table.position),
    index("plan_items_created_by").on(table.createdBySession),
    index("plan_items_children").on(table.parentId),
    foreignKey({ columns: [table.parentId], foreignColumns: [table.id], name: "plan_items_parent" }),
  ],
);

/** Page bodies by version; kept only for base versions and open proposals. */
export const pageSnapshots = pgTable(
  "page_snapshots",
  {
    planId: uuid("plan_id")
      .notNull()
      .references(() => plans.id, { onDelete: "cascade" }),
    pageVersion: integer("page_version").notNull(),
    organizationId: organizationId(),
    title: text("title").notNull(),
    body: text("body").notNull(),
    ...times,
  },
  (table) => [primaryKey({ columns: [table.planId, table.pageVersion] })],
);
