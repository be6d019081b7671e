import type { Candidate } from "../extraction/candidate.js";
import { rangeOf } from "../extraction/rich-text.js";
import type { StorageElement, StorageNode } from "../extraction/storage-tree.js";
import type { SourceRange } from "../plan-item.js";
import { elementOf, endOfExtent, shapeOf } from "./extents.js";
import { lineAround, sourceOfLine } from "./lines.js";
import type { PageEdit } from "./page-change.js";
import { elementsAt, isWithin, type PageView, rowOf, spansRows } from "./page-view.js";
import { isOfAnother } from "./row-spans.js";

/** The ways to strike an item through: what it says in its own row, heading or bullet, and then what it says below as well. */
export function* strikeEdits(view: PageView, key: string): Generator<PageEdit[]> {
  const candidates = view.sightings.get(key) ?? [];
  for (const withMacros of [false, true])
    for (const reach of ["head", "lines", "all"] as const) {
      const areas = distinct(candidates.flatMap((candidate) => areasOf(view, key, candidate, reach)));
      const edits = areas.flatMap((area) => struckIn(view, area, withMacros));
      if (edits.length > 0) yield edits;
    }
}

function distinct(ranges: readonly SourceRange[]): SourceRange[] {
  return ranges.filter(
    (range, index) =>
      !ranges.some((other, at) => at !== index && isWithin(range, other) && (at < index || !isWithin(other, range))),
  );
}

/** The stretches of the page in which an item says something of its own: its title, its values as well, or everything up to the next item. */
function areasOf(view: PageView, key: string, candidate: Candidate, reach: "head" | "lines" | "all"): SourceRange[] {
  const head = headAreas(view, key, candidate);
  if (reach === "head") return head;
  if (reach === "all") return rowOf(candidate) ? head : [...head, wholeOf(view, key, candidate)];
  const values = [
    candidate.id,
    candidate.kindWord,
    candidate.storyPoints,
    candidate.priority,
    candidate.enablerType,
    ...candidate.description,
    ...candidate.criteria,
  ].flatMap((it) => (it ? [it.range] : []));
  const names = [...candidate.dependsOn, ...candidate.blocks].map((text) => rangeOf(text));
  const lines = [...values, ...names]
    .filter(({ start }) => start >= candidate.range.start)
    .flatMap((range) => {
      const line = lineAround(view, range);
      return line ? [sourceOfLine(view, line)] : [];
    });
  return [...head, ...lines];
}

/** From where an item begins to where it ends or the next one begins; in a table of fields all that the table says. */
function wholeOf(view: PageView, key: string, candidate: Candidate): SourceRange {
  const { start } = elementOf(view, candidate) ?? candidate.range;
  const others = [...view.sightings].flatMap(([name, candidates]) => (name === key ? [] : candidates));
  const next = others.map((it) => Math.min(it.range.start, it.title.range.start)).filter((at) => at > start);
  return { start, end: Math.min(endOfExtent(view, key, candidate) ?? candidate.range.end, ...next) };
}

function headAreas(view: PageView, key: string, candidate: Candidate): SourceRange[] {
  const row = rowOf(candidate);
  if (row)
    return [...new Set(row.row.cells)]
      .filter(
        (cell) =>
          !spansRows(row.table, cell) && !cell.isNumbering && !isOfAnother(view, row.table, cell, new Set([key])),
      )
      .map(({ range }) => range);
  const element = elementOf(view, candidate);
  const shape = shapeOf(view, candidate);
  if (element && (shape === "heading" || shape === "line")) {
    const line = lineAround(view, candidate.title.range);
    return line && shape === "line"
      ? [sourceOfLine(view, { ...line, from: 0, to: line.whole.text.length })]
      : [element];
  }
  const line = lineAround(view, candidate.title.range);
  return line && shape !== "panel" ? [sourceOfLine(view, { ...line, from: 0, to: line.whole.text.length })] : [];
}

const BLOCKS =
  /^(?:p|h[1-6]|li|ul|ol|td|th|tr|tbody|thead|table|div|blockquote|section|ac:task.*|ac:rich-text-body|ac:layout.*|ac:adf-.*)$/;
const STRUCK = new Set(["s", "del", "strike"]);

/** One pair of tags around each run of inline nodes; never across the borders of a block. */
function struckIn(view: PageView, area: SourceRange, withMacros: boolean): PageEdit[] {
  const edits: PageEdit[] = [];
  const look = (element: StorageElement) => {
    let run: StorageNode[] = [];
    const endRun = () => {
      const [first, last] = [run[0], run.at(-1)];
      if (first && last && run.some(saysSomething)) edits.push(...wrap(view, startOf(first, area), endOf(last, area)));
      run = [];
    };
    for (const child of element.children) {
      const end = child.kind === "text" ? child.start + child.raw.length : child.end;
      if (end <= area.start || child.start >= area.end) {
        endRun();
        continue;
      }
      if (child.kind === "element" && (BLOCKS.test(child.name) || child.holdsBlock)) {
        endRun();
        if (!STRUCK.has(child.name)) look(child);
      } else if (
        child.kind === "element" &&
        (child.name === "br" || STRUCK.has(child.name) || (!withMacros && isMacro(child)))
      )
        endRun();
      else run.push(child);
    }
    endRun();
  };
  const around = elementsAt(view, area.start + 0.5).findLast((it) => BLOCKS.test(it.name) && isWithin(area, it));
  look(around ?? view.tree);
  return edits;
}

function isMacro({ name }: StorageElement): boolean {
  return name === "ac:structured-macro" || name === "ac:macro";
}

function saysSomething(node: StorageNode): boolean {
  if (node.kind === "text") return /[^\s\u200b\u00a0]/.test(node.raw.replaceAll("&nbsp;", ""));
  return isMacro(node)
    ? node.attributes["ac:name"] === "status"
    : node.name === "time" || node.name === "ac:link" || node.children.some(saysSomething);
}

function startOf(node: StorageNode, area: SourceRange): number {
  return node.kind === "text" ? Math.max(node.start, area.start) : node.start;
}

function endOf(node: StorageNode, area: SourceRange): number {
  return node.kind === "text" ? Math.min(node.start + node.raw.length, area.end) : node.end;
}

/** White space at the ends stays outside. */
function wrap(view: PageView, start: number, end: number): PageEdit[] {
  const text = view.body.slice(start, end);
  const from = start + (/^\s*/.exec(text)?.[0].length ?? 0);
  const to = end - (/\s*$/.exec(text)?.[0].length ?? 0);
  if (to <= from) return [];
  return [
    { range: { start: from, end: from }, text: "<s>" },
    { range: { start: to, end: to }, text: "</s>" },
  ];
}
