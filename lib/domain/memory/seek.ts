import type { WordGroup } from "./forms.js";

/** Nodes that have one of each of these sets of words; any of `any` is enough. At most `limit` of them are looked at. */
export type Seek = { any: string[][][]; isTitle: boolean; limit: number };

/** Rare words find so few nodes that all of them are looked at. */
const fewNodes = 150;
/** Of what is found in other ways so many are. */
const seekLimit = 60;
/** Most of the best hold two rare words, so of those more are. */
const pairedLimit = 90;
const maxPaired = 3;

/**
 * The ways in which nodes worth ranking are found without looking at all that share a word: those that have a rare one, and, where words are
 * frequent, those that have all of them, two of the rarest, or one in the title. Each way is a question that the index answers by skipping.
 */
export function waysToSeek(groups: WordGroup[]): Seek[] {
  const byRarity = groups.toSorted((a, b) => a.nodes - b.nodes);
  const terms = byRarity.map(widest);
  if (terms.length === 0) return [];
  let together = 0;
  const rare = terms.filter((_, index) => (together += byRarity[index]?.nodes ?? 0) <= fewNodes);
  const frequent = terms.slice(rare.length, rare.length + maxPaired);
  const way = (any: string[][][], isTitle = false, limit = seekLimit) => ({ any, isTitle, limit });
  const ways =
    rare.length > 0
      ? [
          way(
            rare.map((set) => [set]),
            false,
            fewNodes,
          ),
        ]
      : [];
  if (frequent.length === 0) return ways;
  if (terms.length > 2) ways.push(way([terms]));
  const [rarest = [], ...others] = frequent;
  const pairs = others.map((other) => [rarest, other]);
  if (pairs.length > 0) ways.push(way(pairs, false, pairedLimit));
  ways.push(
    way(
      frequent.map((set) => [set]),
      true,
    ),
  );
  if (rare.length === 0 && frequent.length === 1) ways.push(way(frequent.map((set) => [set])));
  return ways;
}

/** The words by which all nodes of a group are found: where a word has its stem, the stem stands in every node that the word does. */
function widest({ forms }: WordGroup): string[] {
  const best = new Map<string, { term: string; nodes: number }>();
  for (const { of, term, nodes } of forms) if (nodes > (best.get(of)?.nodes ?? 0)) best.set(of, { term, nodes });
  return [...best.values()].map(({ term }) => term);
}
