import { slug, titleKey } from "../extraction/fold.js";
import type { ExtractedItem, ItemFields } from "../plan-item.js";
import { type Words, wordsOf } from "./words.js";

/** An item as one reading of the page saw it, with its place among the others and what it has been paired with. */
export type Sighting = {
  index: number;
  isEarlier: boolean;
  fields: ItemFields;
  level: "epic" | "feature" | "leaf";
  /** The printed id as it is compared; null where the page prints none. */
  id: string | null;
  /** Letters of the id: `US` of `US-12`. */
  series: string | null;
  /** False where the page gives an id, or a local id, to more than one item. */
  isOnlyId: boolean;
  localId: string | null;
  isOnlyLocalId: boolean;
  title: string;
  titleWords: Words;
  contentWords: Words;
  parent: Sighting | null;
  children: Sighting[];
  /** Everything under the same parent, in page order. */
  siblings: Sighting[];
  /** The nearest siblings that are known on both sides and have stayed with their parent. */
  above: Sighting | null;
  below: Sighting | null;
  partner: Sighting | null;
};

type Seen = { fields: ItemFields; localId: string | null; source?: ExtractedItem["source"] };

/** Sees the items of one reading together: who stands under whom, which ids are given more than once. */
export function readSightings(items: readonly Seen[], reading: "earlier" | "now"): Sighting[] {
  const sightings = items.map((item, index) => ({ ...toSighting(item, index), isEarlier: reading === "earlier" }));
  markRepeated(sightings);
  const byKey = new Map<string, Sighting>();
  for (const it of sightings) if (!byKey.has(it.fields.key)) byKey.set(it.fields.key, it);
  const families = new Map<unknown, Sighting[]>();
  for (const it of sightings) {
    const parent = it.fields.parent === null ? null : byKey.get(it.fields.parent);
    it.parent = parent === it ? null : (parent ?? null);
    // A parent that is no item of this reading still tells its children from the others.
    const family = it.parent ?? it.fields.parent;
    const siblings = families.get(family) ?? it.parent?.children ?? [];
    families.set(family, siblings);
    siblings.push(it);
    it.siblings = siblings;
  }
  return sightings;
}

function toSighting({ fields, localId, source }: Seen, index: number): Omit<Sighting, "isEarlier"> {
  const id = hasPrintedId(fields, source) ? comparableId(fields.key) : null;
  return {
    index,
    fields,
    level: fields.kind === "story" || fields.kind === "enabler" ? "leaf" : fields.kind,
    id,
    series: id && (/^[^\d]*/.exec(id)?.[0] ?? ""),
    isOnlyId: true,
    localId: localId === "" ? null : localId,
    isOnlyLocalId: true,
    title: titleKey(fields.title) || fields.title,
    titleWords: wordsOf(fields.title),
    contentWords: wordsOf([fields.description, ...fields.acceptanceCriteria].join(" ")),
    parent: null,
    children: [],
    siblings: [],
    above: null,
    below: null,
    partner: null,
  };
}

/** The extraction says where an id was printed. Without that, a key that is not made from the title is one. */
function hasPrintedId({ key, title }: ItemFields, source: Seen["source"]): boolean {
  if (source?.fields.title) return source.fields.key !== undefined;
  const made = slug(title) || "item";
  return key !== made && !(key.startsWith(`${made}-`) && /^\d+$/.test(key.slice(made.length + 1)));
}

/** `us 03` is `US-3`: case, leading zeros and what parts letters from digits make no other id. */
function comparableId(key: string): string {
  return key
    .toUpperCase()
    .replace(/[^\p{L}\p{N}.]+/gu, "-")
    .replace(/(?<=\p{L})-(?=\d)/gu, "")
    .replace(/(?<![\d.])0+(?=\d)/g, "");
}

/** An id that was printed twice made the keys `US-3` and `US-3-2`. */
function markRepeated(sightings: readonly Sighting[]) {
  const ids = new Map<string, Sighting[]>();
  const localIds = new Map<string, Sighting[]>();
  const remember = (map: Map<string, Sighting[]>, key: string | null, it: Sighting) => {
    if (key !== null) map.set(key, [...(map.get(key)?.slice(0, 1) ?? []), it]);
  };
  for (const it of sightings) {
    remember(ids, it.id, it);
    remember(localIds, it.localId, it);
  }
  for (const it of sightings) {
    const first = ids.get(it.id?.replace(/-\d+$/, "") ?? "")?.[0];
    if (first && first !== it) first.isOnlyId = it.isOnlyId = false;
    if (it.id && (ids.get(it.id)?.length ?? 0) > 1) it.isOnlyId = false;
    if (it.localId && (localIds.get(it.localId)?.length ?? 0) > 1) it.isOnlyLocalId = false;
  }
}

/** Finds the neighbours of all sightings anew, after more of them have been paired. */
export function findNeighbours(sightings: readonly Sighting[]) {
  for (const siblings of new Set(sightings.map((it) => it.siblings))) {
    let nearest: Sighting | null = null;
    for (const it of siblings) {
      it.above = nearest;
      if (hasStayed(it)) nearest = it;
    }
    nearest = null;
    for (const it of siblings.toReversed()) {
      it.below = nearest;
      if (hasStayed(it)) nearest = it;
    }
  }
}

function hasStayed(it: Sighting): boolean {
  return it.partner !== null && mayBeSameParent(it, it.partner);
}

/** False only where the two are known to stand under different parents. */
export function mayBeSameParent(a: Sighting, b: Sighting): boolean {
  if (!a.parent || !b.parent) return a.parent === b.parent && a.fields.parent === b.fields.parent;
  return (a.parent.partner ?? b.parent) === b.parent && (b.parent.partner ?? a.parent) === a.parent;
}
