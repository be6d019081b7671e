import { neon, neonConfig } from "@neondatabase/serverless";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { controlRoutes } from "../../../dev/control.js";
import { serve, simulatorRoutes } from "../../../dev/host.js";
import { lockDirectory } from "../../../dev/lock.js";
import { openPglite } from "../../../dev/neon/pglite.js";
import { neonSimulator } from "../../../dev/neon/simulator.js";
import { neonHttpContract } from "./suite.js";

neonHttpContract("PGlite", () => openPglite());

describe("A database directory", () => {
  const dirs: string[] = [];
  const aDirectory = () => {
    const dir = join(mkdtempSync(join(tmpdir(), "lock-")), "data");
    dirs.push(dir);
    return dir;
  };
  afterEach(() => dirs.splice(0).forEach((dir) => rmSync(join(dir, ".."), { recursive: true, force: true })));

  it("keeps its rows from one owner to the next, and has one owner at a time", async () => {
    const dir = aDirectory();
    const before = await openPglite(dir);
    await before.exec("create table kept (word text); insert into kept values ('still here')");
    await expect(openPglite(dir)).rejects.toThrow(`${dir} is in use by process ${process.pid}`);
    await before.close();

    const after = await openPglite(dir);
    const [result] = await after.run([{ query: "select word from kept", params: [] }], { transaction: null });
    await after.close();
    expect(result?.rows).toEqual([["still here"]]);
  });

  it("is taken over from an owner that has died", () => {
    const dir = aDirectory();
    const lock = join(import.meta.dirname, "../../../dev/lock.ts");
    const script = `const { lockDirectory } = await import(${JSON.stringify(lock)}); lockDirectory(${JSON.stringify(dir)}); process.kill(process.pid, "SIGKILL");`;
    expect(() => execFileSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script])).toThrow(
      "Command failed",
    );
    expect(existsSync(join(dir, "owner.json"))).toBe(true);

    const unlock = lockDirectory(dir);
    expect(JSON.parse(readFileSync(join(dir, "owner.json"), "utf8"))).toMatchObject({ pid: process.pid });
    unlock();
    expect(existsSync(join(dir, "owner.json"))).toBe(false);
  });

  it("is taken over where another process has got the dead owner's id", () => {
    const dir = aDirectory();
    lockDirectory(dir)();
    writeFileSync(join(dir, "owner.json"), JSON.stringify({ pid: process.pid, startedAt: "an earlier boot" }));

    expect(() => lockDirectory(dir)()).not.toThrow();
  });
});

describe("Neon among the simulators", () => {
  it("is reached by the production driver through its endpoint's URL alone", async () => {
    const neonHere = neonSimulator(await openPglite());
    const host = await serve({
      port: 0,
      routes: { ...simulatorRoutes([neonHere]), "/control": controlRoutes([neonHere]) },
    });
    neonConfig.fetchEndpoint = `${host.url}/neon/sql`;
    try {
      const sql = neon("postgres://local:local@localhost/local");
      await sql`create table words (word text)`;
      await sql`insert into words values ('né')`;
      expect(await sql`select word from words`).toEqual([{ word: "né" }]);

      const body = JSON.stringify({ sql: "select word, 1 as n from words" });
      const shown = await fetch(`${host.url}/control/neon/query`, { method: "POST", body });
      expect(await shown.json()).toEqual([{ word: "né", n: "1" }]);
    } finally {
      await host.close();
      await neonHere.close();
    }
  });
});
