import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import * as z from "zod/mini";
import { Problem, text, Uuid } from "../../../lib/contract/common.js";
import { routes } from "../../../lib/contract/route.js";
import { RetryableError } from "../../../lib/domain/errors.js";
import { Answer, apiServer, type Handlers, type KernelDeps } from "../../../lib/http/api/kernel.js";
import { apiWorld, type ApiWorld, type Person } from "../../support/api-world.js";

const thing = { tag: "things", access: "member" } as const;
const note = z.object({ id: Uuid, text: z.string() });
/** A table as any other: what the kernel promises, it promises for every table. */
export const table = routes({
  listThings: {
    ...thing,
    method: "GET",
    path: "/api/v1/things",
    summary: "Lists",
    query: z.object({
      limit: z.optional(z.coerce.number().check(z.int(), z.gte(1))),
      kind: z.optional(z.string()),
    }),
    status: 200,
    answer: z.object({ asked: z.record(z.string(), z.unknown()), text: z.string() }),
  },
  latestThing: {
    ...thing,
    method: "GET",
    path: "/api/v1/things/latest",
    summary: "Latest",
    status: 200,
    answer: z.literal("latest"),
  },
  getThing: {
    ...thing,
    method: "GET",
    path: "/api/v1/things/{id}",
    summary: "One",
    params: z.object({ id: Uuid }),
    status: 200,
    answer: note,
  },
  makeThing: {
    ...thing,
    method: "POST",
    path: "/api/v1/things",
    summary: "Makes",
    body: z.object({ text: text(20), more: z.optional(z.unknown()) }),
    status: 201,
    answer: note,
    isRepeatable: true,
  },
  dropThing: {
    ...thing,
    method: "DELETE",
    path: "/api/v1/things/{id}",
    summary: "Drops",
    params: z.object({ id: Uuid }),
    status: 204,
    answer: null,
    isRepeatable: true,
  },
  nameThing: {
    ...thing,
    method: "PUT",
    path: "/api/v1/things/{id}/names/{name}",
    summary: "Names",
    params: z.object({ id: Uuid, name: text(100) }),
    status: 200,
    answer: z.object({ name: z.string() }),
  },
  readFile: {
    ...thing,
    method: "GET",
    path: "/api/v1/file",
    summary: "File",
    status: 200,
    answer: z.string(),
    contentType: "text/csv",
  },
  watch: {
    ...thing,
    method: "GET",
    path: "/api/v1/watch",
    summary: "Watches",
    status: 200,
    answer: z.string(),
    contentType: "text/event-stream",
  },
  knock: {
    tag: "things",
    access: "public",
    method: "POST",
    path: "/api/v1/knock",
    summary: "Knocks",
    status: 200,
    answer: z.object({ ok: z.boolean() }),
  },
  decide: {
    tag: "things",
    access: "admin",
    method: "POST",
    path: "/api/v1/decide",
    summary: "Decides",
    status: 204,
    answer: null,
  },
  breakDown: {
    ...thing,
    method: "POST",
    path: "/api/v1/broken",
    summary: "Breaks",
    body: z.object({ how: z.string() }),
    status: 200,
    answer: note,
  },
});

export const thingId = "5f0c6c1e-8a34-4d0e-9f0b-2d6f3a1b7c90";
/** What stands and what has happened in the test that runs. */
export const now = {} as {
  world: ApiWorld;
  ada: Person;
  made: string[];
  closedStreams: number;
  /** What `makeThing` does before it is done; a test may let it fail or wait. */
  making: () => Promise<void>;
  serve: (request: Request) => Promise<Response>;
};

export const handlers: Handlers<typeof table, KernelDeps> = {
  listThings: async ({ query }) => ({ asked: query, text: "a" }),
  latestThing: async () => "latest",
  getThing: async ({ params }) => ({ id: params.id, text: "a" }),
  async makeThing({ body, newId }) {
    await now.making();
    now.made.push(body.text);
    return { id: newId, text: body.text };
  },
  async dropThing({ params }) {
    now.made.push(params.id);
    return null;
  },
  nameThing: async ({ params }) => ({ name: params.name }),
  readFile: async () => new Answer("a,b\n", { "content-disposition": "attachment" }),
  watch: async () =>
    new Response(new ReadableStream({ cancel: () => void now.closedStreams++ }), {
      headers: { "content-type": "text/event-stream" },
    }),
  knock: async () => ({ ok: true }),
  decide: async () => null,
  async breakDown({ body }) {
    if (body.how === "later") throw new RetryableError("linear_unavailable", { retryAfterMs: 2_500 });
    if (body.how === "contract") return { id: "no uuid", text: "a" };
    throw new Error(`secret ${body.how}`);
  },
};

/** The table's server on the world's database, as one of several processes. */
export const server = (differs: Partial<KernelDeps> = {}) =>
  apiServer(table, () => ({ ...now.world.deps, ...differs }), handlers);

export type Sent = RequestInit & { person?: Pick<Person, "token"> | null; json?: unknown };
export function send(
  path: string,
  { person = now.ada, json, ...init }: Sent = {},
  serve = now.serve,
): Promise<Response> {
  const headers = new Headers(init.headers);
  if (person && !headers.has("authorization")) headers.set("authorization", `Bearer ${person.token}`);
  if (json !== undefined) headers.set("content-type", headers.get("content-type") ?? "application/json");
  const body = json === undefined ? init.body : JSON.stringify(json);
  return serve(new Request(`http://localhost:3000${path}`, { ...init, headers, ...(body == null ? {} : { body }) }));
}
/** A request that makes a thing. */
export const make = (json: unknown, headers: Record<string, string> = {}, more: Sent = {}) =>
  send("/api/v1/things", { method: "POST", json, headers, ...more });
/** Status and code, once the problem is what RFC 9457 and the contract ask of one. */
export async function refusal(answer: Promise<Response> | Response): Promise<[number, string]> {
  const response = await answer;
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(response.headers.get("cache-control")).toBe("no-store");
  const problem = Problem.parse(await response.json());
  expect(problem).toMatchObject({ status: response.status, error: problem.detail });
  expect(problem.requestId).toBe(response.headers.get("x-request-id"));
  return [response.status, problem.code];
}

/** A world for each file, empty for each test. */
export function kernelWorld(): void {
  beforeAll(async () => void (now.world = await apiWorld()));
  afterAll(() => now.world.close());
  beforeEach(async () => {
    await now.world.reset();
    now.ada = await now.world.aPerson(await now.world.anOrganization());
    now.made = [];
    now.closedStreams = 0;
    now.making = () => Promise.resolve();
    now.serve = server();
  });
}
