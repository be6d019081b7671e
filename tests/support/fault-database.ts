import type { SQL } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";
import pg from "pg";
import { migrate } from "../../dev/migrate.js";
import { openPglite } from "../../dev/neon/pglite.js";
import { openPostgres } from "../../dev/neon/postgres.js";
import type { SqlEngine } from "../../dev/neon/sql-engine.js";
import type { Database } from "../../lib/db/database.js";
import { createDatabase, type PostgresServer, startPostgres } from "./postgres.js";

/** A migrated, empty database for one run. */
export type RunDatabase = { engine: SqlEngine; restart: (() => Promise<void>) | null; release(): Promise<void> };
/** Where runs get their databases from. `alone`: on a server that nobody else uses, so that it may be restarted. */
export type Databases = { open(alone?: boolean): Promise<RunDatabase>; close(): Promise<void> };

/** One database for each run, copied from a migrated template on one server. */
export async function postgresDatabases(): Promise<Databases> {
  const server = await serverWithTemplate();
  let count = 0;
  return {
    async open(alone = false) {
      if (alone) return openAlone();
      count += 1;
      return openOn(server, `run_${count}`, null);
    },
    close: () => server.stop(),
  };
}

async function openAlone(): Promise<RunDatabase> {
  const server = await serverWithTemplate();
  const run = await openOn(server, "run_alone", () => server.restart());
  // A crash of the server must not undo what it had confirmed, or the run would test another database than PostgreSQL.
  await run.engine.exec("alter database run_alone set synchronous_commit = on");
  await run.engine.exec("set synchronous_commit = on");
  return {
    ...run,
    async release() {
      await run.release();
      await server.stop();
    },
  };
}

async function serverWithTemplate(): Promise<PostgresServer> {
  const server = await startPostgres();
  const template = openPostgres(await createDatabase(server.url, "template_run"), { max: 1 });
  await migrate(template);
  await template.close();
  return server;
}

async function openOn(server: PostgresServer, name: string, restart: RunDatabase["restart"]): Promise<RunDatabase> {
  const engine = openPostgres(await createDatabase(server.url, name, "template_run"), { max: 8 });
  return {
    engine: { ...engine, close: () => Promise.resolve() },
    restart,
    async release() {
      await engine.close();
      const client = new pg.Client({ connectionString: server.url });
      await client.connect();
      await client.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
      await client.end();
    },
  };
}

/** One embedded database that is emptied after each run: runs go one after the other. */
export async function embeddedDatabases(): Promise<Databases> {
  const engine = await openPglite();
  await migrate(engine);
  return {
    open: () =>
      Promise.resolve({
        engine: { ...engine, close: () => Promise.resolve() },
        restart: null,
        release: () => engine.exec(emptyAll),
      }),
    close: () => engine.close(),
  };
}

const emptyAll = `do $$ declare tables text; begin
  select string_agg(format('%I.%I', schemaname, tablename), ', ') into tables from pg_tables where schemaname = 'public';
  execute 'truncate ' || tables || ' cascade';
end $$`;

/** The stores' view of an engine, without the driver: its address is one for a whole process, and here are many databases. */
export function databaseOf(engine: SqlEngine): Database {
  const dialect = new PgDialect();
  const run = async (statements: SQL[], isBatch: boolean) => {
    const queries = statements.map((statement) => {
      const { sql, params } = dialect.sqlToQuery(statement);
      return { query: sql, params: params.map(toText) };
    });
    const result = (await engine.run(queries, { transaction: isBatch ? {} : null })).at(-1);
    const names = result?.fields.map(({ name }) => name) ?? [];
    return (result?.rows ?? []).map((row) =>
      Object.fromEntries(names.map((name, index) => [name, fromText(result?.fields[index]?.dataTypeID, row[index])])),
    );
  };
  return {
    query: async <Row>(statement: SQL) => (await run([statement], false)) as Row[],
    batch: async <Row>(statements: SQL[]) => (await run(statements, true)) as Row[],
  };
}

const toText = (value: unknown): string | null =>
  value === null || value === undefined ? null : typeof value === "string" ? value : JSON.stringify(value);

const booleanType = 16;
const jsonType = 3802;
const numberTypes = [20, 21, 23];

function fromText(type: number | undefined, text: string | null | undefined): unknown {
  if (text === null || text === undefined || type === undefined) return null;
  if (type === booleanType) return text === "t";
  if (type === jsonType) return JSON.parse(text);
  return numberTypes.includes(type) ? Number(text) : text;
}
