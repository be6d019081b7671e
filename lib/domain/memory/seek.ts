import type { WordGroup } from "./forms.js";

/** What to look for first: nodes that have one of each of these sets of words. Any of `any` is enough. */
export type Seek = { any: string[][][]; limit: number };

/** So many nodes are looked at for each way of looking. */
const seekLimit = 250;
/** Rare words alone find few enough nodes to look at all of them. */
const fewNodes = 500;
const maxPaired = 5;

/**
 * The ways in which nodes worth ranking are found without looking at all that share a word: those that have every word, those that have a
 * rare one, and those that have two of the rarest.
 */
export function waysToSeek(groups: WordGroup[]): Seek[] {
  const telling = groups.filter((group) => !group.isStop);
  const byRarity = [...(telling.length > 0 ? telling : groups)].sort((a, b) => a.nodes - b.nodes);
  const terms = byRarity.map((group) => group.forms.map(({ term }) => term));
  if (terms.length === 0) return [];
  let together = 0;
  const rare = terms.filter((_, index) => (together += byRarity[index]?.nodes ?? 0) <= fewNodes || index === 0);
  const rarest = terms.slice(0, maxPaired);
  const pairs = rarest.flatMap((a, i) =>
    rarest.slice(i + 1).map((b, j) => ({ pair: [a, b], isRare: i + 1 + j < rare.length })),
  );
  const ways: Seek[] = [{ any: rare.map((set) => [set]), limit: Math.max(seekLimit, fewNodes) }];
  if (terms.length > rare.length) {
    ways.unshift({ any: [terms], limit: seekLimit });
    ways.push({ any: pairs.filter(({ isRare }) => !isRare).map(({ pair }) => pair), limit: seekLimit });
  }
  return ways;
}
