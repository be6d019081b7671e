import type { Mark, RichText, Run, Span } from "./rich-text.js";

/** Gathers the text of a block piece by piece, with the place of each unit in the source. */
export type TextBuilder = {
  /** Adds text that stands in the source unit by unit from `start` on. */
  addPlain(raw: string, start: number): void;
  /** Adds the characters that one range of the source stands for, such as those of an entity. */
  add(characters: string, start: number, end: number): void;
  breakLine(start: number, end: number): void;
  /** Runs `inside`; what it adds carries the mark. */
  mark(mark: Mark, value: string, inside: () => void): void;
  finish(): RichText;
};

/** Characters that nobody sees: they are no part of a text. */
export const ZERO_WIDTH = /[\u00ad\u200b-\u200f\u2060\ufeff]/;
const WHITE_SPACE = /\s/;
const LAST_PLAIN = 0x7e;
/** Control characters of XML and everything outside ASCII may be white space or have no width. */
const isOrdinary = (code: number) => code > 0x20 && code <= LAST_PLAIN;

/** A builder with nothing in it. */
export function textBuilder(): TextBuilder {
  let text = "";
  /** White space that is part of the text once something follows it. To look at the end of the text would copy all of it. */
  let space: { unit: " " | "\n"; start: number; width: number } | null = null;
  const runs: Run[] = [];
  const spans: Span[] = [];

  function append(units: string, start: number, width: number) {
    const run = runs.at(-1);
    const continues = run?.width === 0 && width === 0 && run.start + text.length - run.at === start;
    if (!continues) runs.push({ at: text.length, start, width });
    text += units;
  }
  function push(units: string, start: number, width: number) {
    if (space) append(space.unit, space.start, space.width);
    space = null;
    append(units, start, width);
  }
  function pushSpace(start: number, width: number) {
    if (text !== "") space ??= { unit: " ", start, width };
  }
  const length = () => text.length + (space ? 1 : 0);

  return {
    addPlain(raw, start) {
      let from = 0;
      for (let i = 0; i < raw.length; i++) {
        const code = raw.charCodeAt(i);
        if (isOrdinary(code) || (code === 0x20 && i > from && isOrdinary(raw.charCodeAt(i + 1)))) continue;
        const unit = raw.charAt(i);
        const isSpace = code <= 0x20 || WHITE_SPACE.test(unit);
        if (!isSpace && !ZERO_WIDTH.test(unit)) continue;
        if (i > from) push(raw.slice(from, i), start + from, 0);
        if (isSpace) pushSpace(start + i, 0);
        from = i + 1;
      }
      if (raw.length > from) push(raw.slice(from), start + from, 0);
    },
    add(characters, start, end) {
      const width = end - start === 1 && characters.length === 1 ? 0 : end - start;
      for (let i = 0; i < characters.length; i++) {
        const unit = characters.charAt(i);
        if (WHITE_SPACE.test(unit)) pushSpace(start, width);
        else if (!ZERO_WIDTH.test(unit)) push(unit, start, width);
      }
    },
    breakLine(start, end) {
      if (text !== "" && space?.unit !== "\n") space = { unit: "\n", start, width: end - start };
    },
    mark(mark, value, inside) {
      const from = length();
      inside();
      const start = Math.min(from, length());
      if (length() > start || mark === "struck") spans.push({ start, end: length(), mark, value });
    },
    finish() {
      for (const span of spans) {
        span.start = Math.min(span.start, text.length);
        span.end = Math.min(span.end, text.length);
      }
      spans.sort((a, b) => a.start - b.start);
      return { text, offset: 0, runs, spans };
    },
  };
}
