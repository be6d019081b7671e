import type { SourceRange } from "../plan-item.js";

export type Mark = "bold" | "link" | "status" | "struck";
/** A marked stretch of a text. `value` is the address of a link. A struck span is empty: its words are gone from the text, into `value`. */
export type Span = { start: number; end: number; mark: Mark; value: string };

/**
 * Where a stretch of a text stands in the source: from unit `at` on, unit by unit from `start` on where `width` is 0, else all of
 * it in the `width` units from `start` on, as an entity or a line break does.
 */
export type Run = { at: number; start: number; width: number };

/**
 * Text as a reader sees it: entities decoded, white space collapsed, zero-width characters and struck words gone. Lines are parted
 * by `\n`. `runs` place it in the source; its first unit is unit `offset` of them.
 */
export type RichText = { text: string; offset: number; runs: readonly Run[]; spans: readonly Span[] };

export const emptyText: RichText = { text: "", offset: 0, runs: [], spans: [] };

/** The source range from one position of a text to another; the whole text by default. */
export function rangeOf(text: RichText, from = 0, to = text.text.length): SourceRange {
  if (from >= text.text.length) return from === 0 ? { start: 0, end: 0 } : emptyRangeAt(endAt(text, text.text.length));
  const start = unitAt(text, from).start;
  return { start, end: to > from ? endAt(text, to) : start };
}

const emptyRangeAt = (at: number): SourceRange => ({ start: at, end: at });

function endAt(text: RichText, to: number): number {
  return to <= 0 ? 0 : unitAt(text, Math.min(to, text.text.length) - 1).end;
}

function unitAt(text: RichText, index: number): SourceRange {
  const at = text.offset + index;
  const run = text.runs[runIndexAt(text.runs, at)] ?? { at: 0, start: 0, width: 0 };
  const start = run.width === 0 ? run.start + at - run.at : run.start;
  return { start, end: start + (run.width || 1) };
}

/** The last run that begins at a unit or before it. */
function runIndexAt(runs: readonly Run[], at: number): number {
  let low = 0;
  let high = runs.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((runs[middle]?.at ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A stretch of a text without the white space at its ends. */
export function slice(text: RichText, from: number, to = text.text.length): RichText {
  let start = Math.max(0, from);
  let end = Math.min(text.text.length, to);
  while (start < end && isSpace(text.text, start)) start++;
  while (end > start && isSpace(text.text, end - 1)) end--;
  if (start === 0 && end === text.text.length) return text;
  return {
    text: text.text.slice(start, end),
    offset: text.offset + start,
    runs: text.runs,
    spans: text.spans.length === 0 ? text.spans : spansWithin(text.spans, start, end),
  };
}

function spansWithin(spans: readonly Span[], start: number, end: number): Span[] {
  return spans
    .filter((span) => span.start <= end && span.end >= start && (span.mark === "struck" || span.end > start))
    .map((span) => ({ ...span, start: Math.max(span.start, start) - start, end: Math.min(span.end, end) - start }));
}

/** The text without one stretch of it. */
export function cut(text: RichText, from: number, to: number): RichText {
  return join([slice(text, 0, from), slice(text, to)], " ");
}

/** Texts one after the other; the separator takes the place of the character before it. */
export function join(texts: readonly RichText[], separator: " " | "\n"): RichText {
  const parts = texts.filter((part) => part.text !== "");
  if (parts.length <= 1) return parts[0] ?? texts[0] ?? emptyText;
  const joined = { text: "", offset: 0, runs: [] as Run[], spans: [] as Span[] };
  for (const part of parts) {
    if (joined.text !== "") {
      joined.runs.push({ at: joined.text.length, start: endAt(joined, joined.text.length) - 1, width: 1 });
      joined.text += separator;
    }
    const shift = joined.text.length;
    joined.text += part.text;
    for (const run of runsOf(part)) joined.runs.push({ ...run, at: run.at + shift });
    for (const span of part.spans) joined.spans.push({ ...span, start: span.start + shift, end: span.end + shift });
  }
  return joined;
}

/** The runs that place this text and no more than it, counted from its own first unit. */
function runsOf({ text, offset, runs }: RichText): Run[] {
  const own: Run[] = [];
  for (let index = runIndexAt(runs, offset); index < runs.length; index++) {
    const run = runs[index];
    if (!run || run.at - offset >= text.length) break;
    const before = Math.max(0, offset - run.at);
    own.push({ ...run, at: run.at + before - offset, start: run.width === 0 ? run.start + before : run.start });
  }
  return own;
}

/** The lines of a text that are not empty. */
export function linesOf(text: RichText): RichText[] {
  if (!text.text.includes("\n")) return text.text === "" ? [] : [text];
  const lines: RichText[] = [];
  let from = 0;
  for (const line of text.text.split("\n")) {
    const part = slice(text, from, from + line.length);
    if (part.text !== "") lines.push(part);
    from += line.length + 1;
  }
  return lines;
}

/** The text on one line. */
export function flat(text: RichText): string {
  return text.text.replaceAll("\n", " ");
}

function isSpace(text: string, at: number): boolean {
  return text[at] === " " || text[at] === "\n";
}
