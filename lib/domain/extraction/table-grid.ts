import type { Cell, Placed, Row } from "./blocks.js";

/** A cell as it stands in the source, once, with the rows and columns that it covers. */
export type SpanningCell = Cell & { rows: number };

const WIDEST = 60;

/** Lays rows out as a grid in which spanning cells stand in each place that they cover. */
export function layOut(rows: readonly (Placed & { cells: readonly SpanningCell[] })[]): Row[] {
  /** Cells from above that still cover the column, with the number of rows left. */
  const spanning: { cell: Cell; rows: number }[] = [];
  return rows.flatMap(({ cells: own, range, localId }) => {
    const cells: Cell[] = [];
    const fillFromAbove = () => {
      for (let above = spanning[cells.length]; above && above.rows > 0; above = spanning[cells.length]) {
        above.rows--;
        cells.push(above.cell);
      }
    };
    for (const cell of own) {
      fillFromAbove();
      for (let i = 0; i < cell.columns && cells.length < WIDEST; i++) {
        spanning[cells.length] = { cell, rows: cell.rows - 1 };
        cells.push(cell);
      }
    }
    fillFromAbove();
    return cells.length > 0 ? [{ cells, range, localId }] : [];
  });
}

/** The number of rows or columns that a cell covers, from what the page says of it. */
export function toSpan(value: string | undefined): number {
  const span = Number.parseInt(value ?? "1", 10);
  return span >= 1 ? span : 1;
}
