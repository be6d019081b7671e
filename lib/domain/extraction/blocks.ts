import type { SourceRange } from "../plan-item.js";
import type { RichText } from "./rich-text.js";

/** What every part of the page knows of itself. */
type Placed = { range: SourceRange; localId: string | null };

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
  return blocks.flatMap((block): RichText[] => {
    switch (block.kind) {
      case "heading":
      case "paragraph":
        return [block.text];
      case "list":
        return block.items.flatMap((item) => [item.text, ...textsOf(item.blocks)]);
      case "table":
        return block.rows.flatMap((row) => [...new Set(row.cells)].flatMap((cell) => textsOf(cell.blocks)));
      case "section":
        return [block.title, ...textsOf(block.blocks)];
      case "opaque":
        return [];
    }
  });
}
