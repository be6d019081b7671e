import { sql } from "drizzle-orm";
import { customType, index, integer, jsonb, numeric, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import type { EdgeKind, MemoryKind } from "../domain/memory/node.js";
import { engagements, instant, organizationId, planningSessions, times } from "./schema.js";

/** Lines of a live plan. The row says how a step stands now, the log how it came to that. */
export const planSteps = pgTable(
  "plan_steps",
  {
    sessionId: uuid("session_id")
      .notNull()
      .references(() => planningSessions.id, { onDelete: "cascade" }),
    /** Made by whoever added it: the operation's id too, so that a repeat finds it. */
    id: uuid("id").notNull(),
    organizationId: organizationId(),
    /** Steps stand in the order of (position, id). A new one gets the number of its event; one that is moved the middle between its neighbours. */
    position: numeric("position").notNull(),
    text: text("text").notNull(),
    owner: text("owner").notNull(),
    /** Number of the last event that changed it. */
    revision: integer("revision").notNull(),
    removedAt: instant("removed_at"),
    ...times,
  },
  (table) => [
    primaryKey({ columns: [table.sessionId, table.id] }),
    index("plan_steps_order").on(table.sessionId, table.position, table.id).where(sql`removed_at is null`),
  ],
);

/** Who takes part in a live plan, by name; a participant need not be a user. */
export const sessionParticipants = pgTable(
  "session_participants",
  {
    sessionId: uuid("session_id")
      .notNull()
      .references(() => planningSessions.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    organizationId: organizationId(),
    ...times,
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.name] })],
);

/** Who watches a session at this moment: a row for each open stream, refreshed while it is open. */
export const presence = pgTable(
  "presence",
  {
    sessionId: uuid("session_id")
      .notNull()
      .references(() => planningSessions.id, { onDelete: "cascade" }),
    connectionId: uuid("connection_id").notNull(),
    organizationId: organizationId(),
    userId: uuid("user_id").notNull(),
    name: text("name").notNull(),
    state: text("state").$type<"here" | "away">().notNull().default("here"),
    seenAt: instant("seen_at").notNull().defaultNow(),
    ...times,
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.connectionId] }), index("presence_age").on(table.seenAt)],
);

/** Merges of two sessions, each with the list of what was taken over: what an undo needs. */
export const sessionMerges = pgTable(
  "session_merges",
  {
    id: uuid("id").primaryKey(),
    organizationId: organizationId(),
    targetId: uuid("target_id")
      .notNull()
      .references(() => planningSessions.id, { onDelete: "cascade" }),
    sourceId: uuid("source_id")
      .notNull()
      .references(() => planningSessions.id, { onDelete: "cascade" }),
    record: jsonb("record").$type<Record<string, unknown>>().notNull(),
    undoneAt: instant("undone_at"),
    ...times,
  },
  (table) => [index("session_merges_target").on(table.targetId), index("session_merges_source").on(table.sourceId)],
);

const tsvector = customType<{ data: string }>({ dataType: () => "tsvector" });

/** What remains of planning: archived sessions, pages, plans, issues, decisions. */
export const memoryNodes = pgTable(
  "memory_nodes",
  {
    id: uuid("id").primaryKey(),
    organizationId: organizationId(),
    engagementId: uuid("engagement_id").references(() => engagements.id),
    kind: text("kind").$type<MemoryKind>().notNull(),
    title: text("title").notNull(),
    /** For a `plan_session` the JSON of title, steps and participants. */
    content: text("content").notNull(),
    metadata: jsonb("metadata").$type<Record<string, unknown>>().notNull(),
    /** What is searched: the words of title and content and their stems, each behind four letters that stand for the organization. */
    search: tsvector("search").notNull(),
    /** Words of `search`, for the length in the ranking. */
    words: integer("words").notNull(),
    ...times,
  },
  (table) => [
    // Kept up to date at once: a search would read from end to end what is still to be entered.
    index("memory_nodes_search").using("gin", table.search).with({ fastupdate: false }),
    // The list, the newest first, and of one kind; read backwards.
    index("memory_nodes_list").on(table.organizationId, table.createdAt, table.id),
    index("memory_nodes_list_kind").on(table.organizationId, table.kind, table.createdAt, table.id),
    index("memory_nodes_engagement").on(table.engagementId),
  ],
);

/** How nodes relate, from the older to the younger: session → plan, page → plan, plan → issue, context → session. */
export const memoryEdges = pgTable(
  "memory_edges",
  {
    sourceId: uuid("source_id")
      .notNull()
      .references(() => memoryNodes.id, { onDelete: "cascade" }),
    targetId: uuid("target_id")
      .notNull()
      .references(() => memoryNodes.id, { onDelete: "cascade" }),
    kind: text("kind").$type<EdgeKind>().notNull(),
    organizationId: organizationId(),
    ...times,
  },
  (table) => [
    primaryKey({ columns: [table.sourceId, table.targetId, table.kind] }),
    index("memory_edges_target").on(table.targetId),
  ],
);

/**
 * The words of an organization's memory and in how many nodes each stands: for weighing words, and for words that were mistyped. Words as
 * they are written, their stems behind `~`, and the empty word, which stands in every node.
 */
export const memoryTerms = pgTable(
  "memory_terms",
  {
    organizationId: organizationId(),
    term: text("term").notNull(),
    nodes: integer("nodes").notNull(),
    ...times,
  },
  (table) => [
    primaryKey({ columns: [table.organizationId, table.term] }),
    // Words that people mistyped, or have not typed to their end.
    index("memory_terms_similar")
      .using("gin", table.organizationId, table.term.op("gin_trgm_ops"))
      .with({ fastupdate: false })
      .where(sql`term not like '~%'`),
    index("memory_terms_beginning").on(table.organizationId, table.term.op("text_pattern_ops")),
  ],
);
