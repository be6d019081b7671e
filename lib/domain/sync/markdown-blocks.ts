import type { Range } from "./markdown-inline.js";

/**
 * One block of Markdown. `own` is what Linear has and pages are not told of: code, tables, folds, rules. The others are text: `lines` is where it
 * stands, without the marks of lists, headings and quotes; what is before the first of them is the block's mark.
 */
export type Block = Range & { kind: "paragraph" | "heading" | "item" | "own"; lines: Range[] };

const itemMark = /^\s*(?:[-*+]|\d{1,9}[.)])(?:\s+(?:\[[ xX]\](?:\s+|$))?|$)/;
const innerMark = /^(?:[-*+]\s+(?:\[[ xX]\]\s+)?|#{1,6}\s+|(?:>\s?)+)(?=\S)/;
const fenceMark = /^\s*(`{3,}(?!.*`)|~{3,})/;
const ruleLine = /^\s*([-*_])(?:\s*\1){2,}$/;
const endsTable = /^\s*(?:$|[-*+]\s|\d{1,9}[.)]\s|#{1,6}\s|>|`{3}|~{3}|\+{3}(?:\s|$))/;
const tableRule = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?$/;

/** Parts Markdown into blocks, as Linear shows it; blank lines belong to none. */
export function readBlocks(source: string): Block[] {
  const lines = linesOf(source);
  const whole = { source, lines, folds: readFolds(source, lines) };
  const blocks: Block[] = [];
  /** The block that the next line goes on with, unless that begins another one. */
  let current: Block | null = null;
  let inList = false;
  let isQuoted = false;

  const add = (kind: Block["kind"], start: number, end: number, text: Range[] = []): Block => {
    const block = { kind, start, end, lines: text };
    blocks.push(block);
    return block;
  };

  for (let n = 0; n < lines.length; n++) {
    const line = lines[n];
    if (!line) break;
    const raw = source.slice(line.start, line.end);
    const quote = /^(?: {0,3}> ?)+/.exec(raw)?.[0] ?? "";
    const text = raw.slice(quote.length);
    const indent = text.length - text.trimStart().length;
    if ((quote !== "") !== isQuoted) current = null;
    isQuoted = quote !== "";
    if (text.trim() === "") {
      current = null;
      continue;
    }
    const item: string | undefined = itemMark.exec(text)?.[0];
    const isCode = indent >= 4 && current === null && !inList && item === undefined;
    const ownUntil = endOfOwn(whole, n, quote.length, isCode);
    if (ownUntil !== null && !isUnderline(text, current)) {
      add("own", line.start, lines[ownUntil]?.end ?? line.end);
      n = ownUntil;
      current = null;
      inList &&= indent >= 2;
      continue;
    }
    const heading = /^ {0,3}#{1,6}(?:\s+|$)/.exec(text)?.[0];
    const textFrom = (mark: string) => line.start + quote.length + mark.length;
    if (current?.kind === "paragraph" && isUnderline(text, current)) {
      current.kind = "heading";
      current.end = line.end;
      current = null;
    } else if (heading !== undefined) {
      const end = line.end - (/(?:^|\s+)#+$/.exec(text.slice(heading.length))?.[0].length ?? 0);
      add("heading", line.start, line.end, [{ start: textFrom(heading), end }]);
      current = null;
      inList = false;
    } else if (item !== undefined && (current?.kind !== "paragraph" || item.length < text.length)) {
      const mark = item + marksIn(text.slice(item.length));
      current = add("item", line.start, line.end, [{ start: textFrom(mark), end: line.end }]);
      inList = true;
    } else {
      const range = { start: textFrom(text.slice(0, indent)), end: line.end };
      const last = blocks.at(-1);
      if (!current && inList && indent >= 2 && last?.kind === "item") current = last;
      if (current) {
        current.lines.push(range);
        current.end = line.end;
      } else {
        inList &&= indent >= 2;
        current = add(inList ? "item" : "paragraph", line.start, line.end, [range]);
      }
    }
  }
  return blocks;
}

/** The lines without what ends them and without blanks there. */
function linesOf(source: string): Range[] {
  const lines: Range[] = [];
  for (const { 0: raw, index } of source.matchAll(/[^\n]*(?:\n|$)/g)) {
    if (raw !== "") lines.push({ start: index, end: index + raw.trimEnd().length });
  }
  return lines;
}

/** "- # Heading", "- - nested": all the marks before the text. */
function marksIn(text: string): string {
  let at = 0;
  for (let mark = innerMark.exec(text); mark; mark = innerMark.exec(text.slice(at))) at += mark[0].length;
  return text.slice(0, at);
}

const isUnderline = (text: string, current: Block | null) =>
  current?.kind === "paragraph" && /^ {0,3}(?:=+|-+)$/.test(text);

type Source = { source: string; lines: readonly Range[]; folds: Map<number, number> };

/** The last line of what begins here and is Linear's own; null where nothing does. */
function endOfOwn({ source, lines, folds }: Source, n: number, skip: number, isCode: boolean): number | null {
  const textAt = (at: number) => source.slice((lines[at]?.start ?? 0) + skip, lines[at]?.end ?? 0);
  const text = textAt(n);
  const inItem = text.replace(itemMark, "");
  const fence = (fenceMark.exec(text) ?? fenceMark.exec(inItem))?.[1];
  if (fence) {
    let end = n + 1;
    while (end < lines.length && !closes(textAt(end), fence)) end++;
    return Math.min(end, lines.length - 1);
  }
  if (/^\+\+\+(?:\s|$)/.test(text)) return folds.get(n) ?? n;
  if (ruleLine.test(text) || isCode) return n;
  if (text.includes("|") && textAt(n + 1).includes("|") && tableRule.test(textAt(n + 1))) {
    let end = n + 1;
    while (end + 1 < lines.length && !endsTable.test(textAt(end + 1))) end++;
    return end;
  }
  return null;
}

const closes = (line: string, fence: string) => line.trim().startsWith(fence) && /^(`+|~+)$/.test(line.trim());

/** The last line of each fold by its first one. Folds may stand in folds; one that nothing ends is just its line. */
function readFolds(source: string, lines: readonly Range[]): Map<number, number> {
  const folds = new Map<number, number>();
  const open: number[] = [];
  lines.forEach(({ start, end }, n) => {
    const text = source.slice(start, end);
    if (/^\+\+\+\s+\S/.test(text)) open.push(n);
    else if (text === "+++" && open.length > 0) folds.set(open.pop() ?? n, n);
  });
  return folds;
}
