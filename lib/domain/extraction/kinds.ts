import type { EnablerType, ItemKind } from "../plan-item.js";
import { type Found, kindOf } from "./candidate.js";
import { firstOf, type Group } from "./duplicates.js";
import { guessEnablerType } from "./values.js";
import type { KindWord } from "./words/words.js";

/** The word for the kind of an item: what the page calls it, or what the heading above calls its group. */
export function kindWordOf(group: Group): KindWord | null {
  return foundKindWord(group)?.value ?? null;
}

/** That word and where it stands. */
export function foundKindWord(group: Group): Found<KindWord> | null {
  return firstOf(group, (it) => it.kindWord) ?? firstOf(group, (it) => it.groupWord);
}

/** The kind of an item. What the page calls nothing is a story, or a feature where items stand under it. */
export function kindOfGroup(group: Group, hasChildren: boolean): ItemKind {
  const word = kindWordOf(group);
  if (word) return kindOf(word);
  return hasChildren ? "feature" : "story";
}

/** The type of an enabler: stated, else told by the word for it, else by title and description. */
export function enablerTypeOf(group: Group): Found<EnablerType> | null {
  const stated = firstOf(group, (it) => it.enablerType);
  if (stated) return stated;
  const word = foundKindWord(group);
  if (word?.value === "spike") return { value: "exploration", range: word.range };
  if (word?.value === "nfr") return { value: "compliance", range: word.range };
  const { candidates } = group;
  for (const { value, range } of [...candidates.map((it) => it.title), ...candidates.flatMap((it) => it.description)]) {
    const guessed = guessEnablerType(value);
    if (guessed) return { value: guessed, range };
  }
  return null;
}
