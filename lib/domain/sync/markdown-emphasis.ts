/** A piece of text that shows, or a run of marks that may be emphasis; then with the characters around it. */
export type Token = { text: string; start: number; end: number; before?: string; after?: string };

type Run = { token: Token; index: number; from: number; to: number; opens: boolean; closes: boolean };

const isSpace = (unit: string) => /\s/.test(unit);
const isPunctuation = (unit: string) => /[\p{P}\p{S}]/u.test(unit);

/** The tokens without the marks that only make words bold, slanted or struck, and without the words that are struck. */
export function emphasis(tokens: readonly Token[]): Token[] {
  const runs = new Map<number, Run>();
  const struck: { from: number; to: number }[] = [];
  const open: Run[] = [];
  /** How far down it is known that nothing opens what closes in this way: keeps long texts of marks from taking long. */
  const bottoms = new Map<string, number>();
  tokens.forEach((token, index) => {
    if (token.before === undefined || token.after === undefined) return;
    const run = runOf(token, index, token.before, token.after);
    runs.set(index, run);
    while (run.closes && run.from < run.to) {
      const way = `${token.text}${run.opens}${(run.to - run.from) % 3}`;
      const bottom = Math.min(bottoms.get(way) ?? 0, open.length);
      let at = open.length - 1;
      while (at >= bottom && !matches(open[at], run)) at--;
      const opener = at >= bottom ? open[at] : undefined;
      if (!opener) {
        bottoms.set(way, open.length);
        break;
      }
      const width = lengthOf(opener) >= 2 && lengthOf(run) >= 2 ? 2 : 1;
      if (token.text === "~") struck.push({ from: opener.index, to: index });
      opener.to -= width;
      run.from += width;
      open.length = lengthOf(opener) > 0 ? at + 1 : at;
      for (const [key, value] of bottoms) bottoms.set(key, Math.min(value, open.length));
    }
    if (run.opens && run.from < run.to) open.push(run);
  });
  return tokens.flatMap((token, index) => {
    while (struck[0] && struck[0].to < index) struck.shift();
    if (struck.some(({ from, to }) => from < index && index < to)) return [];
    const run = runs.get(index);
    if (!run) return [token];
    return Array.from({ length: lengthOf(run) }, (_, n) => ({
      text: token.text,
      start: run.from + n,
      end: run.from + n + 1,
    }));
  });
}

const lengthOf = ({ from, to }: Run) => to - from;

/** Whether a run may open or close, as CommonMark says: by what is beside it. */
function runOf(token: Token, index: number, before: string, after: string): Run {
  const left = !isSpace(after) && (!isPunctuation(after) || isSpace(before) || isPunctuation(before));
  const right = !isSpace(before) && (!isPunctuation(before) || isSpace(after) || isPunctuation(after));
  const isWithinWord = token.text === "_";
  const isStrike = token.text !== "~" || token.end - token.start === 2;
  return {
    token,
    index,
    from: token.start,
    to: token.end,
    opens: isStrike && left && (!isWithinWord || !right || isPunctuation(before)),
    closes: isStrike && right && (!isWithinWord || !left || isPunctuation(after)),
  };
}

function matches(opener: Run | undefined, closer: Run): boolean {
  if (!opener || opener.token.text !== closer.token.text) return false;
  const isEither = (opener.opens && opener.closes) || (closer.opens && closer.closes);
  const [one, other] = [opener.token.end - opener.token.start, closer.token.end - closer.token.start];
  return !isEither || (one + other) % 3 !== 0 || (one % 3 === 0 && other % 3 === 0);
}
