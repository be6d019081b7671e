import { sql } from "drizzle-orm";
import type { Database } from "../../lib/db/database.js";
import { buildNodes } from "../../lib/db/memory-write.js";
import { derivedUuid, type OrganizationId } from "../../lib/domain/ids.js";
import { memoryKinds } from "../../lib/domain/memory/node.js";
import { type NodeToWrite, toNode } from "../../lib/domain/memory/remember.js";
import { judgedNodes } from "../support/memory-collection.js";

const perStatement = 500;
const edgesPerStatement = 3_000;
/** One word in ten is none of the collection's; of those there are so many, a few of them frequent and most of them rare. */
const inventedShare = 0.1;
const invented = 60_000;

/**
 * Fills an organization's memory with nodes that mix the words of the judged collection as often as they stand there: a few everywhere, most
 * rarely; sessions, pages, plans, issues and decisions are linked with each other.
 */
export async function fillMemory(
  db: Database,
  organizationId: OrganizationId,
  count: number,
  first = 0,
): Promise<void> {
  const random = seeded(7);
  const nodes = judgedNodes();
  const titles = wordsOf(nodes.map(({ title }) => title));
  const texts = wordsOf(nodes.map(({ text }) => text));
  const pick = (words: string[]) => words[Math.floor(random() * words.length)] ?? "";
  const word = (words: string[]) => {
    if (random() >= inventedShare) return pick(words);
    const rank = Math.floor(invented * random() ** 3);
    return `${texts[rank % texts.length]?.slice(0, 4)}${rank.toString(36)}`;
  };
  const some = (words: string[], length: number) => Array.from({ length }, () => word(words)).join(" ");

  for (let begin = 0; begin < count; begin += perStatement) {
    const chunk: NodeToWrite[] = [];
    for (let n = begin; n < Math.min(begin + perStatement, count); n += 1) {
      const kind = memoryKinds[[0, 0, 1, 2, 3, 3, 3, 4][n % 8] ?? 0] ?? "issue";
      const text = some(texts, 20 + Math.floor(random() * 50));
      const title = some(titles, 3 + Math.floor(random() * 6));
      chunk.push(toNode({ id: idOf(first + n), kind, engagementId: null, title, content: text, text, metadata: {} }));
    }
    await db.query(sql`
      with ${buildNodes(chunk, sql`(select ${organizationId}::text as organization_id)`)}
      insert into memory_nodes (id, organization_id, engagement_id, kind, title, content, metadata, search, words)
      select g.id, g.organization_id, g.engagement_id, g.kind, g.title, g.content, g.metadata, b.search, g.count from given g join built b on b.id = g.id`);
  }
  const edges = Array.from({ length: Math.floor(count / 8) }, (_, n) => first + n * 8).flatMap((n) => [
    { source: idOf(n), target: idOf(n + 3), kind: "session_plan" },
    { source: idOf(n + 2), target: idOf(n + 3), kind: "page_plan" },
    ...[4, 5, 6].map((issue) => ({ source: idOf(n + 3), target: idOf(n + issue), kind: "plan_issue" })),
    { source: idOf(n + 7), target: idOf(n), kind: "used_in_planning" },
  ]);
  for (let begin = 0; begin < edges.length; begin += edgesPerStatement)
    await db.query(sql`
      insert into memory_edges (source_id, target_id, kind, organization_id)
      select e.source, e.target, e.kind, ${organizationId}::text
        from jsonb_to_recordset(${JSON.stringify(edges.slice(begin, begin + edgesPerStatement))}::jsonb) as e(source uuid, target uuid, kind text)`);
}

/** Before `fillMemory`: what is written without its indexes is written sooner. */
export const dropWords = "drop index memory_nodes_search; drop index memory_terms_similar";
/** After it: words are counted and indexes made, by statements without a time limit. */
export const countWords = (definitions: string[]): string => `
  insert into memory_terms (organization_id, term, nodes)
    select organization_id, term, count(*) from (
      select organization_id, unnest(array_append(array(
               select substr(u, 5) from unnest(tsvector_to_array(search)) u where substr(u, 5, 1) <> '^'), '')) as term from memory_nodes) w
     group by organization_id, term;
  ${definitions.join(";")};
  vacuum analyze memory_nodes; vacuum analyze memory_edges; vacuum analyze memory_terms`;

const idOf = (n: number): string => derivedUuid("many", n);
const wordsOf = (texts: string[]): string[] => texts.flatMap((text) => text.split(/\s+/)).filter(Boolean);

/** mulberry32: the same numbers in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
