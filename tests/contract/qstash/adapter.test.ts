import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { faults } from "../../../dev/faults.js";
import { RequestError, RetryableError } from "../../../lib/domain/errors.js";
import type { StepMessage } from "../../../lib/ports-services.js";
import { qstashQueue, type QueueOptions } from "../../../lib/qstash/queue.js";
import { qstashVerifier, readFailureCallback, readStepMessage } from "../../../lib/qstash/verify.js";
import { aQueueWorld, destination, failing, type QueueWorld, type Received, token } from "./world.js";

const failureCallback = "https://app.example/api/failures";
const message: StepMessage = {
  kind: "session",
  id: "6f1c0d8e-2b1a-4f7e-9d3c-5a4b3c2d1e0f",
  step: "read-page",
  version: 3,
};

let world: QueueWorld;
const switches = faults();
beforeEach(async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  switches.clear();
  world = await aQueueWorld({ faults: switches });
});
afterEach(() => world.close());

const aQueue = (more: Partial<QueueOptions> = {}) =>
  qstashQueue({
    url: world.url,
    token,
    destination,
    failureCallback,
    retries: 3,
    retryDelay: "min(30000, 2000 * pow(4, retried))",
    ...more,
  });
const aVerifier = (keys = world.queue.keys()) =>
  qstashVerifier({
    currentSigningKey: keys.current,
    nextSigningKey: keys.next,
    publicBaseUrl: "https://app.example/",
  });
const aDelivery = async (): Promise<Received> => {
  await aQueue().publish({ deduplicationId: "effect-1", body: message });
  await world.queue.idle();
  return world.received[0] as Received;
};
const thrownBy = (work: () => unknown): Promise<unknown> =>
  Promise.resolve()
    .then(work)
    .then(
      () => undefined,
      (error: unknown) => error,
    );

describe("The queue of steps", () => {
  it("publishes a step with its retries, their delay and who hears of its end", async () => {
    world.queue.control.pause();
    const { messageId } = await aQueue().publish({ deduplicationId: "effect-1", body: message });

    expect(world.queue.control.messages()).toMatchObject([
      {
        messageId,
        url: destination,
        deduplicationId: "effect-1",
        maxRetries: 3,
        retryDelay: "min(30000, 2000 * pow(4, retried))",
        failureCallback: { url: failureCallback },
      },
    ]);
    world.queue.control.resume();
    await world.queue.idle();
    expect(JSON.parse(world.received[0]?.body ?? "")).toEqual(message);
  });

  it("publishes for later, never earlier than asked", async () => {
    const notBefore = world.now() + 2_345;
    await aQueue().publish({ deduplicationId: "effect-1", body: message, notBefore });

    const [{ dueAt } = { dueAt: 0 }] = world.queue.control.messages();
    expect(dueAt).toBeGreaterThanOrEqual(notBefore);
    expect(dueAt).toBeLessThan(notBefore + 1000);
  });

  it("gives a repeat the first one's message", async () => {
    const queue = aQueue();
    const first = await queue.publish({ deduplicationId: "effect-1", body: message });

    expect(await queue.publish({ deduplicationId: "effect-1", body: message })).toEqual(first);
    await world.queue.idle();
    expect(world.received).toHaveLength(1);
  });

  it("keeps to the flow control of its settings", async () => {
    world.queue.control.pause();
    await aQueue({ flowControl: { key: "steps", parallelism: 4 } }).publish({
      deduplicationId: "effect-1",
      body: message,
    });

    expect(world.queue.control.messages()).toMatchObject([{ flowControl: { key: "steps", parallelism: 4 } }]);
  });

  it.each(["rate_limited", "server_error", "lost_answer", "truncated"] as const)(
    "says that the queue is unavailable after %s",
    async (kind) => {
      switches.add({ kind, on: "publish", times: 1 });

      const error = await thrownBy(() => aQueue().publish({ deduplicationId: "effect-1", body: message }));
      expect(error).toBeInstanceOf(RetryableError);
      expect(error).toMatchObject({ code: "queue_unavailable", context: { step: "read-page", version: 3 } });
    },
  );

  it("says so too where nobody answers in time, or nobody is there", async () => {
    switches.add({ kind: "timeout", on: "publish", times: 1, ms: 300 });
    const late = await thrownBy(() =>
      aQueue({ timeoutMs: 20 }).publish({ deduplicationId: "effect-1", body: message }),
    );
    expect(late).toMatchObject({ name: "RetryableError", code: "queue_unavailable" });

    const nobody = aQueue({ url: "http://127.0.0.1:9" });
    const refused = await thrownBy(() => nobody.publish({ deduplicationId: "effect-1", body: message }));
    expect(refused).toMatchObject({ name: "RetryableError", code: "queue_unavailable" });
  });

  it("says so where its token is refused", async () => {
    const error = await thrownBy(() =>
      aQueue({ token: "wrong" }).publish({ deduplicationId: "effect-1", body: message }),
    );
    expect(error).toMatchObject({ name: "RetryableError", code: "queue_unavailable" });
  });
});

describe("The verifier of deliveries", () => {
  afterEach(() => vi.unstubAllEnvs());

  it("lets through what QStash signed for this path, with the current and with the next key", async () => {
    const { headers, body } = await aDelivery();
    const { current } = world.queue.keys();

    await expect(aVerifier()(headers, body, "/api/steps")).resolves.toBeUndefined();
    await expect(
      aVerifier({ current: "an older key", next: current })(headers, body, "/api/steps"),
    ).resolves.toBeUndefined();
  });

  it.each([
    ["no signature", (headers: Headers) => headers.delete("upstash-signature"), undefined, "/api/steps"],
    [
      "a signature that is none",
      (headers: Headers) => headers.set("upstash-signature", "a.b.c"),
      undefined,
      "/api/steps",
    ],
    ["another body", () => {}, "{}", "/api/steps"],
    ["another path", () => {}, undefined, "/api/failures"],
  ])("refuses %s with 401", async (_what, change, otherBody, path) => {
    const { headers, body } = await aDelivery();
    change(headers);

    const error = await thrownBy(() => aVerifier()(headers, otherBody ?? body, path));
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({ status: 401 });
  });

  it("refuses unknown keys and old signatures", async () => {
    const { headers, body } = await aDelivery();
    const strangers = aVerifier({ current: "another key", next: "and another" });
    expect(await thrownBy(() => strangers(headers, body, "/api/steps"))).toMatchObject({ status: 401 });

    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 306_000 });
    try {
      expect(await thrownBy(() => aVerifier()(headers, body, "/api/steps"))).toMatchObject({ status: 401 });
    } finally {
      vi.useRealTimers();
    }
  });

  it("never falls back to keys that everybody knows", async () => {
    vi.stubEnv("QSTASH_DEV", "true");
    const { headers, body } = await aDelivery();

    await expect(aVerifier()(headers, body, "/api/steps")).resolves.toBeUndefined();
    expect(() => aVerifier({ current: "key", next: "" })).toThrow("Both QStash signing keys must be set");
  });
});

describe("The reader of step messages", () => {
  it("reads what the queue published", () => {
    expect(readStepMessage(JSON.stringify(message))).toEqual(message);
  });

  it.each([
    "",
    "null",
    "[]",
    "{}",
    JSON.stringify({ ...message, id: "1" }),
    JSON.stringify({ ...message, version: -1 }),
    JSON.stringify({ ...message, kind: "other" }),
  ])("refuses %j with 400", async (body) => {
    expect(await thrownBy(() => readStepMessage(body))).toMatchObject({ name: "RequestError", status: 400 });
  });
});

describe("The reader of failure callbacks", () => {
  it("reads which step was given up, where it lies and why", async () => {
    world.answers.push(failing(489, { "upstash-nonretryable-error": "true" }));
    await aDelivery();

    const told = world.received[1] as Received;
    await expect(aVerifier()(told.headers, told.body, "/api/failures")).resolves.toBeUndefined();
    const [dead] = world.queue.control.dlq();
    expect(readFailureCallback(told.body)).toEqual({ message, dlqId: dead?.dlqId, status: 489, reason: "it broke" });
  });

  it("reads one of a destination that could not be reached", async () => {
    world.answers.push(() => Promise.reject(new TypeError("fetch failed")));
    await aQueue({ retries: 0 }).publish({ deduplicationId: "effect-1", body: message });
    await world.queue.idle();

    expect(readFailureCallback(world.received[1]?.body ?? "")).toMatchObject({
      message,
      status: 0,
      reason: "fetch failed",
    });
  });

  it.each(["", "{}", '{"sourceBody":"e30="}'])("refuses %j with 400", async (body) => {
    expect(await thrownBy(() => readFailureCallback(body))).toMatchObject({ name: "RequestError", status: 400 });
  });
});
