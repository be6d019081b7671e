/** The constant of reciprocal rank fusion, as its authors chose it: what stands first in one list does not decide alone. */
const k = 60;

/**
 * Merges ranked lists of ids by reciprocal rank: an id gets `weight / (60 + place)` from every list that it stands in. The best first; equal
 * ones in the order in which they are met.
 */
export function fuse(lists: { ids: string[]; weight: number }[]): { id: string; score: number }[] {
  const scores = new Map<string, number>();
  for (const { ids, weight } of lists)
    ids.forEach((id, index) => scores.set(id, (scores.get(id) ?? 0) + weight / (k + index + 1)));
  return [...scores].map(([id, score]) => ({ id, score })).sort((a, b) => b.score - a.score);
}
