import type { PlanItemId } from "../ids.js";
import type { Done, SyncTrigger } from "./run.js";
import type { SyncField } from "./values.js";

/** A run that ended a short while ago. */
export type RecentRun = { trigger: SyncTrigger; done: readonly Done[] };
/** A field of an item that is to be written. */
export type FieldToWrite = { itemId: PlanItemId; field: SyncField };

/** So many values of one field, written by us in so short a time, are no people's work any more. */
export const mostValues = 3;
export const shortMs = 10 * 60_000;

/**
 * The first of these fields that goes to and fro: the recent runs, the oldest first, have given it three values, each another than the one
 * before, and not all to the same side, and it is to be written once more. Somebody who edits one side again and again is followed. What a
 * person has asked for begins the count anew. Null where there is none.
 */
export function toAndFro(runs: readonly RecentRun[], wanted: readonly FieldToWrite[]): FieldToWrite | null {
  const asked = runs.findLastIndex(({ trigger }) => trigger === "person" || trigger === "undo");
  const sets = runs.slice(asked + 1).flatMap(({ done }) => done.filter((one) => one.what === "set"));
  return (
    wanted.find(({ itemId, field }) => {
      const written = sets.filter((one) => one.itemId === itemId && one.field === field);
      const values = written.map((one) => JSON.stringify(one.to));
      const changes = values.filter((value, n) => value !== values[n - 1]);
      return changes.length >= mostValues && new Set(written.map((one) => one.side)).size > 1;
    }) ?? null
  );
}
