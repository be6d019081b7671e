import { type SQL, sql } from "drizzle-orm";
import type { OrganizationId, SessionId } from "../domain/ids.js";
import type { CleanupPolicy, CleanupStore } from "../ports-lifecycle.js";
import type { Announce } from "../ports-live-plans.js";
import { type Database, repeatable } from "./database.js";
import { busyWith } from "./idle.js";

/** Finds sessions that nobody uses any more by the policy of their organization. */
export function cleanupStore(db: Database, announce: Announce = () => undefined): CleanupStore {
  return {
    async deleteStale(limit) {
      const rows = await db.query<{ id: string }>(deleteStatement(limit));
      for (const row of rows) announce(row.id as SessionId);
      return rows.length;
    },
    async listEnded(limit) {
      const rows = await db.query<{ organization_id: string; id: string }>(
        sql`
        select p.organization_id, s.id from (${policies("archiveEndedAfterDays")}) p cross join lateral (
          select s.id from planning_sessions s
           where s.organization_id = p.organization_id and s.deleted_at is null and s.archived_at is null
             and s.status in ('completed', 'failed', 'cancelled') and ${isUnused(sql`p.days`)}
           order by s.created_at limit ${limit}) s`,
        repeatable,
      );
      return rows.map((row) => ({ organizationId: row.organization_id as OrganizationId, id: row.id as SessionId }));
    },
  };
}

/** Organizations that ask for this, with the days. */
const policies = (name: keyof CleanupPolicy): SQL => sql`
  select o.id as organization_id, (o.settings->'cleanup'->>${name})::int as days from organizations o
   where o.settings->'cleanup'->>${name} is not null and o.revoked_at is null`;

/** Nothing has happened in the session `s` for so many days, and nothing keeps it. What was made later cannot be old enough, which the index knows. */
const isUnused = (days: SQL): SQL => sql`
  s.created_at < now() - ${days} * interval '1 day' and s.updated_at < now() - ${days} * interval '1 day'
  and not s.is_default and s.merged_into is null and ${busyWith(sql`s`)} is null
  and not exists (select from plans q where q.session_id = s.id and (q.dirty or q.sync_status = 'paused'))`;

const deleteStatement = (limit: number): SQL => sql`
  with stale as (
    select s.id, p.days from (${policies("deletePendingAfterDays")}) p cross join lateral (
      select s.id from planning_sessions s
       where s.organization_id = p.organization_id and s.status = 'pending' and s.deleted_at is null and s.archived_at is null
         and ${isUnused(sql`p.days`)}
       order by s.created_at limit ${limit} for no key update skip locked) s),
  moved as (
    update planning_sessions s set deleted_at = now(), version = s.version + 1, last_seq = s.last_seq + 1, updated_at = now()
      from stale where s.id = stale.id and not s.is_default
    returning s.id, s.organization_id, s.last_seq, stale.days),
  logged as (
    insert into session_events (session_id, seq, organization_id, type, body, actor)
    select id, last_seq, organization_id, 'session_deleted', jsonb_build_object('unusedDays', days), 'agent' from moved),
  left_behind as (
    update users u set current_session_id = null, updated_at = now() from moved where u.current_session_id = moved.id)
  select id from moved`;
