import type { ExtractedItem, Extraction, SourceRange } from "../../lib/domain/plan-item.js";

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

/** The values of an item whose source ranges do not hold their words; `shown` gives the words of a range as a reader sees them. */
export function misplacedValues(item: ExtractedItem, shown: (range: SourceRange) => string): string[] {
  const {
    title = [],
    acceptanceCriteria = [],
    description = [],
    key = [],
    storyPoints = [],
    dependsOn = [],
  } = item.source.fields;
  const lines = item.description === "" ? [] : item.description.replace(/(?<!\n)\n(?!\n)/g, " ").split("\n\n");
  const isSame = (ranges: SourceRange[], values: string[]) =>
    JSON.stringify(ranges.map(shown)) === JSON.stringify(values);
  const isPlaced = {
    title: isSame(title, [item.title]),
    acceptanceCriteria: isSame(acceptanceCriteria, item.acceptanceCriteria),
    description: isSame(description, lines),
    key: key.every((range) => shown(range) === item.key),
    storyPoints: storyPoints.every((range) => /\d|XS|S|M|L|XL/.test(shown(range))),
    dependsOn: dependsOn.length > 0 === item.dependsOn.length > 0,
    item: shown(item.source.item).includes(item.title.split(" ")[0] ?? ""),
  };
  return Object.entries(isPlaced).flatMap(([field, placed]) => (placed ? [] : [`${item.key}: ${field}`]));
}
