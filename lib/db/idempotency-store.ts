import { sql } from "drizzle-orm";
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
          isNew: boolean;
          hash: string | null;
          status: number | null;
          body: string | null;
        }>(sql`
          with begun as (
            insert into idempotency_keys (user_id, key, organization_id, request_hash)
            values (${userId}, ${key}, ${organizationId}, ${requestHash})
            on conflict (user_id, key) do update set created_at = now(), updated_at = now()
             where idempotency_keys.status is null and idempotency_keys.request_hash = excluded.request_hash
               and idempotency_keys.created_at < now() - ${abandonedAfter}::int * interval '1 second'
            returning true)
          select exists (select from begun) as "isNew", k.request_hash as hash, k.status, k.body
            from (select 1) one left join idempotency_keys k on k.user_id = ${userId} and k.key = ${key}`);
        if (!row || row.isNew) return { kind: "new" };
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

    async forget({ userId }, key) {
      await db.query(sql`delete from idempotency_keys where user_id = ${userId} and key = ${key} and status is null`);
    },
  };
}
