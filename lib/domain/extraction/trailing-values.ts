import type { EnablerType, Priority } from "../plan-item.js";
import type { Found } from "./candidate.js";
import { fold } from "./fold.js";
import { ID, isId } from "./ids.js";
import { anyOf, labels, wordsFor } from "./lexicon.js";
import { type RichText, rangeOf, slice } from "./rich-text.js";
import { isEstimate, isNoEstimate, readOnlyEnablerType, readOnlyPriority, readPoints, readPriority } from "./values.js";
import type { KindWord } from "./words/words.js";

/** What stands after a title, in brackets or after a dash: "(8 pts, P1)", "– 3 SP", "[Must]". */
export type TrailingValues = {
  rest: RichText;
  storyPoints: Found<number> | null;
  oddEstimate: Found<string> | null;
  priority: Found<Priority> | null;
  enablerType: Found<EnablerType> | null;
  dependsOn: RichText[];
  parentName: RichText | null;
  isValued: boolean;
};

const BRACKETS = /\s*[([]([^()[\]]{1,200})[)\]]\s*[.,;]?$/;
const DASH = /\s[–—|-]\s+((?:(?!\s[–—|-]\s).){1,200})$/;
const DEPENDS = new RegExp(`^${anyOf(wordsFor("dependsOn"))}\\s*:?\\s+`, "u");
const ID_LIST = new RegExp(`^(?:${ID})(?:\\s*(?:&|\\+|and|und|et|y)\\s*(?:${ID}))*$`);
const LABELLED = new RegExp(`^(${anyOf([...labels.keys()])})\\s*[:=]\\s*`, "u");

/** Takes the values off the end of a title, as long as all that stands there are values. */
export function takeTrailingValues(title: RichText, kindWord: KindWord | null): TrailingValues {
  const values: TrailingValues = {
    rest: title,
    storyPoints: null,
    oddEstimate: null,
    priority: null,
    enablerType: null,
    dependsOn: [],
    parentName: null,
    isValued: false,
  };
  for (let i = 0; i < 6; i++) {
    const match = BRACKETS.exec(values.rest.text) ?? DASH.exec(values.rest.text);
    const inside = match?.[1];
    if (!match || inside === undefined || match.index === 0) break;
    const from = match.index + match[0].indexOf(inside);
    const taken = readTail(slice(values.rest, from, from + inside.length), kindWord);
    if (!taken) break;
    const dependsOn = [...taken.dependsOn, ...values.dependsOn];
    Object.assign(values, dropEmpty(taken), { dependsOn, isValued: values.isValued || taken.isValued });
    values.rest = slice(values.rest, 0, match.index);
  }
  return values;
}

function dropEmpty(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

type Tail = Omit<TrailingValues, "rest">;

/** Reads one group of values; null where a part of it is no value, so that the group is part of the title. */
function readTail(group: RichText, kindWord: KindWord | null): Tail | null {
  const tail: Tail = {
    storyPoints: null,
    oddEstimate: null,
    priority: null,
    enablerType: null,
    dependsOn: [],
    parentName: null,
    isValued: false,
  };
  let isListingDependencies = false;
  let weak = 0;
  let unknown = 0;
  for (const token of tokensOf(group)) {
    const folded = fold(token.text);
    const label = LABELLED.exec(folded);
    const meaning = labels.get(label?.[1] ?? "");
    const value = label ? slice(token, label[0].length) : token;
    const range = rangeOf(value);
    const depends = DEPENDS.exec(folded);
    const priority = readOnlyPriority(value.text) ?? (meaning === "priority" ? readPriority(value.text) : null);
    const enablerType = readOnlyEnablerType(value.text);
    if (depends || meaning === "dependsOn") {
      isListingDependencies = true;
      tail.isValued = true;
      tail.dependsOn.push(depends ? slice(token, depends[0].length) : value);
    } else if (isListingDependencies && ID_LIST.test(token.text)) tail.dependsOn.push(token);
    else if (isEstimate(value.text) || meaning === "points") {
      const points = readPoints(value.text);
      if (typeof points === "number") tail.storyPoints = { value: points, range };
      else tail.oddEstimate = { value: value.text, range };
      tail.isValued = true;
    } else if (isNoEstimate(value.text)) weak++;
    else if (meaning === "aside" || meaning === "status") weak++;
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
  const certain = tail.isValued || tail.priority !== null || tail.enablerType !== null || tail.parentName !== null;
  if (unknown > 0 && !tail.isValued) return null;
  const isAside = weak > 0 && unknown === 0 && (isNoEstimate(group.text) || LABELLED.test(fold(group.text)));
  return certain || isAside ? tail : null;
}

function tokensOf(group: RichText): RichText[] {
  const tokens: RichText[] = [];
  let from = 0;
  for (const match of [...group.text.matchAll(/[,;|/·](?:\s+|$)|\s[·|/]\s|\s[–—-]\s/g), null]) {
    const to = match ? match.index : group.text.length;
    const token = slice(group, from, to);
    if (token.text !== "") tokens.push(token);
    if (match) from = to + match[0].length;
  }
  return tokens;
}
