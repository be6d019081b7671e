import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import type { CommentLink } from "../domain/sync/comments.js";
import type { ChangeOf, ConflictField, ConflictKind, Strategy } from "../domain/sync/conflict.js";
import type { Done, SyncTrigger } from "../domain/sync/run.js";
import { instant, organizationId, planItems, plans, times } from "./schema.js";

/** What both sides changed, or one side threw away: a question to people about one field of one item. */
export const conflicts = pgTable(
  "conflicts",
  {
    id: uuid("id").primaryKey(),
    organizationId: organizationId(),
    planId: uuid("plan_id")
      .notNull()
      .references(() => plans.id, { onDelete: "cascade" }),
    /** The session that the plan belonged to when it was found. */
    sessionId: uuid("session_id").notNull(),
    itemId: uuid("item_id")
      .notNull()
      .references(() => planItems.id, { onDelete: "cascade" }),
    /** A field of the item, or `existence`. */
    field: text("field").$type<ConflictField>().notNull(),
    kind: text("kind").$type<ConflictKind>().notNull(),
    base: jsonb("base").$type<unknown>(),
    /** Value, author and instant on each side. */
    linearChange: jsonb("linear_change").$type<ChangeOf>().notNull(),
    confluenceChange: jsonb("confluence_change").$type<ChangeOf>().notNull(),
    isResolved: boolean("is_resolved").notNull().default(false),
    /** Who was right: a side, both, or what a person wrote instead; `agreed`: the sides came to say the same. */
    resolutionStrategy: text("resolution_strategy").$type<Strategy>(),
    resolvedChange: jsonb("resolved_change").$type<ChangeOf>(),
    /** When both sides were given what was decided. */
    appliedAt: instant("applied_at"),
    ...times,
  },
  (table) => [
    uniqueIndex("conflicts_open").on(table.itemId, table.field).where(sql`applied_at is null`),
    index("conflicts_item").on(table.itemId),
    index("conflicts_plan").on(table.planId, table.createdAt, table.id),
    index("conflicts_organization").on(table.organizationId, table.createdAt, table.id),
  ],
);

/** Sync runs that have done something or were asked for. */
export const syncHistory = pgTable(
  "sync_history",
  {
    id: uuid("id").primaryKey(),
    organizationId: organizationId(),
    planId: uuid("plan_id")
      .notNull()
      .references(() => plans.id, { onDelete: "cascade" }),
    confluencePageId: text("confluence_page_id").notNull(),
    linearTeamId: text("linear_team_id").notNull(),
    trigger: text("trigger").$type<SyncTrigger>().notNull(),
    success: boolean("success").notNull(),
    error: text("error"),
    createdIssues: integer("created_issues").notNull().default(0),
    updatedIssues: integer("updated_issues").notNull().default(0),
    confluenceChanges: integer("confluence_changes").notNull().default(0),
    conflictsDetected: integer("conflicts_detected").notNull().default(0),
    conflictsResolved: integer("conflicts_resolved").notNull().default(0),
    /** Versions of the page before and after. */
    fromPageVersion: integer("from_page_version"),
    toPageVersion: integer("to_page_version"),
    /** Everything that was done, for people and for taking it back. */
    done: jsonb("done").$type<Done[]>().notNull(),
    undoneAt: instant("undone_at"),
    startedAt: instant("started_at").notNull(),
    /** When it ended. */
    timestamp: instant("timestamp").notNull().defaultNow(),
    ...times,
  },
  (table) => [index("sync_history_plan").on(table.planId, table.timestamp, table.id)],
);

/** Our writes to pages, each written down before it is sent; its id stands in the message of the version that it makes. */
export const pageWrites = pgTable(
  "page_writes",
  {
    id: uuid("id").primaryKey(),
    organizationId: organizationId(),
    planId: uuid("plan_id")
      .notNull()
      .references(() => plans.id, { onDelete: "cascade" }),
    fromVersion: integer("from_version").notNull(),
    /** SHA-256 of the body that was sent. */
    bodyHash: text("body_hash").notNull(),
    /** What it does to the page, item by item. */
    done: jsonb("done").$type<Done[]>().notNull(),
    /** `open`: sent or about to be; nobody has looked yet what became of it. */
    status: text("status").$type<"open" | "written" | "not_written" | "page_gone">().notNull().default("open"),
    ...times,
  },
  (table) => [
    index("page_writes_plan").on(table.planId, table.fromVersion),
    index("page_writes_open").on(table.planId).where(sql`status = 'open'`),
  ],
);

/** What Linear's events said of the plan's issues, until a run has taken it into account: a description has no other history that can be read. */
export const issueEvents = pgTable(
  "issue_events",
  {
    organizationId: organizationId(),
    issueId: text("issue_id").notNull(),
    /** Of the issue after the change, as Linear writes it. */
    changedAt: text("changed_at").notNull(),
    actorId: text("actor_id"),
    actorName: text("actor_name"),
    data: jsonb("data").$type<Record<string, unknown>>().notNull(),
    ...times,
  },
  (table) => [primaryKey({ columns: [table.organizationId, table.issueId, table.changedAt] })],
);

/** Comments that are mirrored, one row for each: put down before it is sent, so that nothing is said twice. What they say is not kept. */
export const commentLinks = pgTable(
  "comment_links",
  {
    /** The id that it gets in Linear, or the mark by which it is found again on the page. */
    id: uuid("id").primaryKey(),
    organizationId: organizationId(),
    planId: uuid("plan_id")
      .notNull()
      .references(() => plans.id, { onDelete: "cascade" }),
    itemId: uuid("item_id")
      .notNull()
      .references(() => planItems.id, { onDelete: "cascade" }),
    /** The side on which a person wrote it. */
    writtenIn: text("written_in").$type<CommentLink["writtenIn"]>().notNull(),
    linearCommentId: text("linear_comment_id").notNull(),
    /** The first comment of its thread there. */
    linearThreadId: text("linear_thread_id").notNull(),
    /** Null until it is on the page. */
    pageCommentId: text("page_comment_id"),
    pageThreadId: text("page_thread_id"),
    pageKind: text("page_kind").$type<CommentLink["pageKind"]>().notNull(),
    /** `open`: sent or about to be. */
    status: text("status").$type<CommentLink["status"]>().notNull().default("open"),
    ...times,
  },
  (table) => [
    uniqueIndex("comment_links_linear").on(table.planId, table.linearCommentId),
    uniqueIndex("comment_links_page").on(table.planId, table.pageCommentId).where(sql`page_comment_id is not null`),
    index("comment_links_plan").on(table.planId, table.updatedAt),
    index("comment_links_item").on(table.itemId),
    check("comment_links_status", sql`status in ('open', 'mirrored', 'not_written')`),
    check("comment_links_side", sql`written_in in ('linear', 'page')`),
  ],
);
