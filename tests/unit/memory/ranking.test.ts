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
const group = (n: number, nodes: number, isStop = false) => ({
  n,
  nodes,
  isStop,
  weight: 1,
  forms: [{ term: `w${n}`, weight: 1, how: "typed" as const, of: `w${n}` }],
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
      { ...group(0, 3), forms: [{ term: "~invoic", weight: 1, how: "similar" as const, of: "invoice" }] },
      { ...group(1, 1), forms: [{ term: "umlauts", weight: 1, how: "typed" as const, of: "umlauts" }] },
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
    expect(waysToSeek([group(0, 20), group(1, 30)])).toEqual([{ any: [[["w0"]], [["w1"]]], limit: 500 }]);
  });

  it("is where all words or two of them stand together, where each alone is everywhere", () => {
    const ways = waysToSeek([group(0, 9_000), group(1, 8_000), group(2, 7_000)]);
    expect(ways[0]?.any).toEqual([[["w2"], ["w1"], ["w0"]]]);
    expect(ways.at(-1)?.any).toHaveLength(3);
  });

  it("asks for words that say nothing only where there are no others", () => {
    expect(waysToSeek([group(0, 50, true), group(1, 20)])[0]?.any).toEqual([[["w1"]]]);
    expect(waysToSeek([group(0, 50, true)])[0]?.any).toEqual([[["w0"]]]);
    expect(waysToSeek([])).toEqual([]);
  });
});
