import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DrizzleSnapshotJSON, generateDrizzleJson, generateMigration } from "drizzle-kit/api";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { migrate as migrateLocally } from "../../../dev/migrate.js";
import { openPostgres } from "../../../dev/neon/postgres.js";
import * as core from "../../../lib/db/schema.js";
import * as access from "../../../lib/db/schema-access.js";
import * as live from "../../../lib/db/schema-live.js";
import * as messages from "../../../lib/db/schema-messages.js";
import * as metrics from "../../../lib/db/schema-metrics.js";
import * as sync from "../../../lib/db/schema-sync.js";
import * as views from "../../../lib/db/schema-views.js";
import { applyMigrations } from "../../../scripts/migrate.js";
import { createDatabase } from "../../support/postgres.js";
import { testServer } from "../../support/test-database.js";

const drizzle = join(import.meta.dirname, "../../../drizzle");
type Journal = { entries: { idx: number; version: string; when: number; tag: string; breakpoints: boolean }[] };
const readJournal = (folder: string) => JSON.parse(readFileSync(join(folder, "meta/_journal.json"), "utf8")) as Journal;

it("The journal's stamps rise from each migration to the next", () => {
  const stamps = readJournal(drizzle).entries.map(({ when }) => when);
  expect(stamps.every((when, index) => index === 0 || when > (stamps[index - 1] ?? 0))).toBe(true);
});

it("The migrations make the schema as it is (npm run db:generate)", async () => {
  const newest = readJournal(drizzle).entries.at(-1)?.idx ?? 0;
  const snapshot = readFileSync(join(drizzle, `meta/${String(newest).padStart(4, "0")}_snapshot.json`), "utf8");
  const migrated = JSON.parse(snapshot) as DrizzleSnapshotJSON;

  expect(
    await generateMigration(
      migrated,
      generateDrizzleJson({ ...core, ...access, ...live, ...messages, ...metrics, ...sync, ...views }, migrated.id),
    ),
  ).toEqual([]);
});

describe.runIf(testServer !== "")("with a PostgreSQL server (TEST_POSTGRES_URL)", () => {
  let url: string;
  let folder: string;
  beforeEach(async () => {
    url = await createDatabase(testServer, `migrate_${process.pid}`);
    folder = mkdtempSync(join(tmpdir(), "migrations-"));
    mkdirSync(join(folder, "meta"));
    writeFileSync(
      join(folder, "meta/_journal.json"),
      JSON.stringify({ version: "7", dialect: "postgresql", entries: [] }),
    );
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const query = async (text: string): Promise<Record<string, unknown>[]> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query<Record<string, unknown>>(text);
    await client.end();
    return rows;
  };
  const applied = () => query("select hash, created_at from drizzle.__drizzle_migrations order by created_at");
  const exists = async (table: string) => (await query(`select to_regclass('${table}') as t`))[0]?.t !== null;
  const addMigration = (tag: string, when: number, script: string) => {
    const journal = readJournal(folder);
    journal.entries.push({ idx: journal.entries.length, version: "7", when, tag, breakpoints: true });
    writeFileSync(join(folder, "meta/_journal.json"), JSON.stringify(journal));
    writeFileSync(join(folder, `${tag}.sql`), script);
  };
  const run = (environment: Record<string, string>) =>
    spawnSync(process.execPath, ["--import", "tsx", "scripts/migrate.ts"], {
      cwd: join(drizzle, ".."),
      encoding: "utf8",
      env: { PATH: process.env.PATH, ...environment },
    });

  it("brings an empty database up to date, and finds nothing to do the second time", async () => {
    const first = run({ DATABASE_URL_UNPOOLED: url, DATABASE_URL: "postgres://nobody@127.0.0.1:1/nothing" });
    expect([first.status, first.stdout, first.stderr]).toEqual([0, expect.stringContaining("Applied 0000_"), ""]);
    expect(await exists("planning_sessions")).toBe(true);
    expect(await applied()).toHaveLength(readJournal(drizzle).entries.length);

    const second = run({ DATABASE_URL: url });
    expect([second.status, second.stdout]).toEqual([0, "The database is up to date\n"]);
  });

  it("says what is missing or wrong in one line without a password, and fails", () => {
    const without = run({});
    expect([without.status, without.stderr]).toEqual([
      1,
      expect.stringContaining("DATABASE_URL_UNPOOLED (or DATABASE_URL) is not set"),
    ]);
    const pooled = run({ DATABASE_URL: "postgres://someone:s3cret@ep-1-pooler.neon.example/nothing" });
    expect([pooled.status, pooled.stderr]).toEqual([1, expect.stringContaining("This is the pooled address")]);
    const unreachable = run({ DATABASE_URL: "postgres://someone:s3cret@127.0.0.1:1/nothing" });
    expect([unreachable.status, unreachable.stderr]).toEqual([
      1,
      expect.stringContaining("The database was not migrated. "),
    ]);
    expect(unreachable.stderr).not.toContain("s3cret");
  });

  it("applies each migration once where several start at the same time", async () => {
    const all = await Promise.all([1, 2, 3, 4].map(() => applyMigrations(url)));

    expect(all.filter((one) => one.applied.length > 0)).toHaveLength(1);
    expect(await applied()).toHaveLength(readJournal(drizzle).entries.length);
  });

  it("applies in the order of the journal, and only what is new", async () => {
    addMigration("0000_first", 1000, "create table first (id int primary key);");
    expect(await applyMigrations(url, folder)).toEqual({ applied: ["0000_first"] });
    addMigration(
      "0001_second",
      2000,
      "create table second (id int references first);--> statement-breakpoint\ncreate index on second (id);",
    );
    expect(await applyMigrations(url, folder)).toEqual({ applied: ["0001_second"] });
    expect(await exists("second")).toBe(true);
  });

  it("leaves nothing behind of several migrations where one fails", async () => {
    addMigration("0000_first", 1000, "create table first (id int primary key);");
    addMigration("0001_broken", 2000, "create table broken (id nonsense);");

    await expect(applyMigrations(url, folder)).rejects.toMatchObject({ cause: { code: "42704" } });

    expect(await exists("first")).toBe(false);
    expect(await applied()).toEqual([]);
  });

  it("refuses a migration that would be skipped because a later one is applied, and changes nothing", async () => {
    addMigration("0000_first", 2000, "create table first (id int primary key);");
    await applyMigrations(url, folder);
    writeFileSync(join(folder, "meta/_journal.json"), JSON.stringify({ entries: [] }));
    addMigration("0000_earlier", 1000, "create table earlier (id int primary key);");
    addMigration("0001_first", 2000, "create table first (id int primary key);");
    addMigration("0002_later", 3000, "create table later (id int primary key);");

    await expect(applyMigrations(url, folder)).rejects.toThrow("0000_earlier would be skipped");

    expect([await exists("earlier"), await exists("later")]).toEqual([false, false]);
  });

  it("refuses a journal whose stamps do not rise", async () => {
    addMigration("0000_first", 2000, "select 1;");
    addMigration("0001_second", 2000, "select 1;");

    await expect(applyMigrations(url, folder)).rejects.toThrow("0001_second is stamped no later than 0000_first");
  });

  it("refuses a migration that has changed since it was applied", async () => {
    addMigration("0000_first", 1000, "create table first (id int primary key);");
    await applyMigrations(url, folder);
    writeFileSync(join(folder, "0000_first.sql"), "create table first (id text primary key);");

    await expect(applyMigrations(url, folder)).rejects.toThrow("0000_first has changed since");
  });

  it("knows a database again that the local world has migrated, and the other way round", async () => {
    const engine = openPostgres(url, { max: 1 });
    await migrateLocally(engine);
    expect(await applyMigrations(url)).toEqual({ applied: [] });
    await migrateLocally(engine);
    await engine.close();
    cpSync(drizzle, folder, { recursive: true });
    expect(await applyMigrations(url, folder)).toEqual({ applied: [] });
    expect(await applied()).toHaveLength(readJournal(drizzle).entries.length);
  });
});
