import { uniqueKey } from "../extraction/assemble.js";
import { slug } from "../extraction/fold.js";
import type { ExtractedItem, Extraction, ItemFields } from "../plan-item.js";
import { ZERO_WIDTH } from "../extraction/text-builder.js";
import type { NewItem, PageChange } from "./page-change.js";
import { clean, oneLine } from "./text-runs.js";

/** An item as it is meant to be. A field that is not here follows from others: the type of an enabler that nobody states. */
type Meant = {
  /** The key on the page as it was; null for an item that is new. */
  was: string | null;
  printedId: string | null;
  /** The mark of an item that is new. */
  mark: string | null;
  fields: Partial<Omit<ItemFields, "key" | "parent" | "dependsOn">> & { title: string };
  /** Values that a new item may have already, or not yet. */
  wanted: Partial<ItemFields>;
  /** Another item that is meant, by what it was called; `new:` and its mark for one that is new. */
  parent: string | null;
  /** True where it stands elsewhere than before; behind `after`, where that is somebody. */
  isMoved: boolean;
  after: string | null;
  dependsOn: readonly string[];
  /** True where it is all the same in which order the dependencies are named. */
  isSet: boolean;
};

/** What a page is meant to say after some changes. */
export type Intention = {
  items: Meant[];
  warnings: ReadonlyMap<string, number>;
  /** Items that are to stand in this order, by what they are called. */
  orders?: readonly (readonly string[])[];
};

/** What the page says now, as an intention. */
export function intentionOf(extraction: Extraction): Intention {
  return { items: extraction.items.map(meantOf), warnings: lossesOf(extraction) };
}

function meantOf(item: ExtractedItem): Meant {
  const { key, parent, dependsOn, localId: _, source, ...fields } = item;
  return {
    was: key,
    printedId: source.fields.key ? key : null,
    mark: null,
    fields,
    wanted: {},
    parent,
    isMoved: false,
    after: null,
    dependsOn,
    isSet: false,
  };
}

/** The intention after one more change; null where it names an item that is not on the page. */
export function withChange(before: Intention, change: PageChange, extraction: Extraction): Intention | null {
  const items = [...before.items];
  if (change.type === "add") return withItem(before, change.item);
  const at = items.findIndex((it) => nameOf(it) === change.key);
  const item = items[at];
  if (!item) return null;
  switch (change.type) {
    case "set":
      items[at] = withValue(item, change, extraction);
      return { ...before, items };
    case "strike":
      items.splice(at, 1);
      return {
        ...before,
        items: items.map((other) => withoutItem(other, change.key)),
        warnings: warningsWithout(before, change.key),
      };
    case "status":
      return before;
    case "link":
      items[at] = {
        ...item,
        fields: { ...item.fields, issueLink: change.link.url },
        wanted: without(item.wanted, "issueLink"),
      };
      return { ...before, items };
    case "move":
      return withMove(before, change);
    case "order":
      return withOrder(before, change);
  }
}

function withValue(item: Meant, { field, value }: PageChange & { type: "set" }, extraction: Extraction): Meant {
  if (field === "dependsOn")
    return { ...item, dependsOn: (value as string[]).toSorted(), isSet: true, wanted: without(item.wanted, field) };
  const fields = { ...item.fields, [field]: plain(field === "title" ? oneLine(value as string) : value) };
  const original = extraction.items.find(({ key }) => key === item.was);
  const isFree =
    (field === "kind" && value !== item.fields.kind) ||
    ((field === "title" || field === "description") && original !== undefined && !statesEnablerType(original));
  if (isFree && field !== ("enablerType" as string)) delete fields.enablerType;
  return { ...item, fields, wanted: without(item.wanted, field) };
}

function without(wanted: Partial<ItemFields>, field: keyof ItemFields): Partial<ItemFields> {
  return Object.fromEntries(Object.entries(wanted).filter(([name]) => name !== field));
}

/** A value as it is read on a page: each white space once, none at the ends, and no characters that nobody sees. */
function plain(value: ItemFields[keyof ItemFields]): ItemFields[keyof ItemFields] {
  if (typeof value === "string") return plainText(value);
  return Array.isArray(value)
    ? value.map((it) => plainText(it).replaceAll("\n", " ")).filter((it) => it !== "")
    : value;
}

function plainText(text: string): string {
  return Array.from(clean(text))
    .filter((character) => !ZERO_WIDTH.test(character))
    .join("")
    .replace(/[^\S\n]+/g, " ")
    .replace(/ ?\n ?/g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

/** True where the type of an enabler stands on the page, and is not told by the words of its title and description. */
function statesEnablerType({ kind, source: { fields } }: ExtractedItem): boolean {
  const [type] = fields.enablerType ?? [];
  if (kind !== "enabler") return true;
  if (!type) return false;
  const words = [...(fields.title ?? []), ...(fields.description ?? [])];
  return !words.some(({ start, end }) => type.start === start && type.end === end);
}

function withoutItem(item: Meant, key: string): Meant {
  return {
    ...item,
    parent: item.parent,
    dependsOn: item.dependsOn.filter((it) => it !== key),
  };
}

/** Whoever names an item that was struck, names nothing that is on the page. */
function warningsWithout({ items, warnings }: Intention, key: string): Map<string, number> {
  const named = items.filter(({ dependsOn, parent }) => dependsOn.includes(key) || parent === key).length;
  const more = (code: string) => [code, (warnings.get(code) ?? 0) + MENTIONS * named] as const;
  return new Map([...warnings, more("unknown_dependency"), more("parent_not_found")]);
}

/** An item may be named more than once by the same one: in its row, in a sentence, in a table. */
const MENTIONS = 3;

/** The name of an item that is new. */
export function nameOfNew({ mark }: NewItem): string {
  return newName(mark);
}

/** A new item has its title, its kind and its parent at once; the rest is set afterwards. */
function withItem(before: Intention, added: NewItem): Intention | null {
  const { parent, after, mark, link, title, kind, description, storyPoints, priority, acceptanceCriteria, dependsOn } =
    added;
  const items = [...before.items];
  const known = (name: string) => items.some((item) => nameOf(item) === name);
  if ((parent !== null && !known(parent)) || (after !== null && !known(after))) return null;
  items.push({
    was: null,
    printedId: null,
    mark,
    fields: { title: plainText(oneLine(title)), kind },
    wanted: { description, storyPoints, priority, acceptanceCriteria, dependsOn, issueLink: link?.url ?? null },
    parent,
    isMoved: true,
    after,
    dependsOn: [],
    isSet: true,
  });
  return { ...before, items };
}

/** What stands under an item that is moved goes with it. */
function withMove(before: Intention, { key, parent, after }: PageChange & { type: "move" }): Intention | null {
  const moved = withThoseBelow(before, [key]);
  if ((parent !== null && moved.has(parent)) || (after !== null && moved.has(after))) return null;
  const items = before.items.map((item) => {
    const name = nameOf(item);
    // What others say of an item is read in page order.
    const now = { ...item, isSet: true, dependsOn: item.dependsOn.toSorted() };
    if (!moved.has(name)) return now;
    return name === key ? { ...now, isMoved: true, parent, after } : { ...now, isMoved: true };
  });
  return { ...before, items };
}

/** Each goes with what stands under it; all may stand elsewhere now, and nothing else is different. */
function withOrder(before: Intention, { keys }: PageChange & { type: "order" }): Intention | null {
  if (!keys.every((key) => before.items.some((item) => nameOf(item) === key))) return null;
  const moved = withThoseBelow(before, keys);
  const items = before.items.map((item) => (moved.has(nameOf(item)) ? { ...item, isMoved: true } : item));
  return { ...before, items, orders: [...(before.orders ?? []), keys] };
}

/** Some items, and all that stand under them. */
function withThoseBelow({ items }: Intention, names: readonly string[]): Set<string> {
  const all = new Set(names);
  for (let size = 0; size < all.size; ) {
    size = all.size;
    for (const item of items) if (item.parent !== null && all.has(item.parent)) all.add(nameOf(item));
  }
  return all;
}

function nameOf({ was, mark }: Meant): string {
  return was ?? newName(mark ?? "");
}

function newName(mark: string): string {
  return `new:${mark}`;
}

/** The key under which the page has each item that is meant, by what it was called before; null where the page says something else. */
export function keysIfMeant(intention: Intention, extraction: Extraction): ReadonlyMap<string, string> | null {
  if (differenceTo(intention, extraction)) return null;
  const pairs = pairUp(intention.items, extraction.items) ?? [];
  return new Map(pairs.map(([meant, item]) => [nameOf(meant), item.key]));
}

/** What differs between a page and an intention; null where the page says exactly what is meant. */
export function differenceTo(intention: Intention, extraction: Extraction): Difference | null {
  const pairs = pairUp(intention.items, extraction.items);
  if (!pairs) return { what: "items", field: null, name: null };
  const nameByKey = new Map(pairs.map(([meant, item]) => [item.key, nameOf(meant)]));
  const keys = new Map<string, number>();
  const places = new Map(pairs.map(([meant], index) => [nameOf(meant), index]));
  for (const [meant, item] of pairs) {
    const name = nameOf(meant);
    if (meant.after !== null && (places.get(meant.after) ?? -1) > (places.get(name) ?? 0))
      return { what: "items", field: null, name };
    const key = uniqueKey(meant.printedId ?? slug(item.title), keys);
    if (key !== item.key) return { what: "field", field: "key", name };
    for (const field of Object.keys(meant.fields) as (keyof Meant["fields"])[])
      if (!isSame(meant.fields[field], item[field])) return { what: "field", field, name };
    for (const field of Object.keys(meant.wanted) as (keyof ItemFields)[])
      if (!isSame(meant.wanted[field], item[field]) && !isEmpty(item[field])) return { what: "field", field, name };
    const parent = item.parent === null ? null : (nameByKey.get(item.parent) ?? item.parent);
    if (parent !== meant.parent) return { what: "field", field: "parent", name };
    const named = item.dependsOn.map((it) => nameByKey.get(it) ?? it);
    if ("dependsOn" in meant.wanted) continue;
    if (!isSame(meant.isSet ? meant.dependsOn.toSorted() : meant.dependsOn, meant.isSet ? named.toSorted() : named))
      return { what: "field", field: "dependsOn", name };
  }
  const isTurned = (names: readonly string[]) =>
    names.some((name, n) => n > 0 && (places.get(name) ?? -1) < (places.get(names[n - 1] ?? "") ?? -1));
  if (intention.orders?.some(isTurned)) return { what: "items", field: null, name: null };
  for (const [warning, count] of lossesOf(extraction))
    if (count > (intention.warnings.get(warning) ?? 0)) return { what: "warning", field: null, name: null };
  return null;
}

export type Difference = { what: "items" | "field" | "warning"; field: keyof ItemFields | null; name: string | null };

/** Items in page order; one that is new, or was moved, stands where it stands. */
function pairUp(meant: readonly Meant[], items: readonly ExtractedItem[]): [Meant, ExtractedItem][] | null {
  if (meant.length !== items.length) return null;
  const known = meant.filter(({ isMoved }) => !isMoved);
  const moved = meant.filter(({ isMoved }) => isMoved);
  if (moved.length === 0) return pairsInOrder(known, items);
  const pairs: [Meant, ExtractedItem][] = [];
  let at = 0;
  for (const item of items) {
    const next = known[at];
    if (next && next.fields.title === item.title && next.fields.kind === item.kind && isOwnKey(next, item)) {
      pairs.push([next, item]);
      at++;
      continue;
    }
    const alike = moved.filter((it) => it.fields.title === item.title && isOwnKey(it, item));
    const parent = pairs.find(([, above]) => above.key === item.parent)?.[0];
    const found = alike.find((it) => parent && it.parent === nameOf(parent)) ?? alike[0];
    if (!found) return null;
    moved.splice(moved.indexOf(found), 1);
    pairs.push([found, item]);
  }
  return at === known.length && moved.length === 0 ? pairs : null;
}

function isOwnKey({ printedId }: Meant, item: ExtractedItem): boolean {
  return printedId === null ? item.source.fields.key === undefined : item.key === printedId;
}

function pairsInOrder(meant: readonly Meant[], items: readonly ExtractedItem[]): [Meant, ExtractedItem][] {
  return meant.flatMap((it, index) => (items[index] ? [[it, items[index]]] : []));
}

function isEmpty(value: unknown): boolean {
  return value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Warnings of something that got lost, counted by what they are about. */
function lossesOf({ warnings }: Extraction): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { code } of warnings)
    if (code === "unknown_dependency" || code === "parent_not_found" || code === "duplicate_id")
      counts.set(code, (counts.get(code) ?? 0) + 1);
  return counts;
}
