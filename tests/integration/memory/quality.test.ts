import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memoryCollection, qualityOf } from "../../support/memory-collection.js";
import { type TestDatabase, testDatabase } from "../../support/test-database.js";

describe("On queries that somebody else has judged", () => {
  let database: TestDatabase;
  let collection: Awaited<ReturnType<typeof memoryCollection>>;
  beforeAll(async () => {
    database = await testDatabase();
    collection = await memoryCollection(database.db);
  }, 180_000);
  afterAll(() => database.close());

  it("memory finds what is looked for far sooner than ts_rank_cd, whether that asks for all words or for any", {
    timeout: 240_000,
  }, async () => {
    const [ours, plain, anyWord] = [
      await qualityOf(collection.ours),
      await qualityOf(collection.plain),
      await qualityOf(collection.anyWord),
    ];
    expect(ours.all.mrr).toBeGreaterThan(1.8 * plain.all.mrr);
    expect(ours.all.mrr).toBeGreaterThan(1.15 * anyWord.all.mrr);
    expect(ours.all.mrr).toBeGreaterThan(0.85);
    expect(ours.all.ndcg).toBeGreaterThan(0.82);
    for (const [note, { mrr }] of Object.entries(ours.notes)) expect(mrr, note).toBeGreaterThan(0.7);
  });
});
