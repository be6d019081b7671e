import type { ExtractedItem } from "../plan-item.js";
import { titleKey } from "./fold.js";
import { expandIdRanges } from "./ids.js";
import { and, kinds } from "./lexicon.js";
import { isNothing } from "./values.js";

/** Finds the items of a page that a text names by id or title. */
export type References = {
  /** Keys in the order in which they are named, and the parts of the text that name nothing on this page. */
  find(text: string, near: ExtractedItem | null): { keys: string[]; unknown: string[] };
};

const SEPARATOR = new RegExp(`,|\\s${and}\\s`, "g");
const TOKEN = /[\p{L}\p{N}]+(?:[-_.][\p{L}\p{N}]+)*/gu;

/** References to these items. */
export function referencesTo(
  items: readonly ExtractedItem[],
  printedIds: ReadonlySet<ExtractedItem>,
  aliases: ReadonlyMap<string, ExtractedItem>,
): References {
  const byId = new Map<string, ExtractedItem>();
  const byTitle = new Map<string, ExtractedItem[]>();
  for (const item of items) {
    if (printedIds.has(item) && !byId.has(item.key.toUpperCase())) byId.set(item.key.toUpperCase(), item);
    const title = titleKey(item.title);
    const known = byTitle.get(title);
    if (known) known.push(item);
    else byTitle.set(title, [item]);
  }

  for (const [alias, item] of aliases) if (!byTitle.has(titleKey(alias))) byTitle.set(titleKey(alias), [item]);

  function titled(text: string, near: ExtractedItem | null): ExtractedItem | null {
    const key = titleKey(text);
    const found = byTitle.get(key) ?? byTitle.get(key.slice(kinds.at(key)?.end ?? 0).trim()) ?? [];
    return found.find((item) => near !== null && item.parent === near.parent) ?? found[0] ?? null;
  }

  function find(text: string, near: ExtractedItem | null) {
    const known = byId.get(text.toUpperCase());
    if (known) return { keys: [known.key], unknown: [] };
    const keys = new Set<string>();
    const unknown: string[] = [];
    const whole = titled(text, near);
    if (whole) return { keys: [whole.key], unknown };
    for (const [, quoted = ""] of text.matchAll(/[“"«„»]([^“"«„»”]{3,150})[”"»“«]/g)) {
      const title = titled(quoted, near);
      if (title) keys.add(title.key);
    }
    if (keys.size > 0) return { keys: [...keys], unknown };
    for (const part of expandIdRanges(text).split(/[;\n]/)) {
      const title = titled(part, near);
      if (title) keys.add(title.key);
      else findInPart(part, near, keys, unknown);
    }
    return { keys: [...keys], unknown };
  }

  /** Commas part names, but stand in titles too: the longest run of pieces that is a title is one. */
  function findInPart(part: string, near: ExtractedItem | null, keys: Set<string>, unknown: string[]) {
    const pieces: string[] = [];
    const starts: number[] = [];
    const ends: number[] = [];
    let from = 0;
    for (const match of [...part.matchAll(SEPARATOR), null]) {
      const end = match ? match.index : part.length;
      pieces.push(part.slice(from, end));
      starts.push(from);
      ends.push(end);
      if (match) from = end + match[0].length;
    }
    for (let i = 0; i < pieces.length; i++) {
      let end = Math.min(pieces.length, i + 5);
      let title: ExtractedItem | null = null;
      while (end > i && !(title = titled(part.slice(starts[i], ends[end - 1]), near))) end--;
      if (title) {
        keys.add(title.key);
        i = end - 1;
        continue;
      }
      const piece = pieces[i] ?? "";
      const ids = [...piece.matchAll(TOKEN)].flatMap(([token]) => byId.get(token.toUpperCase()) ?? []);
      for (const item of ids) keys.add(item.key);
      if (ids.length === 0 && !isNothing(piece)) unknown.push(piece.trim());
    }
  }

  return { find };
}
