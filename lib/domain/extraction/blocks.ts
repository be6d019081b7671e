import type { SourceRange } from "../plan-item.js";
import type { RichText } from "./rich-text.js";

/** What every part of the page knows of itself. */
export type Placed = { range: SourceRange; localId: string | null };

export type Heading = Placed & { kind: "heading"; level: number; text: RichText };
export type Paragraph = Placed & { kind: "paragraph"; text: RichText };
/** Bullets, numbers and tasks are all lists. */
export type List = Placed & { kind: "list"; items: ListItem[] };
export type ListItem = Placed & { text: RichText; blocks: Block[] };
export type Table = Placed & { kind: "table"; rows: Row[] };
/** `cells` has one entry per column: a cell that spans several rows or columns stands in each of them. */
export type Row = Placed & { cells: Cell[] };
export type Cell = Placed & { blocks: Block[]; isHeader: boolean; isNumbering: boolean; columns: number };
/** A macro with a body that readers see; `title` is the title that they see. */
export type Section = Placed & { kind: "section"; name: string; title: RichText; blocks: Block[] };
/** A macro whose content is no text of this page: code, tables of contents, excerpts from elsewhere. */
export type Opaque = Placed & { kind: "opaque"; name: string };

/** A page as the rules see it, whatever format it was read from. */
export type Block = Heading | Paragraph | List | Table | Section | Opaque;

/** All text below some blocks, one entry per paragraph, heading or list item. */
export function textsOf(blocks: readonly Block[]): RichText[] {
  const texts: RichText[] = [];
  for (const block of blocks) addTexts(block, texts);
  return texts;
}

function addTexts(block: Block, texts: RichText[]) {
  switch (block.kind) {
    case "heading":
    case "paragraph":
      texts.push(block.text);
      return;
    case "list":
      for (const item of block.items) {
        texts.push(item.text);
        for (const inner of item.blocks) addTexts(inner, texts);
      }
      return;
    case "table":
      for (const cell of new Set(block.rows.flatMap((row) => row.cells)))
        for (const inner of cell.blocks) addTexts(inner, texts);
      return;
    case "section":
      texts.push(block.title);
      for (const inner of block.blocks) addTexts(inner, texts);
      return;
    case "opaque":
  }
}
