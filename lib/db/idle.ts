import { type SQL, sql } from "drizzle-orm";

/**
 * What keeps the session `s` from being archived, deleted or merged: `processing`, `awaiting_input`, `stopping`, or `syncing` where one of
 * its plans is; null where nothing does. Whoever sets a session aside raises its `version` too, so that a start which has read it before
 * finds it changed.
 */
export const busyWith = (s: SQL): SQL => sql`
  (case when ${s}.stop_requested_at is not null then 'stopping'
        when ${s}.status in ('processing', 'awaiting_input') then ${s}.status
        when exists (select from plans p where p.session_id = ${s}.id and (p.sync_status = 'running' or p.locked_until > now())) then 'syncing'
   end)`;

/** Whether people still see the session `s` where they work: neither deleted nor archived nor merged into another one. */
export const isLiving = (s: SQL): SQL =>
  sql`(${s}.deleted_at is null and ${s}.archived_at is null and ${s}.merged_into is null)`;

/** The session that takes over an engagement's default from the session `id`: the newest other one that is living. */
export const heirOf = (engagementId: SQL, id: SQL): SQL => sql`
  (select n.id from planning_sessions n where n.engagement_id = ${engagementId} and n.id is distinct from ${id} and ${isLiving(sql`n`)}
    order by n.created_at desc, n.id desc limit 1)`;

/**
 * CTEs that pass the default on from a session that is set aside. `held` is its row as it stood (id, engagement_id, is_default), locked;
 * `moved` is the update that has cleared its `is_default`, so that there are never two.
 */
export const passDefault = (actor: string): SQL => sql`
  heir as (
    update planning_sessions h set is_default = true, last_seq = h.last_seq + 1, updated_at = now()
      from held join moved on moved.id = held.id
     where held.is_default and h.id = ${heirOf(sql`held.engagement_id`, sql`held.id`)} and ${isLiving(sql`h`)}
    returning h.id, h.organization_id, h.last_seq, held.id as from_id),
  heir_logged as (
    insert into session_events (session_id, seq, organization_id, type, body, actor)
    select id, last_seq, organization_id, 'session_default_set', jsonb_build_object('from', from_id), ${actor}::text from heir)`;
