import type { ItemKind } from "../plan-item.js";
import { escapeLine, escapeParagraph } from "./escape-markdown.js";

const kindNames: Record<ItemKind, [one: string, many: string]> = {
  epic: ["epic", "epics"],
  feature: ["feature", "features"],
  story: ["story", "stories"],
  enabler: ["enabler", "enablers"],
};
const longestTitle = 140;

/** A number with its noun in the right form: "1 issue", "2 issues". */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** "a", "a and b", "a, b and c". */
export function listOf(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? "") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

/** "2 epics, 6 features and 15 stories"; kinds of which there are none are not mentioned. */
export function kindCounts(counts: Readonly<Record<ItemKind, number>>): string {
  const kinds = Object.keys(kindNames) as ItemKind[];
  return listOf(kinds.filter((kind) => counts[kind] > 0).map((kind) => count(counts[kind], ...kindNames[kind])));
}

/** How many items there are of each kind. */
export function countKinds(items: readonly { kind: ItemKind }[]): Record<ItemKind, number> {
  const counts = { epic: 0, feature: 0, story: 0, enabler: 0 };
  for (const item of items) counts[item.kind]++;
  return counts;
}

/** A title as people read it, “between quotes”, harmless whatever it holds. */
export function quote(title: string): string {
  return `“${escapeLine(clip(title, longestTitle))}”`;
}

/** A link with a title of its own; just the title where the address is none. */
export function link(title: string, url: string | null): string {
  const target = url === null ? null : safeUrl(url);
  return target
    ? `[${escapeLine(clip(title, longestTitle))}](<${target}>)`
    : escapeParagraph(clip(title, longestTitle));
}

/** The address in a form that cannot leave the angle brackets of a link; null where it is no web address. */
export function safeUrl(url: string): string | null {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return null;
  return url.trim().replace(/[\s<>\\]/g, encodeURIComponent);
}

/** At most so many characters, cut at a word. */
export function clip(text: string, length: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  if (line.length <= length) return line;
  const cut = line.slice(0, length - 1).replace(/[\ud800-\udbff]$/, "");
  return `${cut.replace(/\s+\S{0,20}$/, "")}…`;
}

/** The first of them and how many more there are. */
export function someOf(parts: readonly string[], limit: number): string {
  const more = parts.length - limit;
  return more > 1 ? `${parts.slice(0, limit).join(", ")} and ${more} more` : listOf(parts);
}
