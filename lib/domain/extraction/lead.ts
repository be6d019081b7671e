import type { Block } from "./blocks.js";
import type { Head } from "./head.js";
import { readHeadAt } from "./item-fields.js";
import type { Place } from "./place.js";
import { join, linesOf, type RichText, rangeOf } from "./rich-text.js";

/** The line that introduces an item, and what follows it in the same text or cell. */
export type Lead<Rest> = { head: Head; rest: Rest[] };

/** The first line of a text introduces the item; where it is no more than an id or a kind, the next line is the title. */
export function readLead(place: Place, text: RichText): Lead<RichText> {
  const [first = text, second, ...others] = linesOf(text);
  const head = readHeadAt(place, first);
  if (!second) return { head, rest: [] };
  const isComplete = head.title.text !== "" || (head.id === null && head.kindWord === null);
  return isComplete
    ? { head, rest: [second, ...others] }
    : { head: readHeadAt(place, join([first, second], "\n")), rest: others };
}

/** The same for the blocks of a cell: what follows the title is about the item. Null where they begin with something else than text. */
export function readLeadOf(place: Place, blocks: readonly Block[]): Lead<Block> | null {
  const [first, second, ...others] = blocks.filter((block) => !isEmpty(block));
  if (first?.kind !== "paragraph" && first?.kind !== "heading") return null;
  const lead = readLead(place, first.text);
  const { id, kindWord, title } = lead.head;
  if (title.text === "" && (id || kindWord) && (second?.kind === "paragraph" || second?.kind === "heading")) {
    const joined = readLead(place, join([first.text, second.text], "\n"));
    return { head: joined.head, rest: [...linesAsBlocks(joined.rest), ...others] };
  }
  return { head: lead.head, rest: [...linesAsBlocks(lead.rest), ...(second ? [second] : []), ...others] };
}

/** Lines as a paragraph of their own; nothing where there are none. */
export function linesAsBlocks(lines: readonly RichText[]): Block[] {
  if (lines.length === 0) return [];
  const text = join(lines, "\n");
  return [{ kind: "paragraph", text, range: rangeOf(text), localId: null }];
}

function isEmpty(block: Block): boolean {
  return block.kind === "paragraph" && block.text.text === "" && block.text.spans.length === 0;
}
