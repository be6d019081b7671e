import { expect, it } from "vitest";
import { sql } from "drizzle-orm";
import { connect, sqlState } from "../../lib/db/database.js";

it("says of a refused statement which rule it broke, and none of its values", async () => {
  const refusal = {
    message: "duplicate key",
    code: "23505",
    constraint: "plans_source_team",
    detail: "Key (title)=(CANARY) already exists.",
  };
  const db = connect({
    url: "postgres://local:local@localhost/local",
    fetchFunction: () => Promise.resolve(Response.json(refusal, { status: 400 })),
  });
  const error = await db
    .query(sql`insert into plans (page_title) values (${"CANARY"})`)
    .catch((reason: unknown) => reason);
  expect(sqlState(error)).toBe("23505");
  expect(String(error)).toContain("plans_source_team");
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("CANARY");
});
