import { describe, expect, it } from "vitest";
import { itemsOf, lines, list, outline, status, table } from "../outline.js";

/** A table of which some rows are one cell as wide as the table. */
const withSpans = (columns: number, html: string) =>
  html.replace(/<td>(?:↔)(.*?)<\/td>(?:<td><\/td>)*/g, `<td colspan="${columns}">$1</td>`);

describe("story-table: columns", () => {
  it("reads each field from its column", () => {
    expect(
      outline(
        table(
          ["ID", "Title", "Type", "SP", "Prio", "Enabler type", "Acceptance criteria", "Depends on"],
          ["US-1", "Pay", "Story", "3", "Must", "", list("one", "two"), "–"],
          ["EN-1", "Beacon", "Enabler", "8", "P2", "Architecture", "- one<br />- two", "US-1"],
        ),
      ),
    ).toEqual([
      'story US-1 "Pay" | 3 high | one; two',
      'enabler EN-1 "Beacon" | 8 medium architecture | one; two | needs US-1',
    ]);
  });

  it.each([
    ["German", ["Nr.", "Titel", "Aufwand (SP)", "Priorität", "Akzeptanzkriterien", "Abhängig von"]],
    ["French", ["Clé", "Titre", "Estimation", "Priorité", "Critères d’acceptation", "Dépend de"]],
    ["Spanish", ["Clave", "Título", "Puntos", "Prioridad", "Criterios de aceptación", "Depende de"]],
    ["other words", ["Ref", "Summary", "Estimate (points)", "MoSCoW", "Done when", "Blocked by"]],
    ["signs", ["Key:", "Requirement*", "Pts.", "Importance", "AC", "Needs"]],
  ])("knows the headings in %s", (_name, header) => {
    expect(
      outline(table(header, ["US-1", "A", "3", "P1", "one", ""], ["US-2", "B", "5", "P0", "two", "US-1"])),
    ).toEqual(['story US-1 "A" | 3 high | one', 'story US-2 "B" | 5 urgent | two | needs US-1']);
  });

  it.each([
    ["a story column", ["Story", "SP"], ["Pay", "3"], 'story pay "Pay" | 3'],
    ["a title column", ["Title", "Story points"], ["Pay", "3"], 'story pay "Pay" | 3'],
    ["a spike column", ["Spike", "SP"], ["Pay", "3"], 'enabler pay "Pay" | 3 exploration'],
    ["an enabler column", ["Enabler", "SP"], ["Pay", "3"], 'enabler pay "Pay" | 3'],
    ["an epic column alone", ["Epic", "Priority"], ["Pay", "Must"], 'epic pay "Pay" | high'],
    ["a feature column alone", ["Feature", "SP"], ["Pay", "20"], 'feature pay "Pay" | 20'],
    [
      "a description as the title",
      ["ID", "Description", "SP"],
      ["US-1", "Pay by card", "3"],
      'story US-1 "Pay by card" | 3',
    ],
    [
      "a column without a name",
      ["ID", "", "SP", "Priority"],
      ["US-1", "Pay by card", "3", "P1"],
      'story US-1 "Pay by card" | 3 high',
    ],
    ["T-shirt sizes", ["Story", "Size"], ["Pay", "XL"], 'story pay "Pay" | 8'],
    ["lozenges", ["Story", "SP", "Prio"], ["Pay", status("5"), status("HIGH")], 'story pay "Pay" | 5 high'],
    ["keycaps", ["Story", "SP"], ["Pay", "5️⃣"], 'story pay "Pay" | 5'],
    ["a title with values", ["ID", "Story", "Team"], ["US-1", "Pay (5 SP, P1)", "A"], 'story US-1 "Pay" | 5 high'],
    ["kinds in front of titles", ["Item", "SP"], ["Enabler: Pay", "5"], 'enabler pay "Pay" | 5'],
    ["kind lozenges", ["Item", "SP"], [`Pay ${status("ENABLER")}`, "5"], 'enabler pay "Pay" | 5'],
  ])("reads %s", (_name, header, row, item) => {
    expect(outline(table(header, row))).toEqual([item]);
  });

  it("takes an “As a …, I want …” sentence for the title only where there is no other", () => {
    const sentence = "As a buyer, I want to pay, so that I get my goods.";
    expect(outline(table(["ID", "User story", "SP"], ["US-1", sentence, "3"]))).toEqual([
      `story US-1 "${sentence}" | 3`,
    ]);
    expect(itemsOf(table(["ID", "Title", "User story", "SP"], ["US-1", "Pay", sentence, "3"]))).toMatchObject([
      { title: "Pay", description: sentence },
    ]);
    expect(outline(table(["#", "What they say", "Prio"], ["1", sentence, "P1"]))).toHaveLength(1);
  });

  it("takes the first line of a cell for the title and the rest for its fields", () => {
    expect(
      itemsOf(
        table(
          ["Story", "SP"],
          [lines("<strong>Pay by card</strong>", "Customers ask for it.", "AC:") + list("one", "two"), "3"],
          ["US-2<br />Sell<br />Priority: High", "5"],
          ["US-3: Rent", "1"],
        ),
      ),
    ).toMatchObject([
      {
        title: "Pay by card",
        description: "Customers ask for it.",
        acceptanceCriteria: ["one", "two"],
        storyPoints: 3,
      },
      { key: "US-2", title: "Sell", priority: "high", storyPoints: 5 },
      { key: "US-3", title: "Rent", storyPoints: 1 },
    ]);
  });

  it("reads rows of the kinds that they name", () => {
    expect(
      outline(
        table(
          ["Type", "ID", "Title", "Parent", "SP"],
          ["Epic", "E-1", "A", "", ""],
          ["Feature", "F-1", "B", "E-1", ""],
          ["Enabler feature", "F-2", "C", "E-1", ""],
          ["User story", "S-1", "D", "F-1", "3"],
          ["Spike", "S-2", "E", "F-2", "1"],
          ["NFR", "S-3", "F", "F-2", ""],
        ),
      ),
    ).toEqual([
      'epic E-1 "A"',
      'feature F-1 "B" < E-1',
      'enabler F-2 "C" < E-1',
      'story S-1 "D" < F-1 | 3',
      'enabler S-2 "E" < F-2 | 1 exploration',
      'enabler S-3 "F" < F-2 | compliance',
    ]);
  });

  it("leaves out rows of other kinds", () => {
    const kinds = [
      "Milestone",
      "Risk",
      "Objective",
      "Decision",
      "Meilenstein",
      "Risiko",
      "Jalon",
      "Risque",
      "Hito",
      "Riesgo",
    ];
    expect(
      outline(
        table(
          ["ID", "Type", "Title", "SP"],
          ["X-0", "Story", "Pay", "3"],
          ...kinds.map((kind, n) => [`X-${n + 1}`, kind, `Title of ${kind}`, "5"]),
        ),
      ),
    ).toEqual(['story X-0 "Pay" | 3']);
  });

  it.each([
    ["M", "S", "C", ["high", "medium", "low"]],
    ["H", "M", "L", ["high", "medium", "low"]],
    ["h", "h", "l", ["high", "high", "low"]],
    ["A", "M", "B", ["high", "medium", "low"]],
  ])("reads the letters %s, %s and %s of a priority column", (first, second, third, priorities) => {
    expect(
      itemsOf(table(["Story", "SP", "Prio"], ["A", "1", first], ["B", "1", second], ["C", "1", third])).map(
        (item) => item.priority,
      ),
    ).toEqual(priorities);
  });

  it("leaves out rows with the letter W among M, S and C", () => {
    expect(
      itemsOf(table(["Story", "SP", "MoSCoW"], ["A", "1", "M"], ["B", "1", "W"], ["C", "1", "C"])).map(
        (it) => it.title,
      ),
    ).toEqual(["A", "C"]);
  });

  it("takes no priority from a letter that could mean two things", () => {
    expect(itemsOf(table(["Story", "SP", "Prio"], ["A", "1", "M"], ["B", "1", ""]))[0]?.priority).toBeNull();
  });

  it("takes no estimate from days, ranges and questions, no id from row numbers", () => {
    expect(
      outline(
        table(
          ["#", "Story", "Effort (days)", "SP", "WSJF"],
          ["1", "A", "3", "?", "8"],
          ["2", "B", "5", "3–5", "9"],
          ["3", "C", "1", "TBD", "7"],
          ["4", "D", "1", "", "7"],
        ),
      ),
    ).toEqual(['story a "A"', 'story b "B"', 'story c "C"', 'story d "D"']);
  });

  it("takes no criteria from notes, nor a dependency from what is related", () => {
    expect(
      outline(
        table(
          ["ID", "Story", "SP", "Notes", "Related to", "Definition of done"],
          ["US-1", "A", "3", list("ask Jo"), "", "tested"],
          ["US-2", "B", "3", "later", "US-1", "tested"],
        ),
      ),
    ).toEqual(['story US-1 "A" | 3', 'story US-2 "B" | 3']);
  });

  it("writes out ranges of ids", () => {
    expect(
      outline(
        table(
          ["ID", "Story", "Depends on"],
          ["US-1", "A", "none"],
          ["US-2", "B", "–"],
          ["US-3", "C", ""],
          ["US-4", "D", "US-1 to US-3"],
        ),
      ).at(-1),
    ).toBe('story US-4 "D" | needs US-1, US-2, US-3');
  });

  it("reads a header that is not the first row", () => {
    expect(
      outline(table(["Team Falcon", "", ""], ["ID", "Story", "SP"], ["US-1", "Pay", "3"], ["US-2", "Sell", "5"])),
    ).toEqual(['story US-1 "Pay" | 3', 'story US-2 "Sell" | 5']);
  });
});

describe("story-table: parents", () => {
  it("takes each value of an epic or feature column for one item", () => {
    expect(
      outline(
        table(["Epic", "Feature", "Story", "SP"], ["X", "Y", "A", "3"], ["X", "Y", "B", "M"], ["X", "Z", "C", "?"]),
      ),
    ).toEqual([
      'epic x "X"',
      'feature y "Y" < x',
      'story a "A" < y | 3',
      'story b "B" < y | 3',
      'feature z "Z" < x',
      'story c "C" < z',
    ]);
  });

  it("takes a merged cell for one item", () => {
    const rows = table(["Feature", "Story", "SP"], ["F-1 Pay", "A", "3"], ["B", "5"], ["F-2 Sell", "C", "1"]).replace(
      "<td>F-1 Pay</td>",
      '<td rowspan="2">F-1 Pay</td>',
    );
    expect(outline(rows)).toEqual([
      'feature F-1 "Pay"',
      'story a "A" < F-1 | 3',
      'story b "B" < F-1 | 5',
      'feature F-2 "Sell"',
      'story c "C" < F-2 | 1',
    ]);
  });

  it("takes enablers in such a column for enablers of that rank", () => {
    expect(
      outline(table(["Feature", "Story", "SP"], [`Platform ${status("ENABLER")}`, "A", "3"], ["Shop", "B", "3"])),
    ).toEqual([
      'enabler platform "Platform" | architecture',
      'story a "A" < platform | 3',
      'feature shop "Shop"',
      'story b "B" < shop | 3',
    ]);
  });

  it("takes ids in such a column for references, whatever stands between", () => {
    expect(
      outline(
        `<h2>Feature F-1: Pay</h2><h2>Feature F-2: Sell</h2><h1>Stories</h1>${table(["ID", "Story", "Feature", "SP"], ["US-1", "A", "F-2", "3"], ["US-2", "B", "F-1", "3"], ["US-3", "C", "", "3"])}`,
      ),
    ).toEqual([
      'feature F-1 "Pay"',
      'feature F-2 "Sell"',
      'story US-1 "A" < F-2 | 3',
      'story US-2 "B" < F-1 | 3',
      'story US-3 "C" | 3',
    ]);
  });

  it("takes a feature column that holds nothing but different ids for the ids of its rows", () => {
    expect(outline(table(["Feature", "Name", "SP"], ["F-1", "Pay", "20"], ["F-2", "Sell", "40"]))).toEqual([
      'feature F-1 "Pay" | 20',
      'feature F-2 "Sell" | 40',
    ]);
  });

  it("places rows by their kinds and under rows that span the table", () => {
    expect(
      outline(
        withSpans(
          3,
          table(
            ["ID", "Story", "SP"],
            ["↔Epic: A", "", ""],
            ["↔Feature F-1: B", "", ""],
            ["US-1", "C", "3"],
            ["↔Feature F-2: D", "", ""],
            ["US-2", "E", "1"],
            ["↔Second half", "", ""],
            ["US-3", "F", "1"],
          ),
        ),
      ),
    ).toEqual([
      'epic a "A"',
      'feature F-1 "B" < a',
      'story US-1 "C" < F-1 | 3',
      'feature F-2 "D" < a',
      'story US-2 "E" < F-2 | 1',
      'story US-3 "F" < F-2 | 1',
    ]);
  });

  it("reads lists in a column of stories beside their feature", () => {
    expect(
      outline(
        table(
          ["Feature", "Priority", "Stories"],
          ["F-1 Pay", "Must", list("US-1 By card (3 SP)", "US-2 By invoice (5 SP)")],
          ["F-2 Sell", "Could", list("Plain title", `Beacon ${status("ENABLER")}`)],
        ),
      ),
    ).toEqual([
      'feature F-1 "Pay" | high',
      'story US-1 "By card" < F-1 | 3',
      'story US-2 "By invoice" < F-1 | 5',
      'feature F-2 "Sell" | low',
      'story plain-title "Plain title" < F-2',
      'enabler beacon "Beacon" < F-2',
    ]);
  });

  it("places a table's items under the heading above", () => {
    const rows = table(["ID", "Story", "SP"], ["US-1", "A", "3"]);
    expect(outline(`<h1>Epic: E</h1><h2>Feature: F</h2>${rows}<h2>Feature: G</h2>`)).toEqual([
      'epic e "E"',
      'feature f "F" < e',
      'story US-1 "A" < f | 3',
      'feature g "G" < e',
    ]);
  });
});

describe("story-table: a page in Spanish", () => {
  it("is read like one in English", () => {
    expect(
      outline(
        `<h1>Épica: Pagos</h1>${table(["Clave", "Historia de usuario", "Prioridad", "Puntos", "Depende de"], ["PG-1", "Como cliente, quiero pagar para ahorrar tiempo.", "Bloqueante", "5", "ninguna"], ["PG-2", "Habilitador: Entorno de pruebas", "Media", "por estimar", "PG-1"], ["PG-3", "Otra", "Cancelada", "1", ""])}`,
      ),
    ).toEqual([
      'epic pagos "Pagos"',
      'story PG-1 "Como cliente, quiero pagar para ahorrar tiempo." < pagos | 5 urgent',
      'enabler PG-2 "Entorno de pruebas" < pagos | medium infrastructure | needs PG-1',
    ]);
  });
});
