import { join } from "node:path";
import { readMigrationFiles } from "drizzle-orm/migrator";
import type { SqlEngine } from "./neon/sql-engine.js";

const migrationsFolder = join(import.meta.dirname, "../drizzle");

/** Applies the migrations that a local database does not have yet, each in one transaction, and remembers them as drizzle does. */
export async function migrate(engine: SqlEngine): Promise<void> {
  await engine.exec(
    `create schema if not exists drizzle; create table if not exists drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`,
  );
  const [applied] = await engine.run([{ query: "select created_at from drizzle.__drizzle_migrations", params: [] }], {
    transaction: null,
  });
  const known = new Set(applied?.rows.map(([createdAt]) => Number(createdAt)));
  for (const { sql, hash, folderMillis } of readMigrationFiles({ migrationsFolder })) {
    if (known.has(folderMillis)) continue;
    await engine.exec(
      `begin; ${sql.join("\n")}; insert into drizzle.__drizzle_migrations (hash, created_at) values ('${hash}', ${folderMillis}); commit;`,
    );
  }
}
