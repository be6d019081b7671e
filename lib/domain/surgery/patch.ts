import type { SourceRange } from "../plan-item.js";
import type { PageEdit } from "./page-change.js";
import { sorted } from "./text-runs.js";

/** A stretch of the body as it was read, or text that is new. */
type Piece = SourceRange | { text: string };

/** A body that was edited, and of what it consists: so that edits of edits are still edits of the body that was read. */
export type Patch = { original: string; pieces: readonly Piece[] };

/** A body nobody has edited. */
export function unpatched(original: string): Patch {
  return { original, pieces: [{ start: 0, end: original.length }] };
}

/** The edited body. */
export function bodyOf({ original, pieces }: Patch): string {
  return pieces.map((piece) => textOf(piece, original)).join("");
}

/** The patch with more edits, whose ranges are those of the edited body. */
export function patched(patch: Patch, edits: readonly PageEdit[]): Patch {
  const pieces: Piece[] = [];
  const queue = [...patch.pieces];
  let at = 0;
  const advance = (to: number, keep: boolean) => {
    while (at < to) {
      const piece = queue.shift();
      if (!piece) return;
      const length = lengthOf(piece);
      const taken = Math.min(length, to - at);
      const [head, rest] = split(piece, taken);
      if (keep) pieces.push(head);
      if (rest) queue.unshift(rest);
      at += taken;
    }
  };
  for (const { range, text } of sorted(edits)) {
    advance(range.start, true);
    advance(range.end, false);
    if (text !== "") pieces.push({ text });
  }
  return { original: patch.original, pieces: [...pieces, ...queue] };
}

/** The edits of the body as it was read, in page order. */
export function editsOf({ original, pieces }: Patch): PageEdit[] {
  const edits: PageEdit[] = [];
  let at = 0;
  let text = "";
  for (const piece of [...pieces, { start: original.length, end: original.length }]) {
    if ("text" in piece) {
      text += piece.text;
      continue;
    }
    if (piece.start > at || text !== "") edits.push({ range: { start: at, end: piece.start }, text });
    at = piece.end;
    text = "";
  }
  return edits;
}

/** True where no two edits touch the same unit of the body, and none stands within what another takes away. */
export function areApart(edits: readonly PageEdit[]): boolean {
  const inOrder = sorted(edits);
  return inOrder.every((edit, index) => {
    const next = inOrder[index + 1];
    return !next || next.range.start >= edit.range.end;
  });
}

function textOf(piece: Piece, original: string): string {
  return "text" in piece ? piece.text : original.slice(piece.start, piece.end);
}

function lengthOf(piece: Piece): number {
  return "text" in piece ? piece.text.length : piece.end - piece.start;
}

function split(piece: Piece, at: number): [Piece, Piece | null] {
  if (at >= lengthOf(piece)) return [piece, null];
  if ("text" in piece) return [{ text: piece.text.slice(0, at) }, { text: piece.text.slice(at) }];
  return [
    { start: piece.start, end: piece.start + at },
    { start: piece.start + at, end: piece.end },
  ];
}
