import type { ItemFields } from "../plan-item.js";

/** Circles of items that wait for each other, each once, as keys. */
export function findCycles(items: readonly Pick<ItemFields, "key" | "dependsOn">[]): string[][] {
  const byKey = new Map(items.map((item) => [item.key, item.dependsOn]));
  const done = new Set<string>();
  const cycles: string[][] = [];
  for (const { key } of items) {
    // A stack of our own: a chain of dependencies may be longer than the call stack.
    const path: { key: string; next: number }[] = [{ key, next: 0 }];
    const onPath = new Set([key]);
    while (!done.has(key)) {
      const top = path.at(-1);
      if (!top) break;
      const next = byKey.get(top.key)?.[top.next++];
      if (next === undefined) {
        done.add(top.key);
        onPath.delete(top.key);
        path.pop();
      } else if (onPath.has(next)) cycles.push(path.slice(path.findIndex((it) => it.key === next)).map((it) => it.key));
      else if (!done.has(next)) {
        path.push({ key: next, next: 0 });
        onPath.add(next);
      }
    }
  }
  return cycles;
}
