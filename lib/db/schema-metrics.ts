import { sql } from "drizzle-orm";
import { boolean, doublePrecision, index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { instant, organizations, times } from "./schema.js";

/** How far the log of each organization has been counted, and whether the organization has series of its own. */
export const metricOrganizations = pgTable(
  "metric_organizations",
  {
    organizationId: text("organization_id")
      .primaryKey()
      .references(() => organizations.id, { onDelete: "cascade" }),
    /** Events up to here are in `metric_counts`. */
    countedUntil: instant("counted_until").notNull(),
    /** Events counted in all: the busiest organizations are labelled. */
    events: doublePrecision("events").notNull().default(0),
    isLabelled: boolean("is_labelled").notNull().default(false),
    /** What happened until then still belongs to the series that it had. */
    labelledUntil: instant("labelled_until"),
    ...times,
  },
  (table) => [index("metric_organizations_labelled").on(table.organizationId).where(sql`is_labelled`)],
);

/** Running sums, which only ever grow. No foreign key: the series `other` and those of no organization stay when an organization goes. */
export const metricCounts = pgTable(
  "metric_counts",
  {
    name: text("name").notNull(),
    /** Of the series: `other` for organizations without a label, empty where the series names none. */
    organizationId: text("organization_id").notNull(),
    /** The series' own label: event, code, operation. */
    label: text("label").notNull(),
    /** Of a histogram: the upper bound, or `sum`. */
    bucket: text("bucket").notNull(),
    value: doublePrecision("value").notNull(),
    ...times,
  },
  (table) => [primaryKey({ columns: [table.name, table.organizationId, table.label, table.bucket] })],
);
