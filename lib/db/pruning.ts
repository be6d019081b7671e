import { sql } from "drizzle-orm";
import type { Database } from "./database.js";

/** Days that what is no longer needed is kept: deliveries for repeats (Linear retries for seven hours), effects for looking back. */
const kept = { deliveries: 7, effects: 30, snapshots: 1 };

/** Removes what only mattered for a time: old deliveries, sent effects, and page bodies that are neither a base nor an open proposal. */
export async function prune(db: Database): Promise<void> {
  const olderThan = (days: number) => sql`now() - ${days}::int * interval '1 day'`;
  await db.query(sql`delete from webhook_deliveries where created_at < ${olderThan(kept.deliveries)}`);
  await db.query(sql`delete from outbox where sent_at < ${olderThan(kept.effects)}`);
  await db.query(sql`
    delete from page_snapshots n using plans p, planning_sessions s
     where p.id = n.plan_id and s.id = p.session_id and n.updated_at < ${olderThan(kept.snapshots)}
       and n.page_version is distinct from p.base_page_version and s.status in ('completed', 'failed', 'cancelled')`);
}
