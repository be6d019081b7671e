import { describe, expect, it } from "vitest";
import { itemsOf, list, outline, table } from "../outline.js";

const ITEMS = `<h3>Story US-1: Pay</h3><h3>Story US-2: Long name, with comma</h3><h3>Story US-3: Sell</h3>`;
const needs = (body: string) =>
  Object.fromEntries(
    itemsOf(`${ITEMS}<h1>Dependencies</h1>${body}`)
      .filter((item) => item.dependsOn.length > 0)
      .map((item) => [item.key, item.dependsOn]),
  );

describe("dependency-table", () => {
  it("connects items by id and by title", () => {
    expect(
      outline(
        `<h3>Story US-1: A</h3><h3>Story US-2: Long name, with comma</h3>${table(["Needing story", "Needs"], ["Long name, with comma", "US-1"])}`,
      )[1],
    ).toBe('story US-2 "Long name, with comma" | needs US-1');
  });

  it.each([
    [["Needing story", "Needs"]],
    [["Story", "Depends on"]],
    [["ID", "Blocked by"]],
    [["Dependent item", "Depends on", "Team", "Due"]],
    [["Abhängige Story", "Abhängig von"]],
    [["Récit dépendant", "Dépend de"]],
    [["Historia dependiente", "Depende de"]],
  ])("knows the columns %j", (header) => {
    expect(needs(table(header, ["US-3", "US-1", "Falcon", "3 March"]))).toEqual({ "US-3": ["US-1"] });
  });

  it("turns a column “Blocks” around", () => {
    expect(needs(table(["Story", "Blocks"], ["US-1", "US-3"], ["US-1", "US-2"]))).toEqual({
      "US-2": ["US-1"],
      "US-3": ["US-1"],
    });
  });

  it("reads several ids, lists and ranges in a cell", () => {
    expect(needs(table(["Needing story", "Needs"], ["US-3", list("US-2", "US-1")]))).toEqual({
      "US-3": ["US-2", "US-1"],
    });
    expect(needs(table(["Needing story", "Needs"], ["US-3", "US-1 to US-2"]))).toEqual({ "US-3": ["US-1", "US-2"] });
  });

  it("leaves out things that are not on the page", () => {
    expect(needs(table(["Needing story", "Needs"], ["US-3", "EXT-1"], ["EXT-2", "US-1"], ["US-2", "–"]))).toEqual({});
  });

  it("introduces no items", () => {
    expect(outline(table(["Needing story", "Needs"], ["US-3 Sell", "US-1 Pay"], ["US-2 Rent", "US-1 Pay"]))).toEqual(
      [],
    );
  });

  it("leaves a table of items with a dependency column to the rule for these", () => {
    expect(
      outline(table(["ID", "Story", "SP", "Depends on"], ["US-1", "Pay", "3", ""], ["US-2", "Sell", "5", "US-1"])),
    ).toEqual(['story US-1 "Pay" | 3', 'story US-2 "Sell" | 5 | needs US-1']);
    expect(outline(table(["ID", "Story", "Depends on"], ["US-1", "Pay", ""], ["US-2", "Sell", "US-1"]))).toEqual([
      'story US-1 "Pay"',
      'story US-2 "Sell" | needs US-1',
    ]);
  });

  it("says nothing under out of scope", () => {
    expect(needs(`<h1>Out of scope</h1>${table(["Needing story", "Needs"], ["US-3", "US-1"])}`)).toEqual({});
  });
});
