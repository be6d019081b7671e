import { sql } from "drizzle-orm";
import { index, integer, jsonb, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { instant, organizationId, times } from "./schema.js";

/** Accepted webhook deliveries. Two keys, because a provider may repeat one under a new delivery id. */
export const webhookDeliveries = pgTable(
  "webhook_deliveries",
  {
    provider: text("provider").notNull(),
    deliveryId: text("delivery_id").notNull(),
    meaning: text("meaning").notNull(),
    organizationId: text("organization_id").notNull(),
    sessionId: uuid("session_id"),
    type: text("type").notNull(),
    ...times,
  },
  (table) => [
    primaryKey({ columns: [table.provider, table.deliveryId] }),
    unique("webhook_deliveries_meaning").on(table.provider, table.organizationId, table.meaning),
    index("webhook_deliveries_age").on(table.createdAt),
  ],
);

/** What leaves after a commit; ordered for each session by (seq, n). `available_at` is the end of the sender's claim. */
export const outbox = pgTable(
  "outbox",
  {
    id: uuid("id").primaryKey(),
    organizationId: organizationId(),
    sessionId: uuid("session_id").notNull(),
    seq: integer("seq").notNull(),
    n: integer("n").notNull(),
    kind: text("kind").$type<"step" | "activity" | "checklist" | "links" | "take_up">().notNull(),
    body: jsonb("body").$type<Record<string, unknown>>().notNull(),
    attempts: integer("attempts").notNull().default(0),
    availableAt: instant("available_at").notNull().defaultNow(),
    sentAt: instant("sent_at"),
    closedReason: text("closed_reason"),
    messageId: text("message_id"),
    ...times,
  },
  (table) => [
    unique("outbox_order").on(table.sessionId, table.seq, table.n),
    index("outbox_unsent").on(table.availableAt).where(sql`sent_at is null`),
    // Few: what was given up, for the figures.
    index("outbox_closed").on(table.sentAt).where(sql`closed_reason is not null`),
    index("outbox_session_unsent").on(table.sessionId, table.seq, table.n).where(sql`sent_at is null`),
  ],
);
