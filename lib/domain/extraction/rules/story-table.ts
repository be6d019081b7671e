import type { Cell, Row } from "../blocks.js";
import type { CoveredBlock } from "../../plan-item.js";
import { type Candidate, rankOf } from "../candidate.js";
import { type Columns, isKind, readColumns, textOfCell } from "../columns.js";
import { fold } from "../fold.js";
import { ID, isStandard, prefixOf } from "../ids.js";
import { addCandidate, isOtherKind, readHeadAt } from "../item-fields.js";
import { readCriteria } from "../criteria.js";
import { readLeadOf } from "../lead.js";
import { isStorySentence, phrasesFor, tasks } from "../lexicon.js";
import { notePart, type Place, type Rule, scopeOf, walkInside } from "../place.js";
import { type RichText, rangeOf } from "../rich-text.js";
import { readSectionMeaning } from "../sections.js";
import { describe, readCell } from "../table-cells.js";
import { readLevels } from "../table-levels.js";
import { hasReferences, nameParents, noParents, placeUnder, type Reading } from "../table-parents.js";
import { isDropped, isEmptyAndStruck, isHeader, isSpanning, isTotal } from "../table-rows.js";
import { isTurned, turn } from "../turned-table.js";
import { isNothing } from "../values.js";

const workTypes = phrasesFor("workTypes");

/** A table whose columns are fields has an item in each row; rows that span the table group the rows below. */
export const storyTable: Rule = {
  name: "story-table",
  read(block, place) {
    if (block.kind !== "table" || scopeOf(place).mode !== "items") return null;
    const upright = readColumns(block);
    const turned = upright && !isTurned(upright, block) ? null : turn(block);
    const columns = turned ? readColumns(turned) : upright;
    if (!columns || isOfTasks(columns, place)) return null;
    const rows = turned?.rows ?? block.rows;
    const before = place.page.candidates.length;
    const reading: Reading = {
      table: block,
      columns,
      place,
      named: new Map(),
      epic: null,
      feature: null,
      isLeftOut: false,
      hasReferences: hasReferences(turned ?? block, columns),
    };
    const uses = rows.map((row, index) => (index <= columns.headerIndex ? "context" : readRow(row, reading)));
    if (place.page.candidates.length === before) return null;
    readLevels(place.page.candidates.slice(before));
    if (!turned)
      for (const [index, row] of rows.entries()) notePart(place, row, uses[index] ?? "unused", "story-table");
    return "item";
  },
};

/** Under a story a table of tasks tells how it is done. */
function isOfTasks({ names, title }: Columns, place: Place): boolean {
  const { item } = scopeOf(place);
  return rankOf(item?.kindWord?.value ?? null) === 1 && tasks.get(names[title] ?? "") !== undefined;
}

function readRow(row: Row, reading: Reading): CoveredBlock["use"] {
  const { columns, place } = reading;
  const titleCell = titleCellOf(row, columns);
  const kindCell = row.cells[columns.labels.indexOf("kind")];
  if (kindCell && isOtherThing(textOfCell(kindCell))) return "context";
  if (!titleCell || isHeader(row, columns) || isTotal(row)) return "context";
  const named = nameParents(row, reading);
  if (isSpanning(titleCell, row, columns)) return readSeparator(titleCell, row, reading);
  if (reading.isLeftOut || isDropped(row, columns)) return "context";

  const title = readTitle(titleCell, row, reading);
  if (title?.head.isDropped) return "context";
  const name = title?.head.title.text ?? "";
  if (continuesAbove(row, reading)) return "item";
  if (!title || (name === "" ? !title.head.id : isNothing(name) || !/\p{L}/u.test(name))) return "unused";
  const item = addCandidate(place, "story-table", reading.table, row, title.head);
  if (columns.titleWord) item.kindWord ??= { value: columns.titleWord, range: rangeOf(textOfCell(titleCell)) };
  for (const [column, cell] of row.cells.entries())
    if (row.cells.indexOf(cell) === column && cell !== titleCell) readCell(cell, column, item, columns, place);
  describe(item, title.rest, place);
  readChildren(row, item, reading);
  placeUnder(item, named, reading);
  return "item";
}

/** A row of which only the criteria are filled goes on with the item above. */
function continuesAbove({ cells }: Row, { columns, place, table }: Reading): boolean {
  const above = place.page.candidates.at(-1);
  const filled = cells.filter((cell) => textOfCell(cell).text !== "");
  const [only] = new Set(filled);
  if (!only || new Set(filled).size > 1 || columns.labels[cells.indexOf(only)] !== "criteria") return false;
  if (above?.structure !== table) return false;
  above.criteria.push(...readCriteria(only.blocks));
  return true;
}

/** Among rows of kinds, a row of another type, such as a milestone or a bug, is no item; a task is one all the same. */
function isOtherThing(text: RichText): boolean {
  const folded = fold(text.text);
  return isOtherKind(text) || (/\p{L}/u.test(folded) && !isKind(folded) && !workTypes.isIn(folded));
}

/** Levels may have a title column each: "Title 1", "Title 2". */
function titleCellOf({ cells }: Row, { labels, title }: Columns): Cell | undefined {
  const first = cells[title];
  if (labels[title] !== "title" || (first && textOfCell(first).text !== "")) return first;
  return cells.find((cell, column) => labels[column] === "title" && textOfCell(cell).text !== "") ?? first;
}

/** The title cell introduces the item; where it is empty, the story sentence beside it does. */
function readTitle(titleCell: Cell, row: Row, { columns, place }: Reading) {
  if (textOfCell(titleCell).text !== "" || isEmptyAndStruck(titleCell)) {
    if (!columns.labels.includes("id")) trustLeadingId(titleCell, place);
    return readLeadOf(place, titleCell.blocks);
  }
  const sentence = row.cells.find((cell) => isStorySentence(textOfCell(cell).text));
  return sentence && columns.labels.includes("sentence") ? readLeadOf(place, sentence.blocks) : null;
}

/** Where a table has no id column, an id in front of a title is one, also if the page has no second of its series. */
function trustLeadingId(cell: Cell, place: Place) {
  const id = LEADING_ID.exec(textOfCell(cell).text)?.[0];
  if (id && !isStandard(id)) place.page.prefixes.add(prefixOf(id));
}

const LEADING_ID = new RegExp(`^${ID}(?=[\\s:.–—-]|$)`);

function readChildren(row: Row, item: Candidate, { columns, place }: Reading) {
  const cell = columns.children && row.cells[columns.children.column];
  if (cell) walkInside(place, cell.blocks, { item, groupWord: columns.children?.word ?? null });
}

/** A row that spans the table introduces a feature, leaves out what follows, or parts the table for the eye. */
function readSeparator(cell: Cell, row: Row, reading: Reading): "item" | "context" {
  const text = textOfCell(cell);
  if (text.text === "") return "context";
  const head = readHeadAt(reading.place, text);
  const meaning = readSectionMeaning(text);
  reading.isLeftOut = meaning.mode === "left-out" || head.isDropped;
  if (reading.isLeftOut || (!head.kindWord && !head.id) || head.title.text === "") return "context";
  const item = addCandidate(reading.place, "story-table", reading.table, row, head);
  item.kindWord ??= { value: "feature", range: rangeOf(text) };
  placeUnder(item, noParents, reading);
  if (rankOf(item.kindWord.value) === 1) reading.feature = item;
  return "item";
}
