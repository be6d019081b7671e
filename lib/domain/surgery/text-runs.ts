import { type RichText, rangeOf } from "../extraction/rich-text.js";
import type { StorageElement } from "../extraction/storage-tree.js";
import type { SourceRange } from "../plan-item.js";
import type { PageEdit } from "./page-change.js";
import { elementsAt, insideOf, isWithin, type PageView, textNodeAt } from "./page-view.js";
import { diffWords } from "./word-diff.js";

/** Text as readers see it, and where each of its units stands in the body. */
export type TextRun = { text: string; places: readonly SourceRange[] };

/** The text that stands in a range of the body; what stands in different blocks is parted by a space that has no place. */
export function runIn(view: PageView, range: SourceRange): TextRun {
  let text = "";
  const places: SourceRange[] = [];
  for (const rich of textsWithin(view, range)) {
    const own = unitsWithin(rich, range);
    if (own.places.length === 0) continue;
    if (text !== "") {
      text += " ";
      const end = places.at(-1)?.end ?? 0;
      places.push({ start: end, end });
    }
    text += own.text;
    places.push(...own.places);
  }
  return { text, places };
}

function textsWithin({ texts }: PageView, { start, end }: SourceRange): RichText[] {
  let [low, high] = [0, texts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((texts[middle]?.range.end ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  const found: RichText[] = [];
  for (let at = low; at < texts.length; at++) {
    const it = texts[at];
    if (!it || it.range.start >= end) break;
    if (it.range.end > start) found.push(it.text);
  }
  return found;
}

function unitsWithin(rich: RichText, { start, end }: SourceRange): TextRun {
  const units: number[] = [];
  const places: SourceRange[] = [];
  for (let at = 0; at < rich.text.length; at++) {
    const place = rangeOf(rich, at, at + 1);
    if (place.start < start || place.end > end) continue;
    units.push(at);
    places.push(place);
  }
  return { text: units.map((at) => rich.text.charAt(at)).join(""), places };
}

/** Only the units of a run from one place of its text to another. */
export function partOf({ text, places }: TextRun, from: number, to = text.length): TextRun {
  return { text: text.slice(from, to), places: places.slice(from, to) };
}

/** The edits after which a run reads otherwise: the words that differ are replaced, everything around and between them stays. */
export function rewrite(view: PageView, run: TextRun, wanted: string): PageEdit[] {
  const text = clean(wanted).trim();
  const edits = diffWords(run.text, text).flatMap(({ from, to, text: words }) =>
    to > from ? replaceUnits(view, run, from, to, words) : insertBetween(view, run, from, words),
  );
  return withoutHollows(view, edits);
}

/** The edits after which the text of a range reads otherwise, where the value that was read there is known. */
export function rewriteValue(view: PageView, range: SourceRange, value: string, wanted: string): PageEdit[] {
  return rewrite(view, unitsOfValue(runIn(view, range), value), wanted);
}

/** The units of a value among those of its range: list marks between the lines of a scenario stand there, but are not part of it. */
function unitsOfValue(run: TextRun, value: string): TextRun {
  if (run.text === value) return run;
  const places: SourceRange[] = [];
  let at = 0;
  for (const unit of value) {
    for (const code of unit.split("")) {
      while (at < run.text.length && !isSame(run.text.charAt(at), code)) at++;
      const place = run.places[at++];
      if (!place) return run;
      places.push(place);
    }
  }
  return { text: value, places };
}

function isSame(unit: string, wanted: string): boolean {
  return unit === wanted || (unit === "\n" && wanted === " ");
}

type Segment = { range: SourceRange; isText: boolean };

function replaceUnits(view: PageView, run: TextRun, from: number, to: number, words: string): PageEdit[] {
  const segments: Segment[] = [];
  for (let at = from; at < to; at++) {
    const place = run.places[at];
    if (!place || place.end === place.start) continue;
    const isText = view.body.charAt(place.start) !== "<";
    const range = isText ? place : wholeOf(view, place);
    const last = segments.at(-1);
    if (last && isWithin(range, last.range)) continue;
    const continues = last && last.isText === isText && isBlank(view.body.slice(last.range.end, range.start));
    if (continues) last.range = { start: last.range.start, end: range.end };
    else segments.push({ range: { ...range }, isText });
  }
  const heir = segments.find(({ isText }) => isText) ?? segments[0];
  return segments.map((segment) => ({
    range: segment.range,
    text: segment === heir ? escapeAt(view, segment.range.start, words, segment.isText) : "",
  }));
}

/** A title that a link without a body shows stands in an attribute: the link goes with it. */
function wholeOf(view: PageView, place: SourceRange): SourceRange {
  const link = elementsAt(view, place.start + 1).findLast(({ name }) => name === "ac:link");
  return link ? { start: link.start, end: link.end } : place;
}

const ZERO_WIDTH_OR_SPACE = /^[\s\u00ad\u200b-\u200f\u2060\ufeff]*$/;

/** A title is one line. */
export function oneLine(text: string): string {
  return clean(text).replaceAll("\n", " ");
}

function isBlank(text: string): boolean {
  return ZERO_WIDTH_OR_SPACE.test(text);
}

/** New words go to the neighbour that stands in fewer elements: a link or a comment does not grow by what is written beside it. */
function insertBetween(view: PageView, run: TextRun, at: number, words: string): PageEdit[] {
  const [before, after] = [run.places[at - 1], run.places[at]];
  const offsets = [before?.end, after?.start].flatMap((offset) => (offset === undefined ? [] : [offset]));
  const places = offsets.map((offset) => ({ offset, depth: elementsAt(view, offset).length }));
  const best = places.sort((a, b) => a.depth - b.depth)[0];
  if (!best) return [];
  return [{ range: { start: best.offset, end: best.offset }, text: escapeAt(view, best.offset, words, true) }];
}

/** Text as it is written at a place of the body: in CDATA other characters have a meaning than between tags. */
export function escapeAt(view: PageView, offset: number, text: string, isText = true): string {
  if (isText && textNodeAt(view, offset)?.verbatim)
    return text.replaceAll("\n", " ").replaceAll("]]>", "]]]]><![CDATA[>");
  return escapeText(text);
}

/** Text as it is written between tags; a line break is one that readers see. */
export function escapeText(text: string): string {
  return clean(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("\n", "<br />");
}

/** Text as it is written in an attribute. */
export function escapeAttribute(text: string): string {
  return escapeText(text.replaceAll("\n", " ")).replaceAll('"', "&quot;");
}

/** Without the characters that no page can hold, and with each white space as one. */
export function clean(text: string): string {
  return Array.from(text.replace(/\r\n?/g, "\n"))
    .filter(isAllowed)
    .join("")
    .replace(/[^\S\n]+/g, " ");
}

/** False for the characters that XML has no place for: most control characters, and halves of pairs. */
function isAllowed(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return code === 0x09 || code === 0x0a;
  return code !== 0x7f && code !== 0xfffe && code !== 0xffff && (code < 0xd800 || code > 0xdfff);
}

const HOLLOW = new Set("strong b em i u a span code sub sup small big ac:inline-comment-marker ac:link".split(" "));
const INLINE_MACROS = new Set(["status", "jira"]);

/** Takes away the elements of which all text is gone: a mark around nothing, a lozenge without a word. */
export function withoutHollows(view: PageView, edits: readonly PageEdit[]): PageEdit[] {
  let result = [...edits];
  for (const { range, text } of edits) {
    if (text !== "") continue;
    for (const around of elementsAt(view, range.start + 0.5).reverse()) {
      if (!mayHollow(around)) {
        if (
          around.name === "ac:parameter" ||
          around.name === "ac:link-body" ||
          around.name === "ac:plain-text-link-body"
        )
          continue;
        break;
      }
      if (!isHollow(view, around, result)) break;
      result = [
        ...result.filter((edit) => !isWithin(edit.range, around)),
        { range: { start: around.start, end: around.end }, text: "" },
      ];
    }
  }
  return sorted(result);
}

function mayHollow({ name, attributes }: StorageElement): boolean {
  return HOLLOW.has(name) || (name === "ac:structured-macro" && INLINE_MACROS.has(attributes["ac:name"] ?? ""));
}

/** True where the edits leave nothing that a reader sees. */
function isHollow(view: PageView, element: StorageElement, edits: readonly PageEdit[]): boolean {
  const inside = edits.filter((edit) => isWithin(edit.range, element));
  if (inside.some(({ text }) => text !== "")) return false;
  const isGone = (range: SourceRange) => inside.some((edit) => isWithin(range, edit.range));
  const isMacro = element.name === "ac:structured-macro";
  const look = (at: StorageElement): boolean =>
    at.children.every((child) => {
      if (child.kind === "text") {
        let left = "";
        for (let unit = 0; unit < child.raw.length; unit++) {
          const place = child.start + unit;
          if (!isGone({ start: place, end: place + 1 })) left += child.raw.charAt(unit);
        }
        return isBlank(left);
      }
      if (isGone(child)) return true;
      if (isMacro && child.name === "ac:parameter" && !["title", "key"].includes(child.attributes["ac:name"] ?? ""))
        return true;
      return child.children.length > 0 ? look(child) : child.name.startsWith("ri:") === false && HOLLOW.has(child.name);
    });
  return insideOf(view, element) !== null && look(element);
}

/** Edits in page order. */
export function sorted(edits: readonly PageEdit[]): PageEdit[] {
  return edits.toSorted((a, b) => a.range.start - b.range.start || a.range.end - b.range.end);
}

/** The edits that take some units of a run away. */
export function removeUnits(view: PageView, run: TextRun, from: number, to: number): PageEdit[] {
  return to > from ? withoutHollows(view, replaceUnits(view, run, from, to, "")) : [];
}
