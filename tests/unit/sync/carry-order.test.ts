import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { carryOrder, isSameOrder } from "../../../lib/domain/sync/carry-order.js";
import type { Pair } from "../../../lib/domain/sync/values.js";
import { numRuns } from "./edits.js";

const ids = (text: string | null) => (text === null ? null : text.split(""));
const carry = (before: [string | null, string | null], now: [string | null, string | null]) => {
  const result = carryOrder(
    { page: ids(before[0]), linear: ids(before[1]) },
    { page: ids(now[0]), linear: ids(now[1]) },
  );
  return result === "conflict" ? result : [result.page?.join("") ?? null, result.linear?.join("") ?? null];
};

describe("what stands below an item on both sides", () => {
  type Case = [
    string,
    [string | null, string | null],
    [string | null, string | null],
    [string | null, string | null] | "conflict",
  ];
  it.each<Case>([
    [
      "stays where nobody has moved anything, also where the sides differ",
      ["abc", "cab"],
      ["abc", "cab"],
      ["abc", "cab"],
    ],
    [
      "goes to the other side as it is where one side has moved something",
      ["abc", "abc"],
      ["bac", "abc"],
      ["bac", "bac"],
    ],
    ["leaves what only one side has at its place there", ["xab", "xab"], ["ba", "xab"], ["ba", "xba"]],
    ["leaves it there also where something new comes", ["anc", "abc"], ["anc", "abcn"], ["anc", "abnc"]],
    ["goes over whole where the sides differed before", ["abc", "cab"], ["acb", "cab"], ["acb", "acb"]],
    ["has both moves where each side moved another one", ["abcd", "abcd"], ["bacd", "abdc"], ["badc", "badc"]],
    ["is a conflict where both moved the same one", ["abc", "abc"], ["bac", "bca"], "conflict"],
    [
      "is a conflict where both moved something and the sides differed before",
      ["abc", "cab"],
      ["bac", "acb"],
      "conflict",
    ],
    [
      "puts what came from the page behind its neighbour in Linear",
      ["axbc", "abc"],
      ["axbc", "abcx"],
      ["axbc", "axbc"],
    ],
    [
      "puts what came from Linear behind its neighbour on the page",
      ["abc", "xabc"],
      ["abcx", "xabc"],
      ["xabc", "xabc"],
    ],
    [
      "takes a new one along where it was put behind one that moved",
      ["axbc", "abc"],
      ["axbc", "bcax"],
      ["bcax", "bcax"],
    ],
    ["says nothing of what came to both at once", ["ab", "ab"], ["abx", "xab"], ["abx", "xab"]],
    ["says nothing of what one side has alone", ["abc", "abc"], ["xabc", "abcy"], ["xabc", "abcy"]],
    ["is nobody's order where the page has none", [null, "abc"], [null, "cab"], [null, "cab"]],
    [
      "is asked of Linear where the page has moved something and nobody has looked there",
      ["abc", null],
      ["bac", null],
      ["bac", "bac"],
    ],
    ["is left alone where nobody has looked and nothing has moved", ["abc", null], ["abc", null], ["abc", null]],
  ])("%s", (_, before, now, expected) => {
    expect(carry(before, now)).toEqual(expected);
  });
});

describe("any orders below an item", () => {
  const side = fc.shuffledSubarray(["a", "b", "c", "d", "e"], { minLength: 1 });
  const pair = fc.record({ page: side, linear: side });
  const holds = (law: (before: Pair<string[]>, now: Pair<string[]>) => void) =>
    fc.assert(fc.property(pair, pair, law), { numRuns });
  const after = (now: string[], given: string[] | null) => (given && !isSameOrder(now, given) ? given : now);

  it("are at rest once both sides have been given what they were to be given", () =>
    holds((before, now) => {
      const result = carryOrder(before, now);
      if (result === "conflict") return;
      const given = { page: after(now.page, result.page), linear: after(now.linear, result.linear) };
      const again = carryOrder(given, given);
      expect(again).not.toBe("conflict");
      if (again === "conflict") return;
      expect([isSameOrder(again.page, given.page), isSameOrder(again.linear, given.linear)]).toEqual([true, true]);
    }));

  it("are told alike from both sides", () =>
    holds((before, now) => {
      const turned = carryOrder({ page: before.linear, linear: before.page }, { page: now.linear, linear: now.page });
      const result = carryOrder(before, now);
      expect(turned).toEqual(result === "conflict" ? result : { page: result.linear, linear: result.page });
    }));
});
