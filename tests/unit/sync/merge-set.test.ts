import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wordsOf } from "../../../lib/domain/sync/content.js";
import { mergeCriteria, mergeIds } from "../../../lib/domain/sync/merge-set.js";
import { numRuns, threeTexts } from "./edits.js";

const card = "The card is charged once";
const mail = "A receipt comes by mail";
const error = "An error is shown in words";
const base = [card, mail, error];

const merge = (page: string[], linear: string[]) => {
  const result = mergeCriteria(base, page, linear);
  return result === "conflict" ? result : result.merged;
};

describe("acceptance criteria", () => {
  it("have what each side added, next to the criterion that it was put behind", () => {
    expect(merge([card, "The amount is shown", mail, error], [card, mail, error, "Taxes are shown"])).toEqual([
      card,
      "The amount is shown",
      mail,
      error,
      "Taxes are shown",
    ]);
  });

  it("have what both sides added at the end", () => {
    expect(merge([...base, "Taxes are shown"], [...base, "Works offline"])).toEqual([
      ...base,
      "Taxes are shown",
      "Works offline",
    ]);
  });

  it("have one that both sides added once", () => {
    expect(merge([...base, "Works offline"], ["Refunds work", ...base, "Works  offline"])).toEqual([
      "Refunds work",
      ...base,
      "Works  offline",
    ]);
  });

  it("have the edits of both sides where each edited another one", () => {
    expect(merge([`${card} and never twice`, mail, error], [card, mail, "An error is shown in plain words"])).toEqual([
      `${card} and never twice`,
      mail,
      "An error is shown in plain words",
    ]);
  });

  it("have both edits of one criterion where they do not touch", () => {
    expect(
      merge(["The card is charged exactly once", mail, error], ["Every card is charged once", mail, error]),
    ).toEqual(["Every card is charged exactly once", mail, error]);
  });

  it("have an edit of one at the place to which the other side moved it", () => {
    expect(merge([mail, error, card], [`${card} only`, mail, error])).toEqual([mail, error, `${card} only`]);
  });

  it("lack one that one side removed, also where the other added one at its place", () => {
    expect(merge([card, mail], [...base, "Taxes are shown"])).toEqual([card, mail, "Taxes are shown"]);
  });

  it("are a conflict where both edited the same words", () => {
    expect(merge(["The card is charged twice", mail, error], ["The card is charged never", mail, error])).toBe(
      "conflict",
    );
  });

  it("are a conflict where one side edited what the other removed", () => {
    expect(merge([mail, error], ["The card is charged twice", mail, error])).toBe("conflict");
  });

  it("are a conflict where both wrote something else in the place of one", () => {
    expect(merge([card, "Receipts can be printed", error], [card, "Post is not used", error])).toBe("conflict");
  });

  it("are a conflict where both added the same one at different places", () => {
    expect(merge(["Works offline", ...base], [...base, "Works offline"])).toBe("conflict");
  });
});

describe("any lists of criteria", () => {
  const few = threeTexts.map((texts) => texts.map((text) => text.split(/\n+/).filter((line) => line !== "")));
  const criterion = fc.constantFrom(
    card,
    mail,
    error,
    `${card} only`,
    "The card is charged twice",
    "Works offline",
    "Fast",
  );
  const list = fc.array(criterion, { maxLength: 5 });
  const lists = fc.oneof(few, fc.tuple(list, list, list), fc.tuple(fc.constant(base), list, list));
  const holds = (law: (before: string[], page: string[], linear: string[]) => void) =>
    fc.assert(
      fc.property(lists, ([before = [], page = [], linear = []]) => law(before, page, linear)),
      { numRuns },
    );

  it("are the other side's where one side changed nothing, and the same where both are equal", () =>
    holds((before, page, linear) => {
      expect(mergeCriteria(before, before, linear)).toEqual({ merged: linear });
      expect(mergeCriteria(before, page, before)).toEqual({ merged: page });
      expect(mergeCriteria(before, page, page)).toEqual({ merged: page });
    }));

  it("are merged alike from both sides", () =>
    holds((before, page, linear) => {
      expect(mergeCriteria(before, linear, page)).toEqual(mergeCriteria(before, page, linear));
    }));

  it("are merged to the same when one side holds the result already", () =>
    holds((before, page, linear) => {
      const result = mergeCriteria(before, page, linear);
      if (result === "conflict") return;
      expect(mergeCriteria(before, page, result.merged)).toEqual(result);
      expect(mergeCriteria(before, result.merged, linear)).toEqual(result);
    }));

  it("have every criterion with words that only one side wrote", () =>
    holds((before, page, linear) => {
      const result = mergeCriteria(before, page, linear);
      if (result === "conflict") return;
      const merged = new Set(result.merged.flatMap(wordsOf));
      const known = new Set(before.flatMap(wordsOf));
      const added = [...page, ...linear].flatMap(wordsOf).filter((word) => !known.has(word));
      expect(added.filter((word) => !merged.has(word))).toEqual([]);
    }));
});

describe("ids", () => {
  it("have what either side added and lack what either removed, in one order", () => {
    expect(mergeIds(["a", "b", "c"], ["c", "b", "e"], ["a", "c", "d"])).toEqual({ merged: ["c", "d", "e"] });
  });
});
