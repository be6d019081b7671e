import { readIssueLine, takeIssueLink } from "../issue-link.js";
import { addProse, applyField, applyValues } from "../item-fields.js";
import { readDependencySentences } from "../dependency-sentence.js";
import { fold } from "../fold.js";
import { labels } from "../lexicon.js";
import type { Label } from "../words/words.js";
import { isDropMark, titleOf } from "../head.js";
import { isId } from "../ids.js";
import { readLead } from "../lead.js";
import { type Field, readFields } from "../labelled-line.js";
import { takeLine } from "./awaited-values.js";
import { type Place, type Rule, scopeOf } from "../place.js";
import { readValueLine, readValues } from "../trailing-values.js";
import type { Candidate } from "../candidate.js";
import { linesOf, join, type RichText, slice } from "../rich-text.js";

/** Paragraphs are fields behind labels, sentences about dependencies, or the item's own prose. */
export const fieldLines: Rule = {
  name: "field-lines",
  read(block, place) {
    if (block.kind !== "paragraph") return null;
    const prose: RichText[] = [];
    let isUsed = false;
    for (const line of titleFirst(block.text, place).flatMap(partAtLabels)) {
      if (readLine(line, place)) isUsed = true;
      else prose.push(line);
    }
    const { item, ownsText } = scopeOf(place);
    // What follows the items under an epic or feature is about them, or about the page.
    if (item && ownsText && prose.length > 0 && place.page.candidates.at(-1) === item) {
      addProse(item, join(prose, "\n"));
      isUsed = true;
    }
    return isUsed ? "item" : null;
  },
};

/** "Asked for by all stores. Depends on: PAY-7": a label at the beginning of a later sentence begins a line. */
function partAtLabels(line: RichText): RichText[] {
  if (!/[.!?]\s+\p{L}[^.!?]*:/u.test(line.text) || readFields(line).length > 0) return [line];
  const folded = fold(line.text);
  const starts = labels.find(folded).flatMap(({ start, end, meaning }) => {
    const isLabel =
      REFERRING.has(meaning) && /^\s*:/.test(folded.slice(end)) && /[.!?]\s*$/.test(folded.slice(0, start));
    return isLabel ? [start] : [];
  });
  return [0, ...starts].map((start, index) => slice(line, start, starts[index]));
}

/** Labels that people put behind a remark in one line. */
const REFERRING: ReadonlySet<Label> = new Set(["dependsOn", "blocks", "criteria", "points", "priority"]);

/** Under a heading that is no more than an id, the first line is the title. */
function titleFirst(text: RichText, place: Place): RichText[] {
  const { item, ownsText } = scopeOf(place);
  if (!item || !ownsText || item.title.value !== "" || linesOf(text).some((line) => readFields(line).length > 0))
    return linesOf(text);
  const { head, rest } = readLead(place, text);
  item.title = titleOf(head);
  item.range = { start: item.range.start, end: Math.max(item.range.end, item.title.range.end) };
  item.storyPoints ??= head.storyPoints;
  item.priority ??= head.priority;
  return rest;
}

/** Lozenges in the item's own prose: "We want three minutes. [CRITICAL] [5 SP]". */
function takeMarks(item: Candidate, line: RichText) {
  // What begins with struck words is about something that is gone.
  if (line.spans.some(({ mark, start }) => mark === "struck" && start === 0)) return;
  for (const span of line.spans.filter(({ mark }) => mark === "status")) {
    const shown = slice(line, span.start, span.end);
    const values = readValues(shown);
    if (values) applyValues(item, values);
    if (isDropMark(shown.text)) item.isDropped = true;
  }
}

function readLine(line: RichText, place: Place): boolean {
  const sentences = readDependencySentences(line);
  place.page.sentences.push(...sentences);
  if (sentences.length > 0) return true;
  const { item } = scopeOf(place);
  if (!item) return false;
  takeMarks(item, line);
  if (isId(line.text) && !item.id) {
    item.bracketedId ??= line;
    return true;
  }
  const issue = readIssueLine(line);
  if (issue) {
    item.issueLink ??= issue;
    return true;
  }
  if (readParts(line, item)) return true;
  const fields = readFields(line).flatMap(withoutOtherValues(item));
  const values = fields.length === 0 ? readValueLine(line) : null;
  if (values) {
    applyValues(item, values);
    return true;
  }
  if (fields.length === 0 && place.awaited && takeLine(line, place.awaited)) return true;
  const unused = fields.filter((field) => !applyField(item, field));
  const last = fields.at(-1);
  place.awaited = last && last.value.text === "" ? { label: last.label, item, taken: 0, isSection: false } : null;
  return fields.length > 0 && unused.length < fields.length;
}

/** "Points: tbd, could": what follows the comma is another value. */
const withoutOtherValues = (item: Candidate) => (field: Field) => {
  if (field.label !== "points" && field.label !== "priority") return [field];
  const comma = field.value.text.indexOf(",");
  const others = comma > 0 ? readValues(slice(field.value, comma + 1)) : null;
  if (!others || readValues(slice(field.value, 0, comma)) === null) return [field];
  applyValues(item, others);
  return [{ ...field, value: slice(field.value, 0, comma) }];
};

/** "PAY-7 · Points: TBD · Should": a line of parts of which most are fields and values. */
function readParts(line: RichText, item: Candidate): boolean {
  if (!/[·|•]/.test(line.text)) return false;
  const { link, identifier, rest } = takeIssueLink(line);
  const parts = partsOf(rest).map((part) => ({ fields: readFields(part), values: readValues(part) }));
  const known = parts.filter(({ fields, values }) => fields.length > 0 || values !== null);
  if (known.length === 0 || known.length * 2 <= parts.length) return false;
  item.issueLink ??= link;
  item.id ??= identifier;
  for (const { fields, values } of known) {
    for (const field of fields) applyField(item, field);
    if (fields.length === 0 && values) applyValues(item, values);
  }
  return true;
}

function partsOf(line: RichText): RichText[] {
  const parts: RichText[] = [];
  let from = 0;
  for (const match of [...line.text.matchAll(/\s*[·|•]\s+/g), null]) {
    parts.push(slice(line, from, match?.index));
    if (match) from = match.index + match[0].length;
  }
  return parts.filter((part) => part.text !== "");
}
