import { createHash, randomUUID } from "node:crypto";
import { Hono } from "hono";
import { api, type Api, type Operation } from "../../contract/api.js";
import type { AnswerOf, InputOf, Route } from "../../contract/route.js";
import { RequestError } from "../../domain/errors.js";
import { mayAnywhere, type Principal } from "../../domain/principal.js";
import type { Log } from "../../ports.js";
import type { IdempotencyStore } from "../../ports-people.js";
import { readRaw, requireJson } from "../respond.js";
import { type AccessDeps, authenticate } from "./authenticate.js";
import { toProblem } from "./problem.js";

/** What every operation of the API needs. */
export type KernelDeps = AccessDeps & {
  idempotency: IdempotencyStore;
  log: Log;
  now: () => number;
  /** Holds every answer against its schema; for tests and the local world. */
  checkAnswers?: boolean;
};

/** What a handler is given. `principal` is nobody only on public operations. */
export type Call<R extends Route, Deps> = InputOf<R> & {
  principal: R["access"] extends "public" ? null : Principal;
  request: Request;
  requestId: string;
  deps: Deps;
};
/** An answer with other headers, or one that is no JSON. */
export class Answer<T> {
  constructor(
    readonly body: T,
    readonly headers: Record<string, string> = {},
  ) {}
}
export type Handler<R extends Route, Deps> = (call: Call<R, Deps>) => Promise<AnswerOf<R> | Answer<AnswerOf<R>>>;
/** A handler for each of these operations. */
export type Handlers<Table extends Record<string, Route>, Deps> = { [K in keyof Table]: Handler<Table[K], Deps> };

/** Answers the operations of the contract's table: checks who asks and what they send, runs the handler, writes its answer or the problem. */
export function apiServer<Deps extends KernelDeps>(
  deps: () => Deps,
  handlers: Handlers<Api, Deps>,
): (request: Request) => Promise<Response> {
  const app = new Hono({ strict: false });
  for (const [name, route] of Object.entries(api) as [Operation, Route][]) {
    const handler = handlers[name] as unknown as Handler<Route, Deps>;
    app.on(route.method, route.path.replaceAll(/\{(\w+)\}/g, ":$1"), (context) =>
      answer(name, route, handler, context.req.raw, context.req.param() as Record<string, string>, deps()),
    );
  }
  const methods = methodsByPath();
  app.notFound((context) => {
    const { log } = deps();
    const allowed = methods.find(({ pattern }) => pattern.test(new URL(context.req.url).pathname))?.methods;
    const error = allowed
      ? new RequestError("method_not_allowed", 405, `There is ${allowed.join(", ")} here`)
      : new RequestError("not_found", 404, "Not found");
    const response = toProblem(error, { log, requestId: requestIdOf(context.req.raw), operation: "none" });
    if (allowed) response.headers.set("allow", allowed.join(", "));
    return response;
  });
  return async (request) => app.fetch(request);
}

async function answer<Deps extends KernelDeps>(
  operation: string,
  route: Route,
  handler: Handler<Route, Deps>,
  request: Request,
  params: Record<string, string>,
  deps: Deps,
): Promise<Response> {
  const begun = performance.now();
  const requestId = requestIdOf(request);
  const response = await attempt();
  response.headers.set("x-request-id", requestId);
  const ms = Math.round(performance.now() - begun);
  deps.log.info("api.answered", { requestId, operation, status: response.status, ms });
  return response;

  async function attempt(): Promise<Response> {
    try {
      const principal = route.access === "public" ? null : await authenticate(request, deps, route);
      if (principal && route.access !== "public" && !mayAnywhere(principal, route.access))
        throw new RequestError("not_allowed", 403, `This needs the role ${route.access}`);
      const raw = route.body ? await readBody(request) : "";
      const input = checkInput(route, request, params, raw);
      const run = async () => {
        const given = await handler({ ...input, principal, request, requestId, deps } as Call<Route, Deps>);
        return toResponse(operation, route, given, deps);
      };
      return withEtag(request, await once(route, request, raw, principal, deps, run));
    } catch (error) {
      return toProblem(error, { log: deps.log, requestId, operation });
    }
  }
}

/** The caller's own id of the request, where it has a plain one, else a new one. */
function requestIdOf(request: Request): string {
  const given = request.headers.get("x-request-id") ?? "";
  return /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID();
}

async function readBody(request: Request): Promise<string> {
  const raw = await readRaw(request);
  if (raw.length > 0) requireJson(request);
  return Buffer.from(raw).toString("utf8");
}

function checkInput(route: Route, request: Request, params: Record<string, string>, raw: string) {
  const query: Record<string, string> = Object.fromEntries(new URL(request.url).searchParams);
  const body = route.body ? parseJson(raw) : undefined;
  return {
    // An id of no valid form names nothing.
    params: route.params ? check(route.params, params, () => notFoundAt(route)) : undefined,
    query: route.query ? check(route.query, query, invalid("query")) : undefined,
    body: route.body ? check(route.body, body, invalid("body")) : undefined,
  };
}

function check(schema: NonNullable<Route["body"]>, value: unknown, refuse: (issues: Issue[]) => RequestError): unknown {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw refuse(read.error.issues.map(({ path, message }) => ({ path: path.map(String).join("."), message })));
}

type Issue = { path: string; message: string };
const invalid = (where: string) => (issues: Issue[]) =>
  new RequestError(
    "invalid_request",
    400,
    issues.map(({ path, message }) => `${path || where}: ${message}`).join("; "),
    { shown: { issues: issues.map((issue) => ({ ...issue, in: where })) } },
  );
const notFoundAt = ({ path }: Route) =>
  new RequestError("not_found", 404, path.startsWith("/api/plan/") ? "Plan not found" : "Not found");

function parseJson(raw: string): unknown {
  if (raw === "") return {};
  try {
    return JSON.parse(raw);
  } catch {
    throw new RequestError("invalid_json", 400, "The body is no JSON");
  }
}

function toResponse(operation: string, route: Route, given: unknown, deps: KernelDeps): Response {
  const { body, headers } = given instanceof Answer ? given : new Answer(given);
  if (route.answer === null) return new Response(null, { status: route.status, headers });
  if (deps.checkAnswers) {
    const read = route.answer.safeParse(body);
    if (!read.success)
      throw new Error(`${operation} does not answer what its contract says: ${JSON.stringify(read.error.issues)}`);
  }
  const written = route.contentType ? String(body) : JSON.stringify(body);
  const contentType = route.contentType ?? "application/json";
  return new Response(written, {
    status: route.status,
    headers: { "content-type": contentType, "cache-control": "private, no-cache", ...headers },
  });
}

/** 304 where the caller has the answer already (RFC 9110, section 13.1.2). */
async function withEtag(request: Request, response: Response): Promise<Response> {
  if (request.method !== "GET" || response.status !== 200) return response;
  const body = await response.text();
  const etag = `W/"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"`;
  const headers = new Headers(response.headers);
  headers.set("etag", etag);
  const known = (request.headers.get("if-none-match") ?? "").split(",").map((tag) => tag.trim());
  if (known.includes(etag) || known.includes("*")) return new Response(null, { status: 304, headers });
  return new Response(body, { status: 200, headers });
}

/** Runs a request with an `Idempotency-Key` once, and answers its repeats with what was answered first. */
async function once(
  route: Route,
  request: Request,
  raw: string,
  principal: Principal | null,
  { idempotency, log }: KernelDeps,
  run: () => Promise<Response>,
): Promise<Response> {
  const key = request.headers.get("idempotency-key");
  if (key === null || !route.isRepeatable || !principal) return run();
  if (key.length > 200 || key === "")
    throw new RequestError("invalid_request", 400, "An Idempotency-Key has 1 to 200 characters");
  const { pathname } = new URL(request.url);
  const hash = createHash("sha256")
    .update(JSON.stringify([request.method, pathname, raw]))
    .digest("base64url");
  const begun = await idempotency.begin(principal, key, hash);
  if (begun.kind === "other")
    throw new RequestError("idempotency_key_reused", 422, "This Idempotency-Key was used for another request");
  if (begun.kind === "running")
    throw new RequestError("idempotency_key_busy", 409, "The first request with this Idempotency-Key is at work", {
      retryAfterMs: 1_000,
    });
  if (begun.kind === "done")
    return new Response(begun.body, {
      status: begun.status,
      headers: { "content-type": route.contentType ?? "application/json", "idempotency-replayed": "true" },
    });
  try {
    const response = await run();
    await idempotency.finish(principal, key, { status: response.status, body: await response.clone().text() });
    return response;
  } catch (error) {
    await idempotency
      .forget(principal, key)
      .catch((reason: unknown) => log.warn("idempotency.not_forgotten", { reason: String(reason) }));
    throw error;
  }
}

function methodsByPath(): { pattern: RegExp; methods: string[] }[] {
  const found = new Map<string, string[]>();
  for (const route of Object.values<Route>(api))
    found.set(route.path, [...(found.get(route.path) ?? []), route.method]);
  return [...found].map(([path, methods]) => ({
    pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}/?$`),
    methods,
  }));
}
