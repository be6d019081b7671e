import { describe, expect, it } from "vitest";
import { readColumns, textOfCell } from "../../../lib/domain/extraction/columns.js";
import { list, readTable, table } from "./outline.js";

const columnsOf = (...rows: string[][]) => readColumns(readTable(table(...rows)));
/** The labels of the columns of a table with a story in it. */
const labelsOf = (...header: string[]) =>
  columnsOf(
    [...header, "Story"],
    [...header.map(() => "x"), "Pay by card"],
    [...header.map(() => "y"), "Sell by phone"],
  )?.labels.slice(0, -1);

describe("readColumns: what the headings say", () => {
  it.each([
    [
      "points",
      ["SP", "Points", "Story Points", "Estimate", "T-Shirt size", "Aufwand (SP)", "Punkte", "Estimation", "Puntos"],
    ],
    ["priority", ["Priority", "Prio", "Prio.", "MoSCoW", "Importance", "Priorität", "Priorité", "Prioridad"]],
    [
      "criteria",
      [
        "Acceptance criteria",
        "AC",
        "Done when",
        "Akzeptanzkriterien",
        "Critères d’acceptation",
        "Criterios de aceptación",
      ],
    ],
    ["dependsOn", ["Depends on", "Dependencies", "Blocked by", "Needs", "Abhängig von", "Dépend de", "Depende de"]],
    ["blocks", ["Blocks", "Blockiert", "Bloque", "Bloquea"]],
    ["enablerType", ["Enabler type", "Enabler-Typ", "Type de facilitateur", "Tipo de habilitador"]],
    ["id", ["ID", "Key", "Ref", "Ref.", "Kennung", "Clé", "Clave"]],
    ["description", ["Notes", "Description", "Benefit hypothesis", "Beschreibung", "Remarques", "Descripción"]],
    ["aside", ["Owner", "Team", "Related to", "WSJF", "Job size", "Timebox", "Verantwortlich", "Responsable"]],
    ["status", ["Status", "State", "Statut", "Estado"]],
  ])("knows columns of the label %s", (label, names) => {
    for (const name of names) expect([name, labelsOf(name, "SP")?.[0]]).toEqual([name, label]);
  });

  it.each(["Type", "Kind", "Issue type", "Art", "Typ", "Vorgangstyp", "Genre", "Tipo", "Level", "Ebene"])(
    "knows “%s” for kinds where it names some",
    (name) => {
      const labels = (value: string) =>
        readColumns(readTable(table([name, "Title", "SP"], [value, "Pay", "3"])))?.labels[0];
      expect([labels("User story"), labels("Enabler (infrastructure)"), labels("E")]).toEqual(["kind", "kind", "kind"]);
      expect([labels("Internal"), labels("string"), labels("")]).toEqual([null, null, null]);
    },
  );

  it.each(["Effort (days)", "Effort (h)", "Business value of it", "Screenshot", "Colour", "Wer weiß"])(
    "finds no estimate, priority or criterion in “%s”",
    (name) => {
      const [label = null] = labelsOf(name, "SP") ?? [];
      expect([null, "description", "aside"]).toContain(label);
    },
  );
});

describe("readColumns: where the titles stand", () => {
  it.each([
    ["the title before the sentence", ["ID", "User story", "Title", "SP"], 2],
    ["the sentence", ["ID", "User story", "SP"], 1],
    ["the enabler", ["ID", "Enabler", "SP"], 1],
    ["the feature", ["ID", "Feature", "SP"], 1],
    ["the story before the feature", ["Feature", "Story", "SP"], 1],
    ["the description", ["ID", "Description", "SP"], 1],
  ])("takes %s", (_name, header, title) => {
    const cells = header.map((name) => `Words of ${name}`);
    expect(columnsOf(header, cells)?.title).toBe(title);
  });

  it("takes the column that holds sentences, whatever it is called", () => {
    expect(columnsOf(["#", "Wish list", "Prio"], ["1", "As a buyer, I want to pay", "P1"])?.title).toBe(1);
  });

  it("says what the heading calls the items", () => {
    expect(
      ["Epic", "Feature", "Spike", "Enabler", "Story", "Title"].map(
        (name) => columnsOf([name, "SP"], ["Pay", "3"])?.titleWord,
      ),
    ).toEqual(["epic", "feature", "spike", "enabler", null, null]);
  });

  it("finds a header below rows that are none", () => {
    expect(columnsOf(["Team Falcon", ""], ["Story", "SP"], ["Pay", "3"])?.headerIndex).toBe(1);
  });
});

describe("readColumns: other things that columns say", () => {
  it("takes a kind column of different ids beside names for the ids", () => {
    expect(columnsOf(["Feature", "Name", "SP"], ["F-1", "Pay", "3"], ["F-2", "Sell", "5"])).toMatchObject({
      labels: ["id", "title", "points"],
      titleWord: "feature",
    });
    expect(columnsOf(["Feature", "Name", "SP"], ["F-1", "Pay", "3"], ["F-1", "Sell", "5"])?.labels[0]).toBe("feature");
  });

  it("finds the column of lists beside what they belong to", () => {
    expect(columnsOf(["Feature", "Stories"], ["Pay", list("A", "B")], ["Sell", list("C")])?.children).toMatchObject({
      column: 1,
      word: { value: "story" },
    });
    expect(columnsOf(["Feature", "Enablers"], ["Pay", list("A", "B")])?.children?.word.value).toBe("enabler");
    expect(columnsOf(["Feature", "Stories", "SP"], ["Pay", "A", "3"], ["Pay", "B", "3"])?.children).toBeNull();
  });

  it.each([
    [["M", "S", "C", "W"], { m: "high", s: "medium", c: "low", w: "dropped" }],
    [["H", "M", "L"], { h: "high", m: "medium", l: "low" }],
    [["A", "M", "B"], { a: "high", m: "medium", b: "low" }],
  ])("reads the letters %j as priorities", (used, expected) => {
    const letters = columnsOf(
      ["Story", "SP", "Prio"],
      ...used.map((letter) => [`Pay by ${letter}`, "3", letter]),
    )?.priorityLetters;
    expect(Object.fromEntries(Object.keys(expected).map((letter) => [letter, letters?.get(letter)]))).toEqual(expected);
  });

  it.each([[["M"]], [["M", "X"]], [["High", "Low"]], [["1", "2"]]])("reads no letters from %j", (used) => {
    const letters = columnsOf(
      ["Story", "SP", "Prio"],
      ...used.map((letter) => [`Pay by ${letter}`, "3", letter]),
    )?.priorityLetters;
    expect(letters?.size).toBe(0);
  });
});

describe("readColumns: tables of something else", () => {
  it.each([
    ["people", ["Name", "Role", "Team"]],
    ["risks", ["Risk", "Priority", "Owner"]],
    ["numbered risks", ["ID", "Risk", "Impact"]],
    ["a legend", ["Priority", "Meaning"]],
    ["dates", ["Date", "Event"]],
    ["capacity", ["Team", "Capacity", "Load"]],
    ["objectives", ["Objective", "Business value"]],
    ["questions", ["Question", "Answer", "Status"]],
    ["decisions", ["Decision", "Date", "Status"]],
    ["links", ["Title", "Link", "Comment"]],
    ["documents", ["Name", "Status", "Notes"]],
  ])("are left alone: %s", (_name, header) => {
    expect(
      columnsOf(
        header,
        header.map((name) => `Words of ${name}`),
      ),
    ).toBeNull();
  });

  it("are left alone without a row", () => {
    expect(columnsOf(["", ""], ["", ""])).toBeNull();
  });
});

describe("textOfCell", () => {
  it("joins what stands in a cell, line by line", () => {
    const [row] = readTable(table([`<p>a</p>${list("b", "c")}`, "d"])).rows;
    expect(row?.cells.map((cell) => textOfCell(cell).text)).toEqual(["a\nb\nc", "d"]);
  });
});
