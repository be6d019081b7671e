import type { SourceRange } from "../plan-item.js";
import type { Block, ListItem, Placed } from "./blocks.js";
import { emptyText, type RichText } from "./rich-text.js";

/** What a front end knows of the nodes of its format. */
export type FrontEnd<Node> = {
  /** True for what stands on its own lines. */
  isBlock(node: Node): boolean;
  readBlock(node: Node): Block[];
  readInline(nodes: readonly Node[]): RichText;
  rangeOf(node: Node): SourceRange;
};

/** Reads nodes into blocks: what stands inline between two blocks is a paragraph. */
export function readBlocks<Node>(frontEnd: FrontEnd<Node>, nodes: readonly Node[]): Block[] {
  const blocks: Block[] = [];
  let line: Node[] = [];
  const endLine = () => {
    const [first] = line;
    const last = line.at(-1);
    if (!first || !last) return;
    const text = frontEnd.readInline(line);
    const range = { start: frontEnd.rangeOf(first).start, end: frontEnd.rangeOf(last).end };
    if (text.text !== "" || text.spans.length > 0) blocks.push({ kind: "paragraph", text, range, localId: null });
    line = [];
  };
  for (const node of nodes) {
    if (!frontEnd.isBlock(node)) {
      line.push(node);
      continue;
    }
    endLine();
    for (const block of frontEnd.readBlock(node)) blocks.push(block);
  }
  endLine();
  return blocks;
}

/** An item of a list: the first line of its content is its text. */
export function toListItem([first, ...rest]: readonly Block[], placed: Placed): ListItem {
  if (first?.kind === "paragraph" || first?.kind === "heading") return { text: first.text, blocks: rest, ...placed };
  return { text: emptyText, blocks: first ? [first, ...rest] : [], ...placed };
}

/** A list directly inside a list belongs to the item above it. */
export function addNested(items: ListItem[], nested: readonly Block[]) {
  const above = items.at(-1);
  for (const block of nested) {
    if (above) above.blocks.push(block);
    else if (block.kind === "list") for (const item of block.items) items.push(item);
  }
}
