import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newPlaces, type SubIssue } from "../../../lib/domain/sync/sub-issue-places.js";
import { numRuns } from "./edits.js";

const children = (numbers: Record<string, number | null>): SubIssue[] =>
  Object.entries(numbers).map(([id, subIssueSortOrder]) => ({ id, subIssueSortOrder }));

describe("sub-issues that are to stand in an order", () => {
  it("are left alone where they stand so", () => {
    expect(newPlaces(children({ a: -3, b: 0, c: 12.5 }), ["a", "b", "c"])).toEqual([]);
  });

  it("are moved one by one where one has moved: to the front, between two, to the end", () => {
    const now = children({ a: 100, b: 200, c: 300, d: 400 });
    expect(newPlaces(now, ["d", "a", "b", "c"])).toEqual([{ id: "d", at: 0 }]);
    expect(newPlaces(now, ["a", "d", "b", "c"])).toEqual([{ id: "d", at: 150 }]);
    expect(newPlaces(now, ["b", "c", "d", "a"])).toEqual([{ id: "a", at: 500 }]);
  });

  it("get a number where they have none, and another one where two have the same", () => {
    expect(newPlaces(children({ a: 100, b: null, c: 200 }), ["a", "b", "c"])).toEqual([{ id: "b", at: 150 }]);
    expect(newPlaces(children({ a: 100, b: 100, c: 200 }), ["a", "b", "c"])).toHaveLength(1);
    expect(newPlaces(children({ a: null, b: null }), ["b", "a"])).toEqual([
      { id: "b", at: 100 },
      { id: "a", at: 200 },
    ]);
  });

  it("are all numbered anew where there is no room between two", () => {
    const tight = children({ a: 1, b: 1 + Number.EPSILON, c: 1 + 2 * Number.EPSILON, d: 9 });
    expect(newPlaces(tight, ["a", "d", "b", "c"])).toEqual([
      { id: "a", at: 100 },
      { id: "d", at: 200 },
      { id: "b", at: 300 },
      { id: "c", at: 400 },
    ]);
  });

  it("say nothing of what is not among them", () => {
    expect(newPlaces(children({ a: 100, b: 200, other: 150 }), ["b", "elsewhere", "a"])).toHaveLength(1);
  });
});

describe("any sub-issues", () => {
  const ids = ["a", "b", "c", "d", "e", "f", "g"];
  const numbers = fc.record(
    Object.fromEntries(
      ids.map((id) => [
        id,
        fc.oneof(fc.constant(null), fc.integer({ min: -4, max: 4 }), fc.double({ noNaN: true, min: -1e6, max: 1e6 })),
      ]),
    ),
  );
  const wanted = fc.shuffledSubarray(ids, { minLength: 0 });
  const applied = (now: SubIssue[], changes: { id: string; at: number }[]) =>
    new Map([
      ...now.map((child) => [child.id, child.subIssueSortOrder] as const),
      ...changes.map(({ id, at }) => [id, at] as const),
    ]);

  it("stand in the order that was wanted, and then nothing is left to do", () => {
    fc.assert(
      fc.property(numbers, wanted, (values, order) => {
        const now = children(values as Record<string, number | null>);
        const after = applied(now, newPlaces(now, order));
        const places = order.map((id) => after.get(id) ?? Number.NaN);
        expect(places.every((at, n) => n === 0 || at > (places[n - 1] ?? 0))).toBe(true);
        expect(
          newPlaces(
            now.map(({ id }) => ({ id, subIssueSortOrder: after.get(id) ?? null })),
            order,
          ),
        ).toEqual([]);
      }),
      { numRuns },
    );
  });

  it("are moved as few as can be", () => {
    fc.assert(
      fc.property(wanted, (order) => {
        const now = ids.map((id, n) => ({ id, subIssueSortOrder: 100 * (n + 1) }));
        const stay = (mask: number) => order.filter((_, n) => (mask >> n) & 1);
        const isInOrder = (kept: string[]) => kept.every((id, n) => n === 0 || id > (kept[n - 1] ?? ""));
        const most = Math.max(
          ...Array.from({ length: 1 << order.length }, (_, mask) => stay(mask))
            .filter(isInOrder)
            .map((kept) => kept.length),
        );
        expect(newPlaces(now, order)).toHaveLength(order.length - most);
      }),
      { numRuns: 100 },
    );
  });
});
