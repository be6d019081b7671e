import { describe, expect, it } from "vitest";
import { itemsOf, lines, list, outline, status } from "../outline.js";

describe("heading-tree: places", () => {
  it("places items by the levels of their headings, skipped levels too", () => {
    expect(outline("<h1>Epic: A</h1><h4>Feature F-1: B</h4><h6>Story: C</h6><h4>Feature F-2: D</h4>")).toEqual([
      'epic a "A"',
      'feature F-1 "B" < a',
      'story c "C" < F-1',
      'feature F-2 "D" < a',
    ]);
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

  it("lets enabler features hold what features hold, and enabler epics what epics hold", () => {
    expect(
      outline(
        "<h1>Enabler Epic: New core</h1><h2>Enabler Feature: Data platform</h2><h3>Story: Load</h3><h3>Enabler: Replay</h3><h2>Feature: Reports</h2><h3>Story: Print</h3>",
      ),
    ).toEqual([
      'enabler new-core "New core"',
      'enabler data-platform "Data platform" < new-core | architecture',
      'story load "Load" < data-platform',
      'enabler replay "Replay" < data-platform',
      'feature reports "Reports" < new-core',
      'story print "Print" < reports',
    ]);
  });

  it("ends an item where a heading of its level says something else", () => {
    expect(outline("<h1>Epic: A</h1><h2>Feature: B</h2><h1>How we work</h1><h2>Story: C</h2>")).toEqual([
      'epic a "A"',
      'feature b "B" < a',
      'story c "C"',
    ]);
  });

  it("keeps a story under the epic of an earlier section out of the next epic", () => {
    expect(outline("<h1>Epic: A</h1><h2>Story: B</h2><h1>Epic: C</h1><h2>Story: D</h2>")).toEqual([
      'epic a "A"',
      'story b "B" < a',
      'epic c "C"',
      'story d "D" < c',
    ]);
  });

  it("keeps apart a feature and a story of the same title", () => {
    expect(outline("<h2>Feature: Login</h2><h3>US-1 Login</h3><h3>US-2 Logout</h3>")).toEqual([
      'feature login "Login"',
      'story US-1 "Login" < login',
      'story US-2 "Logout" < login',
    ]);
  });
});

describe("heading-tree: ways to write a heading", () => {
  it.each([
    ["Feature: Returns", 'feature returns "Returns"'],
    ["Feature – Returns", 'feature returns "Returns"'],
    ["FEATURE | Returns", 'feature returns "Returns"'],
    ["[Feature] Returns", 'feature returns "Returns"'],
    ["🚀 Feature: Returns", 'feature returns "Returns"'],
    ["1.2 Feature: Returns", 'feature returns "Returns"'],
    ["1.2. Feature: Returns", 'feature returns "Returns"'],
    ["2) Feature: Returns", 'feature returns "Returns"'],
    ["2 Feature: Returns", 'feature returns "Returns"'],
    ["Feature 2: Returns", 'feature returns "Returns"'],
    ["Feature #2 – Returns", 'feature returns "Returns"'],
    ["Feature F2: Returns", 'feature F2 "Returns"'],
    ["Feature RET-F2 – Returns", 'feature RET-F2 "Returns"'],
    ["RET-F2 – Feature: Returns", 'feature RET-F2 "Returns"'],
    ["Feature: RET-F2 Returns", 'feature RET-F2 "Returns"'],
    ["Feature: RET-F2: Returns", 'feature RET-F2 "Returns"'],
    ["[RET-F2] Feature: Returns", 'feature RET-F2 "Returns"'],
    ["3 Epic FIS-E1 – Catch reports", 'epic FIS-E1 "Catch reports"'],
    ["Epic: Returns (RET-1)", 'epic RET-1 "Returns"'],
    ["Feature: Returns [RET-F2]", 'feature RET-F2 "Returns"'],
    ["User Story: Returns", 'story returns "Returns"'],
    ["US-12: Returns", 'story US-12 "Returns"'],
    ["[US-12] Returns", 'story US-12 "Returns"'],
    ["Spike: Returns", 'enabler returns "Returns" | exploration'],
    ["NFR: Returns", 'enabler returns "Returns" | compliance'],
    ["[Enabler] Returns", 'enabler returns "Returns"'],
    ["Enabler (architecture): Returns", 'enabler returns "Returns" | architecture'],
    ["Architectural enabler: Returns", 'enabler returns "Returns" | architecture'],
    ["Technical Enabler: Returns", 'enabler returns "Returns"'],
    ["Epos: Rückgaben", 'epic ruckgaben "Rückgaben"'],
    ["Funktion: Rückgaben", 'feature ruckgaben "Rückgaben"'],
    ["Anwendergeschichte: Rückgaben", 'story ruckgaben "Rückgaben"'],
    ["Épopée : Retours", 'epic retours "Retours"'],
    ["Fonctionnalité : Retours", 'feature retours "Retours"'],
    ["Récit : Retours", 'story retours "Retours"'],
    ["Facilitateur : Retours", 'enabler retours "Retours"'],
    ["Étude : Retours", 'enabler retours "Retours" | exploration'],
    ["Épica: Devoluciones", 'epic devoluciones "Devoluciones"'],
    ["Funcionalidad: Devoluciones", 'feature devoluciones "Devoluciones"'],
    ["Historia: Devoluciones", 'story devoluciones "Devoluciones"'],
    ["Habilitador: Devoluciones", 'enabler devoluciones "Devoluciones"'],
    ["Investigación: Devoluciones", 'enabler devoluciones "Devoluciones" | exploration'],
  ])("understands “%s”", (heading, item) => {
    expect(outline(`<h2>${heading}</h2>`)).toEqual([item]);
  });

  it.each([
    ["Story: Pay (5 SP, P1)", "5 high"],
    ["Story: Pay (5)", "5"],
    ["Story: Pay – 5 SP", "5"],
    ["Story: Pay [P0]", "urgent"],
    ["Story: Pay (M)", "3"],
    ["Story: Pay – 5 points – Must", "5 high"],
    ["Story: Pay (5 Punkte, Muss)", "5 high"],
    ["Story: Pay (5 points, Indispensable)", "5 high"],
    ["Story: Pay (5 puntos, Media)", "5 medium"],
    [`Story: Pay ${status("5 SP")}`, "5"],
    [`Story: Pay ${status("5")} ${status("HIGH")}`, "5 high"],
    [`${status("STORY")} Pay ${status("P2")}`, "medium"],
    [`Story: Pay ${status("IN PROGRESS")}`, ""],
    ["Story: Pay (TBD)", ""],
    ["Story: Pay (3–5 SP)", ""],
    ["Story: Pay (timebox: 3 days)", ""],
  ])("takes the values off “%s”", (heading, values) => {
    expect(outline(`<h3>${heading}</h3>`)).toEqual([`story pay "Pay"${values && ` | ${values}`}`]);
  });

  it.each([
    [`${status("ENABLER")} Beacon`, "Beacon", null],
    [`Beacon ${status("ENABLER: COMPLIANCE")}`, "Beacon", "compliance"],
    [`Enabler: Beacon ${status("INFRASTRUCTURE")}`, "Beacon", "infrastructure"],
    [`Beacon ${status("SPIKE")}`, "Beacon", "exploration"],
  ])("takes kinds and enabler types from lozenges: %s", (heading, title, enablerType) => {
    expect(itemsOf(`<h3>${heading}</h3>`)).toMatchObject([{ kind: "enabler", title, enablerType }]);
  });

  it("keeps brackets and dashes that are no values in the title", () => {
    expect(
      itemsOf(
        "<h3>Story: Crash alerts (eCall)</h3><h3>Story: Switch (phase 2)</h3><h3>Story: Sell – and rent</h3>",
      ).map((item) => item.title),
    ).toEqual(["Crash alerts (eCall)", "Switch (phase 2)", "Sell – and rent"]);
  });

  it("takes an id in brackets for the epic's own, unless another item has it: then it is the parent's", () => {
    expect(
      outline("<h1>Epic: Returns (RET-1)</h1><h2>Feature RET-2: Labels</h2><h1>Next</h1><h2>Story: Print (RET-2)</h2>"),
    ).toEqual(['epic RET-1 "Returns"', 'feature RET-2 "Labels" < RET-1', 'story print "Print" < RET-2']);
  });

  it("loses no item where two name the same id in brackets", () => {
    expect(
      outline(
        "<h1>Epic: Returns (RET-1)</h1><h2>Feature: Labels (RET-2)</h2><h1>Next</h1><h2>Story: Print (RET-2)</h2>",
      ),
    ).toEqual(['epic RET-1 "Returns"', 'feature RET-2 "Labels" < RET-1', 'story print "Print" < RET-2']);
  });

  it("takes numbers after a kind for no id, but as a name in dependencies", () => {
    expect(
      outline("<h2>Feature 1: A</h2><h3>Story 1.1: B</h3><h3>Story 1.2: C</h3><p>Depends on: Story 1.1</p>"),
    ).toEqual(['feature a "A"', 'story b "B" < a', 'story c "C" < a | needs b']);
  });

  it("takes numbers in front of ids for the numbers of headings", () => {
    expect(
      outline("<h1>1 Epic: A</h1><h2>1.1 FIS-11 Log in</h2><h2>1.2 FIS-12 Log out</h2><h2>1.3 How to test</h2>"),
    ).toEqual(['epic a "A"', 'story FIS-11 "Log in" < a', 'story FIS-12 "Log out" < a']);
  });

  it("numbers items of the same title", () => {
    expect(outline("<h2>Feature: A</h2><h3>Story: Tests</h3><h2>Feature: B</h2><h3>Story: Tests</h3>")).toEqual([
      'feature a "A"',
      'story tests "Tests" < a',
      'feature b "B"',
      'story tests-2 "Tests" < b',
    ]);
  });
});

describe("heading-tree: headings that group", () => {
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

  it.each(["Must have", "Muss", "Indispensable", "Imprescindible", "P1"])("reads the priority of “%s”", (heading) => {
    expect(outline(`<h2>${heading}</h2><h3>Story: A</h3>`)).toEqual(['story a "A" | high']);
  });

  it.each(["Enablers", "Technical enablers", "Technische Enabler", "Facilitateurs", "Habilitadores"])(
    "reads the kind of “%s”",
    (heading) => {
      expect(outline(`<h2>${heading}</h2>${list("Blue widget (3 SP)")}`)).toEqual([
        'enabler blue-widget "Blue widget" | 3',
      ]);
    },
  );

  it.each(["Second wave", "Team Falcon", "Iteration 2", "Technical", "Backlog", "Features"])(
    "takes “%s” for no item: what stands under it belongs to the next item above",
    (heading) => {
      expect(outline(`<h1>Epic: A</h1><h2>${heading}</h2><h3>Feature: B</h3>`)).toEqual([
        'epic a "A"',
        'feature b "B" < a',
      ]);
    },
  );

  it("does not hand the priority of an item to the items under it", () => {
    expect(outline("<h2>Feature: A (P0)</h2><h3>Story: B</h3>")).toEqual(['feature a "A" | urgent', 'story b "B" < a']);
  });

  it("ends what a grouping heading says with its section", () => {
    expect(outline("<h2>Must have</h2><h3>Story: A</h3><h2>Others</h2><h3>Story: B</h3>")).toEqual([
      'story a "A" | high',
      'story b "B"',
    ]);
  });
});

describe("heading-tree: headings without a kind", () => {
  it("believes one only where its fields bear it out", () => {
    expect(
      outline("<h2>Pay by card</h2><p>Points: 3</p><p>Priority: High</p><h2>About us</h2><p>We are nice.</p>"),
    ).toEqual(['story pay-by-card "Pay by card" | 3 high']);
  });

  it("believes one field under a heading that names the kind", () => {
    expect(outline("<h2>User stories</h2><h3>Pay by card</h3><p>Points: 3</p><h3>Background</h3><p>Text</p>")).toEqual([
      'story pay-by-card "Pay by card" | 3',
    ]);
  });

  it("takes one with items below for a feature", () => {
    expect(
      outline("<h1>Payments</h1><p>Points: 20</p><p>Priority: Must</p><h2>Story: Pay</h2><h2>Story: Refund</h2>"),
    ).toEqual([
      'feature payments "Payments" | 20 high',
      'story pay "Pay" < payments',
      'story refund "Refund" < payments',
    ]);
  });

  it.each([
    ["nothing", "<h1></h1><p>Depends on: US-1</p>Als Kunde möchte ich"],
    ["prose", "<h1>Epic fails of last year</h1><p>An epic, a feature and a story walk into a bar.</p>"],
    ["notes about items", `<h2>Notes</h2>${list("US-1 was discussed", "US-2 came up again")}`],
    ["standards", "<h2>ISO-27001 readiness</h2><h2>ISO-9001</h2><h2>COVID-19 rules</h2>"],
    ["the year", "<h2>2027 in numbers</h2><h2>3 things we learned</h2>"],
    ["sections of risks", `<h1>Risks</h1><h2>Supplier is late</h2>${lines("Priority: High", "Owner: Anna")}`],
    [
      "sections of objectives",
      `<h1>PI objectives</h1><h2>Sell online</h2>${lines("Business value: 8", "Priority: High")}`,
    ],
    ["meetings", "<h1>Feature sync, 3 March</h1><h2>Decisions</h2><p>Priority: P1 goes first.</p>"],
    ["milestones", "<h2>Milestone: Beta</h2><p>Due: 3 March</p>"],
  ])("takes no items from %s", (_name, body) => {
    expect(outline(body)).toEqual([]);
  });
});

describe("heading-tree: a page in French", () => {
  it("is read like one in English", () => {
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
  });
});
