import type { PlanItemId } from "../ids.js";
import type { ItemFields, PlanItem } from "../plan-item.js";
import type { ItemValues } from "./values.js";

/** Finds the items of a plan by the keys that the page gives them, and the keys by the items. */
export type PlanIndex = {
  idOf(key: string): PlanItemId | null;
  keyOf(id: string): string | null;
};

/** The index of a plan as it is stored. */
export function indexOf(items: readonly Pick<PlanItem, "id" | "fields">[]): PlanIndex {
  const ids = new Map(items.map((item) => [item.fields.key, item.id]));
  const keys = new Map<string, string>(items.map((item) => [item.id, item.fields.key]));
  return { idOf: (key) => ids.get(key) ?? null, keyOf: (id) => keys.get(id) ?? null };
}

/** What the page said of an item when it was last read into the plan. */
export const pageBase = (item: PlanItem, index: PlanIndex): ItemValues =>
  toValues(item.fields, parentOf(item.fields, item, index), index, item.fields.order);

/** What the issue said of an item when it was last read or written; what the page said where neither has been. */
export const linearBase = (item: PlanItem, index: PlanIndex): ItemValues =>
  toValues(
    item.base ?? item.fields,
    item.base?.parent === outsideKey ? "outside" : item.parentId,
    index,
    item.base?.order,
  );

/** Stands for the key of a parent that is not in the plan; no key has a blank in it. */
const outsideKey = "outside the plan";

/** The parent on the page may be an item that nobody wanted in Linear; then it is the one that the issue hangs below. */
function parentOf({ parent }: ItemFields, item: PlanItem, index: PlanIndex): string | null {
  return parent === null ? null : (index.idOf(parent) ?? item.parentId);
}

/** The values of fields that were read from a page, with the parent and the order of what is below it among the plan's items. */
export function toValues(
  fields: ItemFields,
  parent: string | null,
  index: PlanIndex,
  order: string[] | null = null,
): ItemValues {
  const { title, kind, description, storyPoints, priority, enablerType, acceptanceCriteria } = fields;
  const dependsOn = [...new Set(fields.dependsOn.flatMap((key) => index.idOf(key) ?? []))].sort();
  return { title, kind, parent, description, storyPoints, priority, enablerType, acceptanceCriteria, dependsOn, order };
}

/**
 * Fields that say these values, under the keys of `index`. Names that are not items of the plan stay: `like` says what stood there before, and
 * under which key the item stands on the page.
 */
export function toFields(values: ItemValues, like: ItemFields, index: PlanIndex): ItemFields {
  const { parent, dependsOn, order, ...same } = values;
  const others = like.dependsOn.filter((key) => index.idOf(key) === null);
  const isSameParent = parent !== null && like.parent !== null && index.idOf(like.parent) === null;
  return {
    key: like.key,
    issueLink: like.issueLink,
    ...same,
    parent:
      parent === "outside"
        ? outsideKey
        : parent === null
          ? null
          : isSameParent
            ? like.parent
            : (index.keyOf(parent) ?? like.parent),
    dependsOn: [...dependsOn.flatMap((id) => index.keyOf(id) ?? []), ...others],
    ...(order === null ? {} : { order }),
  };
}
