import { describe, expect, it } from "vitest";
import { readValueLine, takeTrailingValues } from "../../../lib/domain/extraction/trailing-values.js";
import { textOf } from "./outline.js";

const taken = (title: string, isNamed = true) => {
  const values = takeTrailingValues(textOf(title), "story", isNamed);
  return [values.rest.text, values.storyPoints?.value ?? null, values.priority?.value ?? null];
};

describe("takeTrailingValues", () => {
  it.each([
    ["Pay (8 pts, P1)", 8, "high"],
    ["Pay – 3 SP", 3, null],
    ["Pay [P1]", null, "high"],
    ["Pay (3 SP) [Must]", 3, "high"],
    ["Pay — 3 pts — P1", 3, "high"],
    ["Pay | 3 SP | Low", 3, "low"],
    ["Pay · 3 SP · Low", 3, "low"],
    ["Pay (SP: 3; prio: high)", 3, "high"],
    ["Pay (M)", 3, null],
    ["Pay (size L)", 5, null],
    ["Pay (5)", 5, null],
    ["Pay (3 SP).", 3, null],
    ["Pay (TBD)", null, null],
    ["Pay (? SP)", null, null],
    ["Pay (3–5 SP)", null, null],
    ["Pay (timebox: 3 days)", null, null],
    ["Pay (3 SP, Owner: Anna)", 3, null],
    ["Pay (3 SP, P1; US-1 | US-2)", 3, "high"],
    ["Pay (0,5 SP)", 0.5, null],
    ["Pay (3 Punkte, Muss)", 3, "high"],
    ["Pay (3 points, Haute)", 3, "high"],
    ["Pay (3 puntos, Alta)", 3, "high"],
  ])("takes the values off “%s”", (title, points, priority) => {
    expect(taken(title)).toEqual(["Pay", points, priority]);
  });

  it.each([
    "Pay (phase 2)",
    "Pay (eCall)",
    "Pay – and sell",
    "Pay – 3 ways to do it",
    "Pay (2027)",
    "Pay (v2.1)",
    "Pay (see the notes)",
    "Pay by card",
    "Must (be) fast",
  ])("leaves “%s” as it is", (title) => {
    expect(taken(title)).toEqual([title, null, null]);
  });

  it("takes a title in the middle of which values stand as it is, but for those at its end", () => {
    expect(taken("Pay (eCall) (3 SP)")).toEqual(["Pay (eCall)", 3, null]);
    expect(taken("Pay (3 SP) by card")).toEqual(["Pay (3 SP) by card", null, null]);
  });

  it("takes a bare number in brackets for an estimate only behind a name, and only one that teams estimate with", () => {
    expect(taken("Pay (5)", true)).toEqual(["Pay", 5, null]);
    expect(taken("Pay (5)", false)).toEqual(["Pay (5)", null, null]);
    expect(taken("Pay (12)", true)).toEqual(["Pay (12)", null, null]);
    expect(taken("Pay (5 SP)", false)).toEqual(["Pay", 5, null]);
  });

  it("reads what the item needs, blocks and belongs to", () => {
    const values = takeTrailingValues(textOf("Pay (F-1, 3 SP, needs US-3, US-4; blocks US-9)"), "story", true);
    expect(values.rest.text).toBe("Pay");
    expect(values.parentName?.text).toBe("F-1");
    expect(values.dependsOn.map((it) => it.text)).toEqual(["US-3", "US-4"]);
    expect(values.blocks.map((it) => it.text)).toEqual(["US-9"]);
  });

  it.each([
    "depends on US-3",
    "Depends on: US-3",
    "blocked by US-3",
    "hängt ab von US-3",
    "dépend de US-3",
    "depende de US-3",
  ])("reads “%s” in brackets and behind a dash", (words) => {
    for (const title of [`Pay (${words})`, `Pay – ${words}`]) {
      const values = takeTrailingValues(textOf(title), "story", true);
      expect([values.rest.text, values.dependsOn.map((it) => it.text)]).toEqual(["Pay", ["US-3"]]);
    }
  });

  it("takes the type of an enabler off enablers alone", () => {
    expect(takeTrailingValues(textOf("Events (architecture)"), "enabler", true).enablerType?.value).toBe(
      "architecture",
    );
    expect(takeTrailingValues(textOf("Events (architecture)"), "story", true).rest.text).toBe("Events (architecture)");
  });

  it("keeps an estimate that it does not understand for a warning", () => {
    expect(takeTrailingValues(textOf("Pay (3–5 SP)"), "story", true).oddEstimate?.value).toBe("3–5 SP");
  });
});

describe("readValueLine", () => {
  it.each([
    ["PAY-7 · 5 SP", 5, null, "PAY-7"],
    ["5 SP · P1", 5, "high", null],
    ["5 points, Must", 5, "high", null],
    ["PAY-7 | 3 pts | High", 3, "high", "PAY-7"],
  ])("reads “%s”", (line, points, priority, parent) => {
    const values = readValueLine(textOf(line));
    expect([
      values?.storyPoints?.value ?? null,
      values?.priority?.value ?? null,
      values?.parentName?.text ?? null,
    ]).toEqual([points, priority, parent]);
  });

  it.each([
    "We need 5 SP for it, says Anna",
    "3 March",
    "5",
    "High",
    "Anna · Ben",
    "Team Falcon · Iteration 2",
    "See PAY-7",
    "",
    `5 SP · ${"very ".repeat(40)}late`,
  ])("leaves “%s” alone", (line) => {
    expect(readValueLine(textOf(line))).toBeNull();
  });
});
