import { waitUntil } from "@vercel/functions";
import type { Tracer } from "../ports-operating.js";
import type { Environment } from "./env.js";
import { once } from "./once.js";

let known: { endpoint: string; tracer: Tracer } | undefined;

/** The tracer of this process, where the environment names a collector. OpenTelemetry is loaded by the first span, and never without one. */
export function tracing(env: Environment): Tracer | undefined {
  const endpoint = env.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint === undefined) return undefined;
  if (known?.endpoint === endpoint) return known.tracer;
  const tracer = lazyTracer(env, endpoint);
  known = { endpoint, tracer };
  globalThis.fetch = tracedFetch(globalThis.fetch, tracer);
  return tracer;
}

function lazyTracer(env: Environment, endpoint: string): Tracer {
  let loaded: Tracer | undefined;
  const load = once(async () => {
    const { otlpTracer } = await import("../otel/tracer.js");
    loaded = otlpTracer({
      endpoint,
      headers: readHeaders(env.OTEL_EXPORTER_OTLP_HEADERS ?? ""),
      service: env.OTEL_SERVICE_NAME,
      version: process.env.VERCEL_GIT_COMMIT_SHA ?? "local",
      waitUntil,
    });
    return loaded;
  });
  return {
    span: async (span, work) => (await load()).span(span, work),
    traceparent: () => loaded?.traceparent() ?? null,
  };
}

/** Calls of other services, as they leave through whichever SDK, below the span that makes them. Their host is told, what they ask for is not. */
const tracedFetch =
  (plain: typeof fetch, tracer: Tracer): typeof fetch =>
  (input, init) => {
    if (tracer.traceparent() === null) return plain(input, init);
    const { host } = new URL(input instanceof Request ? input.url : input);
    const method = init?.method ?? (input instanceof Request ? input.method : "GET");
    const attributes = { "http.request.method": method, "server.address": host };
    return tracer.span({ name: `${method} ${host}`, kind: "client", attributes }, async (note) => {
      const response = await plain(input, init);
      note({ "http.response.status_code": response.status });
      return response;
    });
  };

/** `name=value` with commas between, percent-encoded, as OpenTelemetry writes headers in its settings. */
export function readHeaders(text: string): Record<string, string> {
  const pairs = text.split(",").map((pair) => /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair));
  return Object.fromEntries(
    pairs.flatMap((pair) => (pair ? [[String(pair[1]).toLowerCase(), decodeURIComponent(String(pair[2]))]] : [])),
  ) as Record<string, string>;
}
