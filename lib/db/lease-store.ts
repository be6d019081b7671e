import { sql } from "drizzle-orm";
import type { LeaseStore } from "../ports.js";
import { type Database, repeatable } from "./database.js";

/** Leases on plans, timed by the database's clock; `leaseMs` is how long a holder may be silent. */
export function leaseStore(db: Database, leaseMs: number): LeaseStore {
  const until = sql`now() + ${leaseMs}::int * interval '1 millisecond'`;
  return {
    async acquire(planId, attemptId) {
      const [row] = await db.query<{ held: boolean; previous: string | null; wait: number | null }>(sql`
        with seen as (select id, attempt_id, locked_until from plans where id = ${planId} for update),
        taken as (
          update plans p set attempt_id = ${attemptId}::uuid, locked_until = ${until} from seen
           where p.id = seen.id and (seen.locked_until is null or seen.locked_until <= now() or seen.attempt_id = ${attemptId}::uuid)
          returning p.id)
        select exists (select from taken) as held, seen.attempt_id as previous,
               ceil(extract(epoch from seen.locked_until - now()) * 1000)::int as wait from seen`);
      if (!row) throw new Error(`plan ${planId} is not there to be leased`);
      if (row.held) return { held: true, takenOver: row.previous !== null && row.previous !== attemptId };
      return { held: false, untilMs: Math.max(0, row.wait ?? 0) };
    },

    async renew(planId, attemptId, sessionId) {
      const [row] = await db.query<{ held: boolean; stop: boolean }>(
        sql`
        with kept as (update plans set locked_until = ${until} where id = ${planId} and attempt_id = ${attemptId}::uuid returning id)
        select exists (select from kept) as held,
               coalesce((select stop_requested_at is not null from planning_sessions where id = ${sessionId}), true) as stop`,
        repeatable,
      );
      if (!row?.held) return "lost";
      return row.stop ? "stop_requested" : "held";
    },

    async isHeld(planId) {
      const held = sql`select 1 from plans where id = ${planId} and locked_until > now()`;
      return (await db.query(held, repeatable)).length > 0;
    },

    async abandon(planId, attemptId) {
      await db.query(
        sql`update plans set locked_until = now() where id = ${planId} and attempt_id = ${attemptId}::uuid`,
        repeatable,
      );
    },
  };
}
