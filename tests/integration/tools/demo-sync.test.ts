import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resultOf, runSyncDemo } from "../../../dev/demo-sync.js";
import { type DemoWorld, demoWorld } from "../../../dev/demo-world.js";
import { diffPages, diffTexts, markWords } from "../../../dev/text-diff.js";

/** `.ci/run demo` holds the command to its 40 seconds; here other tests may run beside it. */
const withinMs = 90_000;
const timeout = withinMs + 30_000;

describe("npm run demo -- --sync", () => {
  let world: DemoWorld;
  beforeAll(async () => {
    world = await demoWorld({});
  }, 60_000);
  afterAll(() => world.close());
  const file = "tests/fixtures/planning/00-demo.html";
  const body = readFileSync(file, "utf8");
  const told: string[] = [];
  const play = (answer: string, pageKey: string) =>
    runSyncDemo(world, { title: pageKey, body }, { answer, pageKey, withinMs, tell: (line) => void told.push(line) });

  it("says what is missing where there is nothing to follow", { timeout }, async () => {
    const report = await play("cancel", "cancelled");
    expect(resultOf(report)).toBe("Not in step, there is missing: issues that were made from the page.");
  });

  it("shows each side follow the other, a question answered, and nothing left to do", { timeout }, async () => {
    const { missing, plan, acts, pageVersion } = await play("create", "played");
    expect({ missing, status: plan.status }).toEqual({ missing: [], status: "completed" });
    const followed = acts.map((act) => act.followed.map(({ side }) => side).sort());
    expect(followed[0]?.length).toBeGreaterThanOrEqual(4);
    expect(new Set(followed[0])).toEqual(new Set(["issue"]));
    expect(followed.slice(1)).toEqual([["page"], [], ["issue", "page"], []]);
    expect(pageVersion).toBe(5);
    expect(told.join("\n")).toContain("ENG-11 points: 5 → 8");
  });

  it("goes on with the page as it stands where it is played again", { timeout }, async () => {
    const { missing, pageVersion } = await play("create", "played");
    expect(missing).toEqual([]);
    expect(pageVersion).toBe(9);
  });

  it("says how it is called where it is called otherwise", { timeout: 60_000 }, async () => {
    const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
      execFile(process.execPath, ["--import", "tsx", "dev/demo.ts", "--sync", "--fast"], (error, _, stderr) =>
        resolve({ code: error?.code, stderr }),
      );
    });
    expect(code).toBe(1);
    expect(stderr).toContain("Usage: npm run demo -- [--sync]");
  });
});

describe("the difference of two pages", () => {
  const row = (points: number, title = "Pay by card") =>
    `<table><tbody><tr><th>Story</th><th>Points</th></tr><tr><td>US-1: ${title}</td><td>${points}</td></tr></tbody></table>`;

  it("is the lines that people read, under their items, with the words marked that are others", () => {
    expect(diffPages(row(3), row(5)).lines).toEqual(["@@ US-1 Pay by card", "- [-3-]", "+ {+5+}"]);
    expect(diffPages(row(3), row(3, "Pay by debit card")).lines).toEqual([
      "@@ US-1 Pay by debit card",
      "- US-1: Pay by card",
      "+ US-1: Pay by {+debit +}card",
    ]);
  });

  it("counts the bytes that went and came, and no others", () => {
    const bytes = Buffer.byteLength(row(13));
    expect(diffPages(row(3), row(13))).toMatchObject({ removedBytes: 1, addedBytes: 2, bytes });
    expect(diffPages(row(3), row(3))).toEqual({ lines: [], removedBytes: 0, addedBytes: 0, bytes: bytes - 1 });
  });

  it("marks no words in a line that is new or gone", () => {
    expect(markWords(null, "new")).toEqual({ before: null, after: "new" });
    expect(diffTexts("one\n\ntwo", "one\n\nthree things\n\ntwo")).toEqual(["+ three things"]);
  });
});
