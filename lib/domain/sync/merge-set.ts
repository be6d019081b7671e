import { contentOf } from "./content.js";
import { type Entry, baseEntries, countOf, pairEntries } from "./entries.js";
import { repeatable } from "./merge-result.js";
import { type Place, additionsOf, bothSides, mergeSequence } from "./merge-sequence.js";
import { mergeText } from "./merge-text.js";

/**
 * Merges what two sides made of a list of criteria: added, removed, edited or moved. It is a conflict where both edited the same one and
 * the edits touch each other, and where one side edited what the other removed.
 */
export const mergeCriteria = repeatable<string[]>((base, page, linear) => {
  if (isSameList(page, linear) || isSameList(page, base)) return { merged: linear };
  if (isSameList(linear, base)) return { merged: page };
  const before = baseEntries(base);
  const onPage = pairEntries(before, page);
  const onLinear = pairEntries(before, linear);
  const removedByBoth = new Set(before);
  for (const { from } of [...onPage, ...onLinear]) if (from) removedByBoth.delete(from);
  const merged = mergeSequence(before, onPage, onLinear, {
    place: (place) => (isRewrittenTwice(place, removedByBoth) ? "conflict" : bothSides(place)),
    entry: mergeText,
  });
  if (merged === "conflict" || hasDoubled(merged, [base, page, linear])) return "conflict";
  return { merged };
}, isSameList);

/** Whether two lists say the same in the same order. */
export function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => contentOf(text) === contentOf(b[index] ?? ""));
}

/** Merges sets of ids: what either side added is in it, what either side removed is not. */
export function mergeIds(base: string[], page: string[], linear: string[]): { merged: string[] } {
  const [before, onPage, onLinear] = [new Set(base), new Set(page), new Set(linear)];
  const all = [...new Set([...page, ...linear])];
  return { merged: all.filter((id) => (before.has(id) ? onPage.has(id) && onLinear.has(id) : true)).sort() };
}

/** Whether two lists hold the same ids. */
export function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.every((id) => b.includes(id)) && b.every((id) => a.includes(id));
}

/** Both sides removed the same criterion and each put something else in its place: two versions of one, rather than two new ones. */
function isRewrittenTwice({ base, page, linear }: Place, removedByBoth: ReadonlySet<Entry>): boolean {
  if (!base.some((entry) => removedByBoth.has(entry))) return false;
  const lacks = (side: Entry[], other: Entry[]) =>
    additionsOf(other).some((added) => !additionsOf(side).some(({ key }) => key === added.key));
  return lacks(page, linear) && lacks(linear, page);
}

/** Whether a criterion is there twice that is there once in each source: both sides added it, at different places. */
function hasDoubled(merged: readonly string[], sources: readonly string[][]): boolean {
  const counts = sources.map(countContents);
  const most = (key: string) => Math.max(1, ...counts.map((source) => source.get(key) ?? 0));
  return [...countContents(merged)].some(([key, count]) => count > most(key));
}

const countContents = (texts: readonly string[]) => countOf(texts.map(contentOf));
