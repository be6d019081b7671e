import type { Candidate, Found } from "./candidate.js";
import type { RichText } from "./rich-text.js";

const OUTLINE = /^\d{1,3}(?:\.\d{1,3}){0,9}$/;

/** In a table numbered 1, 1.1, 1.1.1 an item stands under the one whose number its own begins with; an epic has two levels below, a feature one. */
export function readLevels(candidates: readonly Candidate[]) {
  const numbered = candidates.filter(({ id }) => id !== null && OUTLINE.test(id.value));
  if (!numbered.some(({ id }) => id?.value.includes("."))) return;
  const levelsBelow = new Map<string, number>();
  for (const { id } of numbered) {
    let levels = 0;
    for (let above = numberAbove(id?.value ?? ""); above !== ""; above = numberAbove(above))
      levelsBelow.set(above, Math.max(levelsBelow.get(above) ?? 0, ++levels));
  }
  for (const candidate of numbered) {
    const { id } = candidate;
    if (!id) continue;
    const levels = levelsBelow.get(id.value) ?? 0;
    if (levels > 0) candidate.kindWord ??= { value: levels > 1 ? "epic" : "feature", range: id.range };
    if (id.value.includes(".")) candidate.parentName ??= nameOf(numberAbove(id.value), id);
  }
}

/** "1.2" above "1.2.3"; nothing above "1". */
function numberAbove(number: string): string {
  return number.slice(0, Math.max(0, number.lastIndexOf(".")));
}

function nameOf(number: string, { range }: Found<string>): RichText {
  return { text: number, offset: 0, runs: [{ at: 0, start: range.start, width: range.end - range.start }], spans: [] };
}
