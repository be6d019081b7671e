import type { Table } from "../blocks.js";
import { textOfCell } from "../columns.js";
import { fold, titleKey } from "../fold.js";
import { isId } from "../ids.js";
import { labels } from "../lexicon.js";
import { type Place, type Rule, scopeOf } from "../place.js";
import type { Label } from "../words/words.js";

const NAMING: ReadonlySet<Label> = new Set(["dependent", "id", "sentence", "title"]);
const PLANNING: ReadonlySet<Label> = new Set(["points", "priority", "criteria", "kind"]);

/** A table of its own may say what depends on what: "Needing story | Needs". */
export const dependencyTable: Rule = {
  name: "dependency-table",
  read(block, place) {
    if (block.kind !== "table" || scopeOf(place).mode === "left-out") return null;
    if (readMatrix(block, place)) return "context";
    const columns = (block.rows[0]?.cells ?? []).map((cell) => labels.get(fold(textOfCell(cell).text)) ?? null);
    const on = columns.indexOf("dependsOn");
    const blocks = columns.indexOf("blocks");
    const needed = on >= 0 ? on : blocks;
    const dependent = columns.findIndex((label, index) => label !== null && NAMING.has(label) && index !== needed);
    if (needed < 0 || dependent < 0 || columns.some((label) => label !== null && PLANNING.has(label))) return null;
    const naming = columns.flatMap((label, column) =>
      label && NAMING.has(label) && column !== needed ? [column] : [],
    );
    if (columns[dependent] !== "dependent" && !naming.every((column) => onlyNames(block, column, place))) return null;
    for (const { cells } of block.rows.slice(1)) {
      const [left, right] = [cells[dependent], cells[needed]];
      if (!left || !right || left === right) continue;
      const [first, second] = [textOfCell(left), textOfCell(right)];
      place.page.sentences.push(on >= 0 ? { dependent: first, on: second } : { dependent: second, on: first });
    }
    return "context";
  },
};

/** Ids above and beside, and marks where the item of the row depends on that of the column. */
function readMatrix({ rows }: Table, place: Place): boolean {
  const [header, ...body] = rows;
  const above = header?.cells.slice(1).map(textOfCell) ?? [];
  if (above.length < 2 || body.length === 0 || !above.every(({ text }) => isId(text))) return false;
  if (!body.every(({ cells }) => cells[0] && isId(textOfCell(cells[0]).text))) return false;
  const marks = body.flatMap(({ cells }) => cells.slice(1).map((cell) => textOfCell(cell).text));
  if (!marks.every((mark) => MARK.test(mark) || NO_MARK.test(mark))) return false;
  for (const { cells } of body)
    for (const [column, on] of above.entries()) {
      const [beside, cell] = [cells[0], cells[column + 1]];
      if (beside && cell && MARK.test(textOfCell(cell).text))
        place.page.sentences.push({ dependent: textOfCell(beside), on });
    }
  return true;
}

const MARK = /^(?:[x✓✔✗●•■▪√]|yes|ja|oui|si)$/iu;
const NO_MARK = /^[\s–—-]*$/;

/** True where a column holds nothing but ids and known titles, so that the rows are about items and are none themselves. */
function onlyNames(table: Table, column: number, { page }: Place): boolean {
  const titles = new Set(page.candidates.map(({ title }) => titleKey(title.value)));
  return table.rows.slice(1).every(({ cells }) => {
    const text = cells[column] ? textOfCell(cells[column]).text : "";
    return isId(text) || (text !== "" && titles.has(titleKey(text)));
  });
}
