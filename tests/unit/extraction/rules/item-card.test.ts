import { describe, expect, it } from "vitest";
import { itemsOf, list, outline } from "../outline.js";

const card = (...lines: string[]) => `<p>${lines.join("<br />")}</p>`;

describe("item-card", () => {
  it("reads paragraphs of labelled lines as items", () => {
    expect(
      outline(
        card("ID: PAY-7", "Title: Refund a payment", "Points: 5", "Priority: Must", "Depends on: PAY-8") +
          card("ID: PAY-8", "Type: Enabler", "Title: Ledger", "Enabler type: Architecture", "Points: 8"),
      ),
    ).toEqual(['story PAY-7 "Refund a payment" | 5 high | needs PAY-8', 'enabler PAY-8 "Ledger" | 8 architecture']);
  });

  it.each([
    ["German", ["Kennung: PAY-7", "Titel: Zahlen", "Punkte: 5", "Priorität: Muss"]],
    ["French", ["Clé : PAY-7", "Titre : Zahlen", "Estimation : 5", "Priorité : Indispensable"]],
    ["Spanish", ["Clave: PAY-7", "Título: Zahlen", "Puntos: 5", "Prioridad: Alta"]],
    [
      "bold labels",
      [
        "<strong>ID:</strong> PAY-7",
        "<strong>Title:</strong> Zahlen",
        "<strong>SP:</strong> 5",
        "<strong>Prio:</strong> High",
      ],
    ],
    ["any order", ["Priority: P1", "Story points: 5", "Title: Zahlen", "Key: PAY-7"]],
  ])("reads %s", (_name, lines) => {
    expect(outline(card(...lines))).toEqual(['story PAY-7 "Zahlen" | 5 high']);
  });

  it("places cards by their kinds and under the heading around", () => {
    expect(
      outline(
        `<h1>Epic: A</h1>${card("Type: Feature", "Title: B", "Priority: High")}${card("Type: Story", "Title: C", "Points: 1")}${card("Type: Story", "Title: D", "Points: 2")}${card("Type: Feature", "Title: E", "Priority: Low")}`,
      ),
    ).toEqual([
      'epic a "A"',
      'feature b "B" < a | high',
      'story c "C" < b | 1',
      'story d "D" < b | 2',
      'feature e "E" < a | low',
    ]);
  });

  it("reads a parent by its id or title", () => {
    expect(
      outline(
        `<h2>Feature F-1: Returns</h2><h1>Cards</h1>${card("ID: US-1", "Title: A", "Feature: F-1")}${card("ID: US-2", "Title: B", "Parent: Returns")}`,
      ),
    ).toEqual(['feature F-1 "Returns"', 'story US-1 "A" < F-1', 'story US-2 "B" < F-1']);
  });

  it("takes the list behind it for the value of its last label", () => {
    expect(
      outline(
        `${card("ID: US-1", "Title: A", "Acceptance criteria:")}${list("one", "two")}${card("ID: US-2", "Title: B")}`,
      ),
    ).toEqual(['story US-1 "A" | one; two', 'story US-2 "B"']);
  });

  it("takes what is no field for its description", () => {
    expect(itemsOf(card("ID: US-1", "Title: A", "Customers ask for it.", "Points: 3"))).toMatchObject([
      { title: "A", storyPoints: 3, description: "Customers ask for it." },
    ]);
  });

  it("leaves out cards that are rejected", () => {
    expect(
      outline(card("ID: US-1", "Title: A", "Status: Rejected") + card("ID: US-2", "Title: B", "Status: Done")),
    ).toEqual(['story US-2 "B"']);
  });

  it.each([
    ["people", card("Name: Anna", "Role: Product owner", "Team: Falcon")],
    ["a meeting", card("Title: Backlog refinement", "Date: 3 March", "Where: Room 4")],
    ["a page without an item's fields", card("Title: Our plan", "Author: Anna", "Status: Draft")],
    ["risks", `<h2>Risks</h2>${card("ID: R-1", "Title: Supplier is late", "Priority: High")}`],
    ["what is out of scope", `<h2>Out of scope</h2>${card("ID: US-1", "Title: A", "Points: 3")}`],
    ["a milestone", card("Type: Milestone", "ID: M-1", "Title: Beta", "Priority: High")],
    ["a risk among other things", card("Type: Risk", "ID: R-1", "Title: Supplier is late", "Priority: High")],
  ])("leaves %s alone", (_name, body) => {
    expect(outline(body)).toEqual([]);
  });
});
