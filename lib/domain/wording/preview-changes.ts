import { escapeLine } from "./escape-markdown.js";
import { clip, count } from "./phrases.js";
import type { Detail, PreviewItem } from "./preview.js";
import { itemLine } from "./preview-tree.js";

const longestValue = 60;
const fieldNames: Record<string, string> = {
  title: "title",
  kind: "type",
  parent: "parent",
  description: "description",
  storyPoints: "points",
  priority: "priority",
  enablerType: "enabler type",
  acceptanceCriteria: "acceptance criteria",
  dependsOn: "dependencies",
};

/** What a new look at the page would do to an existing plan, one section for each kind of change. */
export function changeSections(items: readonly PreviewItem[], { entries }: Detail): string[] {
  const of = (change: PreviewItem["change"]) => items.filter((item) => item.change === change);
  const titles = new Map(items.map((item) => [item.key, item.title]));
  const unchanged = of("unchanged").length;
  return [
    ...section("New", of("new"), entries, (item) => [itemLine(item) + under(item, titles)]),
    ...section("Already in Linear, would be updated", of("adopted"), entries, (item) => [itemLine(item)]),
    ...section("Changed", of("changed"), entries, (item) => [named(item), ...fieldChanges(item)]),
    ...section("No longer in the plan, would be cancelled in Linear", of("removed"), entries, (item) => [named(item)]),
    ...section("Not created, taken back earlier; saying yes creates them again", of("not_created"), entries, (item) => [
      itemLine(item),
    ]),
    ...(unchanged > 0 ? [`${count(unchanged, "item")} ${unchanged === 1 ? "stays" : "stay"} as before.`] : []),
  ];
}

function section(
  title: string,
  items: readonly PreviewItem[],
  limit: number,
  toLines: (item: PreviewItem) => string[],
): string[] {
  if (items.length === 0) return [];
  const shown = items.slice(0, limit).flatMap((item) => {
    const [first = "", ...others] = toLines(item);
    return [`* ${first}`, ...others.map((line) => `    * ${line}`)];
  });
  const more = items.length > limit ? [`* and ${items.length - limit} more`] : [];
  return [`**${title}**`, [...shown, ...more].join("\n")];
}

function named(item: PreviewItem): string {
  return item.identifier ? `${escapeLine(item.identifier)} ${itemLine(item)}` : itemLine(item);
}

function under({ parent }: PreviewItem, titles: ReadonlyMap<string, string>): string {
  const title = parent === null ? undefined : titles.get(parent);
  return title === undefined ? "" : `, under “${escapeLine(clip(title, longestValue))}”`;
}

function fieldChanges({ changes = [] }: PreviewItem): string[] {
  return changes.map(
    ({ field, from, to }) => `${fieldNames[field] ?? escapeLine(field)}: ${shown(from)} → ${shown(to)}`,
  );
}

function shown(value: string): string {
  return value.trim() === "" ? "none" : escapeLine(clip(value, longestValue));
}
