import { array, minLength, nullable, object, optional, string, union } from "zod/mini";
import { type Faults, withFaults } from "../faults.js";
import { inProcess } from "../in-process.js";
import {
  isDatabaseError,
  isolationLevels,
  type DatabaseError,
  type IsolationLevel,
  type SqlEngine,
  type SqlQuery,
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
    const asked = readQueries(await request.json().catch(() => undefined), request.headers);
    if (!asked) return refuse(400, "The body is neither {query, params} nor {queries: [{query, params}]}");
    return withFaults(
      options.faults?.draw(`sql ${asked.queries[0]?.query.trimStart() ?? ""}`) ?? [],
      async () => {
        const { status, body } = await answer(engine, asked);
        return Response.json(body, { status });
      },
      () => refuse(429, "Too many requests"),
    );
  };
}

type Asked = { queries: SqlQuery[]; transaction: TransactionOptions | null };

/** What a request asks for; null where its body is none of Neon's. */
export function readQueries(body: unknown, headers: Headers): Asked | null {
  const { success, data } = Body.safeParse(body);
  if (!success) return null;
  const isBatch = "queries" in data;
  const queries = (isBatch ? data.queries : [data]).map(({ query, params }) => ({ query, params: params ?? [] }));
  return { queries, transaction: isBatch ? readTransaction(headers) : null };
}

/** `neonConfig.fetchFunction` for a database in this process. */
export const neonFetch = (engine: SqlEngine, options: { faults?: Faults } = {}): typeof fetch =>
  inProcess(neonHttp(engine, options));

/** What Neon answers to what it is asked for. */
export async function answer(
  engine: SqlEngine,
  { queries, transaction }: Asked,
): Promise<{ status: number; body: object | undefined }> {
  try {
    const results = await engine.run(queries, { transaction });
    return { status: 200, body: transaction ? { results } : results[0] };
  } catch (error) {
    if (isDatabaseError(error)) return { status: 400, body: errorBody(error) };
    return { status: 500, body: { message: error instanceof Error ? error.message : String(error) } };
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
