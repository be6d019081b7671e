import type { Extraction, SourceRange } from "../../lib/domain/plan-item.js";

/** What is wrong with an extraction, whatever the page says. */
export function problemsOf({ items, warnings, coverage }: Extraction, body: string): string[] {
  const problems: string[] = [];
  let at = 0;
  for (const { range } of coverage) {
    if (range.start !== at || range.end <= range.start) problems.push(`coverage breaks at ${at}`);
    at = range.end;
  }
  if (at !== body.length) problems.push(`coverage ends at ${at} of ${body.length}`);
  const isInside = ({ start, end }: SourceRange) => start >= 0 && end >= start && end <= body.length;
  const keys = new Set(items.map((item) => item.key));
  if (keys.size !== items.length) problems.push("two items have one key");
  for (const { key, title, parent, dependsOn, source } of items) {
    if (title === "") problems.push(`${key} has no title`);
    for (const named of [...dependsOn, ...(parent === null ? [] : [parent])])
      if (!keys.has(named)) problems.push(`${key} names ${named}, which is no item`);
    if (![source.item, ...Object.values(source.fields).flat()].every(isInside))
      problems.push(`${key} has a range outside`);
  }
  for (const { range, code } of warnings) if (range && !isInside(range)) problems.push(`${code} has a range outside`);
  return problems;
}
