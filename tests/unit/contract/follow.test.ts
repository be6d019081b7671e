import { describe, expect, it } from "vitest";
import { type Clock, follow, type FollowState } from "../../../lib/contract/follow.js";

type Answer = Response | Error | ((signal: AbortSignal) => Promise<Response>);

/** A clock that stands still until everything waits, and then jumps to whoever waits least. */
function steppingClock() {
  let now = 0;
  let waiting: { at: number; run: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    after(ms, run) {
      const entry = { at: now + ms, run };
      waiting.push(entry);
      return () => (waiting = waiting.filter((one) => one !== entry));
    },
  };
  const step = () => {
    const next = waiting.toSorted((a, b) => a.at - b.at)[0];
    if (!next) return false;
    waiting = waiting.filter((one) => one !== next);
    now = next.at;
    next.run();
    return true;
  };
  return { clock, step, pass: (ms: number) => void (now += ms), waits: () => waiting.map(({ at }) => at - now) };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 2));
const eventStream = (text: string) =>
  new Response(text, { headers: { "content-type": "text/event-stream; charset=utf-8" } });
const silentStream = (signal: AbortSignal, first = "") =>
  Promise.resolve(
    new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(first));
          signal.addEventListener("abort", () => controller.error(new Error("aborted")));
        },
      }),
      { headers: { "content-type": "text/event-stream" } },
    ),
  );

/** Follows through these answers, one for each connect, then stops. */
async function through(answers: Answer[], options: { random?: () => number; onEvent?: (data: string) => void } = {}) {
  const { clock, step, waits, pass } = steppingClock();
  const stop = new AbortController();
  const states: FollowState[] = [];
  const asked: { url: string; at: number; accept: string | null }[] = [];
  const seen: string[] = [];
  const left = [...answers];
  let cursor = 0;
  let ended: string | null = null;
  const following = follow({
    url: () => `https://app.example/stream?after=${cursor}`,
    signal: stop.signal,
    clock,
    random: options.random ?? (() => 1),
    onState: (state) => states.push(state),
    onEvent(event) {
      seen.push(event.data);
      if (event.id) cursor = Number(event.id);
      if (event.data === "slow") pass(5_000);
      options.onEvent?.(event.data);
    },
    fetch: async (url, init) => {
      asked.push({ url: url as string, at: clock.now(), accept: new Headers(init?.headers).get("accept") });
      const answer = left.shift();
      if (answer === undefined) {
        stop.abort();
        throw new Error("stopped");
      }
      if (answer instanceof Error) throw answer;
      return typeof answer === "function" ? answer(init?.signal as AbortSignal) : answer;
    },
  });
  following.then(
    (end) => (ended = end),
    () => (ended = "thrown"),
  );
  for (let turns = 0; ended === null && turns < 200; turns += 1) {
    await settled();
    if (ended === null) step();
  }
  return { end: await following, states, asked, seen, waits };
}

describe("Following a stream", () => {
  it("names the last event that was seen at each connect", async () => {
    const { asked, seen, end } = await through([
      eventStream("id: 41\ndata: a\n\nid: 42\ndata: b\n\n"),
      eventStream("id: 43\ndata: c\n\n"),
    ]);

    expect(seen).toEqual(["a", "b", "c"]);
    expect(asked.map(({ url }) => url.split("=")[1])).toEqual(["0", "42", "43"]);
    expect(asked[0]?.accept).toBe("text/event-stream");
    expect(end).toBe("aborted");
  });

  it.each([
    [401, "signed_out"],
    [403, "signed_out"],
    [404, "gone"],
    [410, "gone"],
  ] as const)("ends at %i, and says %s", async (status, end) => {
    const { asked, states, ...result } = await through([new Response(null, { status })]);

    expect(result.end).toBe(end);
    expect(states).toEqual(["connecting", end]);
    expect(asked).toHaveLength(1);
  });

  it("waits longer after each failure, up to half a minute, and by chance less", async () => {
    const failures = [...Array<Error>(8).fill(new TypeError("fetch failed"))];
    const { asked } = await through(failures);
    const waits = asked.slice(1).map(({ at }, i) => at - (asked[i]?.at ?? 0));
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);

    const lucky = await through(failures, { random: () => 0.25 });
    expect(lucky.asked[1]?.at).toBe(125);
  });

  it("begins with short waits again after a connection that was healthy", async () => {
    const { asked } = await through([
      new TypeError("x"),
      new TypeError("x"),
      eventStream("data: slow\n\n"),
      new TypeError("x"),
    ]);
    const waits = asked.slice(1).map(({ at }, i) => at - (asked[i]?.at ?? 0));
    expect(waits).toEqual([500, 1_000, 5_500, 1_000]);
  });

  it("comes back at once after a bye", async () => {
    const { asked, states } = await through([eventStream("data: slow\n\nevent: bye\ndata: {}\n\ndata: never\n\n")]);
    expect((asked[1]?.at ?? 0) - 5_000).toBe(250);
    expect(states).toEqual(["connecting", "live", "waiting", "connecting"]);
  });

  it("waits as long as the server asks", async () => {
    const busy = new Response(null, { status: 429, headers: { "retry-after": "7" } });
    const { asked } = await through([busy, new Response(null, { status: 503 })]);
    expect(asked.map(({ at }) => at)).toEqual([0, 7_000, 8_000]);
  });

  it.each(["0", "Wed, 21 Oct 1969 07:28:00 GMT", "soon"])(
    "waits as after any failure where the server asks for no time at all: %s",
    async (after) => {
      const busy = () => new Response(null, { status: 503, headers: { "retry-after": after } });
      const { asked } = await through([busy(), busy(), busy()]);
      expect(asked.map(({ at }) => at)).toEqual([0, 500, 1_500, 3_500]);
    },
  );

  it("comes back after an hour where the server asks for longer than a timer can wait", async () => {
    const busy = new Response(null, { status: 503, headers: { "retry-after": "2592000" } });
    const { asked } = await through([busy]);
    expect(asked.map(({ at }) => at)).toEqual([0, 3_600_000]);
  });

  it("takes an answer that is no stream for a failure", async () => {
    const { asked, seen } = await through([new Response("<html>", { headers: { "content-type": "text/html" } })]);
    expect(seen).toEqual([]);
    expect(asked[1]?.at).toBe(500);
  });

  it("gives a silent connection up after forty seconds", async () => {
    const { asked, seen, states } = await through([(signal) => silentStream(signal, "data: last words\n\n")]);
    expect(seen).toEqual(["last words"]);
    expect(asked[1]?.at).toBeGreaterThanOrEqual(40_000);
    expect(states.slice(0, 3)).toEqual(["connecting", "live", "waiting"]);
  });

  it("does not hide what its caller's own code throws", async () => {
    await expect(
      through([eventStream("data: a\n\n")], {
        onEvent() {
          throw new TypeError("a bug");
        },
      }),
    ).rejects.toThrow("a bug");
  });
});
