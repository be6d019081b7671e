import type { Candidate } from "../extraction/candidate.js";
import type { StorageElement } from "../extraction/storage-tree.js";
import { longestRise } from "../longest-rise.js";
import type { SourceRange } from "../plan-item.js";
import { descendantsOf, elementOf, endOfExtent, shapeOf } from "./extents.js";
import type { PageChange, PageEdit } from "./page-change.js";
import { elementsAt, isWithin, type PageView, rowOf, spansRows } from "./page-view.js";
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
      if (!group.some((unit) => unit.key === key))
        group.push({ key, candidate, range: { start: element.start, end } });
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
  const overlaps = units.some(({ range }, n) => range.start < (units[n - 1]?.range.end ?? 0));
  if (moving.length > 0 && (overlaps || cutsCell(units) || moving.some((unit) => holdsOthers(view, unit)))) return null;
  const edits = moving.map(({ range }): PageEdit => ({ range, text: "" }));
  let offset = wanted.find((_, n) => staying.has(n))?.range.start ?? 0;
  for (const [n, unit] of wanted.entries()) {
    if (staying.has(n)) offset = unit.range.end;
    else edits.push({ range: { start: offset, end: offset }, text: view.body.slice(unit.range.start, unit.range.end) });
  }
  return joined(edits);
}

/** A cell that covers rows of several units cannot be in two places. */
function cutsCell(units: readonly Unit[]): boolean {
  const tables = new Set(units.flatMap(({ candidate }) => rowOf(candidate)?.table ?? []));
  return [...tables].some((table) =>
    table.rows.some((row) =>
      row.cells.some((cell) => {
        if (!spansRows(table, cell)) return false;
        const rows = table.rows.filter(({ cells }) => cells.includes(cell));
        const places = rows.map(({ range }) => units.findIndex((unit) => isWithin(range, unit.range)));
        return new Set(places).size > 1;
      }),
    ),
  );
}

/** Something of another item stands within the unit. */
function holdsOthers(view: PageView, { key, range }: Unit): boolean {
  const own = descendantsOf(view, key).add(key);
  return [...view.sightings].some(
    ([name, candidates]) => !own.has(name) && candidates.some((candidate) => isWithin(candidate.title.range, range)),
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
