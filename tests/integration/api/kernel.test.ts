import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { Problem, text, Uuid } from "../../../lib/contract/common.js";
import { routes } from "../../../lib/contract/route.js";
import { RequestError, RetryableError } from "../../../lib/domain/errors.js";
import { Answer, apiServer, type Handlers, type KernelDeps } from "../../../lib/http/api/kernel.js";
import { apiWorld, type ApiWorld, type Person } from "../../support/api-world.js";
import { testServer } from "../../support/test-database.js";

const thing = { tag: "things", access: "member" } as const;
const note = z.object({ id: Uuid, text: z.string() });
/** A table as any other: what the kernel promises, it promises for every table. */
const table = routes({
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

const id = "5f0c6c1e-8a34-4d0e-9f0b-2d6f3a1b7c90";
let world: ApiWorld;
let ada: Person;
let made: string[];
let closedStreams: number;
/** What `makeThing` does before it is done; a test may let it fail or wait. */
let making: () => Promise<void>;

const handlers: Handlers<typeof table, KernelDeps> = {
  listThings: async ({ query }) => ({ asked: query, text: "a" }),
  latestThing: async () => "latest",
  getThing: async ({ params }) => ({ id: params.id, text: "a" }),
  async makeThing({ body, newId }) {
    await making();
    made.push(body.text);
    return { id: newId, text: body.text };
  },
  async dropThing({ params }) {
    made.push(params.id);
    return null;
  },
  nameThing: async ({ params }) => ({ name: params.name }),
  readFile: async () => new Answer("a,b\n", { "content-disposition": "attachment" }),
  watch: async () =>
    new Response(new ReadableStream({ cancel: () => void closedStreams++ }), {
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
const process = (differs: Partial<KernelDeps> = {}) =>
  apiServer(table, () => ({ ...world.deps, ...differs }), handlers);
let serve: ReturnType<typeof process>;

type Sent = RequestInit & { person?: Pick<Person, "token"> | null; json?: unknown };
function send(path: string, { person = ada, json, ...init }: Sent = {}, server = serve): Promise<Response> {
  const headers = new Headers(init.headers);
  if (person && !headers.has("authorization")) headers.set("authorization", `Bearer ${person.token}`);
  if (json !== undefined) headers.set("content-type", headers.get("content-type") ?? "application/json");
  const body = json === undefined ? init.body : JSON.stringify(json);
  return server(new Request(`http://localhost:3000${path}`, { ...init, headers, ...(body == null ? {} : { body }) }));
}
const make = (json: unknown, headers: Record<string, string> = {}, more: Sent = {}) =>
  send("/api/v1/things", { method: "POST", json, headers, ...more });
/** Status and code, once the problem is what RFC 9457 and the contract ask of one. */
async function refusal(answer: Promise<Response> | Response): Promise<[number, string]> {
  const response = await answer;
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(response.headers.get("cache-control")).toBe("no-store");
  const problem = Problem.parse(await response.json());
  expect(problem).toMatchObject({ status: response.status, error: problem.detail });
  expect(problem.requestId).toBe(response.headers.get("x-request-id"));
  return [response.status, problem.code];
}

beforeAll(async () => void (world = await apiWorld()));
afterAll(() => world.close());
beforeEach(async () => {
  await world.reset();
  ada = await world.aPerson(await world.anOrganization());
  made = [];
  closedStreams = 0;
  making = () => Promise.resolve();
  serve = process();
});

describe("a problem", () => {
  it("says what is wrong in words, where, and by a stable code", async () => {
    const response = await make({ text: " " });
    const problem = (await response.clone().json()) as Problem;
    expect(await refusal(response)).toEqual([400, "invalid_request"]);
    expect(problem.detail).toContain("text: must not be blank");
    expect(problem.issues).toEqual([{ in: "body", path: "text", message: "must not be blank" }]);
  });

  it("carries the caller's request id, or a new one where that is no plain word", async () => {
    const named = await send("/api/v1/nowhere", { headers: { "x-request-id": "mine-1" } });
    expect(named.headers.get("x-request-id")).toBe("mine-1");
    const odd = await send("/api/v1/things", { headers: { "x-request-id": "a b<c>" } });
    expect(odd.headers.get("x-request-id")).toMatch(/^[\da-f-]{36}$/);
  });

  it("tells nothing of what broke inside", async () => {
    const response = await send("/api/v1/broken", { method: "POST", json: { how: "inside" } });
    const body = await response.clone().text();
    expect(await refusal(response)).toEqual([500, "unexpected"]);
    expect(body).toContain("Internal server error");
    expect(body).not.toContain("secret");
  });

  it("asks to come back where another service does not answer", async () => {
    const response = await send("/api/v1/broken", { method: "POST", json: { how: "later" } });
    expect(response.headers.get("retry-after")).toBe("3");
    expect(await refusal(response)).toEqual([503, "linear_unavailable"]);
  });

  it("is made of an answer that is not what the contract says, where answers are checked", async () => {
    const broken = { method: "POST", json: { how: "contract" } };
    expect(await refusal(send("/api/v1/broken", broken))).toEqual([500, "unexpected"]);
    expect((await send("/api/v1/broken", broken, process({ checkAnswers: false }))).status).toBe(200);
  });
});

describe("a body", () => {
  const raw = (body: BodyInit, type = "application/json") =>
    send("/api/v1/things", { method: "POST", body, headers: { "content-type": type } });

  it("must be JSON, in UTF-8, and say so", async () => {
    expect(await refusal(raw("{"))).toEqual([400, "invalid_json"]);
    expect(await refusal(raw(new Uint8Array([0x22, 0xff, 0x22])))).toEqual([400, "invalid_json"]);
    expect(await refusal(raw("{}", "text/plain"))).toEqual([415, "not_json"]);
    expect(await refusal(raw("[]", "application/json-patch+json"))).toEqual([415, "not_json"]);
    expect((await raw('{"text":"a"}', "Application/JSON; charset=utf-8")).status).toBe(201);
  });

  it("is refused where it is too large, before it is read", async () => {
    expect(await refusal(make({ text: "a".repeat(5 * 1024 * 1024) }))).toEqual([413, "body_too_large"]);
  });

  it.each([["null"], ["[]"], ['"text"'], ["7"], [""]])("of another kind is refused: %s", async (body) => {
    expect(await refusal(raw(body))).toEqual([400, "invalid_request"]);
  });

  it("must not hold what PostgreSQL cannot store, wherever it stands", async () => {
    for (const body of [
      { text: "a\0" },
      { text: "\ud800" },
      { text: "a", more: [{ deep: "\udc00x" }] },
      { text: "a", more: { "\0": 1 } },
    ])
      expect(await refusal(make(body)), JSON.stringify(body)).toEqual([400, "invalid_request"]);
    expect((await make({ text: "👩‍🚀" })).status).toBe(201);
  });

  it("may not be nested without end", async () => {
    expect(await refusal(raw(`{"text":"a","more":${"[".repeat(100_000)}${"]".repeat(100_000)}}`))).toEqual([
      400,
      "invalid_request",
    ]);
  });

  it("changes no prototype", async () => {
    const response = await raw(
      '{"text":"a","__proto__":{"polluted":true},"more":{"constructor":{"prototype":{"polluted":true}}}}',
    );
    expect(response.status).toBe(201);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe("a query", () => {
  const asked = async (query: string) =>
    ((await (await send(`/api/v1/things?${query}`)).json()) as { asked: unknown }).asked;

  it("is read by what the operation knows; other keys are ignored", async () => {
    expect(await asked("limit=5&unknown=1&__proto__=x")).toEqual({ limit: 5 });
  });

  it("must not say one thing twice", async () => {
    expect(await refusal(send("/api/v1/things?limit=1&limit=2"))).toEqual([400, "invalid_request"]);
  });

  it("is refused where it is not what was asked for", async () => {
    expect(await refusal(send("/api/v1/things?limit=many"))).toEqual([400, "invalid_request"]);
    expect(await refusal(send("/api/v1/things?kind=%00"))).toEqual([400, "invalid_request"]);
  });
});

describe("a path", () => {
  it("names nothing with an id of no valid form", async () => {
    expect(await refusal(send("/api/v1/things/1"))).toEqual([404, "not_found"]);
    expect(await refusal(send("/api/v1/things/%00"))).toEqual([404, "not_found"]);
    expect(await refusal(send("/api/v1/things/%E0%A4%A"))).toEqual([404, "not_found"]);
  });

  it("is read once, however it is written", async () => {
    const named = async (name: string) =>
      (await (await send(`/api/v1/things/${id}/names/${name}`, { method: "PUT" })).json()) as unknown;
    for (const name of ["Ada & Grace", "a/b", "100%", "%41", "ä", "?#"])
      expect(await named(encodeURIComponent(name)), name).toEqual({ name });
    expect((await send(`/api/v1/th%69ngs/${id}/`)).status).toBe(200);
  });

  it("that says more is meant before one that takes any word", async () => {
    expect(await (await send("/api/v1/things/latest")).json()).toBe("latest");
  });

  it("answers HEAD like GET without the body, and closes a stream that nobody reads", async () => {
    const [head, get] = [await send("/api/v1/things", { method: "HEAD" }), await send("/api/v1/things")];
    expect([head.status, head.headers.get("etag")]).toEqual([200, get.headers.get("etag")]);
    expect(await head.text()).toBe("");
    expect((await send("/api/v1/watch", { method: "HEAD" })).status).toBe(200);
    expect(closedStreams).toBe(1);
  });

  it("tells its methods where another one is used, and to OPTIONS", async () => {
    const refused = await send("/api/v1/things", { method: "PATCH" });
    expect(refused.headers.get("allow")).toBe("GET, HEAD, POST, OPTIONS");
    expect(await refusal(refused)).toEqual([405, "method_not_allowed"]);
    const options = await send("/api/v1/things", { method: "OPTIONS", person: null });
    expect([options.status, options.headers.get("allow")]).toEqual([204, "GET, HEAD, POST, OPTIONS"]);
    expect(options.headers.get("access-control-allow-origin")).toBeNull();
    expect(await refusal(send("/api/v1/nowhere"))).toEqual([404, "not_found"]);
  });
});

describe("an answer", () => {
  it("is not sent again to who has it", async () => {
    const first = await send("/api/v1/things");
    const etag = first.headers.get("etag") ?? "";
    for (const known of [etag, `"other", ${etag}`, etag.replace("W/", ""), "*"]) {
      const again = await send("/api/v1/things", { headers: { "if-none-match": known } });
      expect([again.status, await again.text(), again.headers.get("etag")], known).toEqual([304, "", etag]);
    }
    expect((await send("/api/v1/things?limit=1", { headers: { "if-none-match": etag } })).status).toBe(200);
  });

  it("is kept by nobody else's cache and taken for nothing else", async () => {
    const { headers } = await send("/api/v1/things");
    expect(headers.get("cache-control")).toBe("private, no-cache");
    expect(headers.get("vary")).toBe("Authorization, Cookie, X-Org-Id");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("may be a file with headers of its own", async () => {
    const file = await send("/api/v1/file");
    expect(file.headers.get("content-type")).toBe("text/csv");
    expect(file.headers.get("content-disposition")).toBe("attachment");
    expect(await file.text()).toBe("a,b\n");
  });

  it("describes the operations to everybody, and is not sent again to who has it", async () => {
    for (const path of ["/api/v1/openapi.json", "/api/v1/docs"]) {
      const first = await send(path, { person: null });
      expect([path, first.status]).toEqual([path, 200]);
      const etag = first.headers.get("etag") ?? "";
      expect((await send(path, { person: null, headers: { "if-none-match": etag } })).status).toBe(304);
    }
    const { paths } = (await (await send("/api/v1/openapi.json", { person: null })).json()) as { paths: object };
    expect(Object.keys(paths)).toContain("/api/v1/things/{id}");
  });
});

describe("an Idempotency-Key", () => {
  const key = (name: string) => ({ "idempotency-key": name });
  const idOf = async (response: Response) => ((await response.json()) as { id: string }).id;

  it("makes a repeat answer what was answered first, and do nothing", async () => {
    const first = await make({ text: "a" }, key("k"));
    const again = await make({ text: "a" }, key("k"));
    expect([again.status, again.headers.get("idempotency-replayed"), again.headers.get("content-type")]).toEqual([
      201,
      "true",
      "application/json",
    ]);
    expect(await idOf(again)).toBe(await idOf(first));
    expect(made).toEqual(["a"]);
  });

  it("repeats answers without a body too", async () => {
    for (let time = 0; time < 2; time++)
      expect((await send(`/api/v1/things/${id}`, { method: "DELETE", headers: key("k") })).status).toBe(204);
    expect(made).toEqual([id]);
  });

  it("refuses another request", async () => {
    await make({ text: "a" }, key("k"));
    expect(await refusal(make({ text: "b" }, key("k")))).toEqual([422, "idempotency_key_reused"]);
    expect(await refusal(send(`/api/v1/things/${id}`, { method: "DELETE", headers: key("k") }))).toEqual([
      422,
      "idempotency_key_reused",
    ]);
    expect(made).toEqual(["a"]);
  });

  it("belongs to one person", async () => {
    const grace = await world.aPerson(ada.organizationId, { name: "Grace" });
    const [one, other] = [await make({ text: "a" }, key("k")), await make({ text: "b" }, key("k"), { person: grace })];
    expect([one.status, other.status]).toEqual([201, 201]);
    expect(made).toEqual(["a", "b"]);
  });

  it("says that the first request is at work", async () => {
    let busy: Response | undefined;
    making = async () => void (busy ??= await make({ text: "a" }, key("k")));
    expect((await make({ text: "a" }, key("k"))).status).toBe(201);
    expect(busy?.headers.get("retry-after")).toBe("1");
    expect(await refusal(busy ?? Response.error())).toEqual([409, "idempotency_key_busy"]);
    expect(made).toEqual(["a"]);
  });

  it("lets a request that failed be tried again, for the same thing", async () => {
    making = () => Promise.reject(new RequestError("busy", 409, "Busy"));
    expect(await refusal(make({ text: "a" }, key("k")))).toEqual([409, "busy"]);
    making = () => Promise.resolve();
    expect((await make({ text: "a" }, key("k"))).status).toBe(201);
    expect(made).toEqual(["a"]);
  });

  it("does nothing again where only the note of it was lost", async () => {
    const lossy = { ...world.deps.idempotency, finish: () => Promise.reject(new Error("lost")) };
    const sent = { method: "POST", json: { text: "a" }, headers: key("k") };
    const first = await send("/api/v1/things", sent, process({ idempotency: lossy }));
    expect(first.status).toBe(201);
    expect(await refusal(make({ text: "a" }, key("k")))).toEqual([409, "idempotency_key_busy"]);
    expect(made).toEqual(["a"]);
  });

  it("gives what is made the same id whenever it is tried", async () => {
    const ids: string[] = [];
    making = () => Promise.reject(new Error("died"));
    await make({ text: "a" }, key("k"));
    const watching = {
      ...handlers,
      makeThing: async ({ newId }: { newId: string }) => (ids.push(newId), { id: newId, text: "a" }),
    };
    for (const person of [ada, await world.aPerson(ada.organizationId)]) {
      const server = apiServer(table, () => world.deps, watching);
      await send("/api/v1/things", { method: "POST", json: { text: "a" }, headers: key("k"), person }, server);
    }
    expect(new Set(ids).size).toBe(2);
  });

  it("must be neither empty nor endless", async () => {
    expect(await refusal(make({ text: "a" }, key("x".repeat(201))))).toEqual([400, "invalid_request"]);
  });
});

describe("who asks", () => {
  it("must show a token or a sign-in that is valid", async () => {
    for (const authorization of ["Bearer lpa_unknown", "Bearer", "Basic YTpi", "lpa_x"]) {
      const response = await send("/api/v1/things", { headers: { authorization } });
      expect(response.headers.get("www-authenticate")).toBe("Bearer");
      expect(await refusal(response), authorization).toEqual([401, "not_signed_in"]);
    }
    expect(await refusal(send("/api/v1/things", { person: null }))).toEqual([401, "not_signed_in"]);
    expect(await refusal(send("/api/v1/things", { person: null, headers: { cookie: "session=forged" } }))).toEqual([
      401,
      "not_signed_in",
    ]);
  });

  it("must have the role", async () => {
    const viewer = await world.aPerson(ada.organizationId, { role: "viewer" });
    expect(await refusal(make({ text: "a" }, {}, { person: viewer }))).toEqual([403, "not_allowed"]);
    expect(await refusal(send("/api/v1/decide", { method: "POST" }))).toEqual([403, "not_allowed"]);
    expect(made).toEqual([]);
  });

  it("must name no other organization", async () => {
    const other = await world.anOrganization();
    const own = ada.organizationId;
    expect((await send(`/api/v1/things?org=${own}`, { headers: { "x-org-id": own } })).status).toBe(200);
    for (const query of [`org=${other}`, `org=${own}&org=${other}`, "org=nobody"])
      expect(await refusal(send(`/api/v1/things?${query}`)), query).toEqual([404, "not_found"]);
    for (const header of [other, `${own}, ${other}`])
      expect(await refusal(send("/api/v1/things", { headers: { "x-org-id": header } })), header).toEqual([
        404,
        "not_found",
      ]);
  });
});

describe("too many requests", () => {
  const limited = () => process({ requestsPerMinute: 3 });

  it("of one person are refused for the rest of the minute, in every process, and of nobody else", async () => {
    const [one, other] = [limited(), limited()];
    const grace = await world.aPerson(ada.organizationId);
    await untilRefused((n) => send("/api/v1/things", {}, n % 2 ? one : other));
    const refused = await send("/api/v1/things", {}, other);
    const seconds = Number(refused.headers.get("retry-after"));
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(await refusal(refused)).toEqual([429, "rate_limited"]);
    expect((await send("/api/v1/things", { person: grace }, one)).status).toBe(200);
  });

  it("of one address are refused where nobody is signed in, and of no other address", async () => {
    const server = limited();
    const knock = (address: string) =>
      send(
        "/api/v1/knock",
        { method: "POST", person: null, headers: { "x-forwarded-for": `${address}, 10.0.0.1` } },
        server,
      );
    await untilRefused(() => knock("192.0.2.1"));
    expect(await refusal(knock("192.0.2.1"))).toEqual([429, "rate_limited"]);
    expect((await knock("192.0.2.2")).status).toBe(200);
  });

  it("with tokens that are guessed are refused too", async () => {
    const server = limited();
    const guess = () =>
      send("/api/v1/things", { headers: { authorization: "Bearer lpa_guess", "x-real-ip": "192.0.2.3" } }, server);
    await untilRefused(guess);
    expect(await refusal(guess())).toEqual([429, "rate_limited"]);
  });

  /** A minute may end in between, which begins a new count. */
  async function untilRefused(request: (n: number) => Promise<Response>): Promise<void> {
    for (let n = 0; n < 10; n++) if ((await request(n)).status === 429) return;
    throw new Error("never refused");
  }
});

describe.runIf(testServer !== "")("with a PostgreSQL server (TEST_POSTGRES_URL)", () => {
  it("two requests at once with one Idempotency-Key act once", async () => {
    for (let round = 0; round < 20; round++) {
      made = [];
      const twins = Array.from({ length: 4 }, () => make({ text: "a" }, { "idempotency-key": `k${round}` }));
      const statuses = (await Promise.all(twins)).map(({ status }) => status);
      expect(made).toEqual(["a"]);
      expect(statuses).toContain(201);
      expect(statuses.filter((status) => status !== 201 && status !== 409)).toEqual([]);
    }
  });
});
