import type { Found } from "../extraction/candidate.js";
import { fold } from "../extraction/fold.js";
import { labels } from "../extraction/lexicon.js";
import type { StorageElement } from "../extraction/storage-tree.js";
import type { SourceRange } from "../plan-item.js";
import { cloneOf } from "./clones.js";
import { isAlone, type Line, lineAround, removableAround, removeLine } from "./lines.js";
import type { PageEdit } from "./page-change.js";
import { elementNamed, elementsAt, isWithin, lineElementAt, type PageView } from "./page-view.js";
import { endOfLine } from "./places.js";
import { escapeText, removeUnits, rewrite, runIn } from "./text-runs.js";

/** One criterion or paragraph, and where it stands. */
export type Entry = Found<string>;

/** What a new entry is: an element like its neighbour, a line behind a line break, a paragraph. */
export const FORMS = ["element", "line", "paragraph"] as const;
/** One of those forms. */
export type Form = (typeof FORMS)[number];

/** The elements that are entries of lists. */
export const ENTRIES = ["li", "ac:task"];

/** The element that is one entry: a bullet, a task, a paragraph, a row of a table of criteria; null for a line among others. */
export function entryElement(view: PageView, { range }: Entry, line: Line): StorageElement | null {
  const path = elementsAt(view, range.start + 0.5);
  const entry = path.findLast(({ name }) => ENTRIES.includes(name) || name === "td" || name === "th");
  if (entry && ENTRIES.includes(entry.name)) return entry;
  if (line.element.name === "p" && line.from === 0 && line.to >= line.whole.text.length) return line.element;
  return null;
}

/** The source of an entry without the lists that stand below it. */
function ownSource(element: StorageElement): SourceRange[] {
  const lists: StorageElement[] = [];
  const look = (at: StorageElement) => {
    for (const child of at.children)
      if (child.kind === "element") {
        if (["ul", "ol", "ac:task-list"].includes(child.name)) lists.push(child);
        else look(child);
      }
  };
  look(element);
  return lists.map(({ start, end }) => ({ start, end }));
}

/** A copy of an entry with another text, without what stands below it. */
export function cloneEntry(view: PageView, entry: Entry, element: StorageElement, text: string): string {
  const gone = ownSource(element).map((range): PageEdit => ({ range, text: "" }));
  const words = rewrite(view, runIn(view, entry.range), text).filter(
    (edit) => !gone.some((it) => isWithin(edit.range, it.range)),
  );
  return cloneOf(view, element, [...plainly(view, entry, text, words), ...gone]);
}

/** In a copy the new text stands at once where the old one began: no mark of a single word is taken over. */
function plainly(view: PageView, { range }: Entry, text: string, fallback: PageEdit[]): PageEdit[] {
  const run = runIn(view, range);
  const [first] = run.places;
  if (!first || run.text === "") return fallback;
  const all = removeUnits(view, run, 1, run.text.length);
  return [{ range: first, text: escapeText(text) }, ...all.filter((edit) => !isWithin(first, edit.range))];
}

/** The wider markup of a list item around a row of a table. */
function rowAround(view: PageView, { range }: Entry): StorageElement | null {
  const path = elementsAt(view, range.start + 0.5);
  const row = path.findLast(({ name }) => name === "tr");
  return row ?? null;
}

/** The edits that put an entry behind another. */
export function entryAfter(view: PageView, entry: Entry, text: string, form: Form): PageEdit[] {
  return entryBeside(view, entry, text, form, "after");
}

/** The edits that put an entry in front of another. */
export function entryBefore(view: PageView, entry: Entry, text: string, form: Form): PageEdit[] {
  return entryBeside(view, entry, text, form, "before");
}

function entryBeside(view: PageView, entry: Entry, text: string, form: Form, side: "before" | "after"): PageEdit[] {
  const line = lineAround(view, entry.range);
  if (!line) return [];
  const element = form === "element" ? (entryElement(view, entry, line) ?? null) : null;
  if (element) {
    const at = side === "after" ? element.end : element.start;
    return [{ range: { start: at, end: at }, text: cloneEntry(view, entry, element, text) }];
  }
  const prefix = line.whole.text.slice(line.from, line.valueFrom);
  const mark = /^\s*(?:[-–—•*▪◦‣●○→✓]\s*|\(?\w{1,2}[.)]\s+|\p{L}{1,12}\s?\d*\s*[:.)]\s*)*/u.exec(prefix)?.[0] ?? "";
  const label = /^\p{L}[\p{L} ]*:\s*$/u.test(prefix.trim()) && prefix.length > 6 ? "" : mark;
  if (side === "before") {
    const at = line.whole.places[line.valueFrom]?.start;
    return at === undefined
      ? []
      : [{ range: { start: at, end: at }, text: `${escapeText(text)}<br />${escapeText(label)}` }];
  }
  const end = endOfEntry(view, entry, line);
  const isBare =
    form !== "paragraph" &&
    (line.element.name === "td" ||
      line.element.name === "th" ||
      line.element.name === "p" ||
      line.element.name === "li");
  const words = `${escapeText(label)}${escapeText(text)}`;
  return end === null ? [] : [{ range: { start: end, end }, text: isBare ? `<br />${words}` : `<p>${words}</p>` }];
}

/** A scenario may have several lines; the next entry goes behind the last. */
function endOfEntry(view: PageView, { range }: Entry, line: Line): number | null {
  const last = lineAround(view, { start: Math.max(range.start, range.end - 1), end: range.end }) ?? line;
  return endOfLine(view, last)[0] ?? null;
}

/** The edits that take an entry away. */
export function withoutEntry(view: PageView, entry: Entry, isThorough: boolean): PageEdit[] {
  const line = lineAround(view, entry.range);
  if (!line) return [];
  const element = entryElement(view, entry, line);
  if (element && ownSource(element).length === 0) {
    const covers = isThorough ? removableAround(view, element) : element;
    const gone = covers ?? element;
    return [{ range: { start: gone.start, end: gone.end }, text: "" }];
  }
  const row = isThorough ? null : rowAround(view, entry);
  if (row && !element && runIn(view, row).text.trim() === entry.value)
    return [{ range: { start: row.start, end: row.end }, text: "" }];
  const run = runIn(view, { start: line.whole.places[line.from]?.start ?? entry.range.start, end: entry.range.end });
  const isLabelled = /^\s*\p{L}[\p{L} ]*:/u.test(line.whole.text.slice(line.from, line.valueFrom));
  if (isAlone(view, line) && !isLabelled) return removeLine(view, line);
  const cells = line.element.name === "td" || line.element.name === "th";
  if (cells && line.from === 0 && line.to >= line.whole.text.length) return removeUnits(view, run, 0, run.text.length);
  if (line.from > 0 || line.to < line.whole.text.length) {
    const last = lineAround(view, { start: Math.max(entry.range.start, entry.range.end - 1), end: entry.range.end });
    return removeLine(view, { ...line, to: last && last.element === line.element ? last.to : line.to });
  }
  return removeLine(view, line);
}

/** The elements that are lists. */
export const LISTS = ["ul", "ol", "ac:task-list"];

/** The list that holds entries, and the block with its label above: that of "Acceptance criteria:". */
export function blocksOfList(view: PageView, entries: readonly Entry[]): SourceRange[] | null {
  const [first] = entries;
  const list = first && elementsAt(view, first.range.start + 0.5).findLast(({ name }) => LISTS.includes(name));
  if (!first || !list || !entries.every(({ range }) => isWithin(range, list))) return null;
  const index = view.texts.findIndex(({ range }) => range.start >= list.start);
  const above = view.texts[index - 1];
  if (!above || labels.at(fold(above.text.text))?.meaning !== "criteria") return [list];
  const label = lineElementAt(view, above.range.start);
  if (!label || label.name === "td" || label.name === "th") return [list];
  if (isWithin(list, label)) return [label];
  const bullet = elementNamed(view, label.start, "li");
  if (bullet && isWithin(list, bullet)) return [bullet];
  return [label, list];
}
