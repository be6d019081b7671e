import { escapeLine, escapeParagraph } from "../wording/escape-markdown.js";
import { align } from "./align.js";
import type { Part } from "./issue-text.js";
import { readBlocks } from "./markdown-blocks.js";
import { readInline } from "./markdown-inline.js";

/** A block with another text: its mark stays, and so does what is around the words that change, where that reads as it should. */
export function withText(markdown: string, part: Part, text: string): string {
  const mark = markOf(markdown, part);
  const pictures = part.shown.images.map(({ start, end }) => ` ${markdown.slice(start, end)}`).join("");
  const candidates = [
    withWords(markdown, part, text),
    mark + escapeParagraph(text) + pictures,
    mark + escapeLine(text) + pictures,
  ];
  const kept = candidates.find((candidate) => candidate !== null && shows(candidate, part, text));
  return kept ?? escapeParagraph(text);
}

/** What stands before the text of a block: "* ", "2. ", "* [x] ", "## ". */
export function markOf(markdown: string, { start, lines: [first] }: Part): string {
  return first ? markdown.slice(start, first.start) : "";
}

function shows(candidate: string, { kind, shown }: Part, text: string): boolean {
  const blocks = readBlocks(candidate);
  const [block] = blocks;
  if (!block || blocks.length > 1 || block.kind !== kind) return false;
  const read = readInline(candidate, block.lines);
  return read.text === text && read.images.length === shown.images.length;
}

/** The source with only those words exchanged that are others now; null where none stays. */
function withWords(markdown: string, { start, end, shown }: Part, text: string): string | null {
  const [before, after] = [piecesOf(shown.text), piecesOf(text)];
  const pairs = align(
    before.map(({ piece }) => piece),
    after.map(({ piece }) => piece),
  ).map((pair, n) => (pair !== null && before[pair]?.piece === after[n]?.piece ? pair : null));
  if (!pairs.some((pair, n) => pair !== null && after[n]?.piece !== " ")) return null;
  let result = "";
  let from = start;
  let last = -1;
  let added = "";
  for (const [n, pair] of [...pairs, before.length].entries()) {
    if (pair === null) {
      added += after[n]?.piece ?? "";
      continue;
    }
    const gone = { start: before[last + 1]?.at, end: before[pair]?.at ?? shown.text.length };
    if (pair > last + 1) {
      const first = shown.places[gone.start ?? 0]?.start ?? end;
      result += markdown.slice(from, first) + escaped(added);
      from = shown.places[gone.end - 1]?.end ?? end;
    } else if (added !== "") {
      // Behind what stays, yet outside of its bold words or its link.
      const isApart = added.startsWith(" ") || last < 0;
      const at = isApart ? shown.places[gone.end]?.start : shown.places[gone.end - 1]?.end;
      result += markdown.slice(from, at ?? end) + escaped(added);
      from = at ?? end;
    }
    last = pair;
    added = "";
  }
  return result + markdown.slice(from, end);
}

const escaped = (text: string) => text.replace(/\S(?:[^]*\S)?/, escapeLine);

/** Words, blanks and signs. */
function piecesOf(text: string): { piece: string; at: number }[] {
  return [...text.matchAll(/[\p{L}\p{M}\p{N}_]+|[^]/gu)].map((match) => ({ piece: match[0], at: match.index }));
}
