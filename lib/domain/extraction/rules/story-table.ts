import type { Block, Cell, Row, Table } from "../blocks.js";
import type { CoveredBlock } from "../../plan-item.js";
import { type Candidate, type Found, kindOf, rankOf } from "../candidate.js";
import { type Columns, readColumns, textOfCell } from "../columns.js";
import { readCriteria } from "../criteria.js";
import { fold, titleKey } from "../fold.js";
import { isDropMark, saysDropped, startsWithDropMark } from "../head.js";
import { ID, isId, isStandard, prefixOf } from "../ids.js";
import { takeIssueLink } from "../issue-link.js";
import { addCandidate, applyField, applyKind, isOtherKind, readHeadAt } from "../item-fields.js";
import { readLeadOf } from "../lead.js";
import { isStorySentence, phrasesFor } from "../lexicon.js";
import { notePart, type Place, type Rule, scopeOf, walkInside } from "../place.js";
import { flat, linesOf, type RichText, rangeOf } from "../rich-text.js";
import { readSectionMeaning } from "../sections.js";
import { isNothing } from "../values.js";
import type { KindWord, Label } from "../words/words.js";

const totals = phrasesFor("totals");

/** A table whose columns are fields has an item in each row; rows that span the table group the rows below. */
export const storyTable: Rule = {
  name: "story-table",
  read(block, place) {
    if (block.kind !== "table" || scopeOf(place).mode !== "items") return null;
    const upright = readColumns(block);
    const turned = upright && !isTurned(upright, block) ? null : turn(block);
    const columns = turned ? readColumns(turned) : upright;
    if (!columns) return null;
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
    nameLevels(place.page.candidates.slice(before));
    if (!turned)
      for (const [index, row] of rows.entries()) notePart(place, row, uses[index] ?? "unused", "story-table");
    return "item";
  },
};

/** True where the first column holds the headings: each of the other columns is an item. */
function isTurned({ header }: Columns, { rows }: Table): boolean {
  const isHeaded = rows.length > 2 && rows.every(({ cells }) => cells[0]?.isHeader && cells.length > 2);
  return isHeaded && header.cells.slice(1).every((cell) => isId(textOfCell(cell).text) || !cell.isHeader);
}

/** The table with its columns as rows; null where its first column holds no headings. */
function turn(table: Table): Table | null {
  const width = Math.max(0, ...table.rows.map(({ cells }) => cells.length));
  if (
    width < 3 ||
    table.rows.length < 3 ||
    !table.rows.every(({ cells }) => cells.length === width && cells[0]?.isHeader)
  )
    return null;
  const rows = Array.from({ length: width }, (_, column): Row => {
    const cells = table.rows.flatMap((row) => row.cells[column] ?? []);
    return { cells, range: cells[0]?.range ?? table.range, localId: null };
  });
  return { ...table, rows };
}

type Reading = {
  table: Table;
  columns: Columns;
  place: Place;
  /** Items that the cells of an epic or feature column name, by the text of the cell. */
  named: Map<string, Candidate>;
  epic: Candidate | null;
  feature: Candidate | null;
  isLeftOut: boolean;
  hasReferences: boolean;
};

function readRow(row: Row, reading: Reading): CoveredBlock["use"] {
  const { columns, place } = reading;
  const titleCell = titleCellOf(row, columns);
  const kindCell = row.cells[columns.labels.indexOf("kind")];
  if (kindCell && isOtherKind(textOfCell(kindCell))) return "context";
  if (!titleCell || isHeader(row, columns) || isTotal(row)) return "context";
  const named = nameParents(row, reading);
  if (isSpanning(titleCell, row, columns)) return readSeparator(titleCell, row, reading);
  if (reading.isLeftOut || isDropped(row, columns)) return "context";

  const title = readTitle(titleCell, row, reading);
  if (title?.head.isDropped) return "context";
  const name = title?.head.title.text ?? "";
  if (!title || (name === "" ? !title.head.id : isNothing(name))) return "unused";
  const item = addCandidate(place, "story-table", reading.table, row, title.head);
  if (columns.titleWord) item.kindWord ??= { value: columns.titleWord, range: rangeOf(textOfCell(titleCell)) };
  for (const [column, cell] of row.cells.entries())
    if (row.cells.indexOf(cell) === column && cell !== titleCell) readCell(cell, column, item, reading);
  if (item.id && OUTLINE.test(item.id.value)) item.parentName ??= numberAbove(item.id);
  describe(item, title.rest, place);
  readChildren(row, item, reading);
  placeUnder(item, named, reading);
  return "item";
}

/** In a table numbered 1, 1.1, 1.1.1 what stands above two levels is an epic, above one a feature. */
function nameLevels(candidates: readonly Candidate[]) {
  const numbers = new Set(candidates.flatMap(({ id }) => (id && /^\d+(?:\.\d+)*$/.test(id.value) ? [id.value] : [])));
  if (![...numbers].some((number) => OUTLINE.test(number))) return;
  for (const candidate of candidates) {
    const { id } = candidate;
    if (!id || candidate.kindWord || !numbers.has(id.value)) continue;
    const below = [...numbers].filter((number) => number.startsWith(`${id.value}.`));
    const depth = Math.max(0, ...below.map((number) => number.slice(id.value.length).split(".").length - 1));
    if (depth > 0) candidate.kindWord = { value: depth > 1 ? "epic" : "feature", range: id.range };
  }
}

/** Where a table has no id column, an id in front of a title is one, also if the page has no second of its series. */
function trustLeadingId(cell: Cell, place: Place) {
  const id = LEADING_ID.exec(textOfCell(cell).text)?.[0];
  if (id && !isStandard(id)) place.page.prefixes.add(prefixOf(id));
}

const LEADING_ID = new RegExp(`^${ID}(?=[\\s:.–—-]|$)`);
/** Levels may have a title column each: "Title 1", "Title 2". */
function titleCellOf({ cells }: Row, { labels, title }: Columns): Cell | undefined {
  const first = cells[title];
  if (labels[title] !== "title" || (first && textOfCell(first).text !== "")) return first;
  return cells.find((cell, column) => labels[column] === "title" && textOfCell(cell).text !== "") ?? first;
}

const OUTLINE = /^\d{1,3}(?:\.\d{1,3})+$/;

/** "1.2.3" stands under "1.2". */
function numberAbove({ value, range }: Found<string>): RichText {
  return {
    text: value.slice(0, value.lastIndexOf(".")),
    offset: 0,
    runs: [{ at: 0, start: range.start, width: range.end - range.start }],
    spans: [],
  };
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

/** Reads what stands in the cell below the line that introduces the item. */
function describe(item: Candidate, rest: readonly Block[], place: Place) {
  if (rest.length > 0) walkInside(place, rest, { item, ownsText: true, groupWord: null });
}

const LONGEST_NAME = 150;
const dependsOn = phrasesFor("dependsOn");
const blocks = phrasesFor("blocks");

/** "is blocked by PAY-7" in a column of links. */
function saysDependency({ text }: RichText): boolean {
  const folded = fold(text);
  const found = dependsOn.at(folded) ?? blocks.at(folded);
  return found !== null && /[A-Z][A-Z0-9]*-\d/.test(text.slice(found.end));
}

/** Columns that may name anything, the parent too: "For", "Area". */
const UNTOLD: ReadonlySet<Label | null> = new Set<Label | null>([null, "aside", "benefit", "role"]);

function readCell(cell: Cell, column: number, item: Candidate, { columns, place }: Reading) {
  const label = columns.labels[column] ?? null;
  const text = textOfCell(cell);
  if (label !== "dependsOn" && label !== "blocks") item.issueLink ??= takeIssueLink(text).link;
  if (text.text === "" || cell.isNumbering) return;
  if (UNTOLD.has(label) && text.text.length < LONGEST_NAME) {
    if (saysDependency(text)) return void applyField(item, { label: "dependsOn", name: "", value: text, line: text });
    item.otherCells.push(text);
  }
  switch (label) {
    case "id":
      return readIdCell(text, columns.names[column] ?? "", item);
    case "criteria":
      item.criteria.push(...readCriteria(cell.blocks));
      return;
    case "kind":
      applyKind(item, text);
      return;
    case "priority":
      if (applyLetter(item, text, columns)) return;
      applyField(item, { label, name: "", value: text, line: text });
      return;
    case "epic":
    case "feature":
    case "status":
    case "aside":
    case "dependent":
      return;
    case null:
      return;
    case "description":
    case "sentence":
    case "title":
      if (isNothing(text.text)) return;
      walkInside(place, cell.blocks, { item, ownsText: true, groupWord: null });
      return;
    default:
      applyField(item, { label, name: columns.names[column] ?? "", value: text, line: text });
  }
}

function applyLetter(item: Candidate, text: RichText, { priorityLetters }: Columns): boolean {
  const value = priorityLetters.get(fold(text.text));
  if (value === "dropped") item.isDropped = true;
  else if (value) item.priority = { value, range: rangeOf(text) };
  return value !== undefined;
}

function readChildren(row: Row, item: Candidate, { columns, place }: Reading) {
  const cell = columns.children && row.cells[columns.children.column];
  if (cell) walkInside(place, cell.blocks, { item, groupWord: columns.children?.word ?? null });
}

/** A smart link to a ticket shows its key, though the page holds no more than the address. */
const TICKET_ADDRESS = /^https?:\/\/\S+?\/(?:browse|issue)\/([A-Z][A-Z0-9]+-\d+)\S*$/;

/** An automatic row number is no id. */
function readIdCell(text: RichText, name: string, item: Candidate) {
  const address = TICKET_ADDRESS.exec(text.text)?.[1];
  if (address) {
    item.id = { value: address, range: rangeOf(text) };
    return;
  }
  const { rest } = takeIssueLink(text);
  const value = flat(rest.text === "" ? text : rest);
  const isRowNumber = /^\d+[.)]?$/.test(value) && name !== "id" && name !== "key";
  if (!isRowNumber && value.length <= 30 && /[\p{L}\p{N}]/u.test(value) && !isNothing(value))
    item.id = { value, range: rangeOf(text) };
}

/** Epic and feature columns name items, each once; an id there refers to an item that stands elsewhere. */
function nameParents(
  row: Row,
  reading: Reading,
): { epic: Candidate | null; feature: Candidate | null; reference: RichText | null } {
  const { columns, place, table } = reading;
  const result: { epic: Candidate | null; feature: Candidate | null; reference: RichText | null } = {
    epic: null,
    feature: null,
    reference: null,
  };
  for (const label of ["epic", "feature"] as const) {
    const column = columns.labels.indexOf(label);
    const cell = row.cells[column];
    if (!cell || column === columns.title || cell === row.cells[columns.title]) continue;
    const text = textOfCell(cell);
    if (isNothing(text.text)) continue;
    if (isId(text.text)) {
      result.reference = text;
      continue;
    }
    const key = `${label} ${text.text}`;
    let item = reading.named.get(key) ?? knownCalled(text, place);
    if (!item) {
      const lead = readLeadOf(place, cell.blocks);
      if (!lead || lead.head.title.text === "") continue;
      item = addCandidate(place, "story-table", table, cell, lead.head);
      const isRanked = rankOf(item.kindWord?.value ?? null) === rankOf(label);
      if (!isRanked) item.kindWord = { value: rankedWord(item, label), range: rangeOf(text) };
      if (label === "feature") item.enclosing = result.epic ?? reading.epic ?? item.enclosing;
      reading.named.set(key, item);
      describe(item, lead.rest, place);
    }
    if (label === "epic" && reading.epic !== item) Object.assign(reading, { epic: item, feature: null });
    if (label === "feature") reading.feature = item;
    result[label] = item;
  }
  return result;
}

/** "E-1 Shop" names the epic E-1 that the page has introduced. */
function knownCalled({ text }: RichText, { page }: Place): Candidate | undefined {
  const [first = "", ...rest] = text.split(/\s+/);
  if (rest.length === 0 || !isId(first)) return undefined;
  return page.candidates.find(({ id, title }) => id?.value === first && titleKey(text).endsWith(titleKey(title.value)));
}

/** What a feature or epic column names is a feature or epic, whatever else it is. */
function rankedWord({ kindWord }: Candidate, label: "epic" | "feature"): KindWord {
  if (kindWord === null || kindOf(kindWord.value) !== "enabler") return label;
  return label === "epic" ? "enablerEpic" : "enablerFeature";
}

/** A row's item belongs to what its own cells name, else to the feature or epic row above it. */
function placeUnder(item: Candidate, named: ReturnType<typeof nameParents>, reading: Reading) {
  const rank = rankOf(item.kindWord?.value ?? null) ?? 1;
  if (reading.hasReferences && !named.epic && !named.feature) {
    if (named.reference) item.parentName ??= named.reference;
    return rememberRow(item, rank, reading);
  }
  if (named.reference) item.parentName ??= named.reference;
  const above =
    rank === 1
      ? (named.feature ?? reading.feature ?? named.epic ?? reading.epic)
      : rank === 2
        ? (named.epic ?? reading.epic)
        : null;
  if (above) item.enclosing = above;
  rememberRow(item, rank, reading);
}

function rememberRow(item: Candidate, rank: number, reading: Reading) {
  if (rank === 3) Object.assign(reading, { epic: item, feature: null });
  if (rank === 2) reading.feature = item;
}

/** Where some rows name their parents by id, a row that names none has none. */
function hasReferences(table: Table, { labels, headerIndex, title }: Columns): boolean {
  const columns = labels.flatMap((label, column) =>
    column !== title && (label === "epic" || label === "feature" || label === "parent") ? [column] : [],
  );
  const cells = table.rows
    .slice(headerIndex + 1)
    .flatMap((row) => columns.flatMap((column) => row.cells[column] ?? []));
  return cells.some((cell) => isId(textOfCell(cell).text));
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
  placeUnder(item, { epic: null, feature: null, reference: null }, reading);
  if (rankOf(item.kindWord.value) === 1) reading.feature = item;
  return "item";
}

function isSpanning(titleCell: Cell, row: Row, { labels, title }: Columns): boolean {
  return (
    row.cells.some((cell, column) => cell === titleCell && column !== title && labels[column] !== null) &&
    titleCell.columns > 1
  );
}

function isHeader(row: Row, columns: Columns): boolean {
  const cells = [...new Set(row.cells)];
  if (cells.length > 1 && cells.every((cell) => cell.isHeader)) return true;
  return row.cells.every((cell, column) => fold(textOfCell(cell).text) === columns.names[column]);
}

function isTotal(row: Row): boolean {
  const [first] = [...new Set(row.cells)].map((cell) => textOfCell(cell).text).filter((text) => text !== "");
  return row.cells.some((cell) => isTotalWord(textOfCell(cell).text)) || first === undefined || isTotalWord(first);
}

/** True for "Total", "TOTAL (5 stories)" and the like. */
function isTotalWord(text: string): boolean {
  if (text.length > 60) return false;
  const folded = fold(text);
  if (!totals.isIn(folded)) return false;
  const bare = folded.replace(/\([^()]*\)/g, "").replace(/[^\p{L}-]+/gu, " ");
  return totals.get(bare.trim()) !== undefined;
}

/** "Won't do" as the whole of any cell, struck titles. */
function isDropped(row: Row, columns: Columns): boolean {
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

function isEmptyAndStruck(cell: Cell): boolean {
  const blocks = cell.blocks.filter((block) => block.kind === "paragraph");
  return (
    textOfCell(cell).text === "" &&
    blocks.some((block) => linesOf(block.text).length === 0 && block.text.spans.some((span) => span.mark === "struck"))
  );
}
