import { array, minLength, nullable, object, optional, string, union } from "zod/mini";
import { type Faults, withFaults } from "../faults.js";
import { inProcess } from "../in-process.js";
import {
  isDatabaseError,
  isolationLevels,
  type DatabaseError,
  type IsolationLevel,
  type SqlEngine,
  type TransactionOptions,
} from "./sql-engine.js";

const Query = object({ query: string(), params: optional(array(nullable(string()))) });
const Body = union([object({ queries: array(Query).check(minLength(1)) }), Query]);

/**
 * Neon's SQL over HTTP in front of a database: `POST …/sql`. Faults are drawn as "sql" followed by the (first) statement, so
 * that `on: "sql"` befalls every request and `on: "sql insert into outbox"` certain ones.
 */
export function neonHttp(
  engine: SqlEngine,
  options: { faults?: Faults } = {},
): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== "POST" || !new URL(request.url).pathname.endsWith("/sql"))
      return refuse(404, "Neon answers POST …/sql");
    if (!request.headers.has("neon-connection-string")) return refuse(400, "Neon-Connection-String is missing");
    const body = Body.safeParse(await request.json().catch(() => undefined));
    if (!body.success) return refuse(400, "The body is neither {query, params} nor {queries: [{query, params}]}");

    const isBatch = "queries" in body.data;
    const queries = ("queries" in body.data ? body.data.queries : [body.data]).map(({ query, params }) => ({
      query,
      params: params ?? [],
    }));
    return withFaults(
      options.faults?.draw(`sql ${queries[0]?.query.trimStart() ?? ""}`) ?? [],
      () => answer(engine, queries, isBatch ? readTransaction(request.headers) : null),
      () => refuse(429, "Too many requests"),
    );
  };
}

/** `neonConfig.fetchFunction` for a database in this process. */
export const neonFetch = (engine: SqlEngine, options: { faults?: Faults } = {}): typeof fetch =>
  inProcess(neonHttp(engine, options));

async function answer(
  engine: SqlEngine,
  queries: Parameters<SqlEngine["run"]>[0],
  transaction: TransactionOptions | null,
): Promise<Response> {
  try {
    const results = await engine.run(queries, { transaction });
    return Response.json(transaction ? { results } : results[0]);
  } catch (error) {
    if (isDatabaseError(error)) return Response.json(errorBody(error), { status: 400 });
    return refuse(500, error instanceof Error ? error.message : String(error));
  }
}

/** The fields of PostgreSQL's error message that the driver puts on its own error. */
const errorFields =
  "severity code detail hint position internalPosition internalQuery where schema table column dataType constraint file line routine".split(
    " ",
  );

function errorBody(error: DatabaseError): Record<string, unknown> {
  const fields = Object.entries(error).filter(([field]) => errorFields.includes(field));
  return { message: error.message, ...Object.fromEntries(fields) };
}

function readTransaction(headers: Headers): TransactionOptions {
  const level = headers.get("neon-batch-isolation-level");
  const flag = (name: string) => (headers.has(name) ? headers.get(name) === "true" : undefined);
  return {
    isolationLevel: level !== null && isIsolationLevel(level) ? level : undefined,
    readOnly: flag("neon-batch-read-only"),
    deferrable: flag("neon-batch-deferrable"),
  };
}

const isIsolationLevel = (level: string): level is IsolationLevel => Object.hasOwn(isolationLevels, level);
const refuse = (status: number, message: string) => Response.json({ message }, { status });
