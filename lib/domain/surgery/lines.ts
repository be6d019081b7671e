import type { SourceRange } from "../plan-item.js";
import { rangeOf } from "../extraction/rich-text.js";
import type { StorageElement } from "../extraction/storage-tree.js";
import type { PageEdit } from "./page-change.js";
import { elementsAt, insideOf, isWithin, lineElementAt, type PageView } from "./page-view.js";
import { partOf, removeUnits, runIn, type TextRun } from "./text-runs.js";

/** The line that a value stands in: one of those that line breaks make of a paragraph, a bullet or a cell. */
export type Line = {
  /** The element that holds it. */
  element: StorageElement;
  /** All text of the element that is read together. */
  whole: TextRun;
  /** Where in that text the line stands, and where the value does. */
  from: number;
  to: number;
  valueFrom: number;
  valueTo: number;
};

/** The line around a value; null for what stands in no text. */
export function lineAround(view: PageView, range: SourceRange): Line | null {
  const found = view.texts.find((it) => it.range.start <= range.start && range.start < it.range.end);
  if (!found) return null;
  const element = lineElementAt(view, found.range.start) ?? view.tree;
  const whole = runIn(view, { start: found.range.start, end: Math.max(found.range.end, rangeOf(found.text).end) });
  const valueFrom = whole.places.findIndex(({ start }) => start >= range.start);
  if (valueFrom < 0) return null;
  let valueTo = valueFrom;
  while (valueTo < whole.places.length && (whole.places[valueTo]?.end ?? 0) <= range.end) valueTo++;
  const from = whole.text.lastIndexOf("\n", valueFrom - 1) + 1;
  const end = whole.text.indexOf("\n", valueFrom);
  const to = end < 0 ? whole.text.length : end;
  return { element, whole, from, to: Math.max(to, Math.min(valueTo, whole.text.length)), valueFrom, valueTo };
}

/** The words of a line. */
export function wordsOfLine({ whole, from, to }: Line): string {
  return whole.text.slice(from, to);
}

/** Where the source of a line begins and ends, its markup included, the line breaks around it not. */
export function sourceOfLine(view: PageView, { element, whole, from, to }: Line): SourceRange {
  const inside = insideOf(view, element) ?? { start: element.start, end: element.end };
  const before = from > 0 ? whole.places[from - 1] : undefined;
  const after = to < whole.text.length ? whole.places[to] : undefined;
  const lastOwn = whole.places[to - 1]?.end ?? inside.end;
  const block = element.children.find(
    (child) => child.kind === "element" && child.start >= lastOwn && isBlockish(child.name),
  );
  return { start: before?.end ?? inside.start, end: after?.start ?? block?.start ?? inside.end };
}

function isBlockish(name: string): boolean {
  return ["ul", "ol", "p", "table", "ac:task-list", "div", "h1", "h2", "h3", "h4", "h5", "h6"].includes(name);
}

/** True where the element holds nothing but this line. */
export function isAlone(view: PageView, line: Line): boolean {
  if (line.from > 0 || line.to < line.whole.text.length) return false;
  const inside = insideOf(view, line.element);
  return inside !== null && runIn(view, inside).text.trim() === line.whole.text.trim();
}

/** The edits that take a line away, and what holds nothing else with it; never a cell. */
export function removeLine(view: PageView, line: Line): PageEdit[] {
  if (isAlone(view, line)) {
    const element = removableAround(view, line.element);
    if (element) return [{ range: { start: element.start, end: element.end }, text: "" }];
  }
  const { whole, from, to } = line;
  if (from > 0) return removeUnits(view, whole, from - 1, to);
  return removeUnits(view, whole, from, Math.min(to + 1, whole.text.length));
}

const CELLS = new Set(["td", "th", "ac:layout-cell", "ac:rich-text-body", ""]);

/** The largest element around a line that holds nothing but it: a list with its only bullet. */
export function removableAround(view: PageView, element: StorageElement): StorageElement | null {
  if (CELLS.has(element.name)) return null;
  const path = elementsAt(view, element.start + 1);
  const text = runIn(view, element).text;
  let largest = element;
  for (const around of path.toReversed()) {
    if (around.start > element.start || around.end < element.end) continue;
    if (!REMOVABLE.has(around.name) || runIn(view, around).text !== text) break;
    largest = around;
  }
  return largest;
}

const REMOVABLE = new Set("p li ul ol ac:task ac:task-list ac:task-body div h1 h2 h3 h4 h5 h6 span".split(" "));

const SEPARATOR = /[,;|/·•]\s+|\s[·•|/]\s|\s[–—-]\s/g;

/** The ways to take a value off its line, the least first: with its label and a separator, with brackets or a dash, with the line. */
export function* removalsOf(view: PageView, line: Line, isCell: boolean): Generator<PageEdit[]> {
  const { whole, from, to, valueFrom, valueTo } = line;
  const cut = (start: number, end: number) => removeUnits(view, whole, start, end);
  const words = whole.text;
  if (isCell && words.slice(from, to).trim() === words.slice(valueFrom, valueTo).trim()) yield cut(valueFrom, valueTo);
  const open = lastIndexOfAny(words, "([", from, valueFrom);
  const close = firstIndexOfAny(words, ")]", valueTo, to);
  const isBracketed = open >= 0 && close >= 0 && !/[)\]]/.test(words.slice(open, valueFrom));
  const [groupFrom, groupTo] = isBracketed ? [open + 1, close] : [from, to];
  const token = tokenAround(words, groupFrom, groupTo, valueFrom, valueTo);
  const isOnly = token.from <= groupFrom && token.to >= groupTo;
  if (isBracketed && isOnly) yield cut(spaceBefore(words, open, from), close + 1);
  if (!isOnly && token.from > groupFrom) yield cut(token.before, token.to);
  if (!isOnly && token.to < groupTo) yield cut(token.from, token.after);
  if (!isCell) yield removeLine(view, line);
  if (words.slice(from, to).trim() !== words.slice(valueFrom, valueTo).trim())
    yield cut(spaceBefore(words, valueFrom, from), valueTo);
  yield cut(valueFrom, valueTo);
}

function tokenAround(words: string, from: number, to: number, valueFrom: number, valueTo: number) {
  let token = { before: from, from, to, after: to };
  for (const match of words.slice(from, to).matchAll(SEPARATOR)) {
    const start = from + match.index;
    const end = start + match[0].length;
    if (end <= valueFrom) token = { ...token, before: spaceBefore(words, start, from), from: end };
    else if (start >= valueTo) return { ...token, to: start, after: end };
  }
  return token;
}

function spaceBefore(words: string, at: number, from: number): number {
  let start = at;
  while (start > from && /\s/.test(words.charAt(start - 1))) start--;
  return start;
}

function lastIndexOfAny(words: string, units: string, from: number, to: number): number {
  for (let at = to - 1; at >= from; at--) if (units.includes(words.charAt(at))) return at;
  return -1;
}

function firstIndexOfAny(words: string, units: string, from: number, to: number): number {
  for (let at = from; at < to; at++) if (units.includes(words.charAt(at))) return at;
  return -1;
}

/** The value of a line as a run of its own. */
export function valueOf({ whole, valueFrom, valueTo }: Line): TextRun {
  return partOf(whole, valueFrom, valueTo);
}

/** True where a range stands in a cell of a table. */
export function cellAround(view: PageView, range: SourceRange): StorageElement | null {
  const cell = elementsAt(view, range.start).findLast(({ name }) => name === "td" || name === "th");
  return cell && isWithin(range, cell) ? cell : null;
}
