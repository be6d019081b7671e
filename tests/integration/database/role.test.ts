import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { neonFetch } from "../../../dev/neon/neon-http.js";
import { openPostgres } from "../../../dev/neon/postgres.js";
import { connect } from "../../../lib/db/database.js";
import { storesContract } from "../../contract/stores/suite.js";
import { type TestDatabase, testDatabase, testServer } from "../../support/test-database.js";

const script = readFileSync(join(import.meta.dirname, "../../../drizzle/roles.sql"), "utf8");

/** The same database, reached with the application's role; only the owner can empty it. */
async function asApplication(): Promise<TestDatabase> {
  const owner = await testDatabase({ on: "postgres" });
  await owner.engine.exec(script);
  await owner.engine.exec(script);
  const url = urlOfRole(owner.url);
  const engine = openPostgres(url, { max: 24 });
  return {
    db: connect({ url: "postgres://local:local@localhost/local", fetchFunction: neonFetch(engine) }),
    engine,
    url,
    reset: () => owner.reset(),
    async close() {
      await engine.close();
      await owner.close();
    },
  };
}

function urlOfRole(url: string): string {
  const role = new URL(url);
  role.username = "planning_agent";
  role.password = "any";
  return role.href;
}

describe.runIf(testServer !== "")("with a PostgreSQL server (TEST_POSTGRES_URL)", () => {
  storesContract("PostgreSQL as the application's role", asApplication);

  describe("The application's role", () => {
    let database: TestDatabase;
    let client: pg.Client;
    beforeAll(async () => {
      database = await asApplication();
      client = new pg.Client({ connectionString: database.url });
      await client.connect();
    });
    afterAll(async () => {
      await client.end();
      await database.close();
    });

    for (const [what, statement] of Object.entries({
      "create a table": "create table mine (id int)",
      "create a temporary table": "create temporary table mine (id int)",
      "create a schema": "create schema mine",
      "create a function": "create function mine() returns int language sql as 'select 1'",
      "create a role": "create role mine",
      "alter a table": "alter table planning_sessions add column mine int",
      "add an index": "create index mine on planning_sessions (planning_title)",
      "drop a table": "drop table planning_sessions",
      "truncate a table": "truncate outbox",
      "change the log": "update session_events set actor = 'somebody else'",
      "delete from the log": "delete from session_events",
      "change the audit log": "update audit_log set actor = 'somebody else'",
      "delete from the audit log": "delete from audit_log",
      "read password hashes": "select * from pg_authid",
      "read the migrations": "select * from drizzle.__drizzle_migrations",
      "read the server's files": "select pg_read_file('postgresql.conf')",
      "give itself rights": "alter role planning_agent superuser",
      "become the owner": "set role postgres",
    }))
      it(`cannot ${what}`, async () => {
        await expect(client.query(statement)).rejects.toMatchObject({
          code: expect.stringMatching(/^(42501|3F000|42P01)$/) as string,
        });
      });

    it("can neither create nor pass on anything by its attributes", async () => {
      const { rows } = await client.query(
        "select rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls from pg_roles where rolname = current_user",
      );
      expect(rows).toEqual([
        { rolsuper: false, rolcreaterole: false, rolcreatedb: false, rolreplication: false, rolbypassrls: false },
      ]);
    });

    it("may read and write every table and view, so that none is forgotten", async () => {
      const { rows } = await client.query<{ name: string }>(`
        select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v')
           and not (has_table_privilege(c.oid, 'select') and has_table_privilege(c.oid, 'insert')
                    and (c.relname in ('session_events', 'audit_log') or has_table_privilege(c.oid, 'update') and has_table_privilege(c.oid, 'delete')))`);
      expect(rows).toEqual([]);
    });

    it("gives up on a slow statement, a lock and an open transaction before its caller does", async () => {
      const { rows } = await client.query<{ name: string; setting: string }>(
        "select name, setting from pg_settings where name like any (array['statement_timeout', 'lock_timeout', 'idle%session_timeout']) order by name",
      );
      expect(rows.map(({ name, setting }) => [name, Number(setting)])).toEqual([
        ["idle_in_transaction_session_timeout", 10_000],
        ["idle_session_timeout", 600_000],
        ["lock_timeout", 5_000],
        ["statement_timeout", 9_000],
      ]);
    });
  });
});
