import { type Block, type Table, textsOf } from "../../../lib/domain/extraction/blocks.js";

/** Blocks as lines, without places. */
export function sketch(blocks: readonly Block[]): unknown[] {
  return blocks.map((block): unknown => {
    switch (block.kind) {
      case "heading":
        return `h${block.level} ${block.text.text}`;
      case "paragraph":
        return block.text.text;
      case "list":
        return block.items.map((item) => [item.text.text, ...sketch(item.blocks)]);
      case "table":
        return { rows: wordsOf(block) };
      case "section":
        return { [`${block.name}: ${block.title.text}`]: sketch(block.blocks) };
      case "opaque":
        return `(${block.name})`;
    }
  });
}
/** The words of each cell. */
export function wordsOf(table: Table): string[][] {
  return table.rows.map(({ cells }) =>
    cells.map((cell) =>
      textsOf(cell.blocks)
        .map((it) => it.text)
        .join("|"),
    ),
  );
}
