import { describe, expect, it } from "vitest";
import { isDropMark, readHead, startsWithDropMark, titleOf } from "../../../lib/domain/extraction/head.js";
import { status, textOf } from "./outline.js";

const PREFIXES = new Set(["US", "EN"]);
const head = (line: string) => readHead(textOf(line), PREFIXES);
/** Kind, id and title of a line. */
const named = (line: string) => {
  const { kindWord, id, title } = head(line);
  return [kindWord?.value ?? null, id?.value ?? null, title.text];
};

describe("readHead: names", () => {
  it.each([
    ["Story: Pay", ["story", null, "Pay"]],
    ["story - Pay", ["story", null, "Pay"]],
    ["Story\u00a0: Pay", ["story", null, "Pay"]],
    ["**Story: Pay", ["story", null, "Pay"]],
    ["[Story] Pay", ["story", null, "Pay"]],
    ["(Story) Pay", ["story", null, "Pay"]],
    ["US-12 Pay", [null, "US-12", "Pay"]],
    ["US-12: Pay", [null, "US-12", "Pay"]],
    ["US-12 – Pay", [null, "US-12", "Pay"]],
    ["(US-12) Pay", [null, "US-12", "Pay"]],
    ["[US-12] Pay", [null, "US-12", "Pay"]],
    ["US-12. Pay", [null, "US-12", "Pay"]],
    ["US-12 Story: Pay", ["story", "US-12", "Pay"]],
    ["Story US-12: Pay", ["story", "US-12", "Pay"]],
    ["Story US-12 Pay", ["story", "US-12", "Pay"]],
    ["Story: US-12 Pay", ["story", "US-12", "Pay"]],
    ["Story S12: Pay", ["story", "S12", "Pay"]],
    ["Story 12: Pay", ["story", null, "Pay"]],
    ["Story #12 – Pay", ["story", null, "Pay"]],
    ["1.2 Feature: Pay", ["feature", null, "Pay"]],
    ["3 Epic FIS-E1 – Pay", ["epic", "FIS-E1", "Pay"]],
    ["1.1 US-12 Pay", [null, "US-12", "Pay"]],
    ["🚀 Epic: Pay", ["epic", null, "Pay"]],
    ["Enabler (architecture) US-12: Pay", ["enabler", "US-12", "Pay"]],
    ["Enabler feature: Pay", ["enablerFeature", null, "Pay"]],
    ["Enabler epic: Pay", ["enablerEpic", null, "Pay"]],
    ["Spike: Pay", ["spike", null, "Pay"]],
    ["NFR: Pay", ["nfr", null, "Pay"]],
    [`${status("ENABLER")} Pay`, ["enabler", null, "Pay"]],
    [`Pay ${status("SPIKE")}`, ["spike", null, "Pay"]],
    ["Épopée : Payer", ["epic", null, "Payer"]],
    ["Historia de usuario: Pagar", ["story", null, "Pagar"]],
  ])("reads “%s”", (line, expected) => {
    expect(named(line)).toEqual(expected);
  });

  it.each([
    "Pay by card",
    "Story mapping with Anna",
    "Epic fails of last year",
    "Feature freeze on 3 March",
    "Enabler for growth",
    "ISO-27001 audit",
    "UTF-8 everywhere",
    "A-4 paper",
    "US citizens can pay",
    "2 ways to pay",
    "Stories: how we write them",
    "Features/stories",
    "Historias de terror",
    "Funktionieren muss es",
  ])("finds neither kind nor id in “%s”", (line) => {
    expect(named(line)).toEqual([null, null, line]);
  });

  it("trusts every id where it does not know those of the page", () => {
    expect(readHead(textOf("ABC-1 Pay"), null).id?.value).toBe("ABC-1");
    expect(readHead(textOf("ABC-1 Pay"), PREFIXES).id).toBeNull();
    expect(readHead(textOf("[ABC-1] Pay"), PREFIXES).id?.value).toBe("ABC-1");
    expect(readHead(textOf("ABC-1: Pay"), PREFIXES).id?.value).toBe("ABC-1");
    expect(readHead(textOf("ISO-9001: Pay"), PREFIXES).id).toBeNull();
  });

  it("keeps a number behind a kind as a name that other lines may use", () => {
    expect([head("Story 1.2: Pay").alias, head("Feature #3 – Pay").alias !== null, head("Pay").alias]).toEqual([
      "story 1.2",
      true,
      null,
    ]);
  });

  it("says whether the id is marked: in brackets, or bold before plain words", () => {
    expect(
      [
        "[US-1] Pay",
        "<strong>US-1</strong> Pay",
        "<strong>US-1</strong>: Pay",
        "US-1 Pay",
        "<strong>US-1 Pay</strong>",
      ].map((line) => head(line).isMarkedId),
    ).toEqual([true, true, true, false, false]);
  });

  it("tells an id in brackets behind the title from one that names the parent", () => {
    expect(head("Epic: Returns (RET-1)").bracketedId?.text).toBe("RET-1");
    expect(head("US-1 Labels (RET-1)").parentName?.text).toBe("RET-1");
    expect(head("US-1 Labels (RET-1)").bracketedId).toBeNull();
  });
});

describe("readHead: values", () => {
  it("reads estimates, priorities and types from words and lozenges, in any order", () => {
    for (const line of [
      "Enabler: Events (architecture, 5 SP, P1)",
      "Enabler (architecture): Events – 5 SP – Must",
      `Enabler: Events ${status("5 SP")} ${status("HIGH")} ${status("ARCHITECTURE")}`,
      `${status("ENABLER: ARCHITECTURE")} Events ${status("5")} ${status("P1")}`,
    ]) {
      const { kindWord, title, storyPoints, priority, enablerType } = head(line);
      expect([kindWord?.value, title.text, storyPoints?.value, priority?.value, enablerType?.value]).toEqual([
        "enabler",
        "Events",
        5,
        "high",
        "architecture",
      ]);
    }
  });

  it("says nothing for workflow states", () => {
    for (const state of ["TO DO", "IN PROGRESS", "DONE", "READY FOR PI", "ERLEDIGT"]) {
      const { kindWord, title, priority, storyPoints, isDropped } = head(`Story: Pay ${status(state)}`);
      expect([kindWord?.value, title.text, priority, storyPoints, isDropped]).toEqual([
        "story",
        "Pay",
        null,
        null,
        false,
      ]);
    }
  });

  it("knows sentences of stories, and lines with values", () => {
    expect(
      [
        "As a buyer, I want to pay",
        "Als Kunde möchte ich zahlen",
        "As a rule, we pay",
        "Pay (5 SP)",
        "Pay (phase 2)",
      ].map((line) => [head(line).isSentence, head(line).isValued]),
    ).toEqual([
      [true, false],
      [true, false],
      [false, false],
      [false, true],
      [false, false],
    ]);
  });

  it("shows the title with single spaces", () => {
    expect(titleOf(readHead(textOf("Story: Pay<br />by   card"), PREFIXES)).value).toBe("Pay by card");
  });
});

describe("marks of items that are not done", () => {
  it.each(["Won't do", "won’t do!", "CANCELED", "Wird nicht umgesetzt", "Abgelehnt", "Annulée", "Descartado"])(
    "“%s” is one",
    (text) => {
      expect([isDropMark(text), startsWithDropMark(text)]).toEqual([true, true]);
    },
  );

  it("stands in brackets where it is all there is", () => {
    expect(["[Rejected]", "(cancelled)", "[Verworfen]"].map(isDropMark)).toEqual([true, true, true]);
  });

  it.each(["❌ Rejected (works council)", "Cancelled – see May", "Rejected: too dear", "Abgelehnt, zu teuer"])(
    "“%s” is one with its reason",
    (text) => {
      expect([isDropMark(text), startsWithDropMark(text)]).toEqual([false, true]);
    },
  );

  it.each(["Done", "Rejected orders are shown", "To be cancelled?", "Not rejected", "Deferred", ""])(
    "“%s” is none",
    (text) => {
      expect([isDropMark(text), startsWithDropMark(text)]).toEqual([false, false]);
    },
  );

  it.each([
    "REJECTED Pay",
    "[Rejected] Pay",
    "Cancelled: Pay",
    "US-1 REJECTED Pay",
    "US-1 Pay (won't do)",
    "US-1 Pay – cancelled",
    `US-1 ${status("WON’T DO")} Pay`,
    "<s>US-1 Pay</s>",
    "<s>US-1 Pay</s> (later)",
    "<s>US-1 Pay</s> → see PI 5",
  ])("drops “%s”", (line) => {
    expect(head(line).isDropped || head(line).title.text === "").toBe(true);
  });

  it.each([
    "US-1 Rejected orders are shown",
    "US-1 Pay cancelled orders back",
    "US-1 <s>Old</s> new name",
    "US-1 Pay (deferred)",
  ])("keeps “%s”", (line) => {
    expect([head(line).isDropped, head(line).title.text === ""]).toEqual([false, false]);
  });
});
