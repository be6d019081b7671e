import { type SQL, sql } from "drizzle-orm";
import type { IdempotencyStore } from "../ports-people.js";
import type { Database } from "./database.js";

/** Seconds after which a request that never told its end is taken for dead, so that a repeat may do it. */
const abandonedAfter = 60;

/** Answers kept for a day (`prune`), each under its caller's own key. */
export function idempotencyStore(db: Database): IdempotencyStore {
  return {
    async begin({ userId, organizationId }, key, requestHash) {
      for (;;) {
        const [row] = await db.query<{
          newId: string | null;
          hash: string | null;
          status: number | null;
          body: string | null;
        }>(sql`
          with begun as (
            insert into idempotency_keys (user_id, key, organization_id, request_hash, new_id, held_until)
            values (${userId}, ${key}, ${organizationId}, ${requestHash}, gen_random_uuid(), now() + ${abandonedAfter}::int * interval '1 second')
            on conflict (user_id, key) do update set held_until = excluded.held_until, updated_at = now()
             where idempotency_keys.status is null and idempotency_keys.request_hash = excluded.request_hash
               and idempotency_keys.held_until <= now()
            returning new_id)
          select (select new_id from begun) as "newId", k.request_hash as hash, k.status, k.body
            from (select 1) one left join idempotency_keys k on k.user_id = ${userId} and k.key = ${key}`);
        if (!row) continue;
        if (row.newId !== null) return { kind: "new", newId: row.newId };
        // Somebody began it while this statement waited, which therefore does not see their row; or it was forgotten since.
        if (row.hash === null) continue;
        if (row.hash !== requestHash) return { kind: "other" };
        if (row.status === null) return { kind: "running" };
        return { kind: "done", status: row.status, body: row.body ?? "" };
      }
    },

    async finish({ userId }, key, { status, body }) {
      await db.query(sql`
        update idempotency_keys set status = ${status}, body = ${body}, updated_at = now() where user_id = ${userId} and key = ${key}`);
    },

    async release({ userId }, key) {
      await db.query(sql`
        update idempotency_keys set held_until = now(), updated_at = now() where user_id = ${userId} and key = ${key} and status is null`);
    },

    async forget({ userId }, key) {
      await db.query(sql`delete from idempotency_keys where user_id = ${userId} and key = ${key} and status is null`);
    },
  };
}

/** Answers that somebody was given are not shown to them again once they may do less: for the statement that takes something from them. */
export const forgetAnswers = (whose: SQL): SQL => sql`delete from idempotency_keys k where ${whose}`;
