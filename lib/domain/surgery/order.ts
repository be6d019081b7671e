import type { Cell, Row } from "../extraction/blocks.js";
import type { Candidate } from "../extraction/candidate.js";
import type { StorageElement } from "../extraction/storage-tree.js";
import { longestRise } from "../longest-rise.js";
import type { SourceRange } from "../plan-item.js";
import { descendantsOf, elementOf, endOfExtent, shapeOf } from "./extents.js";
import type { PageChange, PageEdit } from "./page-change.js";
import { elementsAt, isWithin, type PageView, rowOf } from "./page-view.js";
import { sorted } from "./text-runs.js";

/** An item with what stands below it: its rows, its bullet, its section. */
type Unit = { key: string; candidate: Candidate; range: SourceRange };

/**
 * The ways to put siblings into another order: within the table, list or page part in which each is seen first, else everywhere. As few as can
 * be go to another place, with their bytes as they are.
 */
export function* orderEdits(view: PageView, { keys }: PageChange & { type: "order" }): Generator<PageEdit[]> {
  const groups = groupsOf(view, keys);
  const isFirst = ({ key, candidate }: Unit) => view.sightings.get(key)?.[0] === candidate;
  const first = groups.filter((units) => units.some(isFirst));
  for (const wanted of [first, groups]) {
    const edits = wanted.map((units) => rearranged(view, units, keys));
    if (edits.every((one) => one !== null)) yield edits.flat();
  }
}

/** Units that stand side by side in one container, in page order. */
function groupsOf(view: PageView, keys: readonly string[]): Unit[][] {
  const groups = new Map<string, Unit[]>();
  for (const key of keys)
    for (const candidate of view.sightings.get(key) ?? []) {
      const element = elementOf(view, candidate);
      const end = endOfExtent(view, key, candidate);
      if (!element || end === null) continue;
      const container = containerOf(view, element);
      const name = `${shapeOf(view, candidate)} ${container.name} ${container.start}`;
      const group = groups.get(name) ?? [];
      groups.set(name, group);
      if (!group.some((unit) => unit.key === key)) group.push({ key, candidate, range: { start: element.start, end } });
    }
  return [...groups.values()].map((units) => units.toSorted((a, b) => a.range.start - b.range.start));
}

const containerOf = (view: PageView, { start }: StorageElement): StorageElement =>
  elementsAt(view, start).at(-1) ?? view.tree;

/** The edits that bring the units into the order of `keys`; null where one cannot be moved as it is. */
function rearranged(view: PageView, units: readonly Unit[], keys: readonly string[]): PageEdit[] | null {
  const wanted = units.toSorted((a, b) => keys.indexOf(a.key) - keys.indexOf(b.key));
  const staying = longestRise(wanted.map(({ range }) => range.start));
  const moving = wanted.filter((_, n) => !staying.has(n));
  if (moving.length === 0) return [];
  const shared = sharedCells(units);
  const overlaps = units.some(({ range }, n) => range.start < (units[n - 1]?.range.end ?? 0));
  if (overlaps || !shared || moving.some((unit) => holdsOthers(view, unit, shared))) return null;
  const { body } = view;
  const [first, head] = [wanted[0], units[0]];
  const cells = body.slice(shared.start, shared.end);
  /** What the unit says, with the shared cells in its first row if it is the first now. */
  const textOf = (unit: Unit): string => {
    const { start, end } = unit.range;
    if (unit === head) return body.slice(start, shared.start) + body.slice(shared.end, end);
    const at = unit === first ? startOfCells(unit) : start;
    return body.slice(start, at) + (unit === first ? cells : "") + body.slice(at, end);
  };
  const edits = moving.map(({ range }): PageEdit => ({ range, text: "" }));
  let offset = wanted.find((_, n) => staying.has(n))?.range.start ?? 0;
  for (const [n, unit] of wanted.entries()) {
    if (staying.has(n)) offset = unit.range.end;
    else edits.push({ range: { start: offset, end: offset }, text: textOf(unit) });
  }
  if (cells !== "" && first !== head) {
    if (head && !moving.includes(head)) edits.push({ range: shared, text: "" });
    if (first && !moving.includes(first))
      edits.push({ range: { start: startOfCells(first), end: startOfCells(first) }, text: cells });
  }
  return joined(edits);
}

/**
 * The cells in front of the first row that cover the rows of all units: they stay in front, whichever row is the first. Null where a cell covers
 * some of the units only, or stands between others: it cannot be in two places.
 */
function sharedCells(units: readonly Unit[]): SourceRange | null {
  const [head] = units;
  const nothing = { start: head?.range.end ?? 0, end: head?.range.end ?? 0 };
  const found = head && rowOf(head.candidate);
  if (!found) return nothing;
  const { table, row: top } = found;
  const unitOf = (row: Row) => units.findIndex((unit) => isWithin(row.range, unit.range));
  const covered = table.rows.filter((row) => unitOf(row) >= 0);
  const shared: Cell[] = [];
  for (const cell of new Set(covered.flatMap(({ cells }) => cells))) {
    const rows = table.rows.filter(({ cells }) => cells.includes(cell));
    if (new Set(rows.map(unitOf)).size === 1) continue;
    if (!covered.every((row) => rows.includes(row))) return null;
    if (rows[0] === top) shared.push(cell);
  }
  if (shared.length === 0) return nothing;
  const [start, end] = [
    Math.min(...shared.map(({ range }) => range.start)),
    Math.max(...shared.map(({ range }) => range.end)),
  ];
  const others = top.cells.filter((cell) => !shared.includes(cell) && isWithin(cell.range, top.range));
  return others.every(({ range }) => range.start >= end) ? { start, end } : null;
}

/** Where the first cell of a row begins that stands in it itself. */
function startOfCells({ candidate, range }: Unit): number {
  const row = rowOf(candidate)?.row;
  const own = row?.cells.filter((cell) => isWithin(cell.range, row.range)) ?? [];
  return Math.min(...own.map((cell) => cell.range.start), range.end);
}

/** Something of another item stands within the unit. */
function holdsOthers(view: PageView, { key, range }: Unit, shared: SourceRange): boolean {
  const own = descendantsOf(view, key).add(key);
  return [...view.sightings].some(
    ([name, candidates]) =>
      !own.has(name) && candidates.some(({ title }) => isWithin(title.range, range) && !isWithin(title.range, shared)),
  );
}

/** Edits that touch each other as one. */
function joined(edits: readonly PageEdit[]): PageEdit[] {
  const all: PageEdit[] = [];
  for (const edit of sorted(edits)) {
    const last = all.at(-1);
    if (last?.range.end === edit.range.start)
      all[all.length - 1] = { range: { start: last.range.start, end: edit.range.end }, text: last.text + edit.text };
    else all.push(edit);
  }
  return all;
}
