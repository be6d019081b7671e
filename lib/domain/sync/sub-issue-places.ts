import { longestRise } from "../longest-rise.js";

/** A child issue with the number that says where it stands, the lowest first; null where Linear says none. */
export type SubIssue = { id: string; subIssueSortOrder: number | null };

/** Between two that nothing stands between. */
const step = 100;

/**
 * The new numbers after which issues stand in the order in which they are named: of as few of them as can be. The most that stand in that
 * order already stay, the others get numbers between these; where there is no room between two, all are numbered anew.
 */
export function newPlaces(children: readonly SubIssue[], wanted: readonly string[]): { id: string; at: number }[] {
  const now = new Map(children.map((child) => [child.id, child.subIssueSortOrder]));
  const ids = wanted.filter((id) => now.has(id));
  const staying = longestRise(ids.map((id) => now.get(id) ?? null));
  const places = between(ids.map((id, n) => (staying.has(n) ? (now.get(id) ?? null) : null)));
  const rises = places.every((at, n) => n === 0 || at > (places[n - 1] ?? at));
  return ids
    .map((id, n) => ({ id, at: rises ? (places[n] ?? 0) : step * (n + 1) }))
    .filter(({ id, at }) => now.get(id) !== at);
}

/** The numbers with those that are missing put between their neighbours. */
function between(numbers: readonly (number | null)[]): number[] {
  const placed: number[] = [];
  for (let n = 0; n < numbers.length; ) {
    const known = numbers[n];
    if (known !== null && known !== undefined) {
      placed.push(known);
      n += 1;
      continue;
    }
    const next = numbers.findIndex((at, place) => place > n && at !== null);
    const count = (next < 0 ? numbers.length : next) - n;
    const low = placed.at(-1) ?? (next < 0 ? 0 : (numbers[next] ?? 0) - step * (count + 1));
    const high = next < 0 ? low + step * (count + 1) : (numbers[next] ?? 0);
    for (let k = 1; k <= count; k += 1) placed.push(low + ((high - low) * k) / (count + 1));
    n += count;
  }
  return placed;
}
