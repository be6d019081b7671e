import type { EnablerType, ItemKind } from "../plan-item.js";
import { type Found, kindOf } from "./candidate.js";
import { firstOf, type Group } from "./duplicates.js";
import { guessEnablerType } from "./values.js";
import type { KindWord } from "./words/words.js";

/** The word for the kind of an item: what the page calls it, or what the heading above calls its group. */
export function kindWordOf(group: Group): KindWord | null {
  return firstOf(group, (it) => it.kindWord?.value ?? null) ?? firstOf(group, (it) => it.groupWord);
}

/** The kind of an item. What the page calls nothing is a story, or a feature where items stand under it. */
export function kindOfGroup(group: Group, hasChildren: boolean): ItemKind {
  const word = kindWordOf(group);
  if (word) return kindOf(word);
  return hasChildren ? "feature" : "story";
}

/** The type of an enabler: stated, else told by the word for it, else by title and description. */
export function enablerTypeOf(group: Group): { value: EnablerType; found: Found<EnablerType> | null } | null {
  const stated = firstOf(group, (it) => it.enablerType);
  if (stated) return { value: stated.value, found: stated };
  const word = kindWordOf(group);
  if (word === "spike") return { value: "exploration", found: null };
  if (word === "nfr") return { value: "compliance", found: null };
  const words = [
    ...group.candidates.map((it) => it.title.value),
    ...group.candidates.flatMap((it) => it.description.map((text) => text.value)),
  ];
  for (const text of words) {
    const guessed = guessEnablerType(text);
    if (guessed) return { value: guessed, found: null };
  }
  return null;
}
