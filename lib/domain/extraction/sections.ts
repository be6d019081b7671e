import { fold } from "./fold.js";
import { groups, kinds, labels, phrasesFor, priorities } from "./lexicon.js";
import { type RichText, rangeOf } from "./rich-text.js";
import type { Scope } from "./place.js";

/** What a heading that is no item means for what stands under it. */
export type SectionMeaning = Pick<Scope, "groupWord" | "groupPriority"> & {
  mode: Scope["mode"] | null;
};

const leftOut = phrasesFor("leftOut");
const other = phrasesFor("otherSections");
const AFTER_PRIORITY = /^(?:$|\s*[:–—|(]|\s+-|\s+(?:priority|items|stories|prioritat))/;
const SHORT = 8;

/** Reads a heading, panel title or separator row that introduces no item. */
export function readSectionMeaning(text: RichText): SectionMeaning {
  const folded = fold(text.text);
  const first = priorities.at(folded);
  const priority = first && AFTER_PRIORITY.test(folded.slice(first.end)) ? first.meaning : null;
  const isShort = folded.split(" ").length <= SHORT;
  const named = groups.find(folded).map(({ meaning }) => meaning);
  const whole = kinds.get(folded.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "")) ?? null;
  const isField = labels.at(folded) !== null && groups.at(folded) === null && kinds.at(folded) === null;
  const word = isField ? null : (whole ?? (isShort && new Set(named).size === 1 ? (named[0] ?? null) : null));
  const groupWord = word && { value: word, range: rangeOf(text) };
  const groupPriority = priority ? { value: priority, range: rangeOf(text) } : null;
  const mode = leftOut.isIn(folded) ? "left-out" : !groupWord && isOther(folded) ? "other" : null;
  return { mode, groupWord, groupPriority };
}

/** "Risks", "Open questions", "Meeting notes of 3 May": a single word inside a longer heading may be part of anything. */
function isOther(folded: string): boolean {
  const words = folded.split(/[^\p{L}\p{N}'-]+/u).filter((word) => word !== "");
  const first = /[\p{L}\p{N}]|$/u.exec(folded)?.index ?? 0;
  return other.find(folded).some(({ phrase, start, end }) => {
    const isAtEnd = !/[\p{L}\p{N}]/u.test(folded.slice(end));
    return phrase.includes(" ") || start === first || (isAtEnd && words.length <= FEW_WORDS);
  });
}

const FEW_WORDS = 3;

/** True for a sentence such as "Out of scope, so that nobody asks again:". */
export function announcesLeftOut(text: string): boolean {
  if (text.length >= 120) return false;
  const folded = fold(text);
  return leftOut.at(folded, /\p{L}|$/u.exec(folded)?.index) !== null;
}
