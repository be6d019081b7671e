/** Which of the old texts each new one is, perhaps changed: its index, null where it is new. The order stays. */
export function align(before: readonly string[], after: readonly string[]): (number | null)[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  const shorter = Math.min(before.length, after.length) - start;
  while (end < shorter && before.at(-1 - end) === after.at(-1 - end)) end++;
  const middle = alignMiddle(before.slice(start, before.length - end), after.slice(start, after.length - end));
  return [
    ...Array.from({ length: start }, (_, n) => n),
    ...middle.map((at) => (at === null ? null : at + start)),
    ...Array.from({ length: end }, (_, n) => before.length - end + n),
  ];
}

const MOST = 250_000;

/** The pairs whose texts have most in common, all in all. */
function alignMiddle(before: readonly string[], after: readonly string[]): (number | null)[] {
  const [rows, columns] = [before.length, after.length];
  if (rows * columns > MOST) return after.map((_, n) => (n < rows ? n : null));
  const [old, now] = [before.map(wordsOf), after.map(wordsOf)];
  const likeness = old.map((one, i) =>
    now.map((other, j) => (before[i] === after[j] ? 2 : rows === 1 && columns === 1 ? 1 : shared(one, other))),
  );
  const best = Array.from({ length: rows + 1 }, () => Array.from({ length: columns + 1 }, () => 0));
  const at = (i: number, j: number) => best[i]?.[j] ?? 0;
  const like = (i: number, j: number) => likeness[i]?.[j] ?? 0;
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) {
      const paired = like(i, j) > 0 ? like(i, j) + at(i + 1, j + 1) : 0;
      const row = best[i];
      if (row) row[j] = Math.max(paired, at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs = Array.from({ length: columns }, (): number | null => null);
  for (let [i, j] = [0, 0]; i < rows && j < columns; ) {
    if (like(i, j) > 0 && at(i, j) === like(i, j) + at(i + 1, j + 1)) pairs[j++] = i++;
    else if (at(i, j) === at(i + 1, j)) i++;
    else j++;
  }
  return pairs;
}

const wordsOf = (text: string) => new Set(text.toLowerCase().split(" "));

/** How much two texts have in common: 0 where it is too little to call one a change of the other. */
function shared(one: Set<string>, other: Set<string>): number {
  let both = 0;
  for (const word of one) if (other.has(word)) both++;
  const likeness = (2 * both) / (one.size + other.size);
  return likeness >= 0.3 ? likeness : 0;
}
