import { commonSequence } from "./common-sequence.js";

/**
 * The order of what all three have. Both sides may have moved something: of each two entries the order is the one that a side has
 * changed. It is a conflict where these do not make one row, or where both sides moved the same entry to different places.
 */
export function mergeMoves<T>(base: readonly T[], page: readonly T[], linear: readonly T[]): T[] | "conflict" {
  if (isSameOrder(page, base) || isSameOrder(page, linear)) return [...linear];
  if (isSameOrder(linear, base)) return [...page];
  const places = new Map(base.map((it, index) => [it, index]));
  const onPage = readOrder(places, page);
  const onLinear = readOrder(places, linear);
  const before = base.map(() => 0);
  for (let x = 0; x < base.length; x++)
    for (let y = x + 1; y < base.length; y++) {
      const isTurnedOnPage = onPage.isTurned(x, y);
      const isTurnedOnLinear = onLinear.isTurned(x, y);
      if (isTurnedOnPage !== isTurnedOnLinear && isContradiction(x, y, onPage, onLinear)) return "conflict";
      const later = isTurnedOnPage || isTurnedOnLinear ? x : y;
      before[later] = (before[later] ?? 0) + 1;
    }
  // In one row each has another number of entries before it.
  const merged = base.map((it, index) => ({ it, before: before[index] ?? 0 })).sort((a, b) => a.before - b.before);
  return merged.every((entry, index) => entry.before === index) ? merged.map(({ it }) => it) : "conflict";
}

type Order = { hasMoved: (index: number) => boolean; isTurned: (x: number, y: number) => boolean };

/** A side's order in terms of places in the base. What has moved is what would have to be lifted to bring back the base's order. */
function readOrder<T>(places: ReadonlyMap<T, number>, side: readonly T[]): Order {
  const order = side.map((it) => places.get(it) ?? 0);
  const position: number[] = [];
  for (const [at, index] of order.entries()) position[index] = at;
  const stayed = new Set(commonSequence([...places.values()].map(String), order.map(String)).map(([index]) => index));
  return {
    hasMoved: (index) => !stayed.has(index),
    isTurned: (x, y) => (position[x] ?? 0) > (position[y] ?? 0),
  };
}

/** The sides differ on two entries, and it is not that one side moved one of them which the other left where it was. */
function isContradiction(x: number, y: number, page: Order, linear: Order): boolean {
  const movedByBoth = (index: number) => page.hasMoved(index) && linear.hasMoved(index);
  const movedByOne = (index: number) => page.hasMoved(index) !== linear.hasMoved(index);
  return (movedByBoth(x) && !movedByOne(y)) || (movedByBoth(y) && !movedByOne(x));
}

const isSameOrder = <T>(a: readonly T[], b: readonly T[]) => a.every((it, index) => it === b[index]);
