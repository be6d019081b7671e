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

/**
 * What is to be set back on a side: fields that still say what the run gave them, and those that say already what they are to say. What was given
 * last counts, and what stood there first.
 */
export function reversalOf(entries: readonly SetEntry[], now: ItemValues): Reversal {
  const fields = [...new Set(entries.map(({ field }) => field))];
  const reversal: Reversal = { set: {}, kept: [] };
  for (const field of fields) {
    const own = entries.filter((entry) => entry.field === field);
    const [first, last] = [own[0], own.at(-1)];
    const says = (value: unknown) => isSameValue(field, now[field], value);
    if (first && last && (says(last.to) || says(first.from))) Object.assign(reversal.set, { [field]: first.from });
    else reversal.kept.push(field);
  }
  return reversal;
}

/** The entries of one kind about one item and side. */
export const entriesOf = (done: readonly Done[], itemId: string, side: Done["side"]): SetEntry[] =>
  done.filter((entry): entry is SetEntry => entry.what === "set" && entry.itemId === itemId && entry.side === side);

/** What gives a field of a page's item this value. */
export function reversingChange(key: string, field: SyncField, value: unknown, view: PageView): PageChange {
  if (field === "parent") {
    const parent = typeof value === "string" ? view.index.keyOf(value) : null;
    return { type: "move", key, parent, after: null };
  }
  if (field === "order") return { type: "order", key, keys: keysOf(value, view) };
  const said = field === "dependsOn" ? (value as string[]).flatMap((id) => view.index.keyOf(id) ?? []) : value;
  return { type: "set", key, field: field as WritableField, value: said as never };
}

/** Those of some items that are on the page, by their keys there. */
const keysOf = (ids: unknown, { pairs }: PageView): string[] =>
  (ids as PlanItem["id"][] | null)?.flatMap((id) => pairs.get(id)?.key ?? []) ?? [];

/** The item with each side's base moved to what that side was set back to: a difference that is meant, and so no change. */
export function takenBack(
  item: PlanItem,
  set: Partial<Record<"page" | "linear", Partial<ItemValues>>>,
  items: readonly PlanItem[],
  view: PageView,
): PlanItem {
  const index = indexOf(items);
  const sighted = view.pairs.get(item.id);
  const like = sighted ?? item.fields;
  const { page = {}, linear = {} } = set;
  return {
    ...item,
    localId: sighted?.localId ?? item.localId,
    source: sighted?.source ?? item.source,
    fields: toFields({ ...pageBase(item, index), ...page }, like, view.index),
    base: item.base && toFields({ ...linearBase(item, index), ...linear }, like, view.index),
    ...("parent" in linear && linear.parent !== "outside" ? { parentId: linear.parent as PlanItem["parentId"] } : {}),
  };
}
