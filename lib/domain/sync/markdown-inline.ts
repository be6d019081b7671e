import { decodeEntity } from "../extraction/entities.js";
import { emphasis, type Token } from "./markdown-emphasis.js";
import { plainLine } from "./plain-text.js";

/** Half-open range of a source. */
export type Range = { start: number; end: number };
/** Text as a reader sees it, and where in the source each of its characters stands. */
export type Shown = { text: string; places: Range[]; images: Range[] };

const autolink = /<((?:https?:\/\/|mailto:|linear:\/\/)[^\s<>]*|[a-z][\w.+-]*@[\w.-]+)>/iy;
const lineBreak = /<br\s*\/?>/iy;
const entity = /&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{0,31});/y;
const target = /\((?:\s*<[^<>\n]*>|[^\s()<>]*(?:\([^\s()]*\)[^\s()]*)*)(?:\s+(?:"[^"\n]*"|'[^'\n]*'))?\s*\)/y;
const isPunctuation = (unit: string | undefined) => unit !== undefined && /[!-/:-@[-`{-~]/.test(unit);

/**
 * What some ranges of Markdown, the lines of one block, show: white space as single blanks, escapes taken back, links, emphasis and code as their text.
 * Pictures are not text, nor are words that are struck out.
 */
export function readInline(source: string, lines: readonly Range[]): Shown {
  const text = lines.map(({ start, end }) => source.slice(start, end)).join("\n");
  const at = lines.flatMap(({ start, end }) => Array.from({ length: end - start + 1 }, (_, n) => start + n));
  const images: Range[] = [];
  const tokens = tokensOf(text, images);
  const places: Range[] = [];
  let shown = "";
  let space: Range | null = null;
  for (const { text: unit, start, end } of emphasis(tokens)) {
    const place = { start: at[start] ?? 0, end: (at[end - 1] ?? 0) + 1 };
    if (/\s/.test(unit)) {
      if (shown !== "") space ??= place;
    } else if (plainLine(unit) !== "" || isHalf(unit)) {
      if (space) places.push(space);
      if (space) shown += " ";
      space = null;
      shown += unit;
      places.push(place);
    }
  }
  const inSource = ({ start, end }: Range) => ({ start: at[start] ?? 0, end: (at[end - 1] ?? 0) + 1 });
  return { text: shown, places, images: images.map(inSource) };
}

const isHalf = (unit: string) => /[\ud800-\udfff]/.test(unit);

/** The characters that show, one UTF-16 unit to a token, and the marks that may be emphasis. */
function tokensOf(text: string, images: Range[]): Token[] {
  const tokens: Token[] = [];
  const code = codeSpans(text);
  const closing = brackets(text, code);
  const jumps = new Map<number, number>();
  const show = (shown: string, start: number, end: number) => {
    for (let n = 0; n < shown.length; n++) tokens.push({ text: shown.charAt(n), start, end });
  };
  const showEach = (from: number, to: number) => {
    for (let n = from; n < to; n++) {
      const escapes = text[n] === "\\" && isPunctuation(text[n + 1]) && n + 1 < to;
      show(text.charAt(escapes ? n + 1 : n), n, escapes ? n + 2 : n + 1);
      if (escapes) n++;
    }
  };
  for (let i = 0; i < text.length; ) {
    const unit = text.charAt(i);
    const jump = jumps.get(i);
    const span = code.get(i);
    if (jump !== undefined) {
      i = jump;
    } else if (unit === "\\" && (isPunctuation(text[i + 1]) || text[i + 1] === "\n")) {
      show(text.charAt(i + 1), i, i + 2);
      i += 2;
    } else if (span) {
      for (let n = span.from; n < span.to; n++) show(text.charAt(n), n, n + 1);
      i = span.end;
    } else if (unit === "!" && text[i + 1] === "[") {
      const end = linkEnd(text, closing.get(i + 1));
      if (end === null) show(unit, i, i + 1);
      else images.push({ start: i, end });
      i = end ?? i + 1;
    } else if (unit === "[") {
      const close = closing.get(i);
      const end = linkEnd(text, close);
      if (end === null || close === undefined) show(unit, i, i + 1);
      else jumps.set(close, end);
      i++;
    } else if (unit === "*" || unit === "_" || unit === "~") {
      let end = i + 1;
      while (text[end] === unit) end++;
      tokens.push({ text: unit, start: i, end, before: text[i - 1] ?? " ", after: text[end] ?? " " });
      i = end;
    } else {
      const link = unit === "<" ? matchAt(autolink, text, i) : null;
      const name = unit === "&" ? matchAt(entity, text, i) : null;
      const skip = unit === "<" ? matchAt(lineBreak, text, i) : null;
      const end = i + (link ?? name ?? skip ?? unit).length;
      if (link) showEach(i + 1, end - 1);
      else if (name) show(decodeEntity(name), i, end);
      else show(skip ? " " : unit, i, end);
      i = end;
    }
  }
  return tokens;
}

function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? null;
}

/** Where a link ends whose text ends here; null where no address follows. */
function linkEnd(text: string, close: number | undefined): number | null {
  const found = close === undefined ? null : matchAt(target, text, close + 1);
  return close === undefined || found === null ? null : close + 1 + found.length;
}

type CodeSpan = { from: number; to: number; end: number };

/** Inline code by the place where it begins. */
function codeSpans(text: string): Map<number, CodeSpan> {
  const runs = [...text.matchAll(/\\[^`]|(\\?)(`+)/g)].filter((run) => run[2] !== undefined);
  const spans = new Map<number, CodeSpan>();
  /** The runs of each length, the last first. */
  const byLength = new Map<number, number[]>(runs.map((run) => [lengthOf(run), []]));
  for (let n = runs.length - 1; n >= 0; n--) byLength.get(lengthOf(runs[n]))?.push(n);
  for (let n = 0; n < runs.length; n++) {
    const run = runs[n];
    if (!run) break;
    const length = lengthOf(run);
    // The first back tick after a backslash is text; it cannot begin code, yet what is after it can.
    const start = run.index + (run[1] ? 2 : 0);
    const opens = run[1] ? (run[2] ?? "").length - 1 : length;
    const later = byLength.get(opens);
    while ((later?.at(-1) ?? n + 1) <= n) later?.pop();
    const same = later?.at(-1);
    const last = same === undefined ? undefined : runs[same];
    if (opens === 0 || same === undefined || !last) continue;
    const close = last.index + (last[1] ? 1 : 0);
    const padded = /^\s[^]*\S[^]*\s$/.test(text.slice(start + opens, close)) ? 1 : 0;
    spans.set(start, { from: start + opens + padded, to: close - padded, end: close + opens });
    n = same;
  }
  return spans;
}

const lengthOf = (run: RegExpExecArray | undefined): number => (run?.[2] ?? "").length;

/** The closing bracket of each opening one. */
function brackets(text: string, code: Map<number, CodeSpan>): Map<number, number> {
  const pairs = new Map<number, number>();
  const open: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const span = code.get(i);
    if (span) i = span.end - 1;
    else if (text[i] === "\\") i++;
    else if (text[i] === "[") open.push(i);
    else if (text[i] === "]") {
      const start = open.pop();
      if (start !== undefined) pairs.set(start, i);
    }
  }
  return pairs;
}
