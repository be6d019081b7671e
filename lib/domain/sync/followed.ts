import type { PlanItem } from "../plan-item.js";
import type { Conflict } from "./conflict.js";
import { indexOf, linearBase, pageBase } from "./item-values.js";
import { isSameValue } from "./merge-item.js";
import type { Done } from "./run.js";
import type { Side } from "./values.js";

/**
 * The decisions that both sides follow now, of those that a step has read: `settled` are the items as the step leaves them, `done` is what the run
 * has done by then. They are over with it: whoever changes such a field afterwards has changed it anew, and is not asked about what was decided
 * before. A side that cannot say what was decided has been left out, and follows no further.
 */
export function followedDecisions(
  conflicts: readonly Conflict[],
  settled: readonly PlanItem[],
  items: readonly PlanItem[],
  done: readonly Done[],
): Conflict[] {
  const changed = new Map<string, PlanItem>(settled.map((item) => [item.id, item]));
  const index = indexOf(items.map((item) => changed.get(item.id) ?? item));
  return conflicts.filter(({ itemId, field, decision }) => {
    const item = changed.get(itemId);
    if (!item || !decision || field === "existence" || item.unsettled || item.pending !== null) return false;
    const isLeftOut = (side: Side) =>
      done.some((one) => one.what === "left_out" && one.side === side && one.itemId === itemId && one.field === field);
    const follows = { page: pageBase(item, index)[field], linear: linearBase(item, index)[field] };
    return (["page", "linear"] as const).every(
      (side) => isSameValue(field, follows[side], decision.value) || isLeftOut(side),
    );
  });
}
