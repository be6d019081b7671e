/** `item` waits for `on`. */
export type Dependency = { item: string; on: string };

/**
 * The dependencies between items without those that would close a cycle, in the order given; the first way round wins. `dropped` holds
 * the others, which no tracker can express as "blocks".
 */
export function withoutCycles(items: { key: string; dependsOn: string[] }[]): {
  kept: Dependency[];
  dropped: Dependency[];
} {
  const known = new Set(items.map((item) => item.key));
  const waitsFor = new Map<string, string[]>();
  const kept: Dependency[] = [];
  const dropped: Dependency[] = [];
  for (const { key: item, dependsOn } of items)
    for (const on of dependsOn) {
      if (!known.has(on)) continue;
      if (on === item || reaches(waitsFor, on, item)) {
        dropped.push({ item, on });
        continue;
      }
      waitsFor.set(item, [...(waitsFor.get(item) ?? []), on]);
      kept.push({ item, on });
    }
  return { kept, dropped };
}

function reaches(waitsFor: Map<string, string[]>, from: string, to: string): boolean {
  const open = [from];
  const seen = new Set<string>();
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (key === to) return true;
    if (seen.has(key)) continue;
    seen.add(key);
    open.push(...(waitsFor.get(key) ?? []));
  }
  return false;
}
