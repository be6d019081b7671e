import { neon, neonConfig } from "@neondatabase/serverless";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { neonFetch } from "../../../dev/neon/neon-http.js";
import { openPostgres } from "../../../dev/neon/postgres.js";
import type { SqlEngine } from "../../../dev/neon/sql-engine.js";
import { createDatabase } from "../../support/postgres.js";
import { neonHttpContract } from "./suite.js";

const server = process.env.TEST_POSTGRES_URL ?? "";

describe.runIf(server !== "")("with a PostgreSQL server (TEST_POSTGRES_URL)", () => {
  neonHttpContract("PostgreSQL", async () =>
    openPostgres(await createDatabase(server, "neon_http_contract"), { max: 16 }),
  );

  describe("Neon over HTTP in front of PostgreSQL, with true concurrency", () => {
    let engine: SqlEngine;
    const sql = neon("postgres://local:local@localhost/local");
    beforeAll(async () => {
      engine = openPostgres(await createDatabase(server, "neon_http_concurrency"), { max: 16 });
      neonConfig.fetchFunction = neonFetch(engine);
      await engine.exec(
        "create table counters (id int primary key, value int not null); insert into counters values (1, 0)",
      );
    });
    afterAll(async () => {
      neonConfig.fetchFunction = undefined;
      await engine.close();
    });

    it("lets one of two serializable batches through and fails the other with 40001", async () => {
      const readWaitWrite = () =>
        sql.transaction(
          [sql`select value from counters`, sql`select pg_sleep(0.3)`, sql`update counters set value = value + 1`],
          { isolationLevel: "Serializable" },
        );
      const outcomes = await Promise.allSettled([readWaitWrite(), readWaitWrite()]);

      expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
      expect(outcomes.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "40001" } });
      expect(await sql`select value from counters`).toEqual([{ value: 1 }]);
    });

    it("goes on after the server has ended its connections", async () => {
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;

      const answers = await Promise.allSettled(Array.from({ length: 16 }, () => sql`select 1 as one`));
      expect(answers.map(({ status }) => status)).toContain("fulfilled");
      expect(await sql`select 1 as one`).toEqual([{ one: 1 }]);
    });
  });
});
