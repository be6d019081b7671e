import type { Act, Command } from "./clauses.js";
import { isTagged, type Piece } from "./pieces.js";
import type { Tag } from "./words/words.js";

const takesBack: readonly Tag[] = ["wait", "condition"];
const negatesOrLimits: readonly Tag[] = ["no", "noOrNot", "not", "only", "without", "leave", "rest"];

/**
 * The command of a reply that says more than that: "Stop. Anna found a mistake", "wrong page, please undo it". What stands beside
 * it may be anything that does not forbid it, take it back, make it depend on something or limit it; else null.
 */
export function commandBesideReason(acts: readonly (readonly Act[])[], pieces: readonly Piece[]): Command | null {
  const command = onlyCommand(acts.flat());
  if (!command || pieces.some((piece) => isTagged(piece, takesBack))) return null;
  if (isTakenUp(pieces) || isFollowedByBut(command, pieces)) return null;
  if (command === "cancel") return isClearCancel(acts, pieces) ? command : null;
  return command === "undo" && pieces.some(isDoubt) ? null : command;
}

/** The one command that is said, beside an OK at most; a refusal agrees with the cancel that it goes before. */
function onlyCommand(acts: readonly Act[]): Command | null {
  const at = acts.findIndex((act) => act.is === "command");
  const said = acts[at];
  if (said?.is !== "command") return null;
  const agrees = (act: Act, place: number) =>
    ["unclear", "yes", "fine"].includes(act.is) ||
    (act.is === "command" && act.command === said.command) ||
    (act.is === "no" && said.command === "cancel" && place < at);
  return acts.every(agrees) ? said.command : null;
}

/** "Again, who owns this": not a wish for another try. */
function isTakenUp([first, second]: readonly Piece[]): boolean {
  return first !== undefined && isTagged(first, ["again"]) && second?.is === "break";
}

/** "Undo it, but …": what follows takes something out of the wish. */
function isFollowedByBut(command: Command, pieces: readonly Piece[]): boolean {
  const at = pieces.findIndex((piece) => isTagged(piece, [command, "again", "made", "leave", "letGo"]));
  return pieces.slice(at + 1).some((piece) => isTagged(piece, ["but"]));
}

/** Letting something go means everything only where it comes first: "the ledger thing, forget it" may mean the ledger. */
function isClearCancel(acts: readonly (readonly Act[])[], pieces: readonly Piece[]): boolean {
  return acts[0]?.some((act) => act.is === "command") === true || pieces.some((piece) => isTagged(piece, ["cancel"]));
}

/** Undoing throws issues away: any negation might be meant for it, and where items are spoken of it might be meant for them alone. */
function isDoubt(piece: Piece): boolean {
  return isTagged(piece, negatesOrLimits) || ["kind", "number", "quote", "items"].includes(piece.is);
}
