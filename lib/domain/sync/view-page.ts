import type { PlanItemId } from "../ids.js";
import { matchItems } from "../matching/match-items.js";
import type { ExtractedItem, Extraction, PlanItem } from "../plan-item.js";
import { type PlanIndex, toValues } from "./item-values.js";
import type { ItemValues } from "./values.js";

/** A page as it is now, seen from the plan. */
export type PageView = {
  extraction: Extraction;
  /** What each item of the plan is on the page. */
  pairs: ReadonlyMap<PlanItemId, ExtractedItem>;
  /** What nobody knows yet, in page order. */
  added: ExtractedItem[];
  /** Items that stood on the page and are not there any more. */
  gone: PlanItem[];
  /** By the keys that the page gives its items now. */
  index: PlanIndex;
  /** The nearest item of the plan above a key of the page. */
  parentOf(item: ExtractedItem): PlanItemId | null;
  valuesOf(id: PlanItemId): ItemValues | null;
};

export type PageReading = {
  extraction: Extraction;
  /** Keys by the marks that rows of ours carry. */
  marks: ReadonlyMap<string, string>;
  /** What the plan's base version said: items of it that are not in the plan were left out by people. */
  before: Extraction | null;
};

/** The mark by which the row of an item that came from Linear is found again. */
export const markOf = (id: PlanItemId): string => `plan-item-${id}`;

/**
 * Finds the items of a plan on its page: by the mark in the row or the link to its issue that it has had before, else by what is weighed in
 * `matching`. What people had left out when they approved the plan is known too, and no news.
 */
export function viewPage(items: readonly PlanItem[], { extraction, marks, before }: PageReading): PageView {
  const extracted = extraction.items;
  const certain = byMarkOrLink(items, extracted, marks);
  const taken = new Set([...certain.values()].map((item) => item.key));
  const planned = items.filter((item) => !certain.has(item.id) && item.pending !== "insert");
  const leftOut = itemsLeftOut(items, before);
  const matched = matchItems(
    [
      ...planned.map(({ id, fields, localId, source }) => ({ id: id as string, fields, localId, source })),
      ...leftOut.map((item) => ({
        id: `left-out:${item.key}`,
        fields: item,
        localId: item.localId,
        source: item.source,
      })),
    ],
    extracted.filter((item) => !taken.has(item.key)),
  );
  const isPlanned = new Set<string>(planned.map((item) => item.id));
  const pairs = new Map<PlanItemId, ExtractedItem>(certain);
  for (const { id, item } of matched.pairs) if (isPlanned.has(id)) pairs.set(id as PlanItemId, item);
  const gone = planned.filter((item) => item.state === "active" && item.pending === null && !pairs.has(item.id));
  return viewOf(items, { extraction, pairs, added: matched.added, gone });
}

/** The view of one who knows what is new on the page as items too: others may stand below it or wait for it. */
export function knowing(added: readonly PlanItem[], items: readonly PlanItem[], view: PageView): PageView {
  const byKey = new Map(view.added.map((item) => [item.key, item]));
  const fresh = added.flatMap(({ id, fields }) => {
    const item = byKey.get(fields.key);
    return item ? [[id, item] as const] : [];
  });
  return viewOf([...items, ...added], { ...view, pairs: new Map([...view.pairs, ...fresh]) });
}

function viewOf(items: readonly PlanItem[], seen: Pick<PageView, "extraction" | "pairs" | "added" | "gone">): PageView {
  const { extraction, pairs, added, gone } = seen;
  const index = indexOnPage(items, pairs);
  const parentOf = nearestPlanned(extraction, index, items);
  const below = childrenOnPage(extraction, pairs, parentOf);
  return {
    extraction,
    pairs,
    index,
    added,
    gone,
    parentOf,
    valuesOf: (id) => {
      const item = pairs.get(id);
      return item ? toValues(item, parentOf(item), index, below.get(id) ?? []) : null;
    },
  };
}

function byMarkOrLink(
  items: readonly PlanItem[],
  extracted: readonly ExtractedItem[],
  marks: ReadonlyMap<string, string>,
): Map<PlanItemId, ExtractedItem> {
  const byKey = new Map(extracted.map((item) => [item.key, item]));
  const linked = new Map<string | null, ExtractedItem | "several">();
  for (const item of extracted) {
    const identifier = identifierIn(item.issueLink);
    linked.set(identifier, linked.has(identifier) ? "several" : item);
  }
  /** A link that is new in a row, or stands in several, may be there because the row speaks of another item. */
  const linkedTo = ({ fields, linearIdentifier }: PlanItem) => {
    const isKnown = linearIdentifier !== null && identifierIn(fields.issueLink) === linearIdentifier;
    const item = isKnown ? linked.get(linearIdentifier) : undefined;
    return item === "several" ? undefined : item;
  };
  const found = new Map<PlanItemId, ExtractedItem>();
  const taken = new Set<ExtractedItem>();
  for (const item of items) {
    const sighted = byKey.get(marks.get(markOf(item.id)) ?? "") ?? linkedTo(item);
    if (!sighted || taken.has(sighted)) continue;
    found.set(item.id, sighted);
    taken.add(sighted);
  }
  return found;
}

/** "ENG-12", from itself or from the address of the issue. */
const identifierIn = (link: string | null): string | null => /([A-Z][A-Z0-9]*-\d+)/.exec(link ?? "")?.[1] ?? link;

function itemsLeftOut(items: readonly PlanItem[], before: Extraction | null): ExtractedItem[] {
  const planned = new Set(items.map((item) => item.fields.key));
  return (before?.items ?? []).filter((item) => !planned.has(item.key));
}

/** An item that is not on the page keeps its key where no other has it now. */
function indexOnPage(items: readonly PlanItem[], pairs: ReadonlyMap<PlanItemId, ExtractedItem>): PlanIndex {
  const keyById = new Map<string, string>(items.map((item) => [item.id, pairs.get(item.id)?.key ?? item.fields.key]));
  const idByKey = new Map<string, PlanItemId>();
  for (const item of items) if (!pairs.has(item.id)) idByKey.set(item.fields.key, item.id);
  for (const [id, { key }] of pairs) idByKey.set(key, id);
  return { idOf: (key) => idByKey.get(key) ?? null, keyOf: (id) => keyById.get(id) ?? null };
}

/** The nearest item above that people wanted in the plan. */
function nearestPlanned(extraction: Extraction, index: PlanIndex, items: readonly PlanItem[]): PageView["parentOf"] {
  const active = new Set(items.filter((one) => one.state === "active").map((one) => one.id));
  const parents = new Map(extraction.items.map((one) => [one.key, one.parent]));
  return ({ parent }) => {
    const seen = new Set<string>();
    for (let key = parent; key !== null && !seen.has(key); key = parents.get(key) ?? null) {
      const id = index.idOf(key);
      if (id && active.has(id)) return id;
      seen.add(key);
    }
    return null;
  };
}

/** The items of the plan below each, in page order. */
function childrenOnPage(
  extraction: Extraction,
  pairs: ReadonlyMap<PlanItemId, ExtractedItem>,
  parentOf: PageView["parentOf"],
): Map<PlanItemId, PlanItemId[]> {
  const idOf = new Map([...pairs].map(([id, item]) => [item, id]));
  const below = new Map<PlanItemId, PlanItemId[]>();
  for (const item of extraction.items) {
    const [id, parent] = [idOf.get(item), parentOf(item)];
    if (id && parent) below.set(parent, [...(below.get(parent) ?? []), id]);
  }
  return below;
}
