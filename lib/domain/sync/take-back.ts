import type { PlanItem } from "../plan-item.js";
import type { PageChange, WritableField } from "../surgery/page-change.js";
import { indexOf, linearBase, pageBase, toFields } from "./item-values.js";
import { isSameValue } from "./merge-item.js";
import type { Done } from "./run.js";
import type { ItemValues, SyncField } from "./values.js";
import type { PageView } from "./view-page.js";

type SetEntry = Extract<Done, { what: "set" }>;

/** Values that one side was given and that nobody has changed since, with what stood there before. */
export type Reversal = { set: Partial<ItemValues>; kept: SyncField[] };

/** What is to be set back on a side: fields that still say what the run gave them. What was given last counts, and what stood there first. */
export function reversalOf(entries: readonly SetEntry[], now: ItemValues): Reversal {
  const fields = [...new Set(entries.map(({ field }) => field))];
  const reversal: Reversal = { set: {}, kept: [] };
  for (const field of fields) {
    const own = entries.filter((entry) => entry.field === field);
    const [first, last] = [own[0], own.at(-1)];
    if (first && last && isSameValue(field, now[field], last.to)) Object.assign(reversal.set, { [field]: first.from });
    else reversal.kept.push(field);
  }
  return reversal;
}

/** The entries of one kind about one item and side. */
export const entriesOf = (done: readonly Done[], itemId: string, side: Done["side"]): SetEntry[] =>
  done.filter((entry): entry is SetEntry => entry.what === "set" && entry.itemId === itemId && entry.side === side);

/** What sets a page's values back where the version as it was before cannot be restored. */
export function reversingChanges(key: string, set: Partial<ItemValues>, view: PageView): PageChange[] {
  return (Object.keys(set) as SyncField[]).map((field): PageChange => {
    const value = set[field];
    if (field === "parent") {
      const parent = typeof value === "string" ? view.index.keyOf(value) : null;
      return { type: "move", key, parent, after: null };
    }
    const said = field === "dependsOn" ? (value as string[]).flatMap((id) => view.index.keyOf(id) ?? []) : value;
    return { type: "set", key, field: field as WritableField, value: said as never };
  });
}

/** The item with each side's base moved to what that side was set back to: a difference that is meant, and so no change. */
export function takenBack(
  item: PlanItem,
  set: { page: Partial<ItemValues>; linear: Partial<ItemValues> },
  items: readonly PlanItem[],
  view: PageView,
): PlanItem {
  const index = indexOf(items);
  const like = view.pairs.get(item.id) ?? item.fields;
  const base = { ...linearBase(item, index), ...set.linear };
  return {
    ...item,
    fields: toFields({ ...pageBase(item, index), ...set.page }, like, view.index),
    base: toFields(base, like, view.index),
    ...("parent" in set.linear && set.linear.parent !== "outside"
      ? { parentId: set.linear.parent as PlanItem["parentId"] }
      : {}),
  };
}
