import type { Candidate } from "../extraction/candidate.js";
import { textOfCell } from "../extraction/columns.js";
import { readFields } from "../extraction/labelled-line.js";
import { linesOf } from "../extraction/rich-text.js";
import type { StorageElement } from "../extraction/storage-tree.js";
import type { ExtractedItem, SourceRange } from "../plan-item.js";
import { cloneOf } from "./clones.js";
import { blocksOfList, cloneEntry, type Entry, entryElement, LISTS } from "./entries.js";
import { lineAround, sourceOfLine } from "./lines.js";
import type { PageEdit } from "./page-change.js";
import { elementNamed, elementsAt, insideOf, isWithin, type PageView } from "./page-view.js";
import { cellOf, endOfLine, fillCell } from "./places.js";
import { modelsFor } from "./siblings.js";
import { escapeText, runIn } from "./text-runs.js";

/** Criteria in the empty cell of their column, in the form of the other cells. */
export function* criteriaCell(view: PageView, own: Candidate, wanted: readonly string[]): Generator<PageEdit[]> {
  const found = cellOf(own, "criteria");
  if (!found) return;
  const model =
    found.others.find((cell) => textOfCell(cell).text.includes("\n")) ??
    found.others.find((cell) => textOfCell(cell).text !== "");
  const kind = model?.blocks.find((block) => block.kind === "list");
  const markup = model ? view.body.slice(model.range.start, model.range.end) : "";
  const isTasks = kind !== undefined && markup.includes("<ac:task-list");
  const hasParagraphs = /<li[^<>]*>\s*<p[\s>]/.test(markup);
  const item = (text: string) =>
    hasParagraphs ? `<li><p>${escapeText(text)}</p></li>` : `<li>${escapeText(text)}</li>`;
  const tag = markup.includes("<ol") && !markup.includes("<ul") ? "ol" : "ul";
  const list = isTasks
    ? `<ac:task-list>${wanted.map((text) => `<ac:task><ac:task-status>incomplete</ac:task-status><ac:task-body>${escapeText(text)}</ac:task-body></ac:task>`).join("")}</ac:task-list>`
    : `<${tag}>${wanted.map(item).join("")}</${tag}>`;
  const [firstLine] = model ? linesOf(textOfCell(model)) : [];
  const dash = /^[-–—•*]\s*/.exec(firstLine?.text ?? "")?.[0] ?? "";
  const lines = wanted.map((text) => `${dash}${escapeText(text)}`).join("<br />");
  const forms = kind ? [list] : wanted.length === 1 ? [lines, list] : [lines, list];
  for (const form of forms) {
    const { text } = textOfCell(found.cell);
    const inside = insideOf(view, elementsAt(view, found.cell.range.start + 1).at(-1) ?? view.tree);
    const filled = fillCell(view, found.cell.range, form);
    if (text === "" && filled) yield [filled];
    else if (inside) {
      const run = runIn(view, found.cell.range);
      const [start, end] = [run.places[0]?.start, run.places.at(-1)?.end];
      if (start !== undefined && end !== undefined) yield [{ range: { start, end }, text: kind ? lines : form }];
    }
  }
}

/** As a sibling has them: with the label above the list, or with a label in each line. */
export function* criteriaLikeModels(
  view: PageView,
  item: ExtractedItem,
  own: Candidate,
  wanted: readonly string[],
): Generator<PageEdit[]> {
  const models = modelsFor(view, item, own).filter(({ candidate }) => candidate.criteria.length > 0);
  for (const { candidate } of models.slice(0, 4)) {
    const blocks = blocksOfList(view, candidate.criteria);
    const [first] = candidate.criteria;
    if (!first) continue;
    if (blocks) {
      const [start, end] = [blocks[0]?.start ?? 0, blocks.at(-1)?.end ?? 0];
      const clone = cloneList(view, { start, end }, candidate.criteria, wanted);
      const name = elementsAt(view, start + 1).at(-1)?.name ?? "p";
      for (const at of placesBelow(view, own, name))
        yield [{ range: { start: at.at, end: at.at }, text: at.wrap(clone) }];
      continue;
    }
    const line = lineAround(view, first.range);
    if (!line) continue;
    const element = entryElement(view, first, line);
    const labelled =
      element &&
      readFields(
        view.texts.find(({ range }) => range.start <= first.range.start && first.range.start < range.end)?.text ??
          emptyLine,
      ).length > 0;
    if (element && labelled) {
      const clone = wanted.map((text) => cloneEntry(view, first, element, text)).join("");
      for (const at of placesBelow(view, own, element.name))
        yield [{ range: { start: at.at, end: at.at }, text: at.wrap(clone) }];
    } else if (!element) {
      const label = cloneOf(view, { start: sourceOfLine(view, line).start, end: first.range.start }, []);
      const markup = wanted.map((text, index) => `<br />${index === 0 ? label : ""}${escapeText(text)}`).join("");
      const head = lineAround(view, lastOf(own));
      for (const at of head ? endOfLine(view, head).slice(0, 1) : [])
        yield [{ range: { start: at, end: at }, text: markup }];
    }
  }
}

const emptyLine = { text: "", offset: 0, runs: [], spans: [] };

function cloneList(view: PageView, range: SourceRange, entries: readonly Entry[], wanted: readonly string[]): string {
  const [first, ...others] = entries;
  const line = first && lineAround(view, first.range);
  const element = first && line && entryElement(view, first, line);
  if (!first || !element) return "";
  const gone = others.flatMap((entry): PageEdit[] => {
    const own = lineAround(view, entry.range);
    const it = own && entryElement(view, entry, own);
    return it && !isWithin(it, element) ? [{ range: { start: it.start, end: it.end }, text: "" }] : [];
  });
  const items = wanted.map((text) => cloneEntry(view, first, element, text)).join("");
  return cloneOf(view, range, [{ range: { start: element.start, end: element.end }, text: items }, ...gone]);
}

type Below = { at: number; wrap: (markup: string) => string };

const asIs = (markup: string) => markup;

/** The last thing that an item says of itself. */
function lastOf(own: Candidate): SourceRange {
  const all = [own.title, own.storyPoints, own.priority, own.enablerType, ...own.description, ...own.criteria].flatMap(
    (it) => (it && it.range.start >= own.title.range.start ? [it.range] : []),
  );
  return all.sort((a, b) => b.start - a.start)[0] ?? own.title.range;
}

/** Where something of an item may go that stands below its head: behind the last it says, or right behind the head. */
function placesBelow(view: PageView, own: Candidate, name: string): Below[] {
  const places: Below[] = [];
  if (name === "li" || name === "ac:task") {
    const bullet = elementNamed(view, own.title.range.start + 0.5, "li");
    const inside = bullet && insideOf(view, bullet);
    const list = bullet?.children.find((it): it is StorageElement => it.kind === "element" && LISTS.includes(it.name));
    const insideList = list && insideOf(view, list);
    if (insideList) {
      const last = elementsAt(view, lastOf(own).start + 0.5).find((it) => it.name === "li" && isWithin(it, list));
      if (last) places.push({ at: last.end, wrap: asIs });
      places.push({ at: insideList.start, wrap: asIs });
    } else if (inside) places.push({ at: inside.end, wrap: (markup) => `<ul>${markup}</ul>` });
    if (places.length > 0) return places;
  }
  for (const range of [lastOf(own), own.title.range]) {
    const path = elementsAt(view, range.start + 0.5);
    const block = path.findLast((it) => /^(?:h[1-6]|p|table)$/.test(it.name) || LISTS.includes(it.name));
    if (block) places.push({ at: block.end, wrap: asIs });
  }
  const wrapped = name === "li" ? (markup: string) => `<ul>${markup}</ul>` : asIs;
  return places.map((it) => ({ ...it, wrap: wrapped }));
}

/** A labelled list in plain form, where no sibling has one. */
export function* criteriaFromNothing(view: PageView, own: Candidate, wanted: readonly string[]): Generator<PageEdit[]> {
  const items = wanted.map((text) => `<li>${escapeText(text)}</li>`).join("");
  const bullet = own.rule === "list-tree";
  if (bullet)
    for (const { at, wrap } of placesBelow(view, own, "li")) {
      yield [{ range: { start: at, end: at }, text: wrap(`<li>Acceptance criteria:<ul>${items}</ul></li>`) }];
      yield [
        {
          range: { start: at, end: at },
          text: wrap(wanted.map((text) => `<li>AC: ${escapeText(text)}</li>`).join("")),
        },
      ];
    }
  else if (own.structure.kind !== "table")
    for (const { at } of placesBelow(view, own, "p"))
      yield [{ range: { start: at, end: at }, text: `<p>Acceptance criteria:</p><ul>${items}</ul>` }];
  const line = lineAround(view, own.title.range);
  if (own.structure.kind === "table" && line)
    for (const at of endOfLine(view, line).slice(0, 1))
      yield [
        {
          range: { start: at, end: at },
          text: `<br />${wanted.map((text) => `AC: ${escapeText(text)}`).join("<br />")}`,
        },
      ];
}

/** A description in its empty cell, or right behind what introduces the item. */
export function* descriptionFromNothing(
  view: PageView,
  own: Candidate,
  paragraphs: readonly string[],
): Generator<PageEdit[]> {
  const lines = paragraphs.map(escapeText);
  for (const label of ["description", "sentence"] as const) {
    const cell = cellOf(own, label);
    const isEmpty = cell !== null && textOfCell(cell.cell).text === "";
    const filled =
      isEmpty &&
      fillCell(
        view,
        cell.cell.range,
        lines.length === 1 ? (lines[0] ?? "") : lines.map((it) => `<p>${it}</p>`).join(""),
      );
    if (filled) yield [filled];
  }
  const markup = lines.map((it) => `<p>${it}</p>`).join("");
  const path = elementsAt(view, own.title.range.start + 0.5);
  const block = path.findLast((it) => /^(?:h[1-6]|p)$/.test(it.name));
  if (block) yield [{ range: { start: block.end, end: block.end }, text: markup }];
  const line = lineAround(view, own.title.range);
  for (const at of line ? endOfLine(view, line) : []) {
    yield [{ range: { start: at, end: at }, text: `<p>${lines.join("</p><p>")}</p>` }];
    yield [{ range: { start: at, end: at }, text: `<br />${lines.join("<br />")}` }];
  }
}
