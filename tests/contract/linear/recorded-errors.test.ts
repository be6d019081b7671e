import { afterEach, describe, expect, it, vi } from "vitest";
import { FatalError, RetryableError } from "../../../lib/domain/errors.js";
import { linearErrors as errors, type RecordedAnswer, recordedLinear } from "./recorded-linear.js";

const now = Date.parse("2026-11-20T10:00:00.000Z");
const thought = { id: "a1", agentSessionId: "as-1", content: { type: "thought" as const, body: "Reading" } };
const noTeams = { data: { teams: { pageInfo: { hasNextPage: false, endCursor: null }, nodes: [] } } };

afterEach(() => void vi.useRealTimers());

describe("an answer that never comes whole", () => {
  it.each<[string, RecordedAnswer | Error, string]>([
    ["a broken connection", new TypeError("fetch failed"), "linear_unreachable"],
    ["a server error", { status: 500, body: "upstream error" }, "linear_unavailable"],
    ["a bad gateway whose body is whole", { status: 502, body: noTeams }, "linear_unavailable"],
    ["a body cut off in the middle", { body: '{"data":{"teams":{"nodes":[{"id":"se' }, "linear_unavailable"],
    ["a page that is not GraphQL", { body: "<html>Maintenance</html>" }, "linear_unavailable"],
    ["an answer without data", { body: {} }, "linear_unavailable"],
    ["data in another shape", { body: { data: { teams: [] } } }, "linear_unavailable"],
    ["an internal error", { body: { errors: [errors.internal] } }, "linear_unavailable"],
  ])("%s is for the queue to try again", async (_, answer, code) => {
    const { client, requests } = recordedLinear(answer);
    await expect(client.listTeams()).rejects.toSatisfy(
      (error) => error instanceof RetryableError && error.code === code,
    );
    expect(requests).toHaveLength(1);
  });

  it("is waited for no longer than the time-out", async () => {
    const { client } = recordedLinear(
      (_, signal) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    );
    await expect(client.listTeams()).rejects.toMatchObject({ code: "linear_unreachable" });
  });

  it("leaves nothing of its body in the error", async () => {
    const { client } = recordedLinear({ body: '{"data":{"secret-words' });
    const error = (await client.listTeams().catch((caught: unknown) => caught)) as RetryableError;
    expect(JSON.stringify([error.message, error.context, String(error.cause)])).not.toContain("secret-words");
  });
});

describe("the rate limit", () => {
  const limited = (headers: Record<string, string>) => ({
    status: 400,
    headers,
    body: { errors: [errors.rateLimited] },
  });
  const bucket = (name: string, remaining: number, resetInMs: number) => ({
    [`X-RateLimit-${name}-Limit`]: "5000",
    [`X-RateLimit-${name}-Remaining`]: String(remaining),
    [`X-RateLimit-${name}-Reset`]: String(now + resetInMs),
  });

  it.each<[string, Record<string, string>, number | null]>([
    [
      "until the bucket of requests is full",
      { ...bucket("Requests", 0, 70_000), ...bucket("Complexity", 9, 9_000) },
      70_000,
    ],
    [
      "until the bucket of points is full",
      { ...bucket("Requests", 9, 70_000), ...bucket("Complexity", 0, 9_000) },
      9_000,
    ],
    [
      "for the slower of two empty ones",
      { ...bucket("Requests", 0, 70_000), ...bucket("Complexity", 0, 9_000) },
      70_000,
    ],
    ["for an endpoint's own bucket", bucket("Endpoint-Requests", 0, 5_000), 5_000],
    ["not at all where the reset has passed", bucket("Requests", 0, -5), 0],
    ["as Retry-After says where no bucket is empty", { ...bucket("Requests", 9, 70_000), "Retry-After": "30" }, 30_000],
    ["as the queue sees fit where nothing is said", {}, null],
  ])("is waited out %s", async (_, headers, retryAfterMs) => {
    vi.useFakeTimers({ toFake: ["Date"], now });
    const { client } = recordedLinear(limited(headers));
    await expect(client.listTeams()).rejects.toMatchObject({ code: "linear_rate_limited", retryAfterMs });
  });

  it("may also come as 429", async () => {
    const { client } = recordedLinear({ status: 429, headers: { "Retry-After": "7" }, body: "slow down" });
    await expect(client.listTeams()).rejects.toMatchObject({ code: "linear_rate_limited", retryAfterMs: 7_000 });
  });

  it("is read from each answer, also from one that refuses", async () => {
    const { client } = recordedLinear(
      { body: noTeams, headers: { ...bucket("Requests", 4_000, 1_000), ...bucket("Complexity", 1_000, 2_000) } },
      limited({ ...bucket("Requests", 0, 3_000), ...bucket("Complexity", 900, 2_500) }),
      { body: noTeams },
    );
    expect(client.budget()).toBeNull();
    await client.listTeams();
    expect(client.budget()).toEqual({
      requestsLimit: 5_000,
      requestsRemaining: 4_000,
      complexityLimit: 5_000,
      complexityRemaining: 1_000,
      resetAt: now + 2_000,
    });
    await client.listTeams().catch(() => undefined);
    expect(client.budget()).toMatchObject({ requestsRemaining: 0, resetAt: now + 3_000 });
    await client.listTeams();
    expect(client.budget()).toMatchObject({ requestsRemaining: 0 });
  });
});

describe("the end of a run", () => {
  it.each<[string, RecordedAnswer, string]>([
    [
      "the grant is revoked, told with 401",
      { status: 401, body: { errors: [errors.unauthorized] } },
      "installation_revoked",
    ],
    ["the grant is revoked, told with 200", { body: { errors: [errors.unauthorized] } }, "installation_revoked"],
    ["the free plan is full", { status: 400, body: { errors: [errors.planFull] } }, "linear_plan_full"],
    ["the app may not enter", { status: 403, body: { errors: [errors.forbidden] } }, "linear_no_access"],
    ["Linear refuses a single request", { status: 400, body: { errors: [errors.refused("Nope")] } }, "linear_refused"],
  ])("comes where %s, in words for a person", async (_, answer, code) => {
    const error = await recordedLinear(answer)
      .client.createActivity(thought)
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(FatalError);
    expect(error).toMatchObject({ code });
    expect((error as FatalError).words).toMatch(/stays as it is\. .*(reply “retry”|mention me)/);
  });

  it("does not come from a refusal that names no type", async () => {
    const { client, refreshes } = recordedLinear({ status: 401, body: { errors: [errors.untyped] } });
    await expect(client.listTeams()).rejects.toMatchObject({ code: "linear_refused" });
    expect(refreshes()).toBe(0);
  });
});

describe("a token that Linear does not take", () => {
  it("is refreshed once, and the request is sent again", async () => {
    const { client, requests, refreshes } = recordedLinear(
      { status: 401, body: { errors: [errors.unauthorized] } },
      { body: noTeams },
    );
    await expect(client.listTeams()).resolves.toEqual([]);
    expect(requests.map(({ authorization }) => authorization)).toEqual(["Bearer token-0", "Bearer token-1"]);
    expect(refreshes()).toBe(1);
  });

  it("is not refreshed a second time", async () => {
    const { client, requests } = recordedLinear({ status: 401, body: { errors: [errors.unauthorized] } });
    await expect(client.listTeams()).rejects.toMatchObject({ code: "installation_revoked" });
    expect(requests).toHaveLength(2);
  });
});
