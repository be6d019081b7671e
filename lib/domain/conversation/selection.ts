import type { ItemKind } from "../plan-item.js";
import type { Selection } from "./intent.js";

type Selectable = { key: string; kind: ItemKind; parent: string | null };

/**
 * The keys that a selection keeps, in the order of the items. Whatever is kept keeps its ancestors; a named item brings or takes
 * along what stands under it. "Only the epics" keeps just that level, "without the features" takes their stories too.
 */
export function applySelection(items: readonly Selectable[], selection: Selection): string[] {
  const parents = new Map(items.map((item) => [item.key, item.parent]));
  const keys = new Set(selection.keys);
  const kinds = new Set(selection.kinds);
  const named = (item: Selectable) => keys.has(item.key) || kinds.has(item.kind);

  if (selection.mode === "all") return items.map((item) => item.key);
  if (selection.mode === "without") {
    const out = new Set(items.filter(named).map((item) => item.key));
    return items.map((item) => item.key).filter((key) => !lineage(key, parents).some((step) => out.has(step)));
  }
  const kept = new Set<string>();
  for (const item of items) {
    const line = lineage(item.key, parents);
    if (kinds.has(item.kind) || line.some((step) => keys.has(step))) for (const step of line) kept.add(step);
  }
  return items.map((item) => item.key).filter((key) => kept.has(key));
}

/** The item and its ancestors; a circle of parents ends where it closes. */
function lineage(key: string, parents: ReadonlyMap<string, string | null>): string[] {
  const line: string[] = [];
  for (let at: string | null | undefined = key; at && parents.has(at) && !line.includes(at); at = parents.get(at))
    line.push(at);
  return line;
}
