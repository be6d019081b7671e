import { slug, titleKey } from "./extraction/fold.js";
import type { ExtractedItem, ItemFields } from "./plan-item.js";

/** An item that is known from an earlier reading of the page. */
export type KnownItem = { id: string; fields: ItemFields; localId: string | null };
export type Matching = {
  pairs: { id: string; item: ExtractedItem }[];
  added: ExtractedItem[];
  /** Ids of known items that are no longer on the page. */
  removed: string[];
};

/** From this share of common words on, two titles in the same place are the same item, renamed. */
const SIMILAR = 0.6;

/**
 * Finds known items again on a page that was edited: by the id printed on it, by Confluence's local id, by kind, title and parent,
 * then by a similar title in the same place. What could be two items is none of them.
 */
export function matchItems(base: readonly KnownItem[], next: readonly ExtractedItem[]): Matching {
  const known = new Set(base);
  const found = new Set(next);
  const idOf = new Map<ExtractedItem, string>();
  /** What the keys of parents found so far have become: the key of an item without an id changes with its title. */
  const keyNow = new Map<string, string>();
  const placeOf = ({ parent }: ItemFields) => (parent === null ? null : (keyNow.get(parent) ?? parent));

  function pair(it: KnownItem, item: ExtractedItem) {
    known.delete(it);
    found.delete(item);
    idOf.set(item, it.id);
    keyNow.set(it.fields.key, item.key);
  }
  /** Pairs what has the same key on both sides and only once on each. */
  function pairBy(keyOfKnown: (it: KnownItem) => string | null, keyOfItem: (item: ExtractedItem) => string | null) {
    const left = uniqueBy(known, keyOfKnown);
    const right = uniqueBy(found, keyOfItem);
    for (const [key, it] of left) {
      const item = right.get(key);
      if (item) pair(it, item);
    }
  }
  const printedId = (fields: ItemFields) => (hasPrintedId(fields) ? fields.key : null);
  const titleIn = (fields: ItemFields, parent: string | null) =>
    JSON.stringify([levelOf(fields), parent, titleKey(fields.title)]);

  pairBy(({ fields }) => printedId(fields), printedId);
  // A copied row keeps its local id: where the page prints another id, it is another item.
  const withoutId = [...known].filter((it) => !hasPrintedId(it.fields)).map((it) => it.localId);
  pairBy(
    ({ fields, localId }) => localId && `${levelOf(fields)} ${localId}`,
    (item) => {
      const isSame = item.localId !== null && (!hasPrintedId(item) || withoutId.includes(item.localId));
      return isSame ? `${levelOf(item)} ${item.localId}` : null;
    },
  );
  for (const level of ["epic", "feature", "leaf"] as const) {
    const only = (fields: ItemFields, key: string) => (levelOf(fields) === level ? key : null);
    pairBy(
      ({ fields }) => only(fields, titleIn(fields, placeOf(fields))),
      (item) => only(item, titleIn(item, item.parent)),
    );
    pairBy(
      ({ fields }) => only(fields, titleKey(fields.title)),
      (item) => only(item, titleKey(item.title)),
    );
    const left = [...known].filter(({ fields }) => levelOf(fields) === level && !hasPrintedId(fields));
    const right = [...found].filter((item) => levelOf(item) === level && !hasPrintedId(item));
    const score = (it: KnownItem, item: ExtractedItem) =>
      placeOf(it.fields) === item.parent ? similarity(it.fields.title, item.title) : 0;
    for (const [it, item] of mutuallyMostSimilar(left, right, score)) pair(it, item);
  }

  return {
    pairs: next.flatMap((item) => {
      const id = idOf.get(item);
      return id === undefined ? [] : [{ id, item }];
    }),
    added: next.filter((item) => found.has(item)),
    removed: base.filter((it) => known.has(it)).map((it) => it.id),
  };
}

function uniqueBy<Thing>(things: Iterable<Thing>, keyOf: (thing: Thing) => string | null): Map<string, Thing> {
  const unique = new Map<string, Thing>();
  const repeated = new Set<string>();
  for (const thing of things) {
    const key = keyOf(thing);
    if (key === null || key === "") continue;
    if (unique.has(key)) repeated.add(key);
    unique.set(key, thing);
  }
  for (const key of repeated) unique.delete(key);
  return unique;
}

/** A key that is not made from the title is printed on the page. */
function hasPrintedId({ key, title }: ItemFields): boolean {
  const made = slug(title) || "item";
  return key !== made && !(key.startsWith(`${made}-`) && /^\d+$/.test(key.slice(made.length + 1)));
}

/** A story may become an enabler, a feature does not become a story. */
function levelOf({ kind }: ItemFields): "epic" | "feature" | "leaf" {
  return kind === "story" || kind === "enabler" ? "leaf" : kind;
}

/** Pairs of similar titles where neither side has another candidate that is as good. */
function mutuallyMostSimilar(
  known: readonly KnownItem[],
  found: readonly ExtractedItem[],
  score: (it: KnownItem, item: ExtractedItem) => number,
): [KnownItem, ExtractedItem][] {
  return known.flatMap((it): [KnownItem, ExtractedItem][] => {
    const item = onlyBest(found, (other) => score(it, other));
    return item && onlyBest(known, (other) => score(other, item)) === it ? [[it, item]] : [];
  });
}

function onlyBest<Thing>(things: readonly Thing[], score: (thing: Thing) => number): Thing | null {
  const scored = things.map((thing) => ({ thing, score: score(thing) })).filter((it) => it.score >= SIMILAR);
  scored.sort((a, b) => b.score - a.score);
  const [first, second] = scored;
  return first && first.score !== second?.score ? first.thing : null;
}

/** Share of words that two titles have in common, from 0 to 1. */
function similarity(a: string, b: string): number {
  const [left, right] = [new Set(titleKey(a).split(" ")), new Set(titleKey(b).split(" "))];
  const common = [...left].filter((word) => right.has(word)).length;
  return common / (left.size + right.size - common);
}
