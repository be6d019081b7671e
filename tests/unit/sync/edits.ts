import fc from "fast-check";

/** More runs look deeper: MERGE_RUNS=20000 npx vitest run tests/unit/sync */
export const numRuns = Number(process.env.MERGE_RUNS ?? 500);

/** A text as it is drawn: paragraphs of lines of words. */
type Outline = string[][][];
const toText = (outline: Outline) =>
  outline.map((lines) => lines.map((words) => words.join(" ")).join("\n")).join("\n\n");

const outlineOf = (word: fc.Arbitrary<string>): fc.Arbitrary<Outline> =>
  fc.array(fc.array(fc.array(word, { minLength: 1, maxLength: 7 }), { minLength: 1, maxLength: 3 }), { maxLength: 4 });

/** What somebody does to a text: where, at which height, and which new words there are. */
type Edit = {
  at: number;
  height: "word" | "line" | "paragraph";
  act: "add" | "remove" | "replace" | "move";
  to: number;
};
const edits = fc.array(
  fc.record({
    at: fc.nat({ max: 30 }),
    height: fc.constantFrom<Edit["height"]>("word", "word", "line", "paragraph"),
    act: fc.constantFrom<Edit["act"]>("add", "remove", "replace", "move"),
    to: fc.nat({ max: 30 }),
  }),
  { maxLength: 3 },
);

function apply(outline: Outline, changes: Edit[], word: (n: number) => string): string {
  const copy = structuredClone(outline);
  for (const [n, { at, height, act, to }] of changes.entries()) {
    const lines = copy[at % Math.max(1, copy.length)] ?? [];
    const words = lines[at % Math.max(1, lines.length)] ?? [];
    const fresh = [word(3 * n), word(3 * n + 1), word(3 * n + 2)];
    if (height === "paragraph") change(copy, at, to, act, [fresh]);
    if (height === "line") change(lines, at, to, act, fresh);
    if (height === "word") change(words, at, to, act, word(3 * n));
  }
  return toText(copy.map((it) => it.filter((words) => words.length > 0)).filter((lines) => lines.length > 0));
}

function change<T>(list: T[], at: number, to: number, act: Edit["act"], fresh: T): void {
  const index = at % (list.length + 1);
  if (act === "add") list.splice(index, 0, fresh);
  if (act === "replace") list.splice(index, 1, fresh);
  if (act === "remove") list.splice(index, 1);
  if (act === "move") list.splice(to % (list.length + 1), 0, ...list.splice(index, 1));
}

type Three = [base: string, page: string, linear: string];

const fewWords = ["a", "the", "user", "can", "pay", "now"];
const few = (seed: number) => (n: number) => fewWords[(n * 7 + seed) % fewWords.length] ?? "a";

/** A text and what two sides made of it, of so few words that changes can be read in many ways. */
export const threeTexts: fc.Arbitrary<Three> = fc.oneof(
  fc
    .tuple(outlineOf(fc.constantFrom(...fewWords)), edits, edits, fc.nat({ max: 50 }))
    .map(
      ([base, page, linear, seed]): Three => [
        toText(base),
        apply(base, page, few(seed)),
        apply(base, linear, few(seed * 3 + 1)),
      ],
    ),
  fc
    .tuple(
      outlineOf(fc.constantFrom("a", "b")),
      outlineOf(fc.constantFrom("a", "b")),
      outlineOf(fc.constantFrom("a", "b")),
    )
    .map(([base, page, linear]): Three => [toText(base), toText(page), toText(linear)]),
);

/** A text and what two sides made of it, where every word is there once and each side's new words are its own. */
export const uniqueTexts: fc.Arbitrary<Three> = fc
  .tuple(outlineOf(fc.constant("")), edits, edits)
  .map(([outline, page, linear]): Three => {
    let count = 0;
    const base = outline.map((lines) => lines.map((words) => words.map(() => `w${count++}`)));
    return [toText(base), apply(base, page, (n) => `page${n}`), apply(base, linear, (n) => `linear${n}`)];
  });
