import { type messages, PGlite, protocol } from "@electric-sql/pglite";
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
  const { one, forget } = preparedStatements(pg);
  const alone = oneAtATime();

  const inTransaction = async (queries: SqlQuery[], modes: string | null): Promise<SqlResult[]> => {
    await pg.exec("begin");
    try {
      if (modes) await pg.exec(modes);
      const results: SqlResult[] = [];
      for (const query of queries) results.push(await one(query));
      await pg.exec("commit");
      return results;
    } catch (error) {
      await pg.exec("rollback");
      throw error;
    }
  };

  return {
    run: (queries, { transaction }) =>
      alone(async () => {
        const results: SqlResult[] = [];
        if (transaction) results.push(...(await inTransaction(queries, setTransaction(transaction))));
        else for (const query of queries) results.push(await one(query));
        const cleanUp = cleanUpAfter(results);
        for (const statement of cleanUp) await pg.exec(statement);
        if (cleanUp.length > 0 || results.some(({ command }) => /^(?:CREATE|ALTER|DROP)$/.test(command)))
          await forget();
        return results;
      }),
    exec: (script) =>
      alone(async () => {
        await pg.exec(script);
        await forget();
      }),
    async close() {
      await alone(() => pg.close());
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

/** Work that is begun when all before it has ended. */
function oneAtATime() {
  let last: Promise<unknown> = Promise.resolve();
  return <Result>(work: () => Promise<Result>): Promise<Result> => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}

/** So many statements are kept; texts that are made anew each time would fill the memory. */
const mostKept = 1000;

/** Statements go in as one message each, and those that were there before are neither parsed nor planned again. Values are text both ways. */
function preparedStatements(pg: PGlite) {
  const { serialize } = protocol;
  const names = new Map<string, string>();
  let drawn = 0;
  const forget = async () => {
    if (drawn > 0) await pg.exec("deallocate all");
    names.clear();
    drawn = 0;
  };
  return {
    forget,
    async one({ query, params }: SqlQuery): Promise<SqlResult> {
      if (drawn >= mostKept) await forget();
      const known = names.get(query);
      const name = known ?? `statement_${(drawn += 1)}`;
      const message = Buffer.concat([
        ...(known ? [] : [serialize.parse({ name, text: query })]),
        serialize.bind({ statement: name, values: params }),
        serialize.describe({ type: "P" }),
        serialize.execute(),
        serialize.sync(),
      ]);
      const messages = await pg.execProtocolStream(message);
      names.set(query, name);
      return toSqlResult(messages);
    },
  };
}

function toSqlResult(received: Awaited<ReturnType<PGlite["execProtocolStream"]>>): SqlResult {
  const result: SqlResult = { command: "", rowCount: null, rowAsArray: true, fields: [], rows: [] };
  for (const message of received) {
    if (isRowDescription(message)) result.fields = message.fields.map(({ name, dataTypeID }) => ({ name, dataTypeID }));
    else if (isDataRow(message)) result.rows.push(message.fields);
    else if (isCommandComplete(message)) {
      // A tag that counts rows ends in their number ("INSERT 0 5"), every other one in a word.
      const words = message.text.split(" ");
      const rowCount = Number(words.at(-1));
      result.command = words[0] ?? "";
      result.rowCount = Number.isNaN(rowCount) ? null : rowCount;
    }
  }
  return result;
}

type Received = { readonly name: string };
const isRowDescription = (message: Received): message is messages.RowDescriptionMessage =>
  message.name === "rowDescription";
const isDataRow = (message: Received): message is messages.DataRowMessage => message.name === "dataRow";
const isCommandComplete = (message: Received): message is messages.CommandCompleteMessage =>
  message.name === "commandComplete";
