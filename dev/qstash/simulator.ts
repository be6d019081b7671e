import { RequestError } from "../../lib/domain/errors.js";
import { withFaults } from "../faults.js";
import type { Simulator, SimulatorOptions } from "../simulator.js";
import { qstashApi } from "./api.js";
import { type Attempt, dispatcher, type Queued } from "./dispatcher.js";
import { type DeadMessage, newId, type QueuedMessage, readMessage } from "./message.js";
import { type Schedule, scheduler } from "./schedules.js";
import { newSigningKey, type SigningKeys } from "./signature.js";

export type QstashOptions = SimulatorOptions & {
  /** The bearer token that callers must show. */
  token: string;
  /** The first signing keys; without them they are drawn, and kept in the state. */
  keys?: SigningKeys;
  /** Shortens the default backoff, and nothing else: 0.001 makes 12 s of it 12 ms. */
  timeScale?: number;
};

export type QstashSimulator = Omit<Simulator, "control"> & {
  control: {
    messages: () => QueuedMessage[];
    deliveries: () => Attempt[];
    dlq: () => DeadMessage[];
    schedules: () => Schedule[];
    pause: () => void;
    resume: () => void;
    /** Fires every schedule now. */
    fireSchedules: () => void;
    keys: () => SigningKeys;
    rotateKeys: () => SigningKeys;
    wake: () => void;
  };
  keys: () => SigningKeys;
  /** Resolves when nothing is due now or in flight. */
  idle: () => Promise<void>;
};

type State = Queued & {
  schedules: Record<string, Schedule>;
  /** Which message a deduplication id stands for, and until when. */
  deduplication: Record<string, { messageId: string; until: number }>;
};

const deduplicationMs = 10 * 60_000;

/** QStash on this machine: publish, delay, retries, deduplication, signatures, callbacks, dead letters, schedules, flow control. */
export function qstashSimulator(options: QstashOptions): QstashSimulator {
  const now = options.now ?? Date.now;
  const state: State = options.state?.load<State>() ?? {
    keys: options.keys ?? { current: newSigningKey(), next: newSigningKey() },
    messages: {},
    dlq: {},
    schedules: {},
    deduplication: {},
  };
  const changed = () => options.state?.save(state);
  const queue = dispatcher(state, {
    changed,
    send: options.send ?? ((request) => fetch(request)),
    now,
    faults: options.faults,
    timeScale: options.timeScale ?? 1,
  });
  const schedules = scheduler(state.schedules, { changed, now, publish: queue.accept });
  const rotateKeys = () => {
    state.keys = { current: state.keys.next, next: newSigningKey() };
    changed();
    return state.keys;
  };

  const publish = (destination: string, headers: Headers, body: Uint8Array) => {
    const message = readMessage(destination, headers, body, now());
    for (const [id, { until }] of Object.entries(state.deduplication))
      if (until <= now()) delete state.deduplication[id];
    const first = message.deduplicationId === null ? undefined : state.deduplication[message.deduplicationId];
    if (first) return { messageId: first.messageId, deduplicated: true };
    if (message.deduplicationId !== null)
      state.deduplication[message.deduplicationId] = { messageId: message.messageId, until: now() + deduplicationMs };
    queue.accept(message);
    return { messageId: message.messageId };
  };

  const cancel = (messageId: string) => {
    const found = messageId in state.messages;
    delete state.messages[messageId];
    changed();
    return found;
  };

  const bringBack = (dlqId: string) => {
    const dead = state.dlq[dlqId];
    if (!dead) return null;
    const { dlqId: _id, responseStatus: _status, responseHeaders: _headers, responseBody: _body, ...message } = dead;
    const again = { ...message, messageId: newId("msg"), retried: 0, dueAt: now() };
    delete state.dlq[dlqId];
    queue.accept(again);
    return { messageId: again.messageId };
  };

  const forget = (dlqId: string) => {
    const found = dlqId in state.dlq;
    delete state.dlq[dlqId];
    changed();
    return found;
  };

  const api = qstashApi({ state, publish, cancel, bringBack, forget, schedules, rotateKeys });
  // What an earlier process had not brought to its end goes on.
  queue.wake();

  return {
    name: "qstash",
    async fetch(request) {
      try {
        if (request.headers.get("authorization") !== `Bearer ${options.token}`)
          throw new RequestError("unauthorized", 401, "unauthorized: the bearer token is not that of this queue");
        const { operation, answer } = api(request);
        return await withFaults(options.faults?.draw(operation) ?? [], () => answer().catch(refuse), tooMany);
      } catch (error) {
        return refuse(error);
      }
    },
    control: {
      messages: () => Object.values(state.messages),
      deliveries: () => queue.attempts,
      dlq: () => Object.values(state.dlq),
      schedules: () => Object.values(state.schedules),
      pause: queue.pause,
      resume: queue.resume,
      fireSchedules: schedules.fireAll,
      keys: () => state.keys,
      rotateKeys,
      wake: queue.wake,
    },
    keys: () => state.keys,
    idle: queue.idle,
    async close() {
      schedules.close();
      await queue.close();
      options.state?.flush();
    },
  };
}

function refuse(error: unknown): Response {
  if (!(error instanceof RequestError)) throw error;
  return Response.json({ error: error.message }, { status: error.status });
}

const tooMany = () =>
  Response.json(
    { error: "rate limit exceeded" },
    {
      status: 429,
      headers: { "Burst-RateLimit-Limit": "100", "Burst-RateLimit-Remaining": "0", "Burst-RateLimit-Reset": "1" },
    },
  );
