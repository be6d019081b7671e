import { contentOf, linesOf, paragraphsOf, wordsOf } from "./content.js";
import { baseEntries, countOf, pairEntries, pairInOrder } from "./entries.js";
import { type MergeResult, repeatable } from "./merge-result.js";
import { mergeSequence, onlyOneSide } from "./merge-sequence.js";

/** A text is a row of paragraphs, a paragraph one of lines, a line one of words. */
type Level = {
  split: (text: string) => string[];
  join: (parts: string[], base: string) => string;
  pair: typeof pairEntries;
};
const levels: Level[] = [
  { split: paragraphsOf, join: (parts) => parts.join("\n\n"), pair: pairEntries },
  { split: linesOf, join: (parts) => parts.join("\n"), pair: pairEntries },
  { split: wordsOf, join: (parts, base) => indentOf(base) + parts.join(" "), pair: pairInOrder },
];

/** Whether two texts say the same, however they are spaced. */
export const isSameText = (a: string, b: string) => contentOf(a) === contentOf(b);

/**
 * Merges what two sides made of one text. Paragraphs and lines are followed where they were moved or edited; one that both have edited is
 * merged by words. It is a conflict where the edits touch each other. Blanks alone are no edit.
 */
export const mergeText = repeatable<string>((base, page, linear) => {
  const result = mergeLevel(levels, base, page, linear);
  return result === "conflict" || losesWords(base, page, linear, result.merged) ? "conflict" : result;
}, isSameText);

function mergeLevel([level, ...finer]: Level[], base: string, page: string, linear: string): MergeResult<string> {
  if (isSameText(page, linear)) return { merged: mergeSpelling(base, page, linear) };
  if (isSameText(page, base)) return { merged: linear };
  if (isSameText(linear, base)) return { merged: page };
  if (!level) return "conflict";
  const before = baseEntries(level.split(base));
  const merged = mergeSequence(before, level.pair(before, level.split(page)), level.pair(before, level.split(linear)), {
    place: onlyOneSide,
    entry: (...texts) => mergeLevel(finer, ...texts),
  });
  return merged === "conflict" ? "conflict" : { merged: level.join(merged, base) };
}

function mergeSpelling(base: string, page: string, linear: string): string {
  if (page === base) return linear;
  if (linear === base) return page;
  return page < linear ? page : linear;
}

/** Whether a word is missing or back that only one side has added or removed: the other has moved it, and no place is right. */
function losesWords(base: string, page: string, linear: string, merged: string): boolean {
  const [before, onPage, onLinear, after] = [base, page, linear, merged].map((text) => countOf(wordsOf(text)));
  return [...new Set([base, page, linear].flatMap(wordsOf))].some((word) => {
    const [b, p, l, m] = [before, onPage, onLinear, after].map((counts) => counts?.get(word) ?? 0);
    return (p === b && m !== l) || (l === b && m !== p);
  });
}

const indentOf = (line: string) => /^\s*/.exec(line)?.[0] ?? "";
