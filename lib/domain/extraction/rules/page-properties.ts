import { type Block, type Cell, type Table, textsOf } from "../blocks.js";
import { fold } from "../fold.js";
import { readHead, type Head } from "../head.js";
import { addCandidate } from "../item-fields.js";
import { labels } from "../lexicon.js";
import type { Place, Rule } from "../place.js";
import { join, type RichText } from "../rich-text.js";
import { isNothing } from "../values.js";
import { readFieldRows } from "./field-table.js";

/** The page properties may name the epic that the page is about; their other rows are no items. */
export const pageProperties: Rule = {
  name: "page-properties",
  read(block, place) {
    if (block.kind !== "section" || block.name !== "details") return null;
    const tables = block.blocks.filter((inner) => inner.kind === "table");
    if (tables.length === 0 || tables.some((table) => table.rows.some((row) => new Set(row.cells).size !== 2)))
      return null;
    if (tables.some(isCard)) return null;
    for (const table of tables)
      for (const { cells, range, localId } of table.rows) {
        const [label, value] = cells;
        if (label && value && labels.get(fold(textOf(label).text)) === "epic")
          nameEpic(place, block, { range, localId }, textOf(value));
      }
    return "context";
  },
};

/** A table with estimates or criteria is about one item, not about the page. */
function isCard(table: Table): boolean {
  const found = readFieldRows(table)?.map((row) => row.label) ?? [];
  return found.includes("points") || found.includes("criteria");
}

function nameEpic(place: Place, block: Block, placed: Pick<Block, "range" | "localId">, name: RichText) {
  const head: Head = readHead(name, null);
  if (head.title.text === "" || isNothing(head.title.text)) return;
  const kindWord = head.kindWord ?? { value: "epic" as const, range: head.id?.range ?? placed.range };
  place.page.epic ??= addCandidate(place, "page-properties", block, placed, { ...head, kindWord });
}

function textOf(cell: Cell): RichText {
  return join(textsOf(cell.blocks), " ");
}
