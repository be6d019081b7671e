import type { SourceRange } from "../plan-item.js";

export type Mark = "bold" | "link" | "status" | "struck";
/** A marked stretch of a text. `value` is the address of a link. A struck span is empty: its words are gone from the text. */
export type Span = { start: number; end: number; mark: Mark; value: string };

/**
 * Text as a reader sees it: entities decoded, white space collapsed, zero-width characters and struck words gone. Lines are parted
 * by `\n`. `starts` and `ends` give the source range of each UTF-16 unit.
 */
export type RichText = { text: string; starts: readonly number[]; ends: readonly number[]; spans: readonly Span[] };

export const emptyText: RichText = { text: "", starts: [], ends: [], spans: [] };

/** The source range from one position of a text to another; the whole text by default. */
export function rangeOf(text: RichText, from = 0, to = text.text.length): SourceRange {
  return { start: text.starts[from] ?? 0, end: text.ends[to - 1] ?? text.starts[from] ?? 0 };
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
    starts: text.starts.slice(start, end),
    ends: text.ends.slice(start, end),
    spans: text.spans
      .filter((span) => span.start <= end && span.end >= start && (span.mark === "struck" || span.end > start))
      .map((span) => ({ ...span, start: Math.max(span.start, start) - start, end: Math.min(span.end, end) - start })),
  };
}

/** The text without one stretch of it. */
export function cut(text: RichText, from: number, to: number): RichText {
  return join([slice(text, 0, from), slice(text, to)], " ");
}

/** Texts one after the other; the separator takes the place of the character before it. */
export function join(texts: readonly RichText[], separator: " " | "\n"): RichText {
  const parts = texts.filter((part) => part.text !== "");
  if (parts.length <= 1) return parts[0] ?? texts[0] ?? emptyText;
  const joined = { text: "", starts: [] as number[], ends: [] as number[], spans: [] as Span[] };
  for (const part of parts) {
    if (joined.text !== "") {
      const end = joined.ends.at(-1) ?? 0;
      joined.text += separator;
      joined.starts.push(end);
      joined.ends.push(end);
    }
    const shift = joined.text.length;
    joined.text += part.text;
    for (const start of part.starts) joined.starts.push(start);
    for (const end of part.ends) joined.ends.push(end);
    for (const span of part.spans) joined.spans.push({ ...span, start: span.start + shift, end: span.end + shift });
  }
  return joined;
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
