import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { neonConfig } from "@neondatabase/serverless";
import type { Faults } from "../../dev/faults.js";
import { neonFetch } from "../../dev/neon/neon-http.js";
import { openPglite } from "../../dev/neon/pglite.js";
import { openPostgres } from "../../dev/neon/postgres.js";
import type { SqlEngine } from "../../dev/neon/sql-engine.js";
import { connect, type Database } from "../../lib/db/database.js";
import { createDatabase } from "./postgres.js";

const migrations = join(import.meta.dirname, "../../drizzle");

/** `reset` empties every table; `url` leads to it on the PostgreSQL server, and is empty for PGlite. */
export type TestDatabase = {
  db: Database;
  engine: SqlEngine;
  url: string;
  reset(): Promise<void>;
  close(): Promise<void>;
};

/** The PostgreSQL server that tests may use; empty where there is none. */
export const testServer = process.env.TEST_POSTGRES_URL ?? "";

/**
 * A migrated database behind the production driver: `on` PGlite, or a database of its own on the server of TEST_POSTGRES_URL, which is
 * the default where it is set. The driver has one address for a whole process, so a process has one of these at a time.
 */
export async function testDatabase(
  options: { faults?: Faults; on?: "pglite" | "postgres" } = {},
): Promise<TestDatabase> {
  const server = options.on === "pglite" ? "" : testServer;
  const url = server === "" ? "" : await createDatabase(server, `test_${process.pid}`);
  const engine = url === "" ? await openPglite() : openPostgres(url, { max: 24 });
  for (const script of migrationScripts()) await engine.exec(script);
  return {
    db: connect({ url: "postgres://local:local@localhost/local", fetchFunction: neonFetch(engine, options) }),
    engine,
    url,
    reset: () => engine.exec(emptyAll),
    async close() {
      neonConfig.fetchFunction = undefined;
      await engine.close();
    },
  };
}

/** The migrations as scripts, in the order in which they are applied. */
export function migrationScripts(): string[] {
  const files = readdirSync(migrations).filter((file) => /^\d{4}_.*\.sql$/.test(file));
  return files.sort().map((file) => readFileSync(join(migrations, file), "utf8"));
}

/** Far quicker than `truncate`, which writes a file anew for each table and index; without triggers the order does not matter. */
export const emptyAll = `do $$ declare t record; begin
  set local session_replication_role = replica;
  for t in select schemaname, tablename from pg_tables where schemaname = 'public' loop
    execute format('delete from %I.%I', t.schemaname, t.tablename);
  end loop;
end $$`;
