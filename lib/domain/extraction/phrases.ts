/** A phrase that was found in a text, and where. */
export type FoundPhrase<Meaning> = { phrase: string; meaning: Meaning; start: number; end: number };

/** Phrases that can be found in folded text; they stand between other words, never inside one. */
export type Phrases<Meaning> = {
  /** What a text that is one of the phrases means. */
  get(folded: string): Meaning | undefined;
  /** The longest phrase that begins at a place. */
  at(folded: string, from?: number): FoundPhrase<Meaning> | null;
  /** All phrases from left to right, none inside another. */
  find(folded: string): FoundPhrase<Meaning>[];
  /** True where one of the phrases stands anywhere in the text. */
  isIn(folded: string): boolean;
};

/** Phrases from folded words and their meanings. */
export function phrasesOf<Meaning>(words: Iterable<readonly [string, Meaning]>): Phrases<Meaning> {
  const whole = new Map(words);
  const byFirstWord = new Map<string, [string, Meaning][]>();
  for (const entry of whole) {
    const first = entry[0].slice(0, endOfWord(entry[0], 0));
    byFirstWord.set(first, [...(byFirstWord.get(first) ?? []), entry]);
  }
  for (const entries of byFirstWord.values()) entries.sort(([a], [b]) => b.length - a.length);

  function at(folded: string, from = 0): FoundPhrase<Meaning> | null {
    for (const [phrase, meaning] of byFirstWord.get(folded.slice(from, endOfWord(folded, from))) ?? []) {
      const end = from + phrase.length;
      if (!folded.startsWith(phrase, from) || (isWordUnit(phrase, phrase.length - 1) && isWordUnit(folded, end)))
        continue;
      return { phrase, meaning, start: from, end };
    }
    return null;
  }

  function next(folded: string, from: number): FoundPhrase<Meaning> | null {
    for (let i = from; i < folded.length; i = endOfWord(folded, i)) {
      while (i < folded.length && !isWordUnit(folded, i)) i++;
      const found = i < folded.length ? at(folded, i) : null;
      if (found) return found;
    }
    return null;
  }

  function find(folded: string): FoundPhrase<Meaning>[] {
    const all: FoundPhrase<Meaning>[] = [];
    for (let found = next(folded, 0); found; found = next(folded, found.end)) all.push(found);
    return all;
  }

  return { get: (folded) => whole.get(folded), at, find, isIn: (folded) => next(folded, 0) !== null };
}

function endOfWord(text: string, from: number): number {
  let end = from;
  while (isWordUnit(text, end)) end++;
  return end;
}

const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/** True where a letter or a digit stands at a place of a folded text. */
function isWordUnit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 0x80)
    return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a);
  return code >= 0x80 && LETTER_OR_DIGIT.test(text.charAt(at));
}
