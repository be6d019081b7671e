import type { Cell, Row, Table } from "../extraction/blocks.js";
import type { Candidate } from "../extraction/candidate.js";
import { textOfCell } from "../extraction/columns.js";
import type { SourceRange } from "../plan-item.js";
import type { PageEdit } from "./page-change.js";
import { elementNamed, insideOf, isWithin, type PageView, rowAround } from "./page-view.js";
import { isOfAnother, longerBy, type Spans, spanOf, spansAt } from "./row-spans.js";
import { sorted } from "./text-runs.js";

/** Rows that go elsewhere: those from the item's first to the last of what stands under it. */
type MovedRows = { table: Table; rows: Row[]; range: SourceRange; next: Row | undefined };

/** Where something goes: at which offset, between which tags, behind whom, below which parent. */
export type Destination = {
  offset: number;
  before: string;
  after: string;
  seat: Candidate | null;
  parent: string | null;
};

/**
 * The edits that put the rows of an item behind another. Cells of other items stay where they are: a merged one becomes shorter here
 * and longer there, or begins in the row below. Null where what goes and what is there already cannot both stand in a column.
 */
export function rowsMoved(
  view: PageView,
  own: Candidate,
  end: number,
  moved: ReadonlySet<string>,
  { offset, before, after, seat, parent }: Destination,
  renamed: readonly PageEdit[],
): PageEdit[] | null {
  const block = rowsOf(own, end);
  if (!block) return null;
  const { table, rows, range, next } = block;
  const { cells, covered } = seat ? spansAt(view, seat, offset, parent) : NO_SPANS;
  const lengths = new Map([...cells].map((cell) => [cell, rows.length]));
  const edits: PageEdit[] = [];
  const leaves = new Set<Cell>();
  for (const cell of new Set(rows.flatMap((row) => row.cells))) {
    const inside = rows.filter((row) => row.cells.includes(cell)).length;
    const isFromAbove = cell.range.start < range.start;
    const goesOn = next?.cells.includes(cell) ?? false;
    if (!isFromAbove && !goesOn && !isOfAnother(view, table, cell, moved)) continue;
    leaves.add(cell);
    if (isFromAbove || goesOn) lengths.set(cell, (lengths.get(cell) ?? 0) - inside);
  }
  const handed = [...leaves].filter((cell) => cell.range.start >= range.start);
  const stays: Cell[] = [];
  for (const cell of handed) {
    const given = handDown(view, cell, rows, next, lengths.get(cell) ?? 0);
    if (given) edits.push(given);
    else stays.push(cell);
  }
  for (const [cell, by] of lengths) if (!handed.includes(cell)) edits.push(...longerBy(view, cell, by));
  const text = textOfRows(view, block, leaves, covered, renamed);
  if (text === null) return null;
  edits.push({ range: { start: offset, end: offset }, text: `${before}${text}${after}` });
  return [...edits, ...(stays.length > 0 ? emptied(view, block, stays) : [{ range, text: "" }])];
}

const NO_SPANS: Spans = { cells: new Set(), covered: new Set() };

function rowsOf(own: Candidate, end: number): MovedRows | null {
  const around = rowAround(own);
  if (!around) return null;
  const { table, row } = around;
  const rows = table.rows.filter(({ range }) => range.start >= row.range.start && range.end <= end);
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last) return null;
  const next = table.rows.find(({ range }) => range.start >= last.range.end);
  return { table, rows, range: { start: first.range.start, end: last.range.end }, next };
}

/** A cell that began in a row that goes begins in the next one: it covers that as well, or the next has nothing there. */
function handDown(
  view: PageView,
  cell: Cell,
  rows: readonly Row[],
  next: Row | undefined,
  by: number,
): PageEdit | null {
  if (!next) return null;
  const column = rows.find(({ cells }) => cells.includes(cell))?.cells.indexOf(cell) ?? -1;
  const there = next.cells[column];
  const [length] = longerBy(view, cell, by);
  const source = view.body.slice(cell.range.start, cell.range.end);
  const text = length
    ? source.slice(0, length.range.start - cell.range.start) +
      length.text +
      source.slice(length.range.end - cell.range.start)
    : source;
  if (there === cell) {
    const behind = next.cells.find(
      (it, at) => at > column && it.range.start > next.range.start && isWithin(it.range, next.range),
    );
    const row = elementNamed(view, next.range.start + 1, "tr");
    const at = behind?.range.start ?? (row && insideOf(view, row)?.end);
    return at === undefined || at === null ? null : { range: { start: at, end: at }, text };
  }
  if (!there || there.range.start < next.range.start || textOfCell(there).text !== "" || spanOf(view, cell) > 1)
    return null;
  return { range: there.range, text };
}

/** The rows as they stand in the new place: without the cells that stay, and with empty ones where nothing from above covers them. */
function textOfRows(
  view: PageView,
  { rows, range }: MovedRows,
  leaves: ReadonlySet<Cell>,
  covered: ReadonlySet<number>,
  renamed: readonly PageEdit[],
): string | null {
  const edits: PageEdit[] = [];
  for (const row of rows) {
    const element = elementNamed(view, row.range.start + 1, "tr");
    let end = (element && insideOf(view, element)?.start) ?? row.range.start;
    for (const [column, cell] of row.cells.entries()) {
      if (row.cells.indexOf(cell) !== column) continue;
      const isHere = isWithin(cell.range, row.range);
      const isLeft = leaves.has(cell);
      if (!isHere && !isLeft) continue;
      const filler = covered.has(column) ? "" : "<td></td>";
      if (!isLeft && covered.has(column)) {
        if (textOfCell(cell).text !== "") return null;
        edits.push({ range: cell.range, text: "" });
      } else if (isLeft && isHere) edits.push({ range: cell.range, text: filler });
      else if (isLeft && filler !== "") edits.push({ range: { start: end, end }, text: filler });
      if (isHere) end = cell.range.end;
    }
  }
  let text = "";
  let at = range.start;
  const own = renamed.filter(
    (edit) =>
      isWithin(edit.range, range) &&
      !edits.some((it) => edit.range.start < it.range.end && it.range.start < edit.range.end),
  );
  for (const edit of sorted([...edits, ...own])) {
    text += view.body.slice(at, edit.range.start) + edit.text;
    at = edit.range.end;
  }
  return text + view.body.slice(at, range.end);
}

/** What stays keeps its row, with nothing else in it. */
function emptied(view: PageView, { rows, range }: MovedRows, stays: readonly Cell[]): PageEdit[] {
  const [first, second] = rows;
  if (!first) return [];
  const cells = [...new Set(first.cells)].filter((cell) => isWithin(cell.range, first.range) && !stays.includes(cell));
  return [
    ...cells.flatMap((cell): PageEdit[] => {
      const element = elementNamed(view, cell.range.start + 1, "td", "th");
      const inside = element && insideOf(view, element);
      return inside && inside.end > inside.start ? [{ range: inside, text: "" }] : [];
    }),
    ...(second ? [{ range: { start: second.range.start, end: range.end }, text: "" }] : []),
  ];
}
