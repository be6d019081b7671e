import { describe, expect, it } from "vitest";
import { extract } from "../../../lib/domain/extraction/extract.js";
import { itemsOf, list, macro, outline, status, table } from "./outline.js";

describe("heading-tree", () => {
  it("places items by the levels of their headings, skipped levels too", () => {
    expect(outline("<h1>Epic: A</h1><h4>Feature F-1: B</h4><h6>Story: C</h6><h4>Feature F-2: D</h4>")).toEqual([
      'epic a "A"',
      'feature F-1 "B" < a',
      'story c "C" < F-1',
      'feature F-2 "D" < a',
    ]);
  });

  it("takes no item from an empty heading, whatever stands under it", () => {
    expect(outline("<h1></h1><p>Depends on: US-1</p>Als Kunde möchte ich")).toEqual([]);
  });

  it("places items of one heading level by their kinds", () => {
    expect(
      outline("<h2>Epic: A</h2><h2>Feature: B</h2><h2>Story: C</h2><h2>Enabler: D</h2><h2>Feature: E</h2>"),
    ).toEqual(['epic a "A"', 'feature b "B" < a', 'story c "C" < b', 'enabler d "D" < b', 'feature e "E" < a']);
  });

  it("lets an enabler stand where a feature stands", () => {
    expect(outline("<h1>Epic: A</h1><h2>Feature: B</h2><h2>Enabler: C</h2><h3>Story: D</h3>")).toEqual([
      'epic a "A"',
      'feature b "B" < a',
      'enabler c "C" < a',
      'story d "D" < c',
    ]);
  });

  it("hands what a grouping heading says to the items under it", () => {
    expect(
      outline(
        `<h1>Epic: A</h1><h2>P0 – launch</h2><h3>Story: B</h3><h2>Enablers</h2>${list("T-1 Audit of access", "T-2 Pipeline (must)")}`,
      ),
    ).toEqual([
      'epic a "A"',
      'story b "B" < a | urgent',
      'enabler T-1 "Audit of access" < a | compliance',
      'enabler T-2 "Pipeline" < a | high infrastructure',
    ]);
  });

  it("takes numbers after a kind for no id, but as a name in dependencies", () => {
    expect(
      outline("<h2>Feature 1: A</h2><h3>Story 1.1: B</h3><h3>Story 1.2: C</h3><p>Depends on: Story 1.1</p>"),
    ).toEqual(['feature a "A"', 'story b "B" < a', 'story c "C" < a | needs b']);
  });

  it("believes a heading without a kind only where its fields bear it out", () => {
    expect(
      outline("<h2>Pay by card</h2><p>Points: 3</p><p>Priority: High</p><h2>About us</h2><p>We are nice.</p>"),
    ).toEqual(['story pay-by-card "Pay by card" | 3 high']);
  });

  it("keeps apart a feature and a story of the same title", () => {
    expect(outline("<h2>Feature: Login</h2><h3>US-1 Login</h3><h3>US-2 Logout</h3>")).toEqual([
      'feature login "Login"',
      'story US-1 "Login" < login',
      'story US-2 "Logout" < login',
    ]);
  });

  it("does not take notes about items for items", () => {
    expect(outline(`<h2>Notes</h2>${list("US-1 was discussed", "US-2 came up again")}`)).toEqual([]);
  });

  it("does not take a standard or a single number for an id", () => {
    expect(outline("<h2>ISO-27001 readiness</h2><h2>ISO-9001</h2><h2>COVID-19 rules</h2>")).toEqual([]);
  });
});

describe("left-out", () => {
  it("leaves out what stands under out of scope, up to the next heading", () => {
    expect(outline(`<h2>Out of scope</h2><h3>Story: A</h3>${list("US-1 B (3 SP)")}<h2>Story: C</h2>`)).toEqual([
      'story c "C"',
    ]);
  });

  it("leaves out the list after a sentence that says so", () => {
    expect(outline(`<h2>Feature: A</h2><p>Not included:</p>${list("US-1 B (3 SP)", "US-2 C (1 SP)")}`)).toEqual([
      'feature a "A"',
    ]);
  });

  it("leaves out struck, rejected and cancelled items, whatever remark follows", () => {
    const bullets = list(
      "<s>US-1 gone (3 SP)</s> later",
      "US-2 stays (<s>3</s> 5 SP)",
      "US-3 REJECTED thing",
      "US-4 other thing (cancelled)",
      `US-5 ${status("WON'T DO")} thing`,
      "US-6 <del>old</del> new name",
    );
    expect(outline(`<h2>Feature: A</h2>${bullets}`)).toEqual([
      'feature a "A"',
      'story US-2 "stays" < a | 5',
      'story US-6 "new name" < a',
    ]);
  });

  it("leaves out what stands under a rejected item", () => {
    expect(outline("<h2>Feature: A</h2><p>Status: Rejected</p><h3>Story: B</h3><h2>Feature: C</h2>")).toEqual([
      'feature c "C"',
    ]);
  });
});

describe("page-properties", () => {
  it("make the epic that they name the parent of the page's items", () => {
    const properties =
      "<table><tbody><tr><th>Owner</th><td>Anna</td></tr><tr><th>Epic</th><td>RET-1 Returns</td></tr></tbody></table>";
    expect(outline(`${macro("details", "", properties)}<h2>Story: A</h2>`)).toEqual([
      'epic RET-1 "Returns"',
      'story a "A" < RET-1',
    ]);
  });
});

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

  it("does not read titles that nobody sees", () => {
    expect(outline(macro("roadmap", "Epic: A", "<p>text</p>"))).toEqual([]);
  });
});

describe("bold-heading", () => {
  it("reads bold lines as headings, with fields in the lines below", () => {
    expect(
      outline(
        "<p><strong>Epic: A</strong></p><p><strong>Feature: B</strong></p><p><strong>US-1: C</strong><br />Points: 3</p><p><strong>US-2: D</strong></p>" +
          `<p><strong>Out of scope</strong></p>${list("US-3: E")}`,
      ),
    ).toEqual(['epic a "A"', 'feature b "B" < a', 'story US-1 "C" < b | 3', 'story US-2 "D" < b']);
  });
});

describe("plain lines", () => {
  it("introduce items where they end with an estimate", () => {
    expect(outline("<h2>Feature: F</h2><p>US-1: Pay (3 SP)</p><p>US-2: Sell (5 SP)</p><p>US-1 is urgent.</p>")).toEqual(
      ['feature f "F"', 'story US-1 "Pay" < f | 3', 'story US-2 "Sell" < f | 5'],
    );
  });
});

describe("field-lines", () => {
  it("finds the Linear issue that a line of its own names, and keeps the line out of the description", () => {
    const [item] = itemsOf(
      '<h3>Story: A</h3><p>Text</p><p>Linear: <a href="https://linear.app/acme/issue/ENG-7/a">ENG-7</a></p>',
    );
    expect([item?.issueLink, item?.description]).toEqual(["https://linear.app/acme/issue/ENG-7/a", "Text"]);
  });

  it("reads several fields from one line", () => {
    expect(
      outline("<h2>Story US-1: A</h2><h2>Story US-2: B</h2><p>Points: 8, Priority: Must have, Depends on: US-1</p>"),
    ).toEqual(['story US-1 "A"', 'story US-2 "B" | 8 high | needs US-1']);
  });

  it("does not take a timebox, a range or a placeholder for an estimate, and says which it did not understand", () => {
    const body =
      "<h3>Spike: A (timebox: 3 days)</h3><p>Job size: 5</p><h3>Story: B</h3><p>Points: 3–5</p><h3>Story: C</h3><p>Points: TBD</p>";
    expect(outline(body)).toEqual(['enabler a "A" | exploration', 'story b "B"', 'story c "C"']);
    expect(
      extract({ title: "", body })
        .warnings.filter((it) => it.code === "estimate_not_understood")
        .map((it) => it.itemKey),
    ).toEqual(["b"]);
  });

  it("turns “Blocks” around and leaves “Related to” alone", () => {
    expect(outline("<h3>Story US-1: A</h3><p>Blocks: US-2</p><h3>Story US-2: B</h3><p>Related to: US-1</p>")).toEqual([
      'story US-1 "A"',
      'story US-2 "B" | needs US-1',
    ]);
  });
});

describe("awaited-values", () => {
  it("takes tasks, typed lines and lists after a label as criteria", () => {
    expect(
      outline(
        "<h3>Story: A</h3><p>Acceptance criteria:<br />- one<br />• two</p><h3>Story: B</h3><p>AC: one</p><p>AC: two</p>" +
          `<h3>Story: C</h3><p><strong>Acceptance criteria</strong></p><p /><ol><li>one<br />line</li></ol><p>Not a criterion.</p>`,
      ),
    ).toEqual(['story a "A" | one; two', 'story b "B" | one; two', 'story c "C" | one line']);
  });

  it("makes one criterion of each scenario", () => {
    expect(
      itemsOf(
        "<h3>Story: A</h3><p>Acceptance criteria</p><p>Given a</p><p>When b</p><p>Then c</p><p>Given d</p><p>Then e</p>",
      )[0]?.acceptanceCriteria,
    ).toEqual(["Given a When b Then c", "Given d Then e"]);
  });

  it("reads a list of dependencies", () => {
    expect(
      outline(`<h3>Story US-1: A</h3><h3>Story US-2: B</h3><p>Depends on:</p>${list("US-1", "Something else")}`)[1],
    ).toBe('story US-2 "B" | needs US-1');
  });
});

describe("dependency-sentences", () => {
  it("connect items, also in a list of their own", () => {
    expect(
      outline(`<h3>Story US-1: A</h3><h3>Story US-2: B</h3><h1>Dependencies</h1>${list("US-2 is blocked by US-1")}`),
    ).toEqual(['story US-1 "A"', 'story US-2 "B" | needs US-1']);
  });

  it("report items that wait for each other", () => {
    const { items, warnings } = extract({
      title: "",
      body: "<h3>Story US-1: A</h3><p>Depends on: US-2</p><p>AC: x</p><h3>Story US-2: B</h3><p>Depends on: US-1, US-9</p><p>AC: x</p>",
    });
    expect(items.map((item) => item.dependsOn)).toEqual([["US-2"], ["US-1"]]);
    expect(warnings.map((warning) => warning.code)).toEqual(["unknown_dependency", "dependency_cycle"]);
  });
});

describe("dependency-table", () => {
  it("connects items by id and by title", () => {
    expect(
      outline(
        `<h3>Story US-1: A</h3><h3>Story US-2: Long name, with comma</h3>${table(["Needing story", "Needs"], ["Long name, with comma", "US-1"])}`,
      )[1],
    ).toBe('story US-2 "Long name, with comma" | needs US-1');
  });
});

describe("field-table", () => {
  it("fills the item that it stands under, or introduces one", () => {
    const rows = (...cells: [string, string][]) =>
      `<table><tbody>${cells.map(([label, value]) => `<tr><th>${label}</th><td>${value}</td></tr>`).join("")}</tbody></table>`;
    expect(
      outline(
        `<h2>Feature: F</h2>${rows(["ID", "US-1"], ["Title", "Pay"], ["Points", "3"])}` +
          `<h3>Story US-2: Sell</h3>${rows(["Priority", "High"], ["Acceptance criteria", list("a", "b")])}`,
      ),
    ).toEqual(['feature f "F"', 'story US-1 "Pay" < f | 3', 'story US-2 "Sell" < f | high | a; b']);
  });
});

describe("story-table", () => {
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

  it("leaves out totals, repeated headers, rejected rows and what a spanning row rules out", () => {
    const rows = table(
      ["ID", "Story", "SP", "Status"],
      ["US-1", "A", "3", status("Done")],
      ["US-2", "B", "3", status("Rejected")],
      ["ID", "Story", "SP", "Status"],
    );
    const spanning =
      '<tr><td colspan="4">Out of scope</td></tr><tr><td>US-3</td><td>C</td><td>1</td><td></td></tr><tr><td></td><td>Total</td><td>7</td><td></td></tr>';
    expect(outline(rows.replace("</tbody>", `${spanning}</tbody>`))).toEqual(['story US-1 "A" | 3']);
  });

  it("keeps apart two rows with the same id, and says so", () => {
    const { items, warnings } = extract({
      title: "",
      body: table(["ID", "Story", "AC"], ["US-1", "A", "x"], ["US-1", "B", "x"]),
    });
    expect(items.map((item) => item.key)).toEqual(["US-1", "US-1-2"]);
    expect(warnings.map((warning) => warning.code)).toEqual(["duplicate_id"]);
  });

  it("finds the Linear issue that a row links to, outside its dependencies", () => {
    const link = (id: string) => `<a href="https://linear.app/acme/issue/${id}/slug">${id}</a>`;
    const items = itemsOf(
      table(
        ["Story", "SP", "Linear", "Depends on"],
        [`Sell ${link("ENG-1")}`, "3", "", ""],
        ["Rent", "3", link("ENG-2"), link("ENG-1")],
        ["Buy", "1", "", link("ENG-2")],
      ),
    );
    expect(items.map((item) => [item.title, item.issueLink])).toEqual([
      ["Sell", "https://linear.app/acme/issue/ENG-1/slug"],
      ["Rent", "https://linear.app/acme/issue/ENG-2/slug"],
      ["Buy", null],
    ]);
  });

  it("does not read tables of risks, questions, people or meanings", () => {
    expect(
      outline(
        table(["Risk", "Priority", "Owner"], ["R-1 Late", "High", "A"]) +
          table(["Name", "Role"], ["Anna", "PO"]) +
          table(["Priority", "Meaning"], ["P0", "now"]),
      ),
    ).toEqual([]);
  });
});

describe("cell-lists", () => {
  it("reads lists in the cells of a table that is only a frame", () => {
    const frame = table(["Iteration 1", "Iteration 2"], [list("US-1 A (3 SP)"), list("US-2 B (F-1, 5 SP)")]);
    expect(outline(`<h2>Feature F-1: X</h2><h2>Feature F-2: Y</h2>${frame}`).slice(2)).toEqual([
      'story US-1 "A" < F-2 | 3',
      'story US-2 "B" < F-1 | 5',
    ]);
  });
});

describe("list-tree", () => {
  it("tells items, fields, notes and groups apart", () => {
    const bullets = list(
      `<p><strong>Feature: F</strong></p>${list(`A (3 pts, P1)${list("AC: one", "Note: two", "Owner: Tiago")}`, "B (1 pt)", "Guide")}`,
      `Later iterations${list("Story: C")}`,
    );
    expect(outline(bullets)).toEqual([
      'feature f "F"',
      'story a "A" < f | 3 high | one',
      'story b "B" < f | 1',
      'story guide "Guide" < f',
      'story c "C"',
    ]);
    expect(itemsOf(bullets)[1]?.description).toBe("Note: two");
  });

  it("leaves brackets that are no values in the title", () => {
    expect(outline(list("Story: Crash alerts (eCall) (3 SP)", "Story: Switch (phase 2)"))).toEqual([
      'story crash-alerts-ecall "Crash alerts (eCall)" | 3',
      'story switch-phase-2 "Switch (phase 2)"',
    ]);
  });

  it("does not read plain bullets of other sections", () => {
    expect(
      outline(
        `<h2>Goals</h2>${list("Happy people", "As a team, we want to win. (5 SP)")}<h2>Who was there</h2>${list("Anna (product)")}`,
      ),
    ).toEqual([]);
  });
});

describe("items that stand on the page twice", () => {
  it("are one item with the fields of both places", () => {
    expect(
      outline(
        `<h1>Stories</h1>${table(["Title", "SP", "Prio"], ["Pay by card", "3", "High"])}<h1>Details</h1><h2>Pay by card</h2><p>Acceptance criteria:</p>${list("x")}`,
      ),
    ).toEqual(['story pay-by-card "Pay by card" | 3 high | x']);
  });
});

describe("French and Spanish", () => {
  it("are read like English and German", () => {
    expect(
      outline(
        "<h1>Épopée : Paiement</h1><p><strong>Priorité :</strong> Indispensable</p><h2>Fonctionnalité : Carte</h2><h3>Récit US-1 : Payer</h3>" +
          `<p>Estimation : 5<br/>Dépend de : US-2</p><p>Critères d’acceptation :</p>${list("Deux secondes")}<h3>Étude US-2 : Quel prestataire ?</h3><p>Points : à estimer</p>` +
          `<h1>Hors périmètre</h1>${list("US-9 : Chèques")}`,
      ),
    ).toEqual([
      'epic paiement "Paiement" | high',
      'feature carte "Carte" < paiement',
      'story US-1 "Payer" < carte | 5 | Deux secondes | needs US-2',
      'enabler US-2 "Quel prestataire ?" < carte | exploration',
    ]);
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
