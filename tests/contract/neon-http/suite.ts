import { type NeonDbError, neon, neonConfig } from "@neondatabase/serverless";
import { DrizzleQueryError, eq, sql as drizzleSql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/neon-http";
import { integer, jsonb, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { faults } from "../../../dev/faults.js";
import { neonFetch } from "../../../dev/neon/neon-http.js";
import type { SqlEngine } from "../../../dev/neon/sql-engine.js";

const notes = pgTable("notes", {
  id: uuid().primaryKey(),
  title: text().notNull().unique(),
  version: integer().notNull().default(1),
  tags: text().array(),
  state: jsonb().$type<{ depth: number }>(),
  createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
});

const first = "00000000-0000-4000-8000-000000000001";
const second = "00000000-0000-4000-8000-000000000002";

/** What the production driver and drizzle must find behind Neon's protocol, whichever database stands there. */
export function neonHttpContract(name: string, open: () => Promise<SqlEngine>): void {
  describe(`Neon over HTTP in front of ${name}`, () => {
    let engine: SqlEngine;
    const switches = faults();
    const sql = neon("postgres://local:local@localhost/local", { fullResults: true });
    const db = drizzle({ client: neon("postgres://local:local@localhost/local") });

    beforeAll(async () => {
      engine = await open();
      neonConfig.fetchFunction = neonFetch(engine, { faults: switches });
      await engine.exec(`
        drop table if exists notes;
        create table notes (id uuid primary key, title text not null constraint notes_title_unique unique, version int not null default 1,
          tags text[], state jsonb, "createdAt" timestamptz not null default now());`);
    });
    afterAll(async () => {
      neonConfig.fetchFunction = undefined;
      await engine.close();
    });
    beforeEach(async () => {
      switches.clear();
      await engine.exec("truncate notes");
    });

    it("gives every value to the driver as PostgreSQL's own text", async () => {
      const response = await neonFetch(engine)("http://localhost/sql", {
        method: "POST",
        headers: {
          "Neon-Connection-String": "postgres://local",
          "Neon-Raw-Text-Output": "true",
          "Neon-Array-Mode": "true",
        },
        body: JSON.stringify({
          query: `select 1::int as i, 9007199254740993::int8 as big, 1.50::numeric as n, true as yes, null::text as nothing, array['a','b c'] as list,
            $1::jsonb as j, $2::timestamptz as at, '\\x00ff'::bytea as bytes, '1 day 02:00'::interval as span`,
          params: ['{"b": 1, "a": [1, 2]}', "2026-02-03T04:05:06.123456+01:00"],
        }),
      });

      expect(await response.json()).toMatchObject({
        command: "SELECT",
        rowCount: 1,
        rowAsArray: true,
        rows: [
          [
            "1",
            "9007199254740993",
            "1.50",
            "t",
            null,
            '{a,"b c"}',
            '{"a": [1, 2], "b": 1}',
            "2026-02-03 03:05:06.123456+00",
            "\\x00ff",
            "1 day 02:00:00",
          ],
        ],
      });
    });

    it("names columns and their types, also of an empty result", async () => {
      const result = await sql`select 1::int as number, 'x'::text as words where false`;

      expect(result.rows).toEqual([]);
      expect(result.fields).toMatchObject([
        { name: "number", dataTypeID: 23 },
        { name: "words", dataTypeID: 25 },
      ]);
    });

    it("takes numbers, booleans, nulls, arrays and JSON as parameters", async () => {
      const { rows } =
        await sql`select ${7}::int as i, ${true}::bool as yes, ${null}::text as nothing, ${["a", 'b"c', null]}::text[] as list,
        ${JSON.stringify({ a: "é" })}::jsonb as j`;

      expect(rows).toEqual([{ i: 7, yes: true, nothing: null, list: ["a", 'b"c', null], j: { a: "é" } }]);
    });

    it("counts the rows of inserts, updates, deletes, and of a select over a writing CTE", async () => {
      const inserted = await sql`insert into notes (id, title) values (${first}, 'one'), (${second}, 'two')`;
      const missed = await sql`update notes set version = version + 1 where id = ${first} and version = 99`;
      const moved =
        await sql`with moved as (update notes set version = version + 1 where version = 1 returning id) select id from moved where id = ${first}`;
      const deleted = await sql`delete from notes where id = ${first} returning id`;

      expect([inserted, missed, moved, deleted].map(({ command, rowCount }) => [command, rowCount])).toEqual([
        ["INSERT", 2],
        ["UPDATE", 0],
        ["SELECT", 1],
        ["DELETE", 1],
      ]);
    });

    it("names the constraint, table and detail of a unique violation", async () => {
      await sql`insert into notes (id, title) values (${first}, 'one')`;

      await expect(sql`insert into notes (id, title) values (${second}, 'one')`).rejects.toMatchObject({
        name: "NeonDbError",
        code: "23505",
        constraint: "notes_title_unique",
        table: "notes",
        detail: "Key (title)=(one) already exists.",
        severity: "ERROR",
      } satisfies Partial<NeonDbError>);
    });

    it("says where a statement is wrong", async () => {
      await expect(sql`select nonsense from notes`).rejects.toMatchObject({ code: "42703", position: "8" });
    });

    it("passes a serialization failure on by its code", async () => {
      await expect(
        sql`do $$ begin raise exception 'could not serialize access' using errcode = '40001'; end $$`,
      ).rejects.toMatchObject({ code: "40001" });
    });

    it("refuses several statements in one query", async () => {
      await expect(sql.query("select 1; select 2")).rejects.toMatchObject({ code: "42601" });
    });

    it("does all of a batch or nothing", async () => {
      await expect(
        sql.transaction([
          sql`insert into notes (id, title) values (${first}, 'one')`,
          sql`insert into notes (id, title) values (${second}, 'one')`,
        ]),
      ).rejects.toMatchObject({ code: "23505" });
      expect((await sql`select id from notes`).rowCount).toBe(0);

      const [inserted, read] = await sql.transaction([
        sql`insert into notes (id, title) values (${first}, 'one')`,
        sql`select title from notes`,
      ]);
      expect([inserted?.rowCount, read?.rows]).toEqual([1, [{ title: "one" }]]);
    });

    it("runs a batch in the isolation level and access mode that it asks for", async () => {
      const [isolation, access] = await sql.transaction(
        [
          sql`select current_setting('transaction_isolation') as value`,
          sql`select current_setting('transaction_read_only') as value`,
        ],
        { isolationLevel: "RepeatableRead", readOnly: true },
      );

      expect([isolation?.rows, access?.rows]).toEqual([[{ value: "repeatable read" }], [{ value: "on" }]]);
      await expect(
        sql.transaction([sql`insert into notes (id, title) values (${first}, 'one')`], { readOnly: true }),
      ).rejects.toMatchObject({ code: "25006" });
    });

    it("starts every request in a session of its own", async () => {
      await sql`set statement_timeout = '3s'`;
      await sql`begin`;
      await sql`insert into notes (id, title) values (${first}, 'one')`;
      await sql`rollback`;

      expect((await sql`show statement_timeout`).rows).toEqual([{ statement_timeout: "0" }]);
      expect((await sql`select id from notes`).rowCount).toBe(1);
    });

    it("serves drizzle's builders with typed columns", async () => {
      const createdAt = new Date("2026-02-03T04:05:06.789Z");
      await db.insert(notes).values({ id: first, title: "one", tags: ["a", "b"], state: { depth: 2 }, createdAt });

      expect(await db.select().from(notes).where(eq(notes.id, first))).toEqual([
        { id: first, title: "one", version: 1, tags: ["a", "b"], state: { depth: 2 }, createdAt },
      ]);
    });

    it("serves drizzle's execute with rows by name and a row count", async () => {
      await db.insert(notes).values({ id: first, title: "one" });

      const won = await db.execute(
        drizzleSql`update notes set version = version + 1 where id = ${first} and version = ${1} returning version`,
      );
      const lost = await db.execute(
        drizzleSql`update notes set version = version + 1 where id = ${first} and version = ${1} returning version`,
      );

      expect(won).toMatchObject({ rowCount: 1, rows: [{ version: 2 }] });
      expect(lost).toMatchObject({ rowCount: 0, rows: [] });
    });

    it("serves drizzle's batch as one transaction", async () => {
      const [, rows] = await db.batch([
        db.insert(notes).values({ id: first, title: "one" }),
        db.select({ title: notes.title }).from(notes),
      ]);
      expect(rows).toEqual([{ title: "one" }]);

      await expect(
        db.batch([
          db.update(notes).set({ title: "changed" }).where(eq(notes.id, first)),
          db.insert(notes).values({ id: first, title: "two" }),
        ]),
      ).rejects.toMatchObject({ name: "NeonDbError", code: "23505" });
      expect(await db.select({ title: notes.title }).from(notes)).toEqual([{ title: "one" }]);
    });

    it("reaches drizzle's error as its cause", async () => {
      await db.insert(notes).values({ id: first, title: "one" });

      const error = await db
        .insert(notes)
        .values({ id: first, title: "two" })
        .then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
      expect(error).toBeInstanceOf(DrizzleQueryError);
      expect((error as DrizzleQueryError).cause).toMatchObject({ code: "23505", constraint: "notes_pkey" });
    });

    it("does the statement whose answer is lost, and nothing of one that meets a server error", async () => {
      switches.add({ kind: "lost_answer", on: "sql insert", times: 1 });
      await expect(sql`insert into notes (id, title) values (${first}, 'one')`).rejects.toThrow(
        "Error connecting to database",
      );
      expect((await sql`select id from notes`).rowCount).toBe(1);

      switches.add({ kind: "server_error", on: "sql", times: 1 });
      await expect(sql`delete from notes`).rejects.toThrow("HTTP status 500");
      expect((await sql`select id from notes`).rowCount).toBe(1);
    });

    it("lets a call give up on a database that does not answer", async () => {
      switches.add({ kind: "timeout", on: "sql", times: 1, ms: 60_000 });

      await expect(sql.query("select 1", [], { fetchOptions: { signal: AbortSignal.timeout(20) } })).rejects.toThrow(
        "Error connecting to database",
      );
    });

    it("keeps every increment of sixteen writers that compare and set", async () => {
      await sql`insert into notes (id, title) values (${first}, 'counter')`;
      const increment = async () => {
        for (;;) {
          const read = await sql`select version from notes where id = ${first}`;
          const { version } = read.rows[0] as { version: number };
          const { rowCount } =
            await sql`update notes set version = version + 1 where id = ${first} and version = ${version}`;
          if (rowCount === 1) return;
        }
      };
      await Promise.all(Array.from({ length: 16 }, increment));

      expect((await sql`select version from notes`).rows).toEqual([{ version: 17 }]);
    });

    it("answers what is not a request of the driver with the reason", async () => {
      const send = (init: RequestInit, path = "/sql") => neonFetch(engine)(`http://localhost${path}`, init);
      const headers = { "Neon-Connection-String": "postgres://local" };

      expect((await send({ method: "GET" })).status).toBe(404);
      expect((await send({ method: "POST", body: "{}" })).status).toBe(400);
      expect((await send({ method: "POST", headers, body: "{" })).status).toBe(400);
      expect((await send({ method: "POST", headers, body: '{"queries":[]}' })).status).toBe(400);
    });
  });
}
