import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Preview } from "../../../lib/ports-sync.js";
import { aScene } from "../../support/scene.js";
import { type ApiWorld, apiWorld, type Person } from "../../support/api-world.js";

let world: ApiWorld;
let server: Server;
let url: string;
let ada: Person;
let plan: string;
let done: string;
const preview: NonNullable<Preview> = {
  pageVersion: 3,
  linear: [
    { title: "Sign in", identifier: "ENG-7", act: "change", change: { estimate: { from: 3, to: 5 } } },
    { title: "Sign out", identifier: null, act: "create", change: { title: { from: null, to: "Sign out" } } },
  ],
  page: [{ at: 40, from: "Medium", to: "High" }],
  leftOut: [{ title: "Sign up", reason: "There is no column for it" }],
  comments: [{ side: "page", title: "Sign in" }],
  conflicts: 1,
};

beforeAll(async () => {
  // What a preview says is for its own test; here it is how it reads.
  world = await apiWorld({ deps: { preview: async () => preview } });
  world.deps.world = { ...world.deps.world, queue: { publish: async () => ({ messageId: randomUUID() }) } };
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = chunks.length > 0 ? { body: Buffer.concat(chunks) } : {};
      const init = { method: request.method ?? "GET", headers: request.headers as Record<string, string>, ...body };
      void world.send(request.url ?? "", init).then(async (answer) => {
        response.writeHead(answer.status, Object.fromEntries(answer.headers));
        response.end(await answer.text());
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  url = `http://localhost:${(server.address() as AddressInfo).port}`;
  ada = await world.aPerson(await world.anOrganization(), { role: "admin" });
  const scene = await aScene(world, ada);
  [plan, done] = [scene.plan, scene.syncRun];
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await world.close();
});

/** Runs the tool as a person does. */
function run(args: string[], env: Record<string, string> = {}) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(
      process.execPath,
      ["--import", "tsx", "scripts/sync.ts", ...args],
      { env: { ...process.env, PLANNING_AGENT_URL: url, PLANNING_AGENT_TOKEN: ada.token, ...env } },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

describe("npm run sync", () => {
  it("prints every write of a dry run on both sides", async () => {
    const { code, stdout } = await run([plan, "--dry-run"]);
    expect([code, stdout.trim().split("\n")]).toEqual([
      0,
      [
        "Linear: 2 issues",
        "  ENG-7 Sign in: change",
        "    estimate: 3 → 5",
        "  (new) Sign out: new issue",
        "    title: (nothing) → Sign out",
        "Page: 1 changes of version 3",
        "  at 40",
        "    - Medium",
        "    + High",
        "Not on the page, which has no place for it:",
        "  Sign up: There is no column for it",
        "Comment about Sign in, to the page",
        "1 conflicts wait for a person.",
        "Nothing was written.",
      ],
    ]);
    expect(JSON.parse((await run([plan, "--dry-run", "--json"])).stdout)).toEqual({ planId: plan, ...preview });
  });

  it("asks for a run, lists what runs have done, and takes one back", async () => {
    expect(await run([plan])).toMatchObject({ code: 0, stdout: expect.stringContaining("A run begins.") });
    const { stdout } = await run([plan, "--history"]);
    expect(stdout).toContain(done);
    expect(await run([plan, "--undo", done])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("is being taken back"),
    });
    const [row] = await world.db.query<{ due: string }>(sql`select due_undo as due from plans where id = ${plan}`);
    expect(row?.due).toBe(done);
  });

  it.each([
    ["an unknown plan", () => run([randomUUID()]), "plan_not_found"],
    ["an unknown run", () => run([plan, "--undo", randomUUID()]), "sync_run_not_found"],
    ["a token that nobody has", () => run([plan], { PLANNING_AGENT_TOKEN: "lpa_guess" }), "not_signed_in"],
    ["a server that is not there", () => run([plan], { PLANNING_AGENT_URL: "http://127.0.0.1:1" }), "no_answer"],
  ])("says why it failed, with %s", async (_name, act, said) => {
    const { code, stdout, stderr } = await act();
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(said);
    expect(stderr).not.toContain("    at ");
  });

  it.each([
    ["no plan", []],
    ["an address of a page", ["https://acme.atlassian.net/wiki/spaces/PLAN/pages/4711"]],
    ["something that is no id", ["4711"]],
    ["two things at once", [randomUUID(), "--dry-run", "--history"]],
    ["an unknown option", [randomUUID(), "--force"]],
  ])("shows how it is used, with %s", async (_name, args) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("npm run sync -- PLAN_ID");
  });
});
