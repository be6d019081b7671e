import { wordsIn } from "./words.js";

/** A word that somebody searches for. */
export type AskedWord = { n: number; word: string; shown: string };
export type AskedPhrase = { words: string[]; shown: string };
export type MemoryQuery = { words: AskedWord[]; phrases: AskedPhrase[] };

/** Who types more has pasted a text; its first words say what it is about. */
const maxWords = 24;
const maxPhrases = 4;

/** What somebody types to search memory: words, each once, and phrases in quotation marks. */
export function readQuery(text: string): MemoryQuery {
  const found = wordsIn(text);
  const distinct = found.filter((one, index) => found.findIndex(({ word }) => word === one.word) === index);
  return {
    words: distinct.slice(0, maxWords).map(({ word, shown }, n) => ({ n, word, shown })),
    phrases: [...text.matchAll(/["“„«]([^"”“»]+)["”“»]/g)]
      .map(([, shown = ""]) => ({ shown: shown.trim(), words: inOrder(shown) }))
      .filter(({ words }) => words.length > 1)
      .slice(0, maxPhrases),
  };
}

/** The words of a phrase, one for each place. */
function inOrder(text: string): string[] {
  const byPlace = new Map<number, string>();
  for (const { word, position } of wordsIn(text)) if (!byPlace.has(position)) byPlace.set(position, word);
  return [...byPlace.values()];
}
