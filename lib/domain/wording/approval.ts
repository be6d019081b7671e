import type { Intent } from "../conversation/intent.js";
import type { ItemKind } from "../plan-item.js";

type Change = "new" | "changed" | "unchanged" | "removed" | "adopted" | "not_created";

/** What the button that says yes is called: it creates, updates or cancels, as the plan has it. */
export function createLabel(
  proposed: readonly { change: Change; fields: { key: string; kind: ItemKind } }[],
  keys: readonly string[],
): string {
  const chosen = new Set(keys);
  const changes = new Set(proposed.filter((item) => chosen.has(item.fields.key)).map((item) => item.change));
  const creates = changes.has("new") || changes.has("not_created");
  if (!creates) return "Update";
  return changes.size > (changes.has("new") ? 1 : 0) + (changes.has("not_created") ? 1 : 0)
    ? "Create and update"
    : "Create";
}

/** The answer was given to a plan that has been shown again since. */
export const earlierProposal =
  "That answer belongs to an earlier version of this plan, so I did nothing. This is how it looks now:";

/** The page or the steps were edited after the plan was shown. */
export const pageChanged =
  "The plan has changed since I showed it to you, so I did nothing yet. This is how it looks now:";

/** Only members may approve here. */
export const membersOnly =
  "Only members of this engagement can approve its plans, so I did nothing yet. Could one of them have a look?";

/** The reply was no answer to the question: what can be said instead. */
export function askedAgain(intent: Intent["type"]): string {
  switch (intent) {
    case "status":
      return "I’m waiting for your word on this plan; nothing has been created yet.";
    case "help":
      return "You can say “create”, “cancel”, “skip the enablers”, “only feature 2”, “without US-3”, “put it in team ENG” or “read the page again”.";
    case "undo":
    case "retry":
      return "There is nothing to do over yet: this plan is waiting for your word.";
    default:
      return "Sorry, I’m not sure what you mean, so I did nothing. You can say “create”, “cancel”, or what to leave out, for example “skip the enablers”.";
  }
}

export const severalThings =
  "You said several things at once and I don’t want to guess. This is how I would create it; please tell me in one reply.";
