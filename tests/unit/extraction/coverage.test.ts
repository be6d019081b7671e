import { describe, expect, it } from "vitest";
import { extract } from "../../../lib/domain/extraction/extract.js";
import { list, macro, table } from "./outline.js";

/** What became of each piece of a page: `use block: its source`. */
function report(body: string): string[] {
  return extract({ title: "", body }).coverage.map(
    ({ use, block, range }) =>
      `${use} ${block}: ${body
        .slice(range.start, range.end)
        .replace(/<[^>]+>/g, " ")
        .replace(/\s+/g, " ")
        .trim()}`,
  );
}

describe("the coverage report", () => {
  it("tells of each row of a table of items what became of it", () => {
    const body = table(
      ["ID", "Story", "Points"],
      ["Feature F-1: Search", "", ""],
      ["US-1", "Search by name", "3"],
      ["US-2", "<s>Search by colour</s>", "2"],
      ["US-3", "", "1"],
      ["Total", "", "6"],
    ).replace("<td>Feature F-1: Search</td><td></td><td></td>", '<td colspan="3">Feature F-1: Search</td>');
    expect(report(body)).toEqual([
      "context row: ID Story Points",
      "item row: Feature F-1: Search",
      "item row: US-1 Search by name 3",
      "context row: US-2 Search by colour 2",
      "unused row: US-3 1",
      "context row: Total 6",
    ]);
  });

  it("tells of each bullet what became of it, on every level", () => {
    const body = `<h1>Epic: Shop</h1>${list(`Feature: Basket${list("Story: Add (3 SP)", "<s>Story: Gift wrap</s>", "Story: Remove (1 SP)")}`)}`;
    expect(report(body)).toEqual([
      "item heading: Epic: Shop",
      "item bullet: Feature: Basket",
      "item bullet: Story: Add (3 SP)",
      "context bullet: Story: Gift wrap",
      "item bullet: Story: Remove (1 SP)",
    ]);
  });

  it("names the rule and the heading above, and leaves what nobody read as it is", () => {
    const body = `<h2>Open questions</h2><p>Who pays?</p>${macro("info", "Good to know", "<p>Ask Jo.</p>")}`;
    expect(extract({ title: "", body }).coverage.map(({ use, rule, under }) => [use, rule, under])).toEqual([
      ["context", "heading-tree", null],
      ["unused", null, "Open questions"],
      ["context", "titled-panel", "Open questions"],
      ["unused", null, "Good to know"],
    ]);
  });
});
