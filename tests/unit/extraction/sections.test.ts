import { describe, expect, it } from "vitest";
import { announcesLeftOut, readSectionMeaning } from "../../../lib/domain/extraction/sections.js";
import { textOf } from "./outline.js";

const meaning = (heading: string) => {
  const { mode, groupWord, groupPriority } = readSectionMeaning(textOf(heading));
  return [mode, groupWord, groupPriority].map((it) => (typeof it === "object" ? (it?.value ?? null) : it));
};

describe("readSectionMeaning", () => {
  it.each([
    "Out of scope",
    "6. Out of scope for now",
    "Parking lot",
    "Won’t have",
    "Rejected stories",
    "Nicht im Umfang",
    "Nicht enthalten",
    "Hors périmètre",
    "Fuera de alcance",
  ])("leaves out what stands under “%s”", (heading) => {
    expect(meaning(heading)[0]).toBe("left-out");
  });

  it.each([
    "Goals",
    "PI objectives",
    "Risks (ROAM)",
    "Open questions",
    "Decisions",
    "Definition of Done",
    "Meeting notes",
    "Legend",
    "Milestones",
    "Next steps",
    "Risiken",
    "Offene Fragen",
    "Ziele",
    "Risques",
    "Questions ouvertes",
    "Objectifs",
    "Riesgos",
    "Preguntas abiertas",
    "Hitos",
  ])("expects no items under “%s”", (heading) => {
    expect(meaning(heading)).toEqual(["other", null, null]);
  });

  it.each([
    ["Stories", "story"],
    ["User stories", "story"],
    ["4. User Stories", "story"],
    ["Enablers", "enabler"],
    ["Enabler", "enabler"],
    ["Technical enablers of team Falcon", "enabler"],
    ["Features", "feature"],
    ["Epics", "epic"],
    ["Spikes", "spike"],
    ["Non-functional requirements", "nfr"],
    ["Anwendergeschichten", "story"],
    ["Nicht-funktionale Anforderungen", "nfr"],
    ["Fonctionnalités", "feature"],
    ["Récits", "story"],
    ["Historias de usuario", "story"],
    ["Habilitadores", "enabler"],
  ])("knows what stands under “%s”", (heading, word) => {
    expect(meaning(heading)).toEqual([null, word, null]);
  });

  it.each([
    ["P0 – launch", "urgent"],
    ["Must have", "high"],
    ["Should have (if time)", "medium"],
    ["Could", "low"],
    ["High priority", "high"],
    ["Muss", "high"],
    ["Kann", "low"],
    ["Indispensable", "high"],
    ["Imprescindible", "high"],
  ])("reads the priority of “%s”", (heading, priority) => {
    expect(meaning(heading)).toEqual([null, null, priority]);
  });

  it.each([
    "Scope",
    "Team Falcon",
    "Iteration 2",
    "Payments",
    "Stories and features",
    "Must read before you start",
    "How the shop works",
    "Zahlungen",
    "Paiements",
    "Pagos",
  ])("reads nothing from “%s”", (heading) => {
    expect(meaning(heading)).toEqual([null, null, null]);
  });
});

describe("announcesLeftOut", () => {
  it.each(["Out of scope:", "Not included in this PI:", "→ Parking lot", "Nicht enthalten:", "Hors périmètre :"])(
    "hears it in “%s”",
    (text) => {
      expect(announcesLeftOut(text)).toBe(true);
    },
  );

  it.each(["What is in scope:", "We moved it out of scope", "The parking lot is full", ""])(
    "does not hear it in “%s”",
    (text) => {
      expect(announcesLeftOut(text)).toBe(false);
    },
  );

  it("does not take a long paragraph for an announcement", () => {
    expect(announcesLeftOut(`Out of scope is what nobody asked for${", and more".repeat(20)}:`)).toBe(false);
  });
});
