import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aStory, smallPage, type Story } from "../../support/story.js";

type Value = { stringValue?: string; intValue?: number | string };
type Sent = {
  name: string;
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: { key: string; value: Value }[];
};

/** A collector that takes OTLP/HTTP JSON. */
async function aCollector() {
  const spans: Sent[] = [];
  const headers: Record<string, unknown>[] = [];
  const server: Server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      headers.push({ ...incoming.headers, path: incoming.url });
      const body = JSON.parse(Buffer.concat(chunks).toString("utf8")) as {
        resourceSpans: { scopeSpans: { spans: Sent[] }[] }[];
      };
      spans.push(...body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
      outgoing.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, spans, headers, close: () => server.close() };
}

const attribute = (span: Sent | undefined, key: string) => {
  const value = span?.attributes.find((one) => one.key === key)?.value;
  return value?.stringValue ?? Number(value?.intValue);
};

describe("with a collector", () => {
  const { fetch: untouched } = globalThis;
  let collector: Awaited<ReturnType<typeof aCollector>>;
  let story: Story;
  beforeAll(async () => {
    collector = await aCollector();
    // What the sweep revives begins a trace of its own, so it is left out of this.
    story = await aStory({
      sweepMs: 600_000,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_HEADERS: "api-key=a%20secret" },
    });
  });
  afterAll(async () => {
    await story.close();
    collector.close();
    globalThis.fetch = untouched;
  });

  const start = (headers: Record<string, string> = {}) =>
    untouched(`${story.world.url}/api/plan/start`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-org-id": String(story.world.env.DEMO_ORGANIZATION),
        ...headers,
      },
      body: JSON.stringify({ title: "CANARYTITLE" }),
    });
  const spanOf = (what: string, is: (span: Sent) => boolean) =>
    story.waitFor(what, () => collector.spans.find((span) => is(span)), 40_000);

  it("sends a span for each request, named after its operation, with its calls of the database below it", async () => {
    const response = await start({ "x-request-id": "request-1" });
    expect(response.status).toBe(200);
    const span = await spanOf("the request", ({ name }) => name === "startPlan");
    expect(attribute(span, "request.id")).toBe("request-1");
    expect(attribute(span, "http.response.status_code")).toBe(200);
    const call = await spanOf("its statement", ({ parentSpanId }) => parentSpanId === span.spanId);
    expect(attribute(call, "server.address")).toBe(new URL(story.world.url).host);
    expect(collector.headers[0]).toMatchObject({ path: "/v1/traces", "api-key": "a secret" });
  });

  it("goes on below the caller's span", async () => {
    const [traceId, spanId] = ["4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"];
    await start({ traceparent: `00-${traceId}-${spanId}-01` });
    const span = await spanOf("the caller's trace", (one) => one.traceId === traceId && one.name === "startPlan");
    expect(span.parentSpanId).toBe(spanId);
  });

  it("follows a mention from the webhook through its steps to what they ask of others, in one trace", async () => {
    const { agentSessionId } = story.linear.control.mention({
      issue: story.issue(),
      body: `please plan ${story.page(smallPage(), "CANARYTITLE").url}`,
    });
    const step = await spanOf("the step", ({ name }) => name === "step propose-plan");
    const webhook = await spanOf("the webhook", ({ name, traceId }) => name === "webhook" && traceId === step.traceId);
    expect(webhook.kind).toBe(2);
    const read = await spanOf(
      "the first step",
      ({ name, traceId }) => name === "step read-page" && traceId === step.traceId,
    );
    expect(attribute(read, "session.id")).toBe((await story.talk(agentSessionId).sessions())[0]?.id);
    expect(
      await spanOf("a call of a step", ({ parentSpanId, kind }) => parentSpanId === read.spanId && kind === 3),
    ).toBeTruthy();
  });

  it("tells the collector nothing of what people wrote, and no token", () => {
    const sent = JSON.stringify(collector.spans);
    expect(collector.spans.length).toBeGreaterThan(20);
    expect(sent).not.toContain("CANARY");
    for (const name of ["CRON_SECRET", "LINEAR_CLIENT_SECRET", "QSTASH_TOKEN", "TOKEN_KEYS"])
      expect(sent).not.toContain(String(story.world.env[name]));
  });

  it("does its work all the same when the collector is gone", async () => {
    collector.close();
    expect((await start()).status).toBe(200);
  });
});
