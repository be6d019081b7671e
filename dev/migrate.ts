import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SqlEngine } from "./neon/sql-engine.js";

const folder = join(import.meta.dirname, "../drizzle");
type Journal = { entries: { tag: string; when: number }[] };

/** Applies the migrations that a local database does not have yet, each in one transaction, and remembers them as drizzle-kit does. */
export async function migrate(engine: SqlEngine): Promise<void> {
  await engine.exec(
    `create schema if not exists drizzle; create table if not exists drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`,
  );
  const [applied] = await engine.run([{ query: "select created_at from drizzle.__drizzle_migrations", params: [] }], {
    transaction: null,
  });
  const known = new Set(applied?.rows.map(([createdAt]) => Number(createdAt)));
  const journal = JSON.parse(readFileSync(join(folder, "meta/_journal.json"), "utf8")) as Journal;
  for (const { tag, when } of journal.entries) {
    if (known.has(when)) continue;
    const script = readFileSync(join(folder, `${tag}.sql`), "utf8");
    await engine.exec(
      `begin; ${script}; insert into drizzle.__drizzle_migrations (hash, created_at) values ('${tag}', ${when}); commit;`,
    );
  }
}
