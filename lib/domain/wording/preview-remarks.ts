import type { CoveredBlock, ExtractionWarning } from "../plan-item.js";
import { escapeLine, escapeParagraph } from "./escape-markdown.js";
import { clip, count, quote, someOf } from "./phrases.js";
import type { Detail, PreviewInput, PreviewItem } from "./preview.js";

type Code = ExtractionWarning["code"];

/** Many warnings of one kind in one sentence; `items` are the names of those concerned. */
const together: Record<Code, (number: number, items: string) => string> = {
  estimate_not_understood: (number, items) =>
    `${count(number, "estimate")} could not be read as points and ${number === 1 ? "stays" : "stay"} empty: ${items}.`,
  unknown_dependency: (number, items) =>
    `${count(number, "dependency", "dependencies")} on something that is not on this page ${number === 1 ? "is" : "are"} left out: ${items}.`,
  dependency_cycle: (number, items) =>
    `${count(number, "dependency", "dependencies")} would close a circle and ${number === 1 ? "is" : "are"} left out: ${items}.`,
  duplicate_id: (number, items) =>
    `${count(number, "id")} ${number === 1 ? "stands" : "stand"} on the page more than once: ${items}.`,
  story_without_criteria: (number, items) =>
    `${count(number, "story", "stories")} ${number === 1 ? "has" : "have"} no acceptance criteria: ${items}.`,
  parent_not_found: (number, items) =>
    `${count(number, "item")} ${number === 1 ? "names a parent that is" : "name parents that are"} not on this page: ${items}.`,
  page_truncated: () => "The page is longer than I can read; what stands at its end is missing here.",
};
const fewWarnings = 2;

/** What a person should know before saying yes: roundings, warnings, notes, and what on the page was not used. */
export function remarks(input: PreviewInput, { entries }: Detail): string[] {
  const known = [...rounding(input.items), ...warningLines(input.warnings, input.items, entries), ...input.notes];
  const unused = unusedLines(input.unused);
  return [...list("Good to know", [...new Set(known)], entries), ...list("Not used from the page", unused, entries)];
}

function list(title: string, lines: readonly string[], limit: number): string[] {
  if (lines.length === 0) return [];
  const more = lines.length > limit ? [`and ${lines.length - limit} more`] : [];
  return [`**${title}**`, [...lines.slice(0, limit), ...more].map((line) => `* ${line}`).join("\n")];
}

function rounding(items: readonly PreviewItem[]): string[] {
  const estimated = items.filter((item) => item.storyPoints !== null && item.change !== "removed");
  if (estimated.length > 0 && estimated.every((item) => item.estimate === null))
    return ["The team does not use estimates, so the points stay on the page."];
  const rounded = estimated.filter((item) => item.estimate !== null && item.estimate !== item.storyPoints);
  if (rounded.length === 0) return [];
  return [`${count(rounded.length, "estimate")} ${rounded.length === 1 ? "is" : "are"} rounded to the team’s scale.`];
}

function warningLines(
  warnings: readonly ExtractionWarning[],
  items: readonly PreviewItem[],
  entries: number,
): string[] {
  const titles = new Map(items.map((item) => [item.key, item.title]));
  const byCode = new Map<Code, ExtractionWarning[]>();
  for (const warning of warnings) byCode.set(warning.code, [...(byCode.get(warning.code) ?? []), warning]);
  return [...byCode].flatMap(([code, same]) => {
    if (same.length <= fewWarnings) return same.map((warning) => escapeParagraph(clip(warning.message, 300)));
    const names = same
      .map(({ itemKey }) => (itemKey === null ? null : nameOf(itemKey, titles)))
      .filter((name) => name !== null);
    return [together[code](same.length, someOf([...new Set(names)], Math.min(entries, 8)))];
  });
}

function nameOf(key: string, titles: ReadonlyMap<string, string>): string {
  return /[^a-z0-9-]/.test(key) ? escapeLine(key) : quote(clip(titles.get(key) ?? key, 60));
}

/** "3 paragraphs under “Open questions”". Headings say nothing that what stands under them does not say better. */
function unusedLines(blocks: readonly CoveredBlock[]): string[] {
  const places = new Map<string, { under: string | null; kinds: Map<string, number> }>();
  for (const { use, block, under } of blocks) {
    if (use !== "unused" || block === "heading") continue;
    const place = places.get(JSON.stringify(under)) ?? { under, kinds: new Map<string, number>() };
    place.kinds.set(block, (place.kinds.get(block) ?? 0) + 1);
    places.set(JSON.stringify(under), place);
  }
  return [...places.values()].map(({ under, kinds }) => {
    const what = someOf(
      [...kinds].map(([block, number]) => count(number, escapeLine(block))),
      6,
    );
    return `${what} ${under === null ? "without a heading" : `under ${quote(clip(under, 80))}`}`;
  });
}
