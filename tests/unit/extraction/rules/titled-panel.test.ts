import { describe, expect, it } from "vitest";
import { itemsOf, lines, list, macro, outline, table } from "../outline.js";

describe("titled-panel", () => {
  it("reads panel titles as headings whose section ends with the panel", () => {
    const panel = macro("panel", "Epic: A", macro("expand", "Feature: B", "<h4>Story: C</h4>"));
    expect(outline(`${panel}<h2>Story: D</h2>`)).toEqual([
      'epic a "A"',
      'feature b "B" < a',
      'story c "C" < b',
      'story d "D"',
    ]);
  });

  it.each(["panel", "expand", "info", "note", "tip", "warning", "ui-expand"])(
    "reads the title of a macro of the name %s",
    (name) => {
      expect(outline(macro(name, "Story US-1: Pay (3 SP)", "<p>Priority: High</p>"))).toEqual([
        'story US-1 "Pay" | 3 high',
      ]);
    },
  );

  it("does not read titles that nobody sees", () => {
    expect(outline(macro("roadmap", "Epic: A", "<p>text</p>"))).toEqual([]);
  });

  it("takes what stands inside for fields of the item that the title introduces", () => {
    const [item, ...others] = itemsOf(
      macro(
        "expand",
        "Enabler: Beacon (5 SP)",
        `<p>We need it for events.</p>${lines("Priority: Must", "Acceptance criteria:")}${list("one", "two")}`,
      ),
    );
    expect(others).toEqual([]);
    expect(item).toMatchObject({
      kind: "enabler",
      title: "Beacon",
      storyPoints: 5,
      priority: "high",
      acceptanceCriteria: ["one", "two"],
      description: "We need it for events.",
    });
  });

  it("keeps the feature around for what follows the panel", () => {
    expect(
      outline(`<h1>Feature: A</h1>${macro("expand", "Story: B", "<p>Points: 3</p>")}<h2>Story: C</h2><p>Points: 1</p>`),
    ).toEqual(['feature a "A"', 'story b "B" < a | 3', 'story c "C" < a | 1']);
  });

  it("reads titles about one field of the item around", () => {
    expect(
      outline(
        `<h3>Story US-1: A</h3>${macro("expand", "Acceptance criteria", list("one", "two"))}${macro("panel", "Depends on", list("US-2"))}<h3>Story US-2: B</h3>`,
      ),
    ).toEqual(['story US-1 "A" | one; two | needs US-2', 'story US-2 "B"']);
  });

  it("reads a title about one field of an item that it names", () => {
    expect(
      outline(
        `<h1>Stories</h1>${list("PAY-7 Refund (3 SP)", "PAY-8 Charge (5 SP)")}${macro("expand", "Acceptance criteria of PAY-7", list("one"))}`,
      ),
    ).toEqual(['story PAY-7 "Refund" | 3 | one', 'story PAY-8 "Charge" | 5']);
  });

  it("reads notes about an item as its description, not as criteria", () => {
    const [item] = itemsOf(`<h3>Story: A</h3>${macro("note", "Description", "<p>Text</p>")}`);
    expect([item?.description, item?.acceptanceCriteria]).toEqual(["Text", []]);
  });

  it("hands what a grouping title says to the items inside, and to no others", () => {
    const rows = table(["ID", "Story", "SP"], ["T-1", "Beacon", "3"], ["T-2", "Magnet", "5"]);
    expect(
      outline(`<h1>Feature: F</h1>${macro("expand", "Enablers", rows)}${list("US-1 Pay (1 SP)", "US-2 Sell (1 SP)")}`),
    ).toEqual([
      'feature f "F"',
      'enabler T-1 "Beacon" < f | 3',
      'enabler T-2 "Magnet" < f | 5',
      'story US-1 "Pay" < f | 1',
      'story US-2 "Sell" < f | 1',
    ]);
  });

  it("lets a label before a panel without a title have what stands in it", () => {
    expect(
      outline(`<h3>Story: A</h3><p><strong>Acceptance criteria</strong></p>${macro("panel", "", list("one", "two"))}`),
    ).toEqual(['story a "A" | one; two']);
  });

  it.each([
    ["Contacts", lines("Product owner: Anna", "Priority: call first")],
    ["Key dates", list("Feature freeze: 3 March", "Story mapping: 4 March")],
    ["Risks", list("R-1 Supplier is late (high)", "R-2 No budget (medium)")],
    ["How to read this page", "<p>An epic holds features, a feature holds stories.</p>"],
    ["Legend", table(["Priority", "Meaning"], ["P0", "now"])],
    ["Notizen", list("US-1 besprochen", "US-2 besprochen")],
    ["Risques", list("R-1 Retard (haute)", "R-2 Budget (basse)")],
    ["Notas", list("US-1 hablado", "US-2 hablado")],
  ])("takes no items from “%s”", (title, body) => {
    expect(outline(macro("panel", title, body))).toEqual([]);
  });
});
