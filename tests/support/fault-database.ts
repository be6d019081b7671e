import type { SQL } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";
import { migrate } from "../../dev/migrate.js";
import { openPglite } from "../../dev/neon/pglite.js";
import { openPostgres } from "../../dev/neon/postgres.js";
import type { SqlEngine } from "../../dev/neon/sql-engine.js";
import type { Database } from "../../lib/db/database.js";
import { createDatabase, type PostgresServer, startPostgres } from "./postgres.js";
import { emptyAll } from "./test-database.js";

/** A migrated, empty database for one run. */
export type RunDatabase = { engine: SqlEngine; restart: (() => Promise<void>) | null; release(): Promise<void> };
/** Where runs get their databases from. `alone`: on a server that nobody else uses, so that it may be restarted. */
export type Databases = { open(alone?: boolean): Promise<RunDatabase>; close(): Promise<void> };

/** As many databases on one server as there are runs at once, each copied from a migrated template and emptied between two runs. */
export async function postgresDatabases(): Promise<Databases> {
  const server = await serverWithTemplate();
  const free: SqlEngine[] = [];
  let count = 0;
  return {
    async open(alone = false) {
      if (alone) return openAlone();
      const database = free.pop() ?? (await openOn(server, `run_${(count += 1)}`));
      return lend(database, () => void free.push(database));
    },
    async close() {
      await Promise.all(free.map((database) => database.close()));
      await server.stop();
    },
  };
}

async function openAlone(): Promise<RunDatabase> {
  const server = await serverWithTemplate();
  const database = await openOn(server, "run_alone");
  // A crash of the server must not undo what it had confirmed, or the run would test another database than PostgreSQL.
  await database.exec("alter database run_alone set synchronous_commit = on");
  await database.exec("set synchronous_commit = on");
  return {
    engine: { ...database, close: () => Promise.resolve() },
    restart: () => server.restart(),
    async release() {
      await database.close();
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

const openOn = async (server: PostgresServer, name: string): Promise<SqlEngine> =>
  openPostgres(await createDatabase(server.url, name, "template_run"), { max: 8 });

/** Takes nothing any more once the run is over: what comes late must not come to the next one. */
function lend(database: SqlEngine, giveBack: () => void): RunDatabase {
  const underway = new Set<Promise<unknown>>();
  let isOver = false;
  const follow = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (isOver) throw new Error("the run is over");
    const result = work();
    underway.add(result);
    return result.finally(() => underway.delete(result));
  };
  return {
    engine: {
      run: (queries, options) => follow(() => database.run(queries, options)),
      exec: (script) => follow(() => database.exec(script)),
      close: () => Promise.resolve(),
    },
    restart: null,
    async release() {
      isOver = true;
      await Promise.allSettled(underway);
      await database.exec(emptyAll);
      giveBack();
    },
  };
}

/** One embedded database that is emptied after each run: runs go one after the other. */
export async function embeddedDatabases(): Promise<Databases> {
  const engine = await openPglite();
  await migrate(engine);
  return {
    open: () => Promise.resolve(lend(engine, () => undefined)),
    close: () => engine.close(),
  };
}

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
