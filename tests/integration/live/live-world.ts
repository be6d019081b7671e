import { type Host, serve } from "../../../dev/host.js";
import { createStream } from "../../../lib/compose/stream.js";
import { applyPlanEvent } from "../../../lib/contract/apply-plan-event.js";
import type { PlanEvent } from "../../../lib/contract/events.js";
import type { PlanState } from "../../../lib/contract/plan-state.js";
import { readSse, type ServerSentEvent } from "../../../lib/contract/read-sse.js";
import type { StreamDeps } from "../../../lib/http/api/handlers/streams.js";
import { v1 } from "../../../lib/http/api/v1.js";
import { streams } from "../../../lib/http/stream.js";
import { type ApiWorld, apiWorld, type Person } from "../../support/api-world.js";

export type LiveWorld = ApiWorld & {
  url: string;
  /** Opens a stream; a path is taken as it is, an id is that of a session. */
  open(what: string, as: Pick<Person, "token"> | null, headers?: Record<string, string>): Promise<OpenStream>;
};

/** API and streams on one origin over HTTP, as they are deployed. `timing` changes what production waits for. */
export async function liveWorld(
  options: { env?: Record<string, string>; timing?: Partial<Pick<StreamDeps, "pingMs" | "maxAgeMs">> } = {},
): Promise<LiveWorld> {
  const world = await apiWorld(options);
  const made = { ...createStream(world.base.env, world.base, world.deps.log), ...options.timing };
  const stream = streams(() => made);
  const api = v1(() => world.deps);
  const host: Host = await serve({
    port: 0,
    routes: { "/api": api, "/api/plan/*/stream": stream, "/api/v1/sessions/*/stream": stream },
  });
  const opened: OpenStream[] = [];
  return {
    ...world,
    url: host.url,
    async open(what, as, headers = {}) {
      const path = what.startsWith("/") ? what : `/api/v1/sessions/${what}/stream`;
      const leaving = new AbortController();
      const response = await fetch(`${host.url}${path}`, {
        signal: leaving.signal,
        headers: { ...(as ? { authorization: `Bearer ${as.token}` } : {}), ...headers },
      });
      const one = reading(response, leaving);
      opened.push(one);
      return one;
    },
    async close() {
      for (const one of opened) one.leave();
      await host.close();
      await world.close();
    },
  };
}

export type OpenStream = ReturnType<typeof reading>;

/** What a stream brings, kept as it arrives. */
function reading(response: Response, leaving: AbortController) {
  const events: ServerSentEvent[] = [];
  const ofLog: PlanEvent[] = [];
  let isOver = !response.ok;
  let wake: () => void = () => undefined;
  const read = async () => {
    if (!response.ok || !response.body) return;
    for await (const event of readSse(response.body)) {
      events.push(event);
      if (event.event === undefined && event.id !== undefined) ofLog.push(JSON.parse(event.data) as PlanEvent);
      wake();
    }
  };
  void read()
    .catch(() => undefined)
    .finally(() => {
      isOver = true;
      wake();
    });
  const until = async <T>(what: string, look: () => T | undefined | false): Promise<T> => {
    const deadline = Date.now() + 30_000;
    for (;;) {
      const found = look();
      if (found !== undefined && found !== false) return found;
      if (Date.now() > deadline)
        throw new Error(
          `waited in vain for ${what}; there came ${events.length} events, the last ${JSON.stringify(events.at(-1)).slice(0, 300)}`,
        );
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, 100);
      });
    }
  };
  return {
    response,
    events,
    /** Events of the log, without `connected`. */
    log: () => ofLog,
    isOver: () => isOver,
    leave: () => leaving.abort(),
    connected: () =>
      until(
        "connected",
        () => events[0] && (JSON.parse(events[0].data) as { head: number; plan_id: string; maxAgeMs: number }),
      ),
    named: (name: string, count = 1) =>
      until(name, () => {
        const found = events.filter(({ event }) => event === name);
        return found.length >= count && (JSON.parse(found.at(-1)?.data ?? "") as Record<string, unknown>);
      }),
    upTo: (seq: number) => until(`event ${seq}`, () => (ofLog.at(-1)?.seq ?? 0) >= seq && ofLog),
    over: () => until("the end", () => isOver),
    until,
  };
}

/** The plan after everything that a stream has brought. */
export const followed = (plan: PlanState, events: PlanEvent[]): PlanState | "gap" =>
  events.reduce((now: PlanState | "gap", event) => (now === "gap" ? now : applyPlanEvent(now, event)), plan);
