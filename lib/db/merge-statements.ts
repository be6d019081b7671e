import { type SQL, sql } from "drizzle-orm";
import { grantFor, type Principal } from "../domain/principal.js";
import type { MergeRequest } from "../ports-lifecycle.js";
import { within } from "./access-store.js";
import { utc } from "./database.js";
import { busyWith, heirOf, isLiving } from "./idle.js";
import { maxParticipants } from "./live-plan-change.js";

/**
 * A merge as one transaction. First both sessions and their plans are locked, so that what follows sees everything that was committed
 * before; then the list of what is to be done is written, or not, where anything stands against it; the rest does what the list says. The
 * list is all that an undo needs.
 */
export function mergeStatements(principal: Principal, request: MergeRequest): [SQL, ...SQL[]] {
  const actor = principal.linearUserId;
  // Written by this transaction: where the list was not written, or a repeat finds it there, nothing below does anything.
  const merge = sql`(select * from session_merges where id = ${request.id}::uuid and created_at = now())`;
  return [
    lockSessions(principal, request),
    lockPlans(sql`p.session_id in (${request.targetId}, ${request.sourceId})`),
    list(principal, request),
    steps(merge),
    participants(merge),
    copies(merge),
    said(merge, actor),
    itemKeys(merge),
    duplicates(merge),
    sql`update plans p set session_id = m.target_id, updated_at = now() from ${merge} m where p.session_id = m.source_id`,
    people(merge),
    source(merge, actor),
    target(merge),
    heir(merge, actor),
    // Whether the engagement of a source that was its default has none now: whoever was to take it over may be gone.
    sql`
    select case when (m.record->'source'->>'wasDefault')::boolean and not exists (
             select from planning_sessions d where d.engagement_id = s.engagement_id and d.is_default) then s.engagement_id end as vacant
      from session_merges m join planning_sessions s on s.id = m.source_id
     where m.id = ${request.id}::uuid and m.organization_id = ${principal.organizationId}`,
  ];
}

/** The lock that an update takes, in the order of ids, so that two merges wait for each other instead of for ever. */
const lockSessions = ({ organizationId }: Principal, { targetId, sourceId }: MergeRequest): SQL => sql`
  select id from planning_sessions where id in (${targetId}, ${sourceId}) and organization_id = ${organizationId}
   order by id for no key update`;

/** Whoever takes a plan's lease, or the plan, waits for this transaction or is waited for. */
export const lockPlans = (which: SQL): SQL =>
  sql`select p.id from plans p where ${which} order by p.id for no key update`;

function list(principal: Principal, request: MergeRequest): SQL {
  const writable = (s: SQL) => within(grantFor(principal, "member"), sql`${s}.engagement_id`);
  const ready = (s: SQL) =>
    sql`${s}.organization_id = ${principal.organizationId} and ${isLiving(s)} and ${busyWith(s)} is null and ${writable(s)}`;
  return sql`
    with t as (select t.* from planning_sessions t where t.id = ${request.targetId} and t.version = ${request.targetVersion} and ${ready(sql`t`)}),
    s as (select s.* from planning_sessions s where s.id = ${request.sourceId} and s.version = ${request.sourceVersion} and ${ready(sql`s`)}),
    named as (
      select a.name, row_number() over (order by a.created_at, a.name) as n from session_participants a
       where a.session_id = ${request.sourceId} and not exists (
         select from session_participants b where b.session_id = ${request.targetId} and b.name = a.name)),
    told as (select (select last_seq from t) + (select last_seq from s) + 1 as seq),
    stepped as (${sourceSteps(request)})
    insert into session_merges (id, organization_id, target_id, source_id, record)
    select ${request.id}::uuid, t.organization_id, t.id, s.id, jsonb_build_object(
             'actor', ${principal.linearUserId}::text, 'seq', t.last_seq, 'events', s.last_seq,
             'target', jsonb_build_object('status', t.status),
             'source', jsonb_build_object('version', s.version + 1, 'wasDefault', s.is_default),
             'heir', case when s.is_default then
                       case when s.engagement_id = t.engagement_id then t.id else ${heirOf(sql`s.engagement_id`, sql`s.id`)} end end,
             'steps', coalesce((select jsonb_agg(to_jsonb(x) order by x.rank) from stepped x), '[]'),
             'participants', coalesce((select jsonb_agg(n.name order by n.n) from named n), '[]'),
             'joined', greatest(now(), (select max(b.created_at) from session_participants b where b.session_id = t.id)),
             'plans', coalesce((select jsonb_agg(jsonb_build_object('id', p.id, 'version', p.version) order by p.created_at, p.id)
                                  from plans p where p.session_id = s.id), '[]'),
             'duplicates', coalesce((${sameItems(request)}), '[]'),
             'people', coalesce((select jsonb_agg(u.id order by u.id) from users u where u.current_session_id = s.id), '[]'))
      from t, s
     where (select count(*) from named) + (select count(*) from session_participants b where b.session_id = t.id) <= ${maxParticipants}::int
    on conflict (id) do nothing`;
}

/**
 * Each step of the source with where it goes: behind the target's steps and in the source's order; a step that is there takes the number
 * of the event that tells of it, as one that is added does. Where the target has a step of that id, the same step is one step (`united`),
 * and another one gets an id of its own.
 */
const sourceSteps = (request: MergeRequest): SQL => sql`
  select id, as_id as "as", is_united as "united", is_removed as "removed", rank,
         case when is_removed then (select seq from told) else (select seq from told) + living end as revision,
         case when is_removed then ((select seq from told) + living + trim_scale(rank * power(10::numeric, -length(total::text))))::text
              else ((select seq from told) + living)::text end as position
    from (
      select x.*, row_number() over (order by position, id) as rank, count(*) over () as total,
             count(*) filter (where not is_united and not is_removed) over (order by position, id) as living,
             case when taken is null or is_united then id else ${ownId(request)} end as as_id
        from (
          select p.id, p.position, p.removed_at is not null as is_removed, o.id as taken,
                 coalesce(o.text = p.text and o.owner = p.owner and (o.removed_at is null) = (p.removed_at is null), false) as is_united
            from plan_steps p left join plan_steps o on o.session_id = ${request.targetId} and o.id = p.id
           where p.session_id = ${request.sourceId}) x) y`;

/** A UUID, version 4 in shape, that is the same for the same merge and step. */
const ownId = (request: MergeRequest): SQL =>
  sql`overlay(overlay(md5(${request.id}::text || id::text) placing '4' from 13) placing '8' from 17)::uuid`;

/** Active items of both sides that are the same: by their issue, then by key and title. What has an issue is the one that stays. */
const sameItems = ({ sourceId, targetId }: MergeRequest): SQL => sql`
  select jsonb_agg(to_jsonb(d) order by d.item)
    from (
      select distinct on (x.item) x.item, x."of", x.by
        from (
          select case when ${staysSource} then b.id else a.id end as item, case when ${staysSource} then a.id else b.id end as "of",
                 case when ${haveOneIssue} then 'issue' else 'key' end as by
            from plans p join plan_items a on a.plan_id = p.id and a.state = 'active' and a.duplicate_of is null
            join plans q on q.session_id = ${targetId} join plan_items b on b.plan_id = q.id and b.state = 'active' and b.duplicate_of is null
             and (${haveOneIssue} or (a.key = b.key and lower(a.title) = lower(b.title)))
           where p.session_id = ${sourceId}) x
       order by x.item, x.by, x."of") d`;
const staysSource = sql`(a.linear_id is not null and b.linear_id is null)`;

/** The page of one item names the issue of the other as its own, by identifier or address. */
const haveOneIssue = sql`
  (coalesce(a.fields->>'issueLink' in (b.linear_identifier, b.linear_url), false) or coalesce(b.fields->>'issueLink' in (a.linear_identifier, a.linear_url), false))`;

/** The list's steps as rows of `r`. */
export const stepsOf = (m: SQL): SQL => sql`
  jsonb_to_recordset(${m}.record->'steps') as r(id uuid, "as" uuid, united boolean, removed boolean, rank int, revision int, position numeric)`;

const steps = (merge: SQL): SQL => sql`
  insert into plan_steps (session_id, id, organization_id, position, text, owner, revision, removed_at, created_at)
  select m.target_id, r."as", m.organization_id, r.position, p.text, p.owner, r.revision, p.removed_at, p.created_at
    from ${merge} m cross join ${stepsOf(sql`m`)} join plan_steps p on p.session_id = m.source_id and p.id = r.id
   where not r.united`;

/** Behind those of the target, in the source's order. */
const participants = (merge: SQL): SQL => sql`
  insert into session_participants (session_id, name, organization_id, created_at)
  select m.target_id, a.name, m.organization_id, ${joinedAt(sql`m`, sql`a`)}
    from ${merge} m cross join jsonb_array_elements_text(m.record->'participants') with ordinality a(name, n)`;

/** When a participant of the list joined the target. */
export const joinedAt = (m: SQL, a: SQL): SQL =>
  sql`((${m}.record->>'joined')::timestamptz + ${a}.n::int * interval '1 microsecond')`;

/** The source's log as history of the target. Only errors and warnings keep their type: they count, the others have happened elsewhere. */
const copies = (merge: SQL): SQL => sql`
  insert into session_events (session_id, seq, organization_id, type, body, actor)
  select m.target_id, (m.record->>'seq')::int + e.seq, m.organization_id,
         case when e.type in ('error', 'warning') or e.type like 'merged.%' then e.type else 'merged.' || e.type end,
         e.body || jsonb_build_object('mergedFrom', jsonb_strip_nulls(jsonb_build_object(
           'sessionId', e.session_id, 'seq', e.seq, 'at', e.created_at, 'mergedFrom', e.body->'mergedFrom'))),
         e.actor
    from ${merge} m join session_events e on e.session_id = m.source_id`;

/** That the sessions were merged, and then each step and participant as if somebody had added them: who watches sees them come. */
const said = (merge: SQL, actor: string): SQL => sql`
  with m as (select m.*, (m.record->>'seq')::int + (m.record->>'events')::int + 1 as told from ${merge} m),
  living as (select m.id as merge_id, r.* from m cross join ${stepsOf(sql`m`)} where not r.united and not r.removed)
  insert into session_events (session_id, seq, organization_id, type, body, actor)
  select m.target_id, m.told, m.organization_id, 'session_merged',
         jsonb_build_object('mergeId', m.id, 'from', s.id, 'title', s.planning_title, 'description', s.description, 'pageUrl', s.confluence_page_url,
           'steps', jsonb_array_length(m.record->'steps'), 'participants', jsonb_array_length(m.record->'participants'),
           'plans', jsonb_array_length(m.record->'plans'), 'duplicates', jsonb_array_length(m.record->'duplicates')),
         ${actor}::text
    from m join planning_sessions s on s.id = m.source_id
  union all
  select m.target_id, r.revision, m.organization_id, 'step_added',
         jsonb_build_object('id', p.id, 'text', p.text, 'owner', p.owner, 'position', p.position::text,
                            'ts', ${utc(sql`p.created_at`)}, 'mergeId', m.id), ${actor}::text
    from m join living r on true join plan_steps p on p.session_id = m.target_id and p.id = r."as"
  union all
  select m.target_id, m.told + (select count(*) from living)::int + a.n::int, m.organization_id, 'participant_added',
         jsonb_build_object('name', a.name, 'mergeId', m.id), ${actor}::text
    from m cross join jsonb_array_elements_text(m.record->'participants') with ordinality a(name, n)`;

/** An item that was made from a step follows it to its new id. */
const itemKeys = (merge: SQL): SQL => sql`
  update plan_items i
     set key = r."as"::text, local_id = r."as"::text, updated_at = now(),
         fields = i.fields || jsonb_build_object('key', r."as"), base = i.base || jsonb_build_object('key', r."as")
    from ${merge} m cross join ${stepsOf(sql`m`)} join plans p on p.session_id = m.source_id and p.source like 'session:%'
   where r."as" <> r.id and i.plan_id = p.id and i.key = r.id::text`;

const duplicates = (merge: SQL): SQL => sql`
  update plan_items i set duplicate_of = d.of, updated_at = now()
    from ${merge} m cross join jsonb_to_recordset(m.record->'duplicates') as d(item uuid, "of" uuid) where i.id = d.item`;

/** Who worked in the source works in the target; who would have to change the engagement for that chooses anew. */
const people = (merge: SQL): SQL => sql`
  update users u set current_session_id = case when t.engagement_id is not distinct from s.engagement_id then t.id end, updated_at = now()
    from ${merge} m join planning_sessions t on t.id = m.target_id join planning_sessions s on s.id = m.source_id
   where u.current_session_id = s.id`;

/** What is merged is archived too: whatever an archived session refuses, a pointer refuses. */
const source = (merge: SQL, actor: string): SQL => sql`
  with moved as (
    update planning_sessions s
       set merged_into = m.target_id, archived_at = now(), is_default = false, version = s.version + 1, last_seq = s.last_seq + 1, updated_at = now()
      from ${merge} m where s.id = m.source_id
    returning s.id, s.organization_id, s.last_seq, m.id as merge_id, m.target_id)
  insert into session_events (session_id, seq, organization_id, type, body, actor)
  select id, last_seq, organization_id, 'session_merged', jsonb_build_object('mergeId', merge_id, 'into', target_id), ${actor}::text from moved`;

const target = (merge: SQL): SQL => sql`
  update planning_sessions t
     set version = t.version + 1, is_default = t.is_default or coalesce((m.record->>'heir')::uuid = t.id, false), updated_at = now(),
         last_seq = (select max(e.seq) from session_events e where e.session_id = t.id)
    from ${merge} m where t.id = m.target_id`;

const heir = (merge: SQL, actor: string): SQL => sql`
  with moved as (
    update planning_sessions h set is_default = true, last_seq = h.last_seq + 1, updated_at = now()
      from ${merge} m where h.id = (m.record->>'heir')::uuid and h.id <> m.target_id and ${isLiving(sql`h`)}
    returning h.id, h.organization_id, h.last_seq, m.source_id)
  insert into session_events (session_id, seq, organization_id, type, body, actor)
  select id, last_seq, organization_id, 'session_default_set', jsonb_build_object('from', source_id), ${actor}::text from moved`;
