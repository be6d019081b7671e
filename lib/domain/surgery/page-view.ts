import { type Block, type Cell, type Row, type Table, textsOf } from "../extraction/blocks.js";
import type { Candidate } from "../extraction/candidate.js";
import { readPlan } from "../extraction/extract.js";
import { type RichText, rangeOf } from "../extraction/rich-text.js";
import { readStorageTree, type StorageElement, type StorageText } from "../extraction/storage-tree.js";
import type { ExtractedItem, Extraction, SourceRange } from "../plan-item.js";

/** A page with all that surgery has to know of it. */
export type PageView = {
  body: string;
  extraction: Extraction;
  blocks: readonly Block[];
  readonly tree: StorageElement;
  /** All texts of the page in page order. */
  readonly texts: readonly { text: RichText; range: SourceRange }[];
  items: ReadonlyMap<string, ExtractedItem>;
  /** The places at which an item is seen, the one that counts first. */
  sightings: ReadonlyMap<string, readonly Candidate[]>;
};

/** Reads a page in storage format for surgery. */
export function viewPage(page: { title: string; body: string }): PageView {
  const { extraction, blocks, drafts } = readPlan(page);
  let tree: StorageElement | null = null;
  let texts: PageView["texts"] | null = null;
  return {
    body: page.body,
    extraction,
    blocks,
    // Most pages are only looked at to see whether they say what is meant.
    get tree() {
      return (tree ??= readStorageTree(page.body));
    },
    get texts() {
      return (texts ??= textsInOrder(blocks));
    },
    items: new Map(extraction.items.map((item) => [item.key, item])),
    sightings: new Map(drafts.map(({ item, group }) => [item.key, group.candidates])),
  };
}

function textsInOrder(blocks: readonly Block[]): PageView["texts"] {
  return textsOf(blocks)
    .filter(({ text }) => text !== "")
    .map((text) => ({ text, range: rangeOf(text) }))
    .sort((a, b) => a.range.start - b.range.start);
}

/** The elements around an offset, from the outermost to the innermost; an offset between two elements is in neither. */
export function elementsAt(view: PageView, offset: number): StorageElement[] {
  const path: StorageElement[] = [];
  for (let at: StorageElement | undefined = view.tree; at; ) {
    at = at.children.find(
      (child): child is StorageElement => child.kind === "element" && child.start < offset && offset < child.end,
    );
    if (at) path.push(at);
  }
  return path;
}

/** The text node that holds an offset, or ends or begins there. */
export function textNodeAt(view: PageView, offset: number): StorageText | null {
  const around = elementsAt(view, offset).at(-1) ?? view.tree;
  return (
    around.children.find(
      (child): child is StorageText =>
        child.kind === "text" && child.start <= offset && offset <= child.start + child.raw.length,
    ) ?? null
  );
}

const LINES = new Set(
  "p h1 h2 h3 h4 h5 h6 li ac:task-body td th div blockquote pre ac:rich-text-body ac:layout-cell".split(" "),
);

/** The element whose own line an offset stands in: a paragraph, a bullet, a heading, a cell. */
export function lineElementAt(view: PageView, offset: number): StorageElement | null {
  return elementsAt(view, offset).findLast(({ name }) => LINES.has(name)) ?? null;
}

/** The innermost element of one of these names around an offset. */
export function elementNamed(view: PageView, offset: number, ...names: string[]): StorageElement | null {
  return elementsAt(view, offset).findLast(({ name }) => names.includes(name)) ?? null;
}

/** Where the content of an element stands, between its tags; null where it has a single tag. */
export function insideOf({ body }: PageView, { start, end, name }: StorageElement): SourceRange | null {
  if (name === "") return { start, end };
  const closing = body.lastIndexOf("</", end - 1);
  const opening = endOfTag(body, start);
  if (body.slice(end - 2, end) === "/>" && opening === end) return null;
  return closing >= opening && opening <= end ? { start: opening, end: closing } : null;
}

/** The offset behind the tag that begins at `start`; quoted values may hold ">". */
function endOfTag(body: string, start: number): number {
  let quote = "";
  for (let at = start; at < body.length; at++) {
    const unit = body.charAt(at);
    if (quote) quote = unit === quote ? "" : quote;
    else if (unit === '"' || unit === "'") quote = unit;
    else if (unit === ">") return at + 1;
  }
  return body.length;
}

/** The row of a table in which a candidate was seen. */
export function rowOf({ structure, range }: Candidate): { table: Table; row: Row } | null {
  if (structure.kind !== "table") return null;
  const row = structure.rows.find((it) => isSame(it.range, range));
  return row ? { table: structure, row } : null;
}

/** The row that a candidate stands in, also where it has no more than a cell of it: a feature beside its first story. */
export function rowAround(candidate: Candidate): { table: Table; row: Row } | null {
  const { structure, range, rule } = candidate;
  if (structure.kind !== "table" || rule !== "story-table") return rowOf(candidate);
  const row = structure.rows.find(({ cells }) => cells.some((cell) => isSame(cell.range, range)));
  return rowOf(candidate) ?? (row ? { table: structure, row } : null);
}

function isSame(a: SourceRange, b: SourceRange): boolean {
  return a.start === b.start && a.end === b.end;
}

/** True for a cell that covers more than one row. */
export function spansRows({ rows }: Table, cell: Cell): boolean {
  return rows.filter(({ cells }) => cells.includes(cell)).length > 1;
}

/** True where one range lies within another. */
export function isWithin(inner: SourceRange, outer: SourceRange): boolean {
  return inner.start >= outer.start && inner.end <= outer.end;
}
