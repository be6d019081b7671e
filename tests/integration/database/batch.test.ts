import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../../support/test-database.js";

describe("A batch of statements", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.close());
  beforeEach(() => database.reset());
  const add = (id: string) => sql`insert into organizations (id, name, url_key) values (${id}, ${id}, ${id})`;
  const all = sql`select id, created_at = now() as "isNow" from organizations order by id`;

  it("is one transaction in which each sees what was done before it, and answers with the rows of the last", async () => {
    expect(await database.db.batch([add("a"), add("b"), all])).toEqual([
      { id: "a", isNow: true },
      { id: "b", isNow: true },
    ]);
  });

  it("is done as a whole or not at all", async () => {
    await expect(database.db.batch([add("a"), add("a")])).rejects.toMatchObject({ code: "23505" });
    expect(await database.db.query(all)).toEqual([]);
  });
});
