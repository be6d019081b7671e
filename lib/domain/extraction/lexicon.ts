import type { EnablerType, Priority } from "../plan-item.js";
import { fold } from "./fold.js";
import { de } from "./words/de.js";
import { en } from "./words/en.js";
import { es } from "./words/es.js";
import { fr } from "./words/fr.js";
import { type Phrases, phrasesOf } from "./phrases.js";
import type { KindWord, Label, Words } from "./words/words.js";

const languages: readonly Words[] = [en, de, fr, es];

type ListsOfWords =
  | "pointUnits"
  | "otherUnits"
  | "sizes"
  | "noEstimate"
  | "nothing"
  | "dropped"
  | "leftOut"
  | "otherSections"
  | "fillers"
  | "totals"
  | "otherKinds"
  | "and"
  | "not"
  | "afterPriority"
  | "requirements"
  | "shirtSizes"
  | "of"
  | "tasks"
  | "workTypes"
  | "blocks"
  | "dependsOn"
  | "to";

/** The folded words of all languages under one heading. */
export function wordsFor(list: ListsOfWords): string[] {
  return [...new Set(languages.flatMap((words) => words[list].map(fold)))];
}

/** The same words as phrases that can be found in texts. */
export function phrasesFor(list: ListsOfWords): Phrases<true> {
  return phrasesOf(wordsFor(list).map((word) => [word, true] as const));
}

/** A regular expression for one of the phrases, longest first so that "must have" is not read as "must". */
export function anyOf(phrases: readonly string[]): string {
  const longestFirst = [...phrases].sort((a, b) => b.length - a.length);
  return `(?:${longestFirst.map((phrase) => phrase.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")).join("|")})`;
}

/** Folded word → what it means; where languages disagree the first one has it. */
function dictionary<Meaning extends string>(pick: (words: Words) => Record<Meaning, string[]>): Phrases<Meaning> {
  const map = new Map<string, Meaning>();
  for (const words of languages) {
    const byMeaning = pick(words);
    for (const meaning of Object.keys(byMeaning) as Meaning[])
      for (const phrase of byMeaning[meaning]) if (!map.has(fold(phrase))) map.set(fold(phrase), meaning);
  }
  return phrasesOf(map);
}

/** Kind words in front of titles. */
export const kinds: Phrases<KindWord> = dictionary((words) => words.kinds);
/** Kind words of headings that group. */
export const groups: Phrases<KindWord> = dictionary((words) => words.groups);
/** Labels of values and columns. */
export const labels: Phrases<Label> = dictionary((words) => words.labels);
/** Words for priorities. */
export const priorities: Phrases<Priority> = dictionary((words) => words.priorities);
/** Stated types of enablers. */
export const enablerTypes: Phrases<EnablerType> = dictionary((words) => words.enablerTypes);
/** Words in titles that tell the type of an enabler. */
export const enablerHints: Phrases<EnablerType> = dictionary((words) => words.enablerHints);

/** What joins two names, for regular expressions. */
export const and = anyOf([...wordsFor("and"), "&", "+"]);
/** What turns a statement round, for regular expressions. */
export const not = anyOf(wordsFor("not"));
/** Words between two items: "A depends on B". */
export const dependsOnPhrases = phrasesFor("dependsOn");
/** Words between two items: "A blocks B". */
export const blocksPhrases = phrasesFor("blocks");
/** Steps in which a story is done. */
export const tasks = phrasesFor("tasks");
/** Kinds of things that are planned beside items: milestones, risks, bugs. */
export const otherKinds = phrasesFor("otherKinds");

const storySentences = languages.map(
  ({ story }) => new RegExp(`^(?:${fold(story.role)})[^]{1,300}?(?<![\\p{L}])(?:${fold(story.wish)})(?![\\p{L}])`, "u"),
);

const storyRoles = languages.map(({ story }) => new RegExp(`^(?:${fold(story.role)})`, "u"));

/** True for a line that begins with "As a …". */
export function startsStorySentence(text: string): boolean {
  const folded = fold(text.slice(0, 60));
  return storyRoles.some((role) => role.test(folded));
}

/** True for "As a …, I want …" in any of the languages. */
export function isStorySentence(text: string): boolean {
  const folded = fold(text.slice(0, 600));
  return storySentences.some((sentence) => sentence.test(folded));
}

/** Words that begin the lines of a scenario. */
export const steps = {
  given: anyOf(languages.flatMap((words) => words.steps.given.map(fold))),
  next: anyOf(languages.flatMap((words) => words.steps.next.map(fold))),
  scenario: anyOf(languages.flatMap((words) => words.steps.scenario.map(fold))),
};
