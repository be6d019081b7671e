import type { WordGroup } from "./forms.js";
import type { MemoryQuery } from "./query.js";
import { wordsIn } from "./words.js";

const maxShown = 12;

/** The words of a text that were searched for, as they stand there, and which of them were taken for something typed otherwise. */
export function shownWords(
  query: MemoryQuery,
  groups: WordGroup[],
  terms: string[],
  text: string,
): { words: string[]; corrected: { typed: string; meant: string }[] } {
  const matched = new Set(terms);
  const inText = wordsIn(text);
  const words: string[] = [];
  const corrected: { typed: string; meant: string }[] = [];
  for (const group of groups.toSorted((a, b) => b.weight - a.weight))
    for (const form of group.forms.filter(({ term }) => matched.has(term))) {
      const word = inText.find((one) => isForm(one.word, form.term));
      if (!word) continue;
      if (!words.some((known) => known.toLowerCase() === word.shown.toLowerCase())) words.push(word.shown);
      const typed = query.words.find(({ n }) => n === group.n)?.shown;
      const isCorrection = form.how === "similar" && typed && !corrected.some((one) => one.typed === typed);
      if (isCorrection) corrected.push({ typed, meant: word.shown });
    }
  return { words: words.slice(0, maxShown), corrected };
}

/** A stem is the beginning of its words, its last letter aside, which some endings change. */
function isForm(word: string, term: string): boolean {
  if (!term.startsWith("~")) return word === term;
  const beginning = term.slice(1, Math.max(term.length - 1, 4));
  return word.startsWith(beginning) && word.length <= term.length + 7;
}
