import { type Candidate, kindOf, rankOf } from "../candidate.js";
import { type FieldSection, readFieldSection } from "../field-section.js";
import type { Head } from "../head.js";
import { addCandidate, readHeadAt } from "../item-fields.js";
import { fold } from "../fold.js";
import { labels, tasks } from "../lexicon.js";
import { readFields } from "../labelled-line.js";
import { enter, type Place, type Rule, type Scope, scopeOf } from "../place.js";
import type { Heading } from "../blocks.js";
import { type SectionMeaning, readSectionMeaning } from "../sections.js";
import type { KindWord } from "../words/words.js";

/** Level of a bold line that stands for a heading: below all headings. */
export const BOLD_LEVEL = 7;

/** Headings introduce items, group them, or say that what follows is no plan. */
export const headingTree: Rule = {
  name: "heading-tree",
  read(block, place) {
    if (block.kind !== "heading") return null;
    const head = readHeadAt(place, block.text);
    const isItem = head.kindWord !== null || head.id !== null || isNamedByBracket(head, scopeAt(place, block.level));
    closeScopes(place, block.level, head.kindWord?.value ?? null);
    const around = scopeOf(place);
    const heading = block.text.text || around.heading;
    const field = around.mode === "left-out" ? null : readFieldSection(place, block.text, head);
    const isStruck = block.text.text === "" && block.text.spans.some((span) => span.mark === "struck");
    if (around.mode === "left-out" || isStruck) enter(place, { level: block.level, heading, mode: "left-out" });
    else if (field) enterField(place, block, field);
    else if (isItem && (head.title.text !== "" || head.id)) enterItem(place, block, head);
    else enterSection(place, block, head);
    return scopeOf(place).item?.range === block.range ? "item" : "context";
  },
};

/** Under "Features", "Search (PAY-7)" is one. */
function isNamedByBracket({ bracketedId }: Head, around: Scope): boolean {
  return bracketedId !== null && around.groupWord !== null;
}

/** The scope in which a heading of a level will stand. */
function scopeAt(place: Place, level: number): Scope {
  return place.scopes.findLast((scope, index) => scope.level < level || index < place.floor) ?? scopeOf(place);
}

/**
 * Ends what a heading of this level ends. An epic is not ended by a feature heading of the same level; a feature is by an enabler
 * that follows it at once, because enablers stand beside features too.
 */
function closeScopes(place: Place, level: number, kindWord: KindWord | null) {
  const rank = rankOf(kindWord);
  let mayStandBeside = kindWord !== null && kindOf(kindWord) === "enabler";
  for (let top = place.scopes.at(-1); top && place.scopes.length > place.floor; top = place.scopes.at(-1)) {
    const topRank = rankOf(top.item?.kindWord?.value ?? null);
    const isOwnItem = top.item !== place.scopes.at(-2)?.item;
    const isLarger =
      isOwnItem && rank !== null && topRank !== null && topRank > rank && !(mayStandBeside && topRank === 2);
    if (top.level < level || (isLarger && (top.level === level || top.level === BOLD_LEVEL))) return;
    if (top.level === level) mayStandBeside = false;
    place.scopes.pop();
  }
}

function enterItem(place: Place, block: Heading, head: Head) {
  const item = addCandidate(place, "heading-tree", block, block, head);
  enter(place, {
    level: block.level,
    heading: block.text.text,
    mode: item.isDropped ? "left-out" : "items",
    item,
    ownsText: true,
    groupWord: null,
  });
}

function enterField(place: Place, block: Heading, { label, item }: FieldSection) {
  const ownsText = label === "description";
  enter(place, { level: block.level, heading: block.text.text, item, ownsText, groupWord: null });
  if (label !== "description") place.awaited = { label, item, taken: 0, isSection: true };
}

function enterSection(place: Place, block: Heading, head: Head) {
  const around = scopeOf(place);
  const meaning = readSectionMeaning(block.text);
  const isOfTasks = !mayBeItem(around.item) && tasks.get(fold(block.text.text).replace(/[\s:]+$/, ""));
  const mode = head.isDropped ? "left-out" : isOfTasks ? "other" : meaning.mode;
  const says: SectionMeaning = { ...meaning, mode };
  const [field] = readFields(block.text);
  const sectionLabel = labels.at(fold(block.text.text))?.meaning === "criteria" ? ("criteria" as const) : null;
  const common = { level: block.level, heading: block.text.text, sectionLabel, ...groupOf(says, around) };
  if (says.mode) enter(place, { ...common, mode: says.mode, item: says.mode === "other" ? around.item : null });
  else if (
    says.groupWord ||
    says.groupPriority ||
    field !== undefined ||
    around.mode === "other" ||
    head.title.text === "" ||
    !mayBeItem(around.item)
  )
    enter(place, { ...common, mode: around.mode === "other" ? "other" : "items" });
  else {
    const item = addCandidate(place, "heading-tree", block, block, head);
    item.isTentative = true;
    // What the heading above calls it cannot be what it calls the things below, unless they may be many levels of the same.
    const groupWord = rankOf(common.groupWord?.value ?? null) === 1 ? common.groupWord : null;
    enter(place, { ...common, item, ownsText: true, groupWord });
  }
}

/** Under a story an unknown heading is part of the story; anywhere else it may be an item itself. */
function mayBeItem(enclosing: Candidate | null): boolean {
  return enclosing === null || rankOf(enclosing.kindWord?.value ?? null) !== 1;
}

function groupOf(meaning: SectionMeaning, around: Pick<SectionMeaning, "groupWord" | "groupPriority">) {
  return {
    groupWord: meaning.groupWord ?? around.groupWord,
    groupPriority: meaning.groupPriority ?? around.groupPriority,
  };
}
