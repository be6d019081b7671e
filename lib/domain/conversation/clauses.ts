import type { ItemKind } from "../plan-item.js";
import type { UnderstandContext } from "./intent.js";
import { findByWords } from "./names.js";
import { isTagged, type Piece } from "./pieces.js";
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
const separators: readonly Tag[] = ["and", "but", "afterwards", "because"];
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
    "leave",
    "letGo",
    "again",
    "attempt",
  ] as const),
  ...commands,
];
/** Words that ask for something by themselves where they name no item. */
const selfContained: readonly Tag[] = [...commands, "again", "leave", "letGo"];

type Chunk = { pieces: Piece[]; after: "start" | "sentence" | "but" | "list" };

/** The clauses of a reply: cut at punctuation and conjunctions, where what follows has a word of its own to say what to do. */
export function toClauses(pieces: readonly Piece[]): Piece[][] {
  const clauses: Piece[][] = [];
  let waiting: Piece[] = [];
  for (const { pieces: chunk, after } of toChunks(pieces)) {
    const previous = clauses.at(-1);
    if (isOpened(chunk)) waiting.push(...chunk);
    else if (hasHead(chunk)) {
      const isJoined = waiting.length === 0 || (reachesBack(chunk) && belongTogether(waiting, chunk));
      clauses.push(...(isJoined ? [[...waiting, ...chunk]] : [waiting, chunk]));
      waiting = [];
    } else if (after === "list" && waiting.length === 0 && previous && belongTogether(chunk, previous))
      previous.push(...chunk);
    else if (after !== "sentence" && (after !== "list" || waiting.length > 0)) waiting.push(...chunk);
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
      const after = cutBy(piece);
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

function cutBy(piece: Piece): Chunk["after"] {
  if (piece.is === "break") return piece.mark === "." || piece.mark === "?" ? "sentence" : "list";
  if (isTagged(piece, ["because"])) return "sentence";
  return isTagged(piece, ["but"]) ? "but" : "list";
}

/** Unknown words may be the titles that a selection goes on with; beside a command they are something of their own. */
function belongTogether(loose: readonly Piece[], headed: readonly Piece[]): boolean {
  const isCommand =
    headed.every((piece) => piece.is === "word") && headed.some((piece) => isTagged(piece, selfContained));
  return !isCommand || !loose.some((piece) => piece.is === "unknown" || isTagged(piece, ["fact"]));
}

/** "US-4 and EN-2 out" speaks of both, "US-4 and no enablers" does not. */
function reachesBack([first, ...others]: readonly Piece[]): boolean {
  return first === undefined || !isTagged(first, heads) || others.every((piece) => piece.is === "word");
}

/** "Leave US-4 and the ledger" still waits for its "out". */
function isOpened(chunk: readonly Piece[]): boolean {
  const isClosed = chunk.some((piece) => isTagged(piece, ["without"]));
  return !isClosed && chunk.some((piece) => isTagged(piece, ["leave"])) && chunk.some((piece) => piece.is !== "word");
}

function hasHead(chunk: readonly Piece[]): boolean {
  return chunk.some((piece) => isTagged(piece, heads));
}

/** What a clause says; `unclear` where one of its words is not accounted for. */
export function toActs(clause: readonly Piece[], items: UnderstandContext["items"]): Act[] {
  const has: Has = (...tags) => clause.some((piece) => isTagged(piece, tags));
  const isSelective = has("only", "just", "without", "letGo", "not", "noOrNot");
  const pieces = isSelective ? resolveTitles(clause, items) : clause;
  const chosen = references(pieces, items, isSelective);
  if (chosen === "unclear" || pieces.some((piece) => isOpen(piece, has("all", "create"), items.length))) return unclear;

  const isNamed = chosen.keys.length + chosen.kinds.length > 0;
  const isAlone = clause.every((piece) => isTagged(piece, ["noOrNot", "no", "yes", "fine"]));
  const isNegated = has("not") || (has("fact") && has("need")) || (has("noOrNot") && !isAlone);
  const [command, another] = commandsOf(has, isNamed);
  if (another || isUnexplained(has, { isNamed, isNegated, isCommand: command !== undefined })) return unclear;
  if (command)
    return isNegated || isNamed || has("create", "only", "without", "rest")
      ? unclear
      : [...approval(has), { is: "command", command }];
  if (isNegated) return isNamed && isNegatedAgain(clause) ? unclear : negated(has, chosen, isNamed);
  return affirmed(has, chosen, isNamed);
}

/** The commands of a clause, by words of their own or by what several words come to: "give it another go", "cancel what you made". */
function commandsOf(has: Has, isNamed: boolean): readonly Command[] {
  const said = commands.filter((name) => has(name));
  const letsAllBe = (has("letGo") || (has("leave") && !has("without"))) && !isNamed;
  if (has("made")) return has("undo", "cancel") || letsAllBe ? ["undo"] : [];
  if (letsAllBe) return [...new Set<Command>([...said, "cancel"])];
  return said.length === 0 && has("again") ? ["retry"] : said;
}

/** True where a word stands without what would give it its meaning, or means that nothing is asked for. */
function isUnexplained(has: Has, is: { isNamed: boolean; isNegated: boolean; isCommand: boolean }): boolean {
  if (has("wait", "condition", "team") || (has("fact") && !is.isNegated)) return true;
  if (has("page") && !has("replan", "syncNow")) return true;
  if (has("createWhenNegated") && !is.isNegated) return true;
  if (has("need") && !is.isNegated && !has("only")) return true;
  if (has("leave") && is.isNamed && !has("without")) return true;
  return has("wish", "attempt", "made") && !is.isCommand;
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

/** "No enablers not": the second negation at the end may take the first one back. */
function isNegatedAgain(clause: readonly Piece[]): boolean {
  const negations = clause.filter((piece) => isTagged(piece, ["not", "noOrNot"]));
  return negations.length > 1 && negations.at(-1) === clause.at(-1);
}

function affirmed(has: Has, chosen: Chosen, isNamed: boolean): Act[] {
  const acts: Act[] = approval(has);
  const isCreate = has("create", "do");
  const isWithout = has("without", "letGo");
  if (has("only") && isWithout) return unclear;
  if (has("create") || (has("do") && !isNamed)) acts.push({ is: "create" });
  if (has("rest")) acts.push({ is: "rest" });
  if (isWithout && isNamed) return [...acts, { is: "select", mode: "without", ...chosen }];
  if (isWithout) return has("rest") && !isCreate ? acts : unclear;
  if (isNamed) return isCreate || has("only", "just") ? [...acts, { is: "select", mode: "only", ...chosen }] : unclear;
  if (has("only") || (has("just") && acts.length === 0)) return unclear;
  return acts.length > 0 ? acts : unclear;
}

/** "Don't create the enablers" leaves them out, "don't create anything" ends it, "not the yes that you think" is not guessed at. */
function negated(has: Has, chosen: Chosen, isNamed: boolean): Act[] {
  if (has("yes", "fine", "only", "just", "without", "leave", "letGo", "rest")) return unclear;
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
