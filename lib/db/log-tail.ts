import { sql } from "drizzle-orm";
import type { LogTail, SessionEventRow } from "../ports-stream.js";
import { within } from "./access-store.js";
import { type Database, json, repeatable, utc } from "./database.js";

/** What one look takes, of all logs and of each: nobody waits long for those who have much to catch up on. */
const most = { inAll: 1_000, ofEach: 200 };

/** The ends of many logs, read by one statement. */
export function logTail(db: Database): LogTail {
  return {
    async head(organizationId, id, readable) {
      const [row] = await db.query<{ last_seq: number }>(
        sql`
        select s.last_seq from planning_sessions s
         where s.id = ${id} and s.organization_id = ${organizationId} and s.deleted_at is null and ${within(readable, sql`s.engagement_id`)}`,
        repeatable,
      );
      return row?.last_seq ?? null;
    },

    async since(watched) {
      const events = await db.query<SessionEventRow>(
        sql`
        select w.id as "sessionId", e.seq, e.type, e.body, e.actor, ${utc(sql`e.created_at`)} as at
          from jsonb_to_recordset(${json(watched)}) as w(id uuid, after int)
         cross join lateral (
           select * from session_events l where l.session_id = w.id and l.seq > w.after order by l.seq limit ${most.ofEach}) e
         limit ${most.inAll}`,
        repeatable,
      );
      const counts = new Map<string, number>();
      for (const { sessionId } of events) counts.set(sessionId, (counts.get(sessionId) ?? 0) + 1);
      const isAll = events.length < most.inAll && Math.max(0, ...counts.values()) < most.ofEach;
      return { events, isAll };
    },

    async accessMark(organizationIds) {
      const [row] = await db.query<{ mark: string | null }>(
        sql`
        select string_agg(a.created_at::text, ' ' order by o.id) as mark from jsonb_array_elements_text(${json(organizationIds)}) as o(id)
         cross join lateral (
           select l.created_at from audit_log l where l.organization_id = o.id order by l.created_at desc limit 1) a`,
        repeatable,
      );
      return row?.mark ?? "";
    },
  };
}
