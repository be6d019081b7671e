import type { CoveredBlock } from "../plan-item.js";
import type { Block } from "./blocks.js";
import type { PageNotes } from "./place.js";

/**
 * What became of each block, in page order and without gaps: the markup between two blocks belongs to the block before it, what
 * stands in front of the first one to the first.
 */
export function coverPage(blocks: readonly Block[], uses: PageNotes["uses"], length: number): CoveredBlock[] {
  const leaves = leavesOf(blocks, uses).filter((block) => block.range.start < length);
  if (leaves.length === 0)
    return length === 0
      ? []
      : [{ range: { start: 0, end: length }, use: "unused", rule: null, under: null, block: "paragraph" }];
  return leaves.flatMap((block, index) => {
    const start = index === 0 ? 0 : block.range.start;
    const end = leaves[index + 1]?.range.start ?? length;
    const noted = uses.get(block) ?? { use: "unused" as const, rule: null, under: null };
    return end > start ? [{ range: { start, end }, ...noted, block: nameOf(block) }] : [];
  });
}

/** A panel with a title is a block of its own in front of its content. */
function leavesOf(blocks: readonly Block[], uses: PageNotes["uses"]): Block[] {
  return blocks.flatMap((block) => {
    if (block.kind !== "section" || uses.get(block)?.rule === "page-properties") return [block];
    return [block, ...leavesOf(block.blocks, uses)];
  });
}

function nameOf(block: Block): string {
  return block.kind === "section" || block.kind === "opaque" ? "macro" : block.kind;
}
