import type { ItemKind } from "../../plan-item.js";

/**
 * What a word or phrase does in a reply.
 * - `create` asks for it by its name, `do` is a light verb ("do it", "mach das"), `createWhenNegated` is a form used in prohibitions only
 * - `yes` approves, `fine` is an OK or praise, `no` stands alone, `noOrNot` stands alone or negates ("no enablers"), `not` negates
 * - `just` is "only" before an item and nothing before a verb
 * - `leave` opens a leaving-out that another word closes ("leave … out", "lass … weg"); with nothing named it lets all be
 * - `letGo` leaves out what it names, everything where it names nothing ("drop the enablers", "laisse tomber")
 * - `need` says something only where it is negated ("brauchen wir nicht") or narrowed ("we need only")
 * - `attempt` and `again` ask for a retry together ("give it another go"), `again` also by itself
 * - `made` is what the agent has done ("everything you just created"): it is undone, and nothing else
 * - `condition` makes what stands beside it depend on something, `because` gives a reason
 * - `fact` says how something was ("that was not the page", "it was only a test"), which forbids and narrows nothing
 * - `request` opens a question that is a polite wish ("could you"), `wish` one that is so for commands alone ("would you")
 * - `small` are words that carry no decision: articles, pronouns, politeness, "issues"
 */
export type Tag =
  | "create"
  | "createWhenNegated"
  | "do"
  | "yes"
  | "fine"
  | "no"
  | "noOrNot"
  | "not"
  | "wait"
  | "cancel"
  | "only"
  | "just"
  | "without"
  | "leave"
  | "letGo"
  | "need"
  | "all"
  | "rest"
  | "and"
  | "but"
  | "afterwards"
  | "because"
  | "condition"
  | "fact"
  | "to"
  | "request"
  | "wish"
  | "move"
  | "team"
  | "page"
  | "here"
  | "there"
  | "numberSign"
  | "small"
  | "retry"
  | "attempt"
  | "again"
  | "undo"
  | "made"
  | "status"
  | "help"
  | "goOnThere"
  | "takeOver"
  | "syncNow"
  | "replan";

/** The words of one language as people write them, parted by commas; case and accents are ignored when they are compared. */
export type Words = {
  tags: Record<Tag, string>;
  kinds: Record<ItemKind, { one?: string; many?: string; either?: string }>;
  /** By number; -1 is the last. */
  ordinals: Readonly<Record<number, string>>;
  cardinals: Readonly<Record<number, string>>;
  /** Real words one letter away from a word above: never its typo. */
  lookalikes: string;
  /** Applied to the reply before accents go, for what a list of words cannot say. */
  rewrites: readonly (readonly [RegExp, string])[];
};
