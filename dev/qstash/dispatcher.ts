import { setTimeout as pause } from "node:timers/promises";
import type { Fault, Faults } from "../faults.js";
import { unlessAborted } from "../in-process.js";
import { type Answer, callbackBody, isNonRetryable, isSuccess, noAnswer, readAnswer, toRequest } from "./deliver.js";
import { flowGate } from "./flow-gate.js";
import { type CallbackTarget, type DeadMessage, newId, type QueuedMessage, readMessage } from "./message.js";
import { retryDelayMs } from "./retry-delay.js";
import type { SigningKeys } from "./signature.js";

/** What the dispatcher works on; kept by the simulator. */
export type Queued = {
  keys: SigningKeys;
  messages: Record<string, QueuedMessage>;
  dlq: Record<string, DeadMessage>;
};

/** One attempt, for people and tests. `lost`: the destination got it and its answer did not come back. */
export type Attempt = {
  messageId: string;
  url: string;
  retried: number;
  startedAt: number;
  status: number;
  outcome: "delivered" | "failed" | "dead" | "lost" | "duplicate" | "dropped" | "cancelled";
};

export type Dispatcher = {
  accept: (message: QueuedMessage) => void;
  /** Looks at the clock again; needed by hand only where the clock is not the real one. */
  wake: () => void;
  pause: () => void;
  resume: () => void;
  /** Resolves when nothing is in flight and nothing could be sent now. */
  idle: () => Promise<void>;
  attempts: Attempt[];
  close(): Promise<void>;
};

const longestTimerMs = 2 ** 31 - 1;
const longestAnswerMs = 15 * 60_000;
const rememberedAttempts = 10_000;

/** Brings messages to their destinations: at least once, again after a failure, and to the dead letters when that was of no use. */
export function dispatcher(
  queue: Queued,
  options: {
    changed: () => void;
    send: (request: Request) => Promise<Response>;
    now: () => number;
    faults: Faults | undefined;
    timeScale: number;
  },
): Dispatcher {
  const { changed, send, now } = options;
  const attempts: Attempt[] = [];
  const running = new Set<Promise<void>>();
  const inFlight = new Set<string>();
  const gate = flowGate(now);
  /** Messages that a fault has put off, with the faults still ahead of them. */
  const putOff = new Map<string, { faults: Fault[]; untilNext: boolean }>();
  const waiting: (() => void)[] = [];
  const closing = new AbortController();
  let paused = false;
  let soon: NodeJS.Immediate | undefined;
  let timer: NodeJS.Timeout | undefined;

  // An immediate, so that a publish is answered before its message is on its way.
  const wake = () => {
    if (closing.signal.aborted) return;
    soon ??= setImmediate(() => {
      soon = undefined;
      startDue();
    });
  };

  function startDue(): void {
    clearTimeout(timer);
    const ready = Object.values(queue.messages)
      .filter((message) => !inFlight.has(message.messageId))
      .sort((a, b) => a.dueAt - b.dueAt);
    let next = Number.POSITIVE_INFINITY;
    for (const message of paused ? [] : ready) {
      const opensAt = message.dueAt > now() ? message.dueAt : gate.opensAt(message.flowControl);
      if (opensAt <= now()) start(message);
      else next = Math.min(next, opensAt);
    }
    if (next < Number.POSITIVE_INFINITY) timer = setTimeout(wake, Math.min(Math.max(next - now(), 1), longestTimerMs));
    const isDue = () => Object.values(queue.messages).some((message) => message.dueAt <= now());
    if (inFlight.size === 0 && (paused || !isDue())) for (const resolve of waiting.splice(0)) resolve();
  }

  function start(message: QueuedMessage): void {
    const drawn = putOff.get(message.messageId)?.faults ?? draw(message);
    putOff.delete(message.messageId);
    const delaying = drawn.find(({ kind }) => kind === "delay" || kind === "reorder");
    if (delaying) {
      const faults = drawn.filter((fault) => fault !== delaying);
      putOff.set(message.messageId, { faults, untilNext: delaying.kind === "reorder" });
      message.dueAt = now() + (delaying.ms ?? 1000);
      changed();
      return wake();
    }
    if (drawn.some(({ kind }) => kind === "drop")) {
      remember(message, { retried: message.retried, startedAt: now(), status: 0, outcome: "dropped" });
      return remove(message);
    }
    inFlight.add(message.messageId);
    gate.enter(message.flowControl);
    const work = attempt(message, drawn).finally(() => {
      running.delete(work);
      inFlight.delete(message.messageId);
      gate.leave(message.flowControl);
      sendOvertaken();
      wake();
    });
    running.add(work);
  }

  const draw = (message: QueuedMessage) => options.faults?.draw(`deliver ${new URL(message.url).pathname}`) ?? [];

  /** What was to be sent after the next one: the next one has been sent. */
  function sendOvertaken(): void {
    for (const [messageId, { untilNext }] of putOff) {
      const message = queue.messages[messageId];
      if (untilNext && message) message.dueAt = Math.min(message.dueAt, now());
    }
  }

  async function attempt(message: QueuedMessage, drawn: Fault[]): Promise<void> {
    const begun = { retried: message.retried, startedAt: now() };
    const copies = drawn.some(({ kind }) => kind === "duplicate") ? [exchange(message)] : [];
    const answer = await befall(drawn, () => exchange(message));
    for (const { status } of await Promise.all(copies)) remember(message, { ...begun, status, outcome: "duplicate" });
    if (closing.signal.aborted) return;

    const isLost = drawn.some(({ kind }) => kind === "lost_answer");
    const outcome = settle(message, isLost ? noAnswer("the answer was lost") : answer);
    remember(message, { ...begun, status: answer.status, outcome: isLost && outcome === "failed" ? "lost" : outcome });
    changed();
  }

  async function befall(drawn: Fault[], deliver: () => Promise<Answer>): Promise<Answer> {
    for (const { kind, ms } of drawn) {
      if (kind === "latency") await pauseFor(ms ?? 100);
      if (kind === "server_error") return { status: 500, headers: {}, body: "", error: null };
      if (kind === "rate_limited") return { status: 429, headers: {}, body: "", error: null };
      if (kind === "timeout") {
        await pauseFor(ms ?? 30_000);
        return noAnswer("timed out");
      }
    }
    return deliver();
  }

  async function exchange(message: QueuedMessage): Promise<Answer> {
    const timeout = new AbortController();
    const giveUp = setTimeout(() => timeout.abort(new Error("timed out")), message.timeoutMs ?? longestAnswerMs);
    const signal = AbortSignal.any([timeout.signal, closing.signal]);
    try {
      const answer = send(toRequest(message, queue.keys.current, now(), signal)).then(readAnswer);
      return await unlessAborted(answer, signal);
    } catch (error) {
      return noAnswer(error);
    } finally {
      clearTimeout(giveUp);
    }
  }

  /** Decides what an answer means for the message. */
  function settle(message: QueuedMessage, answer: Answer): "delivered" | "failed" | "dead" | "cancelled" {
    if (!queue.messages[message.messageId]) return "cancelled";
    call(message.callback, message, answer, null);
    if (isSuccess(answer)) {
      remove(message);
      return "delivered";
    }
    if (isNonRetryable(answer) || message.retried >= message.maxRetries) {
      bury(message, answer);
      return "dead";
    }
    message.dueAt = now() + retryDelayMs(message, answer.headers, now(), options.timeScale);
    message.retried += 1;
    return "failed";
  }

  function bury(message: QueuedMessage, answer: Answer): void {
    const dead: DeadMessage = {
      ...message,
      dlqId: newId("dlq"),
      responseStatus: answer.status,
      responseHeaders: answer.headers,
      responseBody: answer.error ?? Buffer.from(answer.body, "base64").toString(),
    };
    queue.dlq[dead.dlqId] = dead;
    remove(message);
    call(message.failureCallback, message, answer, dead);
  }

  function call(target: CallbackTarget | null, message: QueuedMessage, answer: Answer, dead: DeadMessage | null): void {
    if (!target) return;
    const headers = new Headers({ "content-type": "application/json", ...target.headers });
    accept(readMessage(target.url, headers, callbackBody(message, answer, dead), now()));
  }

  function accept(message: QueuedMessage): void {
    queue.messages[message.messageId] = message;
    changed();
    wake();
  }

  function remove(message: QueuedMessage): void {
    delete queue.messages[message.messageId];
    changed();
    wake();
  }

  function remember(message: QueuedMessage, result: Omit<Attempt, "messageId" | "url">): void {
    attempts.push({ messageId: message.messageId, url: message.url, ...result });
    if (attempts.length > rememberedAttempts) attempts.shift();
  }

  const pauseFor = (ms: number) => pause(ms, undefined, { signal: closing.signal }).catch(() => {});

  return {
    accept,
    wake,
    attempts,
    pause: () => void (paused = true),
    resume() {
      paused = false;
      wake();
    },
    idle: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        wake();
      }),
    async close() {
      closing.abort(new Error("the queue was closed"));
      clearTimeout(timer);
      clearImmediate(soon);
      await Promise.allSettled(running);
      for (const resolve of waiting.splice(0)) resolve();
    },
  };
}
