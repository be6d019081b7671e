import { type Candidate, rankOf } from "../candidate.js";
import type { Cell, Table } from "../blocks.js";
import { readColumns, textOfCell } from "../columns.js";
import { readCriteria } from "../criteria.js";
import { fold } from "../fold.js";
import { saysDropped } from "../head.js";
import { addCandidate, applyField, readHeadAt } from "../item-fields.js";
import { groups, kinds, labels } from "../lexicon.js";
import { type RichText, rangeOf } from "../rich-text.js";
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

/** One field per row, several behind each other, or headings above a single row of values; null for any other table. */
export function readFieldRows(table: Table, isInItem = false): FieldRow[] | null {
  const pairs = pairsOf(table) ?? (isInItem && readColumns(table) === null ? pairsBelow(table) : null);
  if (!pairs) return null;
  const rows = pairs.map(([label, cell]): FieldRow => ({ ...labelOf(label), cell }));
  const known = rows.filter((row) => row.label !== null && row.label !== "aside" && row.label !== "status").length;
  const isNamed = pairs.every(([label]) => label.isHeader);
  if (isInItem && isNamed && rows.some(({ label }) => label !== null && TELLING.has(label))) return rows;
  return known >= 2 && known * 2 >= rows.length ? rows : null;
}

function labelOf(cell: Cell): { label: Label | null; name: string } {
  const name = fold(textOfCell(cell).text).replace(/\s*:$/, "");
  return { label: labels.get(name) ?? labels.get(name.replace(/\s*\([^()]*\)$/, "")) ?? null, name };
}

type Pair = [label: Cell, value: Cell];

/** "ID | PAY-7 | Type | Story": labels and values in turn. */
function pairsOf({ rows }: Table): Pair[] | null {
  const pairs: Pair[] = [];
  for (const [index, row] of rows.entries()) {
    const cells = [...new Set(row.cells)];
    if (index === 0 && cells.length === 1 && rows.length > 2) continue;
    if (cells.length < 2 || cells.length % 2 > 0) return null;
    for (let i = 0; i < cells.length; i += 2) {
      const [label, value] = [cells[i], cells[i + 1]];
      if (!label || !value || value.isHeader || (cells.length > 2 && !label.isHeader)) return null;
      pairs.push([label, value]);
    }
  }
  return pairs.length > 0 ? pairs : null;
}

/** A row of headings and one row of values; most of the headings are names of fields, or else the table is about a risk, a version, a test case. */
function pairsBelow({ rows }: Table): Pair[] | null {
  const [above, below, ...more] = rows;
  if (!above || !below || more.length > 0 || !above.cells.every((cell) => cell.isHeader)) return null;
  const known = above.cells.filter((cell) => labelOf(cell).label !== null);
  if (known.length * 4 < above.cells.length * 3) return null;
  return above.cells.flatMap((label, column): Pair[] => {
    const value = below.cells[column];
    return value ? [[label, value]] : [];
  });
}

/** A row over the whole table names the item: "PAY-7 – Pay by card". */
function headingOf({ rows }: Table): RichText | null {
  const cells = [...new Set(rows[0]?.cells)];
  return cells.length === 1 && cells[0] && rows.length > 2 ? textOfCell(cells[0]) : null;
}

/** The row that names the item: its title, else its sentence, else, on a canvas, "Feature | Search by name". */
function introduceItem(table: Table, rows: readonly FieldRow[], place: Place): Candidate | null {
  const has = (...wanted: Label[]) =>
    rows.find(
      ({ label, cell }) =>
        label !== null && wanted.includes(label) && cell.blocks.every(({ kind }) => kind === "paragraph"),
    );
  if (!rows.some(({ label }) => label === "id" || label === "kind" || (label !== null && TELLING.has(label))))
    return null;
  const isInStory = rankOf(scopeOf(place).item?.kindWord?.value ?? null) === 1;
  const named = has("title") ?? (isInStory ? undefined : has("sentence"));
  const canvas = named || has("id", "parent") ? undefined : has("feature", "epic");
  const heading = headingOf(table);
  const called = isInStory ? undefined : rows.find(({ name }) => rankOf(kinds.get(name) ?? null) === 1);
  const row = named ?? called ?? canvas;
  const head = heading ? readHeadAt(place, heading) : row && readHeadAt(place, textOfCell(row.cell));
  if (!head || head.title.text === "") return null;
  const item = addCandidate(place, "field-table", table, table, head);
  const word = row === named && called !== row ? undefined : kinds.get(called?.name ?? "");
  if (word && !heading) item.kindWord ??= { value: word, range: item.title.range };
  if (row === canvas && (canvas?.label === "feature" || canvas?.label === "epic"))
    item.kindWord ??= { value: canvas.label, range: item.title.range };
  return item;
}

function applyRow({ label, name, cell }: FieldRow, item: Candidate, place: Place) {
  const text = textOfCell(cell);
  const word = groups.get(name) ?? null;
  if (word && cell.blocks.some((block) => block.kind !== "paragraph"))
    return walkInside(place, cell.blocks, { item, groupWord: { value: word, range: rangeOf(text) } });
  if (saysDropped(text)) item.isDropped = true;
  if (label === null || text.text === "" || text.text.includes(item.title.value)) return;
  if (label === "criteria") item.criteria.push(...readCriteria(cell.blocks));
  else if (label === "description" || label === "sentence") walkInside(place, cell.blocks, { item, ownsText: true });
  else applyField(item, { label, name, value: text, line: text });
}
