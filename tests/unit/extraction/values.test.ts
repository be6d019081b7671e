import { describe, expect, it } from "vitest";
import {
  guessEnablerType,
  isEstimate,
  isNoEstimate,
  isNothing,
  isOtherMeasure,
  readEnablerType,
  readOnlyEnablerType,
  readOnlyPriority,
  readPoints,
  readPriority,
} from "../../../lib/domain/extraction/values.js";

describe("readPoints", () => {
  it.each([
    ["5", 5],
    ["5 SP", 5],
    ["5 points", 5],
    ["13pts", 13],
    ["0.5", 0.5],
    ["0,5", 0.5],
    ["~5", 5],
    ["ca. 5", 5],
    ["5️⃣", 5],
    ["🔟", 10],
    ["XS", 1],
    ["S", 2],
    ["M", 3],
    ["L", 5],
    ["xl", 8],
    ["Size M", 3],
    ["M (3)", 3],
    ["M (5 SP)", 5],
    ["5 Punkte", 5],
    ["5 puntos", 5],
    ["0", 0],
  ])("reads “%s”", (text, points) => {
    expect(readPoints(text)).toBe(points);
  });

  it.each(["", "–", "?", "TBD", "n/a", "offen", "k. A.", "à estimer", "por estimar", "none"])(
    "takes “%s” for none",
    (text) => {
      expect(readPoints(text)).toBeNull();
    },
  );

  it.each(["3–5", "3-5", "3 to 5", "3 bis 5", "5 days", "3 weeks", "XXL-ish", "large", "5 people", "1.2.3"])(
    "does not understand “%s”",
    (text) => {
      expect(readPoints(text)).toBe("not_understood");
    },
  );
});

describe("isEstimate, isOtherMeasure, isNoEstimate", () => {
  it.each(["5 SP", "3–5 points", "size M", "~8 pts", "5 Punkte", "SP: 5"])("“%s” can only be an estimate", (text) => {
    expect([isEstimate(text), isOtherMeasure(text)]).toEqual([true, false]);
  });

  it.each(["2 days", "3 d", "timebox 3 days", "timebox: 2 weeks", "5 Tage", "3 jours", "2 semanas"])(
    "“%s” is another measure",
    (text) => {
      expect([isEstimate(text), isOtherMeasure(text)]).toEqual([false, true]);
    },
  );

  it.each(["TBD", "?", "??", "? SP", "to be estimated", "offen", "à estimer", "pendiente"])("“%s” is none", (text) => {
    expect([isNoEstimate(text), isEstimate(text)]).toEqual([true, false]);
  });

  it.each(["5", "phase 2", "M", "Size of the basket", "5 rooms", "SP of the team"])("“%s” may be anything", (text) => {
    expect([isEstimate(text), isOtherMeasure(text), isNoEstimate(text)]).toEqual([false, false, false]);
  });
});

describe("isNothing", () => {
  it.each(["", "-", "–", "—", "n/a", "None", "none.", "(none)", "keine", "aucune", "ninguna", "TBD"])(
    "“%s” says that there is nothing",
    (text) => {
      expect(isNothing(text)).toBe(true);
    },
  );

  it.each(["0", "No refunds", "Nothing is lost", "Keine Gebühren", "US-1"])("“%s” says something", (text) => {
    expect(isNothing(text)).toBe(false);
  });
});

describe("readPriority", () => {
  it.each([
    ["urgent", ["P0", "Critical", "Blocker", "Highest", "Kritisch", "Bloquant", "Critique", "Bloqueante", "Crítica"]],
    ["high", ["P1", "Must", "Must have", "High", "Muss", "Hoch", "Indispensable", "Haute", "Imprescindible", "Alta"]],
    ["medium", ["P2", "Should", "Should-have", "Medium", "Soll", "Mittel", "Moyenne", "Media"]],
    ["low", ["P3", "Could", "Low", "Nice to have", "nice-to-have", "Kann", "Niedrig", "Basse", "Baja"]],
  ])("knows the words for %s", (priority, words) => {
    expect(words.map((word) => [word, readPriority(word)])).toEqual(words.map((word) => [word, priority]));
    expect(words.map((word) => [word, readOnlyPriority(word)])).toEqual(words.map((word) => [word, priority]));
  });

  it.each([
    ["P1 – pilot", "high"],
    ["1 - High", "high"],
    ["🔴 Critical", "urgent"],
    ["Must (legal)", "high"],
    ["MUST!", "high"],
  ])("reads “%s”", (text, priority) => {
    expect(readPriority(text)).toBe(priority);
  });

  it.each(["", "?", "TBD", "5", "–", "tomorrow", "P9", "High-level design", "offen"])(
    "reads nothing from “%s”",
    (text) => {
      expect(readPriority(text)).toBeNull();
    },
  );

  it.each(["must be fast", "Low prices for all", "High-level design", "Could we pay?", "the critical path of the PI"])(
    "takes “%s” for more than a priority",
    (text) => {
      expect(readOnlyPriority(text)).toBeNull();
    },
  );
});

describe("types of enablers", () => {
  it.each([
    ["Architecture", "architecture"],
    ["Infrastruktur", "infrastructure"],
    ["Conformité", "compliance"],
    ["Exploración", "exploration"],
    ["Enabler (compliance)", "compliance"],
  ])("reads “%s”", (text, type) => {
    expect(readEnablerType(text)).toBe(type);
  });

  it("tells a value that is a type from one that names it", () => {
    expect([readOnlyEnablerType("Infrastructure"), readOnlyEnablerType("Infrastructure for tests")]).toEqual([
      "infrastructure",
      null,
    ]);
  });

  it.each([
    ["Spike: which supplier?", "exploration"],
    ["Research payment providers", "exploration"],
    ["Security review of the shop", "compliance"],
    ["Audit of access", "compliance"],
    ["CI/CD for the app", "infrastructure"],
    ["Test environments", "infrastructure"],
    ["Monitoring of orders", "infrastructure"],
    ["Refactoring of the basket", "architecture"],
    ["API design for partners", "architecture"],
    ["Platform for events", "architecture"],
    ["Testumgebung einrichten", "infrastructure"],
    ["Datenschutz prüfen", "compliance"],
    ["Refonte du panier", "architecture"],
    ["Auditoría de accesos", "compliance"],
  ])("guesses it from “%s”", (text, type) => {
    expect(guessEnablerType(text)).toBe(type);
  });

  it("guesses nothing from words that say nothing of it", () => {
    expect(["Pay by card", "Rapid shipping", "Capital letters", "Insecure people"].map(guessEnablerType)).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});
