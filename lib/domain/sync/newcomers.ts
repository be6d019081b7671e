import type { PlanItemId } from "../ids.js";
import { ordersOnPage, type PlanItem } from "../plan-item.js";
import { withOthers } from "./carry-order.js";
import type { Reading } from "./detect.js";

/**
 * The items above new ones, which know from now on where these stand: on the page or in Linear, wherever they come from. To the other side they
 * are given behind the same neighbour, as `carryOrder` says.
 */
export function withNewcomers(
  added: { onPage: readonly PlanItem[]; inLinear: readonly PlanItem[] },
  items: readonly PlanItem[],
  reading: Reading,
): PlanItem[] {
  const above = new Set([...added.onPage, ...added.inLinear].map(({ parentId }) => parentId));
  if (above.size === 0) return [];
  const before = ordersOnPage(reading.plan.items);
  const onPage = idsOnPage(added.onPage, reading);
  return items
    .filter((item) => above.has(item.id) && item.linearKind === "issue")
    .map((item): PlanItem => {
      const { fields, base } = item;
      const isBelow = (one: PlanItem) => one.parentId === item.id;
      const page = withThem(fields.order ?? before.get(item.id) ?? [], added.onPage.filter(isBelow), onPage);
      const inLinear = added.inLinear.filter(isBelow);
      const linear = base?.order && withThem(base.order, inLinear, idsInLinear(item, inLinear, reading));
      return { ...item, fields: { ...fields, order: page }, base: base && { ...base, order: linear } };
    });
}

/** An order with new ones, each behind the one that it stands behind on its side. */
function withThem(order: readonly string[], added: readonly PlanItem[], side: readonly string[]): string[] {
  const wanted = new Set<string>([...order, ...added.map(({ id }) => id)]);
  return withOthers(
    order,
    side.filter((id) => wanted.has(id)),
  );
}

/** All items in page order, the new ones among them. */
function idsOnPage(added: readonly PlanItem[], { view }: Reading): PlanItemId[] {
  const known = new Map([...view.pairs].map(([id, item]) => [item.key, id]));
  const fresh = new Map(added.map((item) => [item.fields.key, item.id]));
  return view.extraction.items.flatMap(({ key }) => fresh.get(key) ?? known.get(key) ?? []);
}

/** What hangs below an issue in its order, the new ones among it. */
function idsInLinear({ linearId }: PlanItem, added: readonly PlanItem[], { linear, plan }: Reading): PlanItemId[] {
  const ids = new Map([...plan.items, ...added].map((item) => [item.linearId, item.id]));
  return (linear.issues.get(linearId ?? "")?.children ?? [])
    .toSorted((a, b) => (a.subIssueSortOrder ?? 0) - (b.subIssueSortOrder ?? 0))
    .flatMap(({ id }) => ids.get(id) ?? []);
}
