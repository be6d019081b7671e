import { createHash, randomUUID } from "node:crypto";
import { Hono } from "hono";
import type { AnswerOf, InputOf, Route } from "../../contract/route.js";
import { RequestError } from "../../domain/errors.js";
import { mayAnywhere, type Principal } from "../../domain/principal.js";
import type { Log } from "../../ports.js";
import type { Observe, Tracer } from "../../ports-operating.js";
import type { IdempotencyStore } from "../../ports-people.js";
import { inRequest, requestIdOf } from "../request.js";
import { type AccessDeps, authenticate, countAnonymous } from "./authenticate.js";
import { documents } from "./documents.js";
import { mayOnlyRead } from "./handlers/refusals.js";
import { checkInput, readBody } from "./input.js";
import { idempotencyKeyOf, once, type Reply } from "./once.js";
import { toProblem } from "./problem.js";

/** What every operation of the API needs. */
export type KernelDeps = AccessDeps & {
  idempotency: IdempotencyStore;
  log: Log;
  now: () => number;
  tracer?: Tracer | undefined;
  /** Hears of every answer, for the figures. */
  observe?: Observe;
  /** Holds every answer against its schema; for tests and the local world. */
  checkAnswers?: boolean;
};

/** What a handler is given. `principal` is nobody only on public operations. */
export type Call<R extends Route, Deps> = InputOf<R> & {
  principal: R["access"] extends "public" ? null : Principal;
  request: Request;
  requestId: string;
  /** For the one thing that the operation makes; the same again where a request with an `Idempotency-Key` is repeated. */
  newId: string;
  deps: Deps;
};
/** An answer with other headers, or one that is no JSON. */
export class Answer<T> {
  constructor(
    readonly body: T,
    readonly headers: Record<string, string> = {},
  ) {}
}
/** What a handler gives: the answer, or, for streams, the response itself, which is passed on as it is. */
export type Given<R extends Route> = AnswerOf<R> | Answer<AnswerOf<R>> | Response;
export type Handler<R extends Route, Deps> = (call: Call<R, Deps>) => Promise<Given<R>>;
/** A handler for each of these operations. */
export type Handlers<Table extends Record<string, Route>, Deps> = { [K in keyof Table]: Handler<Table[K], Deps> };

/**
 * Answers the operations of a table: checks who asks and what they send, runs the handler, writes its answer or the problem. Also serves
 * the description, of more operations where another function answers some.
 */
export function apiServer<Table extends Record<string, Route>, Deps extends KernelDeps>(
  table: Table,
  deps: () => Deps,
  handlers: Handlers<Table, Deps>,
  described: Record<string, Route> = table,
): (request: Request) => Promise<Response> {
  const app = new Hono({ strict: false });
  for (const [path, document] of Object.entries(documents(described)))
    app.get(path, ({ req: { raw: request } }) =>
      sealed(toResponse(document(deps().requestsPerMinute), request), requestIdOf(request)),
    );
  for (const [name, route] of mostExactFirst(Object.entries(table))) {
    const handler = handlers[name] as unknown as Handler<Route, Deps>;
    app.on(route.method, route.path.replaceAll(/\{(\w+)\}/g, ":$1"), (context) =>
      answer(name, route, handler, context.req.raw, context.req.param() as Record<string, string>, deps()),
    );
  }
  const methods = methodsByPath(table);
  app.notFound(({ req: { raw: request, path } }) => {
    const allowed = methods.find(({ pattern }) => pattern.test(path))?.methods.join(", ");
    if (allowed && request.method === "OPTIONS")
      return new Response(null, { status: 204, headers: { allow: allowed } });
    const error = allowed
      ? new RequestError("method_not_allowed", 405, `There is ${allowed} here`)
      : new RequestError("not_found", 404, "Not found");
    const requestId = requestIdOf(request);
    const response = toProblem(error, { log: deps().log, requestId, operation: "none" });
    if (allowed) response.headers.set("allow", allowed);
    return sealed(response, requestId);
  });
  // What fails outside an operation is the configuration, of which the platform's log tells.
  app.onError((error) => {
    throw error;
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
  const { log, tracer } = deps;
  const begun = performance.now();
  let organizationId: string | null = null;
  const response = await inRequest(request, { log, tracer, name: "api", operation }, (requestId) =>
    attempt(requestId)
      .catch((error: unknown) => toProblem(error, { log, requestId, operation }))
      .then((given) => sealed(given, requestId)),
  );
  deps.observe?.({ operation, status: response.status, seconds: (performance.now() - begun) / 1_000, organizationId });
  return response;

  async function attempt(requestId: string): Promise<Response> {
    const principal = await admit(route, request, deps);
    organizationId = principal?.organizationId ?? null;
    const raw = await readBody(route, request);
    const input = checkInput(route, request, params, raw);
    const key = idempotencyKeyOf(route, request, principal);
    const run = (newId: string) =>
      handler({ ...input, principal, request, requestId, newId, deps } as Call<Route, Deps>);
    if (key === null || !principal) {
      const given = await run(randomUUID());
      return given instanceof Response
        ? passedOn(given, request)
        : toResponse(toReply(operation, route, given, deps), request);
    }
    const contentType = contentTypeOf(route);
    const reply = await once({ principal, key, request, raw, contentType }, deps, async (newId) => {
      const given = await run(newId);
      if (given instanceof Response) throw new Error(`${operation} streams and cannot be repeated`);
      return toReply(operation, route, given, deps);
    });
    return toResponse(reply, request);
  }
}

/** Who may come in: somebody with the role somewhere, or, on public operations, any address that does not ask too often. */
async function admit(route: Route, request: Request, deps: KernelDeps): Promise<Principal | null> {
  if (route.access === "public") {
    await countAnonymous(request, deps);
    return null;
  }
  const principal = await authenticate(request, deps, route);
  if (route.changesOwn && principal.scope === "read") throw mayOnlyRead();
  if (mayAnywhere(principal, route.access)) return principal;
  throw new RequestError("not_allowed", 403, `This needs the role ${route.access}`);
}

function toReply(operation: string, route: Route, given: unknown, deps: KernelDeps): Reply {
  const { body, headers } = given instanceof Answer ? given : new Answer(given);
  if (route.answer === null) return { status: route.status, headers, body: null };
  if (deps.checkAnswers) {
    const read = route.answer.safeParse(body);
    if (!read.success) {
      const issues = read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
      deps.log.error("api.contract_broken", { operation, issues });
      throw new Error(`${operation} does not answer what its contract says`);
    }
  }
  return {
    status: route.status,
    headers: { "content-type": contentTypeOf(route), ...headers },
    body: route.contentType ? String(body) : JSON.stringify(body),
  };
}
const contentTypeOf = (route: Route): string => route.contentType ?? "application/json";

/** 304 where the caller has the answer already (RFC 9110, section 13.1.2). */
function toResponse({ status, headers, body }: Reply, request: Request): Response {
  const all = new Headers({
    "cache-control": "private, no-cache",
    vary: "Authorization, Cookie, X-Org-Id",
    ...headers,
  });
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (!isRead || status !== 200 || body === null) return new Response(body, { status, headers: all });
  if (!all.has("etag")) all.set("etag", `W/"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"`);
  return hasAlready(request, all.get("etag") ?? "")
    ? new Response(null, { status: 304, headers: all })
    : new Response(body, { status, headers: all });
}

function hasAlready(request: Request, etag: string): boolean {
  const known = (request.headers.get("if-none-match") ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return known.includes(etag.replace(/^W\//, "")) || known.includes("*");
}

/** A stream that nobody will read is closed, because its writer cannot know. */
async function passedOn(response: Response, request: Request): Promise<Response> {
  if (request.method !== "HEAD") return response;
  await response.body?.cancel();
  return new Response(null, { status: response.status, headers: response.headers });
}

function sealed(response: Response, requestId: string): Response {
  response.headers.set("x-request-id", requestId);
  response.headers.set("x-content-type-options", "nosniff");
  return response;
}

/** A path that says `list` is meant before one that takes any word there. */
function mostExactFirst(entries: [string, Route][]): [string, Route][] {
  const rank = ([, { path }]: [string, Route]) => path.replaceAll(/\{\w+\}/g, "\u{ffff}");
  return [...entries].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

function methodsByPath(table: Record<string, Route>): { pattern: RegExp; methods: string[] }[] {
  const found = new Map<string, string[]>();
  for (const [, { path, method }] of mostExactFirst(Object.entries(table)))
    found.set(path, [...(found.get(path) ?? []), ...(method === "GET" ? ["GET", "HEAD"] : [method])]);
  return [...found].map(([path, methods]) => ({
    pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}/?$`),
    methods: [...methods, "OPTIONS"],
  }));
}
