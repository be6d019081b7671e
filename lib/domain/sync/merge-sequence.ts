import type { Entry } from "./entries.js";
import { mergeMoves } from "./merge-moves.js";
import type { Merge } from "./merge-result.js";

/** What stands after an entry that all three sequences have (or at the top) and before the next one. */
export type Place = { base: Entry[]; page: Entry[]; linear: Entry[] };
export type Rules = {
  /** What is to stand at a place. */
  place: (place: Place) => Entry[] | "conflict";
  /** The text of an entry that both sides have edited. */
  entry: Merge<string>;
};

/**
 * Merges two sequences that were one. What all three have is the frame: its entries are merged one by one, their order is merged, and what
 * one side added or removed belongs to the place after the entry before it.
 */
export function mergeSequence(
  base: readonly Entry[],
  page: readonly Entry[],
  linear: readonly Entry[],
  rules: Rules,
): string[] | "conflict" {
  const onPage = byOrigin(page);
  const onLinear = byOrigin(linear);
  const isShared = (it: Entry | null): it is Entry => it !== null && onPage.has(it) && onLinear.has(it);
  const frame = mergeMoves(base.filter(isShared), originsOf(page).filter(isShared), originsOf(linear).filter(isShared));
  if (frame === "conflict") return "conflict";

  const inBase = placesOf(base, (it) => (isShared(it) ? it : null));
  const inPage = placesOf(page, ({ from }) => (isShared(from) ? from : null));
  const inLinear = placesOf(linear, ({ from }) => (isShared(from) ? from : null));
  const merged: string[][] = [];
  for (const it of [null, ...frame]) {
    if (it) {
      const text = mergeEntry(it, onPage.get(it) ?? it, onLinear.get(it) ?? it, rules.entry);
      if (text === "conflict") return "conflict";
      merged.push([text.merged]);
    }
    const place = { base: inBase.get(it) ?? [], page: inPage.get(it) ?? [], linear: inLinear.get(it) ?? [] };
    const settled = rules.place(place);
    if (settled === "conflict") return "conflict";
    merged.push(settled.map(({ text }) => text));
  }
  return merged.flat();
}

/** At one place only one side may have changed anything: the rule for text, where what stands together is read together. */
export function onlyOneSide({ base, page, linear }: Place): Entry[] | "conflict" {
  const stoodHere = new Set(base);
  // What one side moved here and the other removed.
  if ([...page, ...linear].some(({ from }) => from && !stoodHere.has(from))) return "conflict";
  if (isSame(page, base)) return isSame(linear, base) ? base : linear;
  if (isSame(linear, base)) return page;
  return isSame(page, linear) ? page.map((entry, index) => inOneSpelling(entry, linear[index] ?? entry)) : "conflict";
}

/**
 * What both sides add stays, one side's after the other's: the rule for sets. What one side removed goes, unless the other has edited it.
 * What the sides add is put in the order of its text, for no side is the first.
 */
export function bothSides({ page, linear }: Place): Entry[] | "conflict" {
  if ([...page, ...linear].some(isEdited)) return "conflict";
  const [fromPage, fromLinear] = [page, linear].map(additionsOf) as [Entry[], Entry[]];
  const merged: Entry[] = [];
  let rest = fromLinear;
  let own: Entry[] = [];
  for (const entry of [...fromPage, null]) {
    const at = entry ? rest.findIndex(({ key }) => key === entry.key) : rest.length;
    if (at === -1) own.push(entry as Entry);
    else {
      const others = rest.slice(0, at);
      merged.push(...((own[0]?.key ?? "") < (others[0]?.key ?? "") ? [...own, ...others] : [...others, ...own]));
      if (entry) merged.push(inOneSpelling(entry, rest[at] ?? entry));
      rest = rest.slice(at + 1);
      own = [];
    }
  }
  // Two additions that the sides have in different orders are in it twice.
  return new Set(merged.map(({ key }) => key)).size < merged.length ? "conflict" : merged;
}

/** The new entries of a place. */
export const additionsOf = (entries: readonly Entry[]) => entries.filter(({ from }) => !from);

const isEdited = ({ key, from }: Entry) => from !== null && from.key !== key;
const isSame = (a: readonly Entry[], b: readonly Entry[]) =>
  a.length === b.length && a.every(({ key }, index) => key === b[index]?.key);

/** Two spellings of the same content: always the same one of them, whoever has it. */
const inOneSpelling = (a: Entry, b: Entry) => (a.text < b.text ? a : b);

function mergeEntry(base: Entry, page: Entry, linear: Entry, merge: Merge<string>): ReturnType<Merge<string>> {
  if (page.key === linear.key) return { merged: page.key === base.key ? base.text : inOneSpelling(page, linear).text };
  if (page.key === base.key) return { merged: linear.text };
  if (linear.key === base.key) return { merged: page.text };
  return merge(base.text, page.text, linear.text);
}

const originsOf = (entries: readonly Entry[]) => entries.map(({ from }) => from);
const byOrigin = (entries: readonly Entry[]) =>
  new Map(entries.flatMap((entry) => (entry.from ? [[entry.from, entry]] : [])));

/** What is not in the frame, by the entry of the frame before it. */
function placesOf(entries: readonly Entry[], frameEntryOf: (entry: Entry) => Entry | null): Map<Entry | null, Entry[]> {
  const places = new Map<Entry | null, Entry[]>();
  let place: Entry[] = [];
  places.set(null, place);
  for (const entry of entries) {
    const next = frameEntryOf(entry);
    if (next) places.set(next, (place = []));
    else place.push(entry);
  }
  return places;
}
