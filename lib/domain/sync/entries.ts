import { commonSequence } from "./common-sequence.js";
import { contentOf, wordsOf } from "./content.js";

/** One paragraph, line, word, criterion or id of a sequence. `from` is the entry of the base that it was, null for what is new. */
export type Entry = { text: string; key: string; from: Entry | null };

/** So much of their words two entries must share for the one to be an edit of the other. */
const ALIKE = 0.5;
/** More pairs than this are not compared: then an edited entry counts as one that was removed and another that was added. */
const MOST_COMPARED = 100_000;

/** The entries of a base, which is compared with nothing. */
export function baseEntries(texts: readonly string[]): Entry[] {
  return texts.map((text) => ({ text, key: contentOf(text), from: null }));
}

/** Finds the entries of a base again where they stand in the same order, as words do. */
export function pairInOrder(base: readonly Entry[], texts: readonly string[]): Entry[] {
  const entries = baseEntries(texts);
  const keys = (of: readonly Entry[]) => of.map(({ key }) => key);
  for (const [i, j] of commonSequence(keys(base), keys(entries))) pair(base[i], entries[j]);
  return entries;
}

/** Finds the entries of a base again, also where they were moved or edited: first what stayed, then what was moved, then what is alike. */
export function pairEntries(base: readonly Entry[], texts: readonly string[]): Entry[] {
  const entries = pairInOrder(base, texts);
  const known = new Set(entries.map(({ from }) => from));
  const isFree = (it: Entry) => !known.has(it);
  const join = (it: Entry, entry: Entry) => {
    pair(it, entry);
    known.add(it);
  };
  const waiting = new Map<string, Entry[]>();
  for (const it of base.filter(isFree).toReversed()) waiting.set(it.key, [...(waiting.get(it.key) ?? []), it]);
  for (const entry of entries) {
    const it = entry.from ? undefined : waiting.get(entry.key)?.pop();
    if (it) join(it, entry);
  }
  for (const { it, entry } of alikePairs(
    base.filter(isFree),
    entries.filter(({ from }) => !from),
  ))
    if (isFree(it) && !entry.from) join(it, entry);
  return entries;
}

function pair(it: Entry | undefined, entry: Entry | undefined): void {
  if (it && entry) entry.from = it;
}

/** The most alike first; of what is equally alike, the first with the first. */
function alikePairs(base: readonly Entry[], entries: readonly Entry[]): { it: Entry; entry: Entry; alike: number }[] {
  if (base.length * entries.length > MOST_COMPARED) return [];
  const words = new Map([...base, ...entries].map((entry) => [entry, countOf(wordsOf(entry.text))]));
  const none = new Map<string, number>();
  return base
    .flatMap((it) =>
      entries.map((entry) => ({ it, entry, alike: likeness(words.get(it) ?? none, words.get(entry) ?? none) })),
    )
    .filter(({ alike }) => alike >= ALIKE)
    .sort((a, b) => b.alike - a.alike);
}

/** How often each of some words is there. */
export function countOf(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** What part of the words of two texts both have, from 0 to 1. */
function likeness(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let shared = 0;
  let all = 0;
  for (const [word, count] of a) shared += Math.min(count, b.get(word) ?? 0);
  for (const count of [...a.values(), ...b.values()]) all += count;
  return all === 0 ? 1 : (2 * shared) / all;
}
