import type { EnablerType, Priority } from "../plan-item.js";
import { type Found, kindOf } from "./candidate.js";
import { fold } from "./fold.js";
import { ID, isStandard, prefixOf, SHORT_ID } from "./ids.js";
import { takeIssueLink } from "./issue-link.js";
import { isStorySentence, kinds, phrasesFor } from "./lexicon.js";
import { emptyText, flat, join, type RichText, rangeOf, slice } from "./rich-text.js";
import { takeTrailingValues } from "./trailing-values.js";
import {
  isEstimate,
  isNoEstimate,
  readEnablerType,
  readOnlyEnablerType,
  readOnlyPriority,
  readPoints,
} from "./values.js";
import type { KindWord } from "./words/words.js";

/** What the line that introduces an item says: "Enabler (compliance) KP-13: Second factor (5 SP, must)". */
export type Head = {
  kindWord: Found<KindWord> | null;
  id: Found<string> | null;
  title: RichText;
  enablerType: Found<EnablerType> | null;
  storyPoints: Found<number> | null;
  oddEstimate: Found<string> | null;
  priority: Found<Priority> | null;
  dependsOn: RichText[];
  blocks: RichText[];
  /** True where the line begins with an id in brackets or in bold: "[PAY-7] …". */
  isMarkedId: boolean;
  parentName: RichText | null;
  issueLink: Found<string> | null;
  isDropped: boolean;
  /** True where the line begins with struck words: what follows may be no more than a remark. */
  isStruckBefore: boolean;
  /** An id in brackets behind the title: the item's own, unless another item has it; then it is the parent's. */
  bracketedId: RichText | null;
  /** "Story 1.2": a number that other lines may use as a name; it is no id. */
  alias: string | null;
  /** True where the title is an "As a …, I want …" sentence. */
  isSentence: boolean;
  /** True where the line ends with an estimate or another value that only items have. */
  isValued: boolean;
};

const SEPARATOR = "(?:\\s*[:|]\\s*|\\s+[-–—·•]+\\s*|\\s*[–—·•]\\s+|\\s*\\n\\s*)";
const BEFORE_KIND = /^(?<opening>[[(]?)\s*/;
const WORD_BEFORE_KIND = /^(?<before>\p{L}{5,20})\s+/u;
const AFTER_KIND = /^(?!\/)(?:\s*[\])])?(?:\s*\((?<inside>[^()\n]{2,40})\))?/;
const NUMBER = /^\s*(?:#|no\.?|nr\.?)?\s*\d{1,3}(?:\.\d{1,3})*(?=\s*[:–—|-]|\s*\n|\s*$)/i;
const LEADING_ID = new RegExp(`^\\s*[\\[(]?(?<id>${ID}|${SHORT_ID})[\\])]?(?![\\p{L}\\p{N}-])`, "u");
const LEADING_SEPARATOR = new RegExp(`^(?:${SEPARATOR}|\\s*\\.\\s+)`);
/** The number of a heading: "1.2.3", "2.", "3)"; a plain number only in front of something that introduces an item. */
const OUTLINE_NUMBER = /^\s*(?:\d{1,2}(?:\.\d{1,3})+[.)]?|\d{1,2}[.)]|[a-z]\))\s+(?=\S)/;
const PLAIN_NUMBER = /^\s*(?:\d{1,2}|[A-Za-z]\.)\s+(?=\S)/;
const CHECKBOX = /^\s*\[[ xX✓]?\]\s+/;
const JUNK = /^[\s\p{Extended_Pictographic}\ufe0f*•·>#]+/u;
const dropped = phrasesFor("dropped");
const BEFORE_MARK = /^\s*[[(]?\s*/;
const ENDS_MARK = /^\s*[\])]?\s*[!.]*$/;
const PARTS_MARK = /^(?:[\])]|\s*:)\s*/;
const FINAL_BRACKET = /[[(]\s*([^()[\]]{3,40}?)\s*[\])][.!]*$/;
const FINAL_DASH = /\s[–—-]\s*([^–—]{3,40}?)[.!]*$/;

/** A head that says nothing. */
export const emptyHead: Head = {
  kindWord: null,
  id: null,
  title: emptyText,
  enablerType: null,
  storyPoints: null,
  oddEstimate: null,
  priority: null,
  dependsOn: [],
  blocks: [],
  isMarkedId: false,
  parentName: null,
  bracketedId: null,
  issueLink: null,
  isDropped: false,
  isStruckBefore: false,
  alias: null,
  isSentence: false,
  isValued: false,
};

/** True for "won't do", "rejected", "cancelled" and nothing else. */
export function isDropMark(text: string): boolean {
  const folded = fold(text);
  const mark = dropped.at(folded, BEFORE_MARK.exec(folded)?.[0].length);
  return mark !== null && ENDS_MARK.test(folded.slice(mark.end));
}

/** True for a status that says so, whatever reason follows in brackets: "❌ Rejected (works council)". */
export function startsWithDropMark(text: string): boolean {
  const folded = fold(text);
  const mark = dropped.at(folded, /[\p{L}]|$/u.exec(folded)?.index);
  return mark !== null && /^\s*(?:$|[.!,;:()[\]–—-])/.test(folded.slice(mark.end));
}

/** True for a text with a lozenge that says so. */
export function saysDropped({ text, spans }: RichText): boolean {
  return spans.some((span) => span.mark === "status" && isDropMark(text.slice(span.start, span.end)));
}

/** A mark of an item that is not done, in front of its title: "[Rejected] …", "Cancelled: …", or in capitals. */
function takeDropMark(line: RichText): RichText | null {
  const folded = fold(line.text);
  const opening = /^[[(]/.test(folded) ? 1 : 0;
  const mark = dropped.at(folded, opening);
  if (!mark) return null;
  const after = PARTS_MARK.exec(folded.slice(mark.end));
  if (after) return slice(line, mark.end + after[0].length);
  const isCapital = opening === 0 && line.text.slice(0, mark.end) === mark.phrase.toUpperCase();
  return isCapital ? slice(line, mark.end) : null;
}

/** Where a mark of an item that is not done begins, at the end of its line: "… (rejected)", "… – cancelled". */
function findFinalDropMark(line: RichText): number | null {
  const folded = fold(line.text);
  const match = FINAL_BRACKET.exec(folded) ?? FINAL_DASH.exec(folded);
  return match && dropped.get(match[1] ?? "") ? match.index : null;
}

/** What is longer introduces nothing. */
const LONGEST_HEAD = 1000;

/** Reads the line that may introduce an item. `prefixes` are those of ids on this page; without them every id is trusted. */
export function readHead(line: RichText, prefixes: ReadonlySet<string> | null): Head {
  if (line.text.length > LONGEST_HEAD) return { ...emptyHead, title: line };
  const linked = takeIssueLink(line);
  const marks = takeStatusMarks(linked.rest);
  const isStruckBefore = marks.rest.spans.some((span) => span.mark === "struck" && span.start === 0);
  const unboxed = skip(skip(marks.rest, /^\s*[-–•*]\s+(?=\S)/), CHECKBOX);
  const bare = skip(withoutOutlineNumber(skip(unboxed, JUNK), prefixes), JUNK);
  const unmarked = takeDropMark(bare);
  const droppedEnd = findFinalDropMark(bare);
  const rest = slice(unmarked ?? bare, 0, unmarked || droppedEnd === null ? undefined : droppedEnd);

  const first = takeIdOfKind(rest) ?? takeId(rest, prefixes);
  const unmarkedTitle = takeDropMark(first.rest);
  const kind = takeKind(first.rest);
  const second = first.id || !kind.kindWord ? { id: null, rest: kind.rest } : takeId(kind.rest, null);
  const id = first.id ?? kind.id ?? second.id ?? linked.identifier;
  const kindWord = kind.kindWord ?? marks.kindWord;
  const isNamed = id !== null || kindWord !== null;
  const typed = takeLeadingType(second.rest);
  const values = takeTrailingValues(skip(typed.rest, LEADING_SEPARATOR), kindWord?.value ?? null, isNamed);

  return {
    kindWord: kindWord ?? values.kindWord,
    id,
    title: isEstimate(values.rest.text) || PLACEHOLDER.test(values.rest.text) ? emptyText : values.rest,
    enablerType: kind.enablerType ?? typed.enablerType ?? marks.enablerType ?? values.enablerType,
    storyPoints: values.storyPoints ?? marks.storyPoints,
    oddEstimate: values.oddEstimate,
    priority: values.priority ?? marks.priority,
    dependsOn: values.dependsOn,
    blocks: values.blocks,
    isMarkedId: id !== null && (MARKED_ID.test(bare.text) || isBoldAlone(bare, id)),
    parentName: id || !values.isIdAlone ? values.parentName : null,
    bracketedId: id || !values.isIdAlone ? null : values.parentName,
    issueLink: linked.link,
    isDropped:
      marks.isDropped ||
      unmarked !== null ||
      unmarkedTitle !== null ||
      droppedEnd !== null ||
      (isStruckBefore && isRemark(values.rest.text) && !kindWord && !id),
    isStruckBefore,
    alias: kind.alias,
    isSentence: isStorySentence(values.rest.text),
    isValued: values.isValued || marks.isEstimated,
  };
}

/** What templates show in place of a title: "<Name>", "[Name of the feature]", "…". */
const PLACEHOLDER = /^(?:<[^<>]*>|\[[^[\]]*\]|\{[^{}]*\}|…|\.{2,}|_{2,})$/;

const MARKED_ID = /^[[(]/;

/** True where the id is bold and the words behind it are not. */
function isBoldAlone(line: RichText, id: Found<string>): boolean {
  const bold = line.spans.find((span) => span.mark === "bold" && span.start === 0);
  if (!bold || bold.end >= line.text.length) return false;
  return (
    line.text
      .slice(0, bold.end)
      .replace(/[\s[\]():–—|-]+$/g, "")
      .replace(/^[[(]/, "") === id.value
  );
}

const LEADING_TYPE = /^\s*\(([^()]{3,30})\)\s*:\s*/;

/** "(Architecture): …" behind a lozenge that says enabler. */
function takeLeadingType(line: RichText): { enablerType: Found<EnablerType> | null; rest: RichText } {
  const match = LEADING_TYPE.exec(line.text);
  const value = match && readOnlyEnablerType(match[1] ?? "");
  if (!match || !value) return { enablerType: null, rest: line };
  const rest = slice(line, match[0].length);
  return { enablerType: { value, range: rangeOf(line, 0, match[0].trimEnd().length) }, rest };
}

function withoutOutlineNumber(line: RichText, prefixes: ReadonlySet<string> | null): RichText {
  const numbered = OUTLINE_NUMBER.exec(line.text);
  if (numbered) return slice(line, numbered[0].length);
  const plain = PLAIN_NUMBER.exec(line.text);
  const rest = plain && skip(slice(line, plain[0].length), JUNK);
  return rest && (takeKind(rest).kindWord || takeId(rest, prefixes).id) ? rest : line;
}

/** What is left of a struck line: nothing, or a remark in brackets or after a dash. */
function isRemark(text: string): boolean {
  return text === "" || /^[([–—:→-]/.test(text);
}

/** Takes status lozenges out of the line: ENABLER, HIGH, WON'T DO; workflow states say nothing. */
function takeStatusMarks(line: RichText) {
  const marks: {
    rest: RichText;
    kindWord: Found<KindWord> | null;
    priority: Found<Priority> | null;
    storyPoints: Found<number> | null;
    enablerType: Found<EnablerType> | null;
    isEstimated: boolean;
    isDropped: boolean;
  } = {
    rest: line,
    kindWord: null,
    priority: null,
    storyPoints: null,
    enablerType: null,
    isEstimated: false,
    isDropped: false,
  };
  const kept: RichText[] = [];
  let from = 0;
  for (const span of line.spans.filter((it) => it.mark === "status")) {
    const shown = fold(line.text.slice(span.start, span.end)).trim();
    const range = rangeOf(line, span.start, span.end);
    const { kindWord, enablerType } = readKindMark(shown);
    const priority = readOnlyPriority(shown);
    const points = BARE_ESTIMATE.test(shown) || isEstimate(shown) ? readPoints(shown) : null;
    if (kindWord) marks.kindWord ??= { value: kindWord, range };
    else if (isDropMark(shown)) marks.isDropped = true;
    else if (priority) marks.priority ??= { value: priority, range };
    else if (typeof points === "number") marks.storyPoints ??= { value: points, range };
    marks.isEstimated ||= typeof points === "number" || (shown !== "" && isNoEstimate(shown));
    if (enablerType) marks.enablerType ??= { value: enablerType, range };
    kept.push(slice(line, from, span.start));
    from = span.end;
  }
  if (kept.length > 0) marks.rest = join([...kept, slice(line, from)], " ");
  return marks;
}

const BARE_ESTIMATE = /^(?:\d{1,2}(?:[.,]5)?|xs|s|m|l|xl)$/;

/** "ENABLER", "ENABLER: COMPLIANCE", "INFRASTRUCTURE". */
function readKindMark(shown: string): { kindWord: KindWord | undefined; enablerType: EnablerType | null } {
  const whole = kinds.get(shown);
  const first = kinds.at(shown);
  const rest = first ? shown.slice(first.end).replace(/^[\s:(/–—-]+|[\s)]+$/g, "") : shown;
  const enablerType = readOnlyEnablerType(rest);
  return { kindWord: whole ?? (enablerType ? first?.meaning : undefined), enablerType: whole ? null : enablerType };
}

function takeKind(line: RichText) {
  const none = { rest: line, kindWord: null, id: null, enablerType: null, alias: null };
  const folded = fold(line.text);
  const opening = BEFORE_KIND.exec(folded);
  const from = opening?.[0].length ?? 0;
  const word = kinds.at(folded, from) ? null : WORD_BEFORE_KIND.exec(folded.slice(from));
  const kind = kinds.at(folded, from + (word?.[0].length ?? 0));
  const closing = kind && AFTER_KIND.exec(folded.slice(kind.end));
  if (!kind || !closing) return none;
  const value = kind.meaning;
  const inside = closing.groups?.["inside"];
  const before = word ? readEnablerType(word[0]) : null;
  const bracketed = inside ? readEnablerType(inside) : null;
  if (word && !before) return none;
  if (inside && !bracketed && kinds.get(inside.trim()) === undefined) return none;

  const end = kind.end + closing[0].length;
  const kindWord = { value, range: rangeOf(line, 0, folded.slice(0, end).trimEnd().length) };
  const stated = bracketed ?? before ?? (kindOf(value) === "enabler" ? readEnablerType(kind.phrase) : null);
  const enablerType = stated ? { value: stated, range: kindWord.range } : null;
  const afterKind = slice(line, end);
  const after = line.text.slice(end);
  const number = NUMBER.exec(after);
  const idMatch = number ? null : LEADING_ID.exec(after);
  const idText = idMatch?.groups?.["id"];
  if (idMatch && idText) {
    const at = end + idMatch[0].indexOf(idText);
    const id = { value: idText, range: rangeOf(line, at, at + idText.length) };
    return {
      rest: skip(slice(line, end + idMatch[0].length), LEADING_SEPARATOR),
      kindWord,
      id,
      enablerType,
      alias: null,
    };
  }
  const alias = number ? `${value} ${number[0].trim()}` : null;
  const separator = LEADING_SEPARATOR.exec(after.slice(number?.[0].length ?? 0));
  if (!separator && !number && opening?.groups?.["opening"] === "") return none;
  if (!separator)
    return {
      rest: number ? slice(line, end + number[0].length) : afterKind,
      kindWord,
      id: null,
      enablerType,
      alias,
    };
  return {
    rest: slice(line, end + (number?.[0].length ?? 0) + separator[0].length),
    kindWord,
    id: null,
    enablerType,
    alias,
  };
}

/** "RET-2 – Feature: Labels": in front of a stated kind no second id is needed to trust the first. */
function takeIdOfKind(line: RichText): { id: Found<string> | null; rest: RichText } | null {
  const taken = takeId(line, null);
  return taken.id && takeKind(taken.rest).kindWord ? taken : null;
}

/** Takes a leading id. Without a kind word before it, it must be one of a numbered series, or short and followed by a colon. */
function takeId(line: RichText, prefixes: ReadonlySet<string> | null): { id: Found<string> | null; rest: RichText } {
  const match = LEADING_ID.exec(line.text);
  const value = match?.groups?.["id"];
  if (!match || !value) return { id: null, rest: line };
  const after = line.text.slice(match[0].length);
  const isBracketed = match[0].trim().startsWith("[") && match[0].endsWith("]");
  const trusted = value.includes("-")
    ? isBracketed ||
      (prefixes === null
        ? !isStandard(value)
        : prefixes.has(prefixOf(value)) || (after.startsWith(":") && !isStandard(value)))
    : prefixes === null
      ? /^\s*[:–—|]/.test(after)
      : prefixes.has(prefixOf(value));
  if (!trusted) return { id: null, rest: line };
  const at = match[0].indexOf(value);
  return {
    id: { value, range: rangeOf(line, at, at + value.length) },
    rest: skip(slice(line, match[0].length), LEADING_SEPARATOR),
  };
}

function skip(line: RichText, pattern: RegExp): RichText {
  const match = pattern.exec(line.text);
  return match && match.index === 0 && match[0] !== "" ? slice(line, match[0].length) : line;
}

/** The title as it is shown. */
export function titleOf(head: Head): Found<string> {
  return { value: flat(head.title).replace(/\s+/g, " "), range: rangeOf(head.title) };
}
