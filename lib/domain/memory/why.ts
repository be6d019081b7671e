import type { WordGroup } from "./forms.js";
import type { MemoryQuery } from "./query.js";
import { plain, wordsIn } from "./words.js";

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
      // It stands further down than the text was read: as memory writes it.
      const shown = inText.find((one) => isForm(one.word, form.term))?.shown ?? form.of;
      if (!words.some((known) => plain(known) === plain(shown))) words.push(shown);
      const typed = query.words.find(({ n }) => n === group.n)?.shown;
      const isCorrection = form.how === "similar" && typed && !corrected.some((one) => one.typed === typed);
      if (isCorrection) corrected.push({ typed, meant: shown });
    }
  return { words: words.slice(0, maxShown), corrected };
}

/** A stem is the beginning of its words, its last letter aside, which some endings change. */
function isForm(word: string, term: string): boolean {
  if (!term.startsWith("~")) return word === term;
  const beginning = term.slice(1, Math.max(term.length - 1, 4));
  return word.startsWith(beginning) && word.length <= term.length + 7;
}
