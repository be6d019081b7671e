import { titleKey } from "../extraction/fold.js";

export type Words = ReadonlySet<string>;
/** Says how much a word tells: nothing where every item has it, much where one item has it. */
export type Rarity = (word: string) => number;

/** Long words count by their beginning, so that an ending makes no other word of them. */
const STEM = 6;
/** Writing without spaces: each two signs are a word. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** The words of a text as they are compared. */
export function wordsOf(text: string): Words {
  const words = new Set<string>();
  for (const word of titleKey(text).split(" ")) {
    if (word === "") continue;
    if (!UNSPACED.test(word)) words.add(word.slice(0, STEM));
    else for (let at = 0; at < Math.max(word.length - 1, 1); at++) words.add(word.slice(at, at + 2));
  }
  return words;
}

/** Counts in how many texts each word stands; `sides` are compared with each other and counted apart. */
export function rarityIn(...sides: Words[][]): Rarity {
  const total = Math.max(...sides.map((texts) => texts.length)) + 1;
  const counts = new Map<string, number>();
  for (const texts of sides) {
    const own = new Map<string, number>();
    for (const words of texts) for (const word of words) own.set(word, (own.get(word) ?? 0) + 1);
    for (const [word, count] of own) counts.set(word, Math.max(counts.get(word) ?? 0, count));
  }
  return (word) => Math.log(total / (counts.get(word) ?? 1));
}

/** What two texts share: as a part of both, from 0 to 1, and how much the shared words tell. */
export function sharedWords(a: Words, b: Words, rarity: Rarity): { part: number; telling: number } {
  let telling = 0;
  let common = 0;
  for (const word of a)
    if (b.has(word)) {
      telling += rarity(word);
      common += weightOf(word, rarity);
    }
  const all = sum(a, rarity) + sum(b, rarity);
  return { part: all === 0 ? 0 : (2 * common) / all, telling };
}

/** Words that everybody has still say a little, so that a page with one item has words to compare. */
const weightOf = (word: string, rarity: Rarity) => 0.2 + rarity(word);

function sum(words: Words, rarity: Rarity): number {
  let total = 0;
  for (const word of words) total += weightOf(word, rarity);
  return total;
}
