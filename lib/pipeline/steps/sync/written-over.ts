import type { PlanItem } from "../../../domain/plan-item.js";
import type { Reading, StoredConflict } from "../../../domain/sync/detect.js";
import { findOverwritten, overwrittenConflicts } from "../../../domain/sync/overwritten.js";
import { issueContextOf } from "../../../domain/sync/sides.js";
import type { ItemValues } from "../../../domain/sync/values.js";
import type { IssueHistoryEntry, LinearClient } from "../../../ports-services.js";
import type { SyncedPlan } from "../../../ports-sync.js";

/**
 * An item whose issue was written: what it said when it was read, and what it was given. `readAt` says when it had changed last before that, where
 * it was read by a run that did not live to tell, so that nobody knows whether it has written at all.
 */
export type Written = { item: PlanItem; now: ItemValues; given: Partial<ItemValues>; readAt?: string };

/** What somebody else set between our reading and our writing; it stands nowhere any more, so people are asked. */
export async function findWrittenOver(
  written: readonly Written[],
  reading: Reading,
  { seen, linear }: { seen: SyncedPlan; linear: LinearClient },
): Promise<StoredConflict[]> {
  return writtenOverIn(await historyOf(written, reading, linear), written, reading, seen);
}

/** What happened to these issues since they were read. */
export async function historyOf(
  written: readonly Written[],
  reading: Reading,
  linear: LinearClient,
): Promise<IssueHistoryEntry[]> {
  const issues = asRead(written, reading).map(({ issue }) => issue);
  if (issues.length === 0) return [];
  const since = issues.map(({ updatedAt }) => updatedAt).reduce((min, at) => (at < min ? at : min));
  return linear.readHistory(
    issues.map(({ id }) => id),
    since,
  );
}

/** The same as `findWrittenOver`, of histories that are at hand. */
export function writtenOverIn(
  history: readonly IssueHistoryEntry[],
  written: readonly Written[],
  reading: Reading,
  seen: SyncedPlan,
): StoredConflict[] {
  const { ownActorIds } = seen;
  const context = { ...issueContextOf(reading.plan, reading.plan.items), blockedBy: null };
  return asRead(written, reading).flatMap(({ item, now, given, readAt, issue }) => {
    const entries = history.filter((entry) => entry.issueId === issue.id);
    const told = toldOf(issue, seen);
    const isKnown = readAt === undefined;
    const found = findOverwritten(entries, { issue, now, given, isKnown, told, ownActorIds, context });
    return found.flatMap((one) => {
      const open = reading.plan.conflicts.find(({ itemId, field }) => itemId === item.id && field === one.field);
      const value = reading.view.valuesOf(item.id)?.[one.field] ?? null;
      const page = { value, author: reading.page.authorId, at: reading.page.updatedAt };
      return overwrittenConflicts(item, one, { open, base: now[one.field], page });
    });
  });
}

/** The issues that were written, as they were when they were read. */
const asRead = (written: readonly Written[], { linear: { issues } }: Reading) =>
  written.flatMap((one) => {
    const issue = issues.get(one.item.linearId ?? "");
    return issue ? [{ ...one, issue: { ...issue, updatedAt: one.readAt ?? issue.updatedAt } }] : [];
  });

/** The description that the last event since the read told. */
function toldOf(issue: { id: string; updatedAt: string }, { events, ownActorIds }: SyncedPlan): string | null {
  const last = events.findLast(
    (event) =>
      event.issueId === issue.id &&
      event.changedAt > issue.updatedAt &&
      !ownActorIds.includes(event.actorId ?? "") &&
      typeof event.data.description === "string",
  );
  return last ? (last.data.description as string) : null;
}
