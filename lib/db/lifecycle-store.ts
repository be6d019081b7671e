import { type SQL, sql } from "drizzle-orm";
import type { SessionId } from "../domain/ids.js";
import { grantFor, type Principal } from "../domain/principal.js";
import type { LifecycleStore, Refusal } from "../ports-lifecycle.js";
import type { Announce } from "../ports-live-plans.js";
import { within } from "./access-store.js";
import { appendLog } from "./commit.js";
import { type Database, repeatable, sqlState, uniqueViolation } from "./database.js";
import { fillDefaults } from "./default-session.js";
import { busyWith, passDefault } from "./idle.js";

/** Deleting and restoring sessions, each in one statement with the log. */
export function lifecycleStore(db: Database, announce: Announce = () => undefined): LifecycleStore {
  async function run(principal: Principal, id: SessionId, statement: SQL, isDeleted: boolean) {
    const rows = await db.query<{ id: string; vacant: string | null }>(statement);
    if (rows.length === 0) return refusal(db, principal, id, isDeleted);
    for (const row of rows) {
      announce(row.id as SessionId);
      if (row.vacant !== null) await fillDefaults(db, row.vacant, announce);
    }
    return { outcome: "done" } as const;
  }
  return {
    delete: (principal, id) => run(principal, id, deleteStatement(principal, id), false),
    async restore(principal, id) {
      for (let attempt = 0; ; attempt += 1)
        try {
          return await run(principal, id, restoreStatement(principal, id), true);
        } catch (error) {
          // Another session became the default at the same moment: the next try finds it.
          if (sqlState(error) !== uniqueViolation || attempt === 2) throw error;
        }
    },
  };
}

const deleteStatement = (principal: Principal, id: SessionId): SQL => sql`
  with held as (
    select s.id, s.engagement_id, s.is_default from planning_sessions s
     where s.id = ${id} and s.organization_id = ${principal.organizationId} and s.deleted_at is null and s.merged_into is null
       and ${within(grantFor(principal, "member"), sql`s.engagement_id`)} and ${busyWith(sql`s`)} is null
       for no key update),
  moved as (
    update planning_sessions s
       set deleted_at = now(), is_default = false, version = s.version + 1, last_seq = s.last_seq + 1, updated_at = now()
      from held where s.id = held.id
    returning s.id, s.organization_id, s.last_seq),
  logged as (${appendLog([{ type: "session_deleted", body: {}, actor: principal.linearUserId }])}),
  left_behind as (
    update users u set current_session_id = null, updated_at = now() from moved where u.current_session_id = moved.id),
  ${passDefault(principal.linearUserId)}
  select moved.id, case when held.is_default and not exists (select from heir) then held.engagement_id end as vacant from moved cross join held
  union all select id, null from heir`;

/** It is the default again only where its engagement has come to have none. */
const restoreStatement = (principal: Principal, id: SessionId): SQL => sql`
  with moved as (
    update planning_sessions s
       set deleted_at = null, version = s.version + 1, last_seq = s.last_seq + 1, updated_at = now(),
           is_default = s.engagement_id is not null and s.archived_at is null and not exists (
             select from planning_sessions d where d.is_default and d.engagement_id = s.engagement_id)
     where s.id = ${id} and s.organization_id = ${principal.organizationId} and s.deleted_at is not null
       and ${within(grantFor(principal, "member"), sql`s.engagement_id`)}
    returning s.id, s.organization_id, s.last_seq),
  logged as (${appendLog([{ type: "session_restored", body: {}, actor: principal.linearUserId }])})
  select id, null::uuid as vacant from moved`;

/** Why nothing was done. */
async function refusal(db: Database, principal: Principal, id: SessionId, isDeleted: boolean): Promise<Refusal> {
  const [row] = await db.query<{
    writable: boolean;
    deleted: boolean;
    merged_into: string | null;
    busy: string | null;
  }>(
    sql`
    select ${within(grantFor(principal, "member"), sql`s.engagement_id`)} as writable, s.deleted_at is not null as deleted,
           s.merged_into, ${busyWith(sql`s`)} as busy
      from planning_sessions s
     where s.id = ${id} and s.organization_id = ${principal.organizationId}
       and ${within(grantFor(principal, "viewer"), sql`s.engagement_id`)}`,
    repeatable,
  );
  if (!row || (row.deleted && !isDeleted)) return { outcome: "not_found", id };
  if (!row.writable) return { outcome: "forbidden", id };
  if (isDeleted) return { outcome: "not_deleted", id };
  if (row.merged_into !== null) return { outcome: "merged", id, into: row.merged_into as SessionId };
  // It has come to rest since: the caller may try again at once.
  return { outcome: "busy", id, state: row.busy ?? "processing" };
}
