import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { extract } from "../../../lib/domain/extraction/extract.js";
import { editPage } from "../../../lib/domain/surgery/edit-page.js";
import { findStatuses } from "../../../lib/domain/surgery/status.js";
import { type Case, casesFor } from "../../support/surgery-cases.js";
import { lostComments, withComments } from "../../support/surgery-comments.js";
import { problemsOfSurgery } from "../../support/surgery-check.js";
import { randomFrom } from "../../support/surgery-random.js";

/** How many items of each page are changed, each in every way; and of how many cases one is tried. `SURGERY_ROUNDS=20` tries all. */
const ROUNDS = Number(process.env["SURGERY_ROUNDS"] ?? 0);
const ONE_OF = ROUNDS > 0 ? 1 : 5;

const BLIND = "tests/fixtures/planning-blind";
const OURS = [
  "tests/fixtures/planning",
  ...readdirSync(BLIND)
    .filter((name) => name.startsWith("round-"))
    .map((name) => join(BLIND, name)),
];
const THEIRS = ["../shared/corpus/planning", "../shared/corpus/confluence"];

type Tally = Map<string, { made: number; all: number }>;

function count(tally: Tally, kind: string, isMade: boolean) {
  const known = tally.get(kind) ?? { made: 0, all: 0 };
  tally.set(kind, { made: known.made + Number(isMade), all: known.all + 1 });
}

/** What a page says, wherever it stands. */
function saidBy(page: { title: string; body: string }): string {
  return JSON.stringify(extract(page).items.map((item) => ({ ...item, source: null })));
}

function operate(folder: string, tally: Tally): string[] {
  const problems: string[] = [];
  const names = readdirSync(folder).filter((name) => /\.(?:html|xml|xhtml)$/.test(name));
  for (const [index, name] of names.entries()) {
    const original = readFileSync(join(folder, name), "utf8");
    const expected = join(folder, name.replace(/\.\w+$/, ".json"));
    const title = existsSync(expected)
      ? String((JSON.parse(readFileSync(expected, "utf8")) as { title?: string }).title ?? "")
      : "";
    for (let round = 0; round < Math.max(1, ROUNDS); round++) {
      const random = randomFrom(index * 977 + round * 31 + 5);
      const body = withComments(original, randomFrom((index + round) * 7919 + 3));
      if (saidBy({ title, body }) !== saidBy({ title, body: original }))
        problems.push(`${name}: comments change what the page says`);
      const before = extract({ title, body });
      const check = (it: Case) => {
        const surgery = editPage({ title, body }, [it.change]);
        const after = extract({ title, body: surgery.body });
        count(
          tally,
          `${it.kind}${it.isStated ? "" : ", not stated yet"}`,
          !surgery.refused.some(({ change }) => change === it.change),
        );
        const found = [
          ...problemsOfSurgery(body, before, it.change, surgery, after),
          ...lostComments(body, surgery.body),
        ];
        problems.push(...found.map((problem) => `${name}: ${it.kind}: ${JSON.stringify(it.change)}: ${problem}`));
      };
      if (before.items.length === 0) {
        const change = { type: "set", key: "nothing", field: "title", value: "x" } as const;
        const surgery = editPage({ title, body }, [change]);
        if (surgery.body !== body || surgery.refused.length !== 1)
          problems.push(`${name}: something was done to a page without items`);
        break;
      }
      const cases = casesFor(random.pick(before.items), before, random);
      cases.filter((_, at) => (at + index) % ONE_OF === 0).forEach(check);
      const statuses = [...findStatuses(body, before)].filter(([, { text }]) => text !== "In review");
      const shown = statuses.length > 0 ? random.pick(statuses) : null;
      if (shown)
        check({
          kind: "status",
          isStated: true,
          change: { type: "status", key: shown[0], text: "In review", colour: "Blue" },
        });
    }
  }
  return problems;
}

/** The least share of changes that a page takes; what it states can nearly always be written. */
const LEAST: Record<string, number> = {
  title: 0.97,
  points: 0.97,
  priority: 0.95,
  "criterion edited": 0.97,
  "criterion added": 0.97,
  "criterion removed": 0.95,
  add: 0.95,
  strike: 0.9,
  status: 1,
  // Rows do not fit into tables with other columns, and below a heading that gives a priority or a kind they would say something else.
  move: 0.85,
  "move among siblings": 0.85,
};

function report(tally: Tally) {
  const lines = [...tally]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([kind, { made, all }]) => `${kind.padEnd(36)}${made}/${all} ${((100 * made) / all).toFixed(1)} %`);
  console.log(lines.join("\n"));
}

describe("generated edits of planning pages", () => {
  it("change what is meant and nothing else, keep comments, and are seldom refused", { timeout: 3_600_000 }, () => {
    const tally: Tally = new Map();
    expect(OURS.flatMap((folder) => operate(folder, tally))).toEqual([]);
    report(tally);
    const tooFew = Object.entries(LEAST).filter(([kind, least]) => {
      const { made, all } = tally.get(kind) ?? { made: 0, all: 0 };
      return all >= 30 && made / all < least;
    });
    expect(tooFew).toEqual([]);
  });
});

const isThere = THEIRS.every((folder) => existsSync(folder));

describe(`generated edits of other people's pages${isThere ? "" : " (skipped: ../shared/corpus is not beside the project)"}`, () => {
  it.runIf(isThere)("change what is meant and nothing else", { timeout: 3_600_000 }, () => {
    const tally: Tally = new Map();
    expect(THEIRS.flatMap((folder) => operate(folder, tally))).toEqual([]);
    report(tally);
  });
});
