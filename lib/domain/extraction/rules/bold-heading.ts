import { rankOf } from "../candidate.js";
import { fold } from "../fold.js";
import type { Head } from "../head.js";
import type { Paragraph } from "../blocks.js";
import { addCandidate, readHeadAt } from "../item-fields.js";
import { readFieldSection } from "../field-section.js";
import { ID, SHORT_ID } from "../ids.js";
import { groups, kinds } from "../lexicon.js";
import { linesAsBlocks, readLead } from "../lead.js";
import { readFields } from "../labelled-line.js";
import { enter, type Place, type Rule, scopeOf, type Use, walkQuietly } from "../place.js";
import { emptyText, linesOf, type RichText, rangeOf, slice } from "../rich-text.js";
import { readValueLine, readValues } from "../trailing-values.js";
import { readSectionMeaning } from "../sections.js";
import { BOLD_LEVEL } from "./heading-tree.js";

/**
 * A bold line stands for a heading where it names an item or a known kind of section. A plain one does where it ends with an
 * estimate: "US-1: Pay by card (3 SP)".
 */
export const boldHeading: Rule = {
  name: "bold-heading",
  read(block, place) {
    if (block.kind !== "paragraph" || place.isInside || scopeOf(place).mode === "left-out") return null;
    const [line, ...more] = linesOf(block.text);
    if (!line) return null;
    if (more.length > 0 && isTypedList([line, ...more], place)) {
      place.walk([line, ...more].map((text) => ({ kind: "paragraph", text, range: rangeOf(text), localId: null })));
      return "item";
    }
    const isOfItem = more.length === 0 && ENDS_WITH_ID.test(line.text) && isBold(line);
    if (!isOfItem && !mayIntroduce(line)) return null;
    const { head, rest } = readLead(place, block.text);
    const isField = isOfItem || (rest.length === 0 && head.id !== null && head.title.text !== "");
    const field = isField ? readFieldSection(place, line, head) : null;
    if (field) {
      place.awaited = { ...field, taken: 0, isSection: false };
      return "item";
    }
    const isNamed =
      head.title.text !== "" && (head.kindWord !== null || head.id !== null || isTypedBullet(line, head, place));
    if (!isBold(line) && !isGroupLabel(line) && !(isNamed && (isLead(line, head, place) || isCard(head, rest))))
      return null;
    if (isNamed) {
      closeScopes(place, rankOf(head.kindWord?.value ?? null) ?? 1);
      const item = addCandidate(place, "bold-heading", block, block, head);
      // An epic in front of all headings is above them.
      const isOutermost = rankOf(item.kindWord?.value ?? null) === 3 && place.scopes.length === place.floor;
      enter(place, {
        level: isOutermost ? 0 : BOLD_LEVEL,
        heading: line.text,
        mode: item.isDropped ? "left-out" : "items",
        item,
        ownsText: true,
        groupWord: null,
      });
      walkQuietly(place, linesAsBlocks(rest));
      return "item";
    }
    if (rest.length > 0 || (readFields(line).length > 0 && !isGroupLabel(line))) return null;
    const meaning = readSectionMeaning(line);
    if (!meaning.mode && !meaning.groupWord && !meaning.groupPriority) return enterTentative(block, head, place);
    while (place.scopes.length > place.floor && scopeOf(place).level === BOLD_LEVEL && !scopeOf(place).ownsText)
      place.scopes.pop();
    const { groupWord, groupPriority } = meaning;
    enter(place, { level: BOLD_LEVEL, heading: line.text, mode: meaning.mode ?? "items", groupWord, groupPriority });
    return "context";
  },
};

const ENDS_WITH_ID = new RegExp(`${ID}[\\s):.]*$`);
const STARTS_WITH_NAME = new RegExp(`^[^\\p{L}]{0,12}(?:\\p{L}[.)]\\s|${ID}|${SHORT_ID})`, "u");

/** A quick look, so that prose is not read as a head: bold, a kind, an id, a bullet, or values at the end. */
function mayIntroduce(line: RichText): boolean {
  if (line.spans.some(({ mark, start }) => mark === "bold" && start === 0)) return true;
  if (STARTS_WITH_NAME.test(line.text) || /^[\s\W]*[-–•*\d[(]/.test(line.text)) return true;
  const folded = fold(line.text.slice(0, 60));
  const first = /[\p{L}\p{N}]|$/u.exec(folded)?.index ?? 0;
  if (kinds.at(folded, first) || groups.at(folded, first)) return true;
  const second = folded.indexOf(" ", first) + 1;
  return second > 0 && kinds.at(folded, second) !== null;
}

/** Any other bold line under an epic or a feature is an item if its fields say so, as a heading is. */
function enterTentative(block: Paragraph, head: Head, place: Place): Use | null {
  const around = scopeOf(place);
  const isInPlan = around.groupWord !== null || around.item !== null;
  const isLine = head.title.text !== "" && head.title.text.length < LONGEST_TITLE && !/[:.!]$/.test(head.title.text);
  if (!isInPlan || around.mode !== "items" || !isLine) return null;
  const above = around.level === BOLD_LEVEL && around.item?.isTentative ? place.scopes.at(-2) : around;
  if (rankOf(above?.item?.kindWord?.value ?? null) === 1) return null;
  while (place.scopes.length > place.floor && scopeOf(place).level === BOLD_LEVEL && scopeOf(place).item?.isTentative)
    place.scopes.pop();
  const item = addCandidate(place, "bold-heading", block, block, head);
  item.isTentative = true;
  const groupWord = rankOf(around.groupWord?.value ?? null) === 1 ? around.groupWord : null;
  enter(place, { level: BOLD_LEVEL, heading: block.text.text, item, ownsText: true, groupWord });
  return "context";
}

const LONGEST_TITLE = 150;

/** True for a bold line that names an item, or a section that is about something. */
export function isNewName(block: Paragraph, place: Place): boolean {
  const [line, ...more] = linesOf(block.text);
  if (!line || more.length > 0 || !isBold(line)) return false;
  const { head } = readLead(place, block.text);
  const { mode, groupWord } = readSectionMeaning(line);
  return head.kindWord !== null || head.id !== null || groupWord !== null || mode === "other";
}

/** True where all words are bold; lozenges and values behind them need not be. */
function isBold(line: RichText): boolean {
  const bold = line.spans.find((span) => span.mark === "bold" && span.start === 0);
  if (!bold) return false;
  const marks = line.spans.filter((span) => span.mark === "status" && span.start >= bold.end);
  const ends = [bold.end, ...marks.map((mark) => mark.end)];
  const between = ends.map((end, index) => slice(line, end, marks[index]?.start));
  return between.every((rest) => {
    const value = slice(rest, /^[\s·•|,–—-]*/.exec(rest.text)?.[0].length ?? 0);
    const bracketed = /^[([][^()[\]]*[)\]]$/.test(value.text) ? slice(value, 1, value.text.length - 1) : null;
    return value.text === "" || (bracketed ? readValues(bracketed) : readValueLine(value)) !== null;
  });
}

/** "b) Print a letter (3 pts)" under a feature: a list that was typed. */
function isTypedBullet(line: RichText, head: Head, place: Place): boolean {
  return head.isValued && scopeOf(place).item !== null && /^(?:\(?[a-z]\)|\d{1,2}[.)]|[-–•*])\s/.test(line.text);
}

/** "Stories:" above a list. */
function isGroupLabel({ text }: RichText): boolean {
  return /:\s*$/.test(text) && groups.get(fold(text).replace(/\s*:\s*$/, "")) !== undefined;
}

/** Lines of one paragraph that each introduce an item. */
function isTypedList(lines: readonly RichText[], place: Place): boolean {
  const leads = lines.filter((line) => {
    const head = readHeadAt(place, line);
    return (
      head.isValued &&
      head.title.text !== "" &&
      (head.id !== null || head.kindWord !== null || isTypedBullet(line, head, place))
    );
  });
  return leads.length > 1 && leads.length * 2 > lines.length && readFields(lines[0] ?? emptyText).length === 0;
}

/** A plain line is one where it ends with values, or begins with an id in bold or brackets. */
function isLead(line: RichText, head: Head, place: Place): boolean {
  if (head.isValued || isBoldKind(line, head, place) || isPlainEpic(line, head, place)) return true;
  return scopeOf(place).mode === "items" && (head.isMarkedId || (head.id !== null && head.priority !== null));
}

/** "Story: Pay by card" above labelled lines, an id or an estimate among them. */
function isCard({ kindWord }: Head, rest: readonly RichText[]): boolean {
  return kindWord !== null && rest.flatMap(readFields).some(({ label }) => label === "id" || label === "points");
}

/** "Epic: Returns without a letter" in front of everything else. */
function isPlainEpic(line: RichText, { kindWord }: Head, place: Place): boolean {
  const isFirst = scopeOf(place).item === null && scopeOf(place).mode === "items";
  return (
    isFirst &&
    kindWord !== null &&
    rankOf(kindWord.value) === 3 &&
    /^\P{L}*\p{L}[\p{L}-]*\s*[\p{L}\d-]*\s*[:–—]/u.test(line.text)
  );
}

/** "**Epic:** LAA-1 – …": a bold kind in front of a title, unless it names the parent of the item that is being described. */
function isBoldKind(line: RichText, { kindWord, id }: Head, place: Place): boolean {
  const bold = line.spans.find((span) => span.mark === "bold" && span.start === 0);
  if (!kindWord || !bold || bold.end >= line.text.length || !kinds.at(fold(line.text))) return false;
  const { item } = scopeOf(place);
  const isNew = id !== null && !place.page.candidates.some((other) => other.id?.value === id.value);
  return item === null || isNew || (rankOf(item.kindWord?.value ?? null) ?? 1) > (rankOf(kindWord.value) ?? 1);
}

/** Ends the items that are not above an item of this rank, and bold groups inside them. */
function closeScopes(place: Place, rank: number) {
  const ended = place.scopes.findIndex(({ item, level }, index) => {
    // What a heading is that nobody calls anything, nobody knows: a line below it does not end it.
    if (index < place.floor || !item || (level !== BOLD_LEVEL && item.kindWord === null)) return false;
    return (rankOf(item.kindWord?.value ?? null) ?? 1) <= rank;
  });
  if (ended >= 0) place.scopes.length = ended;
}
