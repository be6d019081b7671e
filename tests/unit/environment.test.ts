import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Environment, readEnvironment } from "../../lib/compose/env.js";

type Variable = { name: string; value: string; isNeeded: boolean; comment: string };

/** Read by scripts alone, so not part of what the functions need. */
const ofScripts = ["DATABASE_URL_UNPOOLED"];

const complete = {
  PUBLIC_URL: "https://agent.example.com",
  DATABASE_URL: "postgres://user:password@host.example.com/planning",
  TOKEN_KEYS: "k1:c2VjcmV0",
  LINEAR_CLIENT_ID: "linear-id",
  LINEAR_CLIENT_SECRET: "linear-secret",
  LINEAR_WEBHOOK_SECRET: "linear-webhook-secret",
  CONFLUENCE_CLIENT_ID: "confluence-id",
  CONFLUENCE_CLIENT_SECRET: "confluence-secret",
  QSTASH_TOKEN: "qstash-token",
  QSTASH_CURRENT_SIGNING_KEY: "current",
  QSTASH_NEXT_SIGNING_KEY: "next",
};

describe(".env.example", () => {
  const listed = variablesOf(readFileSync(join(import.meta.dirname, "../../.env.example"), "utf8"));

  it("lists exactly the settings, each once", () => {
    const names = listed.map(({ name }) => name).sort();
    expect(names).toEqual([...Object.keys(Environment.shape), ...ofScripts].sort());
  });

  it("says of each what it is", () => {
    expect(listed.filter(({ comment }) => comment.length < 12).map(({ name }) => name)).toEqual([]);
  });

  it("leaves to fill in exactly what must be set", () => {
    const needed = listed.filter(({ isNeeded }) => isNeeded).map(({ name }) => name);
    expect(needed.sort()).toEqual(Object.keys(complete).sort());
  });

  it("shows the values that settings have when they are not set", () => {
    const shown = listed.filter(({ isNeeded, value }) => !isNeeded && value !== "");
    const defaults = readEnvironment(complete) as Record<string, unknown>;
    expect(shown.map(({ name, value }) => [name, value])).toEqual(
      shown.map(({ name }) => [name, String(defaults[name])]),
    );
  });
});

describe("the environment", () => {
  it("is complete with what must be set", () => {
    expect(readEnvironment(complete)).toMatchObject({ ...complete, QSTASH_RETRIES: 3, LEASE_MS: 20_000 });
  });

  it("takes an empty value for one that is not set", () => {
    expect(readEnvironment({ ...complete, LINEAR_API_URL: "" }).LINEAR_API_URL).toBe("https://api.linear.app");
    expect(() => readEnvironment({ ...complete, QSTASH_TOKEN: "" })).toThrow("QSTASH_TOKEN: is not set");
  });

  it.each(Object.keys(complete))("names %s where it is missing", (name) => {
    expect(() => readEnvironment({ ...complete, [name]: undefined })).toThrow(`${name}: is not set`);
  });

  it("tells of all problems in one message", () => {
    const { message } = problemOf({ ...complete, PUBLIC_URL: undefined, QSTASH_TOKEN: undefined, LEASE_MS: "soon" });
    expect(message).toMatch(/PUBLIC_URL: is not set.*QSTASH_TOKEN: is not set.*LEASE_MS: /s);
  });

  it("prints no values, whatever is wrong with them", () => {
    const canary = "canary-7f3a";
    const wrong = Object.fromEntries(Object.keys(Environment.shape).map((name) => [name, canary]));
    const { message } = problemOf(wrong);
    expect(message).toContain("DATABASE_URL");
    expect(message).not.toContain(canary);
  });
});

describe("the demo user", () => {
  const demo = { ...complete, DEMO_ORGANIZATION: "test-org-123" };
  const local = ["http://localhost:3000", "http://localhost", "http://127.0.0.1:8080", "http://[::1]:3000"];
  const foreign = [
    "https://agent.example.com",
    "https://my.vercel.app",
    "http://10.0.0.7:3000",
    "http://localhost.evil.test",
  ];

  it.each(local)("is there where the configuration says so, at %s", (url) => {
    expect(readEnvironment({ ...demo, PUBLIC_URL: url }).DEMO_ORGANIZATION).toBe("test-org-123");
    expect(readEnvironment({ ...complete, PUBLIC_URL: url }).DEMO_ORGANIZATION).toBeUndefined();
  });

  it.each([
    ...foreign.map((url): [string, Record<string, string>] => [url, { PUBLIC_URL: url }]),
    ["Vercel", { PUBLIC_URL: "http://localhost:3000", VERCEL: "1" }],
    ["Vercel's preview", { PUBLIC_URL: "http://localhost:3000", VERCEL_ENV: "preview" }],
    ["a function", { PUBLIC_URL: "http://localhost:3000", AWS_LAMBDA_FUNCTION_NAME: "api" }],
    ["NODE_ENV production", { PUBLIC_URL: "http://localhost:3000", NODE_ENV: "production" }],
  ])("is impossible in production: %s", (_, where) => {
    expect(problemOf({ ...demo, ...where }).message).toMatch(/DEMO_ORGANIZATION.*localhost/);
    expect(readEnvironment({ ...complete, ...where }).DEMO_ORGANIZATION).toBeUndefined();
  });
});

function problemOf(variables: Record<string, string | undefined>): Error {
  try {
    readEnvironment(variables);
  } catch (error) {
    return error as Error;
  }
  throw new Error("The environment was taken as complete");
}

/** `NAME=value`, or `# NAME=value` where there is a default, below the lines that explain it. */
function variablesOf(text: string): Variable[] {
  const lines = text.split("\n");
  const assignment = /^(# )?([A-Z][A-Z0-9_]+)=(.*)$/;
  return lines.flatMap((line, index) => {
    const [found, mark, name = "", value = ""] = assignment.exec(line) ?? [];
    if (found === undefined) return [];
    const explained = lines.slice(0, index).findLastIndex((above) => !above.startsWith("#") || assignment.test(above));
    const comment = lines.slice(explained + 1, index).map((above) => above.replace(/^# ?/, ""));
    return [{ name, value, isNeeded: mark === undefined, comment: comment.join(" ") }];
  });
}
