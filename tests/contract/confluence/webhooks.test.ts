import type { JsonWebKey } from "node:crypto";
import { createHmac, createPublicKey, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { aConfluence, baseUrl } from "./world.js";

type Received = { url: string; headers: Headers; body: string };

function aListener(answer: (received: Received) => number = () => 200) {
  const received: Received[] = [];
  const world = aConfluence({
    send: async (request) => {
      const one = { url: request.url, headers: request.headers, body: await request.text() };
      received.push(one);
      return new Response(null, { status: answer(one) });
    },
  });
  world.control.configure({
    webhooks: {
      forge: { url: "http://app.test/forge", appId: "app-1" },
      automation: { url: "http://app.test/automation", header: "x-rule-secret", secret: "rule" },
      dataCenter: { url: "http://app.test/dc", secret: "hmac" },
    },
    webhookRetryMs: 1,
  });
  const page = world.control.createPage({ spaceKey: "PLAN", title: "Plan", body: "<p>1</p>" });
  const edit = async (body: string) => {
    world.control.editPage({ id: page.id, body });
    await world.control.idle();
  };
  const at = (path: string) => received.filter((one) => one.url.endsWith(path));
  return { ...world, received, page, edit, at };
}

describe("a page change", () => {
  it("is told by Forge under a token that its published key verifies", async () => {
    const { page, edit, at, fetch, cloudId } = aListener();
    await edit("<p>2</p>");
    const [told] = at("/forge");
    const token = told?.headers.get("authorization")?.replace("Bearer ", "") ?? "";
    const [head = "", claims = "", signature = ""] = token.split(".");
    const answer = await fetch(`${baseUrl}/.well-known/jwks.json`);
    const { keys } = (await answer.json()) as { keys: (JsonWebKey & { kid: string })[] };
    const { kid, alg } = decode<{ kid: string; alg: string }>(head);
    const jwk = keys.find((key) => key.kid === kid);
    expect(alg).toBe("RS256");
    const key = createPublicKey({ key: jwk ?? {}, format: "jwk" });
    expect(verify("sha256", Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, "base64url"))).toBe(true);
    expect(decode(claims)).toMatchObject({
      iss: "forge/invocation-token",
      aud: "ari:cloud:ecosystem::app/app-1",
      context: { cloudId },
    });
    expect(JSON.parse(told?.body ?? "")).toMatchObject({
      eventType: "avi:confluence:updated:page",
      atlassianId: "712020:ben",
      content: { id: page.id, space: { key: "PLAN" }, version: { number: 2 } },
    });
  });

  it("is told by an Automation rule with its secret header", async () => {
    const { page, edit, at } = aListener();
    await edit("<p>2</p>");
    const [told] = at("/automation");
    expect(told?.headers.get("x-rule-secret")).toBe("rule");
    expect(JSON.parse(told?.body ?? "")).toEqual({ event: "page_updated", pageId: page.id, url: page.url });
  });

  it("is told by Data Center with a signature over the raw body", async () => {
    const { page, edit, at } = aListener();
    await edit("<p>2</p>");
    const [told] = at("/dc");
    const signature = createHmac("sha256", "hmac")
      .update(told?.body ?? "")
      .digest("hex");
    expect(told?.headers.get("x-hub-signature")).toBe(`sha256=${signature}`);
    expect(JSON.parse(told?.body ?? "")).toMatchObject({ event: "page_updated", page: { id: Number(page.id) } });
  });

  it("is told again by Forge until it is accepted, at most four times, and once by the others", async () => {
    const { edit, at } = aListener(() => 500);
    await edit("<p>2</p>");
    expect([at("/forge").length, at("/automation").length, at("/dc").length]).toEqual([5, 1, 1]);
  });

  it("is dropped or doubled where a fault says so", async () => {
    const { edit, at, switches, control } = aListener();
    switches.add({ kind: "drop", on: "webhook:forge", times: 1 });
    switches.add({ kind: "duplicate", on: "webhook:automation", times: 1 });
    await edit("<p>2</p>");
    expect([at("/forge").length, at("/automation").length, at("/dc").length]).toEqual([0, 2, 1]);
    expect(control.deliveries().filter(({ status }) => status === "dropped")).toHaveLength(1);
  });

  it("arrives behind the next one where a fault says so", async () => {
    const { page, at, switches, control } = aListener();
    switches.add({ kind: "reorder", on: "webhook:forge", times: 1 });
    control.editPage({ id: page.id, body: "<p>2</p>" });
    control.editPage({ id: page.id, body: "<p>3</p>" });
    await control.idle();
    const bodies = at("/forge").map(({ body }) => JSON.parse(body) as { content: { version: { number: number } } });
    expect(bodies.map(({ content }) => content.version.number)).toEqual([3, 2]);
  });

  it("is told to whoever registered for it on Data Center", async () => {
    const { access, fetch, edit, at } = aListener();
    const { apiBase, authorization } = access("data_center");
    const registration = { name: "plan", url: "http://app.test/registered", events: ["page_updated"] };
    const body = JSON.stringify({ ...registration, configuration: { secret: "own" } });
    const headers = { authorization: await authorization(), "content-type": "application/json" };
    expect((await fetch(`${apiBase}/rest/api/webhooks`, { method: "POST", headers, body })).status).toBe(201);
    await edit("<p>2</p>");
    const told = at("/registered")[0];
    const signature = createHmac("sha256", "own")
      .update(told?.body ?? "")
      .digest("hex");
    expect(told?.headers.get("x-hub-signature")).toBe(`sha256=${signature}`);
  });

  it("of a page that was thrown away is told as that", async () => {
    const { at, page, control } = aListener();
    control.removePage({ id: page.id });
    await control.idle();
    expect(JSON.parse(at("/forge")[0]?.body ?? "")).toMatchObject({ eventType: "avi:confluence:trashed:page" });
    expect(JSON.parse(at("/dc")[0]?.body ?? "")).toMatchObject({ event: "page_trashed" });
  });
});

const decode = <T>(part: string) => JSON.parse(Buffer.from(part, "base64url").toString()) as T;
