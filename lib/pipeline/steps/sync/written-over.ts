import type { PlanItem } from "../../../domain/plan-item.js";
import type { Reading, StoredConflict } from "../../../domain/sync/detect.js";
import { findOverwritten, overwrittenConflicts } from "../../../domain/sync/overwritten.js";
import { issueContextOf } from "../../../domain/sync/sides.js";
import type { ItemValues } from "../../../domain/sync/values.js";
import type { LinearClient } from "../../../ports-services.js";
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
  const { issues } = reading.linear;
  const asRead = written.flatMap((one) => {
    const issue = issues.get(one.item.linearId ?? "");
    return issue ? [{ ...one, issue: { ...issue, updatedAt: one.readAt ?? issue.updatedAt } }] : [];
  });
  if (asRead.length === 0) return [];
  const history = await linear.readHistory(
    asRead.map(({ issue }) => issue.id),
    asRead.map(({ issue }) => issue.updatedAt).reduce((min, at) => (at < min ? at : min)),
  );
  const { ownActorIds } = seen;
  const context = { ...issueContextOf(reading.plan, reading.plan.items), blockedBy: null };
  return asRead.flatMap(({ item, now, given, readAt, issue }) => {
    const entries = history.filter((entry) => entry.issueId === issue.id);
    const told = toldOf(issue, seen);
    const found = findOverwritten(entries, {
      issue,
      now,
      given,
      isKnown: readAt === undefined,
      told,
      ownActorIds,
      context,
    });
    return found.flatMap((one) => {
      const open = reading.plan.conflicts.find(({ itemId, field }) => itemId === item.id && field === one.field);
      const value = reading.view.valuesOf(item.id)?.[one.field] ?? null;
      const page = { value, author: reading.page.authorId, at: reading.page.updatedAt };
      return overwrittenConflicts(item, one, { open, page });
    });
  });
}

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
