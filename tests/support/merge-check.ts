import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { expect } from "vitest";
import { applyPlanEvent } from "../../lib/contract/apply-plan-event.js";
import type { PlanState } from "../../lib/contract/plan-state.js";
import { exportStore } from "../../lib/db/export-store.js";
import { mergeStore } from "../../lib/db/merge-store.js";
import type { SessionId } from "../../lib/domain/ids.js";
import type { Merge, SessionExport } from "../../lib/ports-lifecycle.js";
import { type MergeCase, type WrittenCase, writeCase } from "./merge-cases.js";
import type { TestDatabase } from "./test-database.js";

/** What a number of cases came to. */
export type Seen = Record<
  "merged" | "refused" | "steps" | "events" | "items" | "duplicates" | "renamed" | "united",
  number
>;

/** Merges a case and takes it back, and holds what is there before, between and after against each other. */
export async function checkMerge({ db }: TestDatabase, given: MergeCase, seen: Seen): Promise<void> {
  const written = await writeCase(db, given);
  const { principal, targetId, sourceId } = written;
  const merges = mergeStore(db);
  const read = async (id: SessionId): Promise<SessionExport> => {
    const whole = await exportStore(db).export(principal, id);
    if (!whole) throw new Error(`session ${id} is not there`);
    return whole;
  };
  const around = () => surroundings(db, written);
  const before = { target: await read(targetId), source: await read(sourceId), around: await around() };

  const request = { id: randomUUID(), targetId, sourceId, targetVersion: 1, sourceVersion: 1 };
  const result = await merges.merge(principal, request);

  await keepsItsWord(db, written);
  if (written.participants > 50) {
    expect(result).toMatchObject({ outcome: "too_many_participants", participants: written.participants });
    expect({ target: await read(targetId), source: await read(sourceId), around: await around() }).toEqual(before);
    seen.refused += 1;
    return;
  }
  if (result.outcome !== "done") throw new Error(`not merged: ${JSON.stringify(result)}`);
  const after = await read(targetId);
  containsTarget(after, before.target);
  containsSource(after, before.source, result.merge);
  isWhatWatchersSee(before.target, after);
  // The same request again, as after a lost answer, finds it done.
  if (given.isRepeated) {
    expect(await merges.merge(principal, request)).toEqual(result);
    expect(await read(targetId)).toEqual(after);
  }

  const undone = await merges.undo(principal, result.merge.id);

  expect(undone.outcome).toBe("done");
  await keepsItsWord(db, written);
  expect(asBefore(await read(targetId), before.target)).toEqual(asBefore(before.target, before.target));
  expect(asBefore(await read(sourceId), before.source)).toEqual(asBefore(before.source, before.source));
  expect(await around()).toEqual(before.around);

  seen.merged += 1;
  seen.steps += result.merge.steps.length;
  seen.events += result.merge.events;
  seen.items += before.source.items.length;
  seen.duplicates += result.merge.duplicates.length;
  seen.united += result.merge.steps.filter(({ united }) => united).length;
  seen.renamed += result.merge.steps.filter(({ id, as }) => id !== as).length;
}

/** Everything of the target is there as it was; an item may have been found to be the same as another one. */
function containsTarget(after: SessionExport, before: SessionExport): void {
  expect(after.events.slice(0, before.events.length)).toEqual(before.events);
  expect(after.steps.slice(0, before.steps.length)).toEqual(before.steps);
  expect(after.participants.slice(0, before.participants.length)).toEqual(before.participants);
  expect(after.plans).toEqual(expect.arrayContaining(before.plans));
  expect(after.items.map(unmarked)).toEqual(expect.arrayContaining(before.items.map(unmarked)));
}

/** Everything of the source is there by its id, or by the one that the merge says it has now. */
function containsSource(after: SessionExport, before: SessionExport, merge: Merge): void {
  const asId = new Map(merge.steps.map(({ id, as }) => [id, as]));
  expect(after.mergedSessions.map(({ id }) => id)).toEqual([before.session.id]);
  expect(after.participants).toEqual(expect.arrayContaining(before.participants));
  expect(after.plans).toEqual(expect.arrayContaining(before.plans));

  const said = ({ id, text, owner, removedAt }: SessionExport["steps"][number]) => ({
    id,
    text,
    owner,
    isRemoved: removedAt !== null,
  });
  const expected = before.steps.map((step) => said({ ...step, id: asId.get(step.id) ?? "lost" }));
  expect(after.steps.map(said)).toEqual(expect.arrayContaining(expected));
  const taken = merge.steps.filter(({ united }) => !united).map(({ as }) => as);
  expect(after.steps.slice(-taken.length || after.steps.length).map(({ id }) => id)).toEqual(taken);

  const copies = after.events.slice(merge.seq, merge.seq + merge.events);
  expect(copies).toHaveLength(before.events.length);
  before.events.forEach((event, n) => {
    expect(copies[n]).toMatchObject({
      actor: event.actor,
      body: { ...event.body, mergedFrom: { sessionId: before.session.id, seq: event.seq } },
    });
    expect(copies[n]?.type.replace(/^merged\./, "")).toBe(event.type);
  });

  const renamed = ({ key, fields, base, ...item }: SessionExport["items"][number]) => {
    const livePlan = before.plans.some(({ id, source }) => id === item.planId && source.startsWith("session:"));
    const now = (livePlan ? asId.get(key) : undefined) ?? key;
    return { ...item, key: now, fields: { ...fields, key: now }, base: base && { ...base, key: now } };
  };
  expect(after.items.map(unmarked)).toEqual(
    expect.arrayContaining(before.items.map((item) => unmarked(renamed(item)))),
  );
  for (const { item, of } of merge.duplicates) expect(after.items.find(({ id }) => id === item)?.duplicateOf).toBe(of);
}

/** Who applies the events that came has the same steps and people as who loads the session anew. */
function isWhatWatchersSee(before: SessionExport, after: SessionExport): void {
  const state = ({ session, steps, participants }: SessionExport): PlanState => ({
    ...session,
    steps: steps.filter(({ removedAt }) => removedAt === null),
    participants,
  });
  let plan = state(before);
  for (const { body, ...event } of after.events.slice(before.events.length)) {
    const next = applyPlanEvent(plan, { ...body, ...event });
    // It says that the session is to be loaded again; here we go on and compare.
    plan = next === "gap" ? { ...plan, seq: event.seq } : next;
  }
  const shown = ({ steps, participants, seq }: PlanState) => ({
    steps: steps.map(({ id, text, owner, position, revision, ts }) => ({ id, text, owner, position, revision, ts })),
    participants,
    seq,
  });
  expect(shown(plan)).toEqual(shown(state(after)));
}

const unmarked = (item: SessionExport["items"][number]) => ({ ...item, duplicateOf: null });

/** All but what a merge and its undo leave behind: their lines in the log, and that the session was touched. */
function asBefore({ session, ...whole }: SessionExport, before: SessionExport) {
  const { version: _version, seq: _seq, updatedAt: _updatedAt, ...same } = session;
  return { ...whole, session: same, events: whole.events.slice(0, before.events.length) };
}

/** What a merge touches outside the two: the default of each engagement, and where people work. */
async function surroundings(db: TestDatabase["db"], { sessionIds, userIds }: WrittenCase) {
  const [row] = await db.query(sql`
    select (select jsonb_agg(s.id order by s.id) from planning_sessions s where s.id = any(${uuids(sessionIds)}) and s.is_default) as defaults,
           (select jsonb_agg(jsonb_build_array(u.id, u.current_session_id) order by u.id) from users u where u.id = any(${uuids(userIds)})) as people`);
  return row;
}

/** No gap in any log, and one default in each engagement that has a session that can be it. */
async function keepsItsWord(db: TestDatabase["db"], { sessionIds }: WrittenCase): Promise<void> {
  const [row] = await db.query(sql`
    with ours as (
      select s.id, s.engagement_id, s.is_default, s.merged_into, s.last_seq,
             (select count(*) from session_events e where e.session_id = s.id) as lines,
             (select coalesce(max(e.seq), 0) from session_events e where e.session_id = s.id) as last
        from planning_sessions s where s.id = any(${uuids(sessionIds)}))
    select (select jsonb_agg(id) from ours where lines <> last_seq or last <> last_seq) as "logsWithGap",
           (select jsonb_agg(engagement_id) from (
              select engagement_id from ours where engagement_id is not null group by engagement_id
              having count(*) filter (where is_default) <> least(1, count(*) filter (where merged_into is null))
                  or bool_or(is_default and merged_into is not null)) w) as "engagementsWithoutOneDefault"`);
  expect(row).toEqual({ logsWithGap: null, engagementsWithoutOneDefault: null });
}

/** An array, so that each is looked up however large the tables have grown. */
const uuids = (ids: string[]) => sql`${`{${ids.join(",")}}`}::uuid[]`;
