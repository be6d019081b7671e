import type { Route } from "../../contract/route.js";
import { RequestError } from "../../domain/errors.js";
import { readRaw, requireJson } from "../respond.js";

/** How deep a body may be nested; what the contract knows is far flatter. */
const maxDepth = 50;

/** The body as it was sent, for operations that take one. */
export async function readBody(route: Route, request: Request): Promise<string> {
  if (!route.body) return "";
  const raw = await readRaw(request);
  if (raw.length > 0) requireJson(request);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(raw);
  } catch {
    throw new RequestError("invalid_json", 400, "The body is not UTF-8");
  }
}

/** What a request asks for, held against the contract. Throws RequestError: 404 for an id of no valid form, which names nothing, else 400. */
export function checkInput(route: Route, request: Request, params: Record<string, string>, raw: string) {
  return {
    params: route.params ? check(route.params, params, () => notFoundAt(route, params)) : undefined,
    query: route.query ? check(route.query, readQuery(request), invalid("query", route)) : undefined,
    body: route.body ? check(route.body, parseJson(raw), invalid("body", route)) : undefined,
  };
}

/** What is not there, or must not be known, in the words of the document that the route is from. */
export function notFoundAt({ path, refusals }: Pick<Route, "path" | "refusals">, params = {}): RequestError {
  const words = fillIn(refusals?.notFound ?? "{}", params);
  if (words !== null) return new RequestError("session_not_found", 404, words);
  return path.startsWith("/api/plan/")
    ? new RequestError("plan_not_found", 404, "Plan not found")
    : new RequestError("not_found", 404, "Not found");
}

/** Null where something that the words name is not known. */
function fillIn(words: string, params: Record<string, string>): string | null {
  const filled = words.replaceAll(/\{(\w+)\}/g, (gap, name: string) => params[name] ?? gap);
  return filled.includes("{") ? null : filled;
}

/** A key that is given more than once has a list of values, which no parameter takes: which of them is meant is not ours to guess. */
function readQuery(request: Request): Record<string, unknown> {
  const query = new URL(request.url).searchParams;
  const values = [...new Set(query.keys())].map((key) => [key, query.getAll(key)] as const);
  return Object.fromEntries(values.map(([key, all]) => [key, all.length === 1 ? all[0] : all]));
}

function parseJson(raw: string): unknown {
  if (raw === "") return {};
  try {
    return JSON.parse(raw);
  } catch {
    throw new RequestError("invalid_json", 400, "The body is no JSON");
  }
}

type Issue = { path: string; message: string; isMissing?: boolean };

function check(schema: NonNullable<Route["body"]>, value: unknown, refuse: (issues: Issue[]) => RequestError): unknown {
  const unfit = findUnfit(value);
  if (unfit) throw refuse([unfit]);
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const toIssue = ({ path, message }: { path: PropertyKey[]; message: string }): Issue => ({
    path: path.map(String).join("."),
    message,
    isMissing: isBlank(path.reduce((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value)),
  });
  throw refuse(read.error.issues.map(toIssue));
}

/** What no schema asks about: PostgreSQL stores neither NUL nor half of a surrogate pair, and endless nesting breaks whoever walks through it. */
function findUnfit(value: unknown): Issue | null {
  const waiting: { value: unknown; path: string[] }[] = [{ value, path: [] }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { path } = next;
    if (path.length > maxDepth) return { path: "", message: `must not be nested deeper than ${maxDepth}` };
    if (isUnfit(next.value)) return { path: path.join("."), message: "has a character that cannot be stored" };
    if (typeof next.value !== "object" || next.value === null) continue;
    for (const [key, inner] of Object.entries(next.value)) {
      if (isUnfit(key)) return { path: path.join("."), message: "has a key that cannot be stored" };
      waiting.push({ value: inner, path: [...path, key] });
    }
  }
  return null;
}
const isUnfit = (value: unknown): boolean => typeof value === "string" && /[\0\p{Surrogate}]/u.test(value);

const isBlank = (value: unknown): boolean => value == null || (typeof value === "string" && value.trim() === "");

const invalid =
  (where: string, { refusals }: Route) =>
  (issues: Issue[]) => {
    const isMissing = refusals?.missing !== undefined && issues.some((issue) => issue.isMissing);
    const said = issues.map(({ path, message }) => `${path || where}: ${message}`).join("; ");
    return new RequestError("invalid_request", 400, isMissing ? (refusals.missing ?? "") : said, {
      shown: { issues: issues.map(({ path, message }) => ({ path, message, in: where })) },
    });
  };
