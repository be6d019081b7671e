import { titleKey } from "../extraction/fold.js";
import { type Rarity, rarityIn, sharedWords, type Words, wordsOf } from "./words.js";

type Titled = { title: string };
/** Two titles that may mean the same, and how alike they are: 1 where they are the same but for case, accents and signs. */
export type LikelyDuplicate<Issue extends Titled> = { title: string; issue: Issue; likeness: number };

/** Below it, titles share words and mean something else. */
const leastLikeness = 0.72;

/** A word in more issues than this leads to none of them. */
const mostIssues = 100;

/** For each title the issue that it resembles most, where there is one; the most alike first. */
export function likelyDuplicates<Issue extends Titled>(titles: string[], issues: Issue[]): LikelyDuplicate<Issue>[] {
  const ours = titles.map((title) => ({ title, ...measure(title) }));
  const theirs = issues.map((issue) => ({ issue, ...measure(issue.title) }));
  const rarity = rarityIn(
    ours.map(({ words }) => words),
    theirs.map(({ words }) => words),
  );
  const byKey = new Map([...theirs].reverse().map((other) => [other.key, other]));
  const byWord = new Map<string, typeof theirs>();
  for (const other of theirs)
    for (const word of other.words) {
      const known = byWord.get(word);
      if (known) known.push(other);
      else byWord.set(word, [other]);
    }
  const found = ours.flatMap((own) => {
    const same = byKey.get(own.key);
    if (same) return [{ title: own.title, issue: same.issue, likeness: 1 }];
    const lists = [...own.words].map((word) => byWord.get(word) ?? []).filter((list) => list.length <= mostIssues);
    let best: LikelyDuplicate<Issue> | null = null;
    for (const other of new Set(lists.flat())) {
      const likeness = likenessOf(own, other, rarity);
      if (likeness >= leastLikeness && likeness > (best?.likeness ?? 0))
        best = { title: own.title, issue: other.issue, likeness };
    }
    return best ? [best] : [];
  });
  return found.sort((a, b) => b.likeness - a.likeness);
}

type Measured = { key: string; words: Words; pairs: Map<string, number> };

function measure(title: string): Measured {
  const key = titleKey(title);
  const telling = key.split(" ").filter((word) => !linking.has(word));
  return { key, words: wordsOf(telling.join(" ")), pairs: pairsOf(key) };
}

/** Words that link others in the four languages; titles that share nothing but them are about different things. */
const linking = new Set(
  (
    "a an and as at by for from in into is of on or the to with " +
    "am auf aus bei das dem den der des die ein eine fur im in ist mit oder und von vom zu zum zur " +
    "au aux avec d dans de des du en est et l la le les ou par pour sur un une " +
    "al con de del el en es la las los o para por sin un una y"
  ).split(" "),
);

/** By words, rare ones more than common ones; by pairs of letters where a word was mistyped. Never quite 1. */
function likenessOf(a: Measured, b: Measured, rarity: Rarity): number {
  if (a.words.size < 2 || b.words.size < 2) return 0;
  const byWords = sharedWords(a.words, b.words, rarity).part;
  const byLetters = byWords >= leastLikeness ? 0 : diceOf(a.pairs, b.pairs);
  return Math.min(Math.max(byWords, byLetters >= 0.85 ? byLetters : 0), 0.99);
}

function pairsOf(text: string): Map<string, number> {
  const pairs = new Map<string, number>();
  for (let i = 0; i < text.length - 1; i++) {
    const pair = text.slice(i, i + 2);
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  return pairs;
}

/** What two texts share of their pairs of letters, from 0 to 1. */
function diceOf(a: Map<string, number>, b: Map<string, number>): number {
  let [shared, all] = [0, 0];
  for (const [pair, count] of a) {
    shared += Math.min(count, b.get(pair) ?? 0);
    all += count;
  }
  for (const count of b.values()) all += count;
  return all === 0 ? 0 : (2 * shared) / all;
}
