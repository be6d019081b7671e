import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { api, type Operation } from "../../../lib/contract/api.js";
import { addressOf, ApiError, client } from "../../../lib/contract/client.js";
import { openApi } from "../../../lib/contract/openapi.js";
import type { Route } from "../../../lib/contract/route.js";
import { apiWorld, type ApiWorld, type Person, refused } from "../../support/api-world.js";

let world: ApiWorld;
let ada: Person;
/** The operations that answered, in their order. */
const answered: string[] = [];

beforeAll(async () => {
  const silent = () => undefined;
  const info = (event: string, context: object) => {
    if (event === "api.answered" && "operation" in context) answered.push(String(context.operation));
  };
  world = await apiWorld({ deps: { log: { info, warn: silent, error: silent } } });
  ada = await world.aPerson(await world.anOrganization(), { role: "admin" });
});
afterAll(() => world.close());

/** What the OpenAPI document shows as an example of a request. */
function exampleRequest(name: Operation, route: Route) {
  const operation = openApi({ [name]: route }).paths[route.path]?.[route.method.toLowerCase()];
  const given = operation?.parameters.filter(({ in: place }) => place === "path") ?? [];
  return {
    params: Object.fromEntries(given.map(({ name: parameter, example }) => [parameter, example])),
    body: operation?.requestBody?.content["application/json"]?.example,
  };
}

describe("the typed client", () => {
  it.each(Object.entries<Route>(api))("reaches %s", async (name, route) => {
    // A stream is not read to its end, which does not come.
    const fetching = async (input: string | URL | Request, init?: RequestInit) => {
      const { pathname, search } = new URL(input instanceof Request ? input.url : input);
      const response = await world.send(`${pathname}${search}`, init);
      if (!response.headers.get("content-type")?.startsWith("text/event-stream")) return response;
      await response.body?.cancel();
      return new Response("", response);
    };
    const headers = () => ({ authorization: `Bearer ${ada.token}`, "x-org-id": ada.organizationId });
    const calls = client(api, { baseUrl: "http://localhost:3000", fetch: fetching, headers });
    const call = calls[name as Operation] as (request: object) => Promise<unknown>;
    const outcome = await call(exampleRequest(name as Operation, route)).then(
      () => "answered",
      (error: unknown) => (error instanceof ApiError ? "refused" : error),
    );
    expect(["answered", "refused"]).toContain(outcome);
    expect(answered.at(-1)).toBe(name);
    ada = { ...ada, token: await world.aToken(ada) };
  });

  it("gives what was answered, by its type", async () => {
    const { plan_id } = await world.as(ada).startPlan({ body: { title: "Launch" } });
    expect((await world.as(ada).getPlan({ params: { plan_id } })).title).toBe("Launch");
  });

  it("throws what was refused, with status, code and the words for people", async () => {
    const error = await refused(world.as(ada).getPlan({ params: { plan_id: randomUUID() } }));
    expect([error.status, error.code, error.message, error.retryAfterMs]).toEqual([
      404,
      "plan_not_found",
      "Plan not found",
      null,
    ]);
  });

  it("throws how long to wait", async () => {
    const answers = (response: Response) =>
      client(api, { baseUrl: "http://x.test", fetch: () => Promise.resolve(response) });
    const headers = { "retry-after": "7" };
    const error = await refused(
      answers(Response.json({ code: "rate_limited", detail: "Too many" }, { status: 429, headers })).listPlans({
        query: {},
      }),
    );
    expect([error.status, error.code, error.retryAfterMs]).toEqual([429, "rate_limited", 7_000]);
    const gateway = await refused(answers(new Response("<html>", { status: 502 })).listPlans({ query: {} }));
    expect([gateway.status, gateway.code, gateway.message]).toEqual([502, "no_answer", "The server answered 502"]);
  });

  it("says that the server could not be reached, and passes on that it was stopped", async () => {
    const nowhere = client(api, {
      baseUrl: "http://x.test",
      fetch: () => Promise.reject(new TypeError("fetch failed")),
    });
    expect((await refused(nowhere.listPlans({ query: {} }))).status).toBe(0);
    const stopped = nowhere.listPlans({ query: {} }, { signal: AbortSignal.abort() });
    await expect(stopped).rejects.toThrow("fetch failed");
  });

  it("repeats under the key that it was given", async () => {
    const start = () => world.as(ada).startPlan({ body: { title: "Launch" } }, { idempotencyKey: "once" });
    expect(await start()).toEqual(await start());
  });
});

describe("an address", () => {
  it("holds each value as one segment or one value, whatever is in it", () => {
    const address = addressOf(
      { path: "/a/{id}/b/{name}" },
      { params: { id: "x/y?#", name: "ä %2F" }, query: { q: "a&b=c", none: null } },
    );
    expect(address).toBe("/a/x%2Fy%3F%23/b/%C3%A4%20%252F?q=a%26b%3Dc");
  });

  it.each(["", ".", "..", undefined])("is not made of what would lead elsewhere: %j", (id) => {
    expect(() => addressOf({ path: "/a/{id}" }, { params: { id } })).toThrow(TypeError);
  });
});
