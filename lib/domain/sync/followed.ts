import type { PlanItem } from "../plan-item.js";
import type { Conflict } from "./conflict.js";
import { indexOf, linearBase, pageBase } from "./item-values.js";
import { isSameValue } from "./merge-item.js";

/**
 * The decisions that both sides follow now, of those that a step has read: `settled` are the items as the step leaves them. They are over with it:
 * whoever changes such a field afterwards has changed it anew, and is not asked about what was decided before.
 */
export function followedDecisions(
  conflicts: readonly Conflict[],
  settled: readonly PlanItem[],
  items: readonly PlanItem[],
): Conflict[] {
  const changed = new Map<string, PlanItem>(settled.map((item) => [item.id, item]));
  const index = indexOf(items.map((item) => changed.get(item.id) ?? item));
  return conflicts.filter(({ itemId, field, decision }) => {
    const item = changed.get(itemId);
    if (!item || !decision || field === "existence" || item.unsettled || item.pending !== null) return false;
    return [pageBase(item, index), linearBase(item, index)].every((base) =>
      isSameValue(field, base[field], decision.value),
    );
  });
}
