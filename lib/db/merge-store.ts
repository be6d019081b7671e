import { type SQL, sql } from "drizzle-orm";
import type { SessionId } from "../domain/ids.js";
import { grantFor, type Principal } from "../domain/principal.js";
import type { Merge, MergeObstacle, MergeRefusal, MergeRequest, MergeStore } from "../ports-lifecycle.js";
import type { Announce } from "../ports-live-plans.js";
import { within } from "./access-store.js";
import { type Database, repeatable, sqlState, uniqueViolation, utc } from "./database.js";
import { fillDefaults } from "./default-session.js";
import { busyWith } from "./idle.js";
import { maxParticipants } from "./live-plan-change.js";
import { mergeStatements } from "./merge-statements.js";
import { obstacle, undoStatements } from "./merge-undo-statements.js";

/** Merges of two sessions. Each is one request and one transaction that is done as a whole or not at all. */
export function mergeStore(db: Database, announce: Announce = () => undefined): MergeStore {
  const tell = (merge: Merge) => {
    announce(merge.targetId);
    announce(merge.sourceId);
    return { outcome: "done", merge } as const;
  };
  return {
    async merge(principal, request) {
      for (let tries = 0; tries < 5; tries += 1) {
        const [done] = await db.batch<{ vacant: string | null }>(mergeStatements(principal, request), repeatable);
        if (done?.vacant) await fillDefaults(db, done.vacant, announce);
        const merge = done ? await findMerge(db, principal, request.id) : null;
        if (merge) return tell(merge);
        const refused = await refusal(db, principal, request);
        if (refused) return refused;
      }
      return { outcome: "busy", id: request.targetId, state: "processing" };
    },

    async undo(principal, id) {
      for (let tries = 0; tries < 5; tries += 1) {
        const done = await db.batch(undoStatements(principal, id), repeatable).catch((error: unknown) => {
          // Another session became the default at the same moment: the next try finds it.
          if (sqlState(error) === uniqueViolation) return [];
          throw error;
        });
        const merge = await findMerge(db, principal, id);
        if (!merge) return { outcome: "not_found" };
        if (done.length > 0 || merge.undoneAt !== null) return tell(merge);
        const why = await undoRefusal(db, principal, id);
        if (why === "forbidden") return { outcome: why };
        if (why !== null) return { outcome: "refused", why };
      }
      return { outcome: "refused", why: "target_busy" };
    },

    async list(principal, id) {
      const [row] = await db.query<{ merges: Merge[] }>(
        sql`
        select coalesce((select jsonb_agg(${mergeJson} order by m.created_at desc, m.id)
                           from session_merges m where m.target_id = s.id or m.source_id = s.id), '[]') as merges
          from planning_sessions s
         where s.id = ${id} and s.organization_id = ${principal.organizationId} and s.deleted_at is null
           and ${within(grantFor(principal, "viewer"), sql`s.engagement_id`)}`,
        repeatable,
      );
      return row?.merges ?? null;
    },
  };
}

const mergeJson = sql`
  jsonb_build_object(
    'id', m.id, 'targetId', m.target_id, 'sourceId', m.source_id, 'actor', m.record->'actor', 'participants', m.record->'participants',
    'steps', (select coalesce(jsonb_agg(jsonb_build_object('id', x->'id', 'as', x->'as', 'united', x->'united') order by x->'rank'), '[]')
                from jsonb_array_elements(m.record->'steps') x),
    'planIds', (select coalesce(jsonb_agg(x->'id'), '[]') from jsonb_array_elements(m.record->'plans') x),
    'events', m.record->'events', 'seq', m.record->'seq', 'duplicates', m.record->'duplicates',
    'createdAt', ${utc(sql`m.created_at`)}, 'undoneAt', ${utc(sql`m.undone_at`)})`;

const canRead = (principal: Principal, s: SQL): SQL =>
  sql`${s}.deleted_at is null and ${within(grantFor(principal, "viewer"), sql`${s}.engagement_id`)}`;

/** A merge of two sessions that the person may see. */
async function findMerge(db: Database, principal: Principal, id: string): Promise<Merge | null> {
  const [row] = await db.query<{ merge: Merge }>(
    sql`
    select ${mergeJson} as merge from session_merges m
      join planning_sessions t on t.id = m.target_id join planning_sessions s on s.id = m.source_id
     where m.id = ${id}::uuid and m.organization_id = ${principal.organizationId}
       and ${canRead(principal, sql`t`)} and ${canRead(principal, sql`s`)}`,
    repeatable,
  );
  return row?.merge ?? null;
}

type Facts = {
  id: SessionId;
  writable: boolean;
  archived: boolean;
  merged_into: SessionId | null;
  busy: string | null;
  version: number;
  participants: number;
};

/** Why nothing was merged; null where there is no reason any more and it should be tried again. */
async function refusal(db: Database, principal: Principal, request: MergeRequest): Promise<MergeRefusal | null> {
  const { targetId, sourceId, targetVersion, sourceVersion } = request;
  const facts = await db.query<Facts>(
    sql`
    select s.id, ${within(grantFor(principal, "member"), sql`s.engagement_id`)} as writable, s.archived_at is not null as archived, s.merged_into,
           ${busyWith(sql`s`)} as busy, s.version,
           (select count(distinct a.name) from session_participants a where a.session_id in (${targetId}, ${sourceId}))::int as participants
      from planning_sessions s
     where s.id in (${targetId}, ${sourceId}) and s.organization_id = ${principal.organizationId} and ${canRead(principal, sql`s`)}`,
    repeatable,
  );
  for (const [id, expected] of [
    [targetId, targetVersion],
    [sourceId, sourceVersion],
  ] as const) {
    const session = facts.find((one) => one.id === id);
    if (!session) return { outcome: "not_found", id };
    if (!session.writable) return { outcome: "forbidden", id };
    if (session.merged_into !== null) return { outcome: "merged", id, into: session.merged_into };
    if (session.archived) return { outcome: "archived", id };
    if (session.busy !== null) return { outcome: "busy", id, state: session.busy };
    if (session.version !== expected) return { outcome: "changed", id, version: session.version };
    const { participants } = session;
    if (participants > maxParticipants) return { outcome: "too_many_participants", id: targetId, participants };
  }
  return null;
}

async function undoRefusal(
  db: Database,
  principal: Principal,
  id: string,
): Promise<"forbidden" | MergeObstacle | null> {
  const writable = (s: SQL) => within(grantFor(principal, "member"), sql`${s}.engagement_id`);
  const [row] = await db.query<{ writable: boolean; why: MergeObstacle | "undone" | null }>(
    sql`
    select ${writable(sql`t`)} and ${writable(sql`s`)} as writable, ${obstacle} as why
      from session_merges m join planning_sessions t on t.id = m.target_id join planning_sessions s on s.id = m.source_id
     where m.id = ${id}::uuid and m.organization_id = ${principal.organizationId}`,
    repeatable,
  );
  if (row && !row.writable) return "forbidden";
  return !row || row.why === "undone" ? null : row.why;
}
