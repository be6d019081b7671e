import type { CoveredBlock, ExtractionWarning, ItemKind, Priority } from "../plan-item.js";
import { escapeLine } from "./escape-markdown.js";
import { count, countKinds, kindCounts, link, listOf } from "./phrases.js";
import { changeSections } from "./preview-changes.js";
import { remarks } from "./preview-remarks.js";
import { tree } from "./preview-tree.js";

/** One item of a plan as the preview shows it. */
export type PreviewItem = {
  key: string;
  kind: ItemKind;
  title: string;
  parent: string | null;
  /** What the page says. */
  storyPoints: number | null;
  /** What the issue gets, on the team's scale. */
  estimate: number | null;
  priority: Priority | null;
  change: "new" | "changed" | "unchanged" | "removed" | "adopted" | "not_created";
  changes?: { field: string; from: string; to: string }[];
  /** Of the issue, where there is one. */
  identifier?: string | null;
};

/** What a plan's preview is made of. */
export type PreviewInput = {
  pageTitle: string;
  pageUrl: string;
  team: { name: string };
  items: PreviewItem[];
  warnings: ExtractionWarning[];
  /** Blocks of the page that nobody used. */
  unused: CoveredBlock[];
  /** Further sentences, as `notes.ts` makes them. */
  notes: string[];
};

/** How much of a long plan is shown: every line, without stories, or the top only; `entries` is the length of each list. */
export type Detail = { depth: "all" | "features" | "top"; entries: number };

const longest = 9_000;
const details: Detail[] = [
  { depth: "all", entries: 40 },
  { depth: "all", entries: 12 },
  { depth: "features", entries: 12 },
  { depth: "top", entries: 5 },
];
const tooLong = "The plan is too long to show here in full; the dashboard has all of it.";

/**
 * A plan in words, with the question whether to create it: never longer than an activity bears, and nothing of the page in it can act
 * as Markdown. Of a plan that exists only the differences are shown.
 */
export function preview(input: PreviewInput): string {
  const question = questionFor(input.items);
  for (const detail of details) {
    const text = [...body(input, detail), question].join("\n\n");
    if (text.length <= longest) return text;
  }
  return [...withinLength(body(input, { depth: "top", entries: 3 }), longest - 1_000), tooLong, question].join("\n\n");
}

function body(input: PreviewInput, detail: Detail): string[] {
  const isFirst = input.items.every((item) => item.change === "new" || item.change === "adopted");
  const plan = isFirst ? tree(input.items, detail) : changeSections(input.items, detail);
  return [isFirst ? introduction(input) : difference(input), ...plan, ...remarks(input, detail)];
}

function introduction({ pageTitle, pageUrl, team, items }: PreviewInput): string {
  const fresh = items.filter((item) => item.change === "new");
  const adopted = items.length - fresh.length;
  // The points of an epic or feature repeat those of what stands under it.
  const points = fresh.reduce(
    (sum, item) => sum + (["story", "enabler"].includes(item.kind) ? (item.storyPoints ?? 0) : 0),
    0,
  );
  const sum = points > 0 ? `, ${count(Math.round(points * 10) / 10, "point")} together` : "";
  const existing = `${count(adopted, "item")} ${adopted === 1 ? "exists" : "exist"} in Linear already and would be updated.`;
  const page = link(pageTitle, pageUrl);
  if (fresh.length === 0) return `I read ${page}. ${existing}`;
  const creating = `From ${page} I would create ${kindCounts(countKinds(fresh))} in team ${escapeLine(team.name)}${sum}.`;
  return adopted > 0 ? `${creating} ${existing}` : creating;
}

function difference({ pageTitle, pageUrl, team, items }: PreviewInput): string {
  const number = (change: PreviewItem["change"]) => items.filter((item) => item.change === change).length;
  const parts = [
    [number("new"), "new"],
    [number("adopted"), "already in Linear"],
    [number("changed"), "changed"],
    [number("removed"), "no longer there"],
    [number("not_created"), "not created"],
    [number("unchanged"), "as before"],
  ] as const;
  const said = parts.filter(([many]) => many > 0).map(([many, what]) => `${many} ${what}`);
  return `I compared ${link(pageTitle, pageUrl)} with the plan in team ${escapeLine(team.name)}: ${listOf(said)}.`;
}

function questionFor(items: readonly PreviewItem[]): string {
  const example = items.some((item) => item.kind === "enabler") ? "“skip the enablers”" : "“skip the stories”";
  const creates = items.some((item) => item.change === "new" || item.change === "not_created");
  return `Shall I ${creates ? "create it" : "update Linear"} like this? You can also say what to leave out, for example ${example} or “only feature 1”.`;
}

function withinLength(parts: readonly string[], length: number): string[] {
  const kept: string[] = [];
  let used = 0;
  for (const part of parts) {
    if (used + part.length > length) break;
    kept.push(part);
    used += part.length + 2;
  }
  return kept;
}
