import { sql } from "drizzle-orm";
import type { Announce, LivePlanSnapshot, LivePlanStore } from "../ports-live-plans.js";
import { within } from "./access-store.js";
import { type Database, repeatable } from "./database.js";
import { beyond, placeOf, toPage } from "./keyset.js";
import { changePlan } from "./live-plan-change.js";
import { planJson } from "./live-plan-rows.js";
import { insertSession } from "./new-session.js";

/** Live plans in Postgres. Event, row and counter are written by one statement, so that who sees event n has everything below it. */
export function livePlanStore(db: Database, announce: Announce = () => undefined): LivePlanStore {
  return {
    async create(session) {
      const result = await insertSession(db, session);
      if (result === "created") announce(session.id);
      return result;
    },

    async find(organizationId, id, readable) {
      const [row] = await db.query<{ plan: LivePlanSnapshot }>(
        sql`
        select ${planJson(sql`s`)} as plan from planning_sessions s
         where s.id = ${id} and s.organization_id = ${organizationId} and s.deleted_at is null and ${within(readable, sql`s.engagement_id`)}`,
        repeatable,
      );
      return row?.plan ?? null;
    },

    async list(organizationId, readable, { isArchived, limit, cursor }) {
      const state = isArchived === null ? sql`` : sql`and (s.archived_at is not null) = ${isArchived}`;
      const rows = await db.query<{ plan: LivePlanSnapshot; place: unknown }>(
        sql`
        select ${planJson(sql`s`)} as plan, ${placeOf(sql`s.created_at`, sql`s.id`)} as place from planning_sessions s
         where s.organization_id = ${organizationId} and s.deleted_at is null and s.merged_into is null ${state} and ${within(readable, sql`s.engagement_id`)}
           and ${beyond(cursor, sql`s.created_at`, sql`s.id`)}
         order by s.created_at desc, s.id desc limit ${limit + 1}`,
        repeatable,
      );
      return toPage(rows, limit, ({ plan }) => plan);
    },

    async change(principal, id, opId, change) {
      const result = await changePlan(db, principal, id, opId, change);
      if (result.outcome === "applied") announce(id, result.event);
      if (result.outcome === "repeated") announce(id);
      return result;
    },
  };
}
