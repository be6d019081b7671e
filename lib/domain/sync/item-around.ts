import { extract } from "../extraction/extract.js";
import type { PlanItem } from "../plan-item.js";
import { findMarks } from "../surgery/marks.js";
import { viewPage } from "./view-page.js";

/** Tells of a marker of an inline comment, by its `ac:ref`, in the words of which item it stands. The page is read only where somebody asks. */
export function itemAround(
  items: readonly PlanItem[],
  page: { title: string; body: string },
): (ref: string) => PlanItem | null {
  let ranges: { item: PlanItem; start: number; end: number }[] | null = null;
  return (ref) => {
    const marker = page.body.indexOf(`ac:ref="${ref}"`);
    if (marker < 0) return null;
    // The first of the words that it stands around.
    const at = page.body.indexOf(">", marker) + 1;
    ranges ??= rangesOf(items, page);
    const around = ranges.filter(({ start, end }) => start <= at && at < end);
    return around.toSorted((a, b) => a.end - a.start - (b.end - b.start))[0]?.item ?? null;
  };
}

function rangesOf(items: readonly PlanItem[], page: { title: string; body: string }) {
  const extraction = extract(page);
  const { pairs } = viewPage(items, { extraction, marks: findMarks(page.body, extraction), before: null });
  return items.flatMap((item) => {
    const found = pairs.get(item.id);
    if (!found) return [];
    // Those stand where other items do.
    const { parent: _parent, dependsOn: _dependsOn, ...own } = found.source.fields;
    return [found.source.item, ...Object.values(own).flat()].map((range) => ({ item, ...range }));
  });
}
