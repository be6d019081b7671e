/** The indexes of as many numbers as rise one after the other; null is no number. */
export function longestRise(numbers: readonly (number | null)[]): Set<number> {
  /** For each length: where the rise of that length ends that ends lowest. */
  const ends: number[] = [];
  /** What stands before each in its rise. */
  const before: number[] = [];
  for (const [n, at] of numbers.entries()) {
    if (at === null) continue;
    const found = ends.findIndex((end) => (numbers[end] ?? 0) >= at);
    const length = found < 0 ? ends.length : found;
    before[n] = ends[length - 1] ?? -1;
    ends[length] = n;
  }
  const rise = new Set<number>();
  for (let n = ends.at(-1) ?? -1; n >= 0; n = before[n] ?? -1) rise.add(n);
  return rise;
}
