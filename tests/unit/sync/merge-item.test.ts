import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSameOrder } from "../../../lib/domain/sync/carry-order.js";
import { wordsOf } from "../../../lib/domain/sync/content.js";
import { type ItemMerge, type ItemMergeInput, mergeItem } from "../../../lib/domain/sync/merge-item.js";
import { isSameList, isSameSet } from "../../../lib/domain/sync/merge-set.js";
import { isSameText } from "../../../lib/domain/sync/merge-text.js";
import {
  type ItemValues,
  type Policy,
  type Side,
  type Sides,
  type SyncField,
  syncFields,
} from "../../../lib/domain/sync/values.js";
import { numRuns, uniqueTexts } from "./edits.js";

const base: ItemValues = {
  title: "Pay by card",
  kind: "story",
  parent: "checkout",
  description: "As a guest I want to pay.\n\nPrices include taxes.",
  storyPoints: 3,
  priority: "medium",
  enablerType: null,
  acceptanceCriteria: ["The card is charged once", "A receipt comes by mail"],
  dependsOn: ["basket"],
  order: ["cash", "card", "invoice"],
};
const allFields = (policy: Policy) =>
  Object.fromEntries(syncFields.map((field) => [field, policy])) as Record<SyncField, Policy>;

const nothing: ItemMerge = { toPage: {}, toLinear: {}, conflicts: [], overruled: [], held: [] };
const minute = 60_000;

function merge(page: Partial<ItemValues>, linear: Partial<ItemValues>, more: Partial<ItemMergeInput> = {}) {
  return mergeItem({
    before: { page: base, linear: base },
    now: { page: { ...base, ...page }, linear: { ...base, ...linear } },
    policies: allFields("ask"),
    changedAt: { page: null, linear: null },
    resolved: {},
    held: [],
    ...more,
  });
}

describe("an item on both sides", () => {
  it("gets nothing where nobody changed anything, whatever the blanks and the order of ids", () => {
    expect(merge({ title: "Pay  by card " }, { dependsOn: ["basket", "basket"] })).toEqual(nothing);
  });

  it("gives each side what the other changed", () => {
    expect(merge({ storyPoints: 5, title: "Pay by bank card" }, { priority: "high", parent: "outside" })).toEqual({
      ...nothing,
      toPage: { priority: "high", parent: "outside" },
      toLinear: { storyPoints: 5, title: "Pay by bank card" },
    });
  });

  it("gets nothing where both changed to the same", () => {
    expect(merge({ storyPoints: 5, kind: "enabler" }, { storyPoints: 5, kind: "enabler" })).toEqual(nothing);
  });

  it("gives both sides the merged text, criteria and dependencies where both changed", () => {
    const merged = {
      description: "As a visitor I want to pay.\n\nPrices include all taxes.",
      acceptanceCriteria: ["Works offline", ...base.acceptanceCriteria, "Taxes are shown"],
      dependsOn: ["address", "basket", "taxes"],
    };
    expect(
      merge(
        {
          description: base.description.replace("guest", "visitor"),
          acceptanceCriteria: ["Works offline", ...base.acceptanceCriteria],
          dependsOn: ["basket", "taxes"],
        },
        {
          description: base.description.replace("include", "include all"),
          acceptanceCriteria: [...base.acceptanceCriteria, "Taxes are shown"],
          dependsOn: ["address", "basket"],
        },
      ),
    ).toEqual({ ...nothing, toPage: merged, toLinear: merged });
  });

  it("is a conflict of one field where both changed it differently, and nothing is written to it", () => {
    expect(merge({ storyPoints: 5, priority: "high" }, { storyPoints: 8 })).toEqual({
      ...nothing,
      toLinear: { priority: "high" },
      conflicts: [{ field: "storyPoints", page: 5, linear: 8, base: 3 }],
    });
  });

  it("is not given to an issue whose field is held, while what the issue says still goes to the page", () => {
    const held = ["title", "storyPoints"] as const;
    expect(merge({ title: "Pay with a card" }, { storyPoints: 8 }, { held })).toEqual({
      ...nothing,
      toPage: { storyPoints: 8 },
      held: ["title"],
    });
  });
});

describe("a policy", () => {
  it("lets a side win what cannot be merged, and names the value that was not taken", () => {
    const [page, linear] = [{ storyPoints: 5 }, { storyPoints: 8 }];
    expect(merge(page, linear, { policies: allFields("linear") })).toEqual({
      ...nothing,
      toPage: { storyPoints: 8 },
      overruled: [{ field: "storyPoints", side: "page", value: 5 }],
    });
    expect(merge(page, linear, { policies: allFields("confluence") })).toEqual({
      ...nothing,
      toLinear: { storyPoints: 5 },
      overruled: [{ field: "storyPoints", side: "linear", value: 8 }],
    });
  });

  it("is not asked where the text of both sides can be merged", () => {
    const title = "Guests pay by bank card";
    expect(
      merge({ title: "Pay by bank card" }, { title: "Guests pay by card" }, { policies: allFields("linear") }),
    ).toEqual({ ...nothing, toPage: { title }, toLinear: { title } });
  });

  it.each([
    ["the later side", 0, 6 * minute, { storyPoints: 8 }],
    ["nobody within five minutes, for clocks differ", 0, 5 * minute, {}],
    ["nobody where one instant is not known", null, 6 * minute, {}],
  ])("for the newest lets win %s", (_, page, linear, toPage) => {
    const result = merge(
      { storyPoints: 5 },
      { storyPoints: 8 },
      { policies: allFields("newest"), changedAt: { page, linear } },
    );
    expect(result.toPage).toEqual(toPage);
    expect(result.conflicts.length).toBe("storyPoints" in toPage ? 0 : 1);
  });
});

describe("a person's decision", () => {
  it("goes to each side that does not hold it", () => {
    const resolved = { storyPoints: 8, title: "Pay", parent: null };
    expect(merge({ storyPoints: 5 }, { storyPoints: 8 }, { resolved })).toEqual({
      ...nothing,
      toPage: resolved,
      toLinear: { title: "Pay", parent: null },
    });
  });
});

describe("bases that differ", () => {
  const cannotSay = { ...base, priority: null, description: "As a guest I want to pay." };

  it("are no change: what the page has no place for does not come back", () => {
    expect(
      merge({}, {}, { before: { page: cannotSay, linear: base }, now: { page: cannotSay, linear: base } }),
    ).toEqual(nothing);
  });

  it("stay apart where one side's change goes to the other", () => {
    const page = { ...cannotSay, description: "As a visitor I want to pay." };
    expect(merge({}, {}, { before: { page: cannotSay, linear: base }, now: { page, linear: base } })).toEqual({
      ...nothing,
      toLinear: { description: "As a visitor I want to pay.\n\nPrices include taxes." },
    });
  });

  it("are a conflict where the change falls on the difference", () => {
    const page = { ...cannotSay, description: "As a guest I want to pay.\n\nPrices are final." };
    const input = { before: { page: cannotSay, linear: base }, now: { page, linear: base } };
    expect(merge({}, {}, input)).toEqual({
      ...nothing,
      conflicts: [
        { field: "description", page: page.description, linear: base.description, base: cannotSay.description },
      ],
    });
  });
});

describe("any item", () => {
  const ids = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d")).map((all) => all.sort());
  const description = uniqueTexts.chain((texts) => fc.constantFrom(...texts));
  const criteria = fc.array(
    fc.constantFrom(
      "The card is charged once",
      "The card is charged twice",
      "Every card is charged",
      "Works offline",
      "Fast",
    ),
    { maxLength: 4 },
  );
  const title = fc.constantFrom(
    "Pay by card",
    "Pay by bank card",
    "Guests pay by card",
    "Guests pay by bank card",
    "Pay  by card",
    "Pay by card now",
    "Leave",
  );
  const values: fc.Arbitrary<ItemValues> = fc.record({
    title,
    kind: fc.constantFrom("story", "enabler"),
    parent: fc.constantFrom(null, "outside", "p"),
    description,
    storyPoints: fc.constantFrom(null, 1, 2),
    priority: fc.constantFrom(null, "high", "low"),
    enablerType: fc.constantFrom(null, "architecture"),
    acceptanceCriteria: criteria,
    dependsOn: ids,
    order: fc.shuffledSubarray(["a", "b", "c", "d", "e"], { minLength: 2 }),
  });
  /** Most sides change a few fields only, and most bases agree in most fields. */
  const changed = (before: ItemValues, texts: [string, string, string]) =>
    fc.tuple(values, fc.subarray([...syncFields]), fc.constantFrom(...texts)).map(
      ([now, fields, text]): ItemValues => ({
        ...before,
        ...Object.fromEntries(fields.map((field) => [field, now[field]])),
        ...(fields.includes("description") ? { description: text } : {}),
      }),
    );
  const sides = fc
    .tuple(values, uniqueTexts, fc.boolean())
    .chain(([page, texts, isApart]) =>
      fc.record({
        page: fc.constant({ ...page, description: texts[0] }),
        linear: isApart
          ? changed({ ...page, description: texts[0] }, texts)
          : fc.constant({ ...page, description: texts[0] }),
        texts: fc.constant(texts),
      }),
    )
    .chain(({ page, linear, texts }) =>
      fc.record({
        before: fc.constant<Sides>({ page, linear }),
        now: fc.record({ page: changed(page, texts), linear: changed(linear, texts) }),
      }),
    );
  const policies = fc.record(
    Object.fromEntries(
      syncFields.map((field) => [field, fc.constantFrom<Policy>("ask", "ask", "linear", "confluence", "newest")]),
    ),
  ) as fc.Arbitrary<Record<SyncField, Policy>>;
  const instant = fc.constantFrom(null, 0, 4 * minute, 60 * minute);
  const inputs: fc.Arbitrary<ItemMergeInput> = fc
    .tuple(
      sides,
      policies,
      fc.record({ page: instant, linear: instant }),
      values,
      fc.subarray([...syncFields], { maxLength: 1 }),
    )
    .map(([both, policy, changedAt, decided, fields]) => ({
      ...both,
      policies: policy,
      changedAt,
      resolved: Object.fromEntries(fields.map((field) => [field, decided[field]])),
      held: [],
    }));
  const holds = (law: (input: ItemMergeInput) => void) => fc.assert(fc.property(inputs, law), { numRuns });

  const same = <F extends SyncField>(field: F, a: ItemValues[F], b: ItemValues[F]): boolean => {
    if (field === "dependsOn") return isSameSet(a as string[], b as string[]);
    if (field === "acceptanceCriteria") return isSameList(a as string[], b as string[]);
    if (field === "order") return isSameOrder(a as string[], b as string[]);
    return field === "title" || field === "description" ? isSameText(a as string, b as string) : a === b;
  };
  /** The words of a text, the words of criteria, ids, or the one value there is. */
  const partsOf = (value: ItemValues[SyncField]) => new Set([value].flat().flatMap((it) => wordsOf(`${it}`)));
  const written = (now: Sides, { toPage, toLinear }: ItemMerge): Sides => ({
    page: { ...now.page, ...toPage },
    linear: { ...now.linear, ...toLinear },
  });

  it("is in step after one merge", () =>
    holds((input) => {
      const result = mergeItem(input);
      const now = written(input.now, result);
      const open = new Set(result.conflicts.map(({ field }) => field));
      const keep = (before: ItemValues, after: ItemValues) =>
        Object.fromEntries(syncFields.map((field) => [field, (open.has(field) ? before : after)[field]])) as ItemValues;
      const before = { page: keep(input.before.page, now.page), linear: keep(input.before.linear, now.linear) };
      const again = mergeItem({ ...input, before, now });
      expect(again).toEqual({ ...nothing, conflicts: result.conflicts });
    }));

  it("comes to the same when a run dies after any of its writes", () => {
    const comesToTheSame = (input: ItemMergeInput, done: boolean[]) => {
      const result = mergeItem(input);
      const end = written(input.now, result);
      const writes = [
        ...Object.entries(result.toPage).map((value) => ["page", value] as const),
        ...Object.entries(result.toLinear).map((value) => ["linear", value] as const),
      ];
      const now = structuredClone(input.now);
      for (const [n, [side, value]] of writes.entries())
        if (done[n % done.length]) Object.assign(now[side], Object.fromEntries([value]));
      const again = mergeItem({ ...input, now });
      const reached = written(now, again);
      const differs = (field: SyncField) =>
        !same(field, reached.page[field], end.page[field]) || !same(field, reached.linear[field], end.linear[field]);
      expect(syncFields.filter(differs)).toEqual([]);
      expect(again.conflicts).toEqual(result.conflicts);
    };
    const someDone = fc.array(fc.boolean(), { minLength: 1, maxLength: 8 });
    fc.assert(fc.property(inputs, someDone, comesToTheSame), { numRuns: 4 * numRuns });
  });

  it("keeps every word, id and value that a side wrote, or names it as open or overruled", () =>
    holds((input) => {
      const result = mergeItem(input);
      const end = written(input.now, result);
      const named = new Set([...result.conflicts, ...result.overruled].map(({ field }) => field));
      // What stands below an item is a value of each of those: an order adds and removes none.
      for (const field of syncFields.filter((it) => !(it in input.resolved) && !named.has(it) && it !== "order"))
        for (const [side, other] of [
          ["page", "linear"],
          ["linear", "page"],
        ] as const) {
          const parts = (of: Sides, where: Side) => partsOf(of[where][field]);
          const isRemoved = (part: string) =>
            parts(input.before, other).has(part) && !parts(input.now, other).has(part);
          const isLost = (part: string) => !parts(end, other).has(part) || !parts(end, side).has(part);
          const added = [...parts(input.now, side)].filter((part) => !parts(input.before, side).has(part));
          expect([field, added.filter((part) => !isRemoved(part) && isLost(part))]).toEqual([field, []]);
        }
      for (const { field, side, value } of result.overruled) expect(value).toBe(input.now[side][field]);
      for (const { field, page, linear } of result.conflicts)
        expect([page, linear]).toEqual([input.now.page[field], input.now.linear[field]]);
    }));

  it("overrules nobody under the policy to ask", () =>
    holds((input) => {
      expect(mergeItem({ ...input, policies: allFields("ask") }).overruled).toEqual([]);
    }));

  it("is treated alike from both sides", () =>
    holds((input) => {
      const turn = <T>({ page, linear }: { page: T; linear: T }) => ({ page: linear, linear: page });
      const policyOf = { ask: "ask", newest: "newest", linear: "confluence", confluence: "linear" } as const;
      const turned = mergeItem({
        ...input,
        before: turn(input.before),
        now: turn(input.now),
        changedAt: turn(input.changedAt),
        policies: Object.fromEntries(syncFields.map((field) => [field, policyOf[input.policies[field]]])) as Record<
          SyncField,
          Policy
        >,
      });
      const result = mergeItem(input);
      expect([turned.toPage, turned.toLinear]).toEqual([result.toLinear, result.toPage]);
      expect(turned.conflicts.map(({ field }) => field)).toEqual(result.conflicts.map(({ field }) => field));
    }));
});
