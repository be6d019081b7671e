import { type SQL, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "../../../lib/db/database.js";
import { placeOf } from "../../../lib/db/keyset.js";
import { sessionCatalog } from "../../../lib/db/session-catalog.js";
import type { EngagementId, OrganizationId, UserId } from "../../../lib/domain/ids.js";
import type { SessionFilter } from "../../../lib/ports-catalog.js";
import { idIn, largest, writeSessions } from "../../support/many-sessions.js";
import { type TestDatabase, testDatabase } from "../../support/test-database.js";

const organization = largest as OrganizationId;
const everything = { byDefault: true, except: [] };

describe("Where an organization has thousands of sessions among many", () => {
  let database: TestDatabase;
  let seen: Node[] = [];
  beforeAll(async () => {
    database = await testDatabase();
    await writeSessions(database.engine, 15_000);
    // Few people would have so few that all of theirs are read and sorted.
    await database.engine.exec(`
      update planning_sessions set created_by = '${idIn.user(0, 1)}' where organization_id = '${largest}' and status = 'completed' and archived_at is null;
      analyze planning_sessions`);
  });
  afterAll(() => database.close());

  /** Explains each statement before it runs. */
  const explaining: Database = {
    batch: (statements, options) => database.db.batch(statements, options),
    async query<Row extends Record<string, unknown>>(statement: SQL) {
      const [row] = await database.db.query<{ "QUERY PLAN": [{ Plan: Node }] }>(
        sql`explain (format json) ${statement}`,
      );
      seen.push(...nodes(row?.["QUERY PLAN"][0].Plan));
      return database.db.query<Row>(statement);
    },
  };
  /** From the middle of all sessions on. */
  const middle = async () => {
    const [row] = await database.db.query<{ place: unknown }>(sql`
      select ${placeOf(sql`s.created_at`, sql`s.id`)} as place from planning_sessions s order by s.created_at desc, s.id desc offset 7500 limit 1`);
    return Buffer.from(JSON.stringify(row?.place)).toString("base64url");
  };

  const filters: [name: string, filter: SessionFilter, index: string][] = [
    ["all of them", {}, "planning_sessions_list"],
    ["those of a status", { status: "completed" }, "planning_sessions_list_status"],
    ["those of a rare status", { status: "failed" }, "planning_sessions_list_status"],
    ["those of an engagement", { engagementId: idIn.engagement(0, 0) as EngagementId }, "planning_sessions_engagement"],
    ["archived ones", { isArchived: true }, "planning_sessions_list_archived"],
    ["those that are not archived", { isArchived: false }, "planning_sessions_list_open"],
    ["those that one person made", { createdBy: idIn.user(0, 1) as UserId }, "planning_sessions_created_by"],
  ];
  for (const [name, filter, index] of filters)
    it(`a page of ${name} comes from ${index}, whichever page it is`, async () => {
      const { list } = sessionCatalog(explaining);
      for (const cursor of [null, await middle()]) {
        seen = [];
        await list(organization, everything, filter, { limit: 50, cursor });
        const reads = seen.filter(
          (node) =>
            node["Relation Name"] === "planning_sessions" || node["Index Name"]?.startsWith("planning_sessions"),
        );
        expect(reads.flatMap((node) => node["Index Name"] ?? [])).toEqual([index]);
        expect(seen.filter((node) => node["Node Type"] === "Seq Scan").map((node) => node["Relation Name"])).toEqual(
          [],
        );
        expect(seen.filter((node) => node["Node Type"] === "Sort")).toEqual([]);
      }
    });

  it("a page of those with certain words comes from the newest, and else from planning_sessions_words", async () => {
    const { list } = sessionCatalog(explaining);
    for (const words of ["plan", "w1500", "nowhere"]) {
      seen = [];
      await list(organization, everything, { words }, { limit: 50, cursor: null });
      const indexes = new Set(seen.flatMap((node) => node["Index Name"] ?? []));
      expect([...indexes]).toEqual(expect.arrayContaining(["planning_sessions_list", "planning_sessions_words"]));
      expect(seen.filter((node) => node["Node Type"] === "Seq Scan").map((node) => node["Relation Name"])).toEqual([]);
    }
  });
});

type Node = { "Node Type": string; "Relation Name"?: string; "Index Name"?: string; Plans?: Node[] };
const nodes = (node: Node | undefined): Node[] => (node ? [node, ...(node.Plans ?? []).flatMap(nodes)] : []);
