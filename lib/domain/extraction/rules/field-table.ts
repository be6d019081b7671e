import type { Candidate } from "../candidate.js";
import type { Cell, Table } from "../blocks.js";
import { textOfCell } from "../columns.js";
import { readCriteria } from "../criteria.js";
import { fold } from "../fold.js";
import { addCandidate, applyField, readHeadAt } from "../item-fields.js";
import { labels } from "../lexicon.js";
import { type Place, type Rule, scopeOf, walkInside } from "../place.js";
import type { Label } from "../words/words.js";

type FieldRow = { label: Label | null; name: string; cell: Cell };

/** A table with one field per row describes the item that it stands under, or, where it has a title of its own, an item. */
export const fieldTable: Rule = {
  name: "field-table",
  read(block, place) {
    if (block.kind !== "table" || scopeOf(place).mode !== "items") return null;
    const rows = readFieldRows(block, scopeOf(place).item !== null);
    if (!rows) return null;
    const item = introduceItem(block, rows, place) ?? scopeOf(place).item;
    if (!item) return null;
    for (const row of rows) applyRow(row, item, place);
    return "item";
  },
};

/** Fields that only items have. */
const TELLING: ReadonlySet<Label> = new Set(["points", "priority", "enablerType", "criteria", "dependsOn", "blocks"]);

/** Two columns, fields in the first; null for any other table. */
export function readFieldRows(table: Table, isInItem = false): FieldRow[] | null {
  const rows: FieldRow[] = [];
  for (const { cells } of table.rows) {
    const [first, second] = [...new Set(cells)];
    if (!first || !second || new Set(cells).size !== 2 || second.isHeader) return null;
    const name = fold(textOfCell(first).text).replace(/\s*:$/, "");
    rows.push({ label: labels.get(name) ?? null, name, cell: second });
  }
  const known = rows.filter((row) => row.label !== null && row.label !== "aside" && row.label !== "status").length;
  const isNamed = table.rows.every(({ cells }) => cells[0]?.isHeader);
  if (isInItem && isNamed && rows.some(({ label }) => label !== null && TELLING.has(label))) return rows;
  return known >= 2 && known * 2 >= rows.length ? rows : null;
}

function introduceItem(table: Table, rows: readonly FieldRow[], place: Place): Candidate | null {
  if (!rows.some(({ label }) => label === "id" || label === "kind" || (label !== null && TELLING.has(label))))
    return null;
  const row = rows.find(({ label }) => label === "title") ?? rows.find(({ label }) => label === "sentence");
  if (!row) return null;
  const head = readHeadAt(place, textOfCell(row.cell));
  return head.title.text === "" ? null : addCandidate(place, "field-table", table, table, head);
}

function applyRow({ label, name, cell }: FieldRow, item: Candidate, place: Place) {
  const text = textOfCell(cell);
  if (label === null || text.text === "" || text.text.includes(item.title.value)) return;
  if (label === "criteria") item.criteria.push(...readCriteria(cell.blocks));
  else if (label === "description" || label === "sentence") walkInside(place, cell.blocks, { item, ownsText: true });
  else applyField(item, { label, name, value: text, line: text });
}
