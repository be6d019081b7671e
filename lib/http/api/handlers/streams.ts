import { randomUUID } from "node:crypto";
import type { Route } from "../../../contract/route.js";
import { streamRoutes } from "../../../contract/routes/streams.js";
import { RequestError } from "../../../domain/errors.js";
import type { SessionId } from "../../../domain/ids.js";
import { grantFor, type Principal } from "../../../domain/principal.js";
import { toPublicEvent } from "../../../domain/public-event.js";
import type { Watching } from "../../../pipeline/watching/watching.js";
import type { Log } from "../../../ports.js";
import type { LogTail, SessionEventRow } from "../../../ports-stream.js";
import { eventStream, eventStreamHeaders, retryFrame, toFrame } from "../../event-stream.js";
import { notFoundAt } from "../input.js";
import type { Handlers } from "../kernel.js";

export type StreamDeps = {
  tail: LogTail;
  watching: Watching;
  log: Log;
  /** The longest that the function may run; streams end some time before, each at another moment. */
  maxAgeMs: number;
  pingMs: number;
};

/** Server-sent events of sessions. */
export const streamHandlers: Handlers<typeof streamRoutes, StreamDeps> = {
  watchPlan: (call) => open(streamRoutes.watchPlan, call.params.plan_id, call),
  watchSession: (call) => open(streamRoutes.watchSession, call.params.id, call),
};

type Opening = {
  query: { after?: number | undefined };
  principal: Principal;
  request: Request;
  requestId: string;
  deps: StreamDeps;
};

async function open(route: Route, id: string, { query, principal, request, requestId, deps }: Opening) {
  const { organizationId, userId, name, via, credentialId } = principal;
  const sessionId = id as SessionId;
  const named = lastEventId(request) ?? query.after ?? null;
  const head = await deps.tail.head(organizationId, sessionId, grantFor(principal, "viewer"));
  if (head === null) throw notFoundAt(route);

  const opened = performance.now();
  let isOpen = true;
  const endings: (() => void)[] = [() => (isOpen = false)];
  const stream = eventStream((reason) => {
    for (const end of endings) end();
    deps.log.info("stream.closed", { requestId, sessionId, reason, ms: Math.round(performance.now() - opened) });
  });
  const say = (event: string, data: unknown = {}) => stream.send(toFrame({ name: event, data }));
  const bye = () => {
    say("bye");
    stream.end();
  };

  stream.send(retryFrame(1_000));
  stream.send(toFrame({ data: { type: "connected", plan_id: sessionId, head, maxAgeMs: deps.maxAgeMs } }));
  const isBeyond = named !== null && named > head;
  if (isBeyond) say("reset");

  const ping = setInterval(() => say("ping"), deps.pingMs);
  const age = setTimeout(bye, deps.maxAgeMs * (0.85 + Math.random() * 0.1));
  request.signal.addEventListener("abort", stream.end, { once: true });
  endings.push(
    () => clearInterval(ping),
    () => clearTimeout(age),
    () => request.signal.removeEventListener("abort", stream.end),
  );
  if (request.signal.aborted) stream.end();

  void replay(named === null || isBeyond ? head : named, head)
    .then((cursor) => {
      if (!isOpen) return;
      const leave = deps.watching.watch(
        {
          id: randomUUID(),
          sessionId,
          organizationId,
          userId,
          name,
          via,
          credentialId,
          onEvents: (events) => stream.send(framesOf(events)),
          onGap: () => say("reset"),
          onPresence: (list) => stream.send(presenceFrameOf(list)),
          onRefused: bye,
        },
        cursor,
      );
      if (isOpen) endings.push(leave);
      else leave();
    })
    .catch((error: unknown) => {
      deps.log.warn("stream.replay_failed", { requestId, sessionId, reason: error instanceof Error ? error.name : "" });
      bye();
    });
  return new Response(stream.body, { headers: eventStreamHeaders });

  /** What the reader has missed, as fast as it reads. */
  async function replay(after: number, to: number): Promise<number> {
    let cursor = after;
    while (isOpen && cursor < to) {
      const { events } = await deps.tail.since([{ id: sessionId, after: cursor }]);
      if (events.length === 0) break;
      stream.send(framesOf(events));
      cursor = events.at(-1)?.seq ?? cursor;
      await stream.drained();
    }
    return cursor;
  }
}

/** What an EventSource that comes back sends by itself, the number of the last event that it has seen. */
function lastEventId({ headers }: Request): number | null {
  const value = headers.get("last-event-id") ?? "";
  if (value === "") return null;
  if (/^\d{1,10}$/.test(value)) return Number(value);
  throw new RequestError("invalid_request", 400, "Last-Event-ID: is none that this stream gave");
}

/** Written once for all who are given the same. */
const framesOf = rememberingWeakly((events: SessionEventRow[]) => Buffer.concat(events.map(frameOf)));
const presenceFrameOf = rememberingWeakly((list: object) => toFrame({ name: "presence", data: list }));

function frameOf(row: SessionEventRow): Uint8Array {
  const { seq, type, actor, at, body } = toPublicEvent(row);
  const own = { seq, type, actor, at };
  return toFrame({ id: seq, data: { ...own, ...body, ...own } });
}

function rememberingWeakly<In extends object, Out>(make: (from: In) => Out): (from: In) => Out {
  const made = new WeakMap<In, Out>();
  return (from) => {
    const known = made.get(from) ?? make(from);
    made.set(from, known);
    return known;
  };
}
