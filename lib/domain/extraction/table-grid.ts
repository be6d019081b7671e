import type { Block, Cell, Row, Table } from "./blocks.js";
import { childElements, localIdOf, rangeOfNode, type StorageElement, type StorageNode } from "./storage-tree.js";

const WIDEST = 60;

/** Reads a table into a grid in which spanning cells stand in each place that they cover. */
export function readTable(node: StorageElement, readBlocks: (nodes: readonly StorageNode[]) => Block[]): Table {
  const rows: Row[] = [];
  /** Cells from above that still cover the column, with the number of rows left. */
  const spanning: { cell: Cell; rows: number }[] = [];
  for (const tr of rowElements(node)) {
    const cells: Cell[] = [];
    const fillFromAbove = () => {
      for (let above = spanning[cells.length]; above && above.rows > 0; above = spanning[cells.length]) {
        above.rows--;
        cells.push(above.cell);
      }
    };
    for (const td of childElements(tr, "td", "th")) {
      fillFromAbove();
      const cell = readCell(td, readBlocks);
      const rowsBelow = spanOf(td, "rowspan") - 1;
      for (let i = 0; i < cell.columns && cells.length < WIDEST; i++) {
        spanning[cells.length] = { cell, rows: rowsBelow };
        cells.push(cell);
      }
    }
    fillFromAbove();
    if (cells.length > 0) rows.push({ cells, range: rangeOfNode(tr), localId: localIdOf(tr) });
  }
  return { kind: "table", rows, range: rangeOfNode(node), localId: localIdOf(node) };
}

function rowElements(node: StorageElement): StorageElement[] {
  return node.children.flatMap((child): StorageElement[] => {
    if (child.kind !== "element") return [];
    if (child.name === "tr") return [child];
    return ["thead", "tbody", "tfoot"].includes(child.name) ? childElements(child, "tr") : [];
  });
}

function readCell(td: StorageElement, readBlocks: (nodes: readonly StorageNode[]) => Block[]): Cell {
  return {
    blocks: readBlocks(td.children),
    isHeader: td.name === "th",
    isNumbering: (td.attributes["class"] ?? "").includes("numberingColumn"),
    columns: Math.min(spanOf(td, "colspan"), WIDEST),
    range: rangeOfNode(td),
    localId: localIdOf(td),
  };
}

function spanOf(td: StorageElement, name: "rowspan" | "colspan"): number {
  const span = Number.parseInt(td.attributes[name] ?? "1", 10);
  return span >= 1 ? span : 1;
}
