import { describe, expect, it } from "vitest";
import { fieldRows, itemsOf, lines, list, outline, status, table } from "../outline.js";

describe("field-table", () => {
  it("fills the item that it stands under, or introduces one", () => {
    expect(
      outline(
        `<h2>Feature: F</h2>${fieldRows(["ID", "US-1"], ["Title", "Pay"], ["Points", "3"])}` +
          `<h3>Story US-2: Sell</h3>${fieldRows(["Priority", "High"], ["Acceptance criteria", list("a", "b")])}`,
      ),
    ).toEqual(['feature f "F"', 'story US-1 "Pay" < f | 3', 'story US-2 "Sell" < f | high | a; b']);
  });

  it("reads all fields of an item", () => {
    expect(
      itemsOf(
        `<h2>Story US-1: Other</h2><h2>Enabler: Beacon</h2>${fieldRows(
          ["ID", "EN-7"],
          ["Enabler type", "Infrastructure"],
          ["Story points:", "8 SP"],
          ["Priority", status("MUST")],
          ["Depends on", "US-1"],
          ["Description", lines("First.", "Second.")],
          ["Owner", "Anna"],
        )}`,
      )[1],
    ).toMatchObject({
      key: "EN-7",
      kind: "enabler",
      title: "Beacon",
      enablerType: "infrastructure",
      storyPoints: 8,
      priority: "high",
      dependsOn: ["US-1"],
      description: "First.\n\nSecond.",
    });
  });

  it.each([
    ["German", ["Kennung", "Titel", "Typ", "Punkte", "Priorität", "Akzeptanzkriterien"]],
    ["French", ["Clé", "Titre", "Type", "Estimation", "Priorité", "Critères d’acceptation"]],
    ["Spanish", ["Clave", "Título", "Tipo", "Puntos", "Prioridad", "Criterios de aceptación"]],
  ])("knows the labels in %s", (_name, [id = "", title = "", kind = "", points = "", priority = "", criteria = ""]) => {
    expect(
      outline(
        fieldRows(
          [id, "US-1"],
          [title, "Pay"],
          [kind, "Story"],
          [points, "3"],
          [priority, "P1"],
          [criteria, list("a")],
        ),
      ),
    ).toEqual(['story US-1 "Pay" | 3 high | a']);
  });

  it("reads tables whose labels are bold words in plain cells", () => {
    const rows = [
      ["ID", "US-1"],
      ["Title", "Pay"],
      ["Points", "3"],
    ].map(([label, value]) => `<tr><td><strong>${label}</strong></td><td>${value}</td></tr>`);
    expect(outline(`<table><tbody>${rows.join("")}</tbody></table>`)).toEqual(['story US-1 "Pay" | 3']);
  });

  it("introduces one item per table", () => {
    expect(
      outline(
        `<h1>Epic: E</h1>${fieldRows(["Feature", "F-1"], ["Title", "Pay"], ["Type", "Feature"], ["Priority", "P1"])}${fieldRows(["ID", "US-1"], ["Title", "By card"], ["Type", "Story"], ["Points", "3"])}`,
      ).slice(-1),
    ).toEqual(['story US-1 "By card" < e | 3']);
  });

  it("takes the sentence of a story for its title where it has no other, else for its description", () => {
    const sentence = "As a buyer, I want to pay, so that I get my goods.";
    expect(itemsOf(fieldRows(["ID", "US-1"], ["User story", sentence], ["Points", "3"]))).toMatchObject([
      { key: "US-1", title: sentence, storyPoints: 3 },
    ]);
    expect(
      itemsOf(fieldRows(["ID", "US-1"], ["Title", "Pay"], ["User story", sentence], ["Points", "3"])),
    ).toMatchObject([{ key: "US-1", title: "Pay", description: sentence }]);
  });

  it("leaves out an item whose status says so", () => {
    expect(
      outline(`<h2>Story: A</h2>${fieldRows(["Points", "3"], ["Priority", "High"], ["Status", "Rejected"])}`),
    ).toEqual([]);
  });

  it.each([
    ["people", fieldRows(["Name", "Anna"], ["Role", "Product owner"], ["Team", "Falcon"])],
    ["a page's data", fieldRows(["Author", "Anna"], ["Status", "Draft"], ["Release", "27.1"])],
    ["meanings", fieldRows(["P0", "now"], ["P1", "soon"], ["P2", "later"])],
    ["dates", fieldRows(["Feature freeze", "3 March"], ["Release", "10 March"])],
    ["a meeting", fieldRows(["Title", "Refinement"], ["Date", "3 March"], ["Participants", "Anna, Ben"])],
    ["risks", `<h2>Risks</h2>${fieldRows(["ID", "R-1"], ["Title", "Supplier is late"], ["Priority", "High"])}`],
    ["what is out of scope", `<h2>Out of scope</h2>${fieldRows(["ID", "US-1"], ["Title", "Pay"], ["Points", "3"])}`],
  ])("takes no item from %s", (_name, body) => {
    expect(outline(body)).toEqual([]);
  });

  it("leaves a table with three columns or a header of fields to other rules", () => {
    expect(outline(table(["ID", "Title", "Points"], ["US-1", "Pay", "3"], ["US-2", "Sell", "5"]))).toEqual([
      'story US-1 "Pay" | 3',
      'story US-2 "Sell" | 5',
    ]);
    expect(outline(table(["Title", "Points"], ["Pay", "3"], ["Sell", "5"]))).toEqual([
      'story pay "Pay" | 3',
      'story sell "Sell" | 5',
    ]);
  });
});
