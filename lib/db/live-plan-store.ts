import { type SQL, sql } from "drizzle-orm";
import type { OrganizationId, SessionId } from "../domain/ids.js";
import { type Grant, grantFor, type Principal } from "../domain/principal.js";
import type {
  Announce,
  ChangeResult,
  LivePlanSnapshot,
  LivePlanStore,
  PlanChange,
  PlanEventRow,
} from "../ports-live-plans.js";
import { within } from "./access-store.js";
import { type Database, repeatable, sqlState, uniqueViolation } from "./database.js";
import { insertSession } from "./new-session.js";

/** Live plans in Postgres. Event, row and counter are written by one statement, so that who sees event n has everything below it. */
export function livePlanStore(db: Database, announce: Announce = () => undefined): LivePlanStore {
  return {
    async create(session) {
      const result = await insertSession(db, session);
      if (result === "created") announce(session.id);
      return result;
    },
    async find(organizationId, id, readable) {
      const [row] = await db.query<{ plan: LivePlanSnapshot }>(
        sql`select (${snapshotOf(organizationId, id, readable)}) as plan`,
        repeatable,
      );
      return row?.plan ?? null;
    },
    async change(principal, id, opId, change) {
      for (;;) {
        const rows = await db
          .query<{ event: PlanEventRow; repeated: boolean }>(changeStatement(principal, id, opId, change))
          .catch((error: unknown) => {
            // The same operation ran at the same moment: the next try finds it done.
            if (sqlState(error) === uniqueViolation) return null;
            throw error;
          });
        if (rows === null) continue;
        const [row] = rows;
        if (!row) return refusal(db, principal, id);
        if (!row.repeated) announce(id);
        return { outcome: row.repeated ? "repeated" : "applied", event: row.event };
      }
    },
  };
}

const snapshotOf = (organizationId: OrganizationId, id: SessionId, readable: Grant): SQL => sql`
  select jsonb_build_object(
    'id', s.id, 'organizationId', s.organization_id, 'engagementId', s.engagement_id, 'title', s.planning_title, 'description', s.description,
    'steps', coalesce((select jsonb_agg(jsonb_build_object('id', p.id, 'text', p.text, 'owner', p.owner, 'position', p.position::text,
                                                          'ts', ${utc(sql`p.created_at`)}, 'revision', p.revision) order by p.position, p.id)
                         from plan_steps p where p.session_id = s.id and p.removed_at is null), '[]'),
    'participants', coalesce((select jsonb_agg(a.name order by a.created_at, a.name) from session_participants a where a.session_id = s.id), '[]'),
    'seq', s.last_seq, 'isArchived', s.archived_at is not null, 'createdAt', ${utc(sql`s.created_at`)}, 'updatedAt', ${utc(sql`s.updated_at`)})
    from planning_sessions s
   where s.id = ${id} and s.organization_id = ${organizationId} and s.deleted_at is null and ${within(readable, sql`s.engagement_id`)}`;

/** An instant as ISO 8601 in UTC, to the millisecond. */
export const utc = (instant: SQL): SQL => sql`to_char(${instant} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

function changeStatement(principal: Principal, id: SessionId, opId: string, change: PlanChange): SQL {
  if (change.type !== "step_added") throw new Error(`${change.type} is not there yet`);
  const { text, owner } = change;
  const event = sql`jsonb_build_object('seq', e.seq, 'type', e.type, 'body', e.body, 'actor', e.actor, 'at', ${utc(sql`e.created_at`)})`;
  return sql`
    with seen as (select * from session_events where session_id = ${id} and op_id = ${opId} and organization_id = ${principal.organizationId}),
    moved as (
      update planning_sessions s set last_seq = last_seq + 1, updated_at = now()
       where s.id = ${id} and s.organization_id = ${principal.organizationId} and s.deleted_at is null and s.archived_at is null
         and ${within(grantFor(principal, "member"), sql`s.engagement_id`)} and not exists (select from seen)
      returning s.id, s.organization_id, s.last_seq),
    logged as (
      insert into session_events (session_id, seq, organization_id, type, body, op_id, actor)
      select id, last_seq, organization_id, 'step_added',
             jsonb_build_object('id', ${change.id}::text, 'text', ${text}::text, 'owner', ${owner}::text, 'position', last_seq::text, 'ts', ${utc(sql`now()`)}),
             ${opId}::text, ${principal.linearUserId}::text from moved
      returning seq, type, body, actor, created_at),
    step as (
      insert into plan_steps (session_id, id, organization_id, position, text, owner, revision)
      select id, ${change.id}::uuid, organization_id, last_seq, ${text}::text, ${owner}::text, last_seq from moved)
    select ${event} as event, false as repeated from logged e
    union all select ${event}, true from seen e`;
}

/** Why a change did nothing. */
async function refusal(db: Database, principal: Principal, id: SessionId): Promise<ChangeResult> {
  const [row] = await db.query<{ archived: boolean; writable: boolean }>(
    sql`
    select s.archived_at is not null as archived, ${within(grantFor(principal, "member"), sql`s.engagement_id`)} as writable
      from planning_sessions s
     where s.id = ${id} and s.organization_id = ${principal.organizationId} and s.deleted_at is null
       and ${within(grantFor(principal, "viewer"), sql`s.engagement_id`)}`,
    repeatable,
  );
  if (!row) return { outcome: "not_found" };
  return { outcome: row.writable ? "archived" : "forbidden" };
}
