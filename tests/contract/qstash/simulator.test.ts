import { Client, type PublishRequest, Receiver } from "@upstash/qstash";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { faults } from "../../../dev/faults.js";
import type { SigningKeys } from "../../../dev/qstash/signature.js";
import { type QstashOptions, qstashSimulator } from "../../../dev/qstash/simulator.js";
import { stateFile } from "../../../dev/simulator.js";
import { aQueueWorld, destination, failing, type QueueWorld, type Received, token } from "./world.js";

let world: QueueWorld;
const open = async (options: Partial<QstashOptions> = {}) => {
  await world.close();
  world = await aQueueWorld(options);
};
beforeEach(async () => {
  // The SDK reports every refusal on the console besides throwing it.
  vi.spyOn(console, "error").mockImplementation(() => {});
  world = await aQueueWorld();
});
afterEach(() => world.close());

const verify = (keys: SigningKeys, { headers, body }: Received, url: string) =>
  new Receiver({ devMode: false, currentSigningKey: keys.current, nextSigningKey: keys.next }).verify({
    signature: headers.get("upstash-signature") ?? "",
    body,
    url,
  });
const publish = (more: Partial<Omit<PublishRequest<unknown>, "url" | "urlGroup" | "topic" | "api">> = {}) => {
  const request = { url: destination, body: { hello: "world" }, ...more };
  return world.client.publishJSON(request) as Promise<{ messageId: string; deduplicated?: boolean }>;
};
const waits = () => world.queue.control.messages().map(({ dueAt }) => dueAt - world.now());

describe("Publishing to the simulated QStash with the real SDK", () => {
  it("delivers the body with its headers, signed for this destination and no other", async () => {
    const { messageId } = await publish({ headers: { traceparent: "00-abc" } });
    await world.queue.idle();

    const [delivery] = world.received as [Received];
    expect(delivery).toMatchObject({ url: destination, method: "POST", body: '{"hello":"world"}' });
    expect(Object.fromEntries(delivery.headers)).toMatchObject({
      "content-type": "application/json",
      traceparent: "00-abc",
      "upstash-message-id": messageId,
      "upstash-retried": "0",
      "user-agent": "Upstash-QStash",
    });
    const keys = world.queue.keys();
    expect(await verify(keys, delivery, destination)).toBe(true);
    await expect(verify(keys, delivery, "https://app.example/api/failures")).rejects.toThrow("invalid subject");
    await expect(verify(keys, { ...delivery, body: "{}" }, destination)).rejects.toThrow("body hash");
  });

  it("answers a publish before its message is on its way", async () => {
    const answer = await world.queue.fetch(
      new Request(`http://localhost/v2/publish/${destination}?from=test`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}` },
        body: "x",
      }),
    );

    expect([answer.status, world.received.length]).toEqual([201, 0]);
    await world.queue.idle();
    expect(world.received.map(({ url }) => url)).toEqual([`${destination}?from=test`]);
  });

  it("signs so that a receiver survives one rotation of the keys, not two", async () => {
    const before = world.queue.keys();
    world.queue.control.rotateKeys();
    await publish();
    await world.queue.idle();
    world.queue.control.rotateKeys();
    await publish();
    await world.queue.idle();

    const [first, second] = world.received as [Received, Received];
    expect(await verify(before, first, destination)).toBe(true);
    await expect(verify(before, second, destination)).rejects.toThrow("signature verification failed");
    expect(
      await (await fetch(`${world.url}/v2/keys`, { headers: { authorization: `Bearer ${token}` } })).json(),
    ).toEqual(world.queue.keys());
  });

  it("refuses another token, a destination that is no URL, and headers that mean nothing", async () => {
    const stranger = new Client({ devMode: false, baseUrl: world.url, token: "another", retry: false });

    await expect(stranger.publish({ url: destination })).rejects.toMatchObject({ status: 401 });
    await expect(world.client.publish({ url: "app.example/api" })).rejects.toMatchObject({ status: 400 });
    await expect(publish({ retryDelay: "process.exit(1)" })).rejects.toMatchObject({ status: 400 });
    await expect(publish({ headers: { "Upstash-Delay": "soon" } })).rejects.toMatchObject({ status: 400 });
    await expect(publish({ headers: { "Upstash-Retries": "-1" } })).rejects.toMatchObject({ status: 400 });
    await expect(publish({ body: "x".repeat(1024 * 1024) })).rejects.toMatchObject({ status: 413 });
    expect(world.queue.control.messages()).toEqual([]);
  });

  it("swallows a repeat under one deduplication id for ten minutes, also after the first was delivered", async () => {
    const first = await publish({ deduplicationId: "step-1" });
    await world.queue.idle();
    await world.advance(599_000);
    const repeat = await publish({ deduplicationId: "step-1" });
    expect(repeat).toEqual({ messageId: first.messageId, deduplicated: true });

    await world.advance(1_000);
    const later = await publish({ deduplicationId: "step-1" });
    await world.queue.idle();
    expect(later.messageId).not.toBe(first.messageId);
    expect(world.received).toHaveLength(2);
  });

  it("knows a repeat by its content where it is asked to", async () => {
    await publish({ contentBasedDeduplication: true });
    expect(await publish({ contentBasedDeduplication: true })).toMatchObject({ deduplicated: true });
    expect(await publish({ contentBasedDeduplication: true, body: { other: 1 } })).not.toHaveProperty("deduplicated");
  });

  it("delivers not before the time, and Not-Before wins over Delay", async () => {
    await publish({ delay: 30, body: "delayed" });
    await publish({ delay: 3600, notBefore: Math.ceil(world.now() / 1000) + 60, body: "timed" });
    await world.advance(29_999);
    expect(world.received).toEqual([]);

    await world.advance(1);
    expect(world.received.map(({ body }) => body)).toEqual(['"delayed"']);
    await world.advance(31_000);
    expect(world.received.map(({ body }) => body)).toEqual(['"delayed"', '"timed"']);
  });

  it("takes a batch, each message with its own headers", async () => {
    const answers = await world.client.batchJSON([
      { url: destination, body: { n: 1 }, deduplicationId: "one" },
      { url: destination, body: { n: 2 }, deduplicationId: "one" },
      { url: "https://app.example/other", body: { n: 3 } },
    ]);
    await world.queue.idle();

    expect(answers).toMatchObject([{}, { deduplicated: true }, {}]);
    expect(world.received.map(({ url, body }) => [url, body])).toEqual([
      [destination, '{"n":1}'],
      ["https://app.example/other", '{"n":3}'],
    ]);
  });

  it("shows and cancels a message that is waiting", async () => {
    const { messageId } = await publish({ delay: 60, failureCallback: "https://app.example/api/failures" });

    expect(await world.client.messages.get(messageId)).toMatchObject({
      messageId,
      url: destination,
      body: '{"hello":"world"}',
      maxRetries: 3,
      failureCallback: "https://app.example/api/failures",
    });
    expect(await world.client.messages.cancel(messageId)).toMatchObject({ cancelled: 1 });
    await expect(world.client.messages.get(messageId)).rejects.toMatchObject({ status: 404 });
    await world.advance(60_000);
    expect(world.received).toEqual([]);
  });
});

describe("Retries of the simulated QStash", () => {
  it("wait e^(2.5 n) seconds, three times, and count up what they tell the destination", async () => {
    world.answers.push(failing(), failing(503), failing(302), failing(404));
    await publish();
    await world.queue.idle();
    for (const n of [1, 2, 3]) {
      expect(waits()).toEqual([Math.round(Math.exp(2.5 * n) * 1000)]);
      await world.advance(Math.round(Math.exp(2.5 * n) * 1000));
    }

    expect(world.received.map(({ headers }) => headers.get("upstash-retried"))).toEqual(["0", "1", "2", "3"]);
    expect(world.queue.control.deliveries().map(({ status, outcome }) => [status, outcome])).toEqual([
      [500, "failed"],
      [503, "failed"],
      [302, "failed"],
      [404, "dead"],
    ]);
    expect(world.queue.control.messages()).toEqual([]);
  });

  it("wait as the message's own expression says", async () => {
    world.answers.push(failing(), failing());
    await publish({ retryDelay: "min(30000, 2000 * pow(4, retried))" });
    await world.queue.idle();
    expect(waits()).toEqual([2000]);
    await world.advance(2000);
    expect(waits()).toEqual([8000]);
    await world.advance(8000);

    expect(world.queue.control.deliveries().map(({ outcome }) => outcome)).toEqual(["failed", "failed", "delivered"]);
  });

  it("wait as the destination asks, in each form of Retry-After, and at most a day", async () => {
    const inTwoMinutes = () => new Date(Math.ceil(world.now() / 1000) * 1000 + 120_000).toUTCString();
    world.answers.push(
      failing(429, { "retry-after": "7" }),
      failing(503, { "retry-after": "6m5s" }),
      () => failing(503, { "retry-after": inTwoMinutes() })(),
      failing(503, { "retry-after": "9999999" }),
    );
    await publish({ retries: 5, retryDelay: "1000" });
    await world.queue.idle();
    expect(waits()).toEqual([7_000]);
    await world.advance(7_000);
    expect(waits()).toEqual([365_000]);
    await world.advance(365_000);
    expect(waits()[0]).toBeGreaterThanOrEqual(120_000);
    await world.advance(121_000);
    expect(waits()).toEqual([86_400_000]);
  });

  it("come as fast as the time scale says by default, and as they are asked for otherwise", async () => {
    await open({ timeScale: 0.001 });
    world.answers.push(failing(), failing(429, { "retry-after": "7" }));
    await publish();
    await world.queue.idle();
    expect(waits()).toEqual([12]);
    await world.advance(13);
    expect(waits()).toEqual([7_000]);
  });

  it("follow a refused connection as any other failure", async () => {
    world.answers.push(() => Promise.reject(new TypeError("fetch failed")));
    await publish({ retryDelay: "1000" });
    await world.queue.idle();
    await world.advance(1000);

    expect(world.queue.control.deliveries().map(({ status, outcome }) => [status, outcome])).toEqual([
      [0, "failed"],
      [200, "delivered"],
    ]);
  });

  it("follow an answer that did not come within the message's timeout", async () => {
    world.answers.push(() => new Promise<Response>(() => {}));
    await publish({ timeout: 1, retryDelay: "1000" });
    await world.queue.idle();

    expect(waits()).toEqual([1000]);
  });

  it("end at once with 489 and its header, and not with 489 alone", async () => {
    world.answers.push(failing(489));
    await publish({ retryDelay: "1000" });
    await world.queue.idle();
    expect(world.queue.control.messages()).toHaveLength(1);

    world.answers.push(failing(489, { "upstash-nonretryable-error": "true" }));
    await world.advance(1000);
    expect(world.queue.control.messages()).toEqual([]);
    expect(world.queue.control.dlq()).toMatchObject([{ retried: 1, responseStatus: 489 }]);
  });
});

describe("A message that the simulated QStash gives up on", () => {
  const failuresUrl = "https://app.example/api/failures";
  const die = async () => {
    world.answers.push(failing());
    const { messageId } = await publish({ retries: 0, failureCallback: failuresUrl });
    await world.queue.idle();
    return messageId;
  };

  it("is told to the failure callback, signed for it, with what was sent and what was answered", async () => {
    const messageId = await die();

    const told = world.received[1] as Received;
    expect(await verify(world.queue.keys(), told, failuresUrl)).toBe(true);
    expect(told.url).toBe(failuresUrl);
    const [dead] = world.queue.control.dlq();
    expect(JSON.parse(told.body)).toMatchObject({
      status: 500,
      body: Buffer.from("it broke").toString("base64"),
      retried: 0,
      maxRetries: 0,
      dlqId: dead?.dlqId,
      sourceMessageId: messageId,
      url: destination,
      method: "POST",
      sourceBody: Buffer.from('{"hello":"world"}').toString("base64"),
    });
  });

  it("is told again where the failure callback fails itself, as often as its own headers say", async () => {
    world.answers.push(failing(), failing(), failing());
    await publish({
      retries: 0,
      failureCallback: failuresUrl,
      headers: { "Upstash-Failure-Callback-Retries": "1", "Upstash-Failure-Callback-Retry-Delay": "50" },
    });
    await world.queue.idle();
    await world.advance(50);

    expect(world.received.map(({ url }) => url)).toEqual([destination, failuresUrl, failuresUrl]);
    expect(world.queue.control.dlq().map(({ url }) => url)).toEqual([destination, failuresUrl]);
  });

  it("lies in the dead letters until it is sent again or thrown away", async () => {
    const messageId = await die();
    const { messages } = await world.client.dlq.listMessages();
    expect(messages).toMatchObject([{ messageId, url: destination, responseStatus: 500, responseBody: "it broke" }]);

    const { responses } = (await world.client.dlq.retry(messages[0]?.dlqId ?? "")) as {
      responses: { messageId: string }[];
    };
    await world.queue.idle();
    expect(responses).toHaveLength(1);
    expect(world.received.at(-1)?.headers.get("upstash-message-id")).toBe(responses[0]?.messageId);
    expect((await world.client.dlq.listMessages()).messages).toEqual([]);

    await die();
    const [dead] = world.queue.control.dlq();
    await world.client.dlq.delete(dead?.dlqId ?? "");
    expect(world.queue.control.dlq()).toEqual([]);
    await expect(world.client.dlq.delete(dead?.dlqId ?? "")).rejects.toMatchObject({ status: 404 });
  });
});

describe("Flow control of the simulated QStash", () => {
  it("keeps a key within its parallelism and loses nothing", async () => {
    let inside = 0;
    let most = 0;
    const slowly = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
      return new Response("ok");
    };
    world.answers.push(...Array.from({ length: 6 }, () => slowly));
    for (let n = 0; n < 6; n += 1)
      await publish({ flowControl: { key: "one-by-one", parallelism: 2 }, notBefore: world.now() / 1000 + 60 });
    await world.advance(61_000);

    expect([most, world.received.length]).toEqual([2, 6]);
  });

  it("keeps a key within its rate", async () => {
    for (let n = 0; n < 3; n += 1)
      await publish({ flowControl: { key: "slow", rate: 2, period: "1m" }, notBefore: world.now() / 1000 + 60 });
    world.queue.control.pause();
    await world.advance(61_000);
    world.queue.control.resume();
    await vi.waitFor(() => expect(world.received).toHaveLength(2));

    await world.advance(60_000);
    expect(world.received).toHaveLength(3);
  });
});

describe("Schedules of the simulated QStash", () => {
  const sweep = "https://app.example/api/sweep";

  it("fire each minute under their id, and a second one with that id takes its place", async () => {
    await world.client.schedules.create({ destination, cron: "* * * * *", scheduleId: "sweep" });
    await world.client.schedules.create({ destination: sweep, cron: "* * * * *", scheduleId: "sweep" });
    expect(await world.client.schedules.list()).toMatchObject([
      { scheduleId: "sweep", destination: sweep, cron: "* * * * *" },
    ]);

    world.queue.control.fireSchedules();
    await world.queue.idle();
    expect(world.received.map(({ url, headers }) => [url, headers.get("upstash-schedule-id")])).toEqual([
      [sweep, "sweep"],
    ]);

    await world.client.schedules.delete("sweep");
    expect(world.queue.control.schedules()).toEqual([]);
  });

  it("are refused where the cron is none", async () => {
    await expect(world.client.schedules.create({ destination: sweep, cron: "every minute" })).rejects.toMatchObject({
      status: 400,
    });
  });
});

describe("Faults of the simulated QStash", () => {
  const switches = faults();
  beforeEach(async () => {
    switches.clear();
    await open({ faults: switches });
  });
  const bodies = () => world.received.map(({ body }) => body);

  it("bring a message twice", async () => {
    switches.add({ kind: "duplicate", on: "deliver /api/steps", times: 1 });
    const { messageId } = await publish();
    await world.queue.idle();

    expect(world.received.map(({ headers }) => headers.get("upstash-message-id"))).toEqual([messageId, messageId]);
    expect(world.queue.control.messages()).toEqual([]);
  });

  it("bring a message after the next one", async () => {
    switches.add({ kind: "reorder", on: "deliver", times: 1, ms: 3_600_000 });
    await publish({ body: 1 });
    await world.queue.idle();
    await publish({ body: 2 });
    await world.queue.idle();

    await vi.waitFor(() => expect(bodies()).toEqual(["2", "1"]));
  });

  it("bring a message late, or never", async () => {
    switches.add({ kind: "delay", on: "deliver", times: 1, ms: 5000 });
    await publish({ body: "late" });
    await world.advance(4999);
    expect(bodies()).toEqual([]);
    await world.advance(1);
    expect(bodies()).toEqual(['"late"']);

    switches.add({ kind: "drop", on: "deliver", times: 1 });
    await publish({ body: "gone" });
    await world.advance(86_400_000);
    expect(bodies()).toEqual(['"late"']);
    expect(world.queue.control.deliveries().at(-1)).toMatchObject({ outcome: "dropped" });
  });

  it("lose the destination's answer, so that the message comes again", async () => {
    switches.add({ kind: "lost_answer", on: "deliver", times: 1 });
    await publish({ retryDelay: "1000" });
    await world.queue.idle();
    await world.advance(1000);

    expect(world.queue.control.deliveries().map(({ status, outcome }) => [status, outcome])).toEqual([
      [200, "lost"],
      [200, "delivered"],
    ]);
  });

  it("lose the answer to a publish, whose repeat is then known", async () => {
    switches.add({ kind: "lost_answer", on: "publish", times: 1 });
    await expect(publish({ deduplicationId: "step-1" })).rejects.toThrow("fetch failed");

    expect(await publish({ deduplicationId: "step-1" })).toMatchObject({ deduplicated: true });
    await world.queue.idle();
    expect(world.received).toHaveLength(1);
  });

  it("refuse a publish with 429 and 500 without taking it", async () => {
    switches.add({ kind: "rate_limited", on: "publish", times: 1 });
    await expect(publish()).rejects.toMatchObject({ status: 429 });
    switches.add({ kind: "server_error", on: "publish", times: 1 });
    await expect(publish()).rejects.toMatchObject({ status: 500 });

    expect(world.queue.control.messages()).toEqual([]);
  });
});

describe("The state of the simulated QStash", () => {
  it("keeps keys, waiting messages and those on their way over a restart, and sends them", async () => {
    const dir = mkdtempSync(join(tmpdir(), "qstash-"));
    const file = join(dir, "qstash.json");
    await open({ state: stateFile(file) });
    world.answers.push(() => new Promise<Response>(() => {}));
    const onItsWay = await publish();
    await vi.waitFor(() => expect(world.received).toHaveLength(1));
    const waiting = await publish({ delay: 1 });
    const keys = world.queue.keys();
    await world.close();

    const sent: string[] = [];
    const again = qstashSimulator({
      baseUrl: "http://localhost/qstash",
      token,
      state: stateFile(file),
      now: () => world.now() + 1000,
      async send(request) {
        sent.push(request.headers.get("upstash-message-id") ?? "");
        return new Response("ok");
      },
    });
    await again.idle();
    expect(again.keys()).toEqual(keys);
    expect(sent).toEqual([onItsWay.messageId, waiting.messageId]);
    await again.close();
    rmSync(dir, { recursive: true });
  });
});
