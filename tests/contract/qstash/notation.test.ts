import { describe, expect, it } from "vitest";
import { readCron } from "../../../dev/qstash/cron.js";
import { readDuration, readRetryAfter } from "../../../dev/qstash/duration.js";
import { readRetryDelay } from "../../../dev/qstash/retry-delay.js";

describe("A retry delay", () => {
  it.each([
    ["1000", 0, 1000],
    ["1000 * (1 + retried)", 2, 3000],
    ["pow(2, retried) * 1000", 3, 8000],
    ["min(60000, pow(2, retried) * 1000)", 10, 60_000],
    ["max(1, 2, 3) - 10 / 4 - 0.25", 0, 0.25],
    ["-(2 - 5) * floor(1.9)", 0, 3],
    ["round(sqrt(16)) + abs(-1) + ceil(0.1) + exp(0)", 0, 7],
  ])("%s after %i retries is %d ms", (text, retried, delay) => {
    expect(readRetryDelay(text)(retried)).toBe(delay);
  });

  it.each(["", "1 +", "retries", "pow(2", "1 2", "constructor(1)", "process.exit(1)", "2 ** 3", "(1"])(
    "%j is none",
    (text) => {
      expect(() => readRetryDelay(text)).toThrow("is no retry delay");
    },
  );
});

describe("A duration", () => {
  it.each([
    ["30s", 30_000],
    ["6m5s", 365_000],
    ["1d2h", 93_600_000],
    ["soon", null],
    ["5", null],
  ])("%s is %s ms", (text, ms) => {
    expect(readDuration(text)).toBe(ms);
  });

  it("in Retry-After is seconds, a date or a notation, and nothing else", () => {
    const now = Date.UTC(2026, 0, 1);

    expect(readRetryAfter("12", now)).toBe(12_000);
    expect(readRetryAfter("6m5s", now)).toBe(365_000);
    expect(readRetryAfter("Thu, 01 Jan 2026 00:01:00 GMT", now)).toBe(60_000);
    expect(readRetryAfter("Wed, 31 Dec 2025 00:00:00 GMT", now)).toBe(0);
    expect(readRetryAfter("later", now)).toBeNull();
    expect(readRetryAfter(null, now)).toBeNull();
  });
});

describe("A cron expression", () => {
  const next = (cron: string, after: string) => new Date(readCron(cron)(Date.parse(after))).toISOString();

  it.each([
    ["* * * * *", "2026-03-01T10:00:00.500Z", "2026-03-01T10:01:00.000Z"],
    ["*/15 * * * *", "2026-03-01T10:16:00Z", "2026-03-01T10:30:00.000Z"],
    ["30 6 * * 1-5", "2026-03-06T07:00:00Z", "2026-03-09T06:30:00.000Z"],
    ["0 0 1,15 * *", "2026-03-02T00:00:00Z", "2026-03-15T00:00:00.000Z"],
    ["0 12 * * 7", "2026-03-02T00:00:00Z", "2026-03-08T12:00:00.000Z"],
    ["CRON_TZ=Europe/Berlin 0 4 * * *", "2026-07-01T00:00:00Z", "2026-07-01T02:00:00.000Z"],
  ])("%s after %s fires at %s", (cron, after, at) => {
    expect(next(cron, after)).toBe(at);
  });

  it.each(["* * * *", "60 * * * *", "* * 0 * *", "a * * * *", "*/0 * * * *", "5-1 * * * *"])("%s is none", (cron) => {
    expect(() => readCron(cron)).toThrow("is no cron expression");
  });
});
