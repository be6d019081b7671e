import pg, { type PoolClient, type QueryArrayConfig } from "pg";
import { cleanUpAfter, setTransaction, type SqlEngine, type SqlQuery, type SqlResult } from "./sql-engine.js";

/** Any PostgreSQL server; connects at the first request, so an unknown server shows itself there. */
export function openPostgres(connectionString: string, { max }: { max: number }): SqlEngine {
  const pool = new pg.Pool({ connectionString, max, allowExitOnIdle: true });
  // A server that goes away breaks idle connections; the next request gets a new one or its own error.
  pool.on("error", () => {});

  const withClient = async <T>(work: (client: PoolClient) => Promise<T>): Promise<T> => {
    const client = await pool.connect();
    let broken: Error | undefined;
    const onError = (error: Error) => void (broken = error);
    client.on("error", onError);
    try {
      return await work(client);
    } finally {
      client.off("error", onError);
      client.release(broken);
    }
  };

  return {
    run: (queries, { transaction }) =>
      withClient(async (client) => {
        if (transaction) await begin(client, setTransaction(transaction));
        try {
          const results: SqlResult[] = [];
          for (const query of queries) results.push(await one(client, query));
          if (transaction) await client.query("commit");
          for (const statement of cleanUpAfter(results)) await client.query(statement);
          return results;
        } catch (error) {
          // Where the connection is gone the rollback fails too, and the server has rolled back by itself.
          if (transaction) await client.query("rollback").catch(() => {});
          throw error;
        }
      }),
    async exec(script) {
      await withClient((client) => client.query(script));
    },
    close: () => pool.end(),
  };
}

async function begin(client: PoolClient, modes: string | null): Promise<void> {
  await client.query("begin");
  if (modes) await client.query(modes);
}

async function one(client: PoolClient, { query, params }: SqlQuery): Promise<SqlResult> {
  const config: QueryArrayConfig & { queryMode: "extended" } = {
    text: query,
    values: params,
    rowMode: "array",
    types: { getTypeParser: () => (value: string | Buffer) => value },
    // The simple protocol would take several statements in one query, which Neon refuses.
    queryMode: "extended",
  };
  const result = await client.query<(string | null)[]>(config);
  return {
    command: result.command ?? "",
    rowCount: result.rowCount,
    rowAsArray: true,
    fields: result.fields.map(({ name, dataTypeID }) => ({ name, dataTypeID })),
    rows: result.rows,
  };
}
