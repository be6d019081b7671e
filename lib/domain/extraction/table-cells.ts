import type { Block, Cell } from "./blocks.js";
import type { Candidate } from "./candidate.js";
import { type Columns, LEVELS, textOfCell } from "./columns.js";
import { readCriteria } from "./criteria.js";
import { fold } from "./fold.js";
import { ID } from "./ids.js";
import { takeIssueLink } from "./issue-link.js";
import { applyField, applyKind } from "./item-fields.js";
import { blocksPhrases, dependsOnPhrases } from "./lexicon.js";
import { type Place, walkInside } from "./place.js";
import { flat, type RichText, rangeOf } from "./rich-text.js";
import { isNothing } from "./values.js";
import type { Label } from "./words/words.js";

const LONGEST_NAME = 150;

/** "is blocked by PAY-7" in a column of links. */
function saysDependency({ text }: RichText): boolean {
  const folded = fold(text);
  const found = dependsOnPhrases.at(folded) ?? blocksPhrases.at(folded);
  return found !== null && /[A-Z][A-Z0-9]*-\d/.test(text.slice(found.end));
}

/** Columns that may name anything, the parent too: "For", "Area". */
const UNTOLD: ReadonlySet<Label | null> = new Set<Label | null>([null, "aside", "benefit", "role"]);

/** Puts what a cell says into the item of its row. */
export function readCell(cell: Cell, column: number, item: Candidate, columns: Columns, place: Place) {
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
    case "kind": {
      const letter = LEVELS.get(fold(text.text));
      if (letter) item.kindWord = { value: letter, range: rangeOf(text) };
      else applyKind(item, text);
      return;
    }
    case "priority":
      if (applyLetter(item, text, columns)) return;
      applyField(item, { label, name: "", value: text, line: text });
      return;
    case "epic":
    case "feature":
    case "status":
    case "aside":
    case "dependent":
    case null:
      return;
    case "description":
    case "sentence":
    case "title":
      if (isNothing(text.text)) return;
      walkInside(
        place,
        cell.blocks.filter(({ kind }) => kind !== "table"),
        { item, ownsText: true, groupWord: null },
      );
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

/** A smart link to a ticket shows its key, though the page holds no more than the address. */
const TICKET_ADDRESS = /^https?:\/\/\S+?\/(?:browse|issue)\/([A-Z][A-Z0-9]+-\d+)\S*$/;

/** An id in brackets, or with a note behind it: "[US-9]", "US-12 (old: US-2)". */
const NOTED_ID = new RegExp(`^[\\[(]?(${ID})(?:[\\])]|\\s+\\([^()]*\\))$`);

/** An automatic row number is no id. */
function readIdCell(text: RichText, name: string, item: Candidate) {
  const address = TICKET_ADDRESS.exec(text.text)?.[1];
  if (address) {
    item.id = { value: address, range: rangeOf(text) };
    return;
  }
  const { rest } = takeIssueLink(text);
  const shown = flat(rest.text === "" ? text : rest);
  const value = NOTED_ID.exec(shown)?.[1] ?? shown;
  const isRowNumber = /^\d+[.)]?$/.test(value) && name !== "id" && name !== "key";
  if (!isRowNumber && value.length <= 30 && /[\p{L}\p{N}]/u.test(value) && !isNothing(value))
    item.id = { value, range: rangeOf(text) };
}

/** Reads what stands in the cell below the line that introduces the item. */
export function describe(item: Candidate, rest: readonly Block[], place: Place) {
  if (rest.length > 0) walkInside(place, rest, { item, ownsText: true, groupWord: null });
}
