/** A stretch of the old text, from one unit to another, and the words that are to stand there. */
export type Hunk = { from: number; to: number; text: string };

const TOKEN = /\n|[^\S\n]+|[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu;
/** Beyond this the middle of two texts is replaced as a whole. */
const LARGEST_TABLE = 4_000_000;

/** What has to be replaced in one text so that it becomes the other, word by word. */
export function diffWords(before: string, after: string): Hunk[] {
  const [old, wanted] = [tokensOf(before), tokensOf(after)];
  let head = 0;
  while (head < old.length && head < wanted.length && old[head] === wanted[head]) head++;
  let tail = 0;
  while (
    tail < old.length - head &&
    tail < wanted.length - head &&
    old[old.length - 1 - tail] === wanted[wanted.length - 1 - tail]
  )
    tail++;
  const kept = keptTokens(old.slice(head, old.length - tail), wanted.slice(head, wanted.length - tail));
  const hunks: Hunk[] = [];
  let at = lengthOf(old.slice(0, head));
  let [i, j] = [head, head];
  for (const pair of [...kept, null]) {
    const [nextI, nextJ] = pair ? [pair[0] + head, pair[1] + head] : [old.length - tail, wanted.length - tail];
    const to = at + lengthOf(old.slice(i, nextI));
    const text = wanted.slice(j, nextJ).join("");
    if (to > at || text !== "") hunks.push({ from: at, to, text });
    at = to + (old[nextI]?.length ?? 0);
    [i, j] = [nextI + 1, nextJ + 1];
  }
  return hunks;
}

/** The pairs of places at which the longest common row of tokens stands. */
function keptTokens(old: readonly string[], wanted: readonly string[]): [number, number][] {
  const width = wanted.length + 1;
  if (old.length * wanted.length === 0 || (old.length + 1) * width > LARGEST_TABLE) return [];
  const longest = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = wanted.length - 1; j >= 0; j--)
      longest[i * width + j] =
        old[i] === wanted[j]
          ? (longest[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(longest[(i + 1) * width + j] ?? 0, longest[i * width + j + 1] ?? 0);
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < old.length && j < wanted.length; ) {
    if (old[i] === wanted[j]) pairs.push([i++, j++]);
    else if ((longest[(i + 1) * width + j] ?? 0) >= (longest[i * width + j + 1] ?? 0)) i++;
    else j++;
  }
  return pairs;
}

/** One step from a list to another: what stands at `old` stays or is edited to what stands at `wanted`; -1 where there is nothing. */
export type Step = { old: number; wanted: number };

/** Which entry of one list becomes which of another: equal ones stay, similar ones in the same order are edited, the rest comes or goes. */
export function alignLists(old: readonly string[], wanted: readonly string[]): Step[] {
  const width = wanted.length + 1;
  const score = (i: number, j: number) => similarity(old[i] ?? "", wanted[j] ?? "");
  const best = new Float64Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = wanted.length - 1; j >= 0; j--)
      best[i * width + j] = Math.max(
        score(i, j) + (best[(i + 1) * width + j + 1] ?? 0),
        best[(i + 1) * width + j] ?? 0,
        best[i * width + j + 1] ?? 0,
      );
  const steps: Step[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < wanted.length) {
    const here = best[i * width + j] ?? 0;
    if (
      i < old.length &&
      j < wanted.length &&
      score(i, j) > 0 &&
      here === score(i, j) + (best[(i + 1) * width + j + 1] ?? 0)
    )
      steps.push({ old: i++, wanted: j++ });
    else if (i < old.length && (j >= wanted.length || here === (best[(i + 1) * width + j] ?? 0)))
      steps.push({ old: i++, wanted: -1 });
    else steps.push({ old: -1, wanted: j++ });
  }
  return pairUp(steps);
}

/** An entry that goes where another comes is edited: its place, its marks and its comments stay. */
function pairUp(steps: readonly Step[]): Step[] {
  const paired: Step[] = [];
  for (const step of steps) {
    const before = paired.at(-1);
    if (before && before.wanted < 0 && step.old < 0) before.wanted = step.wanted;
    else if (before && before.old < 0 && step.wanted < 0) before.old = step.old;
    else paired.push({ ...step });
  }
  return paired;
}

function similarity(a: string, b: string): number {
  if (a === b) return 1;
  const [left, right] = [wordsOf(a), wordsOf(b)];
  const shared = [...left].filter((word) => right.has(word)).length;
  const share = (2 * shared) / (left.size + right.size || 1);
  return share >= 0.4 ? share * 0.9 : 0;
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
}

function tokensOf(text: string): string[] {
  return text.match(TOKEN) ?? [];
}

function lengthOf(tokens: readonly string[]): number {
  return tokens.reduce((sum, token) => sum + token.length, 0);
}
