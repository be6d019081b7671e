import { sql } from "drizzle-orm";
import type { MemoryNeighbour, MemoryNode, MemoryStore } from "../ports-memory.js";
import { type Database, repeatable } from "./database.js";
import { beyond, placeOf, toPage } from "./keyset.js";
import { decide, forgetDecision } from "./memory-decisions.js";
import { nodeJson, remembered } from "./memory-rows.js";
import { searchMemory, visible } from "./memory-search.js";

/** Memory in Postgres: nodes with their words, edges, and a count of every word. */
export function memoryStore(db: Database): MemoryStore {
  return {
    search: (reader, search) => searchMemory(db, reader, search),

    async find(reader, id) {
      const [row] = await db.query<{ node: MemoryNode; content: string }>(
        sql`
        select ${nodeJson(sql`n`)} as node, n.content from memory_nodes n
         where n.id = ${id} and ${visible(reader, sql`n`)} and ${remembered(sql`n`)}`,
        repeatable,
      );
      return row ? { ...row.node, content: row.content } : null;
    },

    async list(reader, { kind, engagementId, limit, cursor }) {
      const rows = await db.query<{ node: MemoryNode; place: unknown }>(
        sql`
        select ${nodeJson(sql`n`)} as node, ${placeOf(sql`n.created_at`, sql`n.id`)} as place from memory_nodes n
         where ${visible(reader, sql`n`)} and ${remembered(sql`n`)} and ${beyond(cursor, sql`n.created_at`, sql`n.id`)}
           ${kind === null ? sql`` : sql`and n.kind = ${kind}`} ${engagementId === null ? sql`` : sql`and n.engagement_id = ${engagementId}::uuid`}
         order by n.created_at desc, n.id desc limit ${limit + 1}::int`,
        repeatable,
      );
      return toPage(rows, limit, ({ node }) => node);
    },

    async neighbours(reader, id, { limit, cursor }) {
      if ((await this.find(reader, id)) === null) return null;
      const rows = await db.query<{ neighbour: MemoryNeighbour; place: unknown }>(
        sql`
        select jsonb_build_object('edge', e.kind, 'direction', e.direction, 'node', ${nodeJson(sql`n`)}) as neighbour,
               ${placeOf(sql`e.created_at`, sql`n.id`)} as place
          from (select source_id as id, kind, 'from' as direction, created_at from memory_edges where target_id = ${id}
                union all select target_id, kind, 'to', created_at from memory_edges where source_id = ${id}) e
          join memory_nodes n on n.id = e.id
         where ${visible(reader, sql`n`)} and ${remembered(sql`n`)} and ${beyond(cursor, sql`e.created_at`, sql`n.id`)}
         order by e.created_at desc, n.id desc limit ${limit + 1}::int`,
        repeatable,
      );
      return toPage(rows, limit, ({ neighbour }) => neighbour);
    },

    decide: (principal, decision, author) => decide(db, principal, decision, author),
    forgetDecision: (principal, id, author) => forgetDecision(db, principal, id, author),
  };
}
