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
  toGroups(readQuery(asked), found, 100).map(({ forms }) => forms.map(({ term }) => term));

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
    const [group] = toGroups(
      readQuery("invoices due"),
      [form("typed", "invoices"), form("stem", "~invoic", { of: "invoices" })],
      100,
    );
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

  it("tell more where fewer nodes have them, and little where they say nothing by themselves", () => {
    expect(rarity(1, 100)).toBeGreaterThan(rarity(50, 100));
    expect(rarity(100, 100)).toBeGreaterThan(0);
    const weight = (isStop: boolean) =>
      toGroups(readQuery("can"), [form("typed", "can", { isStop })], 100)[0]?.weight ?? 0;
    expect(weight(true)).toBeLessThan(weight(false) / 2);
  });

  it("say how much of what was asked a node says", () => {
    const query = readQuery("adyen processor unheard");
    const groups = toGroups(query, [form("typed", "adyen"), form("typed", "processor", { n: 1 })], 100);
    expect(shareOf(query, groups, [], 100)).toBe(0);
    expect(shareOf(query, groups, ["adyen", "processor"], 100)).toBeLessThan(1);
    expect(shareOf(query, groups, ["adyen"], 100)).toBeCloseTo(shareOf(query, groups, ["adyen", "processor"], 100) / 2);
  });
});
