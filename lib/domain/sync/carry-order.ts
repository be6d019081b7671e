import { mergeOrder } from "./merge-order.js";
import type { Pair } from "./values.js";

type Order = string[] | null;

/** True where two orders do not contradict each other: what both name stands in the same order. */
export function isSameOrder(a: Order, b: Order): boolean {
  if (a === null || b === null) return a === b;
  return isAlike(those(a, b), those(b, a));
}

/**
 * Carries the moves of each side over to the other. A side says the place of what stood there before; what has come to it since was put there
 * by us, or by whoever moved it below this parent on both sides. So what one side had before and the other had not goes to its place there,
 * behind the one that it stands behind, and a difference that was there before stays.
 */
export function carryOrder(before: Pair<Order>, now: Pair<Order>): Pair<Order> | "conflict" {
  if (before.page === null || now.page === null || isSameOrder(now.page, now.linear)) return now;
  // Nobody has looked at Linear: it counts as quiet until the step that would write it has.
  if (before.linear === null || now.linear === null)
    return isSameOrder(now.page, before.page)
      ? now
      : { page: now.page, linear: withOthers(now.page, now.linear ?? []) };
  const page = those(those(now.page, now.linear), before.page);
  const linear = those(those(now.linear, now.page), before.linear);
  const isQuiet = { page: isSameOrder(page, before.page), linear: isSameOrder(linear, before.linear) };
  // What only one side has keeps its place there.
  const whole = (onPage: string[], inLinear: string[]) => ({
    page: withOthers(onPage, now.page ?? []),
    linear: withOthers(inLinear, now.linear ?? []),
  });
  if (isQuiet.page && isQuiet.linear) return whole(withOthers(page, linear), withOthers(linear, page));
  const merged = isQuiet.linear
    ? withOthers(page, linear)
    : isQuiet.page
      ? withOthers(linear, page)
      : mergeMoved(before.page, before.linear, page, linear);
  return merged === "conflict" ? "conflict" : whole(merged, merged);
}

/** Both sides moved something; where they did not agree before, nobody can say who moved what. */
function mergeMoved(
  beforePage: string[],
  beforeLinear: string[],
  page: string[],
  linear: string[],
): string[] | "conflict" {
  const base = those(beforePage, those(page, linear));
  if (!isSameOrder(base, beforeLinear)) return "conflict";
  const result = mergeOrder(base, page, linear);
  return result === "conflict" ? "conflict" : result.merged;
}

/** One order with what only the other one names, each behind the one that it stands behind there. */
export function withOthers(own: readonly string[], other: readonly string[]): string[] {
  const all = [...own];
  for (const [n, id] of other.entries()) {
    if (all.includes(id)) continue;
    const behind = other.slice(0, n).findLast((one) => all.includes(one));
    all.splice(behind === undefined ? 0 : all.indexOf(behind) + 1, 0, id);
  }
  return all;
}

/** Those of some ids that are among others too. */
function those(ids: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others);
  return ids.filter((id) => known.has(id));
}

const isAlike = (a: readonly string[], b: readonly string[]) => a.every((id, place) => id === b[place]);
