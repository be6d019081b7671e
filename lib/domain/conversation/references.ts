import type { ItemKind } from "../plan-item.js";
import type { UnderstandContext } from "./intent.js";
import { findByWords } from "./names.js";
import type { Piece } from "./pieces.js";

type Items = UnderstandContext["items"];
type Found = { piece: Piece; next: number };

const isWord = (piece: Piece | undefined, ...tags: string[]) => piece?.is === "word" && tags.includes(piece.tag);
const isRange = (piece: Piece | undefined) =>
  isWord(piece, "to") ||
  (piece?.is === "word" && ["a", "au", "al"].includes(piece.text)) ||
  (piece?.is === "break" && piece.mark === "-");
const isListing = (piece: Piece | undefined) => isWord(piece, "and") || (piece?.is === "break" && piece.mark === ",");

/** Turns "feature 2", "the first two epics", "US-3 to US-6" and quoted titles into the items that they name. */
export function resolveReferences(pieces: readonly Piece[], items: Items): Piece[] {
  const result: Piece[] = [];
  const unquoted = pieces.map((piece) => (piece.is === "quote" ? quoted(piece.text, items) : piece));
  for (let at = 0; at < unquoted.length; ) {
    const found = resolveAt(unquoted, at, items);
    result.push(found.piece);
    at = found.next;
  }
  return result;
}

function quoted(text: string, items: Items): Piece {
  const item = items.find(({ key }) => key.toLowerCase() === text.toLowerCase()) ?? findByWords(items, text);
  return item ? { is: "items", keys: [item.key] } : { is: "unknown", text };
}

function resolveAt(pieces: readonly Piece[], at: number, items: Items): Found {
  const piece = pieces[at] as Piece;
  switch (piece.is) {
    case "kind":
      return numbered(pieces, at, piece.kind, items) ?? named(pieces, at, piece.kind, items) ?? { piece, next: at + 1 };
    case "number":
      return ordinal(pieces, at, items) ?? { piece, next: at + 1 };
    case "items":
      return keyRange(pieces, at, items) ?? beforeKind(pieces, at, items);
    default:
      return { piece, next: at + 1 };
  }
}

/** "feature 2", "features 1, 3 and 5", "stories 2 to 4". */
function numbered(pieces: readonly Piece[], at: number, kind: ItemKind, items: Items): Found | null {
  let next = at + 1;
  while (isWord(pieces[next], "numberSign")) next++;
  const numbers: number[] = [];
  for (;;) {
    const piece = pieces[next];
    if (piece?.is !== "number" || (numbers.length > 0 && startsOrdinal(pieces, next))) break;
    const last = pieces[next + 2];
    if (isRange(pieces[next + 1]) && last?.is === "number") {
      numbers.push(...range(piece.value, last.value));
      next += 3;
    } else {
      numbers.push(piece.value);
      next++;
    }
    if (isListing(pieces[next]) && pieces[next + 1]?.is === "number") next++;
    else break;
  }
  if (numbers.length === 0) return null;
  // The list mark behind which something else stood belongs to that.
  if (isListing(pieces[next - 1])) next--;
  return { piece: toItems(numbers.map((number) => byNumber(kind, number, items))), next };
}

/** "the first epic", "first and third feature", "the last two stories", "2. Feature". */
function ordinal(pieces: readonly Piece[], at: number, items: Items): Found | null {
  const positions: number[] = [];
  let next = at;
  for (;;) {
    const piece = pieces[next];
    if (piece?.is !== "number" || !(piece.ordinal || isDotted(pieces, next))) break;
    positions.push(piece.value);
    next += isDotted(pieces, next) ? 2 : 1;
    if (!isListing(pieces[next])) continue;
    const article = isWord(pieces[next + 1], "small") ? 1 : 0;
    if (pieces[next + 1 + article]?.is === "number") next += 1 + article;
  }
  const count = pieces[next];
  const isCounted = count?.is === "number" && positions.length === 1;
  if (isCounted) next++;
  const kind = pieces[next];
  if (positions.length === 0 || kind?.is !== "kind") return null;
  const ofKind = items.filter((item) => item.kind === kind.kind);
  if (isCounted) {
    const chosen =
      positions[0] === 1 ? ofKind.slice(0, count.value) : positions[0] === -1 ? ofKind.slice(-count.value) : [];
    return { piece: toItems(chosen.length === count.value ? chosen : [undefined]), next: next + 1 };
  }
  return { piece: toItems(positions.map((at) => ofKind.at(at < 0 ? at : at - 1))), next: next + 1 };
}

function isDotted(pieces: readonly Piece[], at: number): boolean {
  const [dot, kind] = [pieces[at + 1], pieces[at + 2]];
  return dot?.is === "break" && dot.mark === "." && kind?.is === "kind";
}

function startsOrdinal(pieces: readonly Piece[], at: number): boolean {
  const piece = pieces[at];
  return piece?.is === "number" && (piece.ordinal || pieces[at + 1]?.is === "kind");
}

/** "story US-3", "the feature “Quiet hours”": the kind must be that of the item. */
function named(pieces: readonly Piece[], at: number, kind: ItemKind, items: Items): Found | null {
  if (pieces[at + 1]?.is !== "items") return null;
  const found = resolveAt(pieces, at + 1, items);
  if (found.piece.is !== "items") return found;
  return isOfKind(found.piece.keys, kind, items) ? found : { piece: { is: "unknown", text: kind }, next: found.next };
}

/** "the “Quiet hours” feature". "The “Quiet hours” stories" names what is in it, which we do not guess. */
function beforeKind(pieces: readonly Piece[], at: number, items: Items): Found {
  const [piece, after] = [pieces[at] as Piece & { is: "items" }, pieces[at + 1]];
  if (after?.is !== "kind") return { piece, next: at + 1 };
  return isOfKind(piece.keys, after.kind, items)
    ? { piece, next: at + 2 }
    : { piece: { is: "unknown", text: after.kind }, next: at + 2 };
}

function isOfKind(keys: readonly string[], kind: ItemKind, items: Items): boolean {
  return items.every((item) => !keys.includes(item.key) || item.kind === kind);
}

/** "US-3 to US-6", "US-3 – 6": the items of the page whose number lies between. */
function keyRange(pieces: readonly Piece[], at: number, items: Items): Found | null {
  const [first, last] = [pieces[at], pieces[at + 2]];
  if (first?.is !== "items" || !isRange(pieces[at + 1])) return null;
  const from = printed(first.keys[0] ?? "");
  const to =
    last?.is === "items" ? printed(last.keys[0] ?? "") : last?.is === "number" ? { ...from, number: last.value } : null;
  if (!to || (last?.is === "number" && !items.some((item) => isNumber(item.key, from.prefix, last.value)))) return null;
  const between = items.filter(({ key }) => {
    const { prefix, number } = printed(key);
    return prefix === from.prefix && number >= from.number && number <= to.number;
  });
  const isSound = from.prefix === to.prefix && from.number < to.number;
  return { piece: toItems(isSound ? between : [undefined]), next: at + 3 };
}

function printed(key: string): { prefix: string; number: number } {
  const [, prefix, digits] = /^(.*?)(\d+)$/.exec(key) ?? [];
  return { prefix: (prefix ?? key).toLowerCase(), number: digits ? Number(digits) : Number.NaN };
}

function isNumber(key: string, prefix: string, number: number): boolean {
  const own = printed(key);
  return own.prefix === prefix && own.number === number;
}

/** The item with that number in its printed id, else the one at that place among its kind; undefined where the two differ. */
function byNumber(kind: ItemKind, number: number, items: Items): Items[number] | undefined {
  const ofKind = items.filter((item) => item.kind === kind);
  const withId = ofKind.filter(
    (item) => /^\p{L}{1,12}[-_. ]?\d+$/u.test(item.key) && printed(item.key).number === number,
  );
  const atPlace = number > 0 ? ofKind[number - 1] : undefined;
  if (withId.length === 0) return atPlace;
  return withId.length === 1 && (!atPlace || atPlace === withId[0]) ? withId[0] : undefined;
}

function range(from: number, to: number): number[] {
  return from <= to && to - from < 500 ? Array.from({ length: to - from + 1 }, (_, step) => from + step) : [-1];
}

function toItems(found: readonly (Items[number] | undefined)[]): Piece {
  const keys = found.flatMap((item) => (item ? [item.key] : []));
  return keys.length === found.length ? { is: "items", keys } : { is: "unknown", text: "item" };
}
