import { describe, expect, it } from "vitest";
import { indexWords, wordsIn } from "../../../lib/domain/memory/words.js";

const words = (text: string) => wordsIn(text).map(({ word }) => word);

describe("words of memory", () => {
  it("are in lower case and without accents", () => {
    expect(words("Größe, ÉCHÉANCIER & diseño; Œuvre")).toEqual(["grosse", "echeancier", "diseno", "oeuvre"]);
  });

  it("are parted by signs, and with hyphens are the parts and the whole", () => {
    expect(words("l'application on-call/rota")).toEqual(["l", "application", "on", "call", "oncall", "rota"]);
  });

  it("keep how people see them, and their places", () => {
    expect(wordsIn("Two-factor Login")).toEqual([
      { word: "two", shown: "Two", position: 1 },
      { word: "factor", shown: "factor", position: 2 },
      { word: "twofactor", shown: "Two-factor", position: 1 },
      { word: "login", shown: "Login", position: 3 },
    ]);
  });

  it("are none of signs, and are bounded in length and number", () => {
    expect(words("— … !!! 🎉")).toEqual([]);
    expect(words("x".repeat(1_000))[0]).toHaveLength(40);
    expect(indexWords("", "word ".repeat(100_000)).count).toBeLessThanOrEqual(4_001);
  });

  it("are no more than PostgreSQL takes of one text, and those of the title are among them", () => {
    const long = Array.from({ length: 4_000 }, (_, n) => String.fromCodePoint(0x4e00 + n) + "中".repeat(39));
    const { places } = indexWords("Sign in", long.join(" "));
    const bytes = places.reduce((sum, { word }) => sum + 5 * Buffer.byteLength(word), 0);
    expect(bytes).toBeLessThan(1_000_000);
    expect(bytes).toBeGreaterThan(500_000);
    expect(places.slice(0, 2).map(({ word }) => word)).toEqual(["sign", "in"]);
  });

  it("never end in half a letter", () => {
    expect(words("𝒳".repeat(30) + "𐐷".repeat(30)).join("")).not.toMatch(/[\ud800-\udbff]$/);
  });

  it("are indexed with the places in title and text, and no phrase reaches from one into the other", () => {
    expect(indexWords("Sign in", "sign out")).toEqual({
      places: [
        { word: "sign", at: "1A,5" },
        { word: "in", at: "2A" },
        { word: "out", at: "6" },
      ],
      count: 4,
    });
  });
});
