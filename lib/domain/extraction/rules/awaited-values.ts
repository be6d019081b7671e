import { type Block, type Table, textsOf } from "../blocks.js";
import { readColumns, textOfCell } from "../columns.js";
import { continuesScenario, looksLikeCriterion, readCriteria } from "../criteria.js";
import { applyField } from "../item-fields.js";
import { readFields } from "../labelled-line.js";
import type { Awaited, Rule } from "../place.js";
import { linesOf, type RichText, rangeOf } from "../rich-text.js";

/** After "Acceptance criteria:" or "Depends on:" without a value, the next list or lines are the value. */
export const awaitedValues: Rule = {
  name: "awaited-values",
  read(block, place) {
    const { awaited } = place;
    if (!awaited) return null;
    if (block.kind === "list" || (block.kind === "paragraph" && isValue(block, awaited))) {
      take(block, awaited);
      return "item";
    }
    if (block.kind === "table" && awaited.label === "criteria") return takeTable(block, awaited) ? "item" : null;
    if (block.kind !== "section" && block.kind !== "opaque") place.awaited = null;
    return null;
  },
};

/** Takes a line of the same paragraph as the label; false where it is no value. */
export function takeLine(line: RichText, awaited: Awaited): boolean {
  const block: Block = { kind: "paragraph", text: line, range: rangeOf(line), localId: null };
  if (!isValue(block, awaited) && awaited.label !== "criteria") return false;
  take(block, awaited);
  return true;
}

/** A table of criteria: one in each row, in the column with the most words. */
function takeTable(table: Table, { item }: Awaited): boolean {
  const [header, ...rows] = table.rows;
  if (!header || readColumns(table) !== null) return false;
  const isHeaded = header.cells.every((cell) => cell.isHeader);
  const columns = header.cells.map((_, column) =>
    rows.reduce((sum, { cells }) => sum + (cells[column] ? textOfCell(cells[column]).text.length : 0), 0),
  );
  const column = columns.indexOf(Math.max(...columns));
  for (const { cells } of isHeaded ? rows : table.rows)
    if (cells[column]) item.criteria.push(...readCriteria(cells[column].blocks));
  return true;
}

function isValue(block: Block & { kind: "paragraph" }, { label, taken, isSection }: Awaited): boolean {
  const lines = linesOf(block.text);
  if (lines.length === 0 || lines.some((line) => readFields(line).length > 0)) return false;
  if (isSection && label === "criteria") return true;
  return label === "criteria" ? taken === 0 || lines.every(looksLikeCriterion) : taken === 0;
}

function take(block: Block, awaited: Awaited) {
  const { item, label } = awaited;
  awaited.taken++;
  // Where criteria are listed, the paragraphs below the list are something else.
  if (block.kind === "list") awaited.isSection = false;
  if (label !== "criteria") {
    for (const text of textsOf([block])) applyField(item, { label, name: "", value: text, line: text });
    return;
  }
  for (const criterion of readCriteria([block])) {
    const before = item.criteria.at(-1);
    if (before && block.kind === "paragraph" && continuesScenario(before.value, criterion.value)) {
      before.value += ` ${criterion.value}`;
      before.range = { start: before.range.start, end: criterion.range.end };
    } else item.criteria.push(criterion);
  }
}
