import type { PlanItemId } from "./ids.js";
import { matchItems } from "./matching/match-items.js";
import { type ExtractedItem, isForPage, type ItemFields, ordersOnPage, type PlanItem } from "./plan-item.js";

export type ItemChange = "new" | "changed" | "unchanged" | "removed" | "adopted" | "not_created";
export type FieldChange = { field: keyof ItemFields; from: string; to: string };

/** One line of a proposal: what the page says now, what is known, and what approving it would do. */
export type ProposedItem = {
  fields: ItemFields;
  /** null where the page no longer has the item. */
  extracted: ExtractedItem | null;
  existing: PlanItem | null;
  change: ItemChange;
  changes: FieldChange[];
  adopts: AdoptedIssue | null;
};
export type AdoptedIssue = { id: string; identifier: string; url: string };

/** What links to Linear issues, and marks of ours, say about extracted items, by key. */
export type LinkedIssues = {
  /** Issues that an item is, and that belong to no plan yet. */
  adoptable: ReadonlyMap<string, AdoptedIssue>;
  /** Items of this plan whose own issue an item links to, or whose mark it carries: it is that item, whatever else has changed. */
  own: ReadonlyMap<string, PlanItemId>;
};

/** Compares what the plan holds with what the page says now: page order, then what has gone from the page. */
export function diffPlan(existing: PlanItem[], extracted: ExtractedItem[], linked: LinkedIssues): ProposedItem[] {
  const byLink = new Set<string>(linked.own.values());
  const known = existing.filter(
    (item) => (item.state !== "removed" && item.pending !== "insert") || byLink.has(item.id),
  );
  const matches = matchItems(
    known
      .filter((item) => !byLink.has(item.id))
      .map(({ id, fields, localId, source }) => ({ id, fields, localId, source })),
    extracted.filter((item) => !linked.own.has(item.key)),
  );
  const idByKey = new Map<string, string>([
    ...matches.pairs.map((pair) => [pair.item.key, pair.id] as const),
    ...linked.own,
  ]);
  const knownById = new Map<string, PlanItem>(known.map((item) => [item.id, item]));
  const idByOldKey = new Map<string, string>(known.map((item) => [item.fields.key, item.id]));

  const orders = ordersOnPage(existing);
  const now = extracted.map((item): ProposedItem => {
    const before = knownById.get(idByKey.get(item.key) ?? "") ?? null;
    // The order is compared by the sync run that follows.
    const order = before ? { order: before.fields.order ?? orders.get(before.id) } : {};
    const fields = { ...toFields(item), ...order };
    const base = { fields, extracted: item, existing: before, changes: [], adopts: null };
    const adopts = before?.linearId && before.state !== "undone" ? null : (linked.adoptable.get(item.key) ?? null);
    // A row that is being written by a sync run is that run's.
    if (before && isForPage(before)) return { ...base, change: "unchanged" };
    if (adopts) return { ...base, change: "adopted", adopts };
    if (before?.state === "undone") return { ...base, change: "not_created" };
    if (!before?.linearId) return { ...base, change: "new" };
    const changes = changedFields(before, item, idByKey, idByOldKey);
    return { ...base, change: changes.length > 0 || before.state === "removed" ? "changed" : "unchanged", changes };
  });
  const gone = matches.removed
    .map((id) => knownById.get(id))
    .filter((item): item is PlanItem => item?.linearId != null && item.state === "active" && !isForPage(item))
    .map(
      (item): ProposedItem => ({
        fields: item.fields,
        extracted: null,
        existing: item,
        change: "removed",
        changes: [],
        adopts: null,
      }),
    );
  return [...now, ...gone];
}

/** The page is compared with what it said itself: what it has no place for stands in the issue alone, and is no change. */
function changedFields(
  before: PlanItem,
  item: ExtractedItem,
  idByKey: ReadonlyMap<string, string>,
  idByOldKey: ReadonlyMap<string, string>,
): FieldChange[] {
  const then = before.fields;
  const changes: FieldChange[] = [];
  type Value = string | number | null | string[];
  const compare = (field: keyof ItemFields, from: Value, to: Value, show: [Value, Value] = [from, to]) => {
    if (JSON.stringify(from) !== JSON.stringify(to))
      changes.push({ field, from: inWords(show[0]), to: inWords(show[1]) });
  };
  for (const field of [
    "title",
    "kind",
    "description",
    "storyPoints",
    "priority",
    "enablerType",
    "acceptanceCriteria",
  ] as const)
    compare(field, then[field], item[field]);
  const parentNow = item.parent === null ? null : (idByKey.get(item.parent) ?? `new:${item.parent}`);
  const parentThen = then.parent === null ? null : (idByOldKey.get(then.parent) ?? `gone:${then.parent}`);
  compare("parent", parentThen, parentNow, [then.parent, item.parent]);
  const dependsThen = then.dependsOn.map((key) => idByOldKey.get(key) ?? `gone:${key}`).sort();
  const dependsNow = item.dependsOn.map((key) => idByKey.get(key) ?? `new:${key}`).sort();
  compare("dependsOn", dependsThen, dependsNow, [then.dependsOn, item.dependsOn]);
  return changes;
}

const inWords = (value: string | number | null | string[]): string =>
  Array.isArray(value) ? value.join("; ") : value === null ? "" : `${value}`;

/** The fields of an extracted item without its evidence. */
export function toFields(item: ExtractedItem): ItemFields {
  const { localId: _localId, source: _source, ...fields } = item;
  return fields;
}
