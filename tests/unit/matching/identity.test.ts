import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { extract } from "../../../lib/domain/extraction/extract.js";
import { countVerdicts, judge, showCounts, sourcePages, storiesOf, sumOf } from "../../support/identity-score.js";
import { closePage, openPage } from "../../support/page-editor.js";
import type { Verdict } from "../../support/identity-score.js";

const pages = sourcePages();
const RUNS = 600;

describe("identity over random edits of real pages", () => {
  const verdicts: Verdict[] = [];
  let edits = 0;
  let counterexample: unknown = null;
  let counts = countVerdicts([]);
  beforeAll(() => {
    const property = fc.property(storiesOf(pages, 6), (story) => {
      const judged = judge(story);
      verdicts.push(...judged);
      edits += story.planned.length;
      return judged.every(({ done, isThere, outcome }) => done.length > 0 || !isThere || outcome === "kept");
    });
    ({ counterexample } = fc.check(property, { numRuns: RUNS, seed: 20_261_120 }));
    counts = countVerdicts(verdicts);
    console.log(`${RUNS} pages, ${edits} edits\n${showCounts(counts)}`);
  });

  it("is kept by every item that nobody touched", () => {
    expect(counterexample).toBeNull();
    expect(counts.untouched).toMatchObject({ lost: 0, mistaken: 0 });
    expect(counts.untouched.kept).toBeGreaterThan(10_000);
    expect(edits).toBeGreaterThan(2000);
  });

  it("is kept by 95 of 100 items that were moved or reworded", () => {
    const { moved, reworded, rewritten } = counts;
    const sum = sumOf(moved, reworded, rewritten);
    expect(sum.all).toBeGreaterThan(1000);
    expect(sum.kept / sum.all).toBeGreaterThanOrEqual(0.95);
    for (const each of [moved, reworded, rewritten]) expect(each.kept / sumOf(each).all).toBeGreaterThanOrEqual(0.9);
  });

  it("is kept by 98 of 100 items that were changed in another way: numbers, fields, kinds, tables", () => {
    const changed = sumOf(counts["changed otherwise"]);
    expect(changed.all).toBeGreaterThan(1000);
    expect(changed.kept / changed.all).toBeGreaterThanOrEqual(0.98);
  });

  it("goes to another item in less than 1 of 100 cases", () => {
    const sum = sumOf(...Object.values(counts));
    expect(sum.mistaken / sum.all).toBeLessThan(0.01);
  });
});

describe("the editor of these pages", () => {
  it.each(pages)("prints $name as it was, and knows every item of it", ({ body }) => {
    const { items } = extract({ title: "", body });
    const closed = closePage(openPage(body, items));
    expect(closed.body).toBe(body);
    expect(items.map(closed.truthOf)).toEqual(items.map(({ key }) => key));
  });
});
