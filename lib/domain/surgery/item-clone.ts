import type { Cell, Row, Table } from "../extraction/blocks.js";
import type { Candidate } from "../extraction/candidate.js";
import { readColumns, textOfCell } from "../extraction/columns.js";
import { takeIssueLink } from "../extraction/issue-link.js";
import { rangeOf } from "../extraction/rich-text.js";
import type { StorageElement } from "../extraction/storage-tree.js";
import type { ExtractedItem, SourceRange } from "../plan-item.js";
import { cloneOf, withoutIds } from "./clones.js";
import { elementOf, shapeOf } from "./extents.js";
import { type Line, lineAround, removalsOf, sourceOfLine } from "./lines.js";
import { anchorFor } from "./marks.js";
import type { NewItem, PageEdit } from "./page-change.js";
import { elementNamed, elementsAt, insideOf, isWithin, type PageView, rowAround } from "./page-view.js";
import { spanOf } from "./row-spans.js";
import { cardOf, linkTo } from "./set-link.js";
import { pointSpellings } from "./set-value.js";
import { escapeText, removeUnits, rewrite, runIn } from "./text-runs.js";
import { kindSpellings, ownPriority, prioritySpellings } from "./vocabulary.js";

/** The item that a new one is to look like. */
export type CloneModel = { item: ExtractedItem; candidate: Candidate };

/** The copies of a model that say the new item instead. As a row one leaves out the columns that cells from above cover. */
export function* clonesOf(
  view: PageView,
  model: CloneModel,
  added: NewItem,
  covered: ReadonlySet<number>,
): Generator<string> {
  const { candidate } = model;
  const row = rowAround(candidate);
  const element = row ? elementNamed(view, candidate.title.range.start + 0.5, "tr") : elementOf(view, candidate);
  if (!element || shapeOf(view, candidate) === "card") return;
  const telling = row ? [] : tellingLines(view, model, added);
  for (const kept of telling.length > 0 ? [telling, []] : [[]])
    for (const head of headsOf(view, model, added, kept)) {
      if (row) yield rowClone(view, row, element, added, head, model, covered);
      else if (shapeOf(view, candidate) === "bullet") yield bulletClone(view, element, candidate, head, kept);
      else yield cloneOf(view, element, [...otherLines(view, candidate, kept), ...head]);
    }
}

/** The lines below a title that say what the new item has as well: its estimate, its priority, what it stands under. */
function tellingLines(view: PageView, { item, candidate }: CloneModel, added: NewItem): Line[] {
  const title = lineAround(view, candidate.title.range);
  const ranges = [
    ...(added.storyPoints !== null && candidate.storyPoints ? [candidate.storyPoints.range] : []),
    ...(added.priority !== null && candidate.priority ? [candidate.priority.range] : []),
    ...(added.parent !== null ? (item.source.fields.parent ?? []) : []),
  ];
  const lines = ranges.flatMap((range) => lineAround(view, range) ?? []);
  return lines.filter(
    (line, index) =>
      title !== null &&
      line.element === title.element &&
      line.from > title.to &&
      lines.findIndex((other) => other.from === line.from) === index,
  );
}

/** The edits that make the line of one item that of another: title, kind and values, without its id. */
function* headsOf(
  view: PageView,
  { item, candidate }: CloneModel,
  added: NewItem,
  kept: readonly Line[],
): Generator<PageEdit[]> {
  const modelKind = item.kind;
  const line = lineAround(view, candidate.title.range);
  const title = runIn(view, candidate.title.range);
  const [first] = title.places;
  if (!line || !first) return;
  const mark = anchorFor(added.mark);
  const row = rowAround(candidate);
  const inColumn = row ? linkColumn(row) >= 0 : false;
  const cards = added.link && !inColumn ? [` ${cardOf(added.link)}`, ""] : [""];
  const inLine = (range: SourceRange | undefined) =>
    range !== undefined && [line, ...kept].some((it) => isInLine(it, range));
  const base = (card: string): PageEdit[] => [
    { range: first, text: `${mark}${escapeText(added.title)}${card}` },
    ...removeUnits(view, title, 1, title.text.length).filter((edit) => !isWithin(first, edit.range)),
    ...idEdits(view, candidate, line),
  ];
  const values: PageEdit[] = [];
  const points = candidate.storyPoints ?? candidate.oddEstimate;
  if (points && inLine(points.range)) {
    const [spelled] =
      added.storyPoints === null ? [] : pointSpellings(added.storyPoints, runIn(view, points.range).text);
    values.push(...valueEdits(view, points.range, spelled?.text ?? null));
  }
  const priority = ownPriority(candidate);
  if (priority && inLine(priority.range)) {
    const [spelled] =
      added.priority === null
        ? []
        : prioritySpellings(view, added.priority, runIn(view, priority.range).text, candidate);
    values.push(...valueEdits(view, priority.range, spelled?.text ?? null));
  }
  const stated = candidate.enablerType;
  if (
    stated &&
    inLine(stated.range) &&
    !isWithin(stated.range, candidate.title.range) &&
    stated.range.start !== candidate.kindWord?.range.start
  )
    values.push(...valueEdits(view, stated.range, null));
  for (const texts of [candidate.dependsOn, candidate.blocks]) {
    const ranges = texts.map((text) => rangeOf(text)).filter(inLine);
    const [start, end] = [ranges[0]?.start, ranges.at(-1)?.end];
    if (start !== undefined && end !== undefined) values.push(...valueEdits(view, { start, end }, null));
  }
  if (item.parent !== added.parent && !row)
    for (const range of (item.source.fields.parent ?? []).filter(inLine))
      values.push(...valueEdits(view, range, added.parent === null ? null : nameOf(view, added.parent)));
  const word = candidate.kindWord;
  const kinds: PageEdit[][] = [];
  if (word && inLine(word.range)) {
    if (modelKind === added.kind) kinds.push([]);
    else
      for (const { text } of take(kindSpellings(view, added.kind, runIn(view, word.range).text, candidate), 3))
        kinds.push(rewrite(view, runIn(view, word.range), text));
  } else kinds.push([]);
  const name = added.kind.charAt(0).toUpperCase() + added.kind.slice(1);
  for (const card of cards) for (const kind of kinds) yield apart([...base(card), ...values, ...kind]);
  if (!word || modelKind !== added.kind)
    for (const card of cards)
      yield apart([
        { range: first, text: `${name}: ${mark}${escapeText(added.title)}${card}` },
        ...base(card).slice(1),
        ...values,
      ]);
  if (values.length > 0) for (const card of cards) yield apart([...base(card), ...(kinds[0] ?? [])]);
}

function* take<Thing>(all: Iterable<Thing>, most: number): Generator<Thing> {
  let count = 0;
  for (const it of all) {
    if (count++ >= most) return;
    yield it;
  }
}

function isInLine({ whole, from, to }: Line, range: SourceRange): boolean {
  const at = whole.places.findIndex(({ start }) => start === range.start);
  return at >= from && at < to;
}

/** Of edits that touch each other the first counts. */
function apart(edits: readonly PageEdit[]): PageEdit[] {
  const kept: PageEdit[] = [];
  for (const edit of edits)
    if (!kept.some(({ range }) => range.start < edit.range.end && edit.range.start < range.end)) kept.push(edit);
  return kept;
}

function valueEdits(view: PageView, range: SourceRange, text: string | null): PageEdit[] {
  if (text !== null) return rewrite(view, runIn(view, range), text);
  const line = lineAround(view, range);
  const [first] = line ? removalsOf(view, line, false) : [];
  return first ?? [];
}

/** The id goes, and what parts it from the title or the kind. */
function idEdits(view: PageView, candidate: Candidate, line: Line): PageEdit[] {
  const { id } = candidate;
  if (!id || !isInLine(line, id.range)) return [];
  const words = line.whole.text;
  let from = line.whole.places.findIndex(({ start }) => start === id.range.start);
  let to = from;
  while (to < words.length && (line.whole.places[to]?.end ?? 0) <= id.range.end) to++;
  const before = /[([]\s*$/.exec(words.slice(line.from, from));
  const after = /^\s*[)\]]/.exec(words.slice(to));
  if (before && after) [from, to] = [from - before[0].length, to + after[0].length];
  const isFirst = words.slice(line.from, from).replace(/[^\p{L}\p{N}]/gu, "") === "";
  if (isFirst) to += /^\s*[:.|–—·•-]*\s*/u.exec(words.slice(to))?.[0].length ?? 0;
  else from -= /\s*$/.exec(words.slice(line.from, from))?.[0].length ?? 0;
  return removeUnits(view, line.whole, from, to);
}

/** A bullet without the lists below it, and without its other lines. */
function bulletClone(
  view: PageView,
  element: StorageElement,
  candidate: Candidate,
  head: readonly PageEdit[],
  kept: readonly Line[],
): string {
  const line = lineAround(view, candidate.title.range);
  const inside = insideOf(view, element);
  if (!line || !inside) return "";
  const source = sourceOfLine(view, kept.length > 0 ? { ...line, to: line.whole.text.length } : line);
  const paragraph = line.element !== element ? line.element : null;
  const keep = paragraph ?? { start: source.start, end: source.end };
  const own = paragraph || kept.length > 0 ? otherLines(view, candidate, kept) : [];
  const gone: PageEdit[] = [
    { range: { start: inside.start, end: Math.max(inside.start, keep.start) }, text: "" },
    { range: { start: Math.min(inside.end, keep.end), end: inside.end }, text: "" },
  ];
  const task = elementNamed(view, candidate.title.range.start + 0.5, "ac:task");
  if (task === element) return cloneOf(view, element, [...own, ...head]);
  return cloneOf(view, element, [...gone.filter(({ range }) => range.end > range.start), ...own, ...head]);
}

/** What else stands in the element of the title line, but for the lines that are kept. */
function otherLines(view: PageView, candidate: Candidate, kept: readonly Line[]): PageEdit[] {
  const line = lineAround(view, candidate.title.range);
  if (!line) return [];
  const { whole } = line;
  const edits: PageEdit[] = [];
  let at = line.to;
  for (const next of [...kept].sort((a, b) => a.from - b.from)) {
    edits.push(...removeUnits(view, whole, at, next.from - 1));
    at = next.to;
  }
  return [...edits, ...removeUnits(view, whole, at, whole.text.length)];
}

/** A row of which only the title, the kind and the parent are filled in. */
function rowClone(
  view: PageView,
  { table, row }: { table: Table; row: Row },
  element: StorageElement,
  added: NewItem,
  head: readonly PageEdit[],
  { item, candidate }: CloneModel,
  covered: ReadonlySet<number>,
): string {
  const columns = readColumns(table);
  const edits: PageEdit[] = [];
  const titleCell = row.cells.find((cell) => isWithin(candidate.title.range, cell.range));
  const kept = new Set(["parent", "epic", "feature"]);
  const link = linkColumn({ table, row });
  let end = insideOf(view, element)?.start ?? element.start;
  for (const [column, cell] of row.cells.entries()) {
    if (row.cells.indexOf(cell) !== column) continue;
    const isHere = isWithin(cell.range, element);
    if (covered.has(column)) {
      if (isHere) edits.push({ range: cell.range, text: "" });
      continue;
    }
    if (!isHere) {
      edits.push({ range: { start: end, end }, text: "<td></td>" });
      continue;
    }
    end = cell.range.end;
    if (spanOf(view, cell) > 1) edits.push(...ofOneRow(view, cell));
    const label = columns?.labels[column] ?? null;
    if (cell === titleCell) {
      edits.push(...head, ...besides(view, cell, candidate));
      continue;
    }
    if (column === link && added.link) edits.push(...contentEdits(view, cell, linkTo(added.link)));
    else if (label !== null && kept.has(label) && item.parent === added.parent) continue;
    else if (label !== null && kept.has(label) && added.parent !== null && holdsParent(item, cell))
      edits.push(...contentEdits(view, cell, escapeText(nameOf(view, added.parent))));
    else if (label === "kind" && textOfCell(cell).text !== "") {
      if (item.kind === added.kind && !(added.kind === "enabler")) continue;
      const [spelled] = kindSpellings(view, added.kind, textOfCell(cell).text, candidate);
      if (item.kind !== added.kind && spelled) edits.push(...rewrite(view, runIn(view, cell.range), spelled.text));
    } else edits.push(...contentEdits(view, cell, ""));
  }
  return cloneOf(view, element, apart(edits));
}

/** A cell that covers several rows covers one in a copy. */
function ofOneRow(view: PageView, { range }: Cell): PageEdit[] {
  const cell = elementNamed(view, range.start + 1, "td", "th");
  const inside = cell && insideOf(view, cell);
  if (!inside) return [];
  const tag = view.body.slice(range.start, inside.start).replace(/\srowspan=(?:"[^"]*"|'[^']*'|\d+)/, "");
  return [{ range: { start: range.start, end: inside.start }, text: withoutIds(tag) }];
}

/** What the page calls an item where others name it. */
function nameOf(view: PageView, key: string): string {
  const item = view.items.get(key);
  return item?.source.fields.key ? item.key : (item?.title ?? "");
}

function holdsParent({ source }: ExtractedItem, cell: Cell): boolean {
  return source.fields.parent?.some((range) => isWithin(range, cell.range)) ?? false;
}

/** The column in which rows link to their issues; -1 where there is none. */
function linkColumn({ table, row }: { table: Table; row: Row }): number {
  return row.cells.findIndex((_, at) =>
    table.rows.some((other) => {
      const cell = other.cells[at];
      const text = cell && textOfCell(cell);
      const { link, rest } = text ? takeIssueLink(text) : { link: null, rest: null };
      return link !== null && rest?.text === "";
    }),
  );
}

/** What else the cell of the title holds. */
function besides(view: PageView, cell: Cell, candidate: Candidate): PageEdit[] {
  const line = lineAround(view, candidate.title.range);
  const inside = elementsAt(view, cell.range.start + 1).find(
    ({ start, end }) => start === cell.range.start && end === cell.range.end,
  );
  const content = inside && insideOf(view, inside);
  if (!line || !content) return [];
  const source = line.element === inside ? sourceOfLine(view, line) : line.element;
  const lines = line.element === inside ? [] : otherLines(view, candidate, []);
  const edits: PageEdit[] = [...lines];
  if (source.start > content.start) edits.push({ range: { start: content.start, end: source.start }, text: "" });
  if (content.end > source.end) edits.push({ range: { start: source.end, end: content.end }, text: "" });
  return edits;
}

/** The edits that give a cell other content in the paragraph that it has. */
function contentEdits(view: PageView, cell: Cell, markup: string): PageEdit[] {
  const element = elementsAt(view, cell.range.start + 1).find(
    ({ start, end }) => start === cell.range.start && end === cell.range.end,
  );
  const inside = element && insideOf(view, element);
  if (!element || !inside || inside.start === inside.end)
    return element && inside && markup ? [{ range: inside, text: markup }] : [];
  const [first] = element.children.filter((it) => it.kind === "element" || it.raw.trim() !== "");
  const isParagraph = first?.kind === "element" && first.name === "p";
  const filled = markup === "" ? "<br />" : markup;
  return [{ range: inside, text: isParagraph ? `<p>${markup}</p>` : filled }];
}
