import type { ItemKind } from "../plan-item.js";
import { de } from "./words/de.js";
import { en } from "./words/en.js";
import { es } from "./words/es.js";
import { fr } from "./words/fr.js";
import type { Tag, Words } from "./words/words.js";

/** What a word or phrase of the four languages stands for. */
export type Entry =
  | { is: "word"; tag: Tag }
  | { is: "kind"; kind: ItemKind; count: "one" | "many" | "either" }
  | { is: "number"; value: number; ordinal: boolean };

/** The languages that the agent understands. */
export const languages: Readonly<Record<string, Words>> = { en, de, fr, es };

/** Lower case without accents and apostrophes of contraction, words parted by one space: the form in which words are compared. */
export function fold(text: string): string {
  return unaccented(text.toLowerCase())
    .replace(/(\p{L})['’](t|s|re|ve|ll|d|m)(?!\p{L})/gu, "$1$2")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** Without accents; `ß` becomes `ss`. */
export function unaccented(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{M}+/gu, "")
    .replaceAll("ß", "ss");
}

const toleratedTags: readonly Tag[] = [
  "create",
  "cancel",
  "without",
  "letGo",
  "only",
  "retry",
  "again",
  "undo",
  "status",
];
const entries = new Map<string, Entry>();
const lookalikes = new Set<string>();
for (const words of Object.values(languages)) addLanguage(words);
const longestPhrase = Math.max(...[...entries.keys()].map((phrase) => phrase.split(" ").length));
const tolerated = [...entries].filter(([phrase, entry]) => isTolerated(phrase, entry));

/** The longest known phrase at the beginning of the words, and how many of them it takes. */
export function matchPhrase(words: readonly string[]): { entry: Entry; length: number } | null {
  for (let length = Math.min(longestPhrase, words.length); length > 0; length--) {
    const entry = entries.get(words.slice(0, length).join(" "));
    if (entry) return { entry, length };
  }
  return null;
}

/** The key word of which a word is a typo of one letter, null where it could be a word of its own or more than one thing. */
export function matchTypo(word: string): Entry | null {
  if (word.length < 5 || lookalikes.has(word)) return null;
  const near = tolerated.filter(([known]) => known[0] === word[0] && isOneLetterAway(word, known));
  const meanings = new Set(near.map(([, entry]) => JSON.stringify(meaning(entry))));
  return meanings.size === 1 ? (near[0]?.[1] ?? null) : null;
}

/** True where one letter was left out, added, mistaken, or swapped with its neighbour. */
export function isOneLetterAway(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  const swapped = restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2);
  return swapped || restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1);
}

function meaning(entry: Entry): unknown {
  return entry.is === "kind" ? entry.kind : entry;
}

/** Only words that ask for something or name a kind; a negation is never guessed. */
function isTolerated(phrase: string, entry: Entry): boolean {
  if (phrase.includes(" ") || phrase.length < 5) return false;
  if (entry.is === "kind") return true;
  return entry.is === "word" && toleratedTags.includes(entry.tag);
}

function addLanguage(words: Words): void {
  for (const [tag, phrases] of Object.entries(words.tags) as [Tag, string][]) addAll(phrases, { is: "word", tag });
  for (const [kind, forms] of Object.entries(words.kinds) as [ItemKind, Words["kinds"][ItemKind]][])
    for (const count of ["one", "many", "either"] as const) addAll(forms[count] ?? "", { is: "kind", kind, count });
  for (const [value, phrases] of Object.entries(words.ordinals))
    addAll(phrases, { is: "number", value: Number(value), ordinal: true });
  for (const [value, phrases] of Object.entries(words.cardinals))
    addAll(phrases, { is: "number", value: Number(value), ordinal: false });
  for (const word of listed(words.lookalikes)) lookalikes.add(fold(word));
}

function addAll(phrases: string, entry: Entry): void {
  for (const phrase of listed(phrases)) add(phrase, entry);
}

function listed(phrases: string): string[] {
  return phrases
    .split(/\s*,\s*/)
    .filter(Boolean)
    .map((phrase) => phrase.trim());
}

/** A word that decides something wins over the same letters as an article of another language. */
function add(phrase: string, entry: Entry): void {
  for (const form of new Set([fold(phrase), fold(withoutUmlauts(phrase))])) {
    const known = entries.get(form);
    if (!known || (known.is === "word" && known.tag === "small")) entries.set(form, entry);
  }
}

function withoutUmlauts(phrase: string): string {
  return phrase.replace(/[äöü]/g, (letter) => ({ ä: "ae", ö: "oe", ü: "ue" })[letter] ?? letter);
}
