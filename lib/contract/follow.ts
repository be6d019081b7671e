import { readSse, type ServerSentEvent } from "./read-sse.js";

/** `signed_out` and `gone` are ends: asking again would give the same. */
export type FollowState = "connecting" | "live" | "waiting" | "signed_out" | "gone";

export type FollowOptions = {
  /** Where to read; asked at each connect, so that it can name the last event that was seen. */
  url: () => string;
  headers?: () => Record<string, string>;
  onEvent: (event: ServerSentEvent) => void;
  onState?: (state: FollowState) => void;
  signal: AbortSignal;
  fetch?: typeof fetch;
  clock?: Clock;
  random?: () => number;
};
export type Clock = { now(): number; after(ms: number, run: () => void): () => void };

const firstWaitMs = 500;
const longestWaitMs = 30_000;
/** A connection that has lived so long was no failure. */
const healthyMs = 2_000;
/** The server says something every 15 seconds; silence for longer means that the connection is dead. */
const silenceMs = 40_000;
const byeWaitMs = 250;
/** As long as a server may ask to wait. */
const longestAskedMs = 3_600_000;

/**
 * Reads a stream of events until `signal` aborts or the server says that there is nothing to read for this caller; connects again after
 * every end, at once after the server's `bye`, else later and later. Gives back the state that it ended in.
 */
export async function follow(options: FollowOptions): Promise<"aborted" | "signed_out" | "gone"> {
  const { signal, clock = systemClock, random = Math.random, onState = () => undefined } = options;
  let failures = 0;
  while (!signal.aborted) {
    onState("connecting");
    const end = await readOnce(options, clock);
    if (signal.aborted) break;
    if (end.kind === "refused") {
      onState(end.state);
      return end.state;
    }
    if (end.wasHealthy) failures = 0;
    const longest = end.wasHealthy && end.saidBye ? byeWaitMs : Math.min(longestWaitMs, firstWaitMs * 2 ** failures);
    failures += 1;
    onState("waiting");
    // Never sooner than without the server's word, nor so late that a timer cannot wait for it.
    await sleep(Math.max(random() * longest, Math.min(end.retryAfterMs ?? 0, longestAskedMs)), clock, signal);
  }
  return "aborted";
}

type End =
  | { kind: "refused"; state: "signed_out" | "gone" }
  | { kind: "ended"; saidBye: boolean; wasHealthy: boolean; retryAfterMs: number | null };

/** One connection, from its beginning to its end, whatever that is. */
async function readOnce(options: FollowOptions, clock: Clock): Promise<End> {
  const url = options.url();
  const headers = { accept: "text/event-stream", ...options.headers?.() };
  const send = options.fetch ?? fetch;
  const attempt = deadline(clock, options.signal);
  const end: End = { kind: "ended", saidBye: false, wasHealthy: false, retryAfterMs: null };
  let faultOfCaller: { error: unknown } | null = null;
  try {
    const response = await send(url, { signal: attempt.signal, headers });
    if (response.status === 401 || response.status === 403) return { kind: "refused", state: "signed_out" };
    if (response.status === 404 || response.status === 410) return { kind: "refused", state: "gone" };
    if (!response.ok || !response.body || !isEventStream(response))
      return { ...end, retryAfterMs: readRetryAfter(response, clock) };
    options.onState?.("live");
    const liveSince = clock.now();
    attempt.kick();
    try {
      for await (const event of readSse(response.body)) {
        attempt.kick();
        end.saidBye = event.event === "bye";
        if (end.saidBye) break;
        try {
          options.onEvent(event);
        } catch (error) {
          faultOfCaller = { error };
          break;
        }
      }
    } finally {
      end.wasHealthy = clock.now() - liveSince >= healthyMs;
    }
  } catch {
    // The connection broke, or was silent for too long: the reason why there is a next one.
  } finally {
    attempt.end();
  }
  if (faultOfCaller) throw faultOfCaller.error;
  return end;
}

/** Aborts with the caller's signal, or when nothing has been heard for too long. */
function deadline(clock: Clock, outer: AbortSignal): { signal: AbortSignal; kick(): void; end(): void } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  outer.addEventListener("abort", abort, { once: true });
  let stop = clock.after(silenceMs, abort);
  return {
    signal: controller.signal,
    kick() {
      stop();
      stop = clock.after(silenceMs, abort);
    },
    end() {
      stop();
      outer.removeEventListener("abort", abort);
      abort();
    },
  };
}

function sleep(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = clock.after(ms, done);
    signal.addEventListener("abort", done, { once: true });
    function done() {
      stop();
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}

const isEventStream = ({ headers }: Response): boolean =>
  /^text\/event-stream\b/i.test(headers.get("content-type") ?? "");

/** Seconds or a date (RFC 9110, section 10.2.3). */
function readRetryAfter({ headers }: Response, clock: Clock): number | null {
  const value = headers.get("retry-after");
  if (value === null) return null;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - clock.now();
  return Number.isNaN(ms) ? null : ms;
}

const systemClock: Clock = {
  now: Date.now,
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
