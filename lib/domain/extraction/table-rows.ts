import type { Cell, Row } from "./blocks.js";
import { type Columns, textOfCell } from "./columns.js";
import { fold } from "./fold.js";
import { isDropMark, saysDropped, startsWithDropMark } from "./head.js";
import { labels, phrasesFor } from "./lexicon.js";
import { linesOf } from "./rich-text.js";
import type { Label } from "./words/words.js";

const totals = phrasesFor("totals");

/** True for a row whose title cell spans other fields: it parts the table, or groups the rows below. */
export function isSpanning(titleCell: Cell, row: Row, { labels, title }: Columns): boolean {
  return (
    row.cells.some((cell, column) => cell === titleCell && column !== title && labels[column] !== null) &&
    titleCell.columns > 1
  );
}

/** True for a row of headings, the repeated one too. */
export function isHeader(row: Row, columns: Columns): boolean {
  const cells = [...new Set(row.cells)];
  if (cells.length > 1 && cells.every((cell) => cell.isHeader)) return true;
  return row.cells.every((cell, column) => fold(textOfCell(cell).text) === columns.names[column]);
}

/** True for sums and for rows without a word. */
export function isTotal(row: Row): boolean {
  const [first] = [...new Set(row.cells)].map((cell) => textOfCell(cell).text).filter((text) => text !== "");
  return row.cells.some((cell) => isTotalWord(textOfCell(cell).text)) || first === undefined || isTotalWord(first);
}

/** True for "Total", "TOTAL (5 stories)" and the like. */
function isTotalWord(text: string): boolean {
  if (text.length > 60) return false;
  const folded = fold(text);
  if (!totals.isIn(folded)) return false;
  const bare = folded.replace(/\([^()]*\)/g, "").replace(/[^\p{L}-]+/gu, " ");
  const found = totals.at(bare.trim());
  const rest = found ? bare.trim().slice(found.end).trim() : "";
  return found !== null && (rest === "" || labels.get(rest) === "points");
}

/** True for a row with a struck title, or with "won't do" as the whole of any cell. */
export function isDropped(row: Row, columns: Columns): boolean {
  const isStruck = (cell: Cell | undefined) => cell !== undefined && isEmptyAndStruck(cell);
  return (
    isStruck(row.cells[columns.title]) ||
    row.cells.some((cell) => isDropMark(textOfCell(cell).text) || hasDropLozenge(cell)) ||
    row.cells.some(
      (cell, column) => !WORDY.has(columns.labels[column] ?? null) && startsWithDropMark(textOfCell(cell).text),
    )
  );
}

/** Columns of sentences, in which a word such as "rejected" may begin one. */
const WORDY: ReadonlySet<Label | null> = new Set<Label | null>([
  "title",
  "sentence",
  "description",
  "criteria",
  "dependsOn",
]);

/** A lozenge in the cell's own lines, not in a table or a list inside it. */
function hasDropLozenge({ blocks }: Cell): boolean {
  return blocks.some((block) => block.kind === "paragraph" && saysDropped(block.text));
}

/** True for a cell of which only struck words were there. */
export function isEmptyAndStruck(cell: Cell): boolean {
  const blocks = cell.blocks.filter((block) => block.kind === "paragraph");
  return (
    textOfCell(cell).text === "" &&
    blocks.some((block) => linesOf(block.text).length === 0 && block.text.spans.some((span) => span.mark === "struck"))
  );
}
