import type { ItemKind } from "../plan-item.js";
import type { UnderstandContext } from "./intent.js";
import { findByWords } from "./names.js";
import type { Piece } from "./pieces.js";
import type { Tag } from "./words/words.js";

const commands = ["cancel", "retry", "undo", "status", "help", "goOnThere", "takeOver", "syncNow", "replan"] as const;

/** What one clause of a reply asks for by itself. */
export type Command = (typeof commands)[number];

/** What one clause says; a reply is understood where its acts agree and none is `unclear`. */
export type Act =
  | { is: "command"; command: Command }
  | { is: "create" }
  | { is: "yes" }
  | { is: "fine" }
  | { is: "no" }
  | { is: "select"; mode: "only" | "without"; keys: string[]; kinds: ItemKind[] }
  | { is: "rest" }
  | { is: "unclear" };

const unclear: Act[] = [{ is: "unclear" }];
const separators: readonly Tag[] = ["and", "but", "afterwards"];
const silent: readonly Tag[] = ["small", "request", "to", "move", "here", "there", "numberSign"];
const heads: readonly Tag[] = [
  ...([
    "create",
    "createWhenNegated",
    "do",
    "yes",
    "fine",
    "no",
    "noOrNot",
    "not",
    "wait",
    "only",
    "just",
    "without",
  ] as const),
  ...commands,
];

type Chunk = { pieces: Piece[]; after: "start" | "sentence" | "but" | "list" };

/** The clauses of a reply: cut at punctuation and conjunctions, where what follows has a word of its own to say what to do. */
export function toClauses(pieces: readonly Piece[]): Piece[][] {
  const clauses: Piece[][] = [];
  let waiting: Piece[] = [];
  for (const { pieces: chunk, after } of toChunks(pieces)) {
    const previous = clauses.at(-1);
    if (hasHead(chunk)) {
      clauses.push(...(belongTogether(waiting, chunk) ? [[...waiting, ...chunk]] : [waiting, chunk]));
      waiting = [];
    } else if (after === "list" && waiting.length === 0 && previous && belongTogether(chunk, previous))
      previous.push(...chunk);
    else if (after === "start" || (after === "list" && waiting.length > 0)) waiting.push(...chunk);
    else clauses.push(chunk);
  }
  if (waiting.length > 0) clauses.push(waiting);
  return clauses;
}

function toChunks(pieces: readonly Piece[]): Chunk[] {
  const chunks: Chunk[] = [];
  let chunk: Chunk = { pieces: [], after: "start" };
  for (const piece of pieces) {
    if (piece.is === "break" || (piece.is === "word" && separators.includes(piece.tag))) {
      if (chunk.pieces.length > 0) chunks.push(chunk);
      const after =
        piece.is === "break"
          ? piece.mark === "." || piece.mark === "?"
            ? "sentence"
            : "list"
          : piece.tag === "but"
            ? "but"
            : "list";
      // Of several marks in a row the strongest counts: ", but".
      const weaker = chunk.pieces.length === 0 && after === "list";
      chunk = {
        pieces: [],
        after: weaker || chunks.length === 0 ? (chunks.length === 0 ? "start" : chunk.after) : after,
      };
    } else if (!(piece.is === "word" && silent.includes(piece.tag))) chunk.pieces.push(piece);
  }
  return chunk.pieces.length > 0 ? [...chunks, chunk] : chunks;
}

/** Unknown words may be the titles that a selection goes on with; beside a command they are something of their own. */
function belongTogether(loose: readonly Piece[], headed: readonly Piece[]): boolean {
  const isCommand = headed.some((piece) => piece.is === "word" && (commands as readonly Tag[]).includes(piece.tag));
  return !isCommand || !loose.some((piece) => piece.is === "unknown");
}

function hasHead(chunk: readonly Piece[]): boolean {
  return chunk.some((piece) => piece.is === "word" && heads.includes(piece.tag));
}

/** What a clause says; `unclear` where one of its words is not accounted for. */
export function toActs(clause: readonly Piece[], items: UnderstandContext["items"]): Act[] {
  const has = (...tags: Tag[]) => clause.some((piece) => piece.is === "word" && tags.includes(piece.tag));
  const isSelective = has("only", "just", "without", "not", "noOrNot");
  const pieces = isSelective ? resolveTitles(clause, items) : clause;
  if (
    has("wait", "team") ||
    (has("page") && !has("replan", "syncNow")) ||
    pieces.some((piece) => isOpen(piece, has("all", "create"), items.length))
  )
    return unclear;

  const command = commands.filter((name) => has(name));
  const chosen = references(pieces, items, isSelective);
  if (chosen === "unclear" || command.length > 1) return unclear;
  const isNamed = chosen.keys.length + chosen.kinds.length > 0;
  const isAlone = clause.every((piece) => piece.is === "word" && ["noOrNot", "no", "yes", "fine"].includes(piece.tag));
  const isNegated = has("not") || (has("noOrNot") && !isAlone);
  const isCreate = has("create", "do");

  if (has("createWhenNegated") && !isNegated) return unclear;
  if (command[0])
    return isNegated || isNamed || has("create") || has("only", "without", "rest")
      ? unclear
      : [...approval(has), { is: "command", command: command[0] }];
  if (isNegated) return negated(has, chosen, isNamed);
  if (has("only") && has("without")) return unclear;

  const acts: Act[] = approval(has);
  if (has("create")) acts.push({ is: "create" });
  else if (has("do") && !isNamed) acts.push({ is: "create" });
  if (has("rest")) acts.push({ is: "rest" });
  if (has("without"))
    return isNamed
      ? [...acts, { is: "select", mode: "without", ...chosen }]
      : has("rest") && !isCreate
        ? acts
        : unclear;
  if (isNamed) return isCreate || has("only", "just") ? [...acts, { is: "select", mode: "only", ...chosen }] : unclear;
  if (has("only") || (has("just") && acts.length === 0)) return unclear;
  return acts.length > 0 ? acts : unclear;
}

type Has = (...tags: Tag[]) => boolean;
type Chosen = { keys: string[]; kinds: ItemKind[] };

function approval(has: Has): Act[] {
  const acts: Act[] = [];
  if (has("no")) acts.push({ is: "no" });
  if (has("yes")) acts.push({ is: "yes" });
  if (has("fine")) acts.push({ is: "fine" });
  if (has("noOrNot")) acts.push({ is: "no" });
  return acts;
}

/** "Don't create the enablers" leaves them out, "don't create anything" ends it, "not the yes that you think" is not guessed at. */
function negated(has: Has, chosen: Chosen, isNamed: boolean): Act[] {
  if (has("yes", "fine", "only", "just", "without", "rest")) return unclear;
  if (isNamed) return [{ is: "select", mode: "without", ...chosen }];
  // "Do not create all of them" may mean some of them.
  if (has("all")) return unclear;
  return has("create", "do", "createWhenNegated") ? [{ is: "command", command: "cancel" }] : [{ is: "no" }];
}

/** A piece that nothing in this grammar explains. "All 28 items" is explained by their number. */
function isOpen(piece: Piece, isWhole: boolean, itemCount: number): boolean {
  if (piece.is === "number") return !(isWhole && piece.value === itemCount);
  return piece.is === "unknown" || piece.is === "quote" || piece.is === "url" || piece.is === "team";
}

/** A kind in the singular is the one item of that kind, else it is not clear which is meant. */
function references(
  pieces: readonly Piece[],
  items: UnderstandContext["items"],
  isSelective: boolean,
): Chosen | "unclear" {
  const chosen: Chosen = { keys: [], kinds: [] };
  for (const piece of pieces) {
    if (piece.is === "items") chosen.keys.push(...piece.keys);
    if (piece.is !== "kind") continue;
    const ofKind = items.filter((item) => item.kind === piece.kind);
    if (piece.count === "many" || (piece.count === "either" && isSelective)) chosen.kinds.push(piece.kind);
    else if (ofKind.length === 1 && ofKind[0]) chosen.keys.push(ofKind[0].key);
    else return "unclear";
  }
  return { keys: [...new Set(chosen.keys)], kinds: [...new Set(chosen.kinds)] };
}

/** Words that nobody knows may be those of a title: "skip the quiet hours", "without the ledger enabler". */
function resolveTitles(clause: readonly Piece[], items: UnderstandContext["items"]): Piece[] {
  const result: Piece[] = [];
  for (let at = 0; at < clause.length; ) {
    const run: string[] = [];
    let next = at;
    for (let piece = clause[next]; piece?.is === "unknown"; piece = clause[next]) {
      run.push(piece.text);
      next++;
    }
    if (run.length === 0) {
      result.push(clause[at] as Piece);
      at++;
      continue;
    }
    const before = result.at(-1);
    const after = clause[next];
    const kind = [after, before].find((piece) => piece?.is === "kind" && piece.count !== "many");
    const candidates = kind?.is === "kind" ? items.filter((item) => item.kind === kind.kind) : items;
    const item = findByWords(candidates, run.join(" "));
    if (item && kind && kind === after) next++;
    else if (item && kind) result.pop();
    result.push(item ? { is: "items", keys: [item.key] } : { is: "unknown", text: run.join(" ") });
    at = next;
  }
  return result;
}
