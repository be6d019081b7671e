import { describe, expect, it } from "vitest";
import { itemsOf, lines, list, outline, status } from "../outline.js";

describe("list-tree: items", () => {
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

  it("places bullets by their depth", () => {
    expect(
      outline(
        list(
          `Epic: A${list(`Feature: B${list("Story: C", "Enabler: D")}`, `Feature: E${list("Story: F")}`)}`,
          `Epic: G${list("Story: H")}`,
        ),
      ),
    ).toEqual([
      'epic a "A"',
      'feature b "B" < a',
      'story c "C" < b',
      'enabler d "D" < b',
      'feature e "E" < a',
      'story f "F" < e',
      'epic g "G"',
      'story h "H" < g',
    ]);
  });

  it.each([
    ["US-1 Pay (3 SP, P1)", "3 high"],
    ["US-1: Pay – 3 SP", "3"],
    ["US-1 – Pay – 3 points – Must", "3 high"],
    ["[US-1] Pay — 3 pts — P1", "3 high"],
    ["<strong>US-1</strong> Pay (3 SP)", "3"],
    ["<strong>US-1 Pay</strong> · 3 SP · High", "3 high"],
    ["US-1 | Pay | 3 SP | P1", "3 high"],
    ["US-1 Pay [P0]", "urgent"],
    ["US-1 Pay (S)", "2"],
    ["US-1 Pay (8)", "8"],
    [`US-1 Pay ${status("8 SP")} ${status("LOW")}`, "8 low"],
    ["US-1 Pay (3 Punkte, Muss)", "3 high"],
    ["US-1 Pay (3 points, Haute)", "3 high"],
    ["US-1 Pay (3 puntos, Alta)", "3 high"],
    ["✅ US-1 Pay (3 SP)", "3"],
    ["US-1 Pay (TBD)", ""],
    ["US-1 Pay (3–5 SP)", ""],
    ["US-1 Pay (2 days)", ""],
  ])("reads “%s”", (bullet, values) => {
    expect(outline(list(bullet, "US-2 Sell"))[0]).toBe(`story US-1 "Pay"${values && ` | ${values}`}`);
  });

  it("reads ids that a bullet needs behind dashes and in brackets", () => {
    expect(
      outline(
        list(
          "[EN-1] Beacon — 8 pts",
          "[US-3] Cart — 2 pts",
          "[US-12] Title — 3 pts — P1 — needs [US-3], [EN-1]",
          "US-13 Pay (5 SP, depends on US-12)",
          "US-14 Sell (5 SP; blocks US-3)",
        ),
      ),
    ).toEqual([
      'story EN-1 "Beacon" | 8',
      'story US-3 "Cart" | 2 | needs US-14',
      'story US-12 "Title" | 3 high | needs US-3, EN-1',
      'story US-13 "Pay" | 5 | needs US-12',
      'story US-14 "Sell" | 5',
    ]);
  });

  it("reads sentences of stories", () => {
    const sentences = [
      "As a buyer, I want to pay by card, so that it is quick.",
      "Als Kundin möchte ich zahlen, damit es schnell geht.",
      "En tant que client, je veux payer afin de gagner du temps.",
      "Como cliente, quiero pagar para ahorrar tiempo.",
    ];
    expect(itemsOf(`<h2>Feature: F</h2>${list(...sentences)}`).map((item) => item.title)).toEqual(["F", ...sentences]);
  });

  it("takes the lines and bullets below a bullet for its fields", () => {
    expect(
      outline(
        list(
          `US-1 Pay${list("3 SP", "Priority: High", `Acceptance criteria${list("one", "two")}`)}`,
          `US-2 Sell<br />Points: 5<br />Depends on: US-1`,
        ),
      ),
    ).toEqual(['story US-1 "Pay" | 3 high | one; two', 'story US-2 "Sell" | 5 | needs US-1']);
  });

  it("keeps plain bullets below a story in its description: they are no stories", () => {
    const [item, ...others] = itemsOf(list(`Story: Pay (3 SP)${list("by card", "by invoice (2 days)")}`));
    expect([others, item?.description, item?.acceptanceCriteria]).toEqual([[], "by card\n\nby invoice (2 days)", []]);
  });

  it("takes plain bullets under a feature for stories where most others are", () => {
    expect(outline(`<h2>Feature: F</h2>${list("Pay (3 SP)", "Sell (5 SP)", "Rent")}`)).toEqual([
      'feature f "F"',
      'story pay "Pay" < f | 3',
      'story sell "Sell" < f | 5',
      'story rent "Rent" < f',
    ]);
  });

  it("takes plain bullets under a heading that says so for items", () => {
    expect(outline(`<h2>Feature: F</h2><h3>Enablers</h3>${list("Beacon", "Spike: Which beacon?")}`)).toEqual([
      'feature f "F"',
      'enabler beacon "Beacon" < f',
      'enabler which-beacon "Which beacon?" < f | exploration',
    ]);
  });

  it("takes a bullet that groups for no item, but for what it says", () => {
    expect(
      outline(`<h2>Feature: F</h2>${list(`Must have${list("A (1 SP)", "B (1 SP)")}`, `Enablers${list("C (1 SP)")}`)}`),
    ).toEqual(['feature f "F"', 'story a "A" < f | 1 high', 'story b "B" < f | 1 high', 'enabler c "C" < f | 1']);
  });

  it("leaves out a bullet that rules out what is below", () => {
    expect(outline(`<h2>Feature: F</h2>${list("A (1 SP)", `Out of scope${list("B (1 SP)", "Story: C")}`)}`)).toEqual([
      'feature f "F"',
      'story a "A" < f | 1',
    ]);
  });

  it("leaves brackets that are no values in the title", () => {
    expect(outline(list("Story: Crash alerts (eCall) (3 SP)", "Story: Switch (phase 2)"))).toEqual([
      'story crash-alerts-ecall "Crash alerts (eCall)" | 3',
      'story switch-phase-2 "Switch (phase 2)"',
    ]);
  });

  it("keeps the same title under two features apart", () => {
    expect(
      outline(
        list(`Feature: A${list("Tests (1 SP)", "Pay (1 SP)")}`, `Feature: B${list("Tests (2 SP)", "Sell (1 SP)")}`),
      ),
    ).toEqual([
      'feature a "A"',
      'story tests "Tests" < a | 1',
      'story pay "Pay" < a | 1',
      'feature b "B"',
      'story tests-2 "Tests" < b | 2',
      'story sell "Sell" < b | 1',
    ]);
  });
});

describe("list-tree: lists of something else", () => {
  it.each([
    ["goals", `<h2>Goals</h2>${list("Happy people", "As a team, we want to win. (5 SP)")}`],
    ["people", `<h2>Who was there</h2>${list("Anna (product)", "Ben (3 days)")}`],
    ["plain bullets", list("Happy people", "Cheap goods")],
    ["bare numbers", list("Rooms (5)", "Chairs (13)", "Teams (3)")],
    ["prose about kinds", list("An epic holds features", "A story has an estimate", "Stories are small")],
    ["links", list('<a href="https://example.com">Epic guide</a>', '<a href="https://example.com">Story map</a>')],
    ["dates", list("3 March: feature freeze", "10 March: release")],
    ["risks", `<h2>ROAM risks</h2>${list("R-1 Supplier is late (high)", "R-2 Costs (low)")}`],
    ["open questions", `<h2>Open questions</h2>${list("Q-1 Who pays?", "Q-2 Who tests US-1?")}`],
    ["a definition of done", `<h2>Definition of Done</h2>${list("Story is tested", "NFR: checked")}`],
    ["actions", `<h2>Next steps</h2>${list("Anna: write US-7 (2 SP)", "Ben: estimate US-8")}`],
    ["decisions", `<h2>Entscheidungen</h2>${list("US-7 kommt zuerst", "US-8 danach")}`],
    ["assumptions", `<h2>Hypothèses</h2>${list("Le client paie (5 points)", "US-8 est prête")}`],
    ["objectives", `<h2>Objetivos</h2>${list("Vender (5 puntos)", "Alquilar (3 puntos)")}`],
    ["a legend", `<h2>Legend</h2>${list("P0: now", "Enabler: technical work")}`],
    ["milestones", list("Milestone: Beta (3 March)", "Milestone: Launch")],
    [
      "the prose of a feature's section",
      `<h2>Ways of working</h2>${list("Stories are written by Anna", "Points are Fibonacci numbers")}`,
    ],
  ])("takes no items from %s", (_name, body) => {
    expect(outline(body)).toEqual([]);
  });

  it("takes no items from notes below a feature", () => {
    expect(itemsOf(`<h2>Feature: F</h2>${lines("It helps.")}${list("saves money", "saves time")}`)).toMatchObject([
      { title: "F", acceptanceCriteria: [] },
    ]);
  });
});
