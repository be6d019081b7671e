import { sql } from "drizzle-orm";
import type { Database } from "./database.js";

/**
 * Days that what is no longer needed is kept: deliveries for repeats (Linear retries for seven hours), effects for looking back, pages for taking a
 * run back, what issues said for a plan that is paused, our page writes for telling them from other people's, comments for their threads, what opens nothing any more so that
 * people see that it has ended.
 */
const kept = {
  deliveries: 7,
  effects: 30,
  snapshots: 1,
  undo: 7,
  issueEvents: 7,
  pageWrites: 30,
  comments: 180,
  credentials: 30,
  answers: 1,
  counts: 1,
  presence: 1,
};

/**
 * Removes what only mattered for a time: old deliveries, sent effects, page bodies that are neither a base nor an open proposal nor what a run may be
 * taken back to, changes of issues that no run has asked for, settled page writes, mirrored comments, sign-ins and tokens that have ended, answers for repeats, counts of
 * requests and people who have left.
 */
export async function prune(db: Database): Promise<void> {
  const olderThan = (days: number) => sql`now() - ${days}::int * interval '1 day'`;
  await db.query(sql`delete from webhook_deliveries where created_at < ${olderThan(kept.deliveries)}`);
  await db.query(sql`delete from outbox where sent_at < ${olderThan(kept.effects)}`);
  await db.query(sql`
    delete from page_snapshots n using plans p, planning_sessions s
     where p.id = n.plan_id and s.id = p.session_id and n.updated_at < ${olderThan(kept.snapshots)}
       and n.page_version is distinct from p.base_page_version and s.status in ('completed', 'failed', 'cancelled')
       and not exists (select from sync_history h where h.plan_id = n.plan_id and h.timestamp >= ${olderThan(kept.undo)}
                          and n.page_version in (h.from_page_version, h.to_page_version))`);
  await db.query(sql`delete from issue_events where created_at < ${olderThan(kept.issueEvents)}`);
  await db.query(sql`delete from page_writes where status <> 'open' and updated_at < ${olderThan(kept.pageWrites)}`);
  await db.query(sql`delete from comment_links where status <> 'open' and updated_at < ${olderThan(kept.comments)}`);
  for (const table of [sql`sign_ins`, sql`api_tokens`])
    await db.query(sql`delete from ${table} where least(expires_at, revoked_at) < ${olderThan(kept.credentials)}`);
  await db.query(sql`delete from idempotency_keys where created_at < ${olderThan(kept.answers)}`);
  await db.query(sql`delete from rate_limits where window_start < ${olderThan(kept.counts)}`);
  await db.query(sql`delete from presence where seen_at < ${olderThan(kept.presence)}`);
}
