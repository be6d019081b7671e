import { describe, expect, it } from "vitest";
import { fold, languages, matchPhrase, matchTypo } from "../../../lib/domain/conversation/lexicon.js";

const phrasesOf = (list: string) => list.split(/\s*,\s*/).filter((phrase) => phrase.trim() !== "");
const harmless = new Set(["small", "to", "move", "request", "here", "there"]);

describe("the words of four languages", () => {
  it("mean one thing each, whatever the language", () => {
    const meanings = new Map<string, string[]>();
    for (const { tags } of Object.values(languages))
      for (const [tag, list] of Object.entries(tags).filter(([name]) => !harmless.has(name)))
        for (const phrase of phrasesOf(list))
          meanings.set(fold(phrase), [...new Set([...(meanings.get(fold(phrase)) ?? []), tag])]);
    expect([...meanings].filter(([, tags]) => tags.length > 1)).toEqual([]);
  });

  it.each(Object.entries(languages))("%s: each phrase is found", (_, { tags }) => {
    for (const list of Object.values(tags))
      for (const phrase of phrasesOf(list))
        expect(matchPhrase(fold(phrase).split(" "))?.length).toBe(fold(phrase).split(" ").length);
  });

  it("are found with umlauts written out", () => {
    expect(matchPhrase(["rueckgaengig"])?.entry).toEqual({ is: "word", tag: "undo" });
  });

  it("are recognised with one letter wrong, left out, added or swapped", () => {
    for (const typo of ["crezte", "creae", "creatte", "craete"])
      expect(matchTypo(typo)).toEqual({ is: "word", tag: "create" });
    for (const other of ["created", "create", "cratee", "ceratee", "crte"]) expect(matchTypo(other)).toBeNull();
  });

  it("are not guessed where a real word is one letter away", () => {
    for (const { lookalikes } of Object.values(languages))
      for (const word of phrasesOf(lookalikes)) expect([word, matchTypo(fold(word))]).toEqual([word, null]);
  });
});
