import type { PlanItemId } from "../ids.js";
import type { PlanItem } from "../plan-item.js";
import { linearBase, pageBase, type PlanIndex, toFields } from "./item-values.js";
import { type ItemMerge, mergeItem } from "./merge-item.js";
import type { ItemValues, Policy, Sides, SyncField } from "./values.js";
import { syncFields } from "./values.js";
import type { PageView } from "./view-page.js";

/** One item on both sides: as it was agreed, as it is, and what each side is to be given. */
export type Difference = { item: PlanItem; before: Sides; now: Sides; merge: ItemMerge };

export type Comparing = {
  /** By the keys under which the items are stored. */
  stored: PlanIndex;
  view: PageView;
  /** What stood below each item on the page when it was stored. */
  ordersBefore: ReadonlyMap<PlanItemId, PlanItemId[]>;
  /** What an issue says, given what it said before; null where it was not read, which means that it has not changed. */
  issueOf(item: PlanItem, before: ItemValues, index: PlanIndex): ItemValues | null;
  policies: Record<SyncField, Policy>;
  /** When page and issue were changed last (ms); null where nobody knows. */
  changedAt(item: PlanItem): { page: number | null; linear: number | null };
  /** What people have decided about an item's conflicts and has not been written yet. */
  resolvedOf(item: PlanItem): Partial<ItemValues>;
  /** Fields of an item of which people are asked what our last write of them wrote over; the next one would write over more. */
  heldOf(item: PlanItem): SyncField[];
};

/** What an item that both sides have is to be given on each; items that one side does not have are for `existence`. */
export function compareItem(item: PlanItem, comparing: Comparing): Difference | null {
  const onPage = comparing.view.valuesOf(item.id);
  if (item.state !== "active" || item.linearId === null || item.pending !== null || onPage === null) return null;
  const issue = compareIssue(item, comparing);
  const { before } = issue;
  const now = { page: { ...onPage }, linear: issue.now.linear };
  // Of a project nothing is ordered.
  if (item.linearKind === "project") now.page.order = null;
  else before.page.order ??= comparing.ordersBefore.get(item.id) ?? [];
  // What nobody has looked at before is as it is found, and of nothing in it anybody knows that it is new.
  before.linear.order ??= now.linear.order?.filter((id) => before.page.order?.includes(id)) ?? null;
  const merge = mergeItem({
    before,
    now,
    policies: comparing.policies,
    changedAt: comparing.changedAt(item),
    resolved: comparing.resolvedOf(item),
    held: comparing.heldOf(item),
  });
  return { item, before, now, merge };
}

/** What the issue of an item says now, and what both sides said before. */
export type IssueDifference = Pick<Difference, "item" | "before"> & { now: Pick<Sides, "linear"> };

/** Compares the issue of an item alone, as where the page has no row for it. */
export function compareIssue(item: PlanItem, { stored, view, issueOf }: Comparing): IssueDifference {
  const before = { page: pageBase(item, stored), linear: linearBase(item, stored) };
  return { item, before, now: { linear: issueOf(item, before.linear, view.index) ?? before.linear } };
}

/** Values that a side has been given by now. A field that a side cannot say counts as given with what stands there. */
export type Given = Partial<Record<"page" | "linear", Partial<ItemValues>>>;

/** True where the field is still to be written or decided. */
function isOpen({ merge }: Difference, field: SyncField, given: Given): boolean {
  const waits = (side: "page" | "linear", wanted: Partial<ItemValues>) =>
    field in wanted && !(field in (given[side] ?? {}));
  return (
    merge.conflicts.some((conflict) => conflict.field === field) ||
    merge.held.includes(field) ||
    waits("page", merge.toPage) ||
    waits("linear", merge.toLinear)
  );
}

/** The item with its bases as they are, under the keys that the page gives its items now. */
export function rename(item: PlanItem, { stored, view }: Pick<Comparing, "stored" | "view">): PlanItem {
  const sighted = view.pairs.get(item.id);
  if (!sighted) return item;
  const page = toFields(pageBase(item, stored), { ...item.fields, key: sighted.key }, view.index);
  const linear = item.base && toFields(linearBase(item, stored), { ...item.base, key: sighted.key }, view.index);
  const isSame = JSON.stringify([page, linear]) === JSON.stringify([item.fields, item.base]);
  return isSame ? item : { ...item, fields: page, base: linear };
}

/**
 * The item with its bases moved on: fields that are done on both sides count as agreed with what each side says now, all others keep the bases
 * they had, so that the next run finds the same difference again.
 */
export function settle(difference: Difference, given: Given, view: PageView): PlanItem {
  const { item, before, now } = difference;
  const open = syncFields.filter((field) => isOpen(difference, field, given));
  const keep = (side: "page" | "linear"): ItemValues => {
    const old = Object.fromEntries(open.map((field) => [field, before[side][field]]));
    return { ...now[side], ...given[side], ...old };
  };
  const { page, linear } = { page: keep("page"), linear: keep("linear") };
  const sighted = view.pairs.get(item.id);
  const like = sighted ?? item.fields;
  // The key that stands above it now is no name for where it stood before.
  const likeOnPage = page.parent === now.page.parent ? like : { ...like, parent: null };
  return {
    ...item,
    localId: sighted?.localId ?? item.localId,
    source: sighted?.source ?? item.source,
    parentId: linear.parent === "outside" ? item.parentId : (linear.parent as PlanItemId | null),
    fields: toFields(page, likeOnPage, view.index),
    base: toFields(linear, like, view.index),
    unsettled: open.length > 0,
  };
}
