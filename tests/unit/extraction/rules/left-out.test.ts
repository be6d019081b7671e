import { describe, expect, it } from "vitest";
import { itemsOf, lines, list, macro, outline, status, table } from "../outline.js";

describe("left-out", () => {
  it("leaves out what stands under out of scope, up to the next heading", () => {
    expect(outline(`<h2>Out of scope</h2><h3>Story: A</h3>${list("US-1 B (3 SP)")}<h2>Story: C</h2>`)).toEqual([
      'story c "C"',
    ]);
  });

  it.each([
    "Out of scope",
    "Not included in this PI",
    "Parking lot",
    "Won’t do",
    "Won't have (this time)",
    "Non-goals",
    "Rejected",
    "Icebox",
    "🚫 Out of Scope",
    "5. Out of scope",
    "Nicht im Umfang",
    "Wird nicht umgesetzt",
    "Themenspeicher",
    "Hors périmètre",
    "Non inclus",
    "Fuera de alcance",
    "No incluido",
  ])("knows “%s”, as heading, bold line and panel title", (words) => {
    const plan = `${list("US-1 Pay (3 SP)", "US-2 Sell (5 SP)")}<p>As a buyer, I want a discount, so that I save.</p>`;
    const rows = table(["ID", "Story", "SP"], ["US-3", "Rent", "3"]);
    expect(outline(`<h2>${words}</h2>${plan}${rows}<h3>Story: Deep</h3>`)).toEqual([]);
    expect(outline(`<p><strong>${words}</strong></p>${plan}${rows}`)).toEqual([]);
    expect(outline(macro("expand", words, `${plan}${rows}<h3>Story: Deep</h3>`))).toEqual([]);
  });

  it.each(["Scope", "In scope", "What we plan", "Was wir planen", "Périmètre", "Alcance"])(
    "leaves nothing out under “%s”",
    (words) => {
      expect(outline(`<h2>${words}</h2>${list("US-1 Pay (3 SP)", "US-2 Sell (5 SP)")}`)).toHaveLength(2);
    },
  );

  it("leaves out the list after a sentence that says so", () => {
    expect(outline(`<h2>Feature: A</h2><p>Not included:</p>${list("US-1 B (3 SP)", "US-2 C (1 SP)")}`)).toEqual([
      'feature a "A"',
    ]);
  });

  it("leaves nothing out after a sentence that only mentions it", () => {
    const bullets = list("US-1 B (3 SP)", "US-2 C (1 SP)");
    expect(outline(`<h2>Feature: A</h2><p>Payments abroad are out of scope.</p>${bullets}`)).toHaveLength(3);
    expect(outline(`<h2>Feature: A</h2><p>Out of scope: payments abroad</p>${bullets}`)).toHaveLength(3);
  });

  it("ends with the panel that it stands in", () => {
    expect(outline(`${macro("expand", "Out of scope", "<h3>Story: A</h3>")}<h3>Story: B</h3>`)).toEqual([
      'story b "B"',
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
      '<span style="text-decoration: line-through;">US-7 gone too (1 SP)</span>',
    );
    expect(outline(`<h2>Feature: A</h2>${bullets}`)).toEqual([
      'feature a "A"',
      'story US-2 "stays" < a | 5',
      'story US-6 "new name" < a',
    ]);
  });

  it.each([
    "REJECTED Story: Pay",
    "[Rejected] Story: Pay",
    "Cancelled: Story: Pay",
    "Story: Pay (won’t do)",
    "Story: Pay – cancelled",
    "Story: Pay (abgelehnt)",
    "Story: Pay (annulé)",
    "Story: Pay (cancelada)",
    `Story: Pay ${status("REJECTED")}`,
    `Story: Pay ${status("Verworfen")}`,
    `Story: Pay ${status("ABANDONNÉ")}`,
    `Story: Pay ${status("DESCARTADO")}`,
    "<s>Story: Pay</s>",
    "<s>Story: Pay</s> (moved to PI 5)",
    "<del>Story: Pay</del> → see the other team",
  ])("leaves out “%s” with everything under it", (heading) => {
    expect(outline(`<h2>${heading}</h2>${lines("Points: 3", "Priority: High")}${list("Task one")}`)).toEqual([]);
  });

  it.each([
    "❌ Rejected (works council)",
    "Rejected",
    "Won't do",
    "Cancelled – see decision of May",
    "abgelehnt",
    "Annulé",
    "Rechazada",
  ])("leaves out an item whose status is “%s”", (words) => {
    expect(outline(`<h2>Story: Pay</h2><p>Status: ${words}</p><p>Points: 3</p>`)).toEqual([]);
  });

  it.each(["Done", "In progress", "To do", "✅ Done", "Erledigt", "Not started", "Approved (not rejected)"])(
    "keeps an item whose status is “%s”",
    (words) => {
      expect(outline(`<h2>Story: Pay</h2><p>Status: ${words}</p>`)).toEqual(['story pay "Pay"']);
    },
  );

  it.each(["Handle rejected payments", "Show cancelled orders", "Dropped packages report", "Withdrawn consent (3 SP)"])(
    "keeps “%s”: the word is part of the title",
    (title) => {
      expect(outline(`<h2>Story: ${title}</h2>`)).toHaveLength(1);
    },
  );

  it("leaves out what stands under a rejected item", () => {
    expect(outline("<h2>Feature: A</h2><p>Status: Rejected</p><h3>Story: B</h3><h2>Feature: C</h2>")).toEqual([
      'feature c "C"',
    ]);
  });

  it("keeps ticked tasks", () => {
    const tasks =
      "<ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>complete</ac:task-status><ac:task-body>US-1 Pay (3 SP)</ac:task-body></ac:task><ac:task><ac:task-id>2</ac:task-id><ac:task-status>incomplete</ac:task-status><ac:task-body>US-2 Sell (1 SP)</ac:task-body></ac:task></ac:task-list>";
    expect(outline(tasks)).toEqual(['story US-1 "Pay" | 3', 'story US-2 "Sell" | 1']);
  });

  it("replaces a struck value by the one after it, and drops struck words from titles", () => {
    expect(
      itemsOf("<h2>Story: Pay <s>by cheque</s> by card</h2><p>Points: <s>8</s> 5</p><p>Priority: <s>High</s> Low</p>"),
    ).toMatchObject([{ title: "Pay by card", storyPoints: 5, priority: "low" }]);
  });
});
