import { Client, Receiver } from "@upstash/qstash";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
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

describe("Publishing to the simulated QStash with the real SDK", () => {
  it("delivers the body with its headers, signed for this destination and no other", async () => {
    const { messageId } = await world.publish({ headers: { traceparent: "00-abc" } });
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
    await world.publish();
    await world.queue.idle();
    world.queue.control.rotateKeys();
    await world.publish();
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
    await expect(world.publish({ retryDelay: "process.exit(1)" })).rejects.toMatchObject({ status: 400 });
    await expect(world.publish({ headers: { "Upstash-Delay": "soon" } })).rejects.toMatchObject({ status: 400 });
    await expect(world.publish({ headers: { "Upstash-Retries": "-1" } })).rejects.toMatchObject({ status: 400 });
    await expect(world.publish({ body: "x".repeat(1024 * 1024) })).rejects.toMatchObject({ status: 413 });
    expect(world.queue.control.messages()).toEqual([]);
  });

  it("swallows a repeat under one deduplication id for ten minutes, also after the first was delivered", async () => {
    const first = await world.publish({ deduplicationId: "step-1" });
    await world.queue.idle();
    await world.advance(599_000);
    const repeat = await world.publish({ deduplicationId: "step-1" });
    expect(repeat).toEqual({ messageId: first.messageId, deduplicated: true });

    await world.advance(1_000);
    const later = await world.publish({ deduplicationId: "step-1" });
    await world.queue.idle();
    expect(later.messageId).not.toBe(first.messageId);
    expect(world.received).toHaveLength(2);
  });

  it("knows a repeat by its content where it is asked to", async () => {
    await world.publish({ contentBasedDeduplication: true });
    expect(await world.publish({ contentBasedDeduplication: true })).toMatchObject({ deduplicated: true });
    expect(await world.publish({ contentBasedDeduplication: true, body: { other: 1 } })).not.toHaveProperty(
      "deduplicated",
    );
  });

  it("delivers not before the time, and Not-Before wins over Delay", async () => {
    await world.publish({ delay: 30, body: "delayed" });
    await world.publish({ delay: 3600, notBefore: Math.ceil(world.now() / 1000) + 60, body: "timed" });
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
    const { messageId } = await world.publish({ delay: 60, failureCallback: "https://app.example/api/failures" });

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

describe("A message that the simulated QStash gives up on", () => {
  const failuresUrl = "https://app.example/api/failures";
  const die = async () => {
    world.answers.push(failing());
    const { messageId } = await world.publish({ retries: 0, failureCallback: failuresUrl });
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
    await world.publish({
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

describe("The state of the simulated QStash", () => {
  it("keeps keys, waiting messages and those on their way over a restart, and sends them", async () => {
    const dir = mkdtempSync(join(tmpdir(), "qstash-"));
    const file = join(dir, "qstash.json");
    await open({ state: stateFile(file) });
    world.answers.push(() => new Promise<Response>(() => {}));
    const onItsWay = await world.publish();
    await vi.waitFor(() => expect(world.received).toHaveLength(1));
    const waiting = await world.publish({ delay: 1 });
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
