/**
 * `npm run bench:memory -- [--nodes 100000] [--rounds 3]`: the judged queries on an organization with many nodes, through the HTTP handler in
 * this process and Neon's protocol in front of PostgreSQL without durability; beside it the store alone, `select 1` through the same
 * driver, and what PostgreSQL itself spends on the statements of a search.
 */
import { parseArgs } from "node:util";
import { type SQL, sql } from "drizzle-orm";
import { memoryStore } from "../../lib/db/memory-store.js";
import { apiWorld } from "../support/api-world.js";
import { judgedQueries } from "../support/memory-collection.js";
import { testServer } from "../support/test-database.js";
import { countWords, dropWords, fillMemory } from "./many-nodes.js";

const targetMs = 20;
const { values } = parseArgs({
  options: {
    nodes: { type: "string", default: "100000" },
    rounds: { type: "string", default: "3" },
    worst: { type: "boolean", default: false },
  },
});
const [nodes, rounds] = [Number(values.nodes), Number(values.rounds)];
if (testServer === "") throw new Error("It needs a PostgreSQL server at TEST_POSTGRES_URL");

const world = await apiWorld({ deps: { checkAnswers: false } });
const organizationId = await world.anOrganization();
const ada = await world.aPerson(organizationId);
const begun = performance.now();
const indexes = await world.db.query<{ definition: string }>(
  sql`select indexdef as definition from pg_indexes where indexname in ('memory_nodes_search', 'memory_terms_similar')`,
);
const script = async (statements: string) => {
  for (const statement of statements.split(";")) await world.database.engine.exec(statement);
};
await script(dropWords);
await fillMemory(world.db, organizationId, nodes);
await script(countWords(indexes.map(({ definition }) => definition)));
const [size] = await world.db.query<{ terms: number; bytes: string }>(
  sql`select count(*)::int as terms, pg_size_pretty(pg_total_relation_size('memory_nodes')) as bytes from memory_terms`,
);
console.log(
  `${nodes.toLocaleString("en")} nodes, ${size?.terms.toLocaleString("en")} words and stems, ${size?.bytes}, in ${Math.round((performance.now() - begun) / 1_000)} s`,
);

/** What the store asks of PostgreSQL, kept while `asked` is there. */
let asked: SQL[] | null = null;
const store = memoryStore({
  ...world.db,
  query: (statement, options) => {
    asked?.push(statement);
    return world.db.query(statement, options);
  },
});
const queries = judgedQueries().map(({ q }) => q);
const reader = { organizationId, readable: { byDefault: true, except: [] } };
const searches: Record<string, (q: string) => Promise<unknown>> = {
  "select 1": () => world.db.query(sql`select 1`),
  "the store": (text) => store.search(reader, { text, kinds: [], engagementId: null, limit: 10 }),
  "GET /api/v1/memory/search": async (q) => {
    const response = await world.send(`/api/v1/memory/search?q=${encodeURIComponent(q)}`, {}, ada);
    if (response.status !== 200) throw new Error(`${response.status} for ${q}`);
    return response.text();
  },
};
const figures = (ms: number[]): { at: (share: number) => number; shown: string } => {
  const sorted = ms.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? 0;
  return { at, shown: `p50 ${at(0.5).toFixed(1)} ms, p95 ${at(0.95).toFixed(1)} ms, worst ${at(1).toFixed(1)} ms` };
};
let missed = false;
for (const [name, run] of Object.entries(searches)) {
  for (const q of queries.slice(0, 40)) await run(q);
  const took: { ms: number; q: string }[] = [];
  for (let round = 0; round < rounds; round += 1)
    for (const q of queries) {
      const start = performance.now();
      await run(q);
      took.push({ ms: performance.now() - start, q });
    }
  took.sort((a, b) => a.ms - b.ms);
  const { at, shown } = figures(took.map(({ ms }) => ms));
  console.log(`${name.padEnd(26)} ${took.length} calls: ${shown}`);
  if (values.worst) for (const { ms, q } of took.slice(-8)) console.log(`    ${ms.toFixed(1)} ${q}`);
  missed ||= name.startsWith("GET") && at(0.95) >= targetMs;
}
const planned = { words: [] as number[], ranking: [] as number[] };
for (const text of queries) {
  asked = [];
  await searches["the store"]?.(text);
  const statements = asked;
  asked = null;
  for (const statement of statements) {
    const [row] = await world.db.query<{ "QUERY PLAN": [Record<"Planning Time" | "Execution Time", number>] }>(
      sql`explain (analyze, timing off, format json) ${statement}`,
    );
    const [plan] = row?.["QUERY PLAN"] ?? [];
    const isRanking = JSON.stringify(plan).includes('"memory_nodes"');
    if (plan) planned[isRanking ? "ranking" : "words"].push(plan["Planning Time"] + plan["Execution Time"]);
  }
}
for (const [name, ms] of Object.entries(planned))
  console.log(`PostgreSQL alone, ${name.padEnd(8)} ${ms.length} statements: ${figures(ms).shown}`);
console.log(`promised: p95 below ${targetMs} ms${missed ? ", MISSED" : ""}`);
await world.close();
if (missed) process.exitCode = 1;
