import type { Priority } from "../plan-item.js";
import { type Cell, type Row, type Table, textsOf } from "./blocks.js";
import { type Found, rankOf } from "./candidate.js";
import { fold } from "./fold.js";
import { isId, prefixOf } from "./ids.js";
import { groups, isStorySentence, kinds, labels, otherKinds, phrasesFor } from "./lexicon.js";
import { once } from "./once.js";
import { readOnlyEnablerType } from "./values.js";
import { join, type RichText, rangeOf } from "./rich-text.js";
import type { KindWord, Label } from "./words/words.js";

/** What the columns of a table hold, and below which row the items begin. */
export type Columns = {
  header: Row;
  headerIndex: number;
  labels: (Label | null)[];
  names: string[];
  /** The column whose cells are the titles. */
  title: number;
  /** What the heading of that column calls the items: "Epic", "Spike". */
  titleWord: KindWord | null;
  /** The column whose cells list the items that belong to the row's own: "Stories" beside "Feature". */
  children: { column: number; word: Found<KindWord> } | null;
  /** What single letters in the priority column mean. */
  priorityLetters: ReadonlyMap<string, Priority | "dropped">;
};

/** A cell as one text. */
export const textOfCell = once((cell: Cell): RichText => {
  const [first] = cell.blocks;
  return first?.kind === "paragraph" && cell.blocks.length === 1 ? first.text : join(textsOf(cell.blocks), "\n");
});

const EVIDENCE: ReadonlySet<Label> = new Set([
  "points",
  "kind",
  "criteria",
  "dependsOn",
  "sentence",
  "enablerType",
  "parent",
]);
const DEEPEST_HEADER = 3;

/** Reads the header of a table of items; null where it is a table of something else. */
export function readColumns(table: Table): Columns | null {
  let best: Columns | null = null;
  for (const [headerIndex, header] of table.rows.slice(0, DEEPEST_HEADER).entries()) {
    // Below a header only another row of headings can say more: "Item | Estimate" over "Ref. | Title | Points".
    if (best && !header.cells.every((cell) => cell.isHeader)) break;
    const columns = readHeader(header, headerIndex, table);
    if (columns && knownColumns(columns) > (best ? knownColumns(best) : 0)) best = columns;
  }
  return best;
}

function knownColumns({ labels: found }: Columns): number {
  return new Set(found.filter((label) => label !== null)).size;
}

function readHeader(header: Row, headerIndex: number, table: Table): Columns | null {
  // A heading beside a value is a field of its own, no heading of a column.
  const filled = header.cells.filter((cell) => textOfCell(cell).text !== "");
  if (filled[0]?.isHeader && !filled.every((cell) => cell.isHeader)) return null;
  const names = header.cells.map((cell) => (cell.isNumbering ? "" : fold(textOfCell(cell).text)));
  const rows = table.rows.slice(headerIndex + 1);
  const labelled = names.map(labelOfColumn);
  if (labelled.some((label, column) => label === "kind" && holdsOtherKinds(column, rows))) return null;
  const found = withoutOtherKinds(labelled, rows);
  const idWord = takeIdColumn(names, found, rows);
  const children = childrenColumn(header, names, found, rows);
  if (children) found[children.column] = null;
  const title = titleColumn(names, found, rows);
  if (title === null || !(children || isEvident(found, title, names))) return null;
  if (!found.includes("id")) takeOwnIds(found, title, rows);
  const titleWord = kinds.get(names[title] ?? "") ?? idWord;
  return {
    header,
    headerIndex,
    labels: withParents(found, rows),
    names,
    title,
    titleWord: titleWord === "story" ? null : titleWord,
    children,
    priorityLetters: lettersOf(rows, found.indexOf("priority")),
  };
}

/** "Aufwand (SP)" is about points, "Effort (days)" is not. */
function labelOfColumn(name: string): Label | null {
  const bracket = /\(([^()]*)\)\s*$/.exec(name)?.[1]?.trim();
  if (bracket !== undefined && labels.get(bracket) === "points") return "points";
  const plain = name.replace(/\s*\([^()]*\)\s*$|[:*#.…?]+$|\s*<[^<>]*>$/g, "").trim();
  const label = labels.get(name) ?? labels.get(plain) ?? labelOfParts(plain);
  return label === "points" && bracket !== undefined && !/^(?:xs|s|m|l|fib)/.test(bracket) ? null : label;
}

/** A column without a known name that holds ids of the same series as the id column names what the rows belong to. */
function withParents(found: (Label | null)[], rows: Row[]): (Label | null)[] {
  const id = found.indexOf("id");
  if (id < 0 || found.some((label) => label === "parent" || label === "epic" || label === "feature")) return found;
  const filledIn = (column: number) => textsIn(column, rows).filter((text) => text !== "");
  const prefixes = new Set(filledIn(id).filter(isId).map(prefixOf));
  return found.map((label, column) => {
    const texts = label === null ? filledIn(column) : [];
    return texts.length > 1 && texts.every((text) => isId(text) && prefixes.has(prefixOf(text))) ? "parent" : label;
  });
}

/** "Feature | Name": where the feature column holds nothing but different ids, they are those of the rows. */
function takeIdColumn(names: string[], found: (Label | null)[], rows: Row[]): KindWord | null {
  if (found.includes("id") || found.includes("kind") || !found.includes("title")) return null;
  for (const label of ["feature", "epic", "sentence"] as const) {
    const column = found.indexOf(label);
    const values = textsIn(column, rows);
    const ids = new Set(values.filter(isId));
    const word = kinds.get(names[column] ?? "");
    if (!word || ids.size < 2 || values.some((value) => value !== "" && !ids.delete(value))) continue;
    found[column] = "id";
    return word;
  }
  return null;
}

/** A type column is one of kinds only if one of its values is a kind; "Internal" and "Capex" are types of other things. */
function withoutOtherKinds(found: (Label | null)[], rows: Row[]): (Label | null)[] {
  return found.map((label, column) => {
    if (label !== "kind") return label;
    return foldedIn(column, rows).some(isKind) ? label : null;
  });
}

/** A type column of nothing but bugs or risks: the table is a list of those. */
function holdsOtherKinds(column: number, rows: Row[]): boolean {
  const values = foldedIn(column, rows);
  return values.length > 0 && values.every((value) => !isKind(value) && otherKinds.at(value) !== null);
}

/** The texts of a column, the empty ones too. */
function textsIn(column: number, rows: Row[]): string[] {
  return rows.flatMap((row) => (row.cells[column] ? [textOfCell(row.cells[column]).text] : []));
}

function foldedIn(column: number, rows: Row[]): string[] {
  return textsIn(column, rows)
    .filter((text) => text !== "")
    .map(fold);
}

/** True for the value of a type column that says what an item is: "User story", "Enabler (infrastructure)", "Spike", "E". */
export function isKind(folded: string): boolean {
  const words = folded.split(/[^\p{L}-]+/u);
  return words.some((word) => kinds.get(word) !== undefined) || kinds.find(folded).length > 0 || isStated(folded);
}

function isStated(folded: string): boolean {
  return LEVELS.has(folded.trim()) || readOnlyEnablerType(folded) !== null;
}

/** Letters for kinds in a column of levels. */
export const LEVELS: ReadonlyMap<string, KindWord> = new Map<string, KindWord>([
  ["e", "epic"],
  ["f", "feature"],
  ["s", "story"],
  ["us", "story"],
  ["en", "enabler"],
  ["sp", "spike"],
]);

/** "Feature ID | Feature": beside the column that names the features the ids are their own, not those of parents. */
function takeOwnIds(found: (Label | null)[], title: number, rows: Row[]) {
  const column = found.indexOf("parent");
  if (column < 0 || (found[title] !== "feature" && found[title] !== "epic")) return;
  const values = textsIn(column, rows);
  const ids = values.filter(isId);
  if (ids.length > 0 && new Set(ids).size === ids.length) found[column] = "id";
}

/** A column of lists under a heading such as "Stories", beside a column that names what they belong to. */
function childrenColumn(header: Row, names: string[], found: (Label | null)[], rows: Row[]): Columns["children"] {
  for (const [column, name] of names.entries()) {
    const word = groups.find(name)[0]?.meaning ?? kinds.get(name);
    if (
      !word ||
      rankOf(word) !== 1 ||
      !found.some((label, other) => other !== column && (label === "feature" || label === "title"))
    )
      continue;
    const cells = rows.flatMap((row) => row.cells[column] ?? []).filter((cell) => textOfCell(cell).text !== "");
    const lists = cells.filter((cell) =>
      cell.blocks.some(({ kind }) => kind === "list" || kind === "table" || kind === "section"),
    );
    const heading = header.cells[column];
    if (heading && lists.length * 2 > cells.length)
      return { column, word: { value: word, range: rangeOf(textOfCell(heading)) } };
  }
  return null;
}

/** Letters that teams use for MoSCoW, and for high, medium and low in the four languages. */
const LETTERS: readonly ReadonlyMap<string, Priority | "dropped">[] = [
  new Map<string, Priority | "dropped">([
    ["m", "high"],
    ["s", "medium"],
    ["c", "low"],
    ["w", "dropped"],
  ]),
  new Map<string, Priority | "dropped">([
    ["m", "high"],
    ["s", "medium"],
    ["k", "low"],
    ["n", "dropped"],
    ["w", "dropped"],
  ]),
  new Map<string, Priority>([
    ["h", "high"],
    ["a", "high"],
    ["m", "medium"],
    ["l", "low"],
    ["n", "low"],
    ["b", "low"],
  ]),
];

/** The alphabet in which all values of a column are written; the letter M alone could be of either. */
function lettersOf(rows: Row[], column: number): ReadonlyMap<string, Priority | "dropped"> {
  const values = foldedIn(column, rows);
  const used = new Set(values.filter((value) => value.length === 1 && /[a-z]/.test(value)));
  const fitting = LETTERS.filter((letters) => [...used].every((letter) => letters.has(letter)));
  const [first, ...others] = fitting;
  const isClear = [...used].every((letter) => others.every((other) => other.get(letter) === first?.get(letter)));
  return used.size > 1 && first && isClear ? first : new Map();
}

/** "Story / Enabler", "Title 2": of the parts that are labels the first one counts. */
function labelOfParts(name: string): Label | null {
  const numbered = /^(.*\p{L})\s+\d$/u.exec(name)?.[1];
  if (numbered && labels.get(numbered) === "title") return "title";
  const parts = name.split(/\s*\/\s*/);
  if (parts.length < 2) return null;
  return parts.map((part) => labels.get(part) ?? null).find((label) => label !== null) ?? null;
}

function titleColumn(names: string[], found: (Label | null)[], rows: Row[]): number | null {
  for (const label of ["title", "sentence"] as const) {
    const column = found.indexOf(label);
    if (column >= 0) return column;
  }
  const sentences = names.findIndex((_, column) => {
    const texts = textsIn(column, rows);
    return texts.filter(isStorySentence).length * 2 > texts.length;
  });
  if (sentences >= 0) return sentences;
  for (const name of ["spike", "enabler", "nfr"] as const) {
    const column = names.findIndex((it) => kinds.get(it) === name);
    if (column >= 0) return column;
  }
  for (const label of ["feature", "epic"] as const) {
    const column = found.indexOf(label);
    if (column >= 0) return column;
  }
  const wish = found.indexOf("wish");
  if (wish >= 0) return wish;
  // Ids beside values alone are details of items that stand elsewhere.
  if (found.includes("id") && found.every((label) => label !== null && DETAILS.has(label))) return found.indexOf("id");
  const planned = found.filter((label) => label !== null && PLANNED.has(label));
  const distinct = new Set(planned);
  const isNaming = ["id", "kind"].some((label) => distinct.has(label as Label));
  return distinct.size > 1 && isNaming && planned.some((label) => label !== "id" && label !== "priority")
    ? wordyColumn(found, rows)
    : null;
}

const DETAILS: ReadonlySet<Label> = new Set(["id", "points", "priority", "enablerType", "criteria", "aside", "status"]);
const PLANNED: ReadonlySet<Label> = new Set(["id", "points", "priority", "kind", "criteria", "dependsOn", "blocks"]);

/** Among fields of items, the description or else a column without a known name is where the items are named. */
function wordyColumn(found: (Label | null)[], rows: Row[]): number | null {
  const description = found.indexOf("description");
  if (description >= 0) return description;
  const isWordy = (column: number) => {
    const texts = textsIn(column, rows);
    return texts.filter((text) => /\p{L}+\s+\p{L}/u.test(text)).length * 2 > texts.length;
  };
  const wordy = found.includes("id") ? found.findIndex((label, column) => label === null && isWordy(column)) : -1;
  return wordy >= 0 ? wordy : null;
}

/** Sizes are also those of shirts and desks. */
const shirtSizes = phrasesFor("shirtSizes");
const requirements = phrasesFor("requirements");

function isEvident(found: (Label | null)[], title: number, names: string[]): boolean {
  const others = found.filter((_, column) => column !== title);
  // Packages and services depend on each other too.
  const isPackage = found[title] === "title" && !others.some((label) => label === "id" || label === "priority");
  const isSized = (column: number) =>
    found[title] === "title" && found[column] === "points" && shirtSizes.at(names[column] ?? "") !== null;
  const telling = found.flatMap((label, column) =>
    column !== title &&
    label !== null &&
    EVIDENCE.has(label) &&
    !isSized(column) &&
    !(isPackage && label === "dependsOn")
      ? [label]
      : [],
  );
  if (telling.length > 0) return true;
  const isNamed = found[title] !== "title" || requirements.isIn(names[title] ?? "");
  return others.includes("id") || others.includes("priority")
    ? isNamed || (others.includes("id") && others.includes("priority"))
    : false;
}
