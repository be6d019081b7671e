import { describe, expect, it } from "vitest";
import { readQuery } from "../../../lib/domain/memory/query.js";

describe("what people type to search", () => {
  it("is words, each once", () => {
    expect(readQuery("Carrier score, carrier").words).toEqual([
      { n: 0, word: "carrier", shown: "Carrier" },
      { n: 1, word: "score", shown: "score" },
    ]);
  });

  it("has phrases in quotation marks of any language", () => {
    const phrases = (text: string) => readQuery(text).phrases.map(({ words }) => words.join(" "));
    expect(phrases('"error budget" of „zwei Wochen“ and «deux mois» and "one"')).toEqual([
      "error budget",
      "zwei wochen",
      "deux mois",
    ]);
    expect(phrases('"break-glass admin"')).toEqual(["break glass admin"]);
  });

  it("ends where somebody pastes a text", () => {
    const long = Array.from({ length: 200 }, (_, n) => `word${n}`).join(" ");
    expect(readQuery(long).words).toHaveLength(24);
  });

  it("may be nothing at all", () => {
    expect(readQuery(" ?! ")).toEqual({ words: [], phrases: [] });
  });
});
