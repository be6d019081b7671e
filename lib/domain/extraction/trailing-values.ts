import type { EnablerType, Priority } from "../plan-item.js";
import type { Found } from "./candidate.js";
import { fold } from "./fold.js";
import { ID, isId } from "./ids.js";
import { and, blocksPhrases, dependsOnPhrases, kinds, labels, not } from "./lexicon.js";
import type { Phrases } from "./phrases.js";
import { type RichText, rangeOf, slice } from "./rich-text.js";
import {
  isEstimate,
  isNoEstimate,
  isOtherMeasure,
  readOnlyEnablerType,
  readOnlyPriority,
  readPoints,
  readPriority,
} from "./values.js";
import type { KindWord } from "./words/words.js";

/** What stands after a title, in brackets or after a dash: "(8 pts, P1)", "– 3 SP", "[Must]". */
export type TrailingValues = {
  rest: RichText;
  /** A kind behind the title: "Guest checkout (Feature)". */
  kindWord: Found<KindWord> | null;
  storyPoints: Found<number> | null;
  oddEstimate: Found<string> | null;
  priority: Found<Priority> | null;
  enablerType: Found<EnablerType> | null;
  dependsOn: RichText[];
  blocks: RichText[];
  parentName: RichText | null;
  isValued: boolean;
  /** True for an id alone in brackets: "Returns (RET-1)". */
  isIdAlone: boolean;
  /** True where not all of it is a value. */
  hasUnknown: boolean;
};

const BRACKETS = /\s*[([]([^()[\]]{1,200})[)\]]\s*[.,;]?$/;
const DASH = /\s[–—|·•-]\s+((?:(?!\s[–—|·•-]\s).){1,200})$/;
const AFTER_DEPENDS = /^\s*:?\s+/;
const AFTER_LABEL = /^\s*[:=]\s*/;
const OPEN_BRACKET = /[([][^)\]]*$/;
const ENDS_WITH_BRACKET = /[)\]]\s*[.,;]?$/;
const BRACKETED_ID = `\\[?(?:${ID})\\]?`;
const ID_LIST = new RegExp(`^${BRACKETED_ID}(?:\\s*${and}\\s*${BRACKETED_ID})*$`);
/** Numbers that teams estimate with, and T-shirt sizes. */
const BARE_ESTIMATE = /^(?:0[.,]5|½|[1-9]|1[03]|2[01]|34|40|55|89|100|xs|s|m|l|xl)$/i;

/** A phrase at the beginning of a text, where what follows it fits; `end` is where the value begins. */
function leading<Meaning>(phrases: Phrases<Meaning>, folded: string, after: RegExp) {
  const found = phrases.at(folded);
  const match = found && after.exec(folded.slice(found.end));
  return match ? { meaning: found.meaning, end: found.end + match[0].length } : null;
}

const noValues: Tail = {
  kindWord: null,
  storyPoints: null,
  oddEstimate: null,
  priority: null,
  enablerType: null,
  dependsOn: [],
  blocks: [],
  parentName: null,
  isValued: false,
  isIdAlone: false,
  hasUnknown: false,
};

/**
 * Takes the values off the end of a title, as long as all that stands there are values. `isNamed` where the line begins with an id
 * or a kind: only then a bare number in brackets is an estimate.
 */
export function takeTrailingValues(title: RichText, kindWord: KindWord | null, isNamed: boolean): TrailingValues {
  const values: TrailingValues = { rest: title, ...noValues };
  if (title.text.length > LONGEST_TITLE) return values;
  for (let i = 0; i < 6; i++) {
    const taken = takeTail(values.rest, kindWord, isNamed) ?? takePlainTail(values.rest, isNamed);
    if (!taken) break;
    const { tail, rest } = taken;
    Object.assign(values, dropEmpty(tail), {
      dependsOn: [...tail.dependsOn, ...values.dependsOn],
      blocks: [...tail.blocks, ...values.blocks],
      isValued: values.isValued || tail.isValued,
      isIdAlone: values.isIdAlone || tail.isIdAlone,
    });
    values.rest = rest;
  }
  return values;
}

type Taken = { tail: Tail; rest: RichText };

/** One group of values: what stands behind the last dash where all of it are values, else what stands in the last brackets. */
function takeTail(title: RichText, kindWord: KindWord | null, isNamed: boolean): Taken | null {
  const dash = DASH.exec(title.text);
  const isInBrackets = dash !== null && OPEN_BRACKET.test(title.text.slice(0, dash.index));
  const behindDash = isInBrackets ? null : readGroup(title, dash, kindWord, isNamed);
  if (behindDash && !behindDash.tail.hasUnknown) return behindDash;
  if (!ENDS_WITH_BRACKET.test(title.text)) return behindDash;
  const inBrackets = readGroup(title, BRACKETS.exec(title.text), kindWord, isNamed);
  const isIdAlone = inBrackets !== null && inBrackets.tail.parentName !== null && !inBrackets.tail.isValued;
  return inBrackets && { ...inBrackets, tail: { ...inBrackets.tail, isIdAlone } };
}

const KEYCAP_TAIL = /\s+((?:\d\ufe0f?\u20e3)+|🔟)$/u;
/** "does not depend on", "hängt nicht ab von", "ne dépend pas de". */
const NEGATED = new RegExp(`(?:^|\\s)${not}\\s+$`);
const BEFORE_IDS = new RegExp(`[,\\s]+(${BRACKETED_ID}(?:\\s*,\\s*|\\s+${and}\\s+|$))+$`);

/** Values without a dash or brackets: an estimate in keycaps, "needs PAY-7". */
function takePlainTail(title: RichText, isNamed: boolean): Taken | null {
  const keycaps = isNamed ? KEYCAP_TAIL.exec(title.text) : null;
  if (keycaps) {
    const group = slice(title, keycaps.index);
    const points = readPoints(group.text);
    if (typeof points !== "number") return null;
    const tail = { ...noValues, storyPoints: { value: points, range: rangeOf(group) }, isValued: true };
    return { tail, rest: slice(title, 0, keycaps.index) };
  }
  const ids = BEFORE_IDS.exec(title.text);
  if (!ids || !isNamed) return null;
  const folded = fold(title.text.slice(0, ids.index));
  for (const [phrases, field] of [
    [dependsOnPhrases, "dependsOn"],
    [blocksPhrases, "blocks"],
  ] as const) {
    const found = phrases.find(folded).at(-1);
    if (!found || found.end !== folded.length || found.start === 0 || NEGATED.test(folded.slice(0, found.start)))
      continue;
    const end = folded.slice(0, found.start).replace(/[\s,;–—-]+$/, "").length;
    return { tail: { ...noValues, [field]: [slice(title, found.end)], isValued: true }, rest: slice(title, 0, end) };
  }
  return null;
}

function readGroup(
  title: RichText,
  match: RegExpExecArray | null,
  kindWord: KindWord | null,
  isNamed: boolean,
): Taken | null {
  const inside = match?.[1];
  if (!match || inside === undefined || (match.index === 0 && !isNamed)) return null;
  const from = match.index + match[0].indexOf(inside);
  const group = slice(title, from, from + inside.length);
  const tail = readTail(group, kindWord) ?? (isNamed ? readBareEstimate(group) : null);
  return tail && { tail, rest: slice(title, 0, match.index) };
}

function readBareEstimate(group: RichText): Tail | null {
  const points = BARE_ESTIMATE.test(group.text) ? readPoints(group.text) : null;
  return typeof points === "number"
    ? { ...noValues, storyPoints: { value: points, range: rangeOf(group) }, isValued: true }
    : null;
}

function dropEmpty(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

/** The values of a part of a line that consists of nothing else: "Should", "5 SP", "PAY-7". */
export function readValues(part: RichText): Tail | null {
  const tail = part.text.length > LONGEST_VALUE_LINE ? null : readTail(part, null);
  return tail?.hasUnknown ? null : tail;
}

const LONGEST_TITLE = 1000;
const LONGEST_VALUE_LINE = 120;

/** The values of a line that consists of nothing else: "PAY-7 · 5 SP"; null for any other line. */
export function readValueLine(line: RichText): Tail | null {
  if (line.text.length > LONGEST_VALUE_LINE) return null;
  const tail = readTail(line, null);
  const found = tail && [tail.storyPoints ?? tail.oddEstimate, tail.priority, tail.enablerType, tail.parentName];
  return tail && found && !tail.hasUnknown && (tail.isValued || found.filter(Boolean).length > 1) ? tail : null;
}

export type Tail = Omit<TrailingValues, "rest">;

/** Reads one group of values; null where a part of it is no value, so that the group is part of the title. */
function readTail(group: RichText, kindWord: KindWord | null): Tail | null {
  const tail: Tail = { ...noValues, dependsOn: [], blocks: [] };
  let listing: RichText[] | null = null;
  let weak = 0;
  let unknown = 0;
  for (const token of tokensOf(group)) {
    const folded = fold(token.text);
    const label = leading(labels, folded, AFTER_LABEL);
    const meaning = label?.meaning;
    const value = label ? slice(token, label.end) : token;
    const range = rangeOf(value);
    const depends = leading(dependsOnPhrases, folded, AFTER_DEPENDS);
    const kind = kindWord === null ? kinds.get(folded) : undefined;
    const named = kindWord === null ? readNamedKind(token, folded) : null;
    const leadingLabel = labels.at(folded);
    const ofLabel = leadingLabel?.meaning === "priority" ? readOnlyPriority(token.text.slice(leadingLabel.end)) : null;
    const priority =
      ofLabel ?? readOnlyPriority(value.text) ?? (meaning === "priority" ? readPriority(value.text) : null);
    const enablerType = readOnlyEnablerType(value.text);
    const blocks = leading(blocksPhrases, folded, AFTER_DEPENDS);
    if (depends || blocks || meaning === "dependsOn" || meaning === "blocks") {
      listing = blocks || meaning === "blocks" ? tail.blocks : tail.dependsOn;
      tail.isValued = true;
      const end = depends?.end ?? blocks?.end;
      listing.push(end === undefined ? value : slice(token, end));
    } else if (kind) tail.kindWord = { value: kind, range };
    else if (named) Object.assign(tail, named);
    else if (isNamedParent(token, folded)) tail.parentName = slice(token, labels.at(folded)?.end ?? 0);
    else if (listing && ID_LIST.test(token.text)) listing.push(token);
    else if (isEstimate(value.text) || meaning === "points") {
      const points = readPoints(value.text);
      if (typeof points === "number") tail.storyPoints = { value: points, range };
      else tail.oddEstimate = { value: value.text, range };
      tail.isValued = true;
    } else if (isNoEstimate(value.text) || isOtherMeasure(value.text)) weak++;
    else if (meaning === "aside" || meaning === "status") weak++;
    else if (meaning === "feature" || meaning === "epic" || meaning === "parent") tail.parentName = value;
    else if (priority) tail.priority = { value: priority, range };
    else if (enablerType && kindWord !== "epic" && kindWord !== "feature" && kindWord !== "story")
      tail.enablerType = { value: enablerType, range };
    else if (isId(value.text) && (value.text.includes("-") || label)) tail.parentName = value;
    else if (/^(?:\d{1,3}|xs|s|m|l|xl)$/i.test(value.text)) {
      const points = readPoints(value.text);
      if (typeof points === "number") tail.storyPoints = { value: points, range };
      weak++;
    } else unknown++;
  }
  const certain =
    tail.isValued ||
    tail.priority !== null ||
    tail.enablerType !== null ||
    tail.parentName !== null ||
    tail.kindWord !== null;
  tail.hasUnknown = unknown > 0;
  if (unknown > 0 && !tail.isValued) return null;
  // A size or "not estimated" beside a priority is what only items have.
  if (unknown === 0 && weak > 0 && tail.priority !== null) tail.isValued = true;
  const isAside =
    weak > 0 &&
    unknown === 0 &&
    (isNoEstimate(group.text) || isOtherMeasure(group.text) || leading(labels, fold(group.text), AFTER_LABEL) !== null);
  return certain || isAside ? tail : null;
}

/** "epic Pay by phone": the parent by its title, where the line says nothing else of it. */
function isNamedParent(token: RichText, folded: string): boolean {
  const label = labels.at(folded);
  const isParent = label?.meaning === "epic" || label?.meaning === "feature";
  const rest = label ? token.text.slice(label.end) : "";
  const isLower = token.text.charAt(0) === token.text.charAt(0).toLowerCase();
  if (label?.meaning === "parent") return /^\s+#?\d{3,}$/.test(rest) || isId(rest.trim());
  return isParent && isLower && /^\s+[\p{L}\p{N}“"«„]/u.test(rest);
}

/** "Epic PAY-1": a kind and an id, which are the item's own or its parent's. */
function readNamedKind(token: RichText, folded: string): Pick<Tail, "kindWord" | "parentName"> | null {
  const kind = kinds.at(folded);
  const id = kind && slice(token, kind.end);
  if (!kind || !id || !isId(id.text)) return null;
  return { kindWord: { value: kind.meaning, range: rangeOf(token, 0, kind.end) }, parentName: id };
}

function tokensOf(group: RichText): RichText[] {
  const tokens: RichText[] = [];
  let from = 0;
  for (const match of [...group.text.matchAll(/[,;|/·•](?:\s+|$)|\s[·•|/]\s|\s[–—-]\s/g), null]) {
    const to = match ? match.index : group.text.length;
    const token = slice(group, from, to);
    if (token.text !== "") tokens.push(token);
    if (match) from = to + match[0].length;
  }
  return tokens;
}
