import type { ItemKind } from "../plan-item.js";
import type { UnderstandContext } from "./intent.js";
import { fold, languages, matchPhrase, matchTypo, unaccented } from "./lexicon.js";
import { escaped, keyPattern, titlePattern } from "./names.js";
import type { Tag } from "./words/words.js";

/** A part of a reply and what it stands for. */
export type Piece =
  | { is: "word"; tag: Tag; text: string }
  | { is: "kind"; kind: ItemKind; count: "one" | "many" | "either" }
  | { is: "number"; value: number; ordinal: boolean }
  | { is: "items"; keys: string[] }
  | { is: "team"; id: string }
  | { is: "quote"; text: string }
  | { is: "url"; url: string }
  | { is: "break"; mark: "." | "?" | "," | "-" }
  | { is: "unknown"; text: string };

/** True where the piece is a word of one of these tags. */
export const isTagged = (piece: Piece, tags: readonly Tag[]): boolean =>
  piece.is === "word" && tags.includes(piece.tag);

type Segment = string | Piece;
type Names = Pick<UnderstandContext, "items" | "teams">;

const link = /<?(https?:\/\/[^\s<>|"“”]*[^\s<>|"“”.,;:!?)\]])>?/giu;
const quotation = /["“”„«]\s*([^"“”„«»]{1,200}?)\s*["“”»]/gu;
const token =
  /@[\p{L}\p{N}._-]+|\p{L}+#\S*|\p{L}+|(\d{1,6})(st|nd|rd|th|er|re|eme|e|ª|º|a|o)?(?!\p{L}|\p{N})|[\p{L}\p{N}]+|[.!;\n]+|\?|[,:]|[-–—]+|[&+]/gu;

/** Cuts a cleaned reply: links, quotations, ids, teams and titles first, then the words of the four languages. */
export function toPieces(reply: string, names: Names): Piece[] {
  let segments: Segment[] = [reply];
  segments = extract(segments, link, ([, url]) => ({ is: "url", url: url ?? "" }));
  segments = extract(segments, quotation, ([, text]) => ({ is: "quote", text: text ?? "" }));
  segments = segments.map((segment) => (typeof segment === "string" ? rewritten(segment) : segment));
  segments = extractKeys(segments, names.items);
  segments = extractTeams(segments, names.teams);
  segments = segments.map((segment) => (typeof segment === "string" ? plain(segment) : segment));
  segments = extractTitles(segments, names.items);
  return segments.flatMap((segment) => (typeof segment === "string" ? toWords(segment) : [segment]));
}

function rewritten(text: string): string {
  const rewrites = Object.values(languages).flatMap((words) => words.rewrites);
  return rewrites.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}

/** As `fold`, but with its punctuation. */
function plain(text: string): string {
  return unaccented(text.toLowerCase())
    .replace(/(\p{L})['’](t|s|re|ve|ll|d|m)(?!\p{L})/gu, "$1$2")
    .replace(/(?<=\p{L})[-‐‑'’](?=\p{L})/gu, " ");
}

function extractKeys(segments: Segment[], items: Names["items"]): Segment[] {
  let result = segments;
  const text = segments
    .filter((segment) => typeof segment === "string")
    .join(" ")
    .toLowerCase();
  for (const { key } of items.toSorted((a, b) => b.key.length - a.key.length)) {
    // Building a pattern costs far more than this look, and a plan may have hundreds of keys.
    if (!text.includes(/\d+$/.exec(key)?.[0].replace(/^0+/, "") ?? key.toLowerCase())) continue;
    const pattern = keyPattern(key);
    if (pattern) result = extract(result, pattern, () => ({ is: "items", keys: [key] }));
  }
  return result;
}

function extractTeams(segments: Segment[], teams: Names["teams"]): Segment[] {
  let result = segments;
  for (const team of teams.toSorted((a, b) => b.name.length - a.name.length))
    for (const [name, flags] of [
      [team.name, "giu"],
      [team.key, "gu"],
    ] as const) {
      const pattern = new RegExp(`(?<![\\p{L}\\p{N}])${escaped(name)}(?![\\p{L}\\p{N}-])`, flags);
      result = extract(result, pattern, () => ({ is: "team", id: team.id }));
    }
  return result;
}

/** Longer titles first, so that "Quiet hours" does not take the beginning of "Quiet hours and frequency cap". */
function extractTitles(segments: Segment[], items: Names["items"]): Segment[] {
  const text = segments.map((segment) => (typeof segment === "string" ? ` ${fold(segment)} ` : "")).join("|");
  const keysByTitle = new Map<string, string[]>();
  for (const { key, title } of items) keysByTitle.set(fold(title), [...(keysByTitle.get(fold(title)) ?? []), key]);
  let result = segments;
  for (const [title, keys] of [...keysByTitle].toSorted(([a], [b]) => b.length - a.length)) {
    const pattern = text.includes(` ${title} `) ? titlePattern(title) : null;
    if (!pattern) continue;
    // A title that stands on the page twice names nothing by itself.
    const piece: Piece = keys.length === 1 ? { is: "items", keys } : { is: "unknown", text: title };
    result = extract(result, pattern, () => piece);
  }
  return result;
}

function extract(segments: Segment[], pattern: RegExp, toPiece: (match: RegExpExecArray) => Piece): Segment[] {
  return segments.flatMap((segment) => {
    if (typeof segment !== "string") return [segment];
    const parts: Segment[] = [];
    let end = 0;
    for (const match of segment.matchAll(pattern)) {
      parts.push(segment.slice(end, match.index), toPiece(match));
      end = match.index + match[0].length;
    }
    return [...parts, segment.slice(end)];
  });
}

function toWords(text: string): Piece[] {
  const pieces: Piece[] = [];
  let words: string[] = [];
  const flush = () => {
    pieces.push(...tagged(words));
    words = [];
  };
  for (const [found, digits, suffix] of text.matchAll(token)) {
    if (/^\p{L}+$/u.test(found)) words.push(found);
    else {
      flush();
      pieces.push(toMark(found, digits, suffix));
    }
  }
  flush();
  return pieces;
}

function toMark(found: string, digits: string | undefined, suffix: string | undefined): Piece {
  if (digits) return { is: "number", value: Number(digits), ordinal: suffix !== undefined };
  if (found === "..") return { is: "break", mark: "-" };
  if (/^[.!;\n]/.test(found)) return { is: "break", mark: "." };
  if (found === "?") return { is: "break", mark: "?" };
  if (found === "," || found === ":") return { is: "break", mark: "," };
  if (/^[-–—]/.test(found)) return { is: "break", mark: "-" };
  if (found === "&" || found === "+") return { is: "word", tag: "and", text: found };
  return { is: "unknown", text: found };
}

function tagged(words: readonly string[]): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < words.length; ) {
    const match = matchPhrase(words.slice(at));
    const text = words.slice(at, at + (match?.length ?? 1)).join(" ");
    const entry = match?.entry ?? matchTypo(text);
    if (!entry) pieces.push({ is: "unknown", text });
    else pieces.push(entry.is === "word" ? { ...entry, text } : entry);
    at += match?.length ?? 1;
  }
  return pieces;
}
