import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import type { Database } from "../../lib/db/database.js";
import { memoryStore } from "../../lib/db/memory-store.js";
import { oneWriter, writeMemory } from "../../lib/db/memory-write.js";
import { derivedUuid, type EngagementId, type OrganizationId } from "../../lib/domain/ids.js";
import type { MemoryKind } from "../../lib/domain/memory/node.js";
import { type EdgeToWrite, type NodeToWrite, toNode } from "../../lib/domain/memory/remember.js";

export type JudgedNode = { id: string; kind: MemoryKind; engagement: string; title: string; text: string };
export type JudgedQuery = { q: string; relevant: Record<string, number>; note: string };
/** Ids of the collection, the best first, at least ten where there are so many. */
export type Searcher = (query: string) => Promise<string[]>;

const read = <T>(file: string): T =>
  JSON.parse(readFileSync(join(import.meta.dirname, "../fixtures/memory-search", file), "utf8")) as T;
export const judgedNodes = (): JudgedNode[] => read("nodes.json");
export const judgedQueries = (): JudgedQuery[] => read("queries.json");

/** A node of the collection as memory keeps it: a session's lines are its steps. */
export function toMemory(node: JudgedNode, id: string, engagementId: EngagementId | null = null): NodeToWrite {
  const { kind, title, text } = node;
  const steps = text.split("\n").map((line) => ({ text: line, owner: "", ts: "2026-01-01T00:00:00.000Z" }));
  const content = kind === "plan_session" ? JSON.stringify({ title, steps, participants: [] }) : text;
  return toNode({ id, kind, engagementId, title, content, text, metadata: {} });
}

export const memoryIdOf = (id: string): string => derivedUuid("collection", id);

/** Writes nodes as the archive does. */
export async function putMemory(
  db: Database,
  organizationId: OrganizationId,
  nodes: NodeToWrite[],
  edges: EdgeToWrite[] = [],
): Promise<void> {
  await db.batch([
    oneWriter(organizationId),
    sql`with ${writeMemory(nodes, edges, sql`(select ${organizationId}::text as organization_id)`)} select count(*) from given`,
  ]);
}

/** The collection in a database, and the ways of searching it that are compared. */
export async function memoryCollection(db: Database): Promise<{ ours: Searcher; plain: Searcher; anyWord: Searcher }> {
  const organizationId = "collection" as OrganizationId;
  await db.query(
    sql`insert into organizations (id, name, url_key) values (${organizationId}, 'Collection', 'collection')`,
  );
  const nodes = judgedNodes();
  await putMemory(
    db,
    organizationId,
    nodes.map((node) => toMemory(node, memoryIdOf(node.id))),
  );
  const texts = JSON.stringify(nodes.map(({ id, title, text }) => ({ id, words: `${title}\n${text}` })));
  await db.query(sql`
    create table judged_texts as
    select t.id, to_tsvector('english', t.words) as search from jsonb_to_recordset(${texts}::jsonb) as t(id text, words text)`);
  const names = new Map(nodes.map(({ id }) => [memoryIdOf(id), id]));
  const reader = { organizationId, readable: { byDefault: true, except: [] } };
  const store = memoryStore(db);
  const ranked =
    (toQuery: (query: string) => ReturnType<typeof sql>): Searcher =>
    async (query) =>
      (
        await db.query<{ id: string }>(sql`
        select id from judged_texts, (select ${toQuery(query)} as query) q where search @@ query
         order by ts_rank_cd(search, query) desc, id limit 10`)
      ).map(({ id }) => id);
  return {
    ours: async (text) =>
      (await store.search(reader, { text, kinds: [], engagementId: null, limit: 10 })).map(
        ({ node }) => names.get(node.id) ?? node.id,
      ),
    plain: ranked((query) => sql`plainto_tsquery('english', ${query}::text)`),
    anyWord: ranked(
      (query) => sql`websearch_to_tsquery('english', ${query.replaceAll('"', "").split(/\s+/).join(" or ")}::text)`,
    ),
  };
}

export type Quality = { mrr: number; ndcg: number };
/** Means over the queries, in all and by note. */
export type QualityByNote = { all: Quality; notes: Record<string, Quality & { queries: number }>; missed: string[] };

/** MRR@10 counts the first node of grade 3; nDCG@10 all grades, as gains of 2^grade - 1. */
export async function qualityOf(search: Searcher, queries: JudgedQuery[] = judgedQueries()): Promise<QualityByNote> {
  const scores: (Quality & { note: string })[] = [];
  const missed: string[] = [];
  for (const query of queries) {
    const found = (await search(query.q)).slice(0, 10);
    const place = found.findIndex((id) => query.relevant[id] === 3);
    if (place < 0) missed.push(query.q);
    scores.push({ note: query.note, mrr: place < 0 ? 0 : 1 / (place + 1), ndcg: ndcg(found, query.relevant) });
  }
  const notes = [...new Set(queries.map(({ note }) => note))];
  const of = (chosen: Quality[]) => ({
    mrr: mean(chosen.map(({ mrr }) => mrr)),
    ndcg: mean(chosen.map(({ ndcg }) => ndcg)),
  });
  return {
    all: of(scores),
    notes: Object.fromEntries(
      notes.map((note) => {
        const own = scores.filter((score) => score.note === note);
        return [note, { ...of(own), queries: own.length }];
      }),
    ),
    missed,
  };
}

function ndcg(found: string[], relevant: Record<string, number>): number {
  const gain = (grades: number[]) =>
    grades.reduce((sum, grade, index) => sum + (2 ** grade - 1) / Math.log2(index + 2), 0);
  const best = Object.values(relevant)
    .sort((a, b) => b - a)
    .slice(0, 10);
  return gain(found.map((id) => relevant[id] ?? 0)) / gain(best);
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
