import type { ExtractedItem, ItemFields } from "../lib/domain/plan-item.js";

/** An item as the JSON files beside the pages have it. */
export type ExpectedItem = { type: ItemFields["kind"] } & Pick<
  ItemFields,
  "key" | "title" | "parent" | "storyPoints" | "priority" | "enablerType" | "acceptanceCriteria" | "dependsOn"
>;

export type PageScore = {
  expected: number;
  found: number;
  false: number;
  precision: number;
  recall: number;
  f1: number;
  type: number;
  title: number;
  parent: number;
  points: number;
  priority: number;
  enabler: number;
  criteria: number;
  dependencies: number;
  exact: "yes" | "no";
};

/** Compares the items of a page, by key, with the expected ones; fields are shares of the expected items that have it right. */
export function scorePage(items: readonly ExtractedItem[], expected: readonly ExpectedItem[]): PageScore {
  const found = new Map(items.map((item) => [item.key, toExpected(item)]));
  const right = expected.filter((item) => found.has(item.key));
  const share = (field: keyof ExpectedItem) =>
    ratio(expected.filter((item) => isSame(found.get(item.key)?.[field], item[field])).length, expected.length);
  const precision = ratio(right.length, items.length);
  const recall = ratio(right.length, expected.length);
  return {
    expected: expected.length,
    found: items.length,
    false: items.length - right.length,
    precision,
    recall,
    f1: precision + recall === 0 ? 0 : round((2 * precision * recall) / (precision + recall)),
    type: share("type"),
    title: share("title"),
    parent: share("parent"),
    points: share("storyPoints"),
    priority: share("priority"),
    enabler: share("enablerType"),
    criteria: share("acceptanceCriteria"),
    dependencies: share("dependsOn"),
    exact: isSame(items.map(toExpected), expected) ? "yes" : "no",
  };
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
