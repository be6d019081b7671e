import type { Candidate } from "../extraction/candidate.js";
import { titleKey } from "../extraction/fold.js";
import type { ExtractedItem, SourceRange } from "../plan-item.js";
import type { PageEdit } from "./page-change.js";
import { isWithin, type PageView } from "./page-view.js";
import { rewriteValue, runIn } from "./text-runs.js";

/** The ways to give an item another title: at each place where it is seen and named, or only where its title is read. */
export function* titleEdits(view: PageView, item: ExtractedItem, title: string): Generator<PageEdit[]> {
  const sightings = view.sightings.get(item.key) ?? [];
  const [first] = item.source.fields.title ?? [];
  if (!first) return;
  const named = sightings.filter((it) => it.title.value !== "");
  const same = named.filter((it) => titleKey(it.title.value) === titleKey(item.title));
  const at = (candidate: Candidate) => rewriteValue(view, candidate.title.range, candidate.title.value, title);
  const own = distinct(same.map((it) => it.title.range)).flatMap((range) => {
    const candidate = same.find((it) => it.title.range === range);
    return candidate ? at(candidate) : [];
  });
  const references = referencesTo(view, item);
  const renamed = references.flatMap((range) => rewriteValue(view, range, runIn(view, range).text, title));
  if (renamed.length > 0) yield [...own, ...renamed];
  yield own;
  const again = repeatsOf(view, item, [...same.map((it) => it.title.range), ...references]);
  const repeated = again.flatMap((range) => rewriteValue(view, range, item.title, title));
  if (repeated.length > 0) yield [...own, ...renamed, ...repeated];
  const alone = rewriteValue(view, first, item.title, title);
  if (renamed.length > 0) yield [...alone, ...renamed];
  yield alone;
}

function distinct(ranges: readonly SourceRange[]): SourceRange[] {
  return ranges.filter((range, index) => ranges.findIndex((it) => it.start === range.start) === index);
}

/** Where a text says the title and nothing else: an epic that stands in each row of its stories. */
function repeatsOf({ texts }: PageView, { title }: ExtractedItem, known: readonly SourceRange[]): SourceRange[] {
  return texts
    .filter(({ text }) => titleKey(text.text) === titleKey(title))
    .map(({ range }) => range)
    .filter((range) => !known.some((it) => it.start < range.end && range.start < it.end));
}

/** Where other items name this one by its title: as something that they need, or as their parent. */
function referencesTo(view: PageView, item: ExtractedItem): SourceRange[] {
  const own = (view.sightings.get(item.key) ?? []).map(({ title }) => title.range);
  const named: SourceRange[] = [];
  for (const other of view.extraction.items) {
    if (other.dependsOn.includes(item.key)) named.push(...(other.source.fields.dependsOn ?? []));
    if (other.parent === item.key) named.push(...(other.source.fields.parent ?? []));
  }
  const ranges = distinct(named).filter((range) => !own.some((it) => it.start < range.end && range.start < it.end));
  return ranges
    .flatMap((range) => {
      const run = runIn(view, range);
      const at = run.text.toLowerCase().indexOf(item.title.toLowerCase());
      if (at < 0 || isWordAt(run.text, at - 1) || isWordAt(run.text, at + item.title.length)) return [];
      const [start, end] = [run.places[at]?.start, run.places[at + item.title.length - 1]?.end];
      return start === undefined || end === undefined ? [] : [{ start, end }];
    })
    .filter((range, _, all) => !all.some((it) => it !== range && isWithin(range, it) && !isWithin(it, range)));
}

function isWordAt(text: string, at: number): boolean {
  return at >= 0 && /[\p{L}\p{N}]/u.test(text.charAt(at));
}
