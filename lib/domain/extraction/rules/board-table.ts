import type { Block, Cell, Placed, Row } from "../blocks.js";
import { type Candidate, rankOf } from "../candidate.js";
import { textOfCell } from "../columns.js";
import { fold } from "../fold.js";
import { groups, kinds } from "../lexicon.js";
import { addCandidate } from "../item-fields.js";
import { type Lead, linesAsBlocks, readLead, readLeadOf } from "../lead.js";
import { type Place, type Rule, type Scope, scopeOf, walkInside, within } from "../place.js";
import { linesOf, type RichText } from "../rich-text.js";
import type { KindWord } from "../words/words.js";
import { readSectionMeaning } from "../sections.js";

/** A table that is a board: its cells hold lists or cards of items, its headings features, kinds, teams or iterations. */
export const boardTable: Rule = {
  name: "board-table",
  read(block, place) {
    if (block.kind !== "table" || scopeOf(place).mode !== "items") return null;
    const cells = [...new Set(block.rows.flatMap((row) => row.cells))].filter((cell) => !cell.isHeader);
    const cards = cells.filter((cell) => holdsCards(cell, place));
    const filled = cells.filter((cell) => textOfCell(cell).text !== "");
    const isBoard = cards.length > 1 && cards.length * 2 >= filled.length;
    const lists = cells.filter((cell) => cell.blocks.some((inner) => inner.kind === "list" || inner.kind === "table"));
    if (!isBoard && lists.length === 0) return null;

    const before = place.page.candidates.length;
    const columns = new Map<number, Partial<Scope>>();
    const board: Board = { place, columns, isBoard, read: new Set() };
    for (const row of block.rows) readRow(row, block, board);
    return place.page.candidates.length > before ? "item" : null;
  },
};

type Board = {
  place: Place;
  columns: Map<number, Partial<Scope>>;
  isBoard: boolean;
  /** Cells that span rows are read in the first. */
  read: Set<Cell>;
};

function readRow(row: Row, table: Block, board: Board) {
  const { place, columns, isBoard } = board;
  let around: Partial<Scope> = {};
  const first = row.cells[0];
  const names = first?.isHeader ? levelNamed(first) : null;
  for (const [column, cell] of row.cells.entries()) {
    if (row.cells.indexOf(cell) !== column) {
      if (cell.isHeader) columns.set(column, columns.get(row.cells.indexOf(cell)) ?? {});
    } else if (names && column > 0) {
      const scope = readNamed(cell, names, table, place, columns.get(column) ?? {});
      for (let covered = column; row.cells[covered] === cell; covered++) columns.set(covered, scope);
    } else if (cell.isHeader) {
      const scope = readHeading(cell, table, place);
      if (column === 0 && row.cells.some((other) => !other.isHeader)) around = scope;
      else columns.set(column, scope);
    } else if (!board.read.has(cell)) {
      board.read.add(cell);
      readCell(cell, table, place, { ...around, ...columns.get(column) }, isBoard);
    }
  }
}

/** A row that begins with "Epic" or "Feature" names those of the columns. */
function levelNamed(cell: Cell): KindWord | null {
  const [line] = linesOf(textOfCell(cell));
  const shown = fold(line?.text ?? "").replace(/\s*\([^()]*\)$/, "");
  const word = kinds.get(shown) ?? groups.get(shown) ?? null;
  return (rankOf(word) ?? 1) > 1 ? word : null;
}

function readNamed(cell: Cell, word: KindWord, table: Block, place: Place, above: Partial<Scope>): Partial<Scope> {
  const lead = readLeadOf(place, cell.blocks);
  if (!lead || lead.head.title.text === "") return above;
  let item: Candidate | null = null;
  within(place, above, () => {
    item = addCandidate(place, "board-table", table, cell, lead.head);
    item.kindWord ??= { value: word, range: item.title.range };
  });
  return item ? { item } : above;
}

/** What a heading of a column or row says of the items in it. */
function readHeading(cell: Cell, table: Block, place: Place): Partial<Scope> {
  const lead = readLeadOf(place, cell.blocks);
  if (lead && (lead.head.kindWord || lead.head.id) && lead.head.title.text !== "")
    return { item: addCandidate(place, "board-table", table, cell, lead.head) };
  const { mode, groupWord, groupPriority } = readSectionMeaning(textOfCell(cell));
  return { ...(mode && { mode }), ...(groupWord && { groupWord }), ...(groupPriority && { groupPriority }) };
}

function readCell(cell: Cell, table: Block, place: Place, scope: Partial<Scope>, isBoard: boolean) {
  within(place, scope, () => {
    for (const card of cardsOf(cell, place, isBoard)) {
      if (!card.lead) {
        place.walk(card.blocks.filter((block) => block.kind === "list" || block.kind === "table"));
        continue;
      }
      const { lead, blocks } = card;
      const item = addCandidate(place, "board-table", table, lead.placed, lead.head);
      walkInside(place, [...linesAsBlocks(lead.rest), ...blocks], { item, ownsText: true, groupWord: null });
    }
  });
}

type Card = { lead: (Lead<RichText> & { placed: Placed }) | null; blocks: Block[] };

/** The cards of a cell: each paragraph that begins with an id or a kind is one, what follows is on it. */
function cardsOf(cell: Cell, place: Place, isBoard: boolean): Card[] {
  const cards: Card[] = [{ lead: null, blocks: [] }];
  for (const block of cell.blocks) {
    const lead = readCard(block, place);
    if (lead && (isBoard || lead.head.isValued || (lead.head.id && lead.head.priority)))
      cards.push({ lead: { ...lead, placed: block }, blocks: [] });
    else cards.at(-1)?.blocks.push(block);
  }
  return cards;
}

function readCard(block: Block, place: Place): Lead<RichText> | null {
  if (block.kind !== "paragraph") return null;
  const lead = readLead(place, block.text);
  const { id, kindWord, title, isDropped } = lead.head;
  return (id || kindWord) && title.text !== "" && !isDropped ? lead : null;
}

function holdsCards(cell: Cell, place: Place): boolean {
  return cell.blocks.some((block) => readCard(block, place) !== null);
}
