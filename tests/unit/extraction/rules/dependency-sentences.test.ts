import { describe, expect, it } from "vitest";
import { extract } from "../../../../lib/domain/extraction/extract.js";
import { lines, list, outline } from "../outline.js";

const ITEMS = "<h3>Story US-1: A</h3><h3>Story US-2: B</h3><h3>Story US-3: C</h3>";
/** What the items need, by the last digit of their ids, where a section of the page holds this. */
const needs = (body: string) =>
  Object.fromEntries(
    extract({ title: "", body: `${ITEMS}<h1>Dependencies</h1>${body}` })
      .items.filter((item) => item.dependsOn.length > 0)
      .map((item) => [item.key, item.dependsOn]),
  );

describe("dependency-sentences", () => {
  it.each([
    "US-3 depends on US-1",
    "US-3 needs US-1.",
    "US-3 requires US-1",
    "US-3 is blocked by US-1",
    "US-3 (Ben) depends on US-1 (Team Falcon)",
    "US-3 must wait for US-1",
    "US-1 blocks US-3",
    "US-1 is needed by US-3",
    "US-1 enables US-3",
    "US-1 (Anna) is required by US-3 (Ben)",
    "US-3 hängt ab von US-1",
    "US-3 ist abhängig von US-1",
    "US-3 benötigt US-1",
    "US-1 blockiert US-3",
    "US-1 ist Voraussetzung für US-3",
    "US-3 dépend de US-1",
    "US-3 est bloqué par US-1",
    "US-1 bloque US-3",
    "US-3 depende de US-1",
    "US-3 está bloqueada por US-1",
    "US-1 bloquea a US-3",
  ])("reads “%s” in a list and in a line", (sentence) => {
    expect(needs(list(sentence))).toEqual({ "US-3": ["US-1"] });
    expect(needs(lines(sentence))).toEqual({ "US-3": ["US-1"] });
  });

  it("reads several ids, in the order in which they are named", () => {
    expect(needs(list("US-3 depends on US-2 and US-1"))).toEqual({ "US-3": ["US-2", "US-1"] });
    expect(needs(list("US-3 depends on US-2 (Ben), US-1 (Anna)"))).toEqual({ "US-3": ["US-2", "US-1"] });
    expect(needs(list("US-1 blocks US-2 and US-3"))).toEqual({ "US-2": ["US-1"], "US-3": ["US-1"] });
  });

  it("reads several sentences of one line", () => {
    expect(needs(lines("US-2 depends on US-1, and US-3 depends on US-2."))).toEqual({
      "US-2": ["US-1"],
      "US-3": ["US-2"],
    });
  });

  it("reads them in the prose of items", () => {
    expect(outline("<h3>Story US-1: A</h3><h3>Story US-2: B</h3><p>US-2 needs US-1 before it can start.</p>")).toEqual([
      'story US-1 "A"',
      'story US-2 "B" | needs US-1',
    ]);
  });

  it("introduce no items", () => {
    expect(outline(list("US-2 is blocked by US-1", "US-3 depends on US-1"))).toEqual([]);
  });

  it("leave out things that are not on the page, and lines about nothing else", () => {
    expect(needs(list("US-2 depends on US-1", "US-3 needs the contract of the bank", "US-3 depends on EXT-9"))).toEqual(
      {
        "US-2": ["US-1"],
      },
    );
  });

  it.each([
    "US-3 is related to US-1",
    "US-3 and US-1 are done by Anna",
    "US-3 does not depend on US-1",
    "US-3: see US-1",
    "Nobody needs US-1",
  ])("leave “%s” alone", (sentence) => {
    expect(needs(lines(sentence))).toEqual({});
    expect(needs(list(sentence))).toEqual({});
  });

  it("say nothing under out of scope", () => {
    expect(needs(`<h1>Out of scope</h1>${list("US-3 depends on US-1")}`)).toEqual({});
  });

  it("are no items among bullets that are", () => {
    expect(
      outline(`<h2>Feature: F</h2>${list("US-1 Pay (3 SP)", "US-2 Sell (5 SP)", "US-2 depends on US-1")}`),
    ).toEqual(['feature f "F"', 'story US-1 "Pay" < f | 3', 'story US-2 "Sell" < f | 5 | needs US-1']);
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
