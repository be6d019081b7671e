import { describe, expect, it } from "vitest";
import { fieldRows, list, macro, outline, table } from "../outline.js";

const properties = (...rows: [string, string][]) => macro("details", "", fieldRows(...rows));

describe("page-properties", () => {
  it("make the epic that they name the parent of the page's items", () => {
    expect(outline(`${properties(["Owner", "Anna"], ["Epic", "RET-1 Returns"])}<h2>Story: A</h2>`)).toEqual([
      'epic RET-1 "Returns"',
      'story a "A" < RET-1',
    ]);
  });

  it.each([
    ["Epic", "Returns", 'epic returns "Returns"'],
    ["Epic", "Returns (RET-1)", 'epic RET-1 "Returns"'],
    ["Epic", "RET-1: Returns", 'epic RET-1 "Returns"'],
    ["Epic name", "Returns", 'epic returns "Returns"'],
    ["Epos", "Rückgaben", 'epic ruckgaben "Rückgaben"'],
    ["Épopée", "Retours", 'epic retours "Retours"'],
    ["Épica", "Devoluciones", 'epic devoluciones "Devoluciones"'],
  ])("reads “%s | %s”", (label, value, epic) => {
    expect(outline(properties(["Owner", "Anna"], [label, value]))).toEqual([epic]);
  });

  it("are no parent of what stands under another epic, but of its stories elsewhere", () => {
    expect(
      outline(
        `${properties(["Epic", "Returns"])}<h1>Epic: Refunds</h1><h2>Story: A</h2><h1>Requirements</h1>${table(["ID", "Story", "SP"], ["US-1", "B", "3"], ["US-2", "C", "3"])}`,
      ),
    ).toEqual([
      'epic returns "Returns"',
      'epic refunds "Refunds"',
      'story a "A" < refunds',
      'story US-1 "B" < returns | 3',
      'story US-2 "C" < returns | 3',
    ]);
  });

  it("are the parent of features, whose stories stay theirs", () => {
    expect(outline(`${properties(["Epic", "Returns"])}<h2>Feature: A</h2><h3>Story: B</h3>`)).toEqual([
      'epic returns "Returns"',
      'feature a "A" < returns',
      'story b "B" < a',
    ]);
  });

  it.each(["–", "n/a", "none", "TBD", ""])("name no epic where they say “%s”", (value) => {
    expect(outline(`${properties(["Owner", "Anna"], ["Epic", value])}<h2>Story: A</h2>`)).toEqual(['story a "A"']);
  });

  it("give no items for their other rows", () => {
    expect(
      outline(
        properties(
          ["Document status", "DRAFT"],
          ["Feature team", "Falcon"],
          ["Target release", "27.1"],
          ["Priority", "High"],
          ["Story owner", "Anna"],
          ["Stakeholders", list("US-1 Anna", "US-2 Ben")],
        ),
      ),
    ).toEqual([]);
  });

  it("are the fields of an item where they hold its estimate or criteria", () => {
    expect(
      outline(
        `<h2>Story US-1: Pay</h2>${properties(["Points", "5"], ["Priority", "Must"], ["Acceptance criteria", list("a", "b")])}`,
      ),
    ).toEqual(['story US-1 "Pay" | 5 high | a; b']);
  });
});
