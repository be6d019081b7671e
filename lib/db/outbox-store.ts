import { type SQL, sql } from "drizzle-orm";
import type { OrganizationId, SessionId } from "../domain/ids.js";
import type { OutboxRow, OutboxStore, Settled } from "../ports.js";
import { type Database, repeatable } from "./database.js";

/** A row of `outbox` as its sender sees it. */
export type EffectRow = {
  id: string;
  organization_id: string;
  session_id: string;
  attempts: number;
  message_id: string | null;
  kind: string;
  body: unknown;
};

/** Effects that wait to be sent. `claimMs` outlasts a call's time-out; `stuckMs` is how long a sent step may move nothing. */
export function outboxStore(db: Database, times: { claimMs: number; stuckMs: number }): OutboxStore {
  /** Settles `done` and claims what then comes first; an effect that must wait keeps its place and is not claimed again here. */
  async function claimFirst(sessionId: SessionId, done?: Settled): Promise<OutboxRow | null> {
    const rows = await db.query<EffectRow>(sql`
      with settled as (${done ? settle(done) : sql`select null::uuid as id where false`}),
      first as (
        select o.id from outbox o
         where o.session_id = ${sessionId} and o.kind <> 'step' and o.sent_at is null and o.id is distinct from ${closedBy(done)}::uuid
         order by o.seq, o.n limit 1)
      update outbox o set attempts = o.attempts + 1, available_at = now() + ${times.claimMs}::int * interval '1 millisecond', updated_at = now()
       where o.id = (select id from first) and o.available_at <= now() and o.sent_at is null
         and o.id is distinct from ${done?.id ?? null}::uuid
      returning o.id, o.organization_id, o.session_id, o.attempts, o.message_id, o.kind, o.body`);
    return rows[0] ? toOutboxRow(rows[0]) : null;
  }

  return {
    async unsentSteps(sessionId) {
      const rows = await db.query<EffectRow>(
        sql`
        select id, organization_id, session_id, attempts, message_id, kind, body from outbox
         where session_id = ${sessionId} and kind = 'step' and sent_at is null order by seq, n`,
        repeatable,
      );
      return rows.map(toOutboxRow);
    },

    async claimNext(sessionId, done) {
      const next = await claimFirst(sessionId, done);
      // What was committed while `done` was being settled is not in that statement's snapshot, and its own sender has found `done` claimed.
      return next ?? (closedBy(done) === null ? null : claimFirst(sessionId));
    },

    async settle(done) {
      await db.query(settle(done), repeatable);
    },

    async listOverdue(limit) {
      const unsent = await db.query<{ session_id: string }>(
        sql`
        select o.session_id from outbox o where o.sent_at is null and o.available_at <= now()
           and (o.kind = 'step' or not exists (
             select from outbox e where e.session_id = o.session_id and e.kind <> 'step' and e.sent_at is null and (e.seq, e.n) < (o.seq, o.n)))
         group by o.session_id order by min(o.available_at) limit ${limit}`,
        repeatable,
      );
      const stuck = await db.query<EffectRow>(sql`
        update outbox set attempts = attempts + 1, sent_at = now(), updated_at = now() where id in (
          select o.id from planning_sessions s join outbox o on o.session_id = s.id
           where (s.status = 'processing' or s.stop_requested_at is not null) and o.kind = 'step'
             and o.sent_at < now() - ${times.stuckMs}::int * interval '1 millisecond'
             and (o.body->>'version')::int = s.version and coalesce(s.waiting_until, now()) <= now()
             and to_timestamp(coalesce((o.body->>'notBefore')::float8, 0) / 1000) < now() - ${times.stuckMs}::int * interval '1 millisecond'
             and (s.stop_requested_at is null
                  or o.body->>'step' = 'wind-up' and s.status in ('pending', 'processing', 'awaiting_input'))
             and not exists (select from plans p where p.session_id = s.id and p.locked_until > now())
           order by o.sent_at limit ${limit} for update of o skip locked)
        returning id, organization_id, session_id, attempts, message_id, kind, body`);
      return { unsent: unsent.map((row) => row.session_id as SessionId), stuck: stuck.map(toOutboxRow) };
    },
  };
}

/** A refused try waits `retryAfterMs` and keeps its place; anything else is done with. */
function settle(done: Settled): SQL {
  if (done.retryAfterMs !== undefined)
    return sql`update outbox set available_at = now() + ${done.retryAfterMs}::int * interval '1 millisecond', updated_at = now()
                where id = ${done.id}::uuid and sent_at is null returning id`;
  return sql`update outbox set sent_at = now(), message_id = coalesce(${done.messageId ?? null}, message_id),
                    closed_reason = ${done.closedReason ?? null}, updated_at = now()
              where id = ${done.id}::uuid and sent_at is null returning id`;
}

const closedBy = (done: Settled | undefined): string | null =>
  done && done.retryAfterMs === undefined ? done.id : null;

/** What a row of `outbox` means. */
export function toOutboxRow(row: EffectRow): OutboxRow {
  return {
    id: row.id,
    organizationId: row.organization_id as OrganizationId,
    sessionId: row.session_id as SessionId,
    attempts: row.attempts,
    messageId: row.message_id,
    kind: row.kind,
    body: row.body,
  } as OutboxRow;
}
