import { type SQL, sql } from "drizzle-orm";
import type { PlanId } from "../domain/ids.js";
import type { DueRun } from "../ports-sync.js";

/** `quietMs`: how long a plan is left in peace before a run, `longestMs`: how long at most, `stuckMs`: how long a run may move nothing, `pollMs`: how often a plan is looked at of which nobody reports anything. */
export type SyncTimes = {
  quietMs: number;
  longestMs: number;
  stuckMs: number;
  pollMs: number;
  /** Linear may name it instead of the app's user as who changed something. */
  linearClientId?: string;
};

/** A run that was made due. */
export type DueRow = { id: string; due: number; is_new: boolean };
export const toDueRun = (row: DueRow): DueRun => ({ planId: row.id as PlanId, dueAt: row.due, isNew: row.is_new });

/** True for plans `p` of engagements that want comments mirrored this way. */
export const mirrorsComments = (way: "to_page" | "to_linear"): SQL => sql`
  exists (select from planning_sessions s join engagements e on e.id = s.engagement_id
           where s.id = p.session_id and e.settings->'sync'->>'comments' in (${way}, 'both'))`;

/**
 * Puts the next run of plans off until they have been quiet for a while, but not for ever; for a person it is now, and stays it. Plans that are not
 * kept in step, or are paused, stay as they are; one that is being worked on is looked at again afterwards, and one that is not approved yet once it is.
 * A run that is under way keeps the instant at which it moved last: else it would never be found to be stuck.
 */
export function makeDue(
  times: Pick<SyncTimes, "quietMs" | "longestMs">,
  { because, askedBy }: { because: string; askedBy: string | null },
  which: SQL,
): SQL {
  const isPerson = because === "person";
  const ms = (value: number) => sql`${value}::int * interval '1 millisecond'`;
  const quiet = sql`least(now() + ${ms(times.quietMs)}, coalesce(p.due_since, now()) + ${ms(times.longestMs)}, case when p.due_because = 'person' then p.due_at end)`;
  return sql`
    update plans p set due_at = ${isPerson ? sql`now()` : quiet}, due_since = coalesce(p.due_since, now()), dirty = p.dirty or p.sync_status = 'running',
           due_because = case when p.due_because = 'person' and p.due_at is not null then p.due_because else ${because} end,
           sync_status = case when p.sync_status = 'paused' then 'idle' else p.sync_status end, paused_because = case when p.sync_status = 'paused' then null else p.paused_because end,
           due_for = coalesce(${askedBy}::text, case when p.due_at is not null then p.due_for end),
           updated_at = case when p.sync_status = 'running' then p.updated_at else now() end
      from (select id, due_at is null or ${isPerson} as is_new from plans p
             where ${which} and p.confluence_page_id is not null and (p.sync_status in ('idle', 'running') or ${isPerson} and p.sync_status = 'paused' and p.paused_because->>'code' <> 'paused')
               and not exists (select from planning_sessions s join engagements e on e.id = s.engagement_id
                                where s.id = p.session_id and e.settings->'sync'->>'direction' = 'off')
             order by id for no key update) before
     where p.id = before.id
    returning p.id, p.organization_id, floor(extract(epoch from p.due_at) * 1000)::float8 as due, before.is_new and p.sync_status = 'idle' as is_new`;
}
