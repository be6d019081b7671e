import { sql } from "drizzle-orm";
import { termsOf } from "../../../lib/db/memory-write.js";
import type { MemoryKind } from "../../../lib/domain/memory/node.js";
import type { ApiWorld } from "../../support/api-world.js";

type At = Pick<ApiWorld, "db">;

/** The nodes of memory as rows. */
export const nodesOf = ({ db }: At) =>
  db.query<{ id: string; kind: MemoryKind; title: string; content: string; metadata: Record<string, unknown> }>(
    sql`select id, kind, title, content, metadata from memory_nodes order by created_at, kind, title`,
  );

/** Edges, each as `kind: source → target` by title. */
export const edgesOf = async ({ db }: At): Promise<string[]> =>
  (
    await db.query<{ edge: string }>(sql`
      select e.kind || ': ' || s.title || ' → ' || t.title as edge
        from memory_edges e join memory_nodes s on s.id = e.source_id join memory_nodes t on t.id = e.target_id order by 1`)
  ).map(({ edge }) => edge);

/** Words whose count is not the number of nodes in which they stand. */
export const miscounted = ({ db }: At) =>
  db.query<{ term: string; nodes: number | null; real: number | null }>(sql`
    select coalesce(t.term, r.term) as term, t.nodes, r.nodes::int as real
      from memory_terms t full join (
        select organization_id, term, count(*) as nodes
          from (select organization_id, ${termsOf(sql`search`)} as term from memory_nodes) w
         group by organization_id, term) r on r.organization_id = t.organization_id and r.term = t.term
     where t.nodes is distinct from r.nodes`);
