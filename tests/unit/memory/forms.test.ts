import { describe, expect, it } from "vitest";
import { editDistance } from "../../../lib/domain/memory/distance.js";
import { type FoundForm, partsOf, rarity, shareOf, toGroups } from "../../../lib/domain/memory/forms.js";
import { readQuery } from "../../../lib/domain/memory/query.js";

const form = (how: FoundForm["how"], term: string, differs: Partial<FoundForm> = {}): FoundForm => ({
  n: 0,
  how,
  term,
  of: term,
  nodes: 3,
  isStop: false,
  ...differs,
});
const formsOf = (asked: string, found: FoundForm[]) =>
  toGroups(readQuery(asked), found, 100).groups.map(({ forms }) => forms.map(({ term }) => term));

describe("editDistance", () => {
  it("counts letters left out, added, replaced and swapped", () => {
    expect(editDistance("invoice", "invocie", 3)).toBe(1);
    expect(editDistance("warehouse", "wharehouse", 3)).toBe(1);
    expect(editDistance("duplicate", "dublicate", 3)).toBe(1);
    expect(editDistance("kubernetes", "kuberentes", 3)).toBe(1);
    expect(editDistance("same", "same", 3)).toBe(0);
    expect(editDistance("", "abc", 3)).toBe(3);
  });

  it("gives up where there are more than are asked about", () => {
    expect(editDistance("invoice", "warehouse", 2)).toBe(3);
    expect(editDistance("a", "abcdef", 2)).toBe(3);
  });
});

describe("forms of a word", () => {
  it("that memory knows are the word and its stem, and the stem counts less", () => {
    const found = [form("typed", "invoices"), form("stem", "~invoic", { of: "invoices" })];
    const [group] = toGroups(readQuery("invoices due"), found, 100).groups;
    expect(group?.forms.map(({ weight }) => weight)).toEqual([1, 0.85]);
  });

  it("that is mistyped are the words with the fewest mistakes, with their stems", () => {
    const found = [
      form("similar", "invoice"),
      form("similar", "~invoic", { of: "invoice" }),
      form("similar", "voice"),
      form("similar", "invite"),
    ];
    expect(formsOf("invocie now", found)).toEqual([["invoice", "~invoic"]]);
  });

  it("are none where nothing is near: short words have no mistakes", () => {
    expect(formsOf("sso now", [form("similar", "sss")])).toEqual([]);
    expect(formsOf("completely now", [form("similar", "commander")])).toEqual([]);
  });

  it("that is not typed to its end are the words that begin so, and no others", () => {
    expect(formsOf("chargeb", [form("beginning", "chargebacks"), form("similar", "charges")])).toEqual([
      ["chargebacks"],
    ]);
  });

  it("that is made of others are the longest of them", () => {
    expect(partsOf("rufbereitschaft")).toContain("bereitschaft");
    expect(formsOf("rufbereitschaft", [form("part", "schaft"), form("part", "bereitschaft")])).toEqual([
      ["bereitschaft"],
    ]);
    expect(partsOf("invoice")).toEqual([]);
  });

  it("tell more where fewer nodes have them", () => {
    expect(rarity(1, 100)).toBeGreaterThan(rarity(50, 100));
    expect(rarity(100, 100)).toBeGreaterThan(0);
  });

  it("are left out where they say nothing by themselves, unless there are no others or hardly any node has them", () => {
    const stop = (differs: Partial<FoundForm> = {}) => form("typed", "can", { isStop: true, nodes: 60, ...differs });
    const asked = (...found: FoundForm[]) => toGroups(readQuery("can adyen"), found, 100).groups.map(({ n }) => n);
    expect(asked(stop(), form("typed", "adyen", { n: 1 }))).toEqual([1]);
    expect(asked(stop())).toEqual([0]);
    expect(asked(stop({ nodes: 2 }), form("typed", "adyen", { n: 1 }))).toEqual([0, 1]);
  });

  it("say how much of what was asked a node says", () => {
    const found = [form("typed", "adyen"), form("typed", "processor", { n: 1 })];
    const { groups, asked } = toGroups(readQuery("adyen processor unheard"), found, 100);
    expect(shareOf(asked, groups, [])).toBe(0);
    expect(shareOf(asked, groups, ["adyen", "processor"])).toBeLessThan(1);
    expect(shareOf(asked, groups, ["adyen"])).toBeCloseTo(shareOf(asked, groups, ["adyen", "processor"]) / 2);
  });
});
