import { type SQL, sql } from "drizzle-orm";
import type { PlanId, SessionId } from "../domain/ids.js";
import type { Principal } from "../domain/principal.js";
import type { LogEntry } from "../ports.js";
import type { Announce } from "../ports-live-plans.js";
import type { SyncAnswer, SyncRequests } from "../ports-sync-catalog.js";
import { auditInto } from "./audit-rows.js";
import { appendLog } from "./commit.js";
import { type Database, json, repeatable, sqlState, uniqueViolation, utc } from "./database.js";
import { findPlanSync, isFor } from "./sync-catalog.js";
import { type DueRow, makeDue, type SyncTimes, toDueRun } from "./sync-due.js";

type Times = Pick<SyncTimes, "quietMs" | "longestMs">;
type Row = DueRow & { session_id: string };

/** What people ask of keeping plans in step. A row of both is locked as everywhere: the session's first, then the plan's. */
export function syncRequests(db: Database, times: Times, announce: Announce = () => undefined): SyncRequests {
  /** What became of a request that has changed these rows: nothing was to be done, or it was refused, where there are none. */
  async function answer(
    principal: Principal,
    id: PlanId,
    rows: DueRow[],
    needs: "a run" | "a page",
  ): Promise<SyncAnswer> {
    const found = await findPlanSync(db, principal, id);
    if (!found) return { outcome: "not_found" };
    if (!found.isWritable) return { outcome: "forbidden" };
    const { sync: current, hasPage } = found;
    if (rows.length > 0)
      return { outcome: "done", sync: current, runs: rows.filter(({ due }) => due !== null).map(toDueRun) };
    if (current.status === "revoked") return { outcome: "revoked", current };
    if (!hasPage) return { outcome: "not_ready", current };
    if (needs === "a page") return { outcome: "done", sync: current, runs: [] };
    if (current.settings.direction === "off") return { outcome: "off", current };
    return { outcome: "paused", current };
  }

  return {
    async request(principal, id) {
      const asked = { because: "person", askedBy: principal.linearUserId };
      const rows = await db.query<DueRow>(
        makeDue(times, asked, sql`p.id = ${id} and ${mayChange(principal)}`),
        repeatable,
      );
      return answer(principal, id, rows, "a run");
    },

    async pause(principal, id, words) {
      const because = { code: "paused", words, by: principal.linearUserId };
      const entry = toEntry("sync.paused", { plan: id, code: "paused", message: words }, principal);
      const rows = await db.query<Row>(
        sql`
        with ${moveBoth(principal, id, entry, sql`p.sync_status in ('idle', 'running') or p.sync_status = 'paused' and p.paused_because->>'code' <> 'paused'`)},
        remembered as (${rememberCutOff}),
        changed as (
          update plans p set sync_status = 'paused', paused_because = ${json(because)}, step = null, sync_work = null, dirty = false, due_at = null,
                 due_since = null, due_for = null, due_undo = null, waiting_until = null, version = p.version + 1, updated_at = now()
            from before, moved where p.id = before.id returning p.id, p.session_id)
        select id, session_id, null::float8 as due, false as is_new from changed`,
      );
      return answer(principal, id, told(rows), "a page");
    },

    async resume(principal, id) {
      const entry = toEntry("sync.resumed", { plan: id }, principal);
      const rows = await db.query<Row>(
        sql`
        with ${moveBoth(principal, id, entry, sql`p.sync_status = 'paused'`)},
        changed as (
          update plans p set sync_status = 'idle', paused_because = null, updated_at = now(), ${dueNow(principal, sql`not before.is_off`)}
            from before, moved where p.id = before.id returning p.id, p.session_id, p.due_at)
        select id, session_id, ${dueOf(sql`due_at`)} as due, due_at is not null as is_new from changed`,
      );
      return answer(principal, id, told(rows), "a page");
    },

    async mayRun(principal, id) {
      const found = await answer(principal, id, [], "a run");
      // A pause keeps from writing, not from looking.
      return found.outcome === "paused" ? { outcome: "done", sync: found.current, runs: [] } : found;
    },

    async undo(principal, { id: runId, planId: id }) {
      const entry = toEntry("sync.undo_requested", { plan: id, run: runId }, principal);
      const rows = await db.query<Row>(
        sql`
        with ${moveBoth(
          principal,
          id,
          entry,
          sql`not session.is_off and (p.sync_status in ('idle', 'running') or p.sync_status = 'paused' and p.paused_because->>'code' <> 'paused')
              and p.due_undo is null and (p.sync_status <> 'running' or p.step <> 'take-back')
              and exists (select from sync_history h where h.id = ${runId} and h.plan_id = p.id and h.undone_at is null and not ${isTooOld})`,
        )},
        changed as (
          update plans p set due_undo = ${runId}::uuid, sync_status = case when p.sync_status = 'paused' then 'idle' else p.sync_status end,
                 paused_because = case when p.sync_status = 'paused' then null else p.paused_because end,
                 updated_at = case when p.sync_status = 'running' then p.updated_at else now() end, ${dueNow(principal, sql`true`)}
            from before, moved where p.id = before.id returning p.id, p.session_id, p.due_at, p.sync_status)
        select id, session_id, ${dueOf(sql`due_at`)} as due, sync_status = 'idle' as is_new from changed`,
      );
      if (rows.length > 0) return answer(principal, id, told(rows), "a run");
      const [why] = await db.query<{ undone: boolean; old: boolean; waits: boolean; busy: boolean }>(
        sql`
        select h.undone_at is not null as undone, ${isTooOld} as old,
               ${runId} in (p.due_undo::text, case when p.step = 'take-back' then p.sync_work->>'undoOf' end) as waits,
               p.due_undo is not null or p.sync_status = 'running' and p.step = 'take-back' as busy
          from sync_history h join plans p on p.id = h.plan_id where h.id = ${runId} and h.plan_id = ${id}`,
        repeatable,
      );
      const found = await answer(principal, id, [], "a run");
      if (found.outcome === "not_found" || found.outcome === "forbidden" || !why) return found;
      if (why.undone || why.old) return { outcome: why.undone ? "undone" : "too_old" };
      const current = "sync" in found ? found.sync : found.current;
      // Asked for already: there is nothing more to do.
      if (why.waits) return { outcome: "done", sync: current, runs: [] };
      return why.busy ? { outcome: "busy", current } : found;
    },

    async takeOver(principal, id, requestId) {
      const author = { organizationId: principal.organizationId, actor: principal.linearUserId, requestId };
      const entry = { action: "SYNC_WRITER_CHANGED", resourceType: "plan", resourceId: id, details: {} };
      const [row] = await db.query<{ forbidden: boolean; rows: DueRow[] | null }>(
        sql`
        with target as (
          select p.id, p.source, ${isOff} as is_off from plans p join planning_sessions s on s.id = p.session_id
           where p.id = ${id} and p.organization_id = ${principal.organizationId} and ${isFor(principal, "member")} and p.sync_status <> 'revoked' and ${hasPage}),
        of_page as (
          select p.id, coalesce((select ${isFor(principal, "member")} from planning_sessions s where s.id = p.session_id), false) as is_writable
            from plans p, target where p.organization_id = ${principal.organizationId} and p.source = target.source
           order by p.id for no key update of p),
        changed as (
          update plans p set writes_page = p.id = target.id, updated_at = now(),
                 ${dueNow(principal, sql`p.id = target.id and p.sync_status in ('idle', 'running') and not target.is_off`)}
            from of_page, target
           where p.id = of_page.id and p.writes_page is distinct from (p.id = target.id) and not exists (select from of_page where not is_writable)
          returning p.id, p.due_at, p.sync_status),
        audited as (${auditInto(entry, author, sql`(select from changed limit 1) one`)})
        select exists (select from of_page where not is_writable) as forbidden,
               (select jsonb_agg(jsonb_build_object('id', c.id, 'due', case when c.id = ${id} then ${dueOf(sql`c.due_at`)} end,
                                                    'is_new', c.id = ${id} and c.sync_status = 'idle' and c.due_at is not null)) from changed c) as rows`,
      );
      if (row?.forbidden) return { outcome: "forbidden" };
      return answer(principal, id, row?.rows ?? [], "a page");
    },

    async decide(principal, { conflictId, strategy, value }, { again, entry }) {
      const asked = { because: "person", askedBy: principal.linearUserId };
      const resolved = { value, author: principal.linearUserId };
      const isAsSeen = again
        ? sql`c.applied_at is not null and i.state = 'active' and c.field <> 'existence'`
        : sql`c.applied_at is null`;
      try {
        const [row] = await db.query<{ id: string; runs: DueRow[] | null }>(
          sql`
          with moved as (
            update planning_sessions s set last_seq = s.last_seq + 1, updated_at = now()
              from plans p join conflicts c on c.plan_id = p.id join plan_items i on i.id = c.item_id
             where s.id = p.session_id and c.id = ${conflictId} and c.organization_id = ${principal.organizationId}
               and ${isFor(principal, "member")} and ${isAsSeen}
            returning s.id, s.organization_id, s.last_seq, s.version, p.id as plan_id),
          logged as (${appendLog([entry])}),
          decided as (
            update conflicts c set is_resolved = true, resolution_strategy = ${strategy}, updated_at = now(),
                   resolved_change = ${json(resolved)} || jsonb_build_object('at', ${utc(sql`now()`)}),
                   kind = case when c.applied_at is null then c.kind else 'restored' end, applied_at = null
              from moved where c.id = ${conflictId}),
          due as (${makeDue(times, asked, sql`p.id = (select plan_id from moved)`)})
          select moved.id, (select jsonb_agg(to_jsonb(d)) from due d) as runs from moved`,
          repeatable,
        );
        if (!row) return { outcome: "changed" };
        announce(row.id as SessionId);
        return { outcome: "decided", runs: (row.runs ?? []).map(toDueRun) };
      } catch (error) {
        if (sqlState(error) !== uniqueViolation) throw error;
      }
      // Another conflict about the field is open, or this very operation was done before.
      const open = await db.query(
        sql`
        select from conflicts c join conflicts other on other.item_id = c.item_id and other.field = c.field and other.id <> c.id
         where c.id = ${conflictId} and other.applied_at is null`,
        repeatable,
      );
      return { outcome: open.length > 0 ? "another_open" : "changed" };
    },
  };

  function told(rows: Row[]): Row[] {
    for (const { session_id: id } of rows) announce(id as SessionId);
    return rows;
  }
}

const toEntry = (type: string, body: Record<string, unknown>, { linearUserId }: Principal): LogEntry => ({
  type,
  body,
  actor: linearUserId,
});

const hasPage = sql`p.base_page_version is not null and p.confluence_page_id is not null`;
const isOff = sql`coalesce((select e.settings->'sync'->>'direction' = 'off' from engagements e where e.id = s.engagement_id), false)`;

/** What a run has written is taken back for so long. */
const isTooOld = sql`(h.timestamp < now() - interval '7 days')`;

const mayChange = (principal: Principal): SQL => sql`
  p.organization_id = ${principal.organizationId} and ${hasPage} and exists (
    select from planning_sessions s where s.id = p.session_id and ${isFor(principal, "member")})`;

/** CTEs that lock the session and then, as `before`, its plan where it stands so, and write an entry into the session's log: `moved`. */
const moveBoth = (principal: Principal, id: PlanId, entry: LogEntry, stands: SQL): SQL => sql`
  session as (
    select s.id, ${isOff} as is_off from planning_sessions s
     where s.id = (select session_id from plans where id = ${id} and organization_id = ${principal.organizationId}) and ${isFor(principal, "member")}
       for no key update of s),
  before as (
    select p.*, session.is_off from plans p, session where p.id = ${id} and p.session_id = session.id and ${hasPage} and (${stands}) for no key update of p),
  moved as (
    update planning_sessions s set last_seq = s.last_seq + 1, updated_at = now() from before where s.id = before.session_id
    returning s.id, s.organization_id, s.last_seq, s.version),
  logged as (${appendLog([entry])})`;

/** Sets, of the plan `p`, that a run is to begin now because this person wants it; where `wanted` is not true it stays as it is. */
const dueNow = ({ linearUserId }: Principal, wanted: SQL): SQL => sql`
                 due_at = case when ${wanted} then now() else p.due_at end,
                 due_since = case when ${wanted} then coalesce(p.due_since, now()) else p.due_since end,
                 due_because = case when ${wanted} then 'person' else p.due_because end,
                 due_for = case when ${wanted} then ${linearUserId}::text else p.due_for end,
                 dirty = p.dirty or (${wanted}) and p.sync_status = 'running'`;

const dueOf = (at: SQL): SQL => sql`(extract(epoch from ${at}) * 1000)::float8`;

/** What the run of `before` has done until it was cut off; anything that it was writing at that moment is found by the next one. */
const rememberCutOff = sql`
  insert into sync_history (id, organization_id, plan_id, confluence_page_id, linear_team_id, trigger, success, error, created_issues, updated_issues,
                            confluence_changes, conflicts_detected, conflicts_resolved, from_page_version, to_page_version, done, started_at)
  select (b.sync_work->>'runId')::uuid, b.organization_id, b.id, coalesce(b.confluence_page_id, ''), b.team_id, b.sync_work->>'trigger', false, 'paused',
         (b.sync_work->'counts'->>'createdIssues')::int, (b.sync_work->'counts'->>'updatedIssues')::int, (b.sync_work->'counts'->>'pageChanges')::int,
         (b.sync_work->'counts'->>'conflictsDetected')::int, (b.sync_work->'counts'->>'conflictsResolved')::int, b.base_page_version, b.base_page_version,
         b.sync_work->'done', (b.sync_work->>'startedAt')::timestamptz
    from before b where b.sync_status = 'running' and jsonb_typeof(b.sync_work) = 'object'
  on conflict (id) do nothing`;
