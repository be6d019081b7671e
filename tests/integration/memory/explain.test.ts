import { type SQL, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database, json } from "../../../lib/db/database.js";
import { memoryStore } from "../../../lib/db/memory-store.js";
import { planningMemory } from "../../../lib/db/planning-memory.js";
import { derivedUuid, type OrganizationId, type PlanId, type SessionId } from "../../../lib/domain/ids.js";
import { type TestDatabase, testDatabase } from "../../support/test-database.js";
import { countWords, dropWords, fillMemory } from "../../bench/many-nodes.js";

const bigTables = ["memory_nodes", "memory_edges", "memory_terms", "planning_sessions"];
const perOrganization = 500;
const organizations = ["org-0", "org-1", "org-2"] as OrganizationId[];
const reader = { organizationId: organizations[1]!, readable: { byDefault: true, except: [] } };

type Node = {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Cond"?: string;
  Filter?: string;
  Plans?: Node[];
};
const nodesIn = (node: Node | undefined): Node[] => (node ? [node, ...(node.Plans ?? []).flatMap(nodesIn)] : []);
const readsFromEndToEnd = (node: Node): boolean =>
  bigTables.includes(node["Relation Name"] ?? "") &&
  (node["Node Type"] === "Seq Scan" || (/^Index (Only )?Scan$/.test(node["Node Type"]) && !node["Index Cond"]));

describe("On the memory of several organizations", () => {
  let database: TestDatabase;
  let seen: Node[] = [];
  beforeAll(async () => {
    database = await testDatabase();
    const { db, engine } = database;
    const indexes = await db.query<{ definition: string }>(
      sql`select indexdef as definition from pg_indexes where indexname in ('memory_nodes_search', 'memory_terms_similar')`,
    );
    await engine.exec(`${dropWords};
      insert into organizations (id, name, url_key) select 'org-' || n, 'Org', 'org' from generate_series(0, 2) n;
      insert into planning_sessions (id, organization_id, planning_title, prompt, work, status, step)
        select gen_random_uuid(), 'org-' || n % 3, 'Plan', '{}', '{}', 'completed', 'read-page' from generate_series(0, 2999) n;`);
    for (const [n, organizationId] of organizations.entries())
      await fillMemory(db, organizationId, perOrganization, n * perOrganization);
    for (const statement of countWords(indexes.map(({ definition }) => definition)).split(";"))
      await engine.exec(statement);
    await engine.exec("analyze");
  }, 180_000);
  afterAll(() => database.close());

  /** Explains each statement, under the settings that those before it have made, before it runs. */
  const explaining: Database = {
    query: async <Row extends Record<string, unknown>>(statement: SQL) => explaining.batch<Row>([statement]),
    async batch<Row extends Record<string, unknown>>(statements: [SQL, ...SQL[]]) {
      const last = statements.at(-1) ?? sql``;
      const [row] = await database.db.batch<{ "QUERY PLAN": [{ Plan: Node }] }>([
        ...(statements.slice(0, -1) as [SQL, ...SQL[]]),
        sql`explain (format json) ${last}`,
      ]);
      seen.push(...nodesIn(row?.["QUERY PLAN"][0].Plan));
      return database.db.batch<Row>(statements);
    },
  };
  const memory = memoryStore(explaining);
  const node = derivedUuid("many", perOrganization);
  const page = { limit: 20, cursor: null };

  const hot: Record<string, () => Promise<unknown>> = {
    "a search for frequent words": () => find("customer data team plan"),
    "a search for rare and mistyped words": () => find("adyen kuberentes rufbereitschaft"),
    "a search for one word and a phrase": () => find('"error budget" invoice'),
    "a search of one kind": () => find("invoice", "issue"),
    "related plans": () =>
      planningMemory(explaining).related({
        organizationId: reader.organizationId,
        engagementId: null,
        sessionId: node as SessionId,
        plan: { id: node as PlanId, url: null },
        text: "Invoices by post\nPrint invoices",
      }),
    "a node": () => memory.find(reader, node),
    "the neighbours of a node": () => memory.neighbours(reader, node, page),
    "the list": () => memory.list(reader, { kind: null, engagementId: null, ...page }),
    "the list of one kind": () => memory.list(reader, { kind: "decision", engagementId: null, ...page }),
  };
  const find = (text: string, kind?: "issue") =>
    memory.search(reader, { text, kinds: kind ? [kind] : [], engagementId: null, limit: 10 });

  for (const [name, run] of Object.entries(hot))
    it(`${name} reads no big table from end to end`, async () => {
      seen = [];
      expect(await run()).not.toBeNull();
      expect(seen.some((one) => bigTables.includes(one["Relation Name"] ?? ""))).toBe(true);
      const whole = seen.filter(readsFromEndToEnd);
      expect(whole.map((one) => `${one["Node Type"]} on ${one["Relation Name"]}: ${one.Filter}`)).toEqual([]);
    });

  it("is found by the organization that it belongs to alone", async () => {
    const found = await memory.search(reader, { text: "invoice", kinds: [], engagementId: null, limit: 50 });
    const ids = json(found.map(({ node: { id } }) => id));
    const rows = await database.db.query(
      sql`select distinct organization_id from memory_nodes where id in (select value::uuid from jsonb_array_elements_text(${ids}))`,
    );
    expect(rows).toEqual([{ organization_id: reader.organizationId }]);
  });
});
