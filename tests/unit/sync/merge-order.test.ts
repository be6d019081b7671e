import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergeOrder } from "../../../lib/domain/sync/merge-order.js";
import { numRuns } from "./edits.js";

const merge = (base: string, page: string, linear: string) => {
  const result = mergeOrder(base.split(""), page.split(""), linear.split(""));
  return result === "conflict" ? result : result.merged.join("");
};

describe("the order of siblings", () => {
  it.each([
    ["is the order of the side that moved one", "abcd", "dabc", "abcd", "dabc"],
    ["has both moves where each side moved another one", "abcdef", "bcdefa", "abcfde", "bcfdea"],
    ["has a move once that both sides made", "abc", "cab", "cab", "cab"],
    ["has a new one behind the one that it was put behind, also where that was moved", "abc", "axbc", "bca", "bcax"],
    ["has what each side added, and lacks what either removed", "abcd", "abd", "abcde", "abde"],
    ["has what both sides added at one place, in the order of their ids", "ab", "abyz", "abx", "abxyz"],
    ["has one addition of both sides once", "ab", "abxy", "abxz", "abxyz"],
    ["is a conflict where both moved the same one to different places", "abcd", "bcda", "bacd", "conflict"],
    ["is a conflict where both added the same one at different places", "ab", "xab", "abx", "conflict"],
    ["is a conflict where the moves make no row", "abc", "bac", "acb", "conflict"],
  ])("%s", (_, base, page, linear, expected) => {
    expect(merge(base, page, linear)).toBe(expected);
  });

  it("is found in a moment for a thousand that both sides moved about", () => {
    const base = Array.from({ length: 1_000 }, (_, index) => `id${index}`);
    const move = (from: number, to: number) => base.toSpliced(from, 1).toSpliced(to, 0, `id${from}`);
    const startedAt = performance.now();
    expect(mergeOrder(base, move(10, 900), move(500, 3))).toEqual({
      merged: base.toSpliced(500, 1).toSpliced(10, 1).toSpliced(3, 0, "id500").toSpliced(900, 0, "id10"),
    });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

describe("any orders", () => {
  const ids = ["a", "b", "c", "d", "e", "f"];
  const order = (more: string[]) =>
    fc
      .shuffledSubarray([...ids, ...more], { minLength: 3 })
      .chain((all) => fc.oneof(fc.constant([...all].sort()), fc.constant(all)));
  const moved = fc
    .tuple(fc.nat({ max: 5 }), fc.nat({ max: 5 }), fc.subarray(["x", "y"]))
    .map(([from, to, added]) => [...ids.toSpliced(from, 1).toSpliced(to, 0, ids[from] ?? ""), ...added]);
  const side = fc.oneof(order(["x", "y"]), moved);
  const holds = (law: (base: string[], page: string[], linear: string[]) => void) =>
    fc.assert(fc.property(fc.constant(ids), side, side, law), { numRuns });

  it("are the other side's where one side changed nothing, and the same where both are equal", () =>
    holds((base, page, linear) => {
      expect(mergeOrder(base, base, linear)).toEqual({ merged: linear });
      expect(mergeOrder(base, page, base)).toEqual({ merged: page });
      expect(mergeOrder(base, page, page)).toEqual({ merged: page });
    }));

  it("are merged alike from both sides", () =>
    holds((base, page, linear) => {
      expect(mergeOrder(base, linear, page)).toEqual(mergeOrder(base, page, linear));
    }));

  it("are merged to the same when one side holds the result already", () =>
    holds((base, page, linear) => {
      const result = mergeOrder(base, page, linear);
      if (result === "conflict") return;
      expect(mergeOrder(base, page, result.merged)).toEqual(result);
      expect(mergeOrder(base, result.merged, linear)).toEqual(result);
    }));

  it("have each id once that either side added or nobody removed", () =>
    holds((base, page, linear) => {
      const result = mergeOrder(base, page, linear);
      if (result === "conflict") return;
      const expected = new Set(
        [...page, ...linear].filter((id) => !base.includes(id) || (page.includes(id) && linear.includes(id))),
      );
      expect(result.merged.toSorted()).toEqual([...expected].sort());
    }));
});
