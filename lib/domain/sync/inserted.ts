import type { PlanItem } from "../plan-item.js";
import { toFields } from "./item-values.js";
import type { PageView } from "./view-page.js";

/** A row of ours that is on the page: the page's base is what it says, which may be less than the issue. */
export function inserted(item: PlanItem, view: PageView): PlanItem {
  const [sighted, values] = [view.pairs.get(item.id), view.valuesOf(item.id)];
  if (!sighted || !values) return item;
  const fields = toFields(values, sighted, view.index);
  const base = { ...(item.base ?? fields), key: sighted.key, parent: fields.parent };
  return { ...item, pending: null, fields, base, localId: sighted.localId, source: sighted.source, unsettled: false };
}
