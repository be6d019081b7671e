/** A word of a text: as it is compared, as people see it, and the how manieth it is. */
export type Word = { word: string; shown: string; position: number };
/** What is searched of a node: each word with its places, a title's marked `A`, and how many words there are. */
export type IndexedWords = { places: { word: string; at: string }[]; count: number };

/** Longer ones are ids and addresses; a node's later words are not searched. */
const maxLength = 40;
const maxWords = 4_000;
/** tsvector counts no further, and keeps so many places of a word. */
const maxPlaces = 250;
/** It holds a mebibyte: each word as it stands and its stem in each of four languages, with their places. */
const maxBytes = 900_000;
const encoder = new TextEncoder();
const bytesOf = (word: string): number => 5 * (encoder.encode(word).length + 10);

/** The words of a text, in lower case and without accents. One with hyphens is its parts and also the whole: `on-call`, `on`, `call`. */
export function wordsIn(text: string): Word[] {
  const words: Word[] = [];
  let position = 0;
  for (const [shown] of text.matchAll(/[\p{L}\p{M}\p{N}]+(?:[-‐‑][\p{L}\p{M}\p{N}]+)*/gu)) {
    const parts = shown.split(/[-‐‑]/);
    const begin = position + 1;
    for (const part of parts) words.push({ word: plain(part), shown: part, position: ++position });
    if (parts.length > 1) words.push({ word: plain(parts.join("")), shown, position: begin });
    if (position >= maxWords) break;
  }
  return words.filter(({ word }) => word !== "");
}

/** A word as it is compared: `Größe` and `GROSSE` are the same. */
export function plain(word: string): string {
  if (/^[a-z0-9]*$/i.test(word)) return word.toLowerCase().slice(0, maxLength);
  const folded = word
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[ßæœøłđ]/g, (letter) => letters[letter] ?? letter)
    .replace(/[^\p{L}\p{N}]+/gu, "");
  return folded.slice(0, maxLength).replace(/[\ud800-\udbff]$/, "");
}

const letters: Record<string, string> = { ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d" };

/** The words of a title and a text with their places, as a tsvector writes them. */
export function indexWords(title: string, text: string): IndexedWords {
  const inTitle = wordsIn(title);
  // A gap, so that no phrase reaches from the title into the text.
  const gap = (inTitle.at(-1)?.position ?? 0) + 2;
  const inText = wordsIn(text).slice(0, maxWords);
  const places = new Map<string, string[]>();
  let bytes = 0;
  const note = (word: string, place: string) => {
    const known = places.get(word);
    if (known) {
      if (known.length < maxPlaces) known.push(place);
      return;
    }
    bytes += bytesOf(word);
    if (bytes <= maxBytes) places.set(word, [place]);
  };
  for (const { word, position } of inTitle) note(word, `${position}A`);
  for (const { word, position } of inText) note(word, `${gap + position}`);
  return {
    places: [...places].map(([word, at]) => ({ word, at: at.join(",") })),
    count: inTitle.length + inText.length,
  };
}
