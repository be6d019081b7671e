import { fold } from "./fold.js";
import { anyOf, groups, kinds, labels, phrasesFor, priorities, wordsFor } from "./lexicon.js";
import { type RichText, rangeOf } from "./rich-text.js";
import type { Scope } from "./place.js";

/** What a heading that is no item means for what stands under it. */
export type SectionMeaning = Pick<Scope, "groupWord" | "groupPriority"> & {
  mode: Scope["mode"] | null;
};

const leftOut = phrasesFor("leftOut");
const other = phrasesFor("otherSections");
const fillers = phrasesFor("fillers");
const AFTER_PRIORITY = new RegExp(`^(?:$|\\s*[:–—|(]|\\s+-|\\s+${anyOf(wordsFor("afterPriority"))}(?!\\p{L}))`, "u");
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
  const mode = isLeftOut(folded) ? "left-out" : !groupWord && isOther(folded) ? "other" : null;
  return { mode, groupWord, groupPriority };
}

/** "Risks", "Open questions", "Meeting notes of 3 May": a single word inside a longer heading may be part of anything. */
function isOther(folded: string): boolean {
  const words = folded.split(/[^\p{L}\p{N}'-]+/u).filter((word) => word !== "");
  const first = /[\p{L}\p{N}]|$/u.exec(folded)?.index ?? 0;
  return other.find(folded).some(({ phrase, start, end }) => {
    const isAtEnd = !/[\p{L}\p{N}]/u.test(folded.slice(end));
    if (phrase.includes(" ")) return true;
    return start === first ? goesOnPlainly(folded.slice(end)) : isAtEnd && words.length <= FEW_WORDS;
  });
}

/** "Out of scope" in any heading; a single word such as "cancelled" only if it is not said of something: "Cancelled orders". */
function isLeftOut(folded: string): boolean {
  return leftOut.find(folded).some(({ phrase, start, end }) => {
    if (phrase.includes(" ") && !NOUNS.test(phrase)) return true;
    return (
      goesOnPlainly(folded.slice(end)) &&
      (goesOnPlainly(folded.slice(0, start)) || /[:(–—-]\s*$/.test(folded.slice(0, start)))
    );
  });
}

/** Places for ideas, of which a heading may also say something else: "Parking lot booking". */
const NOUNS = /^(?:parking lot|ice box)$/;

/** True where the next word, if there is one, says nothing new: "Risks of the release", "Risk log", but not "Risk scoring". */
function goesOnPlainly(folded: string): boolean {
  const next = /^\s*(?:'s\s)?(\p{L}+)/u.exec(folded);
  const at = next ? next[0].length - (next[1]?.length ?? 0) : 0;
  return next === null || [fillers, other, groups, kinds, leftOut].some((words) => words.at(folded, at) !== null);
}

const FEW_WORDS = 3;

/** True for a sentence such as "Out of scope, so that nobody asks again:". */
export function announcesLeftOut(text: string): boolean {
  if (text.length >= 120) return false;
  const folded = fold(text);
  return leftOut.at(folded, /\p{L}|$/u.exec(folded)?.index) !== null;
}
