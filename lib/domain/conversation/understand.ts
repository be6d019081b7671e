import { cleanReply } from "./clean-reply.js";
import { type Act, type Command, toActs, toClauses } from "./clauses.js";
import { everything, type Intent, type Selection, type UnderstandContext } from "./intent.js";
import { findByWords } from "./names.js";
import { isTagged, type Piece, toPieces } from "./pieces.js";
import { commandBesideReason } from "./reason.js";
import { resolveReferences } from "./references.js";
import { parseSelectValue } from "./select-value.js";

const notUnderstood: Intent = { type: "not_understood" };
const longestReply = 1000;

/**
 * What a person wants with a reply, in English, German, French or Spanish. Every word of it must be accounted for: a reply that
 * is negated, conditional, a question or only half clear is `not_understood`, so that nothing is ever created on a guess. Only a
 * command that creates nothing may stand beside its reason.
 */
export function understand(reply: string, context: UnderstandContext): Intent {
  const value = parseSelectValue(reply.trim(), context.question !== "which_team");
  if (value) return value;
  const words = cleanReply(reply);
  const pieces = toPieces(words, { items: context.items, teams: [] });
  const chosen = choosePage(pieces, context) ?? chooseTeam(words, pieces, context) ?? chooseSession(pieces, context);
  if (chosen) return chosen;
  if (words.length > longestReply) return notUnderstood;
  const intent = weigh(pieces, context);
  return isQuestion(pieces) && intent.type !== "status" && intent.type !== "help" ? notUnderstood : intent;
}

function weigh(pieces: readonly Piece[], context: UnderstandContext): Intent {
  const clauses = toClauses(resolveReferences(pieces, context.items));
  const acts = clauses.map((clause) => toActs(clause, context.items));
  if (acts.flat().every((act) => act.is !== "unclear")) return decide(acts.flat(), context);
  const command = commandBesideReason(acts, pieces);
  return command ? toIntent(command, context) : notUnderstood;
}

/** What the acts of a reply come to together; where they do not agree, nothing. */
function decide(acts: readonly Act[], context: UnderstandContext): Intent {
  const says = (is: Act["is"]) => acts.some((act) => act.is === is);
  const commands = new Set(acts.flatMap((act) => (act.is === "command" ? [act.command] : [])));
  const selection = toSelection(acts, context);
  const [command] = commands;

  if (acts.length === 0 || selection === "contradictory" || (says("no") && says("yes"))) return notUnderstood;
  if (command) {
    const isAlone = commands.size === 1 && !says("create") && !says("select") && !says("rest");
    return isAlone && (command === "cancel" || !says("no")) ? toIntent(command, context) : notUnderstood;
  }
  if (selection.mode !== "all") return selected(says, selection, context);
  if (says("rest")) return notUnderstood;
  return answered(says, context);
}

type Says = (is: Act["is"]) => boolean;

/** Asked for approval, an OK with a change ("ok, but without the enablers") approves the smaller plan; a change by itself shows it first. */
function selected(says: Says, selection: Selection, { question, proposalId }: UnderstandContext): Intent {
  if (question !== "approval" && question !== "none") return notUnderstood;
  const isOk = question === "approval" && (says("yes") || says("fine"));
  const isApproved = (says("create") || isOk) && !says("no");
  return isApproved ? { type: "create", proposalId, selection } : { type: "narrow", selection };
}

function answered(says: Says, { question, proposalId }: UnderstandContext): Intent {
  if (says("no")) {
    const isAnswer = (question === "approval" || question === "confirm_restricted") && !says("create") && !says("fine");
    return isAnswer ? { type: "cancel", proposalId } : notUnderstood;
  }
  if (question === "approval") return { type: "create", proposalId, selection: everything };
  if (question === "confirm_restricted" && !says("create")) return { type: "confirm", proposalId };
  return question === "none" && says("create") ? { type: "create", proposalId, selection: everything } : notUnderstood;
}

function toIntent(command: Command, { proposalId }: UnderstandContext): Intent {
  switch (command) {
    case "cancel":
      return { type: "cancel", proposalId };
    case "goOnThere":
      return { type: "go_on_there", sessionId: null };
    case "takeOver":
      return { type: "take_over", sessionId: null };
    case "syncNow":
      return { type: "sync_now" };
    default:
      return { type: command };
  }
}

function toSelection(acts: readonly Act[], { items }: UnderstandContext): Selection | "contradictory" {
  const selects = acts.filter((act) => act.is === "select");
  const modes = new Set(selects.map((act) => act.mode));
  const [mode] = modes;
  if (!mode) return everything;
  if (modes.size > 1) return "contradictory";
  const keys = new Set(selects.flatMap((act) => act.keys));
  const kinds = [...new Set(selects.flatMap((act) => act.kinds))];
  return { mode, kinds, keys: items.map((item) => item.key).filter((key) => keys.has(key)) };
}

const opensQuestion = new Set(["is", "are", "ist", "sind", "est", "sont"]);

/** A question is no wish, unless it is a polite one ("could you …?") or one that we answer (status, help). */
function isQuestion(pieces: readonly Piece[]): boolean {
  let sentence: Piece[] = [];
  for (const piece of [...pieces, { is: "break", mark: "." } as const]) {
    if (piece.is !== "break" || piece.mark === "," || piece.mark === "-") {
      sentence.push(piece);
      continue;
    }
    const [first] = sentence;
    const isAsked = piece.mark === "?" || (first?.is === "word" && opensQuestion.has(first.text));
    const isAnswerable = sentence.some((of) => isTagged(of, ["request", "wish", "status", "help"]));
    if (isAsked && sentence.length > 0 && !isAnswerable) return true;
    sentence = [];
  }
  return false;
}

const isDecisive = (piece: Piece) =>
  isTagged(piece, [
    "create",
    "do",
    "no",
    "noOrNot",
    "not",
    "wait",
    "cancel",
    "only",
    "without",
    "leave",
    "letGo",
    "yes",
  ]);
const isSilent = (piece: Piece) =>
  isTagged(piece, ["small", "request", "fine", "just", "move", "attempt", "page", "numberSign"]) ||
  (piece.is === "break" && piece.mark !== "?");

/** A page by its link, by its number in the list, or by its title. */
function choosePage(pieces: readonly Piece[], { question, pages = [] }: UnderstandContext): Intent | null {
  const urls = new Set(pieces.flatMap((piece) => (piece.is === "url" ? [piece.url] : [])));
  const [url] = urls;
  const isAsked = question === "which_page" || question === "no_page";
  if (url && urls.size === 1 && !pieces.some(isDecisive)) {
    const isPlain = pieces.every((piece) => piece.is === "url" || isSilent(piece));
    const asks = pieces.some((piece) => piece.is === "break" && piece.mark === "?");
    if (isPlain || (isAsked && !asks)) return { type: "choose_page", url };
  }
  if (question !== "which_page" || urls.size > 0) return null;
  const told = pieces.filter((piece) => !isSilent(piece));
  const [number] = told;
  if (told.length === 1 && number?.is === "number") {
    const index = number.value > 0 ? number.value : pages.length;
    return index > 0 && (pages.length === 0 || index <= pages.length) ? { type: "choose_page", index } : null;
  }
  if (told.length === 0 || !told.every((piece) => piece.is === "unknown" || piece.is === "quote")) return null;
  const page = findByWords(pages, told.map((piece) => ("text" in piece ? piece.text : "")).join(" "));
  return page ? { type: "choose_page", index: pages.indexOf(page) + 1 } : null;
}

/** A team is looked for where it was asked for, or where a person speaks of teams or of moving. */
function chooseTeam(words: string, pieces: readonly Piece[], context: UnderstandContext): Intent | null {
  const isAsked = context.question === "which_team";
  const speaksOfIt = pieces.some((piece) => isTagged(piece, ["team", "move"]));
  if (isQuestion(pieces) || !(isAsked || (speaksOfIt && ["approval", "none"].includes(context.question)))) return null;
  const teams = isAsked ? context.teams.map((team) => ({ ...team, key: anyCase(team.key, words) })) : context.teams;
  const told = toPieces(words, { items: context.items, teams }).filter(
    (piece) =>
      piece.is !== "break" &&
      !isSilent(piece) &&
      !isTagged(piece, ["team", "create", "do", "yes", "and", "but", "to", "all"]),
  );
  const [one] = told;
  const ids = new Set(told.map((piece) => (piece.is === "team" ? piece.id : null)));
  const [id] = ids;
  if (id && ids.size === 1) return { type: isAsked ? "choose_team" : "move_to_team", teamId: id };
  const counted =
    isAsked && told.length === 1 && one?.is === "number"
      ? context.teams.at(one.value < 0 ? one.value : one.value - 1)
      : null;
  return counted ? { type: "choose_team", teamId: counted.id } : null;
}

/** The key as the person wrote it: asked for a team, "eng" is enough. */
function anyCase(key: string, words: string): string {
  return words.split(/[^\p{L}\p{N}]+/u).find((word) => word.toLowerCase() === key.toLowerCase()) ?? key;
}

/** Asked where to work on, "there" and "here" are answers. */
function chooseSession(pieces: readonly Piece[], { question }: UnderstandContext): Intent | null {
  if (question !== "other_session") return null;
  const told = pieces.filter((piece) => !isSilent(piece));
  if (told.length === 0 || !told.every((piece) => piece.is === "word")) return null;
  if (told.every((piece) => piece.is === "word" && piece.tag === "there"))
    return { type: "go_on_there", sessionId: null };
  return told.every((piece) => piece.is === "word" && piece.tag === "here")
    ? { type: "take_over", sessionId: null }
    : null;
}
