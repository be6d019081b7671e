import { setTimeout as pause } from "node:timers/promises";
import { NeonDbError, type NeonQueryFunction, neon, neonConfig } from "@neondatabase/serverless";
import { DrizzleQueryError, type SQL, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/neon-http";
import { RetryableError } from "../domain/errors.js";

/** Runs one statement over HTTP; every row comes back with the names that the statement gives. */
export type Database = {
  query<Row extends Record<string, unknown>>(statement: SQL, options?: { isRepeatable?: boolean }): Promise<Row[]>;
  /** Several as one transaction (read committed) in one request: each sees what those before it did and what others had committed by then. Rows of the last one. */
  batch<Row extends Record<string, unknown>>(
    statements: [SQL, ...SQL[]],
    options?: { isRepeatable?: boolean },
  ): Promise<Row[]>;
};

/** For a statement that may be run a second time where its first answer was lost: reads, and writes that find out that they are done. */
export const repeatable = { isRepeatable: true };

/** SQLSTATEs that the stores tell apart. */
export const uniqueViolation = "23505";
export const foreignKeyViolation = "23503";

/** Serialization failure, deadlock, lock time-out, too many connections, starting up: PostgreSQL has done nothing of the statement. */
const undone = ["40001", "40P01", "55P03", "53300", "57P03"];
/** Statement time-out: nothing is done either, but the next try would take as long. */
const tooSlow = "57014";
/** The connection ended (57P01, 57P02, class 08): the statement may have been done. */
const connectionLost = /^(57P01|57P02|08...)$/;

/**
 * Connects to Neon over HTTP. `fetchEndpoint` and `fetchFunction` point the same driver at the local stand-in. A statement gets
 * `timeoutMs`. One that PostgreSQL has undone is run once more; one without an answer may have been done, so only a repeatable one is.
 * Throws RetryableError `database_unavailable` where that does not help.
 */
export function connect(options: {
  url: string;
  fetchEndpoint?: string | undefined;
  fetchFunction?: typeof fetch;
  timeoutMs?: number;
}): Database {
  const fetchFunction = options.fetchFunction ?? fetch;
  const timeoutMs = options.timeoutMs ?? 10_000;
  if (options.fetchEndpoint) neonConfig.fetchEndpoint = options.fetchEndpoint;
  neonConfig.fetchFunction = (url: string, init: RequestInit) =>
    fetchFunction(url, { ...init, signal: AbortSignal.timeout(timeoutMs) });
  const client: NeonQueryFunction<false, false> = neon(options.url);
  const db = drizzle({ client });

  async function send(request: () => Promise<unknown[]>, isRepeatable: boolean): Promise<unknown[]> {
    const run = () =>
      request().catch((error: unknown) => {
        throw withoutValues(error);
      });
    try {
      return await run().catch(async (error: unknown) => {
        if (!mayRunAgain(error, isRepeatable)) throw error;
        await pause(20 + Math.random() * 80);
        return run();
      });
    } catch (error) {
      if (isTransient(error)) throw new RetryableError("database_unavailable", { cause: error });
      throw error;
    }
  }
  return {
    async query<Row>(statement: SQL, { isRepeatable = false } = {}) {
      return (await send(async () => (await db.execute(statement)).rows, isRepeatable)) as Row[];
    },
    async batch<Row>([first, ...others]: [SQL, ...SQL[]], { isRepeatable = false } = {}) {
      const request = async () => {
        const results = await db.batch([db.execute(first), ...others.map((statement) => db.execute(statement))]);
        return results.at(-1)?.rows ?? [];
      };
      return (await send(request, isRepeatable)) as Row[];
    },
  };
}

/** SQLSTATE of a failed statement, or null where the failure was not the database's. */
export function sqlState(error: unknown): string | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if ("code" in cause && typeof cause.code === "string" && /^(?=.*\d)[0-9A-Z]{5}$/.test(cause.code))
      return cause.code;
  return null;
}

/** A value as a jsonb parameter. */
export const json = (value: unknown): SQL => sql`${JSON.stringify(value)}::jsonb`;

/** An instant as ISO 8601 in UTC, to the millisecond. */
export const utc = (instant: SQL): SQL => sql`to_char(${instant} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

function mayRunAgain(error: unknown, isRepeatable: boolean): boolean {
  const state = sqlState(error);
  if (state !== null && undone.includes(state)) return true;
  return isRepeatable && isUnanswered(state) && !isTimeOut(error);
}

function isTransient(error: unknown): boolean {
  const state = sqlState(error);
  return isUnanswered(state) || state === tooSlow || undone.includes(state);
}

const isUnanswered = (state: string | null): state is null => state === null || connectionLost.test(state);

/** The caller has waited long enough; waiting as long again would outlast it. */
const isTimeOut = (error: unknown): boolean =>
  error instanceof NeonDbError && error.sourceError?.name === "TimeoutError";

/**
 * Drizzle's error names the parameters, PostgreSQL's detail the row, and its words on bad data the value: what people wrote belongs in no
 * log, so what is left is the SQLSTATE, the broken rule and what the statement itself did wrong.
 */
function withoutValues(error: unknown): unknown {
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  if (!(cause instanceof NeonDbError) || !cause.code) return cause;
  const { code, constraint, message } = cause;
  const words = code.startsWith("22") ? "bad data" : message;
  return Object.assign(new Error([code, words, constraint].filter(Boolean).join(": ")), { code, constraint });
}
