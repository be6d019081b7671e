import { compareItem, type Difference } from "../../../domain/sync/compare.js";
import { comparingOf, type Reading, type StoredConflict } from "../../../domain/sync/detect.js";
import { isSameValue } from "../../../domain/sync/merge-item.js";
import type { PlanItem } from "../../../domain/plan-item.js";
import { type Side, type SyncField, syncFields } from "../../../domain/sync/values.js";
import type { SyncedPlan } from "../../../ports-sync.js";
import type { Written } from "./written-over.js";

/**
 * Issues that we may have written without anybody hearing of it: the answer was lost, or the function died before it could look what it had
 * written over. Both sides have changed a field of theirs, or Linear alone one that people have decided.
 */
export function perhapsWritten(differences: readonly Difference[], { conflicts }: SyncedPlan): Written[] {
  return differences.flatMap((difference) => {
    const { item, before, now } = difference;
    const isChanged = (side: Side, field: SyncField) => !isSameValue(field, now[side][field], before[side][field]);
    const isDecided = (field: SyncField) =>
      conflicts.some((one) => one.itemId === item.id && one.field === field && one.decision !== null);
    const fields = syncFields.filter(
      (field) => isChanged("linear", field) && (isChanged("page", field) || isDecided(field)),
    );
    if (fields.length === 0 || item.seenAt === null) return [];
    const given = Object.fromEntries(fields.map((field) => [field, now.linear[field]]));
    return [{ item, now: before.linear, given, readAt: item.seenAt }];
  });
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
