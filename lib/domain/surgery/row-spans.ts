import type { Cell, Row, Table } from "../extraction/blocks.js";
import type { Candidate } from "../extraction/candidate.js";
import type { SourceRange } from "../plan-item.js";
import type { PageEdit } from "./page-change.js";
import { isWithin, type PageView, rowAround } from "./page-view.js";

/** The cells from above that cover a new row as well, and the columns in which they do. */
export type Spans = { cells: ReadonlySet<Cell>; covered: ReadonlySet<number> };

/**
 * What merged cells make of a row that is put at an offset, behind an item and below a parent: they go on over it where they cover
 * the row behind it as well, began above that item, or hold what the new row stands under. An item's own merged cells end with it.
 */
export function spansAt(view: PageView, seat: Candidate, at: number, parent: string | null): Spans {
  const around = rowAround(seat);
  const above = around?.table.rows.findLast(({ range }) => range.end <= at);
  if (!around || !above) return { cells: new Set(), covered: new Set() };
  const below = around.table.rows.find(({ range }) => range.start >= at);
  const names = namesAbove(view, parent);
  const goesOn = (cell: Cell) =>
    spanOf(view, cell) > 1 &&
    ((below?.cells.includes(cell) ?? false) ||
      cell.range.start < around.row.range.start ||
      names.some((name) => isWithin(name, cell.range)));
  return {
    cells: new Set(above.cells.filter(goesOn)),
    covered: new Set(above.cells.flatMap((cell, column) => (goesOn(cell) ? [column] : []))),
  };
}

/** Where a parent and what is above it have their titles, and where the items under them name them. */
function namesAbove(view: PageView, parent: string | null): SourceRange[] {
  const names: SourceRange[] = [];
  const seen = new Set<string>();
  for (let key = parent; key !== null && !seen.has(key); key = view.items.get(key)?.parent ?? null) {
    seen.add(key);
    names.push(...(view.sightings.get(key) ?? []).map(({ title }) => title.range));
    for (const item of view.extraction.items) if (item.parent === key) names.push(...(item.source.fields.parent ?? []));
  }
  return names;
}

/** The edits that make a cell some rows longer, or shorter. */
export function longerBy(view: PageView, cell: Cell, rows: number): PageEdit[] {
  const match = ROWSPAN.exec(view.body.slice(cell.range.start, cell.range.end));
  if (!match?.[1] || !match[2] || rows === 0) return [];
  const start = cell.range.start + match[1].length;
  return [{ range: { start, end: start + match[2].length }, text: String(Number(match[2]) + rows) }];
}

const ROWSPAN = /^(<t[dh](?=[\s>])[^<>]*\srowspan=["']?)(\d+)/;

/** How many rows a cell covers. */
export function spanOf(view: PageView, { range }: Cell): number {
  return Number(ROWSPAN.exec(view.body.slice(range.start, range.end))?.[2] ?? "1");
}

/** The last row of an item: its merged cells may cover more than the one that it begins in. */
export function lastRowOf({ table, row }: { table: Table; row: Row }, candidate: Candidate): Row {
  const title = row.cells.find((cell) => isWithin(candidate.title.range, cell.range));
  return table.rows.findLast(({ cells }) => title !== undefined && cells.includes(title)) ?? row;
}

/** True for a cell in which an item stands that is none of these: a feature beside its first story. */
export function isOfAnother(view: PageView, table: Table, cell: Cell, own: ReadonlySet<string>): boolean {
  return [...view.sightings].some(
    ([key, places]) =>
      !own.has(key) &&
      places.some(
        ({ structure, range, title }) =>
          structure === table && isWithin(range, cell.range) && isWithin(title.range, cell.range),
      ),
  );
}
