import { fold } from "./fold.js";
import { anyOf, groups, priorities, wordsFor } from "./lexicon.js";
import { readFields } from "./labelled-line.js";
import { type RichText, rangeOf } from "./rich-text.js";
import type { Scope } from "./place.js";
import type { Label } from "./words/words.js";

/** What a heading that is no item means for what stands under it. */
export type SectionMeaning = Pick<Scope, "groupWord" | "groupPriority"> & {
  mode: Scope["mode"] | null;
  /** The field that the section is about: "Acceptance criteria". */
  label: Label | null;
};

const leftOut = anyOf(wordsFor("leftOut"));
const LEFT_OUT = new RegExp(`(?<![\\p{L}])${leftOut}(?![\\p{L}])`, "u");
const STARTS_LEFT_OUT = new RegExp(`^[^\\p{L}]*${leftOut}(?![\\p{L}])`, "u");
const OTHER = new RegExp(`(?<![\\p{L}])${anyOf(wordsFor("otherSections"))}(?![\\p{L}])`, "u");
const GROUP = new RegExp(`(?<![\\p{L}])${anyOf([...groups.keys()])}(?![\\p{L}])`, "gu");
const PRIORITY = new RegExp(
  `^\\s*(${anyOf([...priorities.keys()])})(?:$|\\s*[:–—|(-]|\\s+(?:priority|items|stories|prioritat))`,
  "u",
);
const SHORT = 8;

/** Reads a heading, panel title or separator row that introduces no item. */
export function readSectionMeaning(text: RichText): SectionMeaning {
  const folded = fold(text.text);
  const [field] = readFields(text);
  const label = field && (field.value.text === "" || field.value === text) ? field.label : null;
  const priority = priorities.get(PRIORITY.exec(folded)?.[1] ?? "");
  const isShort = folded.split(" ").length <= SHORT;
  const named = [...folded.matchAll(GROUP)].map((match) => groups.get(match[0]) ?? null);
  const groupWord = isShort && new Set(named).size === 1 ? (named[0] ?? null) : null;
  const groupPriority = priority ? { value: priority, range: rangeOf(text) } : null;
  const mode = LEFT_OUT.test(folded) ? "left-out" : !groupWord && OTHER.test(folded) ? "other" : null;
  return { mode, label, groupWord, groupPriority };
}

/** True for a sentence such as "Out of scope, so that nobody asks again:". */
export function announcesLeftOut(text: string): boolean {
  return STARTS_LEFT_OUT.test(fold(text)) && text.length < 120;
}
