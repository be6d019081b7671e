import type { Candidate } from "../extraction/candidate.js";
import { readColumns } from "../extraction/columns.js";
import type { StorageElement } from "../extraction/storage-tree.js";
import type { ExtractedItem, SourceRange } from "../plan-item.js";
import { descendantsOf, elementOf, endOfExtent, shapeOf } from "./extents.js";
import type { PageChange, PageEdit } from "./page-change.js";
import { elementNamed, insideOf, isWithin, type PageView, rowOf } from "./page-view.js";
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
  const renamed = [...parentNames(view, item, parent)];
  const element = elementOf(view, own);
  const end = endOfExtent(view, key, own);
  const range = element && end !== null ? { start: element.start, end } : null;
  if (item.parent !== parent) for (const edits of renamed) yield edits;
  if (!range) return;
  for (const at of placesFor(view, own, key, parent, after)) {
    if (at.offset > range.start && at.offset < range.end) continue;
    const moved = movedTo(view, range, at);
    for (const edits of renamed) {
      const inside = edits.filter((edit) => isWithin(edit.range, range));
      yield movedTo(view, range, at, inside);
    }
    yield moved;
  }
}

type Place = { offset: number; before: string; after: string };

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
  const seats = after === null ? siblings.toReversed().map((it) => it.key) : [after];
  for (const seat of seats.slice(0, 3)) {
    if (below.has(seat)) continue;
    for (const candidate of view.sightings.get(seat) ?? []) {
      const offset =
        shapeOf(view, candidate) === shape && isAlike(view, own, candidate) ? endOfExtent(view, seat, candidate) : null;
      if (offset !== null) yield { offset, before: "", after: "" };
    }
  }
  if (after !== null || parent === null) return;
  for (const candidate of view.sightings.get(parent) ?? []) {
    const element = elementOf(view, candidate);
    const inside = element && insideOf(view, element);
    const end = endOfExtent(view, parent, candidate);
    if (shape === "bullet" && shapeOf(view, candidate) === "bullet" && element && inside) {
      const list = element.children.find(
        (it): it is StorageElement => it.kind === "element" && /^(?:ul|ol)$/.test(it.name),
      );
      const insideList = list && insideOf(view, list);
      if (insideList) yield { offset: insideList.end, before: "", after: "" };
      else yield { offset: inside.end, before: "<ul>", after: "</ul>" };
    } else if (end !== null && shape === "bullet") yield { offset: end, before: "<ul>", after: "</ul>" };
    else if (end !== null && (shape !== "row" || isAlike(view, own, candidate)))
      yield { offset: end, before: "", after: "" };
  }
}

/** Rows fit into tables with the same columns, headings beside those of their level. */
function isAlike(view: PageView, a: Candidate, b: Candidate): boolean {
  const [rowA, rowB] = [rowOf(a), rowOf(b)];
  if (rowA && rowB)
    return JSON.stringify(readColumns(rowA.table)?.names) === JSON.stringify(readColumns(rowB.table)?.names);
  return shapeOf(view, a) !== "heading" || elementOf(view, a)?.name === elementOf(view, b)?.name;
}
