import { describe, expect, it } from "vitest";
import { referencesTo } from "../../../lib/domain/extraction/references.js";
import type { ExtractedItem } from "../../../lib/domain/plan-item.js";
import { bareFields } from "../../support/builders.js";

function anItem(key: string, title: string, parent: string | null = null): ExtractedItem {
  return { ...bareFields({ key, title, parent }), localId: null, source: { item: { start: 0, end: 0 }, fields: {} } };
}

const pay = anItem("US-1", "Pay by card", "F-1");
const sell = anItem("US-2", "Sell, rent and lend", "F-1");
const tests = anItem("tests", "Tests", "F-1");
const otherTests = anItem("tests-2", "Tests", "F-2");
const refund = anItem("US-3", "Refund", "F-2");
const buy = anItem("US-4", "Buy, then keep", "F-2");
const items = [pay, sell, tests, otherTests, refund, buy];
const references = referencesTo(items, new Set([pay, sell, refund, buy]), new Map([["story 1.2", refund]]));
const find = (text: string, near: ExtractedItem | null = null) => references.find(text, near);

describe("referencesTo", () => {
  it.each([
    ["an id", "US-1", ["US-1"]],
    ["an id in small letters", "us-1", ["US-1"]],
    ["a title", "Pay by card", ["US-1"]],
    ["a title in other letters", "pay by CARD!", ["US-1"]],
    ["an id with its title", "US-1 Pay by card", ["US-1"]],
    ["an id with a remark", "US-1 (Anna)", ["US-1"]],
    ["several ids", "US-2, US-1", ["US-2", "US-1"]],
    ["ids with words between", "US-2 and US-1", ["US-2", "US-1"]],
    ["ids in lines", "US-2\nUS-1", ["US-2", "US-1"]],
    ["a range", "US-1 to US-3", ["US-1", "US-2", "US-3"]],
    ["a range with a dash", "US-1–US-3", ["US-1", "US-2", "US-3"]],
    ["a German range", "US-1 bis US-3", ["US-1", "US-2", "US-3"]],
    ["a title with commas", "Sell, rent and lend", ["US-2"]],
    ["titles with commas among others", "Refund, Buy, then keep, Pay by card", ["US-3", "US-4", "US-1"]],
    ["a kind before a title", "Story: Pay by card", ["US-1"]],
    ["a number behind a kind", "Story 1.2", ["US-3"]],
    ["the same twice", "US-1, Pay by card", ["US-1"]],
  ])("finds %s", (_name, text, keys) => {
    expect(find(text)).toEqual({ keys, unknown: [] });
  });

  it("prefers the item beside the one that asks where a title stands twice", () => {
    expect([find("Tests", refund).keys, find("Tests", pay).keys, find("Tests").keys]).toEqual([
      ["tests-2"],
      ["tests"],
      ["tests"],
    ]);
  });

  it("says what is not on the page", () => {
    expect(find("US-1, EXT-9, the bank")).toEqual({ keys: ["US-1"], unknown: ["EXT-9", "the bank"] });
    expect(find("US-11")).toEqual({ keys: [], unknown: ["US-11"] });
  });

  it.each(["", "–", "none", "n/a", "keine", "aucune", "TBD"])("finds nothing, and misses nothing, in “%s”", (text) => {
    expect(find(text)).toEqual({ keys: [], unknown: [] });
  });

  it("takes no word of a title for the item, nor a slug for an id", () => {
    expect(find("Pay").keys).toEqual([]);
    expect(find("The card").keys).toEqual([]);
    expect(find("tests-2").keys).toEqual([]);
  });
});
