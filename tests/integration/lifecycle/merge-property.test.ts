import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mergeCase } from "../../support/merge-cases.js";
import { checkMerge } from "../../support/merge-check.js";
import { type TestDatabase, testDatabase } from "../../support/test-database.js";

/** `npm run test:merge` does 10,000, on PostgreSQL. */
const pairs = Number(process.env.MERGE_PAIRS ?? 100);
const sideBySide = 4;

describe(`Merging ${pairs} random pairs of sessions`, () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.close());

  it("loses nothing, and undoing it gives both back as they were", { timeout: 60_000 + pairs * 1_000 }, async () => {
    const begun = performance.now();
    const seen = { merged: 0, refused: 0, steps: 0, events: 0, items: 0, duplicates: 0, renamed: 0, united: 0 };
    const property = fc.asyncProperty(mergeCase, (given) => checkMerge(database, given, seen));
    const numRuns = Math.ceil(pairs / sideBySide);
    await Promise.all(Array.from({ length: sideBySide }, () => fc.assert(property, { numRuns })));
    const seconds = Math.round((performance.now() - begun) / 1_000);
    console.log(`${seen.merged + seen.refused} pairs in ${seconds} s: ${JSON.stringify(seen)}`);
    expect(seen.merged).toBeGreaterThan(pairs / 2);
  });
});
