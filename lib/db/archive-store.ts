import { type SQL, sql } from "drizzle-orm";
import type { SessionId } from "../domain/ids.js";
import { type ArchivedFacts, type MemoryWrite, memoryNodeOf } from "../domain/memory/remember.js";
import { type Grant, grantFor, type Principal } from "../domain/principal.js";
import type { Refusal } from "../ports-lifecycle.js";
import type { Announce } from "../ports-live-plans.js";
import type { ArchiveStore } from "../ports-memory.js";
import { within } from "./access-store.js";
import { appendLog } from "./commit.js";
import { type Database, repeatable, sqlState, uniqueViolation, utc } from "./database.js";
import { fillDefaults } from "./default-session.js";
import { busyWith, passDefault } from "./idle.js";
import { countWords, oneWriter, writeMemory } from "./memory-write.js";

type Moved = { id: string; vacant: string | null };

/** The archive in Postgres. A session and what is remembered of it change together, in one transaction of one request. */
export function archiveStore(db: Database, announce: Announce = () => undefined): ArchiveStore {
  async function tell(rows: Moved[]): Promise<void> {
    for (const { id, vacant } of rows) {
      announce(id as SessionId);
      if (vacant !== null) await fillDefaults(db, vacant, announce);
    }
  }
  return {
    async facts(principal, id) {
      const [row] = await db.query<{ facts: ArchivedFacts }>(
        sql`
        select ${factsJson} as facts from planning_sessions s
         where s.id = ${id} and s.organization_id = ${principal.organizationId} and s.deleted_at is null
           and ${within(grantFor(principal, "viewer"), sql`s.engagement_id`)}`,
        repeatable,
      );
      return row?.facts ?? null;
    },

    async archive(principal, facts, write, contextId) {
      const [row] = await db.batch<{ held: boolean; context: boolean; moved: Moved[] | null }>([
        oneWriter(principal.organizationId),
        archiveStatement(principal, facts, write, contextId),
      ]);
      await tell(row?.moved ?? []);
      if (row?.held) return { outcome: "done" };
      if (row && !row.context) return { outcome: "unknown_context" };
      return (await refusal(db, principal, facts.id)) ?? { outcome: "changed" };
    },

    async unarchive(principal, id) {
      for (let attempt = 0; ; attempt += 1)
        try {
          const rows = await db.batch<Moved>([oneWriter(principal.organizationId), unarchiveStatement(principal, id)]);
          await tell(rows);
          if (rows.length > 0) return { outcome: "done" };
          return (await refusal(db, principal, id)) ?? { outcome: "not_archived", id };
        } catch (error) {
          // Another session became the default at the same moment: the next try finds it.
          if (sqlState(error) !== uniqueViolation || attempt === 2) throw error;
        }
    },
  };
}

const here = (principal: Principal, id: SessionId, grant: Grant): SQL => sql`
  s.id = ${id} and s.organization_id = ${principal.organizationId} and s.deleted_at is null and ${within(grant, sql`s.engagement_id`)}`;

const factsJson = sql`
  jsonb_build_object(
    'id', s.id, 'organizationId', s.organization_id, 'engagementId', s.engagement_id, 'title', s.planning_title, 'description', s.description,
    'pageUrl', s.confluence_page_url, 'seq', s.last_seq, 'version', s.version, 'isArchived', s.archived_at is not null,
    'steps', coalesce((select jsonb_agg(jsonb_build_object('text', p.text, 'owner', p.owner, 'ts', ${utc(sql`p.created_at`)}) order by p.position, p.id)
                         from plan_steps p where p.session_id = s.id and p.removed_at is null), '[]'),
    'participants', coalesce((select jsonb_agg(a.name order by a.created_at, a.name) from session_participants a where a.session_id = s.id), '[]'),
    'plans', coalesce((
      select jsonb_agg(jsonb_build_object(
               'id', p.id, 'source', p.source, 'teamId', p.team_id, 'engagementId', s.engagement_id, 'pageId', p.confluence_page_id,
               'pageUrl', p.page_url, 'title', p.page_title,
               'items', coalesce((
                 select jsonb_agg(jsonb_build_object('title', i.title, 'kind', i.kind, 'description', coalesce(i.fields->>'description', ''),
                                                     'linearId', i.linear_id, 'identifier', i.linear_identifier, 'url', i.linear_url)
                                  order by i.position, i.id)
                   from plan_items i where i.plan_id = p.id and i.state = 'active'), '[]')) order by p.created_at, p.id)
        from plans p where p.session_id = s.id), '[]'),
    'related', coalesce(s.work->'related', '[]'))`;

/**
 * Moves the session into the archive and writes its memory, where it stands as the facts say; a session that is there already only gets
 * the memory that it lacks, and the edge from another context.
 */
function archiveStatement(
  principal: Principal,
  facts: ArchivedFacts,
  { nodes, edges }: MemoryWrite,
  contextId: string | null,
): SQL {
  const { id, title, steps, participants, related } = facts;
  const node = memoryNodeOf(id);
  const body = { title, steps: steps.length, participants: participants.length, memoryNodeId: node };
  const isKnown = (n: SQL) => sql`
    ${n}.organization_id = ${principal.organizationId} and ${within(grantFor(principal, "viewer"), sql`${n}.engagement_id`)}`;
  const used = JSON.stringify([...related, ...(contextId === null ? [] : [contextId])]);
  return sql`
    with context as (
      select ${contextId === null ? sql`true` : sql`exists (select from memory_nodes n where n.id = ${contextId}::uuid and ${isKnown(sql`n`)})`} as known),
    held as (
      select s.id, s.organization_id, s.engagement_id, s.is_default, s.archived_at from planning_sessions s
       where ${here(principal, id, grantFor(principal, "member"))} and s.merged_into is null and ${busyWith(sql`s`)} is null
         and s.version = ${facts.version}::int and s.last_seq = ${facts.seq}::int and (select known from context)
         for no key update),
    moved as (
      update planning_sessions s
         set archived_at = now(), is_default = false, version = s.version + 1, last_seq = s.last_seq + 1, updated_at = now()
        from held where s.id = held.id and held.archived_at is null
      returning s.id, s.organization_id, s.last_seq),
    logged as (${appendLog([{ type: "session_archived", body, actor: principal.linearUserId }])}),
    left_behind as (
      update users u set current_session_id = null, updated_at = now() from moved where u.current_session_id = moved.id),
    ${passDefault(principal.linearUserId)},
    forgetful as (
      select organization_id from held where archived_at is null or not exists (select from memory_nodes n where n.id = ${node}::uuid)),
    ${writeMemory(nodes, edges, sql`forgetful`)},
    used as (
      insert into memory_edges (source_id, target_id, kind, organization_id)
      select n.id, ${node}::uuid, 'used_in_planning', n.organization_id
        from held cross join jsonb_array_elements_text(${used}::jsonb) u(id) join memory_nodes n on n.id = u.id::uuid
       where ${isKnown(sql`n`)} and n.id <> ${node}::uuid
      on conflict (source_id, target_id, kind) do nothing)
    select exists (select from held) as held, (select known from context) as context,
           (select jsonb_agg(jsonb_build_object('id', m.id, 'vacant', m.vacant)) from (
              select moved.id, case when held.is_default and not exists (select from heir) then held.engagement_id end as vacant
                from moved cross join held
              union all select id, null from heir) m) as moved`;
}

/**
 * Takes the session out of the archive, its node out of memory, and of the nodes that it led to those to which nothing else leads or was
 * led. It is the default again only where its engagement has come to have none.
 */
function unarchiveStatement(principal: Principal, id: SessionId): SQL {
  const node = memoryNodeOf(id);
  return sql`
    with moved as (
      update planning_sessions s
         set archived_at = null, version = s.version + 1, last_seq = s.last_seq + 1, updated_at = now(),
             is_default = s.engagement_id is not null and not exists (
               select from planning_sessions d where d.is_default and d.engagement_id = s.engagement_id)
       where ${here(principal, id, grantFor(principal, "member"))} and s.archived_at is not null and s.merged_into is null
      returning s.id, s.organization_id, s.last_seq),
    logged as (${appendLog([{ type: "session_unarchived", body: {}, actor: principal.linearUserId }])}),
    plan as (
      select e.target_id as id from moved join memory_edges e on e.source_id = ${node}::uuid and e.kind = 'session_plan'
       where not exists (select from memory_edges o where o.target_id = e.target_id and o.source_id <> e.source_id and o.kind <> 'page_plan')
         and not exists (select from memory_edges o where o.source_id = e.target_id and o.kind = 'used_in_planning')),
    around as (
      select e.source_id as id from memory_edges e join plan on plan.id = e.target_id where e.kind = 'page_plan'
      union select e.target_id from memory_edges e join plan on plan.id = e.source_id where e.kind = 'plan_issue'),
    alone as (
      select ${node}::uuid as id from moved union all select id from plan
      union all
      select a.id from around a
       where not exists (select from memory_edges o where o.source_id = a.id and o.target_id not in (select id from plan))
         and not exists (select from memory_edges o where o.target_id = a.id and o.source_id not in (select id from plan))),
    gone as (
      delete from memory_nodes n using alone where n.id = alone.id returning n.organization_id, n.search),
    none as (select organization_id, search from gone where false),
    ${countWords(sql`none`, sql`gone`)}
    select id, null::uuid as vacant from moved`;
}

/** Why nothing was done; null where there is no reason any more. */
async function refusal(db: Database, principal: Principal, id: SessionId): Promise<Refusal | null> {
  const [row] = await db.query<{ writable: boolean; merged_into: string | null; busy: string | null }>(
    sql`
    select ${within(grantFor(principal, "member"), sql`s.engagement_id`)} as writable, s.merged_into, ${busyWith(sql`s`)} as busy
      from planning_sessions s where ${here(principal, id, grantFor(principal, "viewer"))}`,
    repeatable,
  );
  if (!row) return { outcome: "not_found", id };
  if (!row.writable) return { outcome: "forbidden", id };
  if (row.merged_into !== null) return { outcome: "merged", id, into: row.merged_into as SessionId };
  return row.busy === null ? null : { outcome: "busy", id, state: row.busy };
}
