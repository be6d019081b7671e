import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import type { Log } from "../ports.js";
import type { Tracer } from "../ports-operating.js";

const running = new AsyncLocalStorage<string>();

/** The id of the request that this is done for, also behind its answer; null outside of one. */
export const currentRequestId = (): string | null => running.getStore() ?? null;

/** The caller's own id of the request or the platform's, where it is a plain one, else a new one. */
export function requestIdOf(request: Request): string {
  const given = request.headers.get("x-request-id") ?? request.headers.get("x-vercel-id") ?? "";
  return /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID();
}

type Answering = {
  log: Log;
  tracer?: Tracer | undefined;
  /** The beginning of the log line's name: `webhook` for `webhook.answered`. */
  name: string;
  /** What the request is for, in words that are the same for all of its kind. */
  operation: string;
};

/** Answers a request under its id: one log line, a span where there is a tracer, and the id in the answer. What the request causes carries the id on. */
export function inRequest(
  request: Request,
  { log, tracer, name, operation }: Answering,
  handle: (requestId: string) => Promise<Response>,
): Promise<Response> {
  const requestId = requestIdOf(request);
  return running.run(requestId, async () => {
    const begun = performance.now();
    const response = tracer ? await traced() : await handle(requestId);
    const ms = Math.round(performance.now() - begun);
    log.info(`${name}.answered`, { requestId, operation, status: response.status, ms });
    response.headers.set("x-request-id", requestId);
    return response;
  });

  function traced(): Promise<Response> {
    const attributes = { "http.request.method": request.method, "request.id": requestId };
    const span = { name: operation, kind: "server", attributes, parent: request.headers.get("traceparent") } as const;
    return (tracer as Tracer).span(span, async (note) => {
      const response = await handle(requestId);
      note({ "http.response.status_code": response.status });
      return response;
    });
  }
}
