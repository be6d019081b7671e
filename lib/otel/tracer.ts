import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { type Context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import type { Tracer } from "../ports-operating.js";

export type CollectorOptions = {
  /** Without `/v1/traces`. */
  endpoint: string;
  headers: Record<string, string>;
  service: string;
  version: string;
  /** Keeps the process at work until this is done. */
  waitUntil: (work: Promise<unknown>) => void;
  /** For how long spans are gathered before they are sent together. */
  momentMs?: number;
};

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL };

/** Spans for an OTLP/HTTP collector, sent behind the answers. One that cannot be reached costs spans and nothing else. */
export function otlpTracer(options: CollectorOptions): Tracer {
  const exporter = new OTLPTraceExporter({
    url: `${options.endpoint.replace(/\/$/, "")}/v1/traces`,
    headers: options.headers,
    timeoutMillis: 5_000,
  });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ "service.name": options.service, "service.version": options.version }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer(options.service);
  const running = new AsyncLocalStorage<Span>();
  let sending = false;

  function sendSoon(): void {
    if (sending) return;
    sending = true;
    const send = async () => {
      await pause(options.momentMs ?? 1_000, undefined, { ref: false });
      sending = false;
      await provider.forceFlush();
    };
    options.waitUntil(send().catch(() => undefined));
  }

  return {
    async span({ name, kind, attributes, parent }, work) {
      const above = running.getStore();
      const context = above ? trace.setSpan(ROOT_CONTEXT, above) : contextOf(parent);
      const span = tracer.startSpan(name, { kind: kinds[kind], attributes }, context);
      try {
        return await running.run(span, () => work((found) => noteOn(span, found)));
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR });
        span.setAttribute("error.type", nameOf(error));
        throw error;
      } finally {
        span.end();
        if (!above) sendSoon();
      }
    },
    traceparent() {
      const context = running.getStore()?.spanContext();
      if (!context) return null;
      return `00-${context.traceId}-${context.spanId}-${context.traceFlags.toString(16).padStart(2, "0")}`;
    },
  };
}

function noteOn(span: Span, found: Record<string, string | number>): void {
  span.setAttributes(found);
  if (Number(found["http.response.status_code"] ?? 0) >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
}

/** W3C Trace Context; what is none begins a trace of its own. */
function contextOf(traceparent: string | null | undefined): Context {
  const [, traceId, spanId, flags] =
    /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})/.exec(traceparent ?? "") ?? [];
  if (!traceId || !spanId || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags ?? "0", 16) & 1,
    isRemote: true,
  });
}

/** The code of an error of ours, else its kind; never its message. */
const nameOf = (error: unknown): string =>
  error instanceof Error ? ("code" in error && typeof error.code === "string" ? error.code : error.name) : "unknown";
