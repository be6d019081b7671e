/**
 * Faults that can be switched on in each simulator. A fault names the operation it befalls and what happens; chances come from a seeded
 * generator, so a run can be repeated.
 */
export type FaultKind =
  | "latency" // answers `ms` later
  | "rate_limited" // the provider's own rate-limit answer
  | "server_error" // 500, nothing done
  | "timeout" // nothing done, and no answer for `ms`
  | "truncated" // done, and the body of the answer ends in the middle
  | "lost_answer" // done, and the connection breaks before the answer
  | "duplicate" // webhook or queue: sent twice
  | "reorder" // webhook or queue: sent after the next one
  | "delay" // webhook or queue: sent `ms` later
  | "drop"; // webhook or queue: never sent

export type Fault = {
  kind: FaultKind;
  /** Name of an operation ("issueBatchCreate", "GET /wiki/api/v2/pages", "publish", "webhook:AgentSessionEvent"), or "*". Matches as a prefix. */
  on: string;
  /** 0..1, default 1. */
  chance?: number;
  /** How often it happens at most; default without end. */
  times?: number;
  /** How many matching calls pass first. */
  after?: number;
  ms?: number;
};

export type Faults = {
  add(fault: Fault): void;
  clear(): void;
  list(): Fault[];
  /** The faults that befall this call now; counts them. */
  draw(operation: string): Fault[];
};

export function faults(seed = 1): Faults {
  let active: (Fault & { seen: number; done: number })[] = [];
  let state = seed >>> 0;
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    add: (fault) => void active.push({ ...fault, seen: 0, done: 0 }),
    clear: () => void (active = []),
    list: () => active.map(({ seen: _seen, done: _done, ...fault }) => fault),
    draw: (operation) =>
      active.filter((fault) => {
        if (fault.on !== "*" && !operation.startsWith(fault.on)) return false;
        fault.seen += 1;
        if (fault.seen <= (fault.after ?? 0) || fault.done >= (fault.times ?? Number.POSITIVE_INFINITY)) return false;
        if (random() >= (fault.chance ?? 1)) return false;
        fault.done += 1;
        return true;
      }),
  };
}

/** Befalls an HTTP call with the faults that every provider shares; `rateLimited` is the provider's own answer. */
export async function withFaults(
  drawn: Fault[],
  handle: () => Promise<Response>,
  rateLimited: () => Response,
): Promise<Response> {
  for (const fault of drawn) {
    if (fault.kind === "latency") await pause(fault.ms ?? 100);
    if (fault.kind === "rate_limited") return rateLimited();
    if (fault.kind === "server_error") return new Response("upstream error", { status: 500 });
    if (fault.kind === "timeout") {
      await pause(fault.ms ?? 30_000);
      return new Response("gateway timeout", { status: 504 });
    }
  }
  const response = await handle();
  if (drawn.some((fault) => fault.kind === "lost_answer"))
    return new Response(null, { status: 502, headers: { [lostAnswer]: "1" } });
  if (drawn.some((fault) => fault.kind === "truncated")) {
    const body = await response.text();
    return new Response(body.slice(0, Math.floor(body.length / 2)), {
      status: response.status,
      headers: response.headers,
    });
  }
  return response;
}

/** A host that sees this header on an answer breaks the connection instead of answering. */
export const lostAnswer = "x-simulator-lost-answer";

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
