import { textOfCell } from "../extraction/columns.js";
import { type Candidate, type Found } from "../extraction/candidate.js";
import { fold, titleKey } from "../extraction/fold.js";
import { labels } from "../extraction/lexicon.js";
import { readFields } from "../extraction/labelled-line.js";
import { linesOf } from "../extraction/rich-text.js";
import type { StorageElement } from "../extraction/storage-tree.js";
import type { ExtractedItem, SourceRange } from "../plan-item.js";
import { cloneOf } from "./clones.js";
import { isAlone, type Line, lineAround, removableAround, removeLine, sourceOfLine } from "./lines.js";
import type { PageEdit } from "./page-change.js";
import { elementNamed, elementsAt, insideOf, isWithin, lineElementAt, type PageView } from "./page-view.js";
import { cellOf, endOfLine, fillCell } from "./places.js";
import { modelsFor } from "./siblings.js";
import { escapeText, removeUnits, rewrite, rewriteValue, runIn } from "./text-runs.js";
import { alignLists, type Step } from "./word-diff.js";

type Entry = Found<string>;

/** What a new entry is: an element like its neighbour, a line behind a line break, a paragraph. */
const FORMS = ["element", "line", "paragraph"] as const;
type Form = (typeof FORMS)[number];

/** The ways to set acceptance criteria: entries that stay are left alone, others are edited, added beside their neighbours, or removed. */
export function* criteriaEdits(view: PageView, item: ExtractedItem, wanted: readonly string[]): Generator<PageEdit[]> {
  yield* listEdits(view, item, item.acceptanceCriteria, wanted, (it) => it.criteria);
  if (item.acceptanceCriteria.length > 0 || wanted.length === 0) return;
  for (const own of view.sightings.get(item.key) ?? []) {
    yield* criteriaCell(view, own, wanted);
    yield* criteriaLikeModels(view, item, own, wanted);
    yield* criteriaFromNothing(view, own, wanted);
  }
}

/** The ways to set a description, paragraph by paragraph. */
export function* descriptionEdits(view: PageView, item: ExtractedItem, wanted: string): Generator<PageEdit[]> {
  const paragraphs = paragraphsOf(wanted);
  yield* listEdits(view, item, paragraphsOf(item.description), paragraphs, (it) => it.description);
  if (item.description !== "" || paragraphs.length === 0) return;
  for (const own of view.sightings.get(item.key) ?? []) yield* descriptionFromNothing(view, own, paragraphs);
}

/** The paragraphs of a description. */
export function paragraphsOf(description: string): string[] {
  return description
    .split(/\n{2,}/)
    .map((it) => it.trim())
    .filter((it) => it !== "");
}

function* listEdits(
  view: PageView,
  item: ExtractedItem,
  old: readonly string[],
  wanted: readonly string[],
  pick: (candidate: Candidate) => readonly Entry[],
): Generator<PageEdit[]> {
  if (old.length === 0) return;
  const entries = (view.sightings.get(item.key) ?? []).flatMap((candidate) => pick(candidate));
  const standing = old.map((value) =>
    entries.filter((it) => titleKey(it.value) === titleKey(value) || it.value === value),
  );
  if (standing.some(({ length }) => length === 0)) return;
  const [aligned, literal] = [alignLists(old, wanted), inOrder(old, wanted)];
  for (const steps of [aligned, literal])
    for (const form of FORMS)
      for (const isThorough of [true, false]) yield edited(view, steps, standing, old, wanted, form, isThorough);
  if (wanted.length === 0) yield* wholeList(view, entries);
}

/** The first becomes the first, and so on. */
function inOrder(old: readonly string[], wanted: readonly string[]): Step[] {
  return Array.from({ length: Math.max(old.length, wanted.length) }, (_, at) => ({
    old: at < old.length ? at : -1,
    wanted: at < wanted.length ? at : -1,
  }));
}

function edited(
  view: PageView,
  steps: readonly Step[],
  standing: readonly (readonly Entry[])[],
  old: readonly string[],
  wanted: readonly string[],
  form: Form,
  isThorough: boolean,
): PageEdit[] {
  const edits: PageEdit[] = [];
  let before: Entry | undefined;
  const waiting: string[] = [];
  for (const step of steps) {
    const found = step.old >= 0 ? (standing[step.old] ?? []) : [];
    const text = step.wanted >= 0 ? (wanted[step.wanted] ?? "") : null;
    if (step.old < 0 && text !== null) {
      if (before) edits.push(...entryAfter(view, before, text, form));
      else waiting.push(text);
      continue;
    }
    const [first] = found;
    if (first && waiting.length > 0)
      for (const it of waiting.splice(0)) edits.push(...entryBefore(view, first, it, form));
    for (const entry of isThorough ? found : found.slice(0, 1)) {
      if (text === null) edits.push(...withoutEntry(view, entry, isThorough));
      else if (text !== old[step.old]) edits.push(...rewriteValue(view, entry.range, entry.value, text));
    }
    before = first ?? before;
  }
  return merged(edits);
}

/** Deletions that contain each other are one. */
function merged(edits: readonly PageEdit[]): PageEdit[] {
  return edits.filter(
    (edit, index) =>
      edit.range.start === edit.range.end ||
      !edits.some(
        (other, at) =>
          at !== index &&
          isWithin(edit.range, other.range) &&
          (at < index || !isWithin(other.range, edit.range)) &&
          other.text === "",
      ),
  );
}

const ENTRIES = ["li", "ac:task"];

/** The element that is one entry: a bullet, a task, a paragraph, a row of a table of criteria; null for a line among others. */
function entryElement(view: PageView, { range }: Entry, line: Line): StorageElement | null {
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

function cloneEntry(view: PageView, entry: Entry, element: StorageElement, text: string): string {
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

function entryAfter(view: PageView, entry: Entry, text: string, form: Form): PageEdit[] {
  return entryBeside(view, entry, text, form, "after");
}

function entryBefore(view: PageView, entry: Entry, text: string, form: Form): PageEdit[] {
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

function withoutEntry(view: PageView, entry: Entry, isThorough: boolean): PageEdit[] {
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

/** With the last entry its list goes, and the label above it. */
function* wholeList(view: PageView, entries: readonly Entry[]): Generator<PageEdit[]> {
  const [first] = entries;
  if (!first) return;
  const blocks = blocksOfList(view, entries);
  if (blocks) yield blocks.map(({ start, end }): PageEdit => ({ range: { start, end }, text: "" }));
  yield merged(
    entries.flatMap(({ range }) => removeUnits(view, runIn(view, range), 0, runIn(view, range).text.length)),
  );
}

const LISTS = ["ul", "ol", "ac:task-list"];

/** The list that holds entries, and the block with its label above: that of "Acceptance criteria:". */
function blocksOfList(view: PageView, entries: readonly Entry[]): SourceRange[] | null {
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

function* criteriaCell(view: PageView, own: Candidate, wanted: readonly string[]): Generator<PageEdit[]> {
  const found = cellOf(own, "criteria");
  if (!found) return;
  const model =
    found.others.find((cell) => textOfCell(cell).text.includes("\n")) ??
    found.others.find((cell) => textOfCell(cell).text !== "");
  const kind = model?.blocks.find((block) => block.kind === "list");
  const markup = model ? view.body.slice(model.range.start, model.range.end) : "";
  const isTasks = kind !== undefined && markup.includes("<ac:task-list");
  const hasParagraphs = /<li[^<>]*>\s*<p[\s>]/.test(markup);
  const item = (text: string) =>
    hasParagraphs ? `<li><p>${escapeText(text)}</p></li>` : `<li>${escapeText(text)}</li>`;
  const tag = markup.includes("<ol") && !markup.includes("<ul") ? "ol" : "ul";
  const list = isTasks
    ? `<ac:task-list>${wanted.map((text) => `<ac:task><ac:task-status>incomplete</ac:task-status><ac:task-body>${escapeText(text)}</ac:task-body></ac:task>`).join("")}</ac:task-list>`
    : `<${tag}>${wanted.map(item).join("")}</${tag}>`;
  const [firstLine] = model ? linesOf(textOfCell(model)) : [];
  const dash = /^[-–—•*]\s*/.exec(firstLine?.text ?? "")?.[0] ?? "";
  const lines = wanted.map((text) => `${dash}${escapeText(text)}`).join("<br />");
  const forms = kind ? [list] : wanted.length === 1 ? [lines, list] : [lines, list];
  for (const form of forms) {
    const { text } = textOfCell(found.cell);
    const inside = insideOf(view, elementsAt(view, found.cell.range.start + 1).at(-1) ?? view.tree);
    const filled = fillCell(view, found.cell.range, form);
    if (text === "" && filled) yield [filled];
    else if (inside) {
      const run = runIn(view, found.cell.range);
      const [start, end] = [run.places[0]?.start, run.places.at(-1)?.end];
      if (start !== undefined && end !== undefined) yield [{ range: { start, end }, text: kind ? lines : form }];
    }
  }
}

/** As a sibling has them: with the label above the list, or with a label in each line. */
function* criteriaLikeModels(
  view: PageView,
  item: ExtractedItem,
  own: Candidate,
  wanted: readonly string[],
): Generator<PageEdit[]> {
  const models = modelsFor(view, item, own).filter(({ candidate }) => candidate.criteria.length > 0);
  for (const { candidate } of models.slice(0, 4)) {
    const blocks = blocksOfList(view, candidate.criteria);
    const [first] = candidate.criteria;
    if (!first) continue;
    if (blocks) {
      const [start, end] = [blocks[0]?.start ?? 0, blocks.at(-1)?.end ?? 0];
      const clone = cloneList(view, { start, end }, candidate.criteria, wanted);
      const name = elementsAt(view, start + 1).at(-1)?.name ?? "p";
      for (const at of placesBelow(view, own, name))
        yield [{ range: { start: at.at, end: at.at }, text: at.wrap(clone) }];
      continue;
    }
    const line = lineAround(view, first.range);
    if (!line) continue;
    const element = entryElement(view, first, line);
    const labelled =
      element &&
      readFields(
        view.texts.find(({ range }) => range.start <= first.range.start && first.range.start < range.end)?.text ??
          emptyLine,
      ).length > 0;
    if (element && labelled) {
      const clone = wanted.map((text) => cloneEntry(view, first, element, text)).join("");
      for (const at of placesBelow(view, own, element.name))
        yield [{ range: { start: at.at, end: at.at }, text: at.wrap(clone) }];
    } else if (!element) {
      const label = cloneOf(view, { start: sourceOfLine(view, line).start, end: first.range.start }, []);
      const markup = wanted.map((text, index) => `<br />${index === 0 ? label : ""}${escapeText(text)}`).join("");
      const head = lineAround(view, lastOf(own));
      for (const at of head ? endOfLine(view, head).slice(0, 1) : [])
        yield [{ range: { start: at, end: at }, text: markup }];
    }
  }
}

const emptyLine = { text: "", offset: 0, runs: [], spans: [] };

function cloneList(view: PageView, range: SourceRange, entries: readonly Entry[], wanted: readonly string[]): string {
  const [first, ...others] = entries;
  const line = first && lineAround(view, first.range);
  const element = first && line && entryElement(view, first, line);
  if (!first || !element) return "";
  const gone = others.flatMap((entry): PageEdit[] => {
    const own = lineAround(view, entry.range);
    const it = own && entryElement(view, entry, own);
    return it && !isWithin(it, element) ? [{ range: { start: it.start, end: it.end }, text: "" }] : [];
  });
  const items = wanted.map((text) => cloneEntry(view, first, element, text)).join("");
  return cloneOf(view, range, [{ range: { start: element.start, end: element.end }, text: items }, ...gone]);
}

type Below = { at: number; wrap: (markup: string) => string };

const asIs = (markup: string) => markup;

/** The last thing that an item says of itself. */
function lastOf(own: Candidate): SourceRange {
  const all = [own.title, own.storyPoints, own.priority, own.enablerType, ...own.description, ...own.criteria].flatMap(
    (it) => (it && it.range.start >= own.title.range.start ? [it.range] : []),
  );
  return all.sort((a, b) => b.start - a.start)[0] ?? own.title.range;
}

/** Where something of an item may go that stands below its head: behind the last it says, or right behind the head. */
function placesBelow(view: PageView, own: Candidate, name: string): Below[] {
  const places: Below[] = [];
  if (name === "li" || name === "ac:task") {
    const bullet = elementNamed(view, own.title.range.start + 0.5, "li");
    const inside = bullet && insideOf(view, bullet);
    const list = bullet?.children.find((it): it is StorageElement => it.kind === "element" && LISTS.includes(it.name));
    const insideList = list && insideOf(view, list);
    if (insideList) {
      const last = elementsAt(view, lastOf(own).start + 0.5).find((it) => it.name === "li" && isWithin(it, list));
      if (last) places.push({ at: last.end, wrap: asIs });
      places.push({ at: insideList.start, wrap: asIs });
    } else if (inside) places.push({ at: inside.end, wrap: (markup) => `<ul>${markup}</ul>` });
    if (places.length > 0) return places;
  }
  for (const range of [lastOf(own), own.title.range]) {
    const path = elementsAt(view, range.start + 0.5);
    const block = path.findLast((it) => /^(?:h[1-6]|p|table)$/.test(it.name) || LISTS.includes(it.name));
    if (block) places.push({ at: block.end, wrap: asIs });
  }
  const wrapped = name === "li" ? (markup: string) => `<ul>${markup}</ul>` : asIs;
  return places.map((it) => ({ ...it, wrap: wrapped }));
}

/** A labelled list in plain form, where no sibling has one. */
function* criteriaFromNothing(view: PageView, own: Candidate, wanted: readonly string[]): Generator<PageEdit[]> {
  const items = wanted.map((text) => `<li>${escapeText(text)}</li>`).join("");
  const bullet = own.rule === "list-tree";
  if (bullet)
    for (const { at, wrap } of placesBelow(view, own, "li")) {
      yield [{ range: { start: at, end: at }, text: wrap(`<li>Acceptance criteria:<ul>${items}</ul></li>`) }];
      yield [
        {
          range: { start: at, end: at },
          text: wrap(wanted.map((text) => `<li>AC: ${escapeText(text)}</li>`).join("")),
        },
      ];
    }
  else if (own.structure.kind !== "table")
    for (const { at } of placesBelow(view, own, "p"))
      yield [{ range: { start: at, end: at }, text: `<p>Acceptance criteria:</p><ul>${items}</ul>` }];
  const line = lineAround(view, own.title.range);
  if (own.structure.kind === "table" && line)
    for (const at of endOfLine(view, line).slice(0, 1))
      yield [
        {
          range: { start: at, end: at },
          text: `<br />${wanted.map((text) => `AC: ${escapeText(text)}`).join("<br />")}`,
        },
      ];
}

function* descriptionFromNothing(view: PageView, own: Candidate, paragraphs: readonly string[]): Generator<PageEdit[]> {
  const lines = paragraphs.map(escapeText);
  for (const label of ["description", "sentence"] as const) {
    const cell = cellOf(own, label);
    const isEmpty = cell !== null && textOfCell(cell.cell).text === "";
    const filled =
      isEmpty &&
      fillCell(
        view,
        cell.cell.range,
        lines.length === 1 ? (lines[0] ?? "") : lines.map((it) => `<p>${it}</p>`).join(""),
      );
    if (filled) yield [filled];
  }
  const markup = lines.map((it) => `<p>${it}</p>`).join("");
  const path = elementsAt(view, own.title.range.start + 0.5);
  const block = path.findLast((it) => /^(?:h[1-6]|p)$/.test(it.name));
  if (block) yield [{ range: { start: block.end, end: block.end }, text: markup }];
  const line = lineAround(view, own.title.range);
  for (const at of line ? endOfLine(view, line) : []) {
    yield [{ range: { start: at, end: at }, text: `<p>${lines.join("</p><p>")}</p>` }];
    yield [{ range: { start: at, end: at }, text: `<br />${lines.join("<br />")}` }];
  }
}
