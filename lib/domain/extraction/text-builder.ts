import type { Mark, RichText, Span } from "./rich-text.js";

const ZERO_WIDTH = /[\u00ad\u200b-\u200f\u2060\ufeff]/;
const WHITE_SPACE = /\s/;

/** Gathers the text of a block, character by character, with the place of each in the source. */
export type TextBuilder = {
  /** Adds a character, or the characters of one entity, that stand at a range of the source. */
  add(characters: string, start: number, end: number): void;
  breakLine(start: number, end: number): void;
  /** Runs `inside`; what it adds carries the mark. */
  mark(mark: Mark, value: string, inside: () => void): void;
  finish(): RichText;
};

/** A builder with nothing in it. */
export function textBuilder(): TextBuilder {
  const units: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  const spans: Span[] = [];

  function push(unit: string, start: number, end: number) {
    units.push(unit);
    starts.push(start);
    ends.push(end);
  }
  function pop() {
    units.pop();
    starts.pop();
    ends.pop();
  }

  return {
    add(characters, start, end) {
      for (let i = 0; i < characters.length; i++) {
        const unit = characters.charAt(i);
        if (ZERO_WIDTH.test(unit)) continue;
        if (!WHITE_SPACE.test(unit)) push(unit, start, end);
        else if (units.length > 0 && units.at(-1) !== " " && units.at(-1) !== "\n") push(" ", start, end);
      }
    },
    breakLine(start, end) {
      if (units.at(-1) === " ") pop();
      if (units.length > 0 && units.at(-1) !== "\n") push("\n", start, end);
    },
    mark(mark, value, inside) {
      const from = units.length;
      inside();
      const start = Math.min(from, units.length);
      if (units.length > start || mark === "struck") spans.push({ start, end: units.length, mark, value });
    },
    finish() {
      while (units.at(-1) === " " || units.at(-1) === "\n") pop();
      const length = units.length;
      const kept = spans.map((span) => ({
        ...span,
        start: Math.min(span.start, length),
        end: Math.min(span.end, length),
      }));
      kept.sort((a, b) => a.start - b.start);
      return { text: units.join(""), starts, ends, spans: kept };
    },
  };
}
