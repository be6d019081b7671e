import { describe, expect, it } from "vitest";
import {
  continuesScenario,
  looksLikeCriterion,
  readCriteria,
  readCriteriaLines,
  readCriterion,
} from "../../../lib/domain/extraction/criteria.js";
import { blocksOf, lines, list, macro, textOf } from "./outline.js";

const criteriaIn = (body: string) => readCriteria(blocksOf(body)).map((criterion) => criterion.value);

describe("readCriteria", () => {
  it.each([
    ["a list", list("one", "two")],
    ["typed dashes", lines("- one", "- two")],
    ["typed lines", "<p>• one<br />– two</p>"],
    ["numbers", lines("1. one", "2) two")],
    ["letters", lines("a) one", "(b) two")],
    ["ticks", lines("✔ one", "☐ two")],
    ["labels", lines("AC: one", "AC 2: two")],
    ["long labels", lines("Acceptance criteria: one", "Acceptance: two")],
    ["German labels", lines("AK: one", "AK2: two")],
    ["a line and a list", `<p>one</p>${list("two")}`],
    ["a panel", macro("panel", "", lines("one", "two"))],
    ["bullets below bullets", list(`one${list("two")}`)],
    ["empty bullets", list("one", "", "–", "two")],
  ])("reads %s", (_name, body) => {
    expect(criteriaIn(body)).toEqual(["one", "two"]);
  });

  it("makes one criterion of a bullet with several lines or paragraphs", () => {
    expect(criteriaIn(list("Given a<br />When b<br />Then c", lines("one", "more")))).toEqual([
      "Given a When b Then c",
      "one more",
    ]);
  });

  it("makes one criterion of each scenario", () => {
    expect(
      criteriaIn(lines("Scenario: pay", "Given a", "And b", "When c", "Then d", "But e", "Given f", "Then g")),
    ).toEqual(["Scenario: pay Given a And b When c Then d But e", "Given f Then g"]);
  });

  it("keeps numbers, dashes and colons that belong to the words", () => {
    const words = ["3 tries are allowed", "2027-01-01 is the last day", "Hint: shown once", "a b c"];
    expect(criteriaIn(list(...words))).toEqual(words);
  });

  it("drops struck words and struck bullets", () => {
    expect(criteriaIn(list("<s>one</s>", "two <s>or three</s>"))).toEqual(["two"]);
  });

  it("reads none from code, nothing and empty blocks", () => {
    const code =
      '<ac:structured-macro ac:name="code"><ac:plain-text-body><![CDATA[- one]]></ac:plain-text-body></ac:structured-macro>';
    expect(criteriaIn(`${code}<p />${lines("TBD", "n/a", "–")}`)).toEqual([]);
  });
});

describe("readCriterion and readCriteriaLines", () => {
  it("says where the criterion stands, from its first to its last line", () => {
    const [first, second] = [textOf("- Given a"), textOf("Then b")];
    expect(readCriterion([first, second])?.value).toBe("Given a Then b");
    expect(readCriterion([])).toBeNull();
    expect(readCriterion([textOf("- ")])).toBeNull();
  });

  it("parts lines that are no scenario", () => {
    expect(readCriteriaLines([textOf("one"), textOf("and two"), textOf("three")]).map((it) => it.value)).toEqual([
      "one",
      "and two",
      "three",
    ]);
  });
});

describe("continuesScenario and looksLikeCriterion", () => {
  it.each([
    ["Given a", "When b", true],
    ["When b", "Then c", true],
    ["Scenario: x", "Given a", true],
    ["Angenommen a", "Wenn b", true],
    ["Étant donné a", "Quand b", true],
    ["Dado a", "Cuando b", true],
    ["Given a", "Given b", false],
    ["one", "Then b", false],
    ["Scenario: x", "one", false],
    ["Given a", "Whenever b", false],
  ])("“%s” and “%s”: %s", (before, line, goesOn) => {
    expect(continuesScenario(before, line)).toBe(goesOn);
  });

  it("knows list marks and steps, and leaves other lines alone", () => {
    expect(
      ["- one", "☐ one", "Given a", "Wenn b", "one", "Points: 3", "5 SP"].map((it) => looksLikeCriterion(textOf(it))),
    ).toEqual([true, true, true, true, false, false, false]);
  });
});
