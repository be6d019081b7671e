import { type SQL, sql } from "drizzle-orm";
import { grantFor, type Principal } from "../domain/principal.js";
import { within } from "./access-store.js";
import { busyWith, isLiving } from "./idle.js";
import { joinedAt, lockPlans, stepsOf } from "./merge-statements.js";

/**
 * Takes a merge back from its list, as one transaction: the source has kept its own steps and log, so what was taken over leaves the target
 * again, and plans, default and people go back. Nothing is done where anything of that has changed since.
 */
export function undoStatements(principal: Principal, mergeId: string): [SQL, ...SQL[]] {
  const actor = principal.linearUserId;
  // Marked by this transaction.
  const merge = sql`(select * from session_merges where id = ${mergeId}::uuid and undone_at = now())`;
  const known = sql`(select * from session_merges where id = ${mergeId}::uuid and organization_id = ${principal.organizationId})`;
  return [
    sql`select s.id from planning_sessions s where s.id in (select unnest(array[m.target_id, m.source_id]) from ${known} m) order by s.id for no key update`,
    lockPlans(sql`p.session_id in (select m.target_id from ${known} m)`),
    sql`
    update session_merges m set undone_at = now(), updated_at = now() from planning_sessions t, planning_sessions s
     where m.id = ${mergeId}::uuid and m.organization_id = ${principal.organizationId} and t.id = m.target_id and s.id = m.source_id
       and ${within(grantFor(principal, "member"), sql`t.engagement_id`)} and ${within(grantFor(principal, "member"), sql`s.engagement_id`)}
       and ${obstacle} is null`,
    said(merge, actor),
    sql`
    delete from plan_steps p using ${merge} m cross join ${stepsOf(sql`m`)} where p.session_id = m.target_id and p.id = r."as" and not r.united`,
    sql`
    delete from session_participants a using ${merge} m cross join jsonb_array_elements_text(m.record->'participants') with ordinality n(name, n)
     where a.session_id = m.target_id and a.name = n.name and a.created_at = ${joinedAt(sql`m`, sql`n`)}`,
    itemKeys(merge),
    duplicates(merge),
    sql`
    update plans p set session_id = m.source_id, updated_at = now() from ${merge} m where p.id = any(${planIds(sql`m`)})`,
    people(merge),
    heir(merge, actor),
    source(merge, actor),
    target(merge),
    sql`select id from ${merge} m`,
  ];
}

/** Whether the merge `l` has found a step or a participant of its source there, which the merge `m` had brought. */
const reliesOn = sql`
  (exists (
     select from jsonb_array_elements(l.record->'steps') x join ${stepsOf(sql`m`)} on r."as" = (x->>'as')::uuid
      where (x->>'united')::boolean and not r.united)
   or exists (
     select from jsonb_array_elements_text(m.record->'participants') with ordinality a(name, n)
       join session_participants b on b.session_id = m.target_id and b.name = a.name and b.created_at = ${joinedAt(sql`m`, sql`a`)}
       join session_participants o on o.session_id = l.source_id and o.name = a.name))`;

/** The first thing that keeps the merge `m` of the source `s` into the target `t` from being taken back; null where nothing does. */
export const obstacle = sql`
  (case when m.undone_at is not null then 'undone'
        when s.merged_into is distinct from t.id or s.deleted_at is not null or s.version <> (m.record->'source'->>'version')::int then 'source_moved'
        when not ${isLiving(sql`t`)} then 'target_set_aside'
        when ${busyWith(sql`t`)} is not null then 'target_busy'
        when t.status <> m.record->'target'->>'status' or exists (
          select from session_events e where e.session_id = t.id and e.seq > (m.record->>'seq')::int + (m.record->>'events')::int
             and e.type in ('session.moved', 'session.failed', 'person.retried')) then 'target_moved'
        when exists (
          select from ${stepsOf(sql`m`)} left join plan_steps p on p.session_id = t.id and p.id = r."as"
           where not r.united and (p.id is null or p.revision <> r.revision or p.position <> r.position)) then 'steps_changed'
        when exists (
          select from jsonb_array_elements(m.record->'plans') x left join plans p on p.id = (x->>'id')::uuid
           where p.session_id is distinct from t.id) then 'plans_changed'
        when exists (
          select from session_merges l where l.target_id = t.id and l.undone_at is null and l.created_at > m.created_at and ${reliesOn}) then 'later_merge'
   end)`;

/** Plans that were taken over. An array, so that each is looked up. */
const planIds = (m: SQL): SQL => sql`array(select (x->>'id')::uuid from jsonb_array_elements(${m}.record->'plans') x)`;

/** Who watches the target sees what came go again; the source says that it is back. */
const said = (merge: SQL, actor: string): SQL => sql`
  with gone as (
    select 1 as kind, r.rank::int as n, 'step_removed' as type, jsonb_build_object('id', r."as", 'mergeId', m.id) as body
      from ${merge} m cross join ${stepsOf(sql`m`)} where not r.united and not r.removed
    union all
    select 2, a.n::int, 'participant_removed', jsonb_build_object('name', a.name, 'mergeId', m.id)
      from ${merge} m cross join jsonb_array_elements_text(m.record->'participants') with ordinality a(name, n)
      join session_participants b on b.session_id = m.target_id and b.name = a.name and b.created_at = ${joinedAt(sql`m`, sql`a`)}
    union all
    select 3, 0, 'session_merge_undone', jsonb_build_object('mergeId', m.id, 'from', m.source_id) from ${merge} m)
  insert into session_events (session_id, seq, organization_id, type, body, actor)
  select t.id, t.last_seq + row_number() over (order by g.kind, g.n), t.organization_id, g.type, g.body, ${actor}::text
    from ${merge} m join planning_sessions t on t.id = m.target_id cross join gone g`;

const itemKeys = (merge: SQL): SQL => sql`
  update plan_items i
     set key = r.id::text, local_id = r.id::text, updated_at = now(),
         fields = i.fields || jsonb_build_object('key', r.id), base = i.base || jsonb_build_object('key', r.id)
    from ${merge} m cross join ${stepsOf(sql`m`)} join plans p on p.source like 'session:%'
     and p.id = any(${planIds(sql`m`)})
   where r."as" <> r.id and i.plan_id = p.id and i.key = r."as"::text`;

/** Also what a later merge has found to be the same as an item that goes away. All are still with the target here. */
const duplicates = (merge: SQL): SQL => sql`
  with together as (
    select i.id, i.duplicate_of, p.id = any(${planIds(sql`m`)}) as leaves
      from ${merge} m join plans p on p.session_id = m.target_id join plan_items i on i.plan_id = p.id)
  update plan_items i set duplicate_of = null, updated_at = now()
   where i.id = any(array(select a.id from together a join together b on b.id = a.duplicate_of where a.leaves <> b.leaves))`;

/** Who has gone elsewhere meanwhile stays there. */
const people = (merge: SQL): SQL => sql`
  update users u set current_session_id = s.id, updated_at = now()
    from ${merge} m join planning_sessions t on t.id = m.target_id join planning_sessions s on s.id = m.source_id
   where u.id in (select x::uuid from jsonb_array_elements_text(m.record->'people') x)
     and case when t.engagement_id is not distinct from s.engagement_id then u.current_session_id = t.id
              else u.current_session_id is null and u.current_engagement_id is not distinct from s.engagement_id end`;

/** The default goes back where it still is with whom the merge gave it to. */
const heir = (merge: SQL, actor: string): SQL => sql`
  with moved as (
    update planning_sessions h
       set is_default = false, updated_at = now(), last_seq = h.last_seq + case when h.id = m.target_id then 0 else 1 end
      from ${merge} m join planning_sessions s on s.id = m.source_id
     where h.id = (m.record->>'heir')::uuid and h.is_default and h.engagement_id = s.engagement_id
    returning h.id, h.organization_id, h.last_seq, m.source_id, m.target_id)
  insert into session_events (session_id, seq, organization_id, type, body, actor)
  select id, last_seq, organization_id, 'session_default_lost', jsonb_build_object('to', source_id), ${actor}::text from moved where id <> target_id`;

const source = (merge: SQL, actor: string): SQL => sql`
  with moved as (
    update planning_sessions s
       set merged_into = null, archived_at = null, version = s.version + 1, last_seq = s.last_seq + 1, updated_at = now(),
           is_default = (m.record->'source'->>'wasDefault')::boolean and not exists (
             select from planning_sessions d where d.is_default and d.engagement_id = s.engagement_id)
      from ${merge} m where s.id = m.source_id
    returning s.id, s.organization_id, s.last_seq, m.id as merge_id, m.target_id)
  insert into session_events (session_id, seq, organization_id, type, body, actor)
  select id, last_seq, organization_id, 'session_merge_undone', jsonb_build_object('mergeId', merge_id, 'into', target_id), ${actor}::text from moved`;

const target = (merge: SQL): SQL => sql`
  update planning_sessions t
     set version = t.version + 1, updated_at = now(), last_seq = (select max(e.seq) from session_events e where e.session_id = t.id)
    from ${merge} m where t.id = m.target_id`;
