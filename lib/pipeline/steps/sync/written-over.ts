import type { PlanItem } from "../../../domain/plan-item.js";
import type { Reading, StoredConflict } from "../../../domain/sync/detect.js";
import { findOverwritten, overwrittenConflict } from "../../../domain/sync/overwritten.js";
import { issueContextOf } from "../../../domain/sync/sides.js";
import type { ItemValues } from "../../../domain/sync/values.js";
import type { LinearClient } from "../../../ports-services.js";
import type { SyncedPlan } from "../../../ports-sync.js";

/** An item whose issue was written: what it said when it was read, and what it was given. */
type Written = { item: PlanItem; now: ItemValues; given: Partial<ItemValues> };

/** What somebody else set between our reading and our writing; it stands nowhere any more, so people are asked. */
export async function findWrittenOver(
  written: readonly Written[],
  reading: Reading,
  { seen, linear }: { seen: SyncedPlan; linear: LinearClient },
): Promise<StoredConflict[]> {
  const { issues } = reading.linear;
  const read = written.flatMap(({ item }) => issues.get(item.linearId ?? "") ?? []);
  if (read.length === 0) return [];
  const since = read.map((issue) => issue.updatedAt).reduce((min, at) => (at < min ? at : min));
  const history = await linear.readHistory(
    read.map((issue) => issue.id),
    since,
  );
  const context = { ...issueContextOf(reading.plan, reading.plan.items), blockedBy: null };
  return written.flatMap(({ item, now, given }) => {
    const issue = issues.get(item.linearId ?? "");
    if (!issue) return [];
    const found = findOverwritten(
      history.filter((entry) => entry.issueId === issue.id),
      { issue, now, given, told: toldOf(issue, seen), ownActorIds: seen.ownActorIds, context },
    );
    return found.map((one) => overwrittenConflict(item, one, reading));
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
