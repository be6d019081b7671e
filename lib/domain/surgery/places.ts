import type { Candidate } from "../extraction/candidate.js";
import { readColumns, textOfCell } from "../extraction/columns.js";
import type { Cell } from "../extraction/blocks.js";
import { readFields } from "../extraction/labelled-line.js";
import { linesOf } from "../extraction/rich-text.js";
import type { StorageElement } from "../extraction/storage-tree.js";
import type { Label } from "../extraction/words/words.js";
import type { ExtractedItem, SourceRange } from "../plan-item.js";
import { isNothing } from "../extraction/values.js";
import { cloneOf } from "./clones.js";
import { type Line, lineAround, sourceOfLine, wordsOfLine } from "./lines.js";
import type { PageEdit } from "./page-change.js";
import { elementNamed, elementsAt, insideOf, isWithin, type PageView, rowOf, spansRows } from "./page-view.js";
import { modelsFor } from "./siblings.js";
import { escapeText, rewrite, runIn } from "./text-runs.js";
import { statusMacroAt } from "./vocabulary.js";
import { turn } from "../extraction/turned-table.js";

/** A value that an item does not state yet: how its siblings state theirs, and what it would be in their words. */
export type Unstated = {
  label: Label;
  /** Where a candidate states it. */
  statedAt: (candidate: Candidate) => SourceRange | null;
  /** The value in the form of a model's words; null where it cannot be told so. */
  words: (model: string | null) => Iterable<string>;
};

const MOST_MODELS = 4;

/** The ways to state a value where the siblings of an item state theirs. */
export function* unstatedEdits(
  view: PageView,
  item: ExtractedItem,
  own: Candidate,
  value: Unstated,
): Generator<PageEdit[]> {
  yield* cellEdits(view, own, value);
  yield* lineEdits(view, item, own, value);
}

/** The cell of a row in a column. */
export function cellOf(own: Candidate, label: Label): { cell: Cell; others: Cell[] } | null {
  const row = rowOf(own);
  if (row) {
    const columns = readColumns(row.table);
    const column = columns?.labels.indexOf(label) ?? -1;
    const cell = row.row.cells[column];
    if (!columns || !cell || spansRows(row.table, cell)) return null;
    const others = row.table.rows.flatMap((it) => (it.cells[column] && it !== row.row ? [it.cells[column]] : []));
    return { cell, others: others.filter((it) => !it.isHeader) };
  }
  const turned = own.structure.kind === "table" ? turn(own.structure) : null;
  const columns = turned && readColumns(turned);
  const at = turned?.rows.find(({ range }) => range.start === own.range.start && range.end === own.range.end);
  const column = columns?.labels.indexOf(label) ?? -1;
  const cell = at?.cells[column];
  return cell && turned
    ? { cell, others: turned.rows.flatMap((it) => (it !== at && it.cells[column] ? [it.cells[column]] : [])) }
    : null;
}

function* cellEdits(view: PageView, own: Candidate, value: Unstated): Generator<PageEdit[]> {
  const found = cellOf(own, value.label);
  if (!found) return;
  const { text } = textOfCell(found.cell);
  const models = found.others.map((cell) => textOfCell(cell).text).filter((it) => it !== "" && !isNothing(it));
  for (const words of value.words(models[0] ?? null))
    if (text === "") {
      const filled = fillCell(view, found.cell.range, escapeText(words));
      if (filled) yield [filled];
    } else yield rewrite(view, runIn(view, found.cell.range), words);
}

/** The edit that writes into an empty cell: into its paragraph where it has one, in place of the line break that keeps it open. */
export function fillCell(view: PageView, range: SourceRange, markup: string): PageEdit | null {
  const cell = elementsAt(view, range.start + 1).findLast(
    ({ start, end }) => start === range.start && end === range.end,
  );
  if (!cell) return null;
  const isBlockMarkup = /^<(?:p|ul|ol|ac:task-list|table)[\s>]/.test(markup);
  const paragraph = cell.children.find((it): it is StorageElement => it.kind === "element" && it.name === "p");
  const holder = paragraph && !isBlockMarkup ? paragraph : cell;
  const inside = insideOf(view, holder);
  if (inside) {
    const isBare = /^(?:\s|&nbsp;|\u00a0|<br\s*\/?>|<p[^<>]*\/>|<p[^<>]*>(?:\s|&nbsp;|<br\s*\/?>)*<\/p>)*$/.test(
      view.body.slice(inside.start, inside.end),
    );
    return isBare ? { range: inside, text: markup } : { range: { start: inside.end, end: inside.end }, text: markup };
  }
  const tag = view.body.slice(holder.start, holder.end).replace(/\s*\/>$/, ">");
  return { range: { start: holder.start, end: holder.end }, text: `${tag}${markup}</${holder.name}>` };
}

function* lineEdits(view: PageView, item: ExtractedItem, own: Candidate, value: Unstated): Generator<PageEdit[]> {
  const models = modelsFor(view, item, own).filter(({ candidate }) => isOwn(candidate, value.statedAt(candidate)));
  for (const { candidate } of models.slice(0, MOST_MODELS)) {
    const range = value.statedAt(candidate);
    const line = range && lineAround(view, range);
    const head = lineAround(view, candidate.title.range);
    if (!range || !line || !head) continue;
    const model = runIn(view, range).text;
    for (const words of value.words(model)) {
      if (isSameLine(line, head)) yield* tailEdits(view, own, range, line, words);
      else yield* labelledEdits(view, own, candidate, range, line, words);
    }
  }
  for (const words of value.words(null)) yield* plainEdits(view, own, value.label, words);
}

/** Where no sibling shows how: behind the title or in a line of its own, under the label that the page has for it. */
function* plainEdits(view: PageView, own: Candidate, label: Label, words: string): Generator<PageEdit[]> {
  const name = labelOnPage(view, label) ?? LABELS[label];
  const path = elementsAt(view, own.title.range.start + 0.5);
  const block = path.findLast((it) => /^(?:h[1-6]|p|li|td|th)$/.test(it.name));
  if (name && block && /^(?:h[1-6]|p)$/.test(block.name) && own.rule !== "list-tree" && own.structure.kind !== "table")
    yield [{ range: { start: block.end, end: block.end }, text: `<p>${name}: ${escapeText(words)}</p>` }];
  yield* plainTailEdits(view, own, words);
  if (name && own.rule === "list-tree") yield* nestedEdits(view, own, `<li>${name}: ${escapeText(words)}</li>`);
  const head = lineAround(view, own.title.range);
  for (const at of name && head ? endOfLine(view, head).slice(0, 1) : [])
    yield [{ range: { start: at, end: at }, text: `<br />${name}: ${escapeText(words)}` }];
}

const LABELS: Partial<Record<Label, string>> = {
  points: "Story points",
  priority: "Priority",
  dependsOn: "Depends on",
  enablerType: "Enabler type",
};

/** What the page calls a field in front of its values. */
function labelOnPage({ texts }: PageView, label: Label): string | null {
  for (const { text } of texts)
    for (const line of linesOf(text)) {
      const [field] = line.text.includes(":") ? readFields(line) : [];
      const shown = field?.label === label ? line.text.slice(0, line.text.indexOf(":")) : "";
      if (shown !== "" && shown.length < 30) return escapeText(shown);
    }
  return null;
}

/** False for what a heading above several items says of all of them. */
function isOwn(candidate: Candidate, range: SourceRange | null): boolean {
  return range !== null && (range.start >= candidate.range.start || candidate.structure.kind === "section");
}

function isSameLine(a: Line, b: Line): boolean {
  return a.element === b.element && a.from === b.from;
}

/** Behind the title, as a sibling has it: "(3 SP)", "[Must]", "– 5 pts", a lozenge. */
function* tailEdits(
  view: PageView,
  own: Candidate,
  range: SourceRange,
  line: Line,
  words: string,
): Generator<PageEdit[]> {
  const macro = statusMacroAt(view, range.start);
  const head = lineAround(view, own.title.range);
  if (!head) return;
  const end = endOfLine(view, head);
  if (macro && isWithin(range, macro)) {
    const clone = cloneOf(view, macro, rewrite(view, runIn(view, range), words));
    for (const at of end) yield [{ range: { start: at, end: at }, text: ` ${clone}` }];
    return;
  }
  yield* joinedTailEdits(view, own, head, words);
  const before = line.whole.text.slice(line.from, line.valueFrom);
  const opening = /\s*(?:[([]|\s[–—|·•-]\s)[^()[\]–—|·•]*$/.exec(before)?.[0] ?? " (";
  const mark = /^\s*[([]|^\s+[–—|·•-]\s/.exec(opening)?.[0] ?? " (";
  const label = /[\p{L}. ]+:\s*$/u.exec(before)?.[0].trimStart() ?? "";
  const closing = mark.includes("(") ? ")" : mark.includes("[") ? "]" : "";
  for (const at of end)
    yield [{ range: { start: at, end: at }, text: escapeText(`${mark}${label}${words}${closing}`) }];
  yield* plainTailEdits(view, own, words);
}

function* plainTailEdits(view: PageView, own: Candidate, words: string): Generator<PageEdit[]> {
  const head = lineAround(view, own.title.range);
  if (!head) return;
  yield* joinedTailEdits(view, own, head, words);
  for (const at of endOfLine(view, head)) yield [{ range: { start: at, end: at }, text: ` (${escapeText(words)})` }];
}

/** Beside another value that stands behind the title: "(P1)" becomes "(P1, 5 SP)". */
function* joinedTailEdits(view: PageView, own: Candidate, head: Line, words: string): Generator<PageEdit[]> {
  const values = [own.storyPoints, own.priority, own.enablerType, own.oddEstimate].flatMap((it) =>
    it ? [it.range] : [],
  );
  const tail = values
    .filter(
      (range) =>
        head.whole.places.some(({ start }) => start === range.start) &&
        range.start >= own.title.range.end &&
        !statusMacroAt(view, range.start),
    )
    .sort((a, b) => b.end - a.end)[0];
  if (tail) yield [{ range: { start: tail.end, end: tail.end }, text: `, ${escapeText(words)}` }];
}

/** Where a line ends: outside of the marks around its last words, and inside. */
export function endOfLine(view: PageView, line: Line): number[] {
  const inner = line.whole.places[line.to - 1]?.end;
  if (inner === undefined) return [];
  const outer = outside(view, inner);
  return outer === inner ? [inner] : [outer, inner];
}

const MARKS = new Set(
  "strong b em i u a span code sub sup small big ac:inline-comment-marker ac:link ac:link-body ac:plain-text-link-body ac:parameter ac:structured-macro s del".split(
    " ",
  ),
);

/** The nearest offset at or behind one that stands in no mark, link or macro of the line. */
export function outside(view: PageView, offset: number): number {
  const around = elementsAt(view, offset);
  const block = around.findLastIndex(({ name }) => !MARKS.has(name));
  return around[block + 1]?.end ?? offset;
}

/** In a line of its own, as a sibling has it: "Priority: High", as a paragraph, a bullet, a row, or behind a line break. */
function* labelledEdits(
  view: PageView,
  own: Candidate,
  model: Candidate,
  range: SourceRange,
  line: Line,
  words: string,
): Generator<PageEdit[]> {
  const edits = rewrite(view, runIn(view, range), words);
  const whole = wholeElement(view, model, line);
  if (whole) {
    const clone = cloneOf(view, whole, edits);
    for (const at of anchorsFor(view, own, model, range, whole.name))
      yield [{ range: { start: at, end: at }, text: clone }];
    if (whole.name === "li") yield* nestedEdits(view, own, clone);
    return;
  }
  const source = sourceOfLine(view, line);
  const clone = cloneOf(view, source, edits);
  for (const anchor of linesBefore(model, own, range)) {
    const ownLine = lineAround(view, anchor);
    for (const at of ownLine ? endOfLine(view, ownLine).slice(0, 1) : [])
      yield [{ range: { start: at, end: at }, text: `<br />${clone}` }];
  }
}

/** The element that is one statement; null where it is a line among others. */
function wholeElement(view: PageView, model: Candidate, line: Line): StorageElement | null {
  const at = line.whole.places[line.valueFrom]?.start ?? line.element.start;
  if (model.rule === "field-table") return elementNamed(view, at, "tr");
  const bullet = elementNamed(view, at, "li", "ac:task");
  const lines = wordsOfLine(line) === line.whole.text;
  if (bullet && lines) return bullet;
  return line.element.name === "p" && lines ? line.element : null;
}

const FIELDS = [
  "title",
  "storyPoints",
  "oddEstimate",
  "priority",
  "kindWord",
  "enablerType",
  "id",
  "issueLink",
] as const;

/** What a candidate states, by where. */
function statementsOf(candidate: Candidate): { field: string; range: SourceRange }[] {
  const single = FIELDS.flatMap((field) =>
    candidate[field] ? [{ field: field as string, range: candidate[field].range }] : [],
  );
  const lists = [
    ...candidate.criteria.map(({ range }) => ({ field: "criteria", range })),
    ...candidate.description.map(({ range }) => ({ field: "description", range })),
  ];
  return [...single, ...lists]
    .filter(({ range }) => isOwn(candidate, range))
    .sort((a, b) => a.range.start - b.range.start);
}

/** An item's own statements of what a model states before a place, the nearest first; its title last. */
function linesBefore(model: Candidate, own: Candidate, range: SourceRange): SourceRange[] {
  const before = statementsOf(model).filter((it) => it.range.start < range.start);
  const fields = [...new Set(before.reverse().map(({ field }) => field))];
  const mine = statementsOf(own);
  const anchors = fields.flatMap((field) => mine.findLast((it) => it.field === field)?.range ?? []);
  return [...anchors, own.title.range];
}

function* anchorsFor(
  view: PageView,
  own: Candidate,
  model: Candidate,
  range: SourceRange,
  name: string,
): Generator<number> {
  const seen = new Set<number>();
  for (const anchor of linesBefore(model, own, range)) {
    const path = elementsAt(view, anchor.start + 0.5);
    const same = path.findLast((it) => it.name === name);
    const isOwnHead = anchor === own.title.range;
    const element =
      same && !(isOwnHead && name === "li")
        ? same
        : name === "p"
          ? path.findLast((it) => /^(?:h[1-6]|p)$/.test(it.name))
          : undefined;
    if (!element || seen.has(element.end) || !(isWithin(element, own.range) || element.start >= own.range.start))
      continue;
    seen.add(element.end);
    yield element.end;
  }
}

/** As a bullet below the item's own bullet, the first of its list or of a new one. */
function* nestedEdits(view: PageView, own: Candidate, clone: string): Generator<PageEdit[]> {
  const bullet = elementNamed(view, own.title.range.start + 0.5, "li");
  const inside = bullet && insideOf(view, bullet);
  if (!bullet || !inside) return;
  const list = bullet.children.find(
    (it): it is StorageElement => it.kind === "element" && (it.name === "ul" || it.name === "ol"),
  );
  const insideList = list && insideOf(view, list);
  if (insideList) yield [{ range: { start: insideList.start, end: insideList.start }, text: clone }];
  else yield [{ range: { start: inside.end, end: inside.end }, text: `<ul>${clone}</ul>` }];
}
