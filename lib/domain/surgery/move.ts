import type { Table } from "../extraction/blocks.js";
import type { Candidate } from "../extraction/candidate.js";
import { readColumns } from "../extraction/columns.js";
import type { StorageElement } from "../extraction/storage-tree.js";
import type { ExtractedItem, SourceRange } from "../plan-item.js";
import { cloneOf } from "./clones.js";
import { descendantsOf, elementOf, endOfExtent, type Shape, shapeOf } from "./extents.js";
import type { PageChange, PageEdit } from "./page-change.js";
import { elementNamed, elementsAt, insideOf, isWithin, type PageView, rowAround } from "./page-view.js";
import { type Destination, rowsMoved } from "./move-rows.js";
import { cellOf, fillCell } from "./places.js";
import { escapeText, rewrite, runIn } from "./text-runs.js";

/** The ways to put an item below another parent, or behind another sibling: its bytes go there as they are, with what stands below it. */
export function* moveEdits(
  view: PageView,
  { key, parent, after }: PageChange & { type: "move" },
): Generator<PageEdit[]> {
  const item = view.items.get(key);
  const own = view.sightings.get(key)?.[0];
  if (!item || !own) return;
  const renamed = item.parent === parent ? [] : [...parentNames(view, item, parent)];
  yield* renamed;
  const element = elementOf(view, own);
  const end = endOfExtent(view, key, own);
  if (!element || end === null) return;
  const range = { start: element.start, end };
  const below = new Set([key, ...descendantsOf(view, key)]);
  for (const place of placesFor(view, own, key, parent, after)) {
    if (place.offset > range.start && place.offset < range.end) continue;
    for (const edits of [...renamed, []]) {
      const rows = rowsMoved(view, own, end, below, { ...place, parent }, edits);
      if (rows) yield rows;
      else if (!rowAround(own))
        yield movedTo(
          view,
          range,
          place,
          edits.filter((edit) => isWithin(edit.range, range)),
        );
    }
  }
}

/** Where what is moved goes, the tags around it there, and behind whom it stands. */
type Place = Omit<Destination, "parent">;

function movedTo(
  view: PageView,
  range: SourceRange,
  { offset, before, after }: Place,
  edits: readonly PageEdit[] = [],
): PageEdit[] {
  let text = "";
  let at = range.start;
  for (const edit of edits) {
    text += view.body.slice(at, edit.range.start) + edit.text;
    at = edit.range.end;
  }
  text += view.body.slice(at, range.end);
  return [
    { range: emptiedWith(view, range), text: "" },
    { range: { start: offset, end: offset }, text: `${before}${text}${after}` },
  ];
}

/** A list of which the only bullet goes, goes with it. */
function emptiedWith(view: PageView, range: SourceRange): SourceRange {
  const list = elementNamed(view, range.start, "ul", "ol");
  const inside = list && insideOf(view, list);
  if (!list || !inside || !isWithin(range, inside)) return range;
  const rest = view.body.slice(inside.start, range.start) + view.body.slice(range.end, inside.end);
  return rest.trim() === "" ? { start: list.start, end: list.end } : range;
}

/** A row that names its parent names another. */
function* parentNames(view: PageView, item: ExtractedItem, parent: string | null): Generator<PageEdit[]> {
  const target = parent === null ? null : view.items.get(parent);
  const names = target ? [...(target.source.fields.key ? [target.key] : []), target.title] : ["–", ""];
  for (const own of view.sightings.get(item.key) ?? []) {
    if (own.parentName !== null)
      for (const range of item.source.fields.parent ?? [])
        for (const name of names) if (isWithin(range, own.range)) yield rewrite(view, runIn(view, range), name);
    for (const label of ["parent", "feature", "epic"] as const) {
      const cell = cellOf(own, label)?.cell;
      if (!cell) continue;
      const run = runIn(view, cell.range);
      for (const name of names) {
        const filled = run.text === "" && name !== "" ? fillCell(view, cell.range, escapeText(name)) : null;
        if (filled) yield [filled];
        else if (run.text !== "") yield rewrite(view, run, name);
      }
    }
  }
}

function* placesFor(
  view: PageView,
  own: Candidate,
  key: string,
  parent: string | null,
  after: string | null,
): Generator<Place> {
  const shape = shapeOf(view, own);
  const siblings = view.extraction.items.filter((it) => it.parent === parent && it.key !== key);
  const below = descendantsOf(view, key);
  const seats = [...(after === null ? [] : [after]), ...siblings.toReversed().map((it) => it.key)];
  for (const seat of seats.slice(0, 4)) {
    if (below.has(seat)) continue;
    for (const candidate of view.sightings.get(seat) ?? []) {
      const offset =
        isSameShape(shapeOf(view, candidate), shape) && isAlike(view, own, candidate)
          ? endOfExtent(view, seat, candidate)
          : null;
      if (offset !== null) yield { offset, before: "", after: "", seat: candidate };
    }
  }
  if (parent === null) return;
  for (const candidate of view.sightings.get(parent) ?? []) {
    const element = elementOf(view, candidate);
    const inside = element && insideOf(view, element);
    const end = endOfExtent(view, parent, candidate);
    if (shape === "bullet" && shapeOf(view, candidate) === "bullet" && element && inside) {
      const list = element.children.find(
        (it): it is StorageElement => it.kind === "element" && /^(?:ul|ol)$/.test(it.name),
      );
      const insideList = list && insideOf(view, list);
      if (insideList) yield { offset: insideList.end, before: "", after: "", seat: null };
      else yield { offset: inside.end, before: "<ul>", after: "</ul>", seat: null };
    } else if (end !== null && shape === "bullet") yield { offset: end, before: "<ul>", after: "</ul>", seat: null };
    else if (end !== null && (!rowAround(own) || isAlike(view, own, candidate)))
      yield { offset: end, before: "", after: "", seat: candidate };
    else if (end !== null && !rowAround(candidate)) yield* ownTable(view, own, end);
  }
}

/** Rows below a heading that has no table yet get one with the headings of theirs. */
function* ownTable(view: PageView, own: Candidate, offset: number): Generator<Place> {
  const around = rowAround(own);
  const element = elementNamed(view, own.title.range.start + 0.5, "tr");
  const table = element && elementNamed(view, element.start, "table");
  const header = around?.table.rows[readColumns(around.table)?.headerIndex ?? -1];
  if (!table || !header || header.range.end > element.start) return;
  const before = cloneOf(view, { start: table.start, end: header.range.end }, []);
  const names = elementsAt(view, header.range.start).filter(({ start }) => start >= table.start);
  yield {
    offset,
    before,
    after: names
      .reverse()
      .map(({ name }) => `</${name}>`)
      .join(""),
    seat: null,
  };
}

function isSameShape(a: Shape, b: Shape): boolean {
  const [one, other] = [a, b].map((shape) => (shape === "cell" ? "row" : shape));
  return one === other;
}

/** Rows fit into tables with the same columns, headings beside those of their level. */
function isAlike(view: PageView, a: Candidate, b: Candidate): boolean {
  const [rowA, rowB] = [rowAround(a), rowAround(b)];
  if (rowA || rowB) return rowA !== null && rowB !== null && columnsOf(rowA.table) === columnsOf(rowB.table);
  return shapeOf(view, a) !== "heading" || elementOf(view, a)?.name === elementOf(view, b)?.name;
}

function columnsOf(table: Table): string {
  return JSON.stringify(readColumns(table)?.names);
}
