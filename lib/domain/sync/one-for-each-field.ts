import type { StoredConflict } from "./detect.js";

/**
 * Conflicts of which no field of an item has two that wait: of several the last one counts, because it tells what stands nowhere any more. One
 * that waits after all has not come to an end.
 */
export function oneForEachField(conflicts: readonly StoredConflict[]): StoredConflict[] {
  const waiting = new Map<string, StoredConflict>();
  for (const one of conflicts) if (!one.applied) waiting.set(`${one.itemId} ${one.field}`, one);
  const byId = new Map(conflicts.filter((one) => one.applied).map((one) => [one.id, one]));
  for (const one of waiting.values()) byId.set(one.id, one);
  return [...byId.values()];
}
