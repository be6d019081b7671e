import type { Detail, PreviewItem } from "./preview.js";
import { escapeLine, escapeStart } from "./escape-markdown.js";
import { clip, count, countKinds, kindCounts } from "./phrases.js";

const longestUnfolded = 30;
const kindLabels = { epic: "Epic", feature: "Feature", story: null, enabler: "Enabler" } as const;

/** The items under their parents; a long plan is folded, one section for each item at the top. */
export function tree(items: readonly PreviewItem[], detail: Detail): string[] {
  const below = childrenOf(items);
  const tops = below.get(null) ?? [];
  if (items.length <= longestUnfolded && detail.depth === "all")
    return [tops.flatMap((top) => lines(top, below, 0, detail)).join("\n")];
  const isFolded = (top: PreviewItem) => detail.depth !== "top" && (below.get(top.key)?.length ?? 0) > 0;
  const sections: string[] = [];
  let loose: string[] = [];
  const flush = () => {
    if (loose.length > 0) sections.push(loose.join("\n"));
    loose = [];
  };
  for (const top of tops) {
    if (!isFolded(top)) {
      loose.push(...lines(top, below, 0, detail));
      continue;
    }
    flush();
    const inside = (below.get(top.key) ?? []).flatMap((child) => lines(child, below, 0, detail));
    sections.push(`+++ ${plainName(top)} (${contents(top, below)})\n\n${inside.join("\n")}\n\n+++`);
  }
  flush();
  return sections;
}

/** One item with its kind, printed id, estimate, priority and issue. */
export function itemLine(item: PreviewItem): string {
  const label = kindLabels[item.kind];
  const id = isPrintedId(item.key) ? `${escapeLine(item.key)} ` : "";
  const facts = [
    estimateOf(item),
    item.priority,
    item.change === "adopted" && item.identifier ? `is ${escapeLine(item.identifier)}` : null,
  ];
  const said = facts.filter((fact) => fact !== null);
  const name = `${label ? `**${label}** ` : ""}${id}${escapeLine(clip(item.title, 160))}`;
  return [escapeStart(name), ...said].join(" · ");
}

type Children = ReadonlyMap<string | null, readonly PreviewItem[]>;

/** By parent, in page order. An item whose parent is not shown, or that would stand under itself, stands at the top. */
function childrenOf(items: readonly PreviewItem[]): Children {
  const parents = new Map(items.map((item) => [item.key, item.parent]));
  const below = new Map<string | null, PreviewItem[]>();
  for (const item of items) {
    const parent =
      item.parent !== null && parents.has(item.parent) && !isInCircle(item.key, parents) ? item.parent : null;
    below.set(parent, [...(below.get(parent) ?? []), item]);
  }
  return below;
}

function isInCircle(key: string, parents: ReadonlyMap<string, string | null>): boolean {
  const seen = new Set<string>();
  let at: string | null = key;
  while (at !== null && !seen.has(at)) {
    seen.add(at);
    at = parents.get(at) ?? null;
  }
  return at === key;
}

function lines(item: PreviewItem, below: Children, level: number, detail: Detail): string[] {
  const children = below.get(item.key) ?? [];
  // Four blanks a level stay a list in every dialect of Markdown.
  const own = `${"    ".repeat(level)}* ${itemLine(item)}`;
  if (children.length === 0) return [own];
  if (detail.depth === "top") return [`${own} (${contents(item, below)})`];
  if (detail.depth === "all") return [own, ...children.flatMap((child) => lines(child, below, level + 1, detail))];
  const large = children.filter((child) => (below.get(child.key)?.length ?? 0) > 0);
  const rest = children.filter((child) => !large.includes(child));
  const folded = rest.length > 0 ? [`${"    ".repeat(level + 1)}* ${kindCounts(countKinds(rest))}`] : [];
  return [own, ...large.flatMap((child) => lines(child, below, level + 1, detail)), ...folded];
}

function contents(item: PreviewItem, below: Children): string {
  const inside = (key: string): PreviewItem[] =>
    (below.get(key) ?? []).flatMap((child) => [child, ...inside(child.key)]);
  return kindCounts(countKinds(inside(item.key)));
}

/** For the title of a fold, which shows no emphasis. */
function plainName(item: PreviewItem): string {
  return itemLine(item).replaceAll("**", "");
}

function estimateOf({ storyPoints, estimate }: PreviewItem): string | null {
  if (storyPoints === null) return null;
  const points = count(storyPoints, "point");
  return estimate === null || estimate === storyPoints ? points : `${points}, becomes ${estimate}`;
}

/** Slugs are made by us from titles; people see only ids that are printed on the page. */
function isPrintedId(key: string): boolean {
  return /[^a-z0-9-]/.test(key);
}
