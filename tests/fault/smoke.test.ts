import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Databases, embeddedDatabases } from "../support/fault-database.js";
import { type PlannedWorld, planOnce } from "./planned-world.js";
import { type CleanRun, type KillPoint, runOnce } from "./run.js";
import { clean, type Scenario, scenarios } from "./scenarios.js";
import { type Bundle, bundleApp } from "./supervisor.js";
import { syncScenarios } from "./sync-scenarios.js";

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

describe("a page and its issues are in step when the application is killed", () => {
  let planned: PlannedWorld;
  beforeAll(async () => {
    planned = await planOnce(databases, bundle);
  }, patienceMs);

  it.each<[promise: string, of: string, point: Omit<KillPoint, "occurrence">]>([
    [
      "after a page write was put down",
      "the issues change",
      { kind: "confluence", key: "PUT /wiki/api/v2/pages/{id}", moment: "before" },
    ],
    [
      "between the page's new version and our commit",
      "the issues change",
      { kind: "confluence", key: "PUT /wiki/api/v2/pages/{id}", moment: "after" },
    ],
    [
      "between a new issue and our commit",
      "the page changes",
      { kind: "linear", key: "CreateIssues", moment: "after" },
    ],
    [
      "before the end of a run is committed",
      "both sides change",
      { kind: "neon", key: "commit sync end", moment: "before" },
    ],
  ])(
    "%s",
    async (_promise, of, point) => {
      const scenario = syncScenarios.find(({ name }) => name === `sync: ${of}`);
      if (!scenario) throw new Error(`there is no scenario “${of}”`);
      const result = await runOnce({
        databases,
        bundle,
        planned,
        scenario,
        seed: 1,
        slackMs: 5_000,
        kill: { occurrence: 1, ...point },
      });
      expect(result.problems).toEqual([]);
      expect(result.reached).toBe(true);
    },
    patienceMs,
  );
});
