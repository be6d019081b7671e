import { fold, isOneLetterAway, matchPhrase } from "./lexicon.js";

/**
 * Finds a key in a reply. A printed id is also found as "us3", "US 3" and "us-03"; a slug only as it stands, so that no page can
 * give an everyday phrase a meaning of its own.
 */
export function keyPattern(key: string): RegExp | null {
  const [, letters, digits] = /^(\p{L}{1,12})[-_. ]?0*(\d{1,9})$/u.exec(key) ?? [];
  if (letters && digits) {
    const [lower, upper] = [letters.toLowerCase(), letters.toUpperCase()];
    const spaced = letters.length > 1 ? `|${escaped(upper)}\\s0*` : "";
    return bounded(`(?:(?:${escaped(letters)}|${escaped(lower)}|${escaped(upper)})[-_.]?0*${spaced})${digits}`, "gu");
  }
  const isPrinted = /\p{L}.*\d|\d.*[-.]\d/u.test(key);
  if (!isPrinted && (!key.includes("-") || hasDecidingWord(key))) return null;
  return bounded(escaped(key), "giu");
}

/** Finds a title of at least two words; null where it must be quoted: it negates, delays, or is made of words that we know. */
export function titlePattern(title: string): RegExp | null {
  const words = fold(title).split(" ");
  if (words.length < 2 || hasDecidingWord(title) || isEveryday(words)) return null;
  return bounded(words.map(escaped).join("[^\\p{L}\\p{N}]+"), "giu");
}

/** The item of which a person names some words, null where none or several have them. */
export function findByWords<Item extends { title: string }>(items: readonly Item[], text: string): Item | null {
  const words = fold(text).split(" ");
  if (words.every((word) => word.length < 4)) return null;
  const exact = items.filter((item) => fold(item.title) === words.join(" "));
  const found = exact.length > 0 ? exact : items.filter((item) => words.every((word) => hasWord(item.title, word)));
  return found.length === 1 ? (found[0] ?? null) : null;
}

function hasWord(title: string, word: string): boolean {
  return fold(title)
    .split(" ")
    .some((own) => own === word || (word.length >= 5 && own.length >= 5 && isOneLetterAway(own, word)));
}

function isEveryday(words: readonly string[]): boolean {
  const match = matchPhrase(words);
  return words.length === 0 || (match !== null && isEveryday(words.slice(match.length)));
}

function hasDecidingWord(name: string): boolean {
  return fold(name)
    .split(" ")
    .some((_, at, words) => {
      const entry = matchPhrase(words.slice(at))?.entry;
      return entry?.is === "word" && ["no", "noOrNot", "not", "fact", "wait"].includes(entry.tag);
    });
}

function bounded(pattern: string, flags: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${pattern})(?![\\p{L}\\p{N}]|[.-]\\d)`, flags);
}

/** The text as a regular expression that finds just it. */
export function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
