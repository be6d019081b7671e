import type { ItemKind } from "../plan-item.js";
import { count, kindCounts, link, listOf, quote } from "./phrases.js";

const longestList = 10;
const howToUndo =
  "If this was not what you wanted, reply “undo” within seven days and I take back what nobody has touched since.";

type Created = {
  pageTitle: string;
  counts: Record<ItemKind, number>;
  updated: number;
  cancelled: number;
  top: readonly { title: string; url: string }[];
  refused: readonly string[];
};

/** The last word of a run that went through: what exists now, where, and how to take it back. */
export function created({ pageTitle, counts, updated, cancelled, top, refused }: Created): string {
  const total = Object.values(counts).reduce((sum, number) => sum + number, 0);
  const done = [
    ...(total > 0 ? [`created ${kindCounts(counts)}`] : []),
    ...(updated > 0 ? [`updated ${count(updated, "issue")}`] : []),
    ...(cancelled > 0 ? [`cancelled ${count(cancelled, "issue")}`] : []),
  ];
  const what =
    done.length > 0
      ? `I ${listOf(done)} from ${quote(pageTitle)}.`
      : `Nothing had to be changed for ${quote(pageTitle)}.`;
  return joined([
    `Done. ${what}`,
    bullets(top.map((item) => link(item.title, item.url))),
    refused.length > 0 ? `Linear did not take ${count(refused.length, "item")}:\n\n${bullets(refused.map(quote))}` : "",
    total > 0 ? howToUndo : "",
  ]);
}

/** A run that ended before anything was created, or after a part of it. */
export function cancelled({ created: made }: { created: number }): string {
  return made === 0
    ? "All right, cancelled. Nothing was created. Mention me again whenever you want to plan this page."
    : `All right, cancelled. ${count(made, "issue")} had been created and ${made === 1 ? "stays" : "stay"}; reply “undo” to take ${made === 1 ? "it" : "them"} back.`;
}

/** A run that was stopped on the way: what exists now. */
export function stopped({
  created: made,
  trashed,
  urls,
  takenOver,
}: {
  created: number;
  /** Where a run was being taken back: how many issues are in the trash. */
  trashed: number | null;
  urls: readonly string[];
  takenOver: boolean;
}): string {
  const why = takenOver ? "I stopped here because this plan was taken over in another session." : "I stopped.";
  if (trashed !== null)
    return `${why} ${trashed === 0 ? "Nothing was moved to the trash." : `${count(trashed, "issue")} had been moved to the trash; Linear keeps ${trashed === 1 ? "it" : "them"} there for 30 days.`}`;
  if (made === 0) return `${why} Nothing was created.`;
  const next = takenOver
    ? "It goes on there with what is missing."
    : "Reply “undo” to take back what exists, or mention me with the page to go on.";
  return joined([
    `${why} ${count(made, "issue")} had been created and ${made === 1 ? "stays" : "stay"}.`,
    bullets(urls.map((url) => link(identifierIn(url), url))),
    next,
  ]);
}

/** The page holds no plan: what was looked for. */
export function noItems(pageTitle: string): string {
  return joined([
    `I read ${quote(pageTitle)}, but found no plan on it, so I created nothing.`,
    "I looked for headings, tables and lists with epics, features, user stories (“As a …, I want …”) or enablers. A table with a column for the story, or headings such as “Epic: …”, is enough. Mention me again when the page has one.",
  ]);
}

/** The page says what Linear already holds. */
export function nothingChanged(items: number, pageUrl: string | null): string {
  const page = pageUrl ? link("the page", pageUrl) : "the page";
  return `Nothing has changed since the last time: ${count(items, "item")} on ${page}, and Linear has ${items === 1 ? "it" : "all of them"} like that.`;
}

/** After what the person left out nothing remains. */
export const nothingChosen =
  "After what you left out there is nothing to create, so I created nothing. Mention me again to see the whole plan.";

/** Why an issue stays when a run is taken back. */
export type KeptReason = "has_other_children" | "changed" | "parent_of_kept" | "refused";

const reasons: Record<KeptReason, string> = {
  has_other_children: "somebody put other issues under it",
  changed: "somebody has worked on it",
  parent_of_kept: "an issue under it stays",
  refused: "Linear did not let me",
};

/** A run was taken back: what went to the trash, what stays and why. */
export function undone({
  trashed,
  kept,
}: {
  trashed: number;
  kept: readonly { title: string; url: string; reason: KeptReason }[];
}): string {
  if (trashed === 0 && kept.length === 0)
    return "There is nothing to take back: nothing that I created here is left in Linear.";
  const went =
    trashed === 0
      ? "Nothing was moved to the trash."
      : `I moved ${count(trashed, "issue")} to the trash; Linear keeps ${trashed === 1 ? "it" : "them"} there for 30 days.`;
  if (kept.length === 0) return went;
  return joined([
    `${went} ${count(kept.length, "issue")} ${kept.length === 1 ? "stays" : "stay"}:`,
    bullets(kept.map((item) => `${link(item.title, item.url)}: ${reasons[item.reason]}`)),
  ]);
}

/** The time for taking back is over. */
export const undoTooLate = (days: number): string =>
  `That was more than ${count(days, "day")} ago, so I don’t take it back by myself any more. You can still delete the issues in Linear.`;

function bullets(lines: readonly string[]): string {
  const shown = lines.slice(0, longestList).map((line) => `* ${line}`);
  return (lines.length > longestList ? [...shown, `* and ${lines.length - longestList} more`] : shown).join("\n");
}

const joined = (parts: readonly string[]): string => parts.filter(Boolean).join("\n\n");

function identifierIn(url: string): string {
  return /\/issue\/([A-Z][A-Z0-9]*-\d+)/.exec(url)?.[1] ?? url;
}
