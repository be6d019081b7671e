import { describe, expect, it } from "vitest";
import { itemsOf, lines, list, outline, status, table } from "../outline.js";

const bold = (text: string) => `<p><strong>${text}</strong></p>`;

describe("bold-heading: bold lines", () => {
  it("reads them as headings, with fields in the lines below", () => {
    expect(
      outline(
        "<p><strong>Epic: A</strong></p><p><strong>Feature: B</strong></p><p><strong>US-1: C</strong><br />Points: 3</p><p><strong>US-2: D</strong></p>" +
          `<p><strong>Out of scope</strong></p>${list("US-3: E")}`,
      ),
    ).toEqual(['epic a "A"', 'feature b "B" < a', 'story US-1 "C" < b | 3', 'story US-2 "D" < b']);
  });

  it("places them under the headings around, and ends with these", () => {
    expect(
      outline(
        `<h1>Epic: A</h1>${bold("Feature: B")}${bold("Story: C")}<h1>Epic: D</h1>${bold("Story: E")}<h1>Other</h1>${bold("Story: F")}`,
      ),
    ).toEqual(['epic a "A"', 'feature b "B" < a', 'story c "C" < b', 'epic d "D"', 'story e "E" < d', 'story f "F"']);
  });

  it.each([
    `<p><strong>Story: Pay</strong> ${status("HIGH")} ${status("5 SP")}</p>`,
    `<p><strong>Story: Pay</strong> (5 SP, P1)</p>`,
    `<p><strong>Story: Pay</strong> · 5 SP · P1</p>`,
    `<p><strong>Story: Pay (5 SP) – Must</strong></p>`,
    `<p><strong>Story:</strong> Pay (5 SP, Must)</p>`,
  ])("reads the values of %s", (line) => {
    expect(outline(line)).toEqual(['story pay "Pay" | 5 high']);
  });

  it("reads a bold kind in front of a plain title, unless it names the parent of the item", () => {
    expect(
      outline(
        "<p><strong>Epic:</strong> LAA-1 – Loans</p><p><strong>Feature:</strong> LAA-2 – Apply</p><p><strong>Story:</strong> LAA-3 – Ask</p>",
      ),
    ).toEqual(['epic LAA-1 "Loans"', 'feature LAA-2 "Apply" < LAA-1', 'story LAA-3 "Ask" < LAA-2']);
    expect(
      outline(
        "<h2>Feature F-1: Apply</h2><h2>Feature F-2: Sign</h2><h1>Details</h1><h2>Story US-1: Ask</h2><p><strong>Feature:</strong> F-1</p>",
      ).at(-1),
    ).toBe('story US-1 "Ask" < F-1');
  });

  it("introduces what a bold kind names for the first time, after other items too", () => {
    expect(
      outline(
        "<p><strong>Epic:</strong> LAA-1 – Loans</p><p><strong>Feature:</strong> LAA-2 – Apply</p><p><strong>Story:</strong> LAA-3 – Ask</p><p><strong>Feature:</strong> LAA-4 – Sign</p>",
      ),
    ).toEqual([
      'epic LAA-1 "Loans"',
      'feature LAA-2 "Apply" < LAA-1',
      'story LAA-3 "Ask" < LAA-2',
      'feature LAA-4 "Sign" < LAA-1',
    ]);
  });

  it("reads bold ids in front of plain titles", () => {
    expect(
      outline(
        `<h2>Feature: F</h2>${lines("<strong>US-1</strong> Pay", "Points: 3", "<strong>US-2</strong> – Sell", "Points: 5")}`,
      ),
    ).toEqual(['feature f "F"', 'story US-1 "Pay" < f | 3', 'story US-2 "Sell" < f | 5']);
  });

  it("hands what a bold group says to the items under it, until the next", () => {
    expect(
      outline(
        `<h2>Feature: F</h2>${bold("Must have")}${list("US-1 A (1 SP)")}${bold("Could have")}${list("US-2 B (1 SP)")}${bold("Enablers")}${list("US-3 C (1 SP)")}`,
      ),
    ).toEqual([
      'feature f "F"',
      'story US-1 "A" < f | 1 high',
      'story US-2 "B" < f | 1 low',
      'enabler US-3 "C" < f | 1',
    ]);
  });

  it.each([
    ["words in a paragraph", "<p>We met the <strong>Epic: Returns</strong> team today.</p>"],
    ["a warning", bold("Please read this first")],
    ["a bold sentence about stories", bold("Every story needs acceptance criteria.")],
    ["a bold label", bold("Story points:")],
    ["people", lines("<strong>Anna</strong> Product owner", "<strong>Ben</strong> Scrum master")],
    ["dates", lines("<strong>3 March</strong> Feature freeze", "<strong>10 March</strong> Release")],
    ["milestones", bold("Milestone: Beta") + bold("Milestone: Launch")],
    ["a group of risks", `${bold("Risks")}${list("R-1 Late (high)", "R-2 Costs (low)")}`],
    [
      "a bold line in a list",
      list("<strong>Priority:</strong> we talk about it on Monday", "<strong>Team</strong>: Falcon"),
    ],
    ["a standard", lines("<strong>ISO-27001</strong> is our standard", "<strong>ISO-9001</strong> too")],
  ])("leaves %s alone", (_name, body) => {
    expect(outline(body)).toEqual([]);
  });
});

describe("bold-heading: plain lines", () => {
  it("introduce items where they end with an estimate", () => {
    expect(outline("<h2>Feature: F</h2><p>US-1: Pay (3 SP)</p><p>US-2: Sell (5 SP)</p><p>US-1 is urgent.</p>")).toEqual(
      ['feature f "F"', 'story US-1 "Pay" < f | 3', 'story US-2 "Sell" < f | 5'],
    );
  });

  it("introduce items where they begin with an id in brackets", () => {
    expect(
      outline(
        `<h1>Backlog</h1>${lines("[EN-1] Beacon — 5 pts", "[US-3] Cart — 2 pts — P0", "[US-12] Title — 3 pts — P1 — needs [US-3], [EN-1]", "[US-13] Plain")}`,
      ),
    ).toEqual([
      'story EN-1 "Beacon" | 5',
      'story US-3 "Cart" | 2 urgent',
      'story US-12 "Title" | 3 high | needs US-3, EN-1',
      'story US-13 "Plain"',
    ]);
  });

  it("take the lines and lists that follow for their fields", () => {
    expect(
      outline(
        `${lines("US-1: Pay (3 SP)", "Priority: High", "Acceptance criteria:")}${list("one", "two")}${lines("US-2: Sell (5 SP)", "Depends on: US-1")}`,
      ),
    ).toEqual(['story US-1 "Pay" | 3 high | one; two', 'story US-2 "Sell" | 5 | needs US-1']);
  });

  it("take a bare number in brackets for an estimate only behind an id or a kind", () => {
    expect(outline(lines("US-1: Pay (3)", "US-2: Sell (5)", "Story: Rent (8)"))).toEqual([
      'story US-1 "Pay" | 3',
      'story US-2 "Sell" | 5',
      'story rent "Rent" | 8',
    ]);
    expect(outline(lines("We are a team of five (5)", "Anna (3)", "Rooms (13)"))).toEqual([]);
  });

  it("are part of the page's prose where they only name an item", () => {
    expect(outline(lines("US-1 was discussed.", "US-2 came up again.", "The story: nobody knows."))).toEqual([]);
  });

  it("do not begin inside the prose of an item", () => {
    expect(itemsOf("<h2>Story US-1: A</h2><p>It is like US-2, but US-2 is slower.</p>")).toMatchObject([
      { key: "US-1", description: "It is like US-2, but US-2 is slower." },
    ]);
  });

  it("are left alone under risks and in tables of people", () => {
    expect(outline(`<h2>Risks</h2>${lines("[R-1] Supplier is late", "[R-2] Budget is small")}`)).toEqual([]);
    expect(outline(table(["Name", "Role"], ["Anna (3 SP)", "<strong>US-1</strong> tester"]))).toEqual([]);
  });
});
