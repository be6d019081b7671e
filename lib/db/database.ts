import { type NeonQueryFunction, neon, neonConfig } from "@neondatabase/serverless";
import { type SQL, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/neon-http";
import { RetryableError } from "../domain/errors.js";

/** Runs one statement over HTTP; every row comes back with the names that the statement gives. */
export type Database = { query<Row extends Record<string, unknown>>(statement: SQL): Promise<Row[]> };

/** SQLSTATEs that the stores tell apart. */
export const uniqueViolation = "23505";
export const foreignKeyViolation = "23503";

/**
 * Connects to Neon over HTTP. `fetchEndpoint` and `fetchFunction` point the same driver at the local stand-in. A statement gets
 * `timeoutMs`; without an answer it may have been done, so it is not repeated here: throws RetryableError `database_unavailable`.
 */
export function connect(options: {
  url: string;
  fetchEndpoint?: string | undefined;
  fetchFunction?: typeof fetch;
  timeoutMs?: number;
}): Database {
  const send = options.fetchFunction ?? fetch;
  const timeoutMs = options.timeoutMs ?? 10_000;
  if (options.fetchEndpoint) neonConfig.fetchEndpoint = options.fetchEndpoint;
  neonConfig.fetchFunction = (url: string, init: RequestInit) =>
    send(url, { ...init, signal: AbortSignal.timeout(timeoutMs) });
  const client: NeonQueryFunction<false, false> = neon(options.url);
  const db = drizzle({ client });
  return {
    async query<Row extends Record<string, unknown>>(statement: SQL) {
      try {
        const result = await db.execute(statement);
        return result.rows as Row[];
      } catch (error) {
        if (sqlState(error)) throw error;
        throw new RetryableError("database_unavailable", { cause: error });
      }
    },
  };
}

/** SQLSTATE of a failed statement, or null where the failure was not the database's. */
export function sqlState(error: unknown): string | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if ("code" in cause && typeof cause.code === "string" && /^[0-9A-Z]{5}$/.test(cause.code)) return cause.code;
  return null;
}

/** A value as a jsonb parameter. */
export const json = (value: unknown): SQL => sql`${JSON.stringify(value)}::jsonb`;
