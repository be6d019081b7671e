import type { CoveredBlock, SourceRange } from "../plan-item.js";
import type { Block, ListItem, Row } from "./blocks.js";
import type { Uses } from "./place.js";

type Piece = { start: number; block: string; part: Block | ListItem | Row };

/**
 * What became of each block, in page order and without gaps: the markup between two blocks belongs to the block before it, what
 * stands in front of the first one to the first. Tables and lists that were read row by row are reported row by row.
 */
export function coverPage(blocks: readonly Block[], uses: Uses, length: number): CoveredBlock[] {
  const pieces = piecesOf(blocks, uses).filter(({ start }) => start < length);
  const nothing = { use: "unused" as const, rule: null, under: null };
  if (pieces.length === 0)
    return length === 0 ? [] : [{ range: { start: 0, end: length }, ...nothing, block: "paragraph" }];
  return pieces.flatMap(({ start, block, part }, index) => {
    const range: SourceRange = { start: index === 0 ? 0 : start, end: pieces[index + 1]?.start ?? length };
    return range.end > range.start ? [{ range, ...(uses.get(part) ?? nothing), block }] : [];
  });
}

function piecesOf(blocks: readonly Block[], uses: Uses): Piece[] {
  return blocks.flatMap((block): Piece[] => {
    const { start } = block.range;
    const whole = { start, block: nameOf(block), part: block };
    switch (block.kind) {
      // A panel with a title is a block of its own in front of its content.
      case "section":
        return uses.get(block)?.rule === "page-properties" ? [whole] : [whole, ...piecesOf(block.blocks, uses)];
      case "table":
        return beginningAt(start, block.rows.every((row) => uses.has(row)) ? block.rows.map(rowPiece) : []) ?? [whole];
      case "list":
        return (
          beginningAt(
            start,
            block.items.flatMap((item) => bulletPieces(item, uses)),
          ) ?? [whole]
        );
      default:
        return [whole];
    }
  });
}

function rowPiece(row: Row): Piece {
  return { start: row.range.start, block: "row", part: row };
}

function bulletPieces(item: ListItem, uses: Uses): Piece[] {
  if (!uses.has(item)) return [];
  const nested = item.blocks.filter((block) => block.kind === "list" && block.items.some((inner) => uses.has(inner)));
  return [{ start: item.range.start, block: "bullet", part: item }, ...piecesOf(nested, uses)];
}

/** The pieces of a block: the first of them begins where the block does. Null where there are none. */
function beginningAt(start: number, pieces: Piece[]): Piece[] | null {
  const [first, ...rest] = pieces;
  return first ? [{ ...first, start }, ...rest] : null;
}

function nameOf(block: Block): string {
  return block.kind === "section" || block.kind === "opaque" ? "macro" : block.kind;
}
