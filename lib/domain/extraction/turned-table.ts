import type { Row, Table } from "./blocks.js";
import { type Columns, textOfCell } from "./columns.js";
import { isId } from "./ids.js";

/** True where the first column holds the headings: each of the other columns is an item. */
export function isTurned({ header }: Columns, { rows }: Table): boolean {
  const isHeaded = rows.length > 2 && rows.every(({ cells }) => cells[0]?.isHeader && cells.length > 2);
  return isHeaded && header.cells.slice(1).every((cell) => isId(textOfCell(cell).text) || !cell.isHeader);
}

/** The table with its columns as rows; null where its first column holds no headings. */
export function turn(table: Table): Table | null {
  const width = Math.max(0, ...table.rows.map(({ cells }) => cells.length));
  if (
    width < 3 ||
    table.rows.length < 3 ||
    !table.rows.every(({ cells }) => cells.length === width && cells[0]?.isHeader)
  )
    return null;
  const rows = Array.from({ length: width }, (_, column): Row => {
    const cells = table.rows.flatMap((row) => row.cells[column] ?? []);
    const [first, last] = [cells[0] ?? table, cells.at(-1) ?? table];
    return { cells, range: { start: first.range.start, end: last.range.end }, localId: null };
  });
  return { ...table, rows };
}
