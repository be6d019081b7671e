import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { faults } from "../../../dev/faults.js";
import type { QstashOptions } from "../../../dev/qstash/simulator.js";
import { aQueueWorld, failing, type QueueWorld } from "./world.js";

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

describe("Retries of the simulated QStash", () => {
  it("wait e^(2.5 n) seconds, three times, and count up what they tell the destination", async () => {
    world.answers.push(failing(), failing(503), failing(302), failing(404));
    await world.publish();
    await world.queue.idle();
    for (const n of [1, 2, 3]) {
      expect(world.waits()).toEqual([Math.round(Math.exp(2.5 * n) * 1000)]);
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
    await world.publish({ retryDelay: "min(30000, 2000 * pow(4, retried))" });
    await world.queue.idle();
    expect(world.waits()).toEqual([2000]);
    await world.advance(2000);
    expect(world.waits()).toEqual([8000]);
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
    await world.publish({ retries: 5, retryDelay: "1000" });
    await world.queue.idle();
    expect(world.waits()).toEqual([7_000]);
    await world.advance(7_000);
    expect(world.waits()).toEqual([365_000]);
    await world.advance(365_000);
    expect(world.waits()[0]).toBeGreaterThanOrEqual(120_000);
    await world.advance(121_000);
    expect(world.waits()).toEqual([86_400_000]);
  });

  it("come as fast as the time scale says by default, and as they are asked for otherwise", async () => {
    await open({ timeScale: 0.001 });
    world.answers.push(failing(), failing(429, { "retry-after": "7" }));
    await world.publish();
    await world.queue.idle();
    expect(world.waits()).toEqual([12]);
    await world.advance(13);
    expect(world.waits()).toEqual([7_000]);
  });

  it("follow a refused connection as any other failure", async () => {
    world.answers.push(() => Promise.reject(new TypeError("fetch failed")));
    await world.publish({ retryDelay: "1000" });
    await world.queue.idle();
    await world.advance(1000);

    expect(world.queue.control.deliveries().map(({ status, outcome }) => [status, outcome])).toEqual([
      [0, "failed"],
      [200, "delivered"],
    ]);
  });

  it("follow an answer that did not come within the message's timeout", async () => {
    world.answers.push(() => new Promise<Response>(() => {}));
    await world.publish({ timeout: 1, retryDelay: "1000" });
    await world.queue.idle();

    expect(world.waits()).toEqual([1000]);
  });

  it("end at once with 489 and its header, and not with 489 alone", async () => {
    world.answers.push(failing(489));
    await world.publish({ retryDelay: "1000" });
    await world.queue.idle();
    expect(world.queue.control.messages()).toHaveLength(1);

    world.answers.push(failing(489, { "upstash-nonretryable-error": "true" }));
    await world.advance(1000);
    expect(world.queue.control.messages()).toEqual([]);
    expect(world.queue.control.dlq()).toMatchObject([{ retried: 1, responseStatus: 489 }]);
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
      await world.publish({ flowControl: { key: "one-by-one", parallelism: 2 }, notBefore: world.now() / 1000 + 60 });
    await world.advance(61_000);

    expect([most, world.received.length]).toEqual([2, 6]);
  });

  it("keeps a key within its rate", async () => {
    for (let n = 0; n < 3; n += 1)
      await world.publish({ flowControl: { key: "slow", rate: 2, period: "1m" }, notBefore: world.now() / 1000 + 60 });
    world.queue.control.pause();
    await world.advance(61_000);
    world.queue.control.resume();
    await vi.waitFor(() => expect(world.received).toHaveLength(2));

    await world.advance(60_000);
    expect(world.received).toHaveLength(3);
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
    const { messageId } = await world.publish();
    await world.queue.idle();

    expect(world.received.map(({ headers }) => headers.get("upstash-message-id"))).toEqual([messageId, messageId]);
    expect(world.queue.control.messages()).toEqual([]);
  });

  it("bring a message after the next one", async () => {
    switches.add({ kind: "reorder", on: "deliver", times: 1, ms: 3_600_000 });
    await world.publish({ body: 1 });
    await world.queue.idle();
    await world.publish({ body: 2 });
    await world.queue.idle();

    await vi.waitFor(() => expect(bodies()).toEqual(["2", "1"]));
  });

  it("bring a message late, or never", async () => {
    switches.add({ kind: "delay", on: "deliver", times: 1, ms: 5000 });
    await world.publish({ body: "late" });
    await world.advance(4999);
    expect(bodies()).toEqual([]);
    await world.advance(1);
    expect(bodies()).toEqual(['"late"']);

    switches.add({ kind: "drop", on: "deliver", times: 1 });
    await world.publish({ body: "gone" });
    await world.advance(86_400_000);
    expect(bodies()).toEqual(['"late"']);
    expect(world.queue.control.deliveries().at(-1)).toMatchObject({ outcome: "dropped" });
  });

  it("lose the destination's answer, so that the message comes again", async () => {
    switches.add({ kind: "lost_answer", on: "deliver", times: 1 });
    await world.publish({ retryDelay: "1000" });
    await world.queue.idle();
    await world.advance(1000);

    expect(world.queue.control.deliveries().map(({ status, outcome }) => [status, outcome])).toEqual([
      [200, "lost"],
      [200, "delivered"],
    ]);
  });

  it("lose the answer to a publish, whose repeat is then known", async () => {
    switches.add({ kind: "lost_answer", on: "publish", times: 1 });
    await expect(world.publish({ deduplicationId: "step-1" })).rejects.toThrow("fetch failed");

    expect(await world.publish({ deduplicationId: "step-1" })).toMatchObject({ deduplicated: true });
    await world.queue.idle();
    expect(world.received).toHaveLength(1);
  });

  it("refuse a publish with 429 and 500 without taking it", async () => {
    switches.add({ kind: "rate_limited", on: "publish", times: 1 });
    await expect(world.publish()).rejects.toMatchObject({ status: 429 });
    switches.add({ kind: "server_error", on: "publish", times: 1 });
    await expect(world.publish()).rejects.toMatchObject({ status: 500 });

    expect(world.queue.control.messages()).toEqual([]);
  });
});
