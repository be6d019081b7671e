import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Databases, embeddedDatabases } from "../support/fault-database.js";
import { type CleanRun, type KillPoint, runOnce } from "./run.js";
import { clean, type Scenario, scenarios } from "./scenarios.js";
import { type Bundle, bundleApp } from "./supervisor.js";

/** A run gives up by itself before this. */
const patienceMs = 90_000;

let databases: Databases;
let bundle: Bundle;
let cleanRun: CleanRun;

const run = (options: { scenario: Scenario; kill?: KillPoint }) =>
  runOnce({ databases, bundle, seed: 1, slackMs: 5_000, clean: cleanRun, ...options });

beforeAll(async () => {
  [databases, bundle] = await Promise.all([embeddedDatabases(), bundleApp()]);
  const first = await runOnce({ databases, bundle, scenario: clean, seed: 1, slackMs: 5_000 });
  expect(first.problems).toEqual([]);
  cleanRun = first;
}, patienceMs);

afterAll(async () => {
  await databases.close();
  bundle.dispose();
});

describe("everything exists once and is said once when the application is killed", () => {
  const storing = "select with delivery+person+engagement+moved+handed+logged+queued";
  it.each<[promise: string, point: Omit<KillPoint, "occurrence"> & { occurrence?: number }]>([
    ["after the mention was stored and before it was answered", { kind: "neon", key: storing, moment: "after" }],
    ["before the first step is published", { kind: "qstash", key: "publish read-page", moment: "before" }],
    ["after Linear took the first thought", { kind: "linear", key: "CreateActivity thought", moment: "after" }],
    ["after Confluence has rotated its tokens", { kind: "confluence", key: "POST /oauth/token", moment: "after" }],
    ["after the labels were made", { kind: "linear", key: "Write issueLabelCreate", moment: "after" }],
    [
      "between Linear's answer to a batch and our commit",
      { kind: "linear", key: "CreateIssues", occurrence: 2, moment: "after" },
    ],
    ["before the end is committed", { kind: "neon", key: "commit completed apply-links", moment: "before" }],
    ["after Linear took the final response", { kind: "linear", key: "CreateActivity response", moment: "after" }],
  ])(
    "%s",
    async (_promise, point) => {
      const result = await run({ scenario: clean, kill: { occurrence: 1, ...point } });
      expect(result.problems).toEqual([]);
      expect(result.reached).toBe(true);
    },
    patienceMs,
  );
});

describe("one right end each", () => {
  it.each(["each webhook twice", "step messages twice", "stop at CreateIssues #1", "two mentions of one page at once"])(
    "%s",
    async (name) => {
      const scenario = scenarios.find((one) => one.name === name);
      if (!scenario) throw new Error(`there is no scenario “${name}”`);
      expect((await run({ scenario })).problems).toEqual([]);
    },
  );
});
