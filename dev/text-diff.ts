import { extract } from "../lib/domain/extraction/extract.js";
import { linesOf } from "../lib/domain/extraction/rich-text.js";
import { viewPage } from "../lib/domain/surgery/page-view.js";
import { alignLists, diffWords } from "../lib/domain/surgery/word-diff.js";
import { commonSequence } from "../lib/domain/sync/common-sequence.js";

/** What is different on a page: the lines that people read, in the unified form, and how much of its source that is. */
export type PageDiff = { lines: string[]; removedBytes: number; addedBytes: number; bytes: number };

export function diffPages(before: string, after: string): PageDiff {
  const tokensOf = (body: string): string[] => body.match(/<[^>]*>|[^<\s]+|\s+|</g) ?? [];
  const [old, now] = [tokensOf(before), tokensOf(after)];
  const kept = commonSequence(old, now);
  const keptBytes = sizeOf(kept.map(([at]) => old[at]));
  return {
    lines: diffLines(readLines(before), readLines(after)),
    removedBytes: sizeOf(old) - keptBytes,
    addedBytes: sizeOf(now) - keptBytes,
    bytes: sizeOf(now),
  };
}

const sizeOf = (parts: readonly (string | undefined)[]): number => Buffer.byteLength(parts.join(""));

/** A line of a page, and the item that it stands under. */
type Line = { text: string; under: string };

function readLines(body: string): Line[] {
  const page = { title: "", body };
  const heads = extract(page)
    .items.map(({ title, key, source }) => ({
      at: source.fields.title?.[0]?.start ?? source.item.start,
      name: title === key || /^[a-z0-9-]+$/.test(key) ? title : `${key} ${title}`,
    }))
    .sort((a, b) => a.at - b.at);
  return viewPage(page).texts.flatMap(({ text, range }) =>
    linesOf(text).map((line) => ({
      text: line.text,
      under: heads.findLast(({ at }) => at < range.end)?.name ?? "",
    })),
  );
}

/** The lines that went and came, under the names of their items; words that changed in a line are marked. */
function diffLines(old: readonly Line[], now: readonly Line[]): string[] {
  const lines: string[] = [];
  let [under, i, j] = ["", 0, 0];
  const kept = commonSequence(old.map(textOf), now.map(textOf));
  for (const [nextI, nextJ] of [...kept, [old.length, now.length] as const]) {
    const [removed, added] = [old.slice(i, nextI), now.slice(j, nextJ)];
    for (const item of new Set((added.length > 0 ? added : removed).map((line) => line.under))) {
      if (item !== under) lines.push(`@@ ${item}`);
      const isFirst = added.length === 0 || item === added[0]?.under;
      const own = added.filter((line) => line.under === item);
      lines.push(...diffHunk(isFirst ? removed.map(textOf) : [], own.map(textOf)));
      under = item;
    }
    [i, j] = [nextI + 1, nextJ + 1];
  }
  return lines;
}

const textOf = ({ text }: Line): string => text;

function diffHunk(removed: readonly string[], added: readonly string[]): string[] {
  const pairs = alignLists(removed, added).map(({ old, wanted }) =>
    markWords(removed[old] ?? null, added[wanted] ?? null),
  );
  return [
    ...pairs.flatMap(({ before }) => (before === null ? [] : [`- ${before}`])),
    ...pairs.flatMap(({ after }) => (after === null ? [] : [`+ ${after}`])),
  ];
}

/** Two versions of a line with the words that are others in brackets; a line that is new or gone has no marks. */
export function markWords(
  before: string | null,
  after: string | null,
): { before: string | null; after: string | null } {
  if (before === null || after === null) return { before, after };
  const marked = { before: "", after: "" };
  let at = 0;
  for (const { from, to, text } of [
    ...diffWords(before, after),
    { from: before.length, to: before.length, text: "" },
  ]) {
    const same = before.slice(at, from);
    const gone = before.slice(from, to);
    marked.before += same + (gone && `[-${gone}-]`);
    marked.after += same + (text && `{+${text}+}`);
    at = to;
  }
  return marked;
}

/** The lines of a text that are others, marked as those of a page. */
export function diffTexts(before: string, after: string): string[] {
  const toLines = (text: string) =>
    text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => ({ text: line, under: "" }));
  return diffLines(toLines(before), toLines(after));
}
