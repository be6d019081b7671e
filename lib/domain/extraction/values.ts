import type { EnablerType, Priority } from "../plan-item.js";
import { fold } from "./fold.js";
import { anyOf, enablerHints, enablerTypes, not, priorities, wordsFor } from "./lexicon.js";

const SHIRT_SIZES = new Map([
  ["xs", 1],
  ["s", 2],
  ["m", 3],
  ["l", 5],
  ["xl", 8],
]);

const unit = anyOf(wordsFor("pointUnits"));
const otherUnit = anyOf(wordsFor("otherUnits"));
const size = anyOf(wordsFor("sizes"));
const noEstimate = new Set(wordsFor("noEstimate"));
const nothing = new Set([...wordsFor("nothing"), "", "-", "–", "—", "?", "??", "/", ".", "…"]);

const PLAIN_NUMBER = /^(\d{1,4}(?:[.,]\d{1,2})?)(?![\d.,]*\d)(.*)$/s;
/** What makes an emoji of a digit. */
const KEYCAPS = /[\ufe0f\u20e3]/g;
const to = `(?:[-–—/+]|${anyOf(wordsFor("to"))})`;
const SIZE_RANGE = new RegExp(`^[smlx]{1,2}\\s*${to}\\s*[smlx]{1,2}(?![\\p{L}\\p{N}])`, "u");
const RANGE = new RegExp(`^\\s*${to}\\s*\\d`);
const STARTS_WITH_UNIT = new RegExp(`^\\s*${unit}(?![\\p{L}\\p{N}])`, "u");
const STARTS_WITH_OTHER_UNIT = new RegExp(`^\\s*${otherUnit}(?![\\p{L}\\p{N}])`, "u");
const UNIT_ANYWHERE = new RegExp(`^[~≈<>=\\s]*\\d[\\d.,\\s–—-]*\\s*${unit}\\.?$`, "u");
const OTHER_MEASURE = new RegExp(`^(?:\\p{L}[\\p{L}-]{2,12}:?\\s+){0,2}\\d[\\d.,\\s–-]*\\s*${otherUnit}\\.?$`, "u");
const NO_NUMBER = new RegExp(`^[?]+\\s*${unit}?$`, "u");
const SIZED = new RegExp(`^${size}\\s*:?\\s*(?:xs|s|m|l|xl|\\d{1,3}(?:[.,]\\d)?)$`, "u");

const SIZE_WORD = new RegExp(`^${size}\\s*:?\\s+(?=\\S)`, "u");

/** An estimate; `not_understood` where something is written that is none: a range, days, words. */
export function readPoints(text: string): number | null | "not_understood" {
  const folded = fold(text).replace(KEYCAPS, "").replace("🔟", "10").trim();
  if (isNothing(folded)) return null;
  const value = folded.replace(/^[~≈=\s]+|^(?:ca\.?|approx\.?)\s+/, "").replace(SIZE_WORD, "");
  const shirt = /^(xs|s|m|l|xl)(?![\p{L}\p{N}])/u.exec(value);
  const number = PLAIN_NUMBER.exec(shirt ? (/\((\d+)[^)]*\)$/.exec(value)?.[1] ?? "") : value);
  if (shirt && SIZE_RANGE.test(value)) return "not_understood";
  if (shirt && !number) return SHIRT_SIZES.get(shirt[1] ?? "") ?? "not_understood";
  if (!number) return "not_understood";
  const rest = number[2] ?? "";
  if (RANGE.test(rest)) return "not_understood";
  if (!STARTS_WITH_UNIT.test(rest) && STARTS_WITH_OTHER_UNIT.test(rest)) return "not_understood";
  if (/^\s*[\p{L}]/u.test(rest) && !STARTS_WITH_UNIT.test(rest)) return "not_understood";
  return Number((number[1] ?? "").replace(",", "."));
}

/** True for a text that can only be an estimate: "5 SP", "3–5 points", "size M". */
export function isEstimate(text: string): boolean {
  const folded = fold(text).trim();
  return UNIT_ANYWHERE.test(folded) || SIZED.test(folded);
}

/** True for a measure that is no estimate in points: "2 days", "timebox 3 days". */
export function isOtherMeasure(text: string): boolean {
  const folded = fold(text).trim();
  return OTHER_MEASURE.test(folded) && !MONEY_OR_SHARE.test(folded);
}

const MONEY_OR_SHARE = /(?:[%$€£]|percent|usd|eur|gbp|chf)\.?$/;

/** True for "TBD", "?", "k. A." and the like. */
export function isNoEstimate(text: string): boolean {
  const folded = fold(text).trim();
  if (noEstimate.has(folded.replace(SIZE_WORD, ""))) return true;
  return NO_NUMBER.test(folded) || noEstimate.has(folded);
}

const NOTHING_AND_WHY = new RegExp(`^${anyOf(wordsFor("nothing"))}\\s*[(,]`);

/** True where a value says that there is none. */
export function isNothing(text: string): boolean {
  if (NOTHING_AND_WHY.test(fold(text))) return true;
  const folded = fold(text)
    .replace(/^[\s(]+|[\s).!]+$/g, "")
    .trim();
  return nothing.has(folded) || isNoEstimate(fold(text)) || noEstimate.has(folded);
}

const BEFORE_PRIORITY = /^[^\p{L}\p{N}]*(?:\d\s*[-–—.:]\s*)?/u;
/** What may follow a priority: punctuation, or the word itself. */
const ENDS_PRIORITY = new RegExp(
  `^(?:$|\\s*[^\\p{L}\\p{N}\\s-]|\\s+-|\\s+${anyOf(wordsFor("afterPriority"))}(?!\\p{L})|\\s*\\d)`,
  "u",
);
const NEGATED = new RegExp(`^${not}\\s`);
const NO_WORD = /^[^\p{L}\p{N}]*$/u;
/** A longer value may end with any word; in a short one the last word is what it says: "very high". */
const SHORT_VALUE = 25;

/** The priority that a value begins with, or, where it is short, ends with: "Must", "P1 – pilot", "1 - High", "very high". */
export function readPriority(text: string): Priority | null {
  const folded = fold(text);
  const first = priorities.at(folded, BEFORE_PRIORITY.exec(folded)?.[0].length);
  if (first && ENDS_PRIORITY.test(folded.slice(first.end))) return first.meaning;
  if (NEGATED.test(folded)) return null;
  const last = folded.length < SHORT_VALUE ? priorities.find(folded).at(-1) : undefined;
  return last && NO_WORD.test(folded.slice(last.end)) ? last.meaning : null;
}

/** The priority that is all there is to read. */
export function readOnlyPriority(text: string): Priority | null {
  if (text.length > SHORT_VALUE) return null;
  const folded = fold(text);
  const found = priorities.find(folded)[0];
  return found && NO_WORD.test(folded.slice(0, found.start)) && NO_WORD.test(folded.slice(found.end))
    ? found.meaning
    : null;
}

/** The type of enabler that a value states. */
export function readEnablerType(text: string): EnablerType | null {
  return enablerTypes.find(fold(text))[0]?.meaning ?? null;
}

/** The type of enabler that a value consists of. */
export function readOnlyEnablerType(text: string): EnablerType | null {
  return enablerTypes.get(fold(text).trim()) ?? null;
}

const STRONGEST_FIRST: readonly EnablerType[] = ["exploration", "compliance", "infrastructure", "architecture"];

/** The type that the words of a title or description suggest. */
export function guessEnablerType(text: string): EnablerType | null {
  const hinted = new Set(enablerHints.find(fold(text)).map(({ meaning }) => meaning));
  return STRONGEST_FIRST.find((type) => hinted.has(type)) ?? null;
}
