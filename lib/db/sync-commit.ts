import { type SQL, sql } from "drizzle-orm";
import type { CommentLink } from "../domain/sync/comments.js";
import type { SyncMove } from "../ports-sync.js";
import { appendLog, queueEffects, storeItems, storeSnapshot } from "./commit.js";
import { json, utc } from "./database.js";
import { isLiving } from "./idle.js";

const nothing = sql`select null::uuid as id where false`;

/**
 * The one way in which a sync run moves: the plan's row where it is still as it was read and its lease is ours, with its items, conflicts and
 * history, and the log of the session that it belongs to; or nothing at all. The session's row is locked before the plan's, as everywhere.
 */
export function syncCommit(move: SyncMove): SQL {
  const { seen, attemptId, log = [], effects = [] } = move;
  const entries = [
    ...log,
    ...effects.map((effect) => ({ type: "agent.said", body: { ...effect.activity }, actor: "agent" })),
  ];
  return sql`
    with session as (
      select id, organization_id, last_seq, version, status = 'processing' and ${isLiving(sql`planning_sessions`)} as busy
        from planning_sessions where id = ${seen.session.id} for no key update),
    held as (
      select p.id, session.busy from plans p, session
       where p.id = ${seen.plan.id} and p.session_id = session.id and p.version = ${seen.plan.version} and p.sync_status = 'running'
         and p.attempt_id = ${attemptId}::uuid for no key update of p),
    moved as (
      ${
        entries.length > 0
          ? sql`update planning_sessions s set last_seq = s.last_seq + ${entries.length}::int, updated_at = now() from held where s.id = ${seen.session.id}
                returning s.id, s.organization_id, s.last_seq, s.version`
          : sql`select session.id, session.organization_id, session.last_seq, session.version from session, held`
      }),
    plan_of_move as (select ${seen.plan.id}::uuid as plan_id, moved.* from moved),
    logged as (${entries.length > 0 ? appendLog(entries) : nothing}),
    queued as (${effects.length > 0 ? queueEffects(effects) : nothing}),
    snapped as (${storeSnapshot(move.snapshot)}),
    itemized as (${storeItems(move.items ?? [])}),
    disputed as (${storeConflicts(move)}),
    taken as (${takeEvents(move)}),
    written as (${settleWrites(move)}),
    remembered as (${remember(move)}),
    mirrored as (${move.comments?.length ? storeComments(move.comments, sql`select ${seen.plan.id}::uuid as plan_id, organization_id from moved`) : nothing}),
    undone as (${move.undone ? sql`update sync_history h set undone_at = now(), updated_at = now() from moved where h.id = ${move.undone}::uuid and h.plan_id = ${seen.plan.id}` : nothing}),
    settled as (${settlePlan(move)})
    select settled.sync_status as status, settled.due from settled`;
}

function settlePlan(move: SyncMove): SQL {
  const { next, seen } = move;
  const isStep = "step" in next;
  const isPaused = !isStep && next.end === "paused";
  const goesOn = sql`${isStep} and not held.busy`;
  const work = isStep ? json(next.work) : sql`null::jsonb`;
  const retryAt = move.retryAt === undefined ? null : new Date(move.retryAt).toISOString();
  const notBefore = isStep && next.notBefore !== undefined ? new Date(next.notBefore).toISOString() : null;
  return sql`
      update plans p
         set version = p.version + 1, updated_at = now(), attempt_id = null, locked_until = null,
             sync_status = case when ${goesOn} then 'running' when ${isPaused} then 'paused' else 'idle' end,
             step = case when ${goesOn} then ${isStep ? next.step : null}::text end,
             sync_work = case when ${goesOn} then ${work} end,
             waiting_until = ${notBefore}::timestamptz,
             paused_because = ${isPaused ? json(next.because) : sql`null::jsonb`},
             dirty = ${isStep} and (held.busy or p.dirty),
             due_since = case when not ${isPaused} then p.due_since end,
             due_at = case when ${isPaused} then null when ${isStep} and held.busy then coalesce(p.due_at, now())
                           when ${retryAt !== null} then least(p.due_at, ${retryAt}::timestamptz) else p.due_at end,
             last_synced_at = case when ${!isStep && !isPaused && !move.history?.error} then now() else p.last_synced_at end,
             base_page_version = coalesce(${move.basePageVersion ?? null}::int, p.base_page_version),
             comments_seen = coalesce(${move.commentsSeen ? json(move.commentsSeen) : sql`null::jsonb`}, p.comments_seen),
             linear_seen_at = coalesce(${move.linearSeenAt ?? null}::text, p.linear_seen_at),
             setup = coalesce(${move.setup ? json(move.setup) : sql`null::jsonb`}, p.setup),
             sync_question = ${move.question === undefined ? sql`p.sync_question` : json(move.question)}
        from held, moved where p.id = held.id and ${seen.plan.id}::uuid = p.id
      returning p.id, p.sync_status, floor(extract(epoch from p.due_at) * 1000)::float8 as due`;
}

function storeConflicts({ conflicts = [], seen }: SyncMove): SQL {
  if (conflicts.length === 0) return nothing;
  const rows = conflicts.map(({ id, itemId, field, kind, base, linear, page, decision, applied }) => ({
    id,
    item_id: itemId,
    field,
    kind,
    base,
    linear,
    page,
    is_resolved: decision !== null,
    strategy: decision?.strategy ?? null,
    resolved: decision ? { value: decision.value, author: decision.by } : null,
    applied,
  }));
  const known = new Set(seen.conflicts.flatMap((one) => (one.decision ? [one.id] : [])));
  const unread = rows.map(({ id }) => id).filter((id) => !known.has(id));
  // What a person has decided since the plan was read stands, with the values that they were shown, and is for the next run to write.
  const stands = sql`(conflicts.is_resolved and conflicts.id in (select jsonb_array_elements_text(${json(unread)})::uuid))`;
  return sql`
      insert into conflicts (id, organization_id, plan_id, session_id, item_id, field, kind, base, linear_change, confluence_change, is_resolved,
                             resolution_strategy, resolved_change, applied_at)
      select c.id, m.organization_id, ${seen.plan.id}::uuid, m.id, c.item_id, c.field, c.kind, c.base, c.linear, c.page, c.is_resolved, c.strategy,
             c.resolved || jsonb_build_object('at', ${utc(sql`now()`)}), case when c.applied then now() end
        from moved m cross join jsonb_to_recordset(${json(rows)}) as c(
             id uuid, item_id uuid, field text, kind text, base jsonb, linear jsonb, page jsonb, is_resolved boolean, strategy text, resolved jsonb, applied boolean)
      on conflict (id) do update
         set base = excluded.base, linear_change = excluded.linear_change, confluence_change = excluded.confluence_change, kind = excluded.kind,
             is_resolved = ${stands} or excluded.is_resolved,
             resolution_strategy = case when ${stands} then conflicts.resolution_strategy else excluded.resolution_strategy end,
             resolved_change = case when ${stands} then conflicts.resolved_change
                                    when conflicts.is_resolved then excluded.resolved_change || jsonb_build_object('at', conflicts.resolved_change->'at')
                                    else excluded.resolved_change end,
             applied_at = case when not ${stands} then excluded.applied_at end, updated_at = now()
       where conflicts.applied_at is null and (not ${stands} or excluded.kind = 'overwritten')`;
}

function takeEvents({ takenEvents = [], seen }: SyncMove): SQL {
  if (takenEvents.length === 0) return nothing;
  const rows = takenEvents.map(({ issueId, changedAt }) => ({ issueId, changedAt }));
  return sql`
      delete from issue_events v using moved, jsonb_to_recordset(${json(rows)}) as t("issueId" text, "changedAt" text)
       where v.organization_id = ${seen.plan.organizationId} and v.issue_id = t."issueId" and v.changed_at = t."changedAt"`;
}

function settleWrites({ pageWrites = [], seen }: SyncMove): SQL {
  if (pageWrites.length === 0) return nothing;
  return sql`
      update page_writes w set status = t.status, updated_at = now() from moved, jsonb_to_recordset(${json(pageWrites)}) as t(id uuid, status text)
       where w.id = t.id and w.plan_id = ${seen.plan.id}`;
}

/** Puts comments down, or says what became of them, for the plan in the one row of `plan`. */
export function storeComments(comments: readonly CommentLink[], plan: SQL): SQL {
  const rows = comments.map((one) => ({
    id: one.id,
    item_id: one.itemId,
    written_in: one.writtenIn,
    linear_comment_id: one.linearCommentId,
    linear_thread_id: one.linearThreadId,
    page_comment_id: one.pageCommentId,
    page_thread_id: one.pageThreadId,
    page_kind: one.pageKind,
    status: one.status,
  }));
  return sql`
      insert into comment_links (id, organization_id, plan_id, item_id, written_in, linear_comment_id, linear_thread_id, page_comment_id, page_thread_id,
                                 page_kind, status)
      select c.id, m.organization_id, m.plan_id, c.item_id, c.written_in, c.linear_comment_id, c.linear_thread_id, c.page_comment_id, c.page_thread_id,
             c.page_kind, c.status
        from (${plan}) m cross join jsonb_to_recordset(${json(rows)}) as c(
             id uuid, item_id uuid, written_in text, linear_comment_id text, linear_thread_id text, page_comment_id text, page_thread_id text,
             page_kind text, status text)
      on conflict (id) do update
         set page_comment_id = excluded.page_comment_id, page_thread_id = excluded.page_thread_id, page_kind = excluded.page_kind,
             linear_thread_id = excluded.linear_thread_id, status = excluded.status, updated_at = now()`;
}

function remember({ history, seen }: SyncMove): SQL {
  if (!history) return nothing;
  const { work, trigger, error, toPageVersion } = history;
  const { counts } = work;
  return sql`
      insert into sync_history (id, organization_id, plan_id, confluence_page_id, linear_team_id, trigger, success, error, created_issues, updated_issues,
                                confluence_changes, conflicts_detected, conflicts_resolved, from_page_version, to_page_version, done, started_at)
      select ${work.runId}::uuid, m.organization_id, ${seen.plan.id}::uuid, ${seen.plan.pageId ?? ""}::text, ${seen.plan.teamId}::text, ${trigger}::text,
             ${error === null}, ${error}::text, ${counts.createdIssues}::int, ${counts.updatedIssues}::int, ${counts.pageChanges}::int,
             ${counts.conflictsDetected}::int, ${counts.conflictsResolved}::int, ${seen.plan.basePageVersion}::int, ${toPageVersion}::int,
             ${json(work.done)}, ${work.startedAt}::timestamptz from moved m
      on conflict (id) do nothing`;
}
