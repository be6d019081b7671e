import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { differences, type ExpectedItem, scoreOf, sum, tally } from "../../../dev/extraction-score.js";
import { readPageFile } from "../../../dev/page-file.js";
import { extract } from "../../../lib/domain/extraction/extract.js";

const FOLDER = "tests/fixtures/planning-blind";
const rounds = readdirSync(FOLDER).filter((name) => name.startsWith("round-"));

function pagesOf(round: string) {
  const folder = join(FOLDER, round);
  return readdirSync(folder)
    .filter((name) => /\.(?:html|adf\.json)$/.test(name))
    .map((file) => {
      const name = file.replace(/\.(?:html|adf\.json)$/, "");
      const expected = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as { items: ExpectedItem[] };
      const { items } = extract(readPageFile(join(folder, file)));
      return { name, items, expected: expected.items };
    });
}

describe("pages by people who did not know the rules", () => {
  it.each(rounds)("are read right: %s", (round) => {
    const pages = pagesOf(round);
    const score = scoreOf(sum(pages.map(({ items, expected }) => tally(items, expected))));
    expect(pages.length).toBeGreaterThan(5);
    expect(score.onEmpty).toBe(0);
    expect(score.f1).toBeGreaterThanOrEqual(0.99);
    for (const share of [score.type, score.title, score.parent, score.points, score.priority, score.enabler])
      expect(share).toBeGreaterThanOrEqual(0.95);
    expect(score.criteriaF1).toBeGreaterThanOrEqual(0.98);
    expect(score.dependsF1).toBeGreaterThanOrEqual(0.98);
  });

  it("differ from what is expected on few pages, and there in little", () => {
    const wrong = rounds
      .flatMap(pagesOf)
      .map(({ name, items, expected }) => ({
        name,
        found: differences(items, expected).filter((it) => it !== "order differs"),
      }))
      .filter(({ found }) => found.length > 0);
    expect(wrong.map(({ name }) => name)).toEqual(KNOWN);
  });
});

/** Pages that are not read right yet: an epic in the middle of a sentence. */
const KNOWN = ["w5-late-tools"];
