import { describe, expect, it } from "vitest";
import { lines, list, outline, status, table } from "../outline.js";

/** A board: the first row and the first cell of each row are headings. */
function board(...rows: string[][]): string {
  const html = rows.map((row, n) =>
    row.map((cell, column) => (n === 0 || column === 0 ? `<th>${cell}</th>` : `<td>${cell}</td>`)).join(""),
  );
  return `<table><tbody>${html.map((cells) => `<tr>${cells}</tr>`).join("")}</tbody></table>`;
}

describe("board-table: lists in cells", () => {
  it("reads lists in the cells of a table that is only a frame", () => {
    const frame = table(["Iteration 1", "Iteration 2"], [list("US-1 A (3 SP)"), list("US-2 B (F-1, 5 SP)")]);
    expect(outline(`<h2>Feature F-1: X</h2><h2>Feature F-2: Y</h2>${frame}`).slice(2)).toEqual([
      'story US-1 "A" < F-2 | 3',
      'story US-2 "B" < F-1 | 5',
    ]);
  });

  it("takes headings of columns that name features for these", () => {
    expect(
      outline(
        `<h1>Epic: E</h1>${table(["Feature F-1: Pay", "Feature F-2: Sell"], [list("US-1 A (3 SP)", "US-2 B (1 SP)"), list("US-3 C (5 SP)")], [list("US-4 D (1 SP)"), ""])}`,
      ),
    ).toEqual([
      'epic e "E"',
      'feature F-1 "Pay" < e',
      'feature F-2 "Sell" < e',
      'story US-1 "A" < F-1 | 3',
      'story US-2 "B" < F-1 | 1',
      'story US-3 "C" < F-2 | 5',
      'story US-4 "D" < F-1 | 1',
    ]);
  });

  it("takes headings that are priorities for these, and leaves out what one of them rules out", () => {
    const lists = [list("US-1 A (1 SP)"), list("US-2 B (1 SP)"), list("US-3 C (1 SP)")];
    expect(outline(table(["Must", "Should", "Could"], lists))).toEqual([
      'story US-1 "A" | 1 high',
      'story US-2 "B" | 1 medium',
      'story US-3 "C" | 1 low',
    ]);
    expect(outline(table(["Won’t have", "Should", "Could"], lists))).toEqual([
      'story US-2 "B" | 1 medium',
      'story US-3 "C" | 1 low',
    ]);
  });

  it("takes headings of rows that name features for these, iterations for nothing", () => {
    expect(
      outline(
        board(
          ["", "Iteration 1", "Iteration 2"],
          ["Feature F-1: Pay", list("US-1 A (3 SP)"), list("US-2 B (1 SP)")],
          ["Feature F-2: Sell", list("US-3 C (5 SP)"), list("US-4 D (2 SP)")],
        ),
      ),
    ).toEqual([
      'feature F-1 "Pay"',
      'story US-1 "A" < F-1 | 3',
      'story US-2 "B" < F-1 | 1',
      'feature F-2 "Sell"',
      'story US-3 "C" < F-2 | 5',
      'story US-4 "D" < F-2 | 2',
    ]);
  });

  it.each([
    ["Stories", "Enablers"],
    ["User stories", "Technical enablers"],
    ["Anwendergeschichten", "Technische Enabler"],
    ["Récits", "Facilitateurs"],
    ["Historias", "Habilitadores"],
  ])("takes the headings “%s” and “%s” for kinds", (stories, enablers) => {
    expect(outline(table([stories, enablers], [list("US-1 A (3 SP)"), list("US-2 B (1 SP)")]))).toEqual([
      'story US-1 "A" | 3',
      'enabler US-2 "B" | 1',
    ]);
  });
});

describe("board-table: cards in cells", () => {
  it("reads paragraphs that begin with an id as cards", () => {
    expect(
      outline(
        table(
          ["Iteration 1", "Iteration 2"],
          [lines("US-1 Pay<br />5 SP · P1", "US-2 Sell<br />3 SP"), lines("US-3 Rent<br />1 SP · needs US-1")],
        ),
      ),
    ).toEqual(['story US-1 "Pay" | 5 high', 'story US-2 "Sell" | 3', 'story US-3 "Rent" | 1 | needs US-1']);
  });

  it("reads the parent of a card from the line below its title", () => {
    expect(
      outline(
        `<h2>Feature NZ-11: Shop</h2><h2>Feature NZ-12: Stock</h2><h1>Board</h1>${table(
          ["Iteration 1", "Iteration 2"],
          ["<p>NZ-201 Add to basket<br />NZ-11 · 5 SP</p>", "<p>NZ-202 Count goods<br />NZ-12 · 3 SP</p>"],
          [`<p>NZ-203 Beacon ${status("ENABLER")}<br />NZ-11 · 8 SP</p>`, ""],
        )}`,
      ),
    ).toEqual([
      'feature NZ-11 "Shop"',
      'feature NZ-12 "Stock"',
      'story NZ-201 "Add to basket" < NZ-11 | 5',
      'story NZ-202 "Count goods" < NZ-12 | 3',
      'enabler NZ-203 "Beacon" < NZ-11 | 8',
    ]);
  });

  it("takes what follows a card for its fields", () => {
    expect(
      outline(
        table(
          ["Team A", "Team B"],
          [`<p>US-1 Pay</p><p>Points: 5</p><p>AC:</p>${list("one", "two")}`, "<p>Enabler: Beacon</p><p>3 SP</p>"],
          ["<p>US-2 Sell</p>", ""],
        ),
      ),
    ).toEqual(['story US-1 "Pay" | 5 | one; two', 'enabler beacon "Beacon" | 3', 'story US-2 "Sell"']);
  });

  it("leaves out cards that are struck or cancelled", () => {
    expect(
      outline(
        table(
          ["Iteration 1", "Iteration 2"],
          [
            lines("US-1 Pay<br />5 SP", "<s>US-2 Sell</s>"),
            lines(`US-3 Rent ${status("CANCELLED")}`, "US-4 Buy<br />1 SP"),
          ],
        ),
      ),
    ).toEqual(['story US-1 "Pay" | 5', 'story US-4 "Buy" | 1']);
  });
});

describe("board-table: tables of something else", () => {
  it.each([
    [
      "a retrospective",
      table(["Went well", "To improve"], [list("Pairing", "Story mapping"), list("Meetings", "Too many epics")]),
    ],
    ["risks of teams", table(["Resolved", "Owned"], [list("Supplier is late", "No budget"), list("New law")])],
    ["people", table(["Falcon", "Eagle"], [list("Anna", "Ben"), list("Cleo", "Dan (PO)")])],
    ["pros and cons", table(["Pro", "Con"], [list("Fast (5 days)", "Cheap"), list("New")])],
    ["capacity", board(["", "Iteration 1", "Iteration 2"], ["Falcon", "30", "28"], ["Eagle", "25", "25"])],
    ["a calendar", board(["", "Monday", "Tuesday"], ["9:00", "Story mapping", "Planning"], ["10:00", "Demo", "Retro"])],
    [
      "a board out of scope",
      `<h2>Out of scope</h2>${table(["Iteration 1"], [list("US-1 A (3 SP)", "US-2 B (1 SP)")])}`,
    ],
    [
      "a board of risks",
      `<h2>Risks</h2>${table(["Owned", "Accepted"], [lines("R-1 Late", "R-2 Costs"), lines("R-3 Law")])}`,
    ],
    [
      "a board of objectives",
      `<h2>Objectives</h2>${table(["Committed", "Uncommitted"], [list("Sell online (8)"), list("Rent online (5)")])}`,
    ],
  ])("takes no items from %s", (_name, body) => {
    expect(outline(body)).toEqual([]);
  });
});
