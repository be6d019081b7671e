import { type SQL, sql } from "drizzle-orm";
import type { PlanId } from "../domain/ids.js";
import { newWork, type SyncStatus, type SyncStepName } from "../domain/sync/run.js";
import { shortMs } from "../domain/sync/to-and-fro.js";
import type { Announce } from "../ports-live-plans.js";
import type { PastRun, SyncStore } from "../ports-sync.js";
import { type Database, json, repeatable, sqlState, uniqueViolation, utc } from "./database.js";
import { isPageWriter } from "./page-writer.js";
import { isLiving } from "./idle.js";
import { type PlanRow, type SessionRow, toPlan, toSession } from "./session-rows.js";
import { storeComments, syncCommit } from "./sync-commit.js";
import { type CommentRow, type SyncedRow, toCommentLink, toSyncedPlan } from "./sync-rows.js";
import { type DueRow, makeDue, type SyncTimes, toDueRun } from "./sync-due.js";

/** Plans as they are kept in step. Each method is one statement. */
export function syncStore(db: Database, times: SyncTimes, announce: Announce = () => undefined): SyncStore {
  return {
    async load(planId) {
      const [row] = await db.query<SyncedRow>(loadStatement(planId), repeatable);
      return row ? toSyncedPlan(row, times.linearClientId ?? "") : null;
    },

    async begin(seen, runId) {
      const { plan, session } = seen;
      const [row] = await db.query<{ begun: boolean; busy: boolean }>(sql`
        with session as (
          select id, status = 'processing' and ${isLiving(sql`s`)} as busy from planning_sessions s where id = ${session.id} for no key update),
        begun as (
          update plans p set sync_status = 'running', step = case when p.due_undo is null then 'detect-changes' else 'take-back' end, version = p.version + 1,
                 dirty = false, due_at = null, due_since = null, due_undo = null, due_for = null,
                 waiting_until = null, last_polled_at = now(), updated_at = now(),
                 sync_work = ${json(newWork(runId, "poll"))} || jsonb_build_object(
                   'trigger', case when p.due_undo is null then coalesce(p.due_because, 'poll') else 'undo' end, 'undoOf', p.due_undo,
                   'askedBy', p.due_for, 'startedAt', now())
            from session where p.id = ${plan.id} and p.session_id = session.id and p.version = ${plan.version} and p.sync_status = 'idle' and not session.busy
          returning p.id),
        put_off as (
          update plans p set dirty = true, updated_at = now() from session where p.id = ${plan.id} and session.busy and not p.dirty)
        select exists (select from begun) as begun, coalesce((select busy from session), false) as busy`);
      return row?.begun ? "begun" : row?.busy ? "busy" : "changed";
    },

    async commit(move) {
      const [row] = await db
        .query<{ status: SyncStatus; due: number | null }>(syncCommit(move))
        .catch((error: unknown) => {
          // Another plan has taken one of the issues, or the same was asked twice: the step looks again and decides anew.
          if (sqlState(error) === uniqueViolation) return [];
          throw error;
        });
      if (!row) return { outcome: "changed" };
      if (move.log?.length || move.effects?.length) announce(move.seen.session.id);
      return { outcome: "committed", goesOn: row.status === "running", dueAt: row.status === "idle" ? row.due : null };
    },

    async pastRun(id) {
      const [row] = await db.query<{
        id: string;
        plan: string;
        done: PastRun["done"];
        from: number | null;
        to: number | null;
        undone: boolean;
      }>(
        sql`
        select id, plan_id as plan, done, from_page_version as "from", to_page_version as "to", undone_at is not null as undone
          from sync_history where id = ${id}`,
        repeatable,
      );
      if (!row) return null;
      const { plan, done, from, to, undone } = row;
      return { id: row.id, planId: plan as PlanId, done, fromPageVersion: from, toPageVersion: to, isUndone: undone };
    },

    async openPageWrite({ plan }, attemptId, write) {
      const rows = await db.query(
        sql`
        insert into page_writes (id, organization_id, plan_id, from_version, body_hash, done)
        select ${write.id}::uuid, p.organization_id, p.id, ${write.fromVersion}::int, ${write.bodyHash}::text,
               ${json(write.done)}
          from plans p where p.id = ${plan.id} and p.version = ${plan.version} and p.attempt_id = ${attemptId}::uuid
        on conflict (id) do update set body_hash = excluded.body_hash, done = excluded.done, status = 'open', updated_at = now() returning id`,
        repeatable,
      );
      return rows.length > 0;
    },

    async commentLinks(planId) {
      const rows = await db.query<CommentRow>(
        sql`
        select id, item_id, written_in, linear_comment_id, linear_thread_id, page_comment_id, page_thread_id, page_kind, status, ${utc(sql`created_at`)} as created_at
          from comment_links where plan_id = ${planId} order by updated_at desc, id limit 1000`,
        repeatable,
      );
      const open = rows.filter(({ status }) => status === "open").map((row) => row.created_at);
      return { links: rows.map(toCommentLink), openSince: open.toSorted()[0] ?? null };
    },

    async openComments({ plan }, attemptId, comments) {
      const rows = await db.query(
        sql`
        with held as (
          select p.id, p.organization_id from plans p where p.id = ${plan.id} and p.version = ${plan.version} and p.attempt_id = ${attemptId}::uuid),
        opened as (${storeComments(comments, sql`select id as plan_id, organization_id from held`)})
        select id from held`,
        repeatable,
      );
      return rows.length > 0;
    },

    async request({ organizationId, because, planIds, askedBy }) {
      const rows = await db.query<DueRow>(
        makeDue(
          times,
          { because, askedBy: askedBy ?? null },
          sql`p.organization_id = ${organizationId} and p.id in (select jsonb_array_elements_text(${json(planIds)})::uuid)`,
        ),
      );
      return rows.map(toDueRun);
    },

    async plansOf(organizationId, what) {
      const which =
        "issueId" in what
          ? sql`p.id in (select i.plan_id from plan_items i where i.organization_id = ${organizationId} and i.linear_id = ${what.issueId})`
          : sql`p.source = ${what.source}`;
      const rows = await db.query<{ plan: PlanRow; holder: SessionRow }>(
        sql`
        select to_jsonb(p) as plan, to_jsonb(s) as holder from plans p join planning_sessions s on s.id = p.session_id
         where p.organization_id = ${organizationId} and p.base_page_version is not null and ${which} order by p.updated_at desc limit 10`,
        repeatable,
      );
      return rows.map((row) => ({ plan: toPlan(row.plan), holder: toSession(row.holder) }));
    },

    async listOverdue(limit) {
      await db.query(sql`
        update plans p set due_at = now(), due_since = now(), due_because = 'poll', last_polled_at = now()
          from (select p.id from ${plans} where ${isKept} and p.confluence_page_id is not null and p.sync_status = 'idle' and p.due_at is null
                   and coalesce(p.last_polled_at, p.created_at) < now() - ${times.pollMs}::int * interval '1 millisecond'
                   and not exists (select from engagements e where e.id = s.engagement_id and e.settings->'sync'->>'direction' = 'off')
                 order by p.last_polled_at nulls first limit ${limit} for update of p skip locked) old
         where p.id = old.id`);
      const rows = await db.query<{ id: string; version: number; step: SyncStepName | null; status: string }>(
        sql`
        select p.id, p.version, p.step, p.sync_status as status from ${plans}
         where ${isKept}
           and (p.sync_status = 'idle' and s.status <> 'processing'
                and (p.due_at < now() - ${times.stuckMs}::int * interval '1 millisecond'
                     or p.due_because = 'poll' and p.due_at <= now() and p.due_at = p.last_polled_at)
                or p.sync_status = 'running' and p.updated_at < now() - ${times.stuckMs}::int * interval '1 millisecond'
                   and coalesce(p.waiting_until, now()) <= now() and coalesce(p.locked_until, now()) <= now())
         order by p.updated_at limit ${limit}`,
        repeatable,
      );
      return rows.map(({ id, version, step, status }) => ({
        planId: id as PlanId,
        version: status === "running" ? version : 0,
        step: step ?? "detect-changes",
      }));
    },
  };
}

const plans = sql`plans p join planning_sessions s on s.id = p.session_id join organizations o on o.id = p.organization_id`;
/** Approved, and of an organization that has the app. */
const isKept = sql`p.base_page_version is not null and o.revoked_at is null`;

function loadStatement(planId: PlanId): SQL {
  return sql`
    select to_jsonb(p) as plan, to_jsonb(s) as session, o.app_user_id, e.settings, e.comments_to_page_since, e.comments_to_linear_since,
           ${isPageWriter(sql`p`)} as writes_page,
           coalesce((select jsonb_agg(to_jsonb(i) order by i.position, i.id) from plan_items i where i.plan_id = p.id), '[]') as items,
           coalesce((select jsonb_agg(to_jsonb(c) order by c.created_at, c.id) from conflicts c where c.plan_id = p.id and c.applied_at is null), '[]') as conflicts,
           coalesce((select jsonb_agg(to_jsonb(v) order by v.changed_at) from issue_events v
                      where v.organization_id = p.organization_id and v.issue_id in (select i.linear_id from plan_items i where i.plan_id = p.id)), '[]') as events,
           coalesce((select jsonb_agg(to_jsonb(w) order by w.created_at) from page_writes w where w.plan_id = p.id and w.status = 'open'), '[]') as writes,
           coalesce((select jsonb_agg(jsonb_build_object('trigger', h.trigger, 'done', h.done) order by h.timestamp, h.id) from sync_history h
                      where h.plan_id = p.id and h.timestamp > now() - ${shortMs}::int * interval '1 millisecond'), '[]') as runs,
           (select jsonb_build_object('pageVersion', n.page_version, 'title', n.title, 'body', n.body) from page_snapshots n
             where n.plan_id = p.id and n.page_version = p.base_page_version) as base
      from plans p join planning_sessions s on s.id = p.session_id join organizations o on o.id = p.organization_id
      left join engagements e on e.id = s.engagement_id
     where p.id = ${planId}`;
}
