/** More changes than this are not looked through: what is so different has little in common that would mean anything. */
const MOST_CHANGES = 2_000;

/** Positions of what two sequences have in common, in the order of both: as much of it as there is (Myers' O(ND) difference). */
export function commonSequence(a: readonly string[], b: readonly string[]): [number, number][] {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start++;
  let end = 0;
  while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const between = commonBetween(a.slice(start, a.length - end), b.slice(start, b.length - end));
  return [
    ...Array.from({ length: start }, (_, i): [number, number] => [i, i]),
    ...between.map(([i, j]): [number, number] => [start + i, start + j]),
    ...Array.from({ length: end }, (_, i): [number, number] => [a.length - end + i, b.length - end + i]),
  ];
}

/**
 * On the diagonal k = x - y, `reached` is the furthest x that so many changes lead to. With each further change every diagonal is reached
 * from its neighbours; the rounds are kept to walk the shortest way back.
 */
function commonBetween(a: readonly string[], b: readonly string[]): [number, number][] {
  if (a.length === 0 || b.length === 0) return [];
  const most = Math.min(a.length + b.length, MOST_CHANGES);
  const zero = most + 1;
  const reached = new Int32Array(2 * most + 3);
  const rounds: Int32Array[] = [];
  for (let changes = 0; changes <= most; changes++) {
    rounds.push(reached.slice(zero - changes - 1, zero + changes + 2));
    for (let k = -changes; k <= changes; k += 2) {
      let x = startOn(reached, zero, k, changes).x;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      reached[zero + k] = x;
      if (x >= a.length && x - k >= b.length) return walkBack(rounds, k, x);
    }
  }
  return [];
}

/** The better of two ways onto a diagonal: leaving out one of `a` (from k - 1), or taking in one of `b` (from k + 1). */
function startOn(reached: Int32Array, zero: number, k: number, changes: number): { x: number; from: number } {
  const below = reached[zero + k - 1] ?? 0;
  const above = reached[zero + k + 1] ?? 0;
  const comesFromAbove = k === -changes || (k !== changes && below < above);
  return comesFromAbove ? { x: above, from: k + 1 } : { x: below + 1, from: k - 1 };
}

function walkBack(rounds: Int32Array[], lastK: number, lastX: number): [number, number][] {
  const pairs: [number, number][] = [];
  let k = lastK;
  let x = lastX;
  for (let changes = rounds.length - 1; changes >= 0; changes--) {
    const reached = rounds[changes] ?? new Int32Array();
    const way = changes === 0 ? { x: 0, from: 0 } : startOn(reached, changes + 1, k, changes);
    for (; x > way.x; x--) pairs.push([x - 1, x - 1 - k]);
    x = reached[changes + 1 + way.from] ?? 0;
    k = way.from;
  }
  return pairs.reverse();
}
