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

const ZERO_WIDTH = /[\u00ad\u200b-\u200f\u2060\ufeff]/;
const WHITE_SPACE = /\s/;
const LAST_PLAIN = 0x7e;
/** Control characters of XML and everything outside ASCII may be white space or have no width. */
const isOrdinary = (code: number) => code > 0x20 && code <= LAST_PLAIN;

/** A builder with nothing in it. */
export function textBuilder(): TextBuilder {
  let text = "";
  const runs: Run[] = [];
  const spans: Span[] = [];

  function push(units: string, start: number, width: number) {
    const run = runs.at(-1);
    const continues = run?.width === 0 && width === 0 && run.start + text.length - run.at === start;
    if (!continues) runs.push({ at: text.length, start, width });
    text += units;
  }
  function dropLast() {
    text = text.slice(0, -1);
    if (runs.at(-1)?.at === text.length) runs.pop();
  }
  const endsWithSpace = () => text === "" || text.endsWith(" ") || text.endsWith("\n");

  return {
    addPlain(raw, start) {
      let from = 0;
      for (let i = 0; i < raw.length; i++) {
        const code = raw.charCodeAt(i);
        if (isOrdinary(code)) continue;
        const unit = raw.charAt(i);
        const isSpace = code <= 0x20 || WHITE_SPACE.test(unit);
        if (!isSpace && !ZERO_WIDTH.test(unit)) continue;
        if (i > from) push(raw.slice(from, i), start + from, 0);
        if (isSpace && !endsWithSpace()) push(" ", start + i, 0);
        from = i + 1;
      }
      if (raw.length > from) push(raw.slice(from), start + from, 0);
    },
    add(characters, start, end) {
      const width = end - start === 1 && characters.length === 1 ? 0 : end - start;
      for (let i = 0; i < characters.length; i++) {
        const unit = characters.charAt(i);
        if (WHITE_SPACE.test(unit)) {
          if (!endsWithSpace()) push(" ", start, width);
        } else if (!ZERO_WIDTH.test(unit)) push(unit, start, width);
      }
    },
    breakLine(start, end) {
      if (text.endsWith(" ")) dropLast();
      if (!endsWithSpace()) push("\n", start, end - start);
    },
    mark(mark, value, inside) {
      const from = text.length;
      inside();
      const start = Math.min(from, text.length);
      if (text.length > start || mark === "struck") spans.push({ start, end: text.length, mark, value });
    },
    finish() {
      while (text.endsWith(" ") || text.endsWith("\n")) dropLast();
      const { length } = text;
      for (const span of spans) {
        span.start = Math.min(span.start, length);
        span.end = Math.min(span.end, length);
      }
      spans.sort((a, b) => a.start - b.start);
      return { text, offset: 0, runs, spans };
    },
  };
}
