import type { Block } from "./blocks.js";
import type { Head } from "./head.js";
import { fold } from "./fold.js";
import { isStorySentence, labels, startsStorySentence } from "./lexicon.js";
import { readHeadAt } from "./item-fields.js";
import type { Place } from "./place.js";
import { join, linesOf, type RichText, rangeOf } from "./rich-text.js";

/** The line that introduces an item, and what follows it in the same text or cell. */
export type Lead<Rest> = { head: Head; rest: Rest[] };

/** The first line of a text introduces the item; where it is no more than an id, a kind or values, the next line is the title. */
export function readLead(place: Place, text: RichText): Lead<RichText> {
  const [first = text, second, ...others] = joinSentences(linesOf(text));
  const head = readHeadAt(place, first);
  if (!second || !isUntitled(head)) return { head, rest: second ? [second, ...others] : [] };
  return { head: withTitle(head, readHeadAt(place, second)), rest: others };
}

/** The same for the blocks of a cell: what follows the title is about the item. Null where they begin with something else than text. */
export function readLeadOf(place: Place, blocks: readonly Block[]): Lead<Block> | null {
  const [first, ...others] = blocks.filter((block) => !isEmpty(block));
  if (first?.kind !== "paragraph" && first?.kind !== "heading") return null;
  let { head, rest } = readLead(place, first.text);
  for (
    let next = others[0];
    isUntitled(head) && (next?.kind === "paragraph" || next?.kind === "heading");
    next = others[0]
  ) {
    others.shift();
    const lead = readLead(place, next.text);
    head = withTitle(head, lead.head);
    rest = lead.rest;
  }
  return { head, rest: [...linesAsBlocks(rest), ...others] };
}

function isUntitled({ title, id, kindWord }: Head): boolean {
  return title.text === "" && (id !== null || kindWord !== null);
}

/** One head from two lines: the title stands in the second, what the first one says goes first. */
function withTitle(first: Head, second: Head): Head {
  return {
    ...second,
    kindWord: first.kindWord ?? second.kindWord,
    id: first.id ?? second.id,
    alias: first.alias ?? second.alias,
    enablerType: first.enablerType ?? second.enablerType,
    storyPoints: first.storyPoints ?? second.storyPoints,
    oddEstimate: first.oddEstimate ?? second.oddEstimate,
    priority: first.priority ?? second.priority,
    dependsOn: [...first.dependsOn, ...second.dependsOn],
    blocks: [...first.blocks, ...second.blocks],
    parentName: first.parentName ?? second.parentName,
    issueLink: first.issueLink ?? second.issueLink,
    isDropped: first.isDropped || second.isDropped,
    isValued: first.isValued || second.isValued,
  };
}

/** "As a guest, / I want to pay, / so that I am done" on three lines is one line. */
function joinSentences(lines: readonly RichText[]): RichText[] {
  const joined: RichText[] = [];
  for (const line of lines) {
    const before = joined.at(-1);
    if (before && continuesSentence(before, line)) joined[joined.length - 1] = join([before, line], "\n");
    else joined.push(line);
  }
  return joined;
}

function continuesSentence(before: RichText, line: RichText): boolean {
  if (!startsStorySentence(before.text)) return false;
  const begins = labels.at(fold(line.text))?.meaning;
  return begins === "benefit" || (begins === "wish" && !isStorySentence(before.text));
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
