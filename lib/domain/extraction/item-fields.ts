import { type Candidate, type Found, kindOf } from "./candidate.js";
import { readCriteriaLines } from "./criteria.js";
import { readHead, startsWithDropMark, titleOf, type Head } from "./head.js";
import { isId } from "./ids.js";
import type { Field } from "./labelled-line.js";
import { blocksPhrases, kinds, labels, otherKinds } from "./lexicon.js";
import type { Block, Placed } from "./blocks.js";
import { type Place, scopeOf } from "./place.js";
import { flat, linesOf, type RichText, rangeOf, slice } from "./rich-text.js";
import { fold } from "./fold.js";
import type { Tail } from "./trailing-values.js";
import { isNothing, readEnablerType, readOnlyEnablerType, readPoints, readPriority } from "./values.js";

/** Where a candidate stands on the page. */
type Standing = Pick<Candidate, "rule" | "structure" | "range" | "localId">;

/** A candidate with what its line says, and nothing of what is around it. */
export function newCandidate({ rule, structure, range, localId }: Standing, head: Head): Candidate {
  return {
    rule,
    structure,
    range,
    localId,
    id: head.id,
    kindWord: head.kindWord,
    groupWord: null,
    title: titleOf(head),
    alias: head.alias,
    enclosing: null,
    bracketedId: head.bracketedId,
    parentName: head.parentName,
    otherCells: [],
    storyPoints: head.storyPoints,
    oddEstimate: head.oddEstimate,
    priority: head.priority,
    enablerType: head.enablerType,
    criteria: [],
    dependsOn: [...head.dependsOn],
    blocks: [...head.blocks],
    description: [],
    issueLink: head.issueLink,
    isDropped: head.isDropped,
    isTentative: false,
  };
}

/** Adds a candidate that a line introduces to the page; it stands under what is around it. */
export function addCandidate(
  place: Place,
  rule: string,
  structure: Block,
  { range, localId }: Pick<Placed, "range" | "localId">,
  head: Head,
): Candidate {
  const { groupWord, groupPriority, item } = scopeOf(place);
  const candidate = newCandidate({ rule, structure, range, localId }, head);
  candidate.groupWord = groupWord;
  candidate.enclosing = item;
  candidate.priority ??= groupPriority;
  place.page.candidates.push(candidate);
  return candidate;
}

/** Puts the value of a labelled line or of a table cell into the item; false where the value does not fit the label. */
export function applyField(item: Candidate, { label, value, line, name }: Field): boolean {
  const text = flat(value);
  const found = <Value>(it: Value): Found<Value> => ({ value: it, range: rangeOf(value) });
  if ((label === "status" || label === "priority") && startsWithDropMark(text)) item.isDropped = true;
  switch (label) {
    case "points":
      return applyPoints(item, value);
    case "priority": {
      const priority = readPriority(text);
      if (priority) item.priority = found(priority);
      return priority !== null || isNothing(text) || item.isDropped;
    }
    case "enablerType": {
      const type = readEnablerType(text);
      if (type) item.enablerType = found(type);
      return type !== null;
    }
    case "kind":
      return applyKind(item, value);
    case "criteria":
      item.criteria.push(...readCriteriaLines(linesOf(value)));
      return true;
    case "dependsOn":
      for (const part of partsOf(value)) addDependency(item, part);
      return true;
    case "blocks":
      if (!isNothing(text)) item.blocks.push(value);
      return true;
    case "parent":
    case "epic":
    case "feature":
      if (!isNothing(text)) item.parentName = value;
      return true;
    case "id":
      if (!isId(text)) return false;
      item.id ??= found(text);
      return true;
    case "description":
      if (text !== "")
        item.description.push(name === "description" ? found(text) : { value: flat(line), range: rangeOf(line) });
      return true;
    case "sentence":
    case "role":
    case "wish":
    case "benefit":
    case "title":
      if (text !== "") item.description.push(found(text));
      return true;
    case "dependent":
      return false;
    case "status":
    case "aside":
      return true;
  }
}

/** The parts of a value that may each say something else: "after PAY-1; blocks PAY-2". */
function partsOf(value: RichText): RichText[] {
  const parts: RichText[] = [];
  let from = 0;
  for (const match of [...value.text.matchAll(/[;\n]\s*/g), null]) {
    parts.push(slice(value, from, match?.index));
    if (match) from = match.index + match[0].length;
  }
  return parts.filter((part) => part.text !== "");
}

/** Where a dependency is spelled out, the words say which way it goes; "related to" is none. */
function addDependency(item: Candidate, part: RichText) {
  if (isNothing(flat(part))) return;
  const folded = fold(part.text);
  const blocks = blocksPhrases.at(folded);
  if (blocks) item.blocks.push(slice(part, blocks.end));
  else if (!isAside(folded)) item.dependsOn.push(part);
}

/** "Related to PAY-3"; a title may begin with a word such as "start". */
function isAside(folded: string): boolean {
  const found = labels.at(folded);
  return found?.meaning === "aside" && found.phrase.includes(" ");
}

function applyPoints(item: Candidate, value: RichText): boolean {
  const points = readPoints(flat(value));
  if (typeof points === "number") item.storyPoints = { value: points, range: rangeOf(value) };
  else if (points === "not_understood") item.oddEstimate = { value: flat(value), range: rangeOf(value) };
  return true;
}

/** True for the kinds of things that are planned beside items: milestones, risks. */
export function isOtherKind(text: RichText): boolean {
  const folded = fold(flat(text));
  return !kinds.at(folded) && otherKinds.at(folded) !== null;
}

/** "Enabler (architecture)", "Spike", "User story". */
export function applyKind(item: Candidate, value: RichText): boolean {
  const folded = fold(flat(value));
  const word = folded.replace(/\s*[([].*$/, "").trim();
  const kindWord =
    kinds.get(word) ?? kinds.get(word.split(/\s*[:/–—-]\s*|\s+/)[0] ?? "") ?? kinds.get(word.split(/\s+/).at(-1) ?? "");
  const type = readEnablerType(folded);
  const only = readOnlyEnablerType(folded);
  if (!kindWord && only) {
    item.enablerType = { value: only, range: rangeOf(value) };
    return true;
  }
  if (kindWord) item.kindWord = { value: kindWord, range: rangeOf(value) };
  const isEnabler = item.kindWord !== null && kindOf(item.kindWord.value) === "enabler";
  if (type && isEnabler && word !== "spike" && word !== "research")
    item.enablerType = { value: type, range: rangeOf(value) };
  return kindWord !== undefined || (type !== null && isEnabler);
}

/** Puts the values of a line such as "PAY-7 · 5 SP" into the item; what it has already stays. */
export function applyValues(item: Candidate, values: Tail) {
  item.storyPoints ??= values.storyPoints;
  item.oddEstimate ??= values.oddEstimate;
  item.priority ??= values.priority;
  item.enablerType ??= values.enablerType;
  item.kindWord ??= values.kindWord;
  if (item.id) item.parentName ??= values.parentName;
  else item.bracketedId ??= values.parentName;
  item.dependsOn.push(...values.dependsOn);
  item.blocks.push(...values.blocks);
}

/** Adds a paragraph of the item's own prose. */
export function addProse(item: Candidate, text: RichText) {
  if (text.text !== "") item.description.push({ value: text.text, range: rangeOf(text) });
}

/** A line that may introduce an item, read with the ids of this page. */
export function readHeadAt({ page }: Place, line: RichText): Head {
  let head = page.heads.get(line);
  if (!head) page.heads.set(line, (head = readHead(line, page.prefixes)));
  return head;
}
