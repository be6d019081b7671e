import type { Candidate } from "../extraction/candidate.js";
import { textOfCell } from "../extraction/columns.js";
import { fold } from "../extraction/fold.js";
import { rangeOf } from "../extraction/rich-text.js";
import { isNothing } from "../extraction/values.js";
import type { ExtractedItem, SourceRange } from "../plan-item.js";
import { cellAround, lineAround, removalsOf } from "./lines.js";
import type { PageEdit } from "./page-change.js";
import { elementNamed, type PageView } from "./page-view.js";
import { cellOf, unstatedEdits } from "./places.js";
import { removeUnits, rewrite, runIn, type TextRun } from "./text-runs.js";

/** The ways to set what an item depends on: names are added behind and taken out of what it says, or said as its siblings say it. */
export function* dependencyEdits(
  view: PageView,
  item: ExtractedItem,
  wanted: readonly string[],
): Generator<PageEdit[]> {
  const added = wanted.filter((key) => !item.dependsOn.includes(key) && view.items.has(key));
  const removed = item.dependsOn.filter((key) => !wanted.includes(key));
  const sightings = view.sightings.get(item.key) ?? [];
  const stated = sightings.flatMap((candidate) =>
    candidate.dependsOn.map((text) => ({ candidate, range: rangeOf(text) })),
  );
  for (const byId of [true, false]) {
    const names = added.map((key) => nameOf(view, key, byId));
    const [last] = stated.slice(-1);
    if (removed.length === 0 && last) {
      yield* appendNames(view, last.range, names);
    } else if (stated.length > 0) {
      yield* rewritten(view, stated, removed, names, wanted.length === 0);
    }
    if (stated.length === 0 && removed.length === 0)
      for (const own of sightings)
        yield* unstatedEdits(view, item, own, {
          label: "dependsOn",
          statedAt: (candidate) => (candidate.dependsOn[0] ? rangeOf(candidate.dependsOn[0]) : null),
          words: () => [
            names.join(", "),
            names.map((name) => `“${name}”`).join(", "),
            `depends on ${names.join(", ")}`,
          ],
        });
  }
  if (removed.length > 0)
    yield* elsewhere(
      view,
      item,
      removed,
      added.map((key) => nameOf(view, key, true)),
    );
  if (added.length > 0 && removed.length === 0)
    yield* blankCells(
      view,
      sightings,
      added.map((key) => nameOf(view, key, true)),
    );
}

/** How the page calls an item where others refer to it. */
function nameOf(view: PageView, key: string, byId: boolean): string {
  const item = view.items.get(key);
  return item && !(byId && item.source.fields.key) ? item.title : key;
}

function* blankCells(view: PageView, sightings: readonly Candidate[], names: readonly string[]): Generator<PageEdit[]> {
  for (const own of sightings) {
    const cell = cellOf(own, "dependsOn")?.cell;
    if (cell && isNothing(textOfCell(cell).text)) yield rewrite(view, runIn(view, cell.range), names.join(", "));
  }
}

function* appendNames(view: PageView, range: SourceRange, names: readonly string[]): Generator<PageEdit[]> {
  const run = runIn(view, range);
  if (isNothing(run.text)) yield rewrite(view, run, names.join(", "));
  const separators = run.text.includes(";")
    ? ["; ", ", "]
    : run.text.includes("\n")
      ? ["\n", ", ", "; "]
      : [", ", "; "];
  const bare = run.text.replace(/\s*[.]$/, "");
  const end = run.text.slice(bare.length);
  for (const separator of separators) yield rewrite(view, run, `${bare}${separator}${names.join(separator)}${end}`);
}

function* rewritten(
  view: PageView,
  stated: readonly { candidate: Candidate; range: SourceRange }[],
  removed: readonly string[],
  names: readonly string[],
  isAll: boolean,
): Generator<PageEdit[]> {
  const parts = stated.map(({ candidate, range }) => {
    const run = runIn(view, range);
    return { candidate, range, run, text: removed.reduce((text, key) => withoutName(view, text, key), run.text) };
  });
  const holds = parts.filter(({ run, text }) => run.text !== text);
  if (holds.length === 0) return;
  if (names.length > 0) {
    const [first, ...others] = holds;
    if (first) {
      const text = first.text === "" ? names.join(", ") : `${first.text}, ${names.join(", ")}`;
      yield [...rewrite(view, first.run, text), ...others.flatMap((it) => rewrite(view, it.run, it.text))];
    }
    return;
  }
  const emptied = holds.filter(({ text }) => text === "");
  if (emptied.length > 0) {
    const rest = holds.filter(({ text }) => text !== "").flatMap(({ run, text }) => rewrite(view, run, text));
    const ways = emptied.map(({ candidate, range }) => {
      const line = lineAround(view, range);
      const isCell =
        candidate.structure.kind === "table" && candidate.rule !== "field-table" && cellAround(view, range) !== null;
      return line ? [...removalsOf(view, line, isCell)] : [];
    });
    const most = Math.max(...ways.map(({ length }) => length));
    for (let way = 0; way < most; way++)
      yield [...rest, ...ways.flatMap((it) => it[Math.min(way, it.length - 1)] ?? [])];
    yield [...rest, ...emptied.flatMap(({ run }) => rewrite(view, run, "–"))];
  } else yield holds.flatMap(({ run, text }) => rewrite(view, run, text));
  if (isAll) yield parts.flatMap(({ run }) => rewrite(view, run, "–"));
}

/** The text without the name of an item and the separator beside it. */
function withoutName(view: PageView, text: string, key: string): string {
  const item = view.items.get(key);
  const names = [...(item?.source.fields.key ? [key] : []), ...(item ? [item.title] : [])];
  for (const name of names) {
    const at = placeOf(text, name);
    if (at === null) continue;
    const end =
      at +
      name.length +
      (/^\s+(?!and|und|et|y|&)[^,;\n]*(?=[,;\n]|$)/.exec(text.slice(at + name.length))?.[0].length ?? 0);
    const before = /(?:[,;]\s*|\n|\s+(?:and|und|et|y|&|\+)\s+)?["“„«[(]?$/.exec(text.slice(0, at))?.[0].length ?? 0;
    const after = /^["”“»\])]?(?:\s*[,;]\s*|\n|\s+(?:and|und|et|y|&|\+)\s+)?/.exec(text.slice(end))?.[0].length ?? 0;
    const closing = /^["”“»\])]?/.exec(text.slice(end))?.[0].length ?? 0;
    const isFirst = before <= 1 && !/^[,;\n]|and|und/.test(text.slice(at - before, at));
    return (
      isFirst
        ? text.slice(0, at - before) + text.slice(end + after)
        : text.slice(0, at - before) + text.slice(end + closing)
    ).trim();
  }
  return text;
}

function placeOf(text: string, name: string): number | null {
  const [folded, wanted] = [fold(text), fold(name)];
  for (let at = folded.indexOf(wanted); at >= 0; at = folded.indexOf(wanted, at + 1))
    if (!isWord(folded, at - 1) && !isWord(folded, at + wanted.length)) return at;
  return null;
}

function isWord(text: string, at: number): boolean {
  return at >= 0 && /[\p{L}\p{N}-]/u.test(text.charAt(at));
}

/** Where a sentence, a table of dependencies or the other item's own row says so. */
function* elsewhere(
  view: PageView,
  item: ExtractedItem,
  removed: readonly string[],
  names: readonly string[],
): Generator<PageEdit[]> {
  const ranges = item.source.fields.dependsOn ?? [];
  const runs = ranges.map((range) => runIn(view, range));
  const cuts = runs.map((run) => removed.reduce((text, key) => withoutName(view, text, key), run.text));
  const changed = runs.flatMap((run, at) =>
    cuts[at] !== run.text ? [{ run, text: cuts[at] ?? "", range: ranges[at] }] : [],
  );
  if (names.length === 0 && changed.length > 0) {
    yield changed.flatMap(({ run, text }) => rewrite(view, run, text));
    for (const name of ["tr", "li", "p"]) {
      const rows = changed.flatMap(({ range }) => (range ? (elementNamed(view, range.start + 0.5, name) ?? []) : []));
      if (rows.length > 0) yield rows.map(({ start, end }) => ({ range: { start, end }, text: "" }));
    }
  }
  const blocking = runs.flatMap((run, at) =>
    placeOf(run.text, nameOf(view, item.key, true)) !== null ? [{ run, range: ranges[at] }] : [],
  );
  const freed = blocking.map(({ run }) => ({ run, text: withoutName(view, run.text, item.key) }));
  if (names.length > 0 || freed.length === 0) return;
  yield freed.flatMap(({ run, text }) => rewrite(view, run, text));
  yield blocking.flatMap(({ run, range }) => emptied(view, run, range));
  for (const name of ["li", "p"]) {
    const lines = blocking.flatMap(({ range }) => (range ? (elementNamed(view, range.start + 0.5, name) ?? []) : []));
    if (lines.length > 0) yield lines.map(({ start, end }) => ({ range: { start, end }, text: "" }));
  }
}

function emptied(view: PageView, run: TextRun, range: SourceRange | undefined): PageEdit[] {
  const line = range && lineAround(view, range);
  const [first] = line ? removalsOf(view, line, false) : [];
  return first ?? removeUnits(view, run, 0, run.text.length);
}
