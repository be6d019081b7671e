import { describe, expect, it } from "vitest";
import type { Problem } from "../../../lib/contract/common.js";
import { kernelWorld, make, now, refusal, send, server, thingId } from "./kernel-world.js";

kernelWorld();

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
    expect((await send("/api/v1/broken", broken, server({ checkAnswers: false }))).status).toBe(200);
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
      (await (await send(`/api/v1/things/${thingId}/names/${name}`, { method: "PUT" })).json()) as unknown;
    for (const name of ["Ada & Grace", "a/b", "100%", "%41", "ä", "?#"])
      expect(await named(encodeURIComponent(name)), name).toEqual({ name });
    expect((await send(`/api/v1/th%69ngs/${thingId}/`)).status).toBe(200);
  });

  it("that says more is meant before one that takes any word", async () => {
    expect(await (await send("/api/v1/things/latest")).json()).toBe("latest");
  });

  it("answers HEAD like GET without the body, and closes a stream that nobody reads", async () => {
    const [head, get] = [await send("/api/v1/things", { method: "HEAD" }), await send("/api/v1/things")];
    expect([head.status, head.headers.get("etag")]).toEqual([200, get.headers.get("etag")]);
    expect(await head.text()).toBe("");
    expect((await send("/api/v1/watch", { method: "HEAD" })).status).toBe(200);
    expect(now.closedStreams).toBe(1);
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
