import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contentOf, wordsOf } from "../../../lib/domain/sync/content.js";
import { isSameText, mergeText } from "../../../lib/domain/sync/merge-text.js";
import { numRuns, threeTexts, uniqueTexts } from "./edits.js";

describe("a title", () => {
  const base = "Sign in with a password";
  it.each([
    ["takes the side that changed", "Sign in with a passkey", base, "Sign in with a passkey"],
    [
      "has both edits where they do not touch",
      "Log in with a password",
      "Sign in with a passkey",
      "Log in with a passkey",
    ],
    [
      "has an edit once that both sides made",
      "Log in with a password",
      "Log in with a password",
      "Log in with a password",
    ],
    [
      "keeps a word that one side added and lacks a word that the other removed",
      "Quickly sign in with a password",
      "Sign in with password",
      "Quickly sign in with password",
    ],
    [
      "is a conflict where both sides changed the same word",
      "Sign in with a passkey",
      "Sign in with a code",
      "conflict",
    ],
    ["is a conflict where the edits touch", "Sign on with a password", "Log in with a password", "conflict"],
    [
      "is a conflict where both sides added words at one place",
      "Sign in with a password twice",
      "Sign in with a password today",
      "conflict",
    ],
    ["is a conflict where one side removed what the other edited", "Sign in", "Sign in with a passkey", "conflict"],
    ["is a conflict where one side wrote another title", "Leave the building", "Sign in with a passkey", "conflict"],
  ])("%s", (_, page, linear, expected) => {
    const result = mergeText(base, page, linear);
    expect(result === "conflict" ? result : result.merged).toBe(expected);
  });

  it("has no change where only blanks differ", () => {
    expect(mergeText(base, ` Sign  in with a\tpassword `, "Sign in with a code")).toEqual({
      merged: "Sign in with a code",
    });
  });
});

describe("a description", () => {
  const base = "As a guest I want to pay.\n\n- by card\n- by invoice\n\nPrices include taxes.";

  it("has the paragraphs and lines that either side edited, added or removed", () => {
    const page =
      "As a guest I want to pay quickly.\n\n- by card\n- by direct debit\n- by invoice\n\nPrices include taxes.";
    const linear =
      "As a guest I want to pay.\n\n- by card\n- by invoice\n\nPrices include taxes and shipping.\n\nSee the list.";
    expect(mergeText(base, page, linear)).toEqual({
      merged:
        "As a guest I want to pay quickly.\n\n- by card\n- by direct debit\n- by invoice\n\nPrices include taxes and shipping.\n\nSee the list.",
    });
  });

  it("has an edit of a line in the paragraph that the other side moved", () => {
    const page = "Prices include taxes.\n\nAs a guest I want to pay.\n\n- by card\n- by invoice";
    const linear = base.replace("by invoice", "by monthly invoice");
    expect(mergeText(base, page, linear)).toEqual({ merged: page.replace("by invoice", "by monthly invoice") });
  });

  it("has both edits of one sentence where they do not touch", () => {
    expect(
      mergeText(base, base.replace("guest", "visitor"), base.replace("want to pay", "want to pay at once")),
    ).toEqual({ merged: base.replace("guest", "visitor").replace("pay.", "pay at once.") });
  });

  it.each([
    ["both sides wrote a paragraph at the same place", `${base}\n\nFrom the page.`, `${base}\n\nFrom the issue.`],
    [
      "one side removed the paragraph that the other edited",
      base.replace("\n\nPrices include taxes.", ""),
      base.replace("taxes", "tax"),
    ],
    [
      "one side moved the line that the other removed",
      base.replace("- by card\n- by invoice", "- by invoice\n- by card"),
      base.replace("- by card\n", ""),
    ],
    ["both sides began with nothing", "", ""],
  ])("is a conflict where %s", (_, page, linear) => {
    const start = page === "" ? "" : base;
    expect(mergeText(start, page || "From the page.", linear || "From the issue.")).toBe("conflict");
  });

  it("is merged in a moment when it has 20,000 words", { timeout: 30_000 }, () => {
    const words = Array.from({ length: 20_000 }, (_, index) => `word${index % 997}`);
    const lines = Array.from({ length: 2_000 }, (_, line) => words.slice(line * 10, line * 10 + 10).join(" "));
    for (const text of [words.join(" "), lines.join("\n"), lines.join("\n\n")]) {
      const page = text.replaceAll("word17 ", "seventeen ");
      const linear = text.replaceAll("word501 ", "five-hundred ");
      const startedAt = performance.now();
      expect(mergeText(text, page, linear)).toEqual({ merged: page.replaceAll("word501 ", "five-hundred ") });
      expect(mergeText(text, page, words.toReversed().join(" "))).toBe("conflict");
      expect(performance.now() - startedAt).toBeLessThan(20_000);
    }
  });
});

describe.each([
  ["of a few words that come again and again", threeTexts],
  ["of words of their own", uniqueTexts],
])("any texts %s", (_, texts) => {
  const holds = (law: (base: string, page: string, linear: string) => void) =>
    fc.assert(
      fc.property(texts, ([base, page, linear]) => law(base, page, linear)),
      { numRuns },
    );

  it("are the other side's where one side changed nothing, and the same where both are equal", () =>
    holds((base, page, linear) => {
      expect(mergeText(base, base, linear)).toEqual({ merged: linear });
      expect(mergeText(base, page, base)).toEqual({ merged: page });
      expect(mergeText(base, page, page)).toEqual({ merged: page });
    }));

  it("are merged alike from both sides", () =>
    holds((base, page, linear) => {
      expect(mergeText(base, linear, page)).toEqual(mergeText(base, page, linear));
    }));

  it("are merged to the same when one side holds the result already", () =>
    holds((base, page, linear) => {
      const result = mergeText(base, page, linear);
      if (result === "conflict") return;
      expect(mergeText(base, page, result.merged)).toEqual(result);
      expect(mergeText(base, result.merged, linear)).toEqual(result);
      expect(mergeText(base, result.merged, result.merged)).toEqual(result);
    }));

  it("have no words but those that were written", () =>
    holds((base, page, linear) => {
      const result = mergeText(base, page, linear);
      if (result === "conflict") return;
      const written = new Set([base, page, linear].flatMap(wordsOf));
      expect(wordsOf(result.merged).filter((word) => !written.has(word))).toEqual([]);
    }));

  it("are the same however they are spaced", () =>
    holds((base, page, linear) => {
      const spaced = page.replaceAll(" ", "   ").replaceAll("\n\n", " \n \n\n");
      const contentAfter = (side: string) => {
        const result = mergeText(base, side, linear);
        return result === "conflict" ? result : contentOf(result.merged);
      };
      expect(contentAfter(spaced)).toBe(contentAfter(page));
    }));
});

describe("texts of words of their own", () => {
  it("have every word that one side added, and none that one side removed and the other left alone", () => {
    fc.assert(
      fc.property(uniqueTexts, ([base, page, linear]) => {
        const result = mergeText(base, page, linear);
        if (result === "conflict") return;
        const [before, onPage, onLinear, merged] = [base, page, linear, result.merged].map(
          (text) => new Set(wordsOf(text)),
        ) as [Set<string>, Set<string>, Set<string>, Set<string>];
        const all = new Set([...before, ...onPage, ...onLinear]);
        const expected = [...all].filter((word) =>
          before.has(word) ? onPage.has(word) && onLinear.has(word) : onPage.has(word) || onLinear.has(word),
        );
        expect([...merged].sort()).toEqual(expected.sort());
        expect(wordsOf(result.merged).length).toBe(merged.size);
      }),
      { numRuns },
    );
  });

  it("are a conflict where both sides changed the same words, not where they changed other paragraphs", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 }), (i, j) => {
        const paragraphs = Array.from({ length: 5 }, (_, n) => `this is number${n} of the paragraphs`);
        const edit = (at: number, word: string) =>
          paragraphs.map((text, n) => (n === at ? text.replace("of", word) : text)).join("\n\n");
        const result = mergeText(paragraphs.join("\n\n"), edit(i, "among"), edit(j, "between"));
        expect(result === "conflict").toBe(i === j);
      }),
    );
  });

  it("compares texts by what they say", () => {
    expect(isSameText("a  b\n\n\n c ", "a b\n\nc")).toBe(true);
    expect(isSameText("a b\nc", "a b\n\nc")).toBe(false);
  });
});
