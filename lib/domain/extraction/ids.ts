import { fold } from "./fold.js";
import { anyOf, wordsFor } from "./lexicon.js";
import type { RichText } from "./rich-text.js";

/** `US-101`, `WR-E1`, `NFR-1.2`. */
export const ID = "[A-Z][A-Z0-9]{0,11}-[A-Z]{0,3}\\d{1,7}(?:\\.\\d{1,4})*";
/** `F1`, `US12`: an id only after a word such as "Feature", in an id column or before a colon. */
export const SHORT_ID = "[A-Z]{1,5}\\d{1,5}(?:\\.\\d{1,4})*";

const WHOLE_ID = new RegExp(`^(?:${ID}|${SHORT_ID})$`);
const STANDARDS = new Set([
  "UTF",
  "ISO",
  "SHA",
  "AES",
  "RFC",
  "COVID",
  "HTTP",
  "TLS",
  "DIN",
  "EN-ISO",
  "MP",
  "PDF",
  "IEC",
  "CVE",
  "PI",
  "Q",
  "H",
  // Series that number other things than work: risks, incidents, bugs, decisions, objectives, milestones.
  ..."RSK RISK INC BUG DEC ADR OBJ OKR KR ACT PRB CHG ISS MS".split(" "),
]);

/** True for a text that is an id and nothing else. */
export function isId(text: string): boolean {
  return WHOLE_ID.test(text);
}

const ANY_ID = new RegExp(`(?<![\\p{L}\\p{N}-])${ID}(?![\\p{L}\\p{N}-])`, "gu");

/** Short ids whose letters say what they number, in front of a title: "F1: Pay", "US1.2 – Card". */
const SHORT_SERIES = /^\s*((?:US|EN|ST|FT|EP|FEAT|NFR|F|E)\d{1,3}(?:\.\d{1,3})*)(?:\s*[:–—|]|\s+-|\s)\s*\p{L}/u;

/**
 * The prefixes that number things in the texts of a page, the struck ones too: those with at least two ids. One `ISO-27001` or
 * `COVID-19` in a sentence is no id.
 */
export function idPrefixes(texts: readonly RichText[]): Set<string> {
  const numbers = new Map<string, Set<string>>();
  const note = (id: string) => numbers.set(prefixOf(id), (numbers.get(prefixOf(id)) ?? new Set()).add(id));
  for (const { text } of texts) {
    const id = SHORT_SERIES.exec(text)?.[1];
    if (id) note(id);
  }
  const struck = texts.flatMap((text) => text.spans.filter((span) => span.mark === "struck"));
  const words = [...texts.map((text) => text.text), ...struck.map((span) => span.value)].join("\n");
  for (const [id] of words.matchAll(ANY_ID)) note(id);
  return new Set(
    [...numbers].filter(([prefix, ids]) => ids.size > 1 && !STANDARDS.has(prefix)).map(([prefix]) => prefix),
  );
}

/** True for `ISO-27001`, `UTF-8` and other names that only look like ids. */
export function isStandard(id: string): boolean {
  return STANDARDS.has(prefixOf(id));
}

/** `CLM` of `CLM-12`, `US` of `US1.2`. */
export function prefixOf(id: string): string {
  return id.includes("-") ? id.slice(0, id.indexOf("-")) : id.replace(/\d[\d.]*$/, "");
}

const RANGE = new RegExp(
  `(${ID}|${SHORT_ID})\\s*(?:\\.{2,3}|…|–|—|-(?=\\s)|(?<=\\s)${anyOf(wordsFor("to"))}(?=\\s))\\s*(${ID}|${SHORT_ID}|\\d{1,7})(?![\\p{L}\\p{N}])`,
  "gu",
);
/** "US-2/3". */
const SLASHED = new RegExp(`(${ID})/(\\d{1,7})(?![\\p{L}\\p{N}-])`, "gu");
const LONGEST_RANGE = 50;

/** Writes out ranges: "US-3 to US-6" → "US-3, US-4, US-5, US-6". */
export function expandIdRanges(text: string): string {
  return text
    .replaceAll(SLASHED, (_, id: string, last: string) => `${id}, ${id.replace(/\d+$/, last)}`)
    .replaceAll(RANGE, (range, first: string, last: string) => {
      const head = first.replace(/\d+$/, "");
      const tail = last.replace(/\d+$/, "");
      const from = Number(first.slice(head.length));
      const to = Number(last.slice(tail.length));
      if ((tail !== "" && fold(tail) !== fold(head)) || to < from || to - from > LONGEST_RANGE) return range;
      return Array.from({ length: to - from + 1 }, (_, i) => `${head}${from + i}`).join(", ");
    });
}
