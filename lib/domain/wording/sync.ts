import type { PlanItem } from "../plan-item.js";
import { type Conflict, gone } from "../sync/conflict.js";
import type { Done, SyncWork } from "../sync/run.js";
import { bySide } from "../sync/read-decision.js";
import type { Side, SyncField } from "../sync/values.js";
import { escapeLine } from "./escape-markdown.js";
import { clip, count } from "./phrases.js";

type Halt = { code: string; words: string };
const halt = (code: string, words: string): Halt => ({ code, words });

export const noConnection = halt(
  "confluence_not_connected",
  "I can no longer reach the page of this plan: there is no Confluence connection for its site. Connect it, then ask me to sync.",
);
export const connectionRevoked = halt(
  "confluence_revoked",
  "Confluence no longer accepts our connection, so page and issues are not kept in step. Connect it again, then ask me to sync.",
);
export const pageNotThere = (title: string): Halt =>
  halt(
    "page_not_found",
    `I cannot find the page “${escapeLine(title)}” any more, or may not read it. Nothing was changed. If it was moved to another space, let me into that space, then ask me to sync.`,
  );
export const pageRestricted = (title: string): Halt =>
  halt(
    "page_restricted",
    `The page “${escapeLine(title)}” has got view restrictions, so I stopped bringing what it says to Linear, where more people could read it. Mention me with the page to confirm that this is meant.`,
  );
export const pageNotWritable = (title: string): Halt =>
  halt(
    "page_not_writable",
    `I may read the page “${escapeLine(title)}” and not change it, so what was changed in Linear stays there for now. Let me edit the page, or let changes go to Linear only, then ask me to sync.`,
  );
export const pageTooLarge = (title: string): Halt =>
  halt(
    "page_too_large",
    `The page “${escapeLine(title)}” is as large as Confluence allows, so I cannot add what was changed in Linear. Make it smaller, then ask me to sync.`,
  );

const fieldNames: Record<SyncField | "existence" | "item" | "comments", string> = {
  title: "title",
  kind: "kind",
  parent: "parent",
  description: "description",
  storyPoints: "story points",
  priority: "priority",
  enablerType: "enabler type",
  acceptanceCriteria: "acceptance criteria",
  dependsOn: "dependencies",
  order: "order of what stands below",
  existence: "item",
  item: "item",
  comments: "comments",
};

/** What a page version says of itself: which items were changed in what. */
export function versionMessage(done: readonly Done[]): string {
  const parts = done.flatMap((one) => {
    const title = clip(one.title, 40);
    if (one.what === "set" && one.field === "order") return [`order below ${title}`];
    if (one.what === "set") return [`${fieldNames[one.field]} of ${title}`];
    if (one.what === "status") return [`status of ${title}`];
    if (one.what === "inserted") return [`${title} added`];
    if (one.what === "struck") return [`${title} struck through`];
    return one.what === "linked" ? [`link of ${title}`] : [];
  });
  const shown = parts.slice(0, 3);
  const more = parts.length > 3 ? ` and ${parts.length - 3} more` : "";
  return `From Linear: ${shown.join("; ")}${more}`;
}

/** The end of a run for whoever asked for it. */
export function runEnded({ trigger, counts, done }: SyncWork, open: number): string {
  const parts = [
    counts.createdIssues > 0 ? `${count(counts.createdIssues, "issue")} created` : "",
    counts.updatedIssues > 0 ? `${count(counts.updatedIssues, "issue")} updated` : "",
    counts.pageChanges > 0 ? `${count(counts.pageChanges, "change")} written to the page` : "",
  ].filter(Boolean);
  const mirrored = done.filter((one) => one.what === "commented").length;
  if (mirrored > 0) parts.push(`${count(mirrored, "comment")} brought over`);
  const left = done.filter((one) => one.what === "left_out");
  return [
    trigger === "undo"
      ? parts.length > 0
        ? `The run is taken back: ${parts.join(", ")}.`
        : "There was nothing to take back."
      : parts.length > 0
        ? `Page and issues are in step again: ${parts.join(", ")}.`
        : "Page and issues were in step already.",
    ...(open > 0 ? [`${count(open, "question")} above ${open === 1 ? "waits" : "wait"} for an answer.`] : []),
    ...(left.length > 0 ? [leftOut(left)] : []),
  ].join("\n\n");
}

function leftOut(left: Extract<Done, { what: "left_out" }>[]): string {
  const lines = left
    .slice(0, 10)
    .map((one) => `* ${escapeLine(clip(one.title, 80))}, ${fieldNames[one.field]}: ${escapeLine(one.reason)}`);
  return ["One side cannot say this, so it stays on the other:", ...lines].join("\n\n");
}

const mostShown = 10;

/** Asks about everything that only people can decide, each with both values. */
export function askAboutConflicts(
  open: readonly Conflict[],
  items: ReadonlyMap<string, PlanItem>,
  plan: { pageTitle: string; pageUrl: string | null },
): string {
  const lines = open.slice(0, mostShown).map((conflict, n) => `${n + 1}. ${about(conflict, items)}`);
  const more = open.length > mostShown ? [`${open.length - mostShown} more are listed in the dashboard.`] : [];
  return [
    `“${escapeLine(plan.pageTitle)}” and its issues do not agree, and I do not want to choose. Until you have, I leave ${open.length === 1 ? "this" : "these"} alone:`,
    ...lines,
    ...more,
    open.length > 1
      ? "Choose for all, or one by one: “1 Linear, 2 page, 3: another text”."
      : open[0]?.field === "existence" || open[0]?.field === "order"
        ? "Which one counts?"
        : "Which one counts? You can also write the text that should stand on both sides.",
  ].join("\n\n");
}

function about(conflict: Conflict, items: ReadonlyMap<string, PlanItem>): string {
  const item = items.get(conflict.itemId);
  const name = nameOf(item);
  if (conflict.field === "existence")
    return conflict.page.value === gone
      ? `**${name}** is no longer on the page. Cancel the issue (page), or put it back on the page (Linear)?`
      : `**${name}** was cancelled or thrown away in Linear. Strike it through on the page (Linear), or take it up again (page)?`;
  const show = (value: unknown) =>
    conflict.field === "order" ? escapeLine(orderShown(conflict, value, items)) : shortly(value, items);
  if (!bySide(conflict, "linear"))
    return `**${name}**, ${fieldNames[conflict.field]}: somebody changed it in Linear while I wrote, and Linear does not tell me to what. The issue says what the page says now, “${show(conflict.page.value)}”. Keep that (page), or write the text that should stand on both sides?`;
  const overwritten =
    conflict.kind === "overwritten" ? " (changed in Linear while I wrote; the issue has the page's value now)" : "";
  return `**${name}**, ${fieldNames[conflict.field]}: Linear says “${show(conflict.linear.value)}”, the page says “${show(conflict.page.value)}”${overwritten}.`;
}

/** Why a plan pauses of which a field changes again and again. */
export const backAndForth = (
  item: PlanItem,
  field: SyncField,
  values: Record<Side, unknown>,
  items: ReadonlyMap<string, PlanItem>,
): Halt => {
  const show = (value: unknown) => shortly(value, items);
  return halt(
    "back_and_forth",
    `**${nameOf(item)}**, ${fieldNames[field]}, went to and fro between page and issue, so I stopped: within ten minutes I wrote it three times, each time another value. Linear says “${show(values.linear)}” now, the page says “${show(values.page)}”. Another app or rule may write it too: stop that, or agree on one value, then ask me to sync.`,
  );
};

const nameOf = (item: PlanItem | undefined): string =>
  `${item?.linearIdentifier ? `${item.linearIdentifier} ` : ""}${escapeLine(clip(item?.fields.title ?? "", 80))}`;

const shortly = (value: unknown, items: ReadonlyMap<string, PlanItem>): string =>
  escapeLine(clip(shown(value, items), 160)) || "nothing";

/** An order in titles, from the first place at which the sides differ to the last. */
function orderShown(
  { page, linear }: Pick<Conflict, "page" | "linear">,
  value: unknown,
  items: ReadonlyMap<string, PlanItem>,
): string {
  const own = (value ?? []) as string[];
  const [a, b] = [page.value, linear.value] as string[][];
  const common = own.filter((id) => a?.includes(id) && b?.includes(id));
  const [onPage, inLinear] = [a ?? [], b ?? []].map((ids) => ids.filter((id) => common.includes(id)));
  const differs = common.map((_, n) => onPage?.[n] !== inLinear?.[n]);
  const [from, to] = [differs.indexOf(true), differs.lastIndexOf(true) + 1];
  const titles = common.slice(Math.max(from, 0), to).map((id) => clip(items.get(id)?.fields.title ?? id, 40));
  return clip(`${from > 0 ? "… → " : ""}${titles.join(" → ")}${to < common.length ? " → …" : ""}`, 400);
}

function shown(value: unknown, items: ReadonlyMap<string, PlanItem>): string {
  const one = (part: unknown) =>
    typeof part === "string" ? (items.get(part)?.fields.title ?? part) : typeof part === "number" ? `${part}` : "";
  return Array.isArray(value) ? value.map(one).join("; ") : one(value);
}

/** Buttons under the question; the answer names the question that it was given to. */
export function conflictButtons(open: readonly Conflict[], id: string): { label: string; value: string }[] {
  const all = open.length === 1 ? "" : " for all";
  const canTake = (side: "linear" | "confluence") => open.every((conflict) => bySide(conflict, side) !== null);
  return [
    ...(canTake("linear") ? [{ label: `Take Linear's${all}`, value: `resolve-linear#${id}` }] : []),
    ...(canTake("confluence") ? [{ label: `Take the page's${all}`, value: `resolve-page#${id}` }] : []),
  ];
}

/** Why an issue is not changed. */
export const notShown = "Linear does not show me this issue any more.";

/** Why a value is not set back. */
export const changedSince = "Somebody has changed it since.";
export const workedWith = "Somebody has worked with the issue since it was made, so it stays.";
export const hasOthersBelow = "There are other issues below it, so it stays.";
export const staysStruck = "The page has changed since, so it stays struck through; take the stroke away by hand.";
export const linkStays = "The link to its issue stays.";
export const anotherWrites = "Another plan writes to the page now.";
export const pageKeepsChanging = halt(
  "page_keeps_changing",
  "Somebody is editing the page, so I could not take back there what the run had written. Resume when the page is published, then take the run back once more.",
);
export const takenBackMessage = "Taken back: as it was before the sync";

/** For a button of a question that nobody waits for any more. */
export const decidedAlready =
  "This question is over: it has been decided already, or is asked anew below. I changed nothing.";

/** For a button of a question that was asked anew. */
export const askedAnew = "That was about what stood there before, so I changed nothing. Choose below what counts now.";

/** For an answer of which not every word was understood. */
export const decideAgain = (open: number): string =>
  open === 1
    ? "I did not understand which one counts, so I changed nothing. Choose below, or write the text in quotation marks."
    : "I did not understand all of that, so I changed nothing. Choose for all below, or one by one: “1 Linear, 2 page, 3: another text”.";
