import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { appRoutes, silent } from "../../dev/app.js";
import { readEnvironment } from "../../lib/compose/env.js";

type Routing = {
  functions: Record<string, { maxDuration: number; supportsCancellation?: boolean }>;
  rewrites: { source: string; destination: string }[];
  crons: { path: string; schedule: string }[];
  framework: null;
  outputDirectory: string;
};

const root = join(import.meta.dirname, "../..");
const routing = JSON.parse(readFileSync(join(root, "vercel.json"), "utf8")) as Routing;
const files = readdirSync(join(root, "api"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => `api/${name}`)
  .sort();
const pathOf = (file: string) => `/${file.replace(/\.ts$/, "")}`;

describe("vercel.json", () => {
  it("gives each function of api/ its duration, and no other", () => {
    expect(Object.keys(routing.functions).sort()).toEqual(files);
  });

  it("stays within the durations of every plan", () => {
    for (const { maxDuration } of Object.values(routing.functions)) {
      expect(maxDuration).toBeGreaterThanOrEqual(15);
      expect(maxDuration).toBeLessThanOrEqual(300);
    }
  });

  it("lets the function of streams run as long as a stream may, and ends it with its reader", () => {
    const { STREAM_MAX_AGE_MS } = readEnvironment(anEnvironment());
    expect(routing.functions["api/stream.ts"]).toEqual({
      maxDuration: STREAM_MAX_AGE_MS / 1_000,
      supportsCancellation: true,
    });
  });

  it("sends streams to their own function before the rest of their paths goes to the API", () => {
    const first = (path: string) => routing.rewrites.find(({ source }) => new RegExp(`^${source}$`).test(path));
    expect(first("/api/plan/1/stream")?.destination).toBe("/api/stream");
    expect(first("/api/v1/sessions/1/stream")?.destination).toBe("/api/stream");
    expect(first("/api/plan/1")?.destination).toBe("/api/v1");
  });

  it("sends every rewrite to a function or a static file that is there", () => {
    const paths = [...files.map(pathOf), ...readdirSync(join(root, routing.outputDirectory)).map((file) => `/${file}`)];
    expect(routing.rewrites.filter(({ destination }) => !paths.includes(destination))).toEqual([]);
  });

  it("runs a cron job at most once a day, as the smallest plan demands, on a function that answers GET", () => {
    for (const { path, schedule } of routing.crons) {
      expect(schedule).toMatch(/^\d+ \d+ \* \* \*$/);
      expect(readFileSync(join(root, `${path.slice(1)}.ts`), "utf8")).toContain("export const GET");
    }
  });

  it("serves static files from a directory that is there", () => {
    expect(routing.framework).toBeNull();
    expect(readdirSync(join(root, routing.outputDirectory))).toContain("index.html");
  });
});

describe("the local application", () => {
  const localPaths = Object.keys(appRoutes(readEnvironment(anEnvironment()), silent)).sort();

  it("answers where the deployment does: functions at their own path, or at what is rewritten to them", () => {
    const toFunctions = routing.rewrites.filter(({ destination }) => destination.startsWith("/api/"));
    const rewritten = new Set(toFunctions.map(({ destination }) => destination));
    const prefixes = toFunctions.map(({ source }) => source.replace(/\/\(\.\*\)$/, "").replaceAll("([^/]+)", "*"));
    const direct = files.map(pathOf).filter((path) => !rewritten.has(path));
    expect(localPaths).toEqual([...direct, ...prefixes].sort());
  });
});

function anEnvironment(): Record<string, string> {
  const url = "http://localhost:1";
  return {
    PUBLIC_URL: url,
    DATABASE_URL: "postgres://local:local@localhost/local",
    TOKEN_KEYS: `local:${Buffer.alloc(32).toString("base64")}`,
    LINEAR_CLIENT_ID: "id",
    LINEAR_CLIENT_SECRET: "secret",
    LINEAR_WEBHOOK_SECRET: "secret",
    CONFLUENCE_CLIENT_ID: "id",
    CONFLUENCE_CLIENT_SECRET: "secret",
    QSTASH_TOKEN: "token",
    QSTASH_CURRENT_SIGNING_KEY: "current",
    QSTASH_NEXT_SIGNING_KEY: "next",
  };
}
