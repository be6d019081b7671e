import { compareItem, type Difference } from "../../../domain/sync/compare.js";
import { comparingOf, type Reading, type StoredConflict } from "../../../domain/sync/detect.js";
import { isSameValue } from "../../../domain/sync/merge-item.js";
import { areOneText } from "../../../domain/sync/overwritten.js";
import type { PlanItem } from "../../../domain/plan-item.js";
import { type Side, type SyncField, syncFields } from "../../../domain/sync/values.js";
import type { SeenIssue } from "../../../domain/sync/sides.js";
import type { SyncedPlan } from "../../../ports-sync.js";
import type { Written } from "./written-over.js";

/**
 * Issues that we may have written without anybody hearing of it: the answer was lost, the function died before it could look what it had written
 * over, or it was thought dead and was not. Both sides have changed a field of theirs, or Linear alone one that people have decided, or no event
 * tells of somebody who has changed the issue last.
 */
export function perhapsWritten(differences: readonly Difference[], reading: Reading, seen: SyncedPlan): Written[] {
  return differences.flatMap((difference) => {
    const { item, before, now } = difference;
    const issue = reading.linear.issues.get(item.linearId ?? "");
    if (!issue || item.seenAt === null || issue.updatedAt <= item.seenAt) return [];
    const isTold = isToldOf(issue, seen);
    const isChanged = (side: Side, field: SyncField) => !isSameValue(field, now[side][field], before[side][field]);
    const own = seen.conflicts.filter((one) => one.itemId === item.id);
    const isDecided = (field: SyncField) => own.some((one) => one.field === field && one.decision !== null);
    const isAsked = (field: SyncField) => own.some((one) => one.field !== "existence" && areOneText(one.field, field));
    const fields = syncFields.filter(
      (field) =>
        (isChanged("linear", field) && (isChanged("page", field) || isDecided(field))) || (!isTold && !isAsked(field)),
    );
    if (fields.length === 0) return [];
    const given = Object.fromEntries(fields.map((field) => [field, now.linear[field]]));
    return [{ item, now: before.linear, given, readAt: item.seenAt }];
  });
}

/** True where an event tells that somebody else has made an issue what it is. */
function isToldOf({ id, updatedAt }: SeenIssue, { events, ownActorIds }: SyncedPlan): boolean {
  return events.some(
    (event) => event.issueId === id && event.changedAt === updatedAt && !ownActorIds.includes(event.actorId ?? ""),
  );
}

/** The items whose issues were read, as both sides have them now. */
export function compareRead(reading: Reading): Difference[] {
  const comparing = comparingOf(reading);
  return reading.plan.items
    .filter((item) => reading.linear.issues.has(item.linearId ?? ""))
    .flatMap((item) => compareItem(item, comparing) ?? []);
}

/** Items about which people are asked are not settled. */
export const stillOpen = (items: readonly PlanItem[], asked: readonly StoredConflict[]) =>
  items.map((item) => (asked.some((one) => one.itemId === item.id) ? { ...item, unsettled: true } : item));
