import type { Cell, Row, Table } from "../extraction/blocks.js";
import type { Candidate } from "../extraction/candidate.js";
import type { SourceRange } from "../plan-item.js";
import type { NewItem, PageEdit } from "./page-change.js";
import { isWithin, type PageView, rowAround } from "./page-view.js";

/** Which columns of a new row are covered by cells from above, and the edits that make those cells one row longer. */
export type Spans = { covered: ReadonlySet<number>; edits: PageEdit[] };

/**
 * What merged cells make of a row that is put at an offset, behind an item: cells go on over it where they cover the row behind it as
 * well, began above that item, or hold what the new item stands under. An item's own merged cells end with it.
 */
export function spansAt(view: PageView, seat: Candidate, at: number, added: NewItem): Spans {
  const around = rowAround(seat);
  const above = around?.table.rows.findLast(({ range }) => range.end <= at);
  if (!around || !above) return { covered: new Set(), edits: [] };
  const below = around.table.rows.find(({ range }) => range.start >= at);
  const names = ancestorCells(view, added);
  const goesOn = (cell: Cell) =>
    spanOf(view, cell) > 1 &&
    ((below?.cells.includes(cell) ?? false) ||
      cell.range.start < around.row.range.start ||
      names.some((name) => isWithin(name, cell.range)));
  const covered = new Set(above.cells.flatMap((cell, column) => (goesOn(cell) ? [column] : [])));
  const cells = new Set(above.cells.filter(goesOn));
  return { covered, edits: [...cells].flatMap((cell) => longer(view, cell)) };
}

/** Where the items above a new one have their titles, and where those beside it name them. */
function ancestorCells(view: PageView, added: NewItem): SourceRange[] {
  const names: SourceRange[] = [];
  for (let key = added.parent; key !== null; key = view.items.get(key)?.parent ?? null) {
    names.push(...(view.sightings.get(key) ?? []).map(({ title }) => title.range));
    for (const item of view.extraction.items) if (item.parent === key) names.push(...(item.source.fields.parent ?? []));
  }
  return names;
}

function longer(view: PageView, cell: Cell): PageEdit[] {
  const match = ROWSPAN.exec(view.body.slice(cell.range.start, cell.range.end));
  if (!match?.[1] || !match[2]) return [];
  const start = cell.range.start + match[1].length;
  return [{ range: { start, end: start + match[2].length }, text: String(Number(match[2]) + 1) }];
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
