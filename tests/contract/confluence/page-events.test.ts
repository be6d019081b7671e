import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  automationDeliveryHeader,
  automationSecretHeader,
  confluenceWebhooks,
  type ReceivedWebhook,
} from "../../../lib/confluence/webhook.js";
import type { PageEvent } from "../../../lib/domain/page-event.js";
import { aConfluence, baseUrl } from "./world.js";

const hmacSecret = "hmac-secret";
const ruleSecret = "rule-secret";

/** The three senders of the simulated Confluence in front of our reading of them. */
function aReceiver() {
  const received: { sender: string; webhook: ReceivedWebhook }[] = [];
  let now = Date.now();
  const world = aConfluence({
    now: () => now,
    send: async (request) => {
      const raw = new Uint8Array(await request.arrayBuffer());
      received.push({ sender: new URL(request.url).pathname.slice(1), webhook: { raw, headers: request.headers } });
      return new Response(null, { status: 200 });
    },
  });
  world.control.configure({
    webhooks: {
      forge: { url: "http://app.test/forge", appId: "app-1" },
      automation: { url: "http://app.test/automation", header: automationSecretHeader, secret: ruleSecret },
      dataCenter: { url: "http://app.test/dc", secret: hmacSecret },
    },
    webhookRetryMs: 1,
  });
  let keyFetches = 0;
  const secrets: Record<string, string> = { "c-dc": hmacSecret, "c-rule": ruleSecret };
  const webhooks = confluenceWebhooks({
    forge: { appId: "app-1", keysUrl: `${baseUrl}/.well-known/jwks.json` },
    secretOf: (connectionId) => Promise.resolve(secrets[connectionId] ?? null),
    fetch: (input, init) => {
      keyFetches += 1;
      return world.fetch(input, init);
    },
    now: () => now,
  });
  const page = world.control.createPage({ spaceKey: "PLAN", title: "Plan", body: "<p>1</p>" });
  const read = ({ sender, webhook }: (typeof received)[number]): Promise<PageEvent> =>
    sender === "forge"
      ? webhooks.readForge(webhook)
      : sender === "automation"
        ? webhooks.readAutomation("c-rule", webhook)
        : webhooks.readDataCenter("c-dc", webhook);
  const told = async (sender: string) => {
    await world.control.idle();
    return Promise.all(received.filter((one) => one.sender === sender).map(read));
  };
  const last = async (sender: string) => {
    await world.control.idle();
    const found = received.findLast((one) => one.sender === sender);
    if (found === undefined) throw new Error(`${sender} told nothing`);
    return found.webhook;
  };
  const wait = (ms: number) => (now += ms);
  return { ...world, webhooks, page, told, last, wait, keyFetches: () => keyFetches };
}

const refusal = (code: string, status = 401) => ({ name: "RequestError", code, status });
const flipped = (raw: Uint8Array, at: number) => raw.map((byte, n) => (n === at ? byte ^ 1 : byte));
const utf8 = (text: string) => new TextEncoder().encode(text);

describe("an event of a page", () => {
  it("says by each sender which page it is, and what the sender knows of it", async () => {
    const { control, page, cloudId, told } = aReceiver();
    control.editPage({ id: page.id, body: "<p>2</p>" });
    const at = expect.stringMatching(/^\d{4}-.*Z$/) as string;
    expect(await told("forge")).toEqual([
      {
        kind: "forge",
        deliveryId: `forge:${cloudId}:${page.id}:2`,
        site: { cloudId },
        pageId: page.id,
        version: 2,
        authorId: "712020:ben",
        change: "updated",
        occurredAt: at,
      },
    ]);
    expect(await told("automation")).toEqual([
      {
        kind: "automation",
        deliveryId: expect.stringMatching(/^automation:[\w-]{36}$/) as string,
        site: { connectionId: "c-rule" },
        pageId: page.id,
        version: null,
        authorId: null,
        change: "updated",
        occurredAt: null,
      },
    ]);
    expect(await told("dc")).toEqual([
      {
        kind: "data_center",
        deliveryId: expect.stringMatching(new RegExp(`^data_center:c-dc:${page.id}:page_updated:\\d+$`)) as string,
        site: { connectionId: "c-dc" },
        pageId: page.id,
        version: null,
        authorId: "8a7f8ben",
        change: "updated",
        occurredAt: at,
      },
    ]);
  });

  it("says what became of the page", async () => {
    const { control, page, told, wait } = aReceiver();
    const { id } = page;
    control.removePage({ id });
    control.restorePage({ id });
    wait(1000);
    control.removePage({ id });
    control.restorePage({ id });
    control.movePage({ id, spaceKey: "SECRET" });
    control.restrictPage({ id });
    control.archivePage({ id });
    control.unarchivePage({ id });
    control.deletePage({ id });
    const changes = (events: PageEvent[]) => events.map((event) => ("change" in event ? event.change : event));
    const common = ["trashed", "restored", "trashed", "restored", "moved", "restricted"];
    const forge = await told("forge");
    expect(changes(forge)).toEqual([...common, "archived", "restored", "deleted"]);
    expect(changes(await told("dc"))).toEqual([...common, "deleted"]);
    const ids = [...forge, ...(await told("dc"))].map((event) => ("deliveryId" in event ? event.deliveryId : ""));
    expect(new Set(ids).size).toBe(forge.length + 7);
  });

  it("says that somebody has commented on it, where its sender knows the page", async () => {
    const { control, page, cloudId, told, webhooks, last } = aReceiver();
    const { id: comment } = control.comment({ id: page.id, body: "Really?" });
    expect(await told("forge")).toEqual([
      {
        kind: "forge",
        deliveryId: `forge:${cloudId}:${page.id}:commented:${comment}`,
        site: { cloudId },
        pageId: page.id,
        version: null,
        authorId: "712020:ben",
        change: "commented",
        occurredAt: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    ]);
    expect(await told("automation")).toMatchObject([{ pageId: page.id, change: "commented" }]);
    expect(await told("dc")).toEqual([]);
    const { raw, headers } = await last("forge");
    const body = JSON.parse(new TextDecoder().decode(raw)) as { content: { container: unknown } };
    body.content.container = null;
    expect(await webhooks.readForge({ raw: utf8(JSON.stringify(body)), headers })).toMatchObject({ kind: "ignored" });
  });

  it("has the same id as its repeat, and another than the next one", async () => {
    const { control, page, switches, told, wait } = aReceiver();
    switches.add({ kind: "duplicate", on: "webhook:", times: 3 });
    control.editPage({ id: page.id, body: "<p>2</p>" });
    wait(1000);
    control.editPage({ id: page.id, body: "<p>3</p>" });
    const ids = async (sender: string) =>
      (await told(sender)).map((event) => ("deliveryId" in event ? event.deliveryId : ""));
    for (const sender of ["forge", "dc"]) {
      const [first, repeat, next] = await ids(sender);
      expect(repeat).toBe(first);
      expect(next).not.toBe(first);
    }
    expect(new Set(await ids("automation")).size).toBe(3);
  });
});

describe("a call of a Forge app", () => {
  async function aCall() {
    const world = aReceiver();
    world.control.editPage({ id: world.page.id, body: "<p>2</p>" });
    const { raw, headers } = await world.last("forge");
    const token = headers.get("authorization")?.replace("Bearer ", "") ?? "";
    const read = (authorization: string | null, body = raw) =>
      world.webhooks.readForge({
        raw: body,
        headers: new Headers(authorization === null ? {} : { authorization }),
      });
    return { ...world, raw, token, read };
  }

  /** A token as its thief would make one, signed with another key under the name of Atlassian's. */
  function forged(token: string, change: { header?: object; claims?: object } = {}): string {
    const [head = "", claims = ""] = token.split(".");
    const decoded = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString()) as object;
    const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const signed = `${encoded({ ...decoded(head), ...change.header })}.${encoded({ ...decoded(claims), ...change.claims })}`;
    return `${signed}.${sign("sha256", Buffer.from(signed), privateKey).toString("base64url")}`;
  }

  it("is refused without a token, with another's key, and where a byte of the token is not what it was", async () => {
    const { read, token } = await aCall();
    for (const none of [null, "", "Bearer", token, `Basic ${token}`])
      await expect(read(none)).rejects.toMatchObject(refusal("webhook_not_signed"));
    const [head = "", claims = "", signature = ""] = token.split(".");
    const tampered = [
      forged(token),
      forged(token, { header: { alg: "none" } }),
      forged(token, { header: { alg: "HS256" } }),
      `${head}.${claims}.`,
      `${head}.${claims}`,
      "not.a.token",
      ...[head, claims, signature].flatMap((part, n) =>
        [1, Math.floor(part.length / 2)].map((at) => {
          const character = part[at] === "A" ? "B" : "A";
          return token
            .split(".")
            .map((each, index) => (index === n ? each.slice(0, at) + character + each.slice(at + 1) : each))
            .join(".");
        }),
      ),
    ];
    for (const each of tampered)
      await expect(read(`Bearer ${each}`)).rejects.toMatchObject(refusal("webhook_signature_invalid"));
    expect(await read(`Bearer ${token}`)).toMatchObject({ kind: "forge" });
  });

  it("is refused where Atlassian signed it for another app, or it is too old; until then it may come again", async () => {
    const { read, token, control, page, last, webhooks, wait } = await aCall();
    expect(await read(`Bearer ${token}`)).toEqual(await read(`Bearer ${token}`));
    const { webhooks: settings } = control.configure({});
    control.configure({ webhooks: { ...settings, forge: { url: "http://app.test/forge", appId: "app-2" } } });
    control.editPage({ id: page.id, body: "<p>3</p>" });
    await expect(webhooks.readForge(await last("forge"))).rejects.toMatchObject(refusal("webhook_signature_invalid"));
    wait(60_000);
    expect(await read(`Bearer ${token}`)).toMatchObject({ kind: "forge" });
    wait(6_000);
    await expect(read(`Bearer ${token}`)).rejects.toMatchObject(refusal("webhook_stale"));
  });

  it("is not expected where no Forge app is set up", async () => {
    const { raw, token } = await aCall();
    const webhooks = confluenceWebhooks({ forge: null, secretOf: () => Promise.resolve(null) });
    const headers = new Headers({ authorization: `Bearer ${token}` });
    await expect(webhooks.readForge({ raw, headers })).rejects.toMatchObject(refusal("webhook_not_expected", 404));
  });

  it("fetches the keys once, and for a key that it doesn't know at most every half minute", async () => {
    const { read, token, keyFetches, wait } = await aCall();
    await Promise.all([read(`Bearer ${token}`), read(`Bearer ${token}`)]);
    expect(keyFetches()).toBe(1);
    const strange = `Bearer ${forged(token, { header: { kid: "invented" } })}`;
    const refused = () => expect(read(strange)).rejects.toMatchObject(refusal("webhook_signature_invalid"));
    await refused();
    expect(keyFetches()).toBe(1);
    wait(30_000);
    await Promise.all([refused(), refused(), refused()]);
    await refused();
    expect(keyFetches()).toBe(2);
  });

  it("is to come again where Atlassian's keys cannot be fetched, and is not where old ones are there", async () => {
    const { read, token, switches, wait } = await aCall();
    switches.add({ kind: "server_error", on: "GET /.well-known", times: 1 });
    await expect(read(`Bearer ${token}`)).rejects.toMatchObject({
      name: "RetryableError",
      code: "confluence_keys_unavailable",
    });
    expect(await read(`Bearer ${token}`)).toMatchObject({ kind: "forge" });
    switches.add({ kind: "lost_answer", on: "GET /.well-known", times: 1 });
    wait(11 * 60_000);
    await expect(read(`Bearer ${token}`)).rejects.toMatchObject(refusal("webhook_stale"));
  });

  it("is understood only as far as it is about a page", async () => {
    const { read, token, raw } = await aCall();
    const bearer = `Bearer ${token}`;
    const event = JSON.parse(new TextDecoder().decode(raw)) as { content: object };
    const told = (change: object) => read(bearer, utf8(JSON.stringify({ ...event, ...change })));
    await expect(read(bearer, utf8("{"))).rejects.toMatchObject(refusal("invalid_json", 400));
    expect(await told({ eventType: "avi:confluence:liked:page" })).toMatchObject({ change: "other" });
    for (const nothing of [
      { eventType: "avi:confluence:updated:blogpost" },
      { eventType: "avi:jira:updated:issue" },
      { content: { ...event.content, type: "blogpost" } },
      { content: { ...event.content, id: "../1" } },
      { content: { ...event.content, id: 2 ** 60 } },
      { content: null },
      { eventType: 1 },
    ])
      expect(await told(nothing)).toMatchObject({ kind: "ignored" });
    expect(await told({ content: { id: "7" }, eventCreatedDate: null })).toMatchObject({ pageId: "7", version: null });
    expect(JSON.stringify(await told({}))).not.toContain("Plan");
  });
});

describe("a call of an automation rule", () => {
  const { webhooks } = aReceiver();
  const read = (body: string, headers: Record<string, string> = {}, connectionId = "c-rule") =>
    webhooks.readAutomation(connectionId, {
      raw: utf8(body),
      headers: new Headers({ [automationSecretHeader]: ruleSecret, ...headers }),
    });
  const url = `${baseUrl}/wiki/spaces/PLAN/pages/4711/Plan`;

  it.each([
    [{ event: "page_updated", pageId: "4711", url }, "updated"],
    [{ event: "Page moved", pageId: 4711 }, "moved"],
    [{ event: "page_published", pageId: "{{page.id}}", url }, "updated"],
    [{ event: "{{rule.event}}", url }, "updated"],
    [{ event: "something of our own", url }, "other"],
    [{ url: `${baseUrl}/wiki/x/ZxI` }, "updated"],
    [{ url }, "updated"],
    [url, "updated"],
  ])("names the page in whatever form: %j", async (body, change) => {
    expect(await read(JSON.stringify(body))).toMatchObject({ kind: "automation", pageId: "4711", change });
  });

  it("may be the bare address, and no other text", async () => {
    expect(await read(`${url}\n`)).toMatchObject({ pageId: "4711" });
    await expect(read(`see ${url}`)).rejects.toMatchObject(refusal("invalid_json", 400));
    await expect(read("")).rejects.toMatchObject(refusal("invalid_json", 400));
  });

  it("is ignored where it names no page", async () => {
    for (const body of [{}, [], 1, null, { pageId: "x", url: "y" }, { url: "https://example.com/" }])
      expect(await read(JSON.stringify(body))).toMatchObject({ kind: "ignored" });
  });

  it("is known again where the rule names its run", async () => {
    const named = await read(JSON.stringify({ url }), { [automationDeliveryHeader]: "run-1" });
    expect(named).toMatchObject({ deliveryId: "automation:c-rule:run-1" });
    const strange = await read(JSON.stringify({ url }), { [automationDeliveryHeader]: "x y" });
    expect(strange).not.toMatchObject({ deliveryId: expect.stringContaining("x y") as string });
  });

  it("is refused without the connection's secret, before its body is read", async () => {
    for (const secret of ["", "rule-secres", `${ruleSecret} x`, hmacSecret])
      await expect(read("{", { [automationSecretHeader]: secret })).rejects.toMatchObject({ status: 401 });
    await expect(read("{", {}, "c-dc")).rejects.toMatchObject(refusal("webhook_signature_invalid"));
    await expect(read("{", {}, "unknown")).rejects.toMatchObject(refusal("webhook_signature_invalid"));
  });
});

describe("a call of Data Center", () => {
  const { webhooks } = aReceiver();
  const signed = (raw: Uint8Array, secret = hmacSecret) => createHmac("sha256", secret).update(raw).digest("hex");
  const send = (raw: Uint8Array, signature: string | null, connectionId = "c-dc") => {
    const headers = new Headers(signature === null ? {} : { "X-Hub-Signature": signature });
    return webhooks.readDataCenter(connectionId, { raw, headers });
  };
  const read = (body: unknown) => {
    const raw = utf8(JSON.stringify(body));
    return send(raw, `sha256=${signed(raw)}`);
  };
  const update = utf8(JSON.stringify({ event: "page_updated", timestamp: 1_700_000_000_000, page: { id: 4711 } }));

  it("is signed with the method's name before the signature, or without", async () => {
    const hex = signed(update);
    for (const signature of [hex, `sha256=${hex}`, hex.toUpperCase(), ` sha256=${hex} `])
      expect(await send(update, signature)).toMatchObject({ pageId: "4711", change: "updated" });
  });

  it("is refused where any byte of body or signature is not what it was, before the body is read", async () => {
    const hex = signed(update);
    for (let at = 0; at < update.length; at += 1)
      await expect(send(flipped(update, at), hex)).rejects.toMatchObject(refusal("webhook_signature_invalid"));
    for (let at = 0; at < hex.length; at += 1) {
      const wrong = hex.slice(0, at) + (hex[at] === "0" ? "1" : "0") + hex.slice(at + 1);
      await expect(send(update, wrong)).rejects.toMatchObject(refusal("webhook_signature_invalid"));
    }
    for (const wrong of [`sha1=${hex}`, hex.slice(2), `${hex}00`, "sha256=", "x"])
      await expect(send(update, wrong)).rejects.toMatchObject(refusal("webhook_signature_invalid"));
    await expect(send(utf8("{"), hex)).rejects.toMatchObject(refusal("webhook_signature_invalid"));
    await expect(send(update, null)).rejects.toMatchObject(refusal("webhook_not_signed"));
    await expect(send(update, hex, "unknown")).rejects.toMatchObject(refusal("webhook_signature_invalid"));
    await expect(send(update, signed(update, ruleSecret))).rejects.toMatchObject(refusal("webhook_signature_invalid"));
    await expect(send(utf8("{"), signed(utf8("{")))).rejects.toMatchObject(refusal("invalid_json", 400));
  });

  it("may be a test, signed or not, but not one that is signed wrongly or says more", async () => {
    const { control, last, webhooks: others } = aReceiver();
    control.testWebhook();
    expect(await others.readDataCenter("c-dc", await last("dc"))).toEqual({ kind: "test" });
    expect(await read({ test: true })).toEqual({ kind: "test" });
    const test = utf8('{"test":true}');
    await expect(send(test, "0".repeat(64))).rejects.toMatchObject(refusal("webhook_signature_invalid"));
    const more = utf8('{"test":true,"event":"page_updated","page":{"id":1}}');
    await expect(send(more, null)).rejects.toMatchObject(refusal("webhook_not_signed"));
  });

  it("is ignored where it is about something else", async () => {
    for (const body of [
      { event: "label_added", page: { id: 1 } },
      { event: "comment_created", page: { id: 1 } },
      { event: "page_updated" },
      { event: "page_updated", page: { id: 2 ** 60 } },
      { page: { id: 1 } },
      [],
    ])
      expect(await read(body)).toMatchObject({ kind: "ignored" });
    expect(await read({ event: "page_children_reordered", page: { id: 1 } })).toMatchObject({ change: "other" });
    expect(await read({ event: "content_permissions_updated", content: { id: 1 } })).toMatchObject({
      change: "restricted",
    });
    expect(await read({ event: "page_constructor", page: { id: 1 } })).toMatchObject({ change: "other" });
  });
});
