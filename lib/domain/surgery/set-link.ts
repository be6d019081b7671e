import type { Candidate } from "../extraction/candidate.js";
import { textOfCell } from "../extraction/columns.js";
import { takeIssueLink } from "../extraction/issue-link.js";
import { lineAround } from "./lines.js";
import type { IssueLink, PageChange, PageEdit } from "./page-change.js";
import { elementsAt, type PageView, rowOf, spansRows } from "./page-view.js";
import { endOfLine, fillCell, outside } from "./places.js";
import { escapeAttribute, escapeText } from "./text-runs.js";

/** The link to an issue by its identifier. */
export function linkTo({ identifier, url }: IssueLink): string {
  return `<a href="${escapeAttribute(url)}">${escapeText(identifier)}</a>`;
}

/** The link as a card: it shows the address, so that the identifier is no id that the page prints. */
export function cardOf({ url }: IssueLink): string {
  return `<a href="${escapeAttribute(url)}" data-card-appearance="inline">${escapeText(url)}</a>`;
}

/** The ways to link an item to its issue: in the column of such links, behind its title, in front of it. */
export function* linkEdits(view: PageView, { key, link }: PageChange & { type: "link" }): Generator<PageEdit[]> {
  for (const own of view.sightings.get(key) ?? []) {
    const cell = linkCell(own);
    const filled = cell && fillCell(view, cell, linkTo(link));
    if (filled) yield [filled];
    for (const markup of [linkTo(link), cardOf(link)])
      for (const at of placesBehind(view, own)) yield [{ range: { start: at, end: at }, text: ` ${markup}` }];
    const before = startOf(view, own.title.range.start);
    for (const markup of [linkTo(link), cardOf(link)])
      yield [{ range: { start: before, end: before }, text: `${markup} ` }];
  }
}

/** The empty cell of a row in the column in which other rows link to their issues. */
export function linkCell(own: Candidate): { start: number; end: number } | null {
  const row = rowOf(own);
  if (!row) return null;
  const column = row.row.cells.findIndex(
    (cell, at) =>
      textOfCell(cell).text === "" &&
      !spansRows(row.table, cell) &&
      row.table.rows.some((other) => other.cells[at] && takeIssueLink(textOfCell(other.cells[at])).link !== null),
  );
  const cell = row.row.cells[column];
  return cell?.range ?? null;
}

function placesBehind(view: PageView, own: Candidate): number[] {
  const line = lineAround(view, own.title.range);
  const title = outside(view, own.title.range.end);
  return [...new Set([title, own.title.range.end, ...(line ? endOfLine(view, line) : [])])];
}

/** In front of a text, and of the marks around its first words. */
export function startOf(view: PageView, offset: number): number {
  const path = elementsAt(view, offset + 0.5);
  const block = path.findLastIndex(({ name }) => BLOCKS.test(name));
  return path[block + 1]?.start ?? offset;
}

const BLOCKS = /^(?:p|h[1-6]|li|td|th|div|ac:task-body|blockquote|ac:rich-text-body|ac:layout-cell)$/;
