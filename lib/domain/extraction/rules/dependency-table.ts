import { type Cell, type Table, textsOf } from "../blocks.js";
import { fold } from "../fold.js";
import { isId } from "../ids.js";
import { labels } from "../lexicon.js";
import { type Rule, scopeOf } from "../place.js";
import { join, type RichText } from "../rich-text.js";
import type { Label } from "../words/words.js";

const NAMING: ReadonlySet<Label> = new Set(["dependent", "id", "sentence", "title"]);
const PLANNING: ReadonlySet<Label> = new Set(["points", "priority", "criteria", "kind"]);

/** A table of its own may say what depends on what: "Needing story | Needs". */
export const dependencyTable: Rule = {
  name: "dependency-table",
  read(block, place) {
    if (block.kind !== "table" || scopeOf(place).mode === "left-out") return null;
    const columns = (block.rows[0]?.cells ?? []).map((cell) => labels.get(fold(textOf(cell).text)) ?? null);
    const on = columns.indexOf("dependsOn");
    const blocks = columns.indexOf("blocks");
    const needed = on >= 0 ? on : blocks;
    const dependent = columns.findIndex((label, index) => label !== null && NAMING.has(label) && index !== needed);
    if (needed < 0 || dependent < 0 || columns.some((label) => label !== null && PLANNING.has(label))) return null;
    const naming = columns.flatMap((label, column) =>
      label && NAMING.has(label) && column !== needed ? [column] : [],
    );
    if (columns[dependent] !== "dependent" && !naming.every((column) => onlyNames(block, column))) return null;
    for (const { cells } of block.rows.slice(1)) {
      const [left, right] = [cells[dependent], cells[needed]];
      if (!left || !right || left === right) continue;
      const [first, second] = [textOf(left), textOf(right)];
      place.page.sentences.push(on >= 0 ? { dependent: first, on: second } : { dependent: second, on: first });
    }
    return "context";
  },
};

/** True where a column holds nothing but ids, so that the rows are about items and are none themselves. */
function onlyNames(table: Table, column: number): boolean {
  return table.rows.slice(1).every(({ cells }) => isId(cells[column] ? textOf(cells[column]).text : ""));
}

function textOf(cell: Cell): RichText {
  return join(textsOf(cell.blocks), " ");
}
