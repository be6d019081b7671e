import { type SQL, sql } from "drizzle-orm";
import type { PlanItem } from "../domain/plan-item.js";
import type { Effect, LogEntry, Move, PageSnapshot } from "../ports.js";
import { json } from "./database.js";
import { isLiving, passDefault } from "./idle.js";
import { otherWriters } from "./page-writer.js";
import { toItemRow } from "./session-rows.js";

/**
 * The one way in which a session moves: a single statement that moves the row where it is still as it was read, appends to the log,
 * queues the effects and writes what the plan has to keep; or does nothing at all.
 */
export function commitStatement(move: Move): SQL {
  const { session, after, plan, claimPlan } = move;
  // The lock is the one that an update takes: a stronger one would make whoever hands a plan to this session wait for it, while it waits for that plan.
  const isLeaving = session.status === "processing" && after.status !== "processing";
  const isWindUp = session.stopRequested;
  const goesTo = move.engagementId && move.engagementId !== session.engagementId ? move.engagementId : null;
  return sql`
    with guard as (
      select id, organization_id, engagement_id, is_default from planning_sessions
       where id = ${session.id} and version = ${session.version} and status = ${session.status}
         and (${!isLeaving || isWindUp} or heard = ${session.heard})
         and (${isWindUp} or stop_requested_at is null)
         and (status in ('processing', 'awaiting_input') or ${isLiving(sql`planning_sessions`)})
         for no key update),
    unmoved as (${isUnmoved(plan)}),
    claimed as (${claimPlan ? claim(claimPlan, session.id) : sql`select null::uuid as id where false`}),
    moved as (
      update planning_sessions s
         set version = s.version + 1, last_seq = s.last_seq + ${move.log.length}, answered = case when ${move.hasAnswered} then ${session.heard}::int else s.answered end,
             status = ${after.status}, step = ${after.step}, progress = ${after.progress}, progress_message = ${after.progressMessage},
             question = ${json(after.question)}, failure = ${json(after.failure)}, proposal = ${json(move.proposal)},
             work = ${json(move.work)} || coalesce((select jsonb_build_object('planId', claimed.id) from claimed), '{}'),
             waiting_until = ${after.waitingUntil === null ? null : new Date(after.waitingUntil).toISOString()}::timestamptz,
             stop_requested_at = case when ${after.status} in ('pending', 'processing', 'awaiting_input') then s.stop_requested_at end,
             planning_title = coalesce(${move.title ?? null}, s.planning_title),
             confluence_page_url = coalesce(${move.pageUrl ?? null}, s.confluence_page_url),
             engagement_id = coalesce(${goesTo}::uuid, s.engagement_id), ${goesTo ? isDefaultIn(goesTo) : sql``}
             team_id = coalesce(${move.teamId ?? null}, s.team_id), updated_at = now()
        from guard, unmoved where s.id = guard.id and (${!claimPlan} or exists (select from claimed))
      returning s.id, s.organization_id, s.last_seq, s.version),
    held as (select id, engagement_id, is_default from guard where ${goesTo !== null}),
    ${passDefault("agent")},
    plan_of_move as (select coalesce((select id from claimed), ${plan?.id ?? null}::uuid) as plan_id, moved.* from moved),
    logged as (${appendLog(move.log)}),
    queued as (${queueEffects(move.effects)}),
    snapped as (${storeSnapshot(move.snapshot)}),
    itemized as (${storeItems(move.plan?.items ?? [])}),
    planned as (${plan && !claimPlan ? settlePlan(plan, move) : sql`select null::uuid as id where false`}),
    woken as (${isLeaving ? wakeSync : sql`select null::uuid as id where false`}),
    handed as (${plan?.handTo ? handOver(plan.handTo) : sql`select null::uuid as id where false`})
    select exists (select from moved) as moved, exists (select from guard) as guarded`;
}

/** Locks the plan behind the session, as whoever moves both does. */
function isUnmoved(plan: Move["plan"]): SQL {
  if (plan?.version === undefined) return sql`select id from guard`;
  return sql`
      select p.id from plans p, guard where p.id = ${plan.id} and p.version = ${plan.version} for no key update of p`;
}

/** A session that comes into an engagement without a default is it; whoever was there first stays it. */
const isDefaultIn = (engagementId: string): SQL => sql`
             is_default = not exists (select from planning_sessions d where d.is_default and d.engagement_id = ${engagementId}::uuid),`;

function claim(plan: NonNullable<Move["claimPlan"]>, sessionId: string): SQL {
  return sql`
      insert into plans (id, organization_id, source, team_id, session_id, confluence_page_id, page_url, page_title)
      select ${plan.id}::uuid, guard.organization_id, ${plan.source}::text, ${plan.teamId}::text, ${sessionId}::uuid,
             ${plan.pageId}::text, ${plan.pageUrl}::text, ${plan.title}::text from guard
      on conflict (organization_id, source, team_id) do update
         set session_id = excluded.session_id, page_url = excluded.page_url, page_title = excluded.page_title, updated_at = now()
       where plans.session_id = excluded.session_id or not exists (
         select from planning_sessions o where o.id = plans.session_id and o.status in ('pending', 'processing', 'awaiting_input') and ${isLiving(sql`o`)})
      returning id`;
}

/** Appends to the logs of the rows of `moved`, whose `last_seq` has been raised by as many. */
export function appendLog(entries: LogEntry[]): SQL {
  const rows = entries.map((entry, index) => ({ ...entry, n: index + 1 }));
  return sql`
      insert into session_events (session_id, seq, organization_id, type, body, actor, op_id)
      select moved.id, moved.last_seq - ${rows.length}::int + e.n, moved.organization_id, e.type, e.body, e.actor, e."opId"
        from moved cross join jsonb_to_recordset(${json(rows)}) as e(n int, type text, body jsonb, actor text, "opId" text)`;
}

/** Inserts effects for the rows of `moved` (id, organization_id, last_seq, version), in the order given. */
export function queueEffects(effects: Effect[]): SQL {
  const rows = effects.map((effect, n) => ({
    id: effect.id,
    n,
    kind: effect.kind,
    body:
      effect.kind === "activity"
        ? effect.activity
        : effect.kind === "step"
          ? { step: effect.step, ...(effect.notBefore === undefined ? {} : { notBefore: effect.notBefore }) }
          : {},
  }));
  return sql`
      insert into outbox (id, organization_id, session_id, seq, n, kind, body)
      select e.id, moved.organization_id, moved.id, moved.last_seq, e.n, e.kind,
             case when e.kind = 'step' then e.body || jsonb_build_object('kind', 'session', 'id', moved.id, 'version', moved.version) else e.body end
        from moved cross join jsonb_to_recordset(${json(rows)}) as e(id uuid, n int, kind text, body jsonb)
      returning id, organization_id, session_id, attempts, message_id, kind, body`;
}

/** Keeps a page's body with the plan that the row of `plan_of_move` names. */
export function storeSnapshot(page: PageSnapshot | undefined): SQL {
  if (!page) return sql`select null::uuid as id where false`;
  return sql`
      insert into page_snapshots (plan_id, page_version, organization_id, title, body)
      select plan_id, ${page.pageVersion}::int, organization_id, ${page.title}::text, ${page.body}::text from plan_of_move
      on conflict (plan_id, page_version) do update set title = excluded.title, body = excluded.body, updated_at = now()`;
}

/** Stores items of the plan that the row of `plan_of_move` (organization_id, plan_id) names. */
export function storeItems(items: PlanItem[]): SQL {
  const rows = items.map(toItemRow);
  if (rows.length === 0) return sql`select null::uuid as id where false`;
  return sql`
      insert into plan_items (id, organization_id, plan_id, parent_id, position, kind, key, title, fields, local_id, source, pending,
                              links_pending, state, generation, linear_kind, linear_id, linear_identifier, linear_url, adopted, base, unsettled, status, linear_seen_at, created_by_session)
      select i.id, m.organization_id, m.plan_id, i.parent_id, i.position, i.kind, i.key, i.title, i.fields, i.local_id, i.source, i.pending,
             i.links_pending, i.state, i.generation, i.linear_kind, i.linear_id, i.linear_identifier, i.linear_url, i.adopted, i.base, i.unsettled, i.status, i.linear_seen_at, i.created_by_session
        from plan_of_move m cross join jsonb_to_recordset(${json(rows)}) as i(
             id uuid, parent_id uuid, position int, kind text, key text, title text, fields jsonb, local_id text, source jsonb, pending text,
             links_pending boolean, state text, generation int, linear_kind text, linear_id text, linear_identifier text, linear_url text,
             adopted boolean, base jsonb, unsettled boolean, status text, linear_seen_at text, created_by_session uuid)
      on conflict (id) do update
         set parent_id = excluded.parent_id, position = excluded.position, kind = excluded.kind, key = excluded.key, title = excluded.title,
             fields = excluded.fields, local_id = excluded.local_id, source = excluded.source, pending = excluded.pending,
             links_pending = excluded.links_pending, state = excluded.state, generation = excluded.generation, linear_kind = excluded.linear_kind,
             linear_id = excluded.linear_id, linear_identifier = excluded.linear_identifier, linear_url = excluded.linear_url,
             adopted = excluded.adopted, base = excluded.base, unsettled = excluded.unsettled, status = excluded.status,
             linear_seen_at = excluded.linear_seen_at, created_by_session = excluded.created_by_session, updated_at = now()
       where plan_items.plan_id = excluded.plan_id`;
}

function settlePlan(plan: NonNullable<Move["plan"]>, move: Move): SQL {
  const isMine = sql`p.attempt_id = ${plan.releaseLease ?? null}::uuid`;
  return sql`
      update plans p
         set version = p.version + 1, updated_at = now(),
             base_page_version = coalesce(${plan.basePageVersion ?? null}::int, p.base_page_version),
             writes_page = ${plan.basePageVersion === undefined ? sql`p.writes_page` : sql`case when p.base_page_version is null then not exists (${otherWriters(sql`p`)}) else p.writes_page end`},
             session_id = coalesce(${plan.handTo ?? null}::uuid, p.session_id),
             attempt_id = case when ${isMine} then null else p.attempt_id end,
             locked_until = case when ${isMine} then null else p.locked_until end
        from moved where p.id = ${plan.id} and p.session_id = ${move.session.id}
      returning p.id`;
}

/** What changed on a page or in its issues while the session was at work is looked at now. */
const wakeSync = sql`
      insert into outbox (id, organization_id, session_id, seq, n, kind, body)
      select gen_random_uuid(), moved.organization_id, moved.id, moved.last_seq, 1000 + row_number() over (order by p.id), 'step',
             jsonb_build_object('kind', 'sync', 'id', p.id, 'step', 'detect-changes', 'version', 0)
        from moved join plans p on p.session_id = moved.id where p.due_at is not null and p.sync_status = 'idle'
      returning id`;

/** Tells the session that takes the plan over to go on now instead of at the end of its wait. */
function handOver(to: string): SQL {
  return sql`
      update outbox o set available_at = now(), body = o.body - 'notBefore', sent_at = null, attempts = o.attempts + 1, updated_at = now()
        from planned, planning_sessions s
       where s.id = ${to}::uuid and s.status = 'processing' and o.session_id = s.id and o.kind = 'step'
         and (o.body->>'version')::int = s.version
      returning o.id`;
}
