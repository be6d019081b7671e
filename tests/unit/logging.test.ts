import { describe, expect, it } from "vitest";
import { jsonLog } from "../../lib/compose/log.js";
import { readHeaders } from "../../lib/compose/tracing.js";
import { inRequest } from "../../lib/http/request.js";

const aRequest = (headers: Record<string, string> = {}) => new Request("http://localhost/api", { headers });

async function linesOf(request: Request, handle: () => Promise<void>) {
  const lines: Record<string, unknown>[] = [];
  const log = jsonLog((line) => lines.push(JSON.parse(line) as Record<string, unknown>));
  const response = await inRequest(request, { log, name: "webhook", operation: "webhook" }, async () => {
    await handle();
    log.info("step.ran", { sessionId: "s" });
    return Response.json({});
  });
  return { lines, response };
}

describe("a log line", () => {
  it("is one JSON object that says when and for which request", async () => {
    const { lines, response } = await linesOf(aRequest({ "x-request-id": "mine" }), async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
    });
    expect(lines.map(({ event }) => event)).toEqual(["step.ran", "webhook.answered"]);
    for (const line of lines) expect(line).toMatchObject({ requestId: "mine", level: "info" });
    expect(new Date(String(lines[0]?.at)).toISOString()).toBe(lines[0]?.at);
    expect(lines[1]).toMatchObject({ status: 200, operation: "webhook" });
    expect(response.headers.get("x-request-id")).toBe("mine");
  });

  it("belongs to its own request where many run at once", async () => {
    const all = await Promise.all(
      ["a", "b", "c"].map((id) => linesOf(aRequest({ "x-request-id": id }), () => Promise.resolve())),
    );
    expect(all.map(({ lines }) => lines.map(({ requestId }) => requestId))).toEqual([
      ["a", "a"],
      ["b", "b"],
      ["c", "c"],
    ]);
  });

  it("takes the platform's id where the caller has none, and none that is no plain word", async () => {
    const idOf = async (headers: Record<string, string>) =>
      (await linesOf(aRequest(headers), () => Promise.resolve())).response.headers.get("x-request-id");
    expect(await idOf({ "x-vercel-id": "fra1::abcde-1700000000000-0123456789ab" })).toBe(
      "fra1::abcde-1700000000000-0123456789ab",
    );
    expect(await idOf({ "x-request-id": 'a"b {}' })).toMatch(/^[\da-f-]{36}$/);
  });

  it("names no request outside of one", () => {
    const lines: string[] = [];
    jsonLog((line) => lines.push(line)).warn("sweep.failed", {});
    expect(Object.keys(JSON.parse(lines[0] ?? "") as object)).toEqual(["at", "level", "event"]);
  });
});

it("reads a collector's headers as OpenTelemetry writes them", () => {
  expect(readHeaders("Authorization=Basic%20abc%3D, x-team = blue,")).toEqual({
    authorization: "Basic abc=",
    "x-team": "blue",
  });
});
