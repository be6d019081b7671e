import { editDistance } from "./distance.js";
import type { AskedWord, MemoryQuery } from "./query.js";

/**
 * A word of the organization's memory that an asked one may stand for. `typed`: the same; `stem`: another form of it; `beginning`: it goes
 * on; `similar`: spelled almost so; `part`: a word within it. `of` is the word itself where `term` is a stem.
 */
export type FoundForm = {
  n: number;
  how: "typed" | "stem" | "beginning" | "similar" | "part";
  term: string;
  of: string;
  nodes: number;
  /** It says nothing by itself: `the`, `der`, `les`, `los`. */
  isStop: boolean;
};
/** What is searched for an asked word: any of its forms, each with what it counts; `weight` is how much the word tells. */
export type WordGroup = {
  n: number;
  weight: number;
  nodes: number;
  forms: { term: string; weight: number; how: FoundForm["how"]; of: string; nodes: number }[];
};

/** A word with the same stem counts a little less than the word itself. */
const stemCounts = 0.85;
/** A word that says nothing by itself in some language is one like any other where hardly any node has it: `EU`, which is French for `had`. */
const frequentShare = 0.05;
const maxSimilar = 3;

/**
 * What each asked word is searched as. Words that memory does not have and nothing resembles are left out, and so are those that say nothing
 * by themselves, unless there are no others. `asked` is what all words tell together, also the unknown ones.
 */
export function toGroups(
  { words }: MemoryQuery,
  found: FoundForm[],
  total: number,
): { groups: WordGroup[]; asked: number } {
  const all = words.flatMap((asked) => {
    const forms = formsOf(
      asked,
      found.filter(({ n }) => n === asked.n),
    );
    if (forms.length === 0) return [];
    const nodes = Math.max(...forms.map((form) => form.nodes));
    const isStop = forms.some((form) => form.isStop) && nodes > frequentShare * total;
    const group: WordGroup = {
      n: asked.n,
      weight: rarity(nodes, total),
      nodes,
      forms: forms.map(({ counts, term, how, of, nodes: n }) => ({ term, weight: counts, how, of, nodes: n })),
    };
    return [{ group, isStop }];
  });
  const telling = all.filter(({ isStop }) => !isStop);
  const groups = (telling.length > 0 ? telling : all).map(({ group }) => group);
  return { groups, asked: weightOf(groups) + (words.length - all.length) * rarity(0, total) };
}

/** How much of what was asked these terms say, from 0 to 1. */
export function shareOf(asked: number, groups: WordGroup[], terms: string[]): number {
  const said = new Set(terms);
  return asked === 0 ? 0 : weightOf(groups.filter(({ forms }) => forms.some(({ term }) => said.has(term)))) / asked;
}

const weightOf = (groups: WordGroup[]): number => groups.reduce((sum, { weight }) => sum + weight, 0);

/** How much a word tells that stands in so many nodes of all (the one of BM25). */
export const rarity = (nodes: number, total: number): number =>
  Math.log(1 + (Math.max(total, nodes) - nodes + 0.5) / (nodes + 0.5));

type CountedForm = FoundForm & { counts: number };

function formsOf(asked: AskedWord, found: FoundForm[]): CountedForm[] {
  const of = (how: FoundForm["how"]) => found.filter((form) => form.how === how && form.nodes > 0);
  const known = [
    ...of("typed").map((form) => ({ ...form, counts: 1 })),
    ...widestStem(of("stem")).map((form) => ({ ...form, counts: stemCounts })),
  ];
  const share = (form: FoundForm) => asked.word.length / form.of.length;
  if (known.length > 0) return known;
  const further = of("beginning").map((form) => ({ ...form, counts: 0.5 + 0.5 * share(form) }));
  if (further.length > 0) return further;
  const similar = nearest(asked.word, of("similar"));
  if (similar.length > 0) return similar;
  return longest(of("part")).map((form) => ({ ...form, counts: 0.6 * (form.of.length / asked.word.length) }));
}

/** Languages differ in how much they cut off; what is left where most is cut stands in nearly all nodes that have the others. */
const widestStem = (stems: FoundForm[]): FoundForm[] => stems.toSorted((a, b) => b.nodes - a.nodes).slice(0, 1);

/** The words that the fewest letters tell from this one; stems come with their words. */
function nearest(word: string, found: FoundForm[]): CountedForm[] {
  const limit = mistakesIn(word);
  const distances = new Map<string, number>();
  for (const { of } of found) if (!distances.has(of)) distances.set(of, editDistance(word, of, limit));
  const least = Math.min(...distances.values());
  if (least > limit) return [];
  const isSurface = (form: FoundForm) => form.term === form.of;
  const chosen = found
    .filter((form) => isSurface(form) && distances.get(form.of) === least)
    .sort((a, b) => Number(b.of[0] === word[0]) - Number(a.of[0] === word[0]) || b.nodes - a.nodes)
    .slice(0, maxSimilar)
    .map(({ of }) => of);
  const counts = 1 - least / word.length;
  return chosen
    .flatMap((of) => {
      const forms = found.filter((form) => form.of === of);
      return [...forms.filter(isSurface), ...widestStem(forms.filter((form) => !isSurface(form)))];
    })
    .map((form) => ({ ...form, counts: counts * (isSurface(form) ? 1 : stemCounts) }));
}

/** How many mistakes a word of this length may have and still be recognised. */
const mistakesIn = (word: string): number => (word.length < 4 ? 0 : word.length < 6 ? 1 : word.length < 10 ? 2 : 3);

function longest(found: FoundForm[]): FoundForm[] {
  const length = Math.max(0, ...found.map(({ of }) => of.length));
  return found.filter(({ of }) => of.length === length);
}

/** The words that a long word may be made of, as its beginning or its end: `bereitschaft` of `rufbereitschaft`. */
export function partsOf(word: string): string[] {
  const shortest = 4;
  // Letters, of which some are two units of a string.
  const letters = Array.from(word);
  if (letters.length < 2 * shortest || /\d/.test(word)) return [];
  const lengths = Array.from({ length: letters.length - shortest }, (_, index) => shortest + index);
  return lengths.flatMap((length) => [letters.slice(0, length).join(""), letters.slice(-length).join("")]);
}
