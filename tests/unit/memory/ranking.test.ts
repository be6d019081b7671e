import { describe, expect, it } from "vitest";
import { fuse } from "../../../lib/domain/memory/fuse.js";
import { rank } from "../../../lib/domain/memory/rank.js";
import { waysToSeek } from "../../../lib/domain/memory/seek.js";
import { shownWords } from "../../../lib/domain/memory/why.js";
import { whyFound } from "../../../lib/domain/wording/why-found.js";
import { readQuery } from "../../../lib/domain/memory/query.js";

const node = (id: string) => ({ id, title: id.toUpperCase(), kind: "plan" as const });
const match = (id: string, score = 1) => ({ id, score, terms: [], node: node(id) });
const link = (id: string, hubId: string) => ({
  id,
  hubId,
  edge: "plan_issue" as const,
  direction: "from" as const,
  node: node(id),
});
const group = (n: number, nodes: number) => ({
  n,
  nodes,
  weight: 1,
  forms: [{ term: `w${n}`, weight: 1, how: "typed" as const, of: `w${n}`, nodes }],
});

describe("reciprocal rank fusion", () => {
  it("puts first what stands high in every list", () => {
    const merged = fuse([
      { ids: ["a", "b", "c"], weight: 1 },
      { ids: ["b", "c"], weight: 1 },
    ]);
    expect(merged.map(({ id }) => id)).toEqual(["b", "c", "a"]);
    expect(merged[0]?.score).toBeCloseTo(1 / 62 + 1 / 61);
  });
});

describe("what was found", () => {
  it("stands before what it is only linked with, and says what that is linked with", () => {
    const ranked = rank([match("plan"), match("other")], [link("issue", "plan")]);
    expect(ranked.map(({ id }) => id)).toEqual(["plan", "other", "issue"]);
    expect(ranked[2]?.from).toMatchObject([{ id: "plan", title: "PLAN", edge: "plan_issue", direction: "from" }]);
  });

  it("stands higher where it is linked with something found too", () => {
    expect(rank([match("a"), match("b"), match("c")], [link("c", "a")]).map(({ id }) => id)).toEqual(["c", "a", "b"]);
  });

  it("is shown with its own words, and with what was taken for a word that was mistyped", () => {
    const query = readQuery("invocie umlauts");
    const groups = [
      { ...group(0, 3), forms: [{ term: "~invoic", weight: 1, how: "similar" as const, of: "invoice", nodes: 3 }] },
      { ...group(1, 1), forms: [{ term: "umlauts", weight: 1, how: "typed" as const, of: "umlauts", nodes: 1 }] },
    ];
    const shown = shownWords(query, groups, ["~invoic", "umlauts"], "Umlauts missing in Invoices");
    expect(shown).toEqual({ words: ["Invoices", "Umlauts"], corrected: [{ typed: "invocie", meant: "Invoices" }] });
    expect(whyFound({ ...shown, linked: [{ title: "Billing", edge: "session_plan", direction: "from" }] })).toBe(
      "it says “Umlauts”; “Invoices” was taken for “invocie”; it is a plan of “Billing”",
    );
  });
});

describe("where to look", () => {
  it("is wherever a rare word stands, where there are few such places", () => {
    expect(waysToSeek([group(0, 20), group(1, 30)])).toEqual([
      { any: [[["w0"]], [["w1"]]], isTitle: false, limit: 150 },
    ]);
  });

  it("is where all words or two of them stand together, or one in the title, where each alone is everywhere", () => {
    const ways = waysToSeek([group(0, 9_000), group(1, 8_000), group(2, 7_000)]);
    expect(ways.map(({ any, isTitle }) => [any.length, any[0]?.length, isTitle])).toEqual([
      [1, 3, false],
      [2, 2, false],
      [3, 1, true],
    ]);
  });

  it("is the title and anywhere for one word that is everywhere", () => {
    expect(waysToSeek([group(0, 9_000)]).map(({ isTitle }) => isTitle)).toEqual([true, false]);
  });

  it("is where rare words stand by themselves, and frequent ones in the title", () => {
    const ways = waysToSeek([group(0, 9_000), group(1, 20)]);
    expect(ways.map(({ any, isTitle }) => [any, isTitle])).toEqual([
      [[[["w1"]]], false],
      [[[["w0"]]], true],
    ]);
  });

  it("asks for a word by its stem, which stands wherever the word does", () => {
    const forms = [
      { term: "invoices", weight: 1, how: "typed" as const, of: "invoices", nodes: 3 },
      { term: "~invoic", weight: 1, how: "stem" as const, of: "invoices", nodes: 9 },
    ];
    expect(waysToSeek([{ ...group(0, 9), forms }])[0]?.any).toEqual([[["~invoic"]]]);
  });

  it("is nowhere without words", () => {
    expect(waysToSeek([])).toEqual([]);
  });
});
