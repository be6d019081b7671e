import type { Candidate } from "../extraction/candidate.js";
import type { StorageElement } from "../extraction/storage-tree.js";
import type { SourceRange } from "../plan-item.js";
import { lineAround, sourceOfLine } from "./lines.js";
import { elementNamed, elementsAt, insideOf, isWithin, type PageView, rowAround, rowOf } from "./page-view.js";
import { lastRowOf } from "./row-spans.js";

/** How an item stands on the page. */
export type Shape = "row" | "cell" | "card" | "bullet" | "heading" | "line" | "panel" | "other";

/** The form in which a candidate stands on the page. */
export function shapeOf(view: PageView, candidate: Candidate): Shape {
  if (rowOf(candidate)) return "row";
  if (rowAround(candidate)) return "cell";
  if (candidate.rule === "field-table") return "card";
  const path = elementsAt(view, candidate.title.range.start + 0.5);
  if (path.some(({ name }) => name === "ac:parameter" && candidate.structure.kind === "section")) return "panel";
  if (path.some(({ name }) => /^h[1-6]$/.test(name)) && candidate.structure.kind === "heading") return "heading";
  if (candidate.rule === "list-tree") return "bullet";
  return candidate.structure.kind === "paragraph" || candidate.rule === "board-table" ? "line" : "other";
}

/** The element that an item's own row, bullet, heading or line is. */
export function elementOf(view: PageView, candidate: Candidate): StorageElement | null {
  const at = candidate.title.range.start + 0.5;
  switch (shapeOf(view, candidate)) {
    case "row":
      return elementNamed(view, at, "tr");
    case "cell":
      return elementNamed(view, at, "td", "th");
    case "card":
      return elementNamed(view, at, "table");
    case "bullet":
      return elementNamed(view, at, "li", "ac:task");
    case "heading":
      return elementNamed(view, at, "h1", "h2", "h3", "h4", "h5", "h6");
    case "line":
      return elementNamed(view, at, "p");
    default:
      return null;
  }
}

/** What an item says in its own row, bullet or line, without what stands below it; null where that is no text of its own. */
export function headOf(view: PageView, candidate: Candidate): SourceRange[] | null {
  const element = elementOf(view, candidate);
  if (!element) return null;
  if (shapeOf(view, candidate) === "bullet") {
    const line = lineAround(view, candidate.title.range);
    if (!line) return null;
    const source = sourceOfLine(view, line);
    return [{ start: element.start, end: Math.max(source.end, element.start) }];
  }
  return [{ start: element.start, end: element.end }];
}

/** Where what belongs to an item ends: its bullet, its section, the rows of what stands under it. */
export function endOfExtent(view: PageView, key: string, candidate: Candidate): number | null {
  const element = elementOf(view, candidate);
  if (!element) return null;
  switch (shapeOf(view, candidate)) {
    case "bullet":
      return element.end;
    case "row":
    case "cell":
      return endOfRows(view, key, candidate);
    case "heading":
      return endOfSection(view, element);
    default:
      return endOfLines(view, key, element);
  }
}

/** Behind the last row of an item and of what stands under it in the same table. */
function endOfRows(view: PageView, key: string, candidate: Candidate): number | null {
  const names = [key, ...descendantsOf(view, key)];
  const places = names.flatMap((name) => view.sightings.get(name) ?? []);
  const ends = [candidate, ...places.filter(({ structure }) => structure === candidate.structure)].flatMap((place) => {
    const row = rowAround(place);
    return row ? [lastRowOf(row, place).range.end] : [];
  });
  return ends.length > 0 ? Math.max(...ends) : null;
}

/** The keys of all items under one. */
export function descendantsOf(view: PageView, key: string): Set<string> {
  const below = new Set<string>();
  let isGrowing = true;
  while (isGrowing) {
    isGrowing = false;
    for (const item of view.extraction.items)
      if (item.parent !== null && (item.parent === key || below.has(item.parent)) && !below.has(item.key)) {
        below.add(item.key);
        isGrowing = true;
      }
  }
  return below;
}

/** In front of the next heading of the same level or a higher one, within the same container. */
function endOfSection(view: PageView, heading: StorageElement): number {
  const level = Number(heading.name.charAt(1));
  const container = elementsAt(view, heading.start).at(-1) ?? view.tree;
  const next = container.children.find(
    (child) =>
      child.kind === "element" &&
      child.start >= heading.end &&
      /^h[1-6]$/.test(child.name) &&
      Number(child.name.charAt(1)) <= level,
  );
  return next?.start ?? insideOf(view, container)?.end ?? container.end;
}

/** A bold line or a card: in front of the next item that does not stand under it, or of the next heading. */
function endOfLines(view: PageView, key: string, line: StorageElement): number {
  const below = descendantsOf(view, key);
  const container = elementsAt(view, line.start).at(-1) ?? view.tree;
  const starts = [...view.sightings].flatMap(([name, candidates]) =>
    name === key || below.has(name) ? [] : candidates.map((candidate) => candidate.range.start),
  );
  const next = container.children.find(
    (child) =>
      child.kind === "element" &&
      child.start >= line.end &&
      (/^h[1-6]$/.test(child.name) || starts.some((start) => isWithin({ start, end: start + 1 }, child))),
  );
  return next?.start ?? insideOf(view, container)?.end ?? container.end;
}
