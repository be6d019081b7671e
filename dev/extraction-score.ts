import type { ExtractedItem, ItemFields } from "../lib/domain/plan-item.js";

/** An item as the JSON files beside the pages have it. */
export type ExpectedItem = { type: ItemFields["kind"] } & Pick<
  ItemFields,
  "key" | "title" | "parent" | "storyPoints" | "priority" | "enablerType" | "acceptanceCriteria" | "dependsOn"
>;

/** Counts over one page or several; `scoreOf` makes shares of them. */
export type Tally = {
  expected: number;
  found: number;
  /** Items found under the key that is expected. */
  right: number;
  /** Items on pages that plan nothing. */
  onEmptyPages: number;
  exactPages: number;
  fields: Record<ScoredField, number>;
  lists: Record<ListField, { expected: number; found: number; right: number }>;
};

const scoredFields = ["type", "title", "parent", "storyPoints", "priority", "enablerType"] as const;
type ScoredField = (typeof scoredFields)[number];
type ListField = "acceptanceCriteria" | "dependsOn";

/** Compares the items of a page, by key, with the expected ones. */
export function tally(items: readonly ExtractedItem[], expected: readonly ExpectedItem[]): Tally {
  const found = new Map(items.map((item) => [item.key, toExpected(item)]));
  const right = expected.filter((item) => found.has(item.key));
  const same = (field: ScoredField) => right.filter((item) => found.get(item.key)?.[field] === item[field]).length;
  return {
    expected: expected.length,
    found: items.length,
    right: right.length,
    onEmptyPages: expected.length === 0 ? items.length : 0,
    exactPages: isSame(items.map(toExpected), expected) ? 1 : 0,
    fields: Object.fromEntries(scoredFields.map((field) => [field, same(field)])) as Tally["fields"],
    lists: {
      acceptanceCriteria: tallyList(found, expected, "acceptanceCriteria"),
      dependsOn: tallyList(found, expected, "dependsOn"),
    },
  };
}

function tallyList(found: ReadonlyMap<string, ExpectedItem>, expected: readonly ExpectedItem[], field: ListField) {
  const entries = (items: Iterable<ExpectedItem>) =>
    new Set([...items].flatMap((item) => item[field].map((entry) => JSON.stringify([item.key, entry]))));
  const [wanted, got] = [entries(expected), entries(found.values())];
  return { expected: wanted.size, found: got.size, right: [...wanted].filter((entry) => got.has(entry)).length };
}

/** The sum of some tallies. */
export function sum(tallies: readonly Tally[]): Tally {
  const add = (pick: (one: Tally) => number) => tallies.reduce((total, one) => total + pick(one), 0);
  const addList = (field: ListField) => ({
    expected: add((it) => it.lists[field].expected),
    found: add((it) => it.lists[field].found),
    right: add((it) => it.lists[field].right),
  });
  return {
    expected: add((it) => it.expected),
    found: add((it) => it.found),
    right: add((it) => it.right),
    onEmptyPages: add((it) => it.onEmptyPages),
    exactPages: add((it) => it.exactPages),
    fields: Object.fromEntries(scoredFields.map((field) => [field, add((it) => it.fields[field])])) as Tally["fields"],
    lists: { acceptanceCriteria: addList("acceptanceCriteria"), dependsOn: addList("dependsOn") },
  };
}

/** Precision, recall and F1 of items, criteria and dependencies; the other fields as shares of the expected items. */
export function scoreOf({ expected, found, right, onEmptyPages, fields, lists }: Tally) {
  const share = (field: ScoredField) => ratio(fields[field], expected);
  return {
    expected,
    found,
    precision: ratio(right, found),
    recall: ratio(right, expected),
    f1: f1({ expected, found, right }),
    type: share("type"),
    title: share("title"),
    parent: share("parent"),
    points: share("storyPoints"),
    priority: share("priority"),
    enabler: share("enablerType"),
    criteriaF1: f1(lists.acceptanceCriteria),
    dependsF1: f1(lists.dependsOn),
    onEmpty: onEmptyPages,
  };
}

/** Where nothing is expected and nothing is found, all is right. */
function f1({ expected, found, right }: { expected: number; found: number; right: number }): number {
  return expected + found === 0 ? 1 : round((2 * right) / (expected + found));
}

/** What differs, one line each. */
export function differences(items: readonly ExtractedItem[], expected: readonly ExpectedItem[]): string[] {
  const found = new Map(items.map((item) => [item.key, toExpected(item)]));
  const wanted = new Set(expected.map((item) => item.key));
  const falseItems = items
    .filter((item) => !wanted.has(item.key))
    .map((item) => `not expected: ${item.kind} ${item.key} “${item.title}”`);
  const wrong = expected.flatMap((item) => {
    const it = found.get(item.key);
    if (!it) return [`missing: ${item.type} ${item.key} “${item.title}”`];
    const fields = Object.keys(item) as (keyof ExpectedItem)[];
    return fields
      .filter((field) => !isSame(it[field], item[field]))
      .map((field) => `${item.key}.${field}: ${JSON.stringify(it[field])} instead of ${JSON.stringify(item[field])}`);
  });
  const isOrdered = isSame(
    items.map((item) => item.key).filter((key) => wanted.has(key)),
    [...wanted].filter((key) => found.has(key)),
  );
  return [...falseItems, ...wrong, ...(isOrdered ? [] : ["order differs"])];
}

/** The fields that the contract of the planning pages knows. */
export function toExpected(item: ExtractedItem): ExpectedItem {
  const { key, kind, title, parent, storyPoints, priority, enablerType, acceptanceCriteria, dependsOn } = item;
  return { key, type: kind, title, parent, storyPoints, priority, enablerType, acceptanceCriteria, dependsOn };
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 1 : round(part / whole);
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
