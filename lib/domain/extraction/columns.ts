import { type Cell, type Row, type Table, textsOf } from "./blocks.js";
import { fold } from "./fold.js";
import { isStorySentence, kinds, labels } from "./lexicon.js";
import { join, type RichText } from "./rich-text.js";
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
};

const texts = new WeakMap<Cell, RichText>();

/** A cell as one text. Rules ask for it again and again. */
export function textOfCell(cell: Cell): RichText {
  let text = texts.get(cell);
  if (!text) texts.set(cell, (text = join(textsOf(cell.blocks), "\n")));
  return text;
}

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
  for (const [headerIndex, header] of table.rows.slice(0, DEEPEST_HEADER).entries()) {
    const names = header.cells.map((cell) => (cell.isNumbering ? "" : fold(textOfCell(cell).text)));
    const found = names.map(labelOfColumn);
    const title = titleColumn(names, found, table.rows.slice(headerIndex + 1));
    if (title === null || !isEvident(found, title, names)) continue;
    const titleWord = kinds.get(names[title] ?? "") ?? null;
    return { header, headerIndex, labels: found, names, title, titleWord: titleWord === "story" ? null : titleWord };
  }
  return null;
}

/** "Aufwand (SP)" is about points, "Effort (days)" is not. */
function labelOfColumn(name: string): Label | null {
  const bracket = /\(([^()]*)\)\s*$/.exec(name)?.[1]?.trim();
  if (bracket !== undefined && labels.get(bracket) === "points") return "points";
  const plain = name.replace(/\s*\([^()]*\)\s*$|[:*#.]+$/g, "").trim();
  const label = labels.get(name) ?? labels.get(plain) ?? null;
  return label === "points" && bracket !== undefined && !/^(?:xs|s|m|l|fib)/.test(bracket) ? null : label;
}

function titleColumn(names: string[], found: (Label | null)[], rows: Row[]): number | null {
  for (const label of ["title", "sentence"] as const) {
    const column = found.indexOf(label);
    if (column >= 0) return column;
  }
  const sentences = names.findIndex((_, column) => {
    const texts = rows.map((row) => (row.cells[column] ? textOfCell(row.cells[column]).text : ""));
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
  return null;
}

function isEvident(found: (Label | null)[], title: number, names: string[]): boolean {
  const others = found.filter((_, column) => column !== title);
  if (others.some((label) => label !== null && EVIDENCE.has(label))) return true;
  const isNamed = found[title] !== "title" || /requirement|anforderung|exigence|requisito/.test(names[title] ?? "");
  return others.includes("id") || others.includes("priority")
    ? isNamed || (others.includes("id") && others.includes("priority"))
    : false;
}
