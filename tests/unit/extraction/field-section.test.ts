import { describe, expect, it } from "vitest";
import { itemsOf, lines, list, macro, outline } from "./outline.js";

const STORIES = list("PAY-7 Refund (3 SP)", "PAY-8 Charge (5 SP)");

describe("sections about one field of one item", () => {
  it.each([
    "Acceptance criteria",
    "Acceptance criteria:",
    "AC",
    "Akzeptanzkriterien",
    "Critères d’acceptation",
    "Criterios de aceptación",
  ])("“%s” is about the item above", (title) => {
    expect(outline(`<h2>Story: A</h2><h3>${title}</h3>${list("one", "two")}`)).toEqual(['story a "A" | one; two']);
    expect(outline(`<h2>Story: A</h2>${macro("expand", title, list("one", "two"))}`)).toEqual([
      'story a "A" | one; two',
    ]);
  });

  it.each([
    "Acceptance criteria of PAY-7",
    "Acceptance criteria for PAY-7",
    "Acceptance criteria – PAY-7",
    "Acceptance criteria: PAY-7",
    "PAY-7 Acceptance criteria",
    "PAY-7: Acceptance criteria",
    "AC of pay-7",
    "Akzeptanzkriterien für PAY-7",
    "Critères d’acceptation de PAY-7",
    "Criterios de aceptación de PAY-7",
  ])("“%s” is about the item that it names", (title) => {
    const body = list("one", "two");
    const expected = ['story PAY-7 "Refund" | 3 | one; two', 'story PAY-8 "Charge" | 5'];
    expect(outline(`${STORIES}<h2>${title}</h2>${body}`)).toEqual(expected);
    expect(outline(`${STORIES}${macro("expand", title, body)}`)).toEqual(expected);
  });

  it("reads what an item needs", () => {
    expect(outline(`<h2>Story US-1: A</h2><h2>Story US-2: B</h2><h3>Depends on</h3>${list("US-1")}`)[1]).toBe(
      'story US-2 "B" | needs US-1',
    );
    expect(outline(`${STORIES}<h2>Dependencies of PAY-8</h2>${list("PAY-7")}`)[1]).toBe(
      'story PAY-8 "Charge" | 5 | needs PAY-7',
    );
  });

  it("reads the description of an item", () => {
    expect(itemsOf(`<h2>Story: A</h2><h3>Description</h3>${lines("First.", "Second.")}`)).toMatchObject([
      { description: "First.\n\nSecond.", acceptanceCriteria: [] },
    ]);
  });

  it("ends with its section", () => {
    expect(
      outline(
        `<h2>Story: A</h2><h3>Acceptance criteria</h3>${list("one")}<h3>Tasks</h3>${list("two")}<h2>Story: B</h2>`,
      ),
    ).toEqual(['story a "A" | one', 'story b "B"']);
  });

  it.each([
    ["an item that is not on the page", "Acceptance criteria of PAY-9"],
    ["nothing in particular", "How we write acceptance criteria"],
  ])("gives no item criteria from a section about %s", (_name, title) => {
    expect(outline(`${STORIES}<h2>${title}</h2>${list("one", "two")}`)).toEqual([
      'story PAY-7 "Refund" | 3',
      'story PAY-8 "Charge" | 5',
    ]);
  });

  it("gives a page without items none", () => {
    expect(outline(`<h2>Acceptance criteria</h2>${list("one", "two")}`)).toEqual([]);
  });
});
