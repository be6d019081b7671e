import { PGlite, type Results, type Transaction } from "@electric-sql/pglite";
import { btree_gin } from "@electric-sql/pglite/contrib/btree_gin";
import { pg_trgm } from "@electric-sql/pglite/contrib/pg_trgm";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { lockDirectory } from "../lock.js";
import { cleanUpAfter, setTransaction, type SqlEngine, type SqlQuery, type SqlResult } from "./sql-engine.js";

/** PostgreSQL inside this process; in memory, or in a directory that this process then owns. */
export async function openPglite(dataDir?: string): Promise<SqlEngine> {
  const unlock = dataDir === undefined ? () => {} : lockDirectory(dataDir);
  const pg = await createPglite(dataDir).catch((error: unknown) => {
    unlock();
    throw error;
  });
  const asText = textOptions(pg);
  const one = async (connection: PGlite | Transaction, { query, params }: SqlQuery) =>
    toSqlResult(await connection.query<(string | null)[]>(query, params, asText));

  return {
    async run(queries, { transaction }) {
      if (!transaction) {
        const results: SqlResult[] = [];
        for (const query of queries) results.push(await one(pg, query));
        for (const statement of cleanUpAfter(results)) await pg.exec(statement);
        return results;
      }
      const results = await pg.transaction(async (tx) => {
        const modes = setTransaction(transaction);
        if (modes) await tx.exec(modes);
        const inside: SqlResult[] = [];
        for (const query of queries) inside.push(await one(tx, query));
        return inside;
      });
      for (const statement of cleanUpAfter(results)) await pg.exec(statement);
      return results;
    },
    async exec(script) {
      await pg.exec(script);
    },
    async close() {
      await pg.close();
      unlock();
    },
  };
}

async function createPglite(dataDir: string | undefined): Promise<PGlite> {
  const extensions = { btree_gin, pg_trgm };
  if (dataDir === undefined) return PGlite.create({ extensions });
  const clusterDir = join(dataDir, "pgdata");
  mkdirSync(clusterDir, { recursive: true });
  return PGlite.create(clusterDir, { extensions });
}

/** PGlite merges these maps into its own, so every type it knows needs an entry that leaves the value alone. */
function textOptions(pg: PGlite) {
  const unchanged = (types: object) =>
    Object.fromEntries(Object.keys(types).map((type) => [type, (value: unknown) => value as string]));
  return { rowMode: "array" as const, parsers: unchanged(pg.parsers), serializers: unchanged(pg.serializers) };
}

function toSqlResult(result: Results<(string | null)[]> & { command?: string; rowCount?: number }): SqlResult {
  return {
    command: result.command ?? "",
    rowCount: result.rowCount ?? null,
    rowAsArray: true,
    fields: result.fields.map(({ name, dataTypeID }) => ({ name, dataTypeID })),
    rows: result.rows,
  };
}
