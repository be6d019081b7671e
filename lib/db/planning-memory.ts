import { sql } from "drizzle-orm";
import type { EngagementId } from "../domain/ids.js";
import { memoryNodeOf, planNodeOf } from "../domain/memory/remember.js";
import type { PlanningMemory } from "../ports-memory.js";
import { type Database, repeatable } from "./database.js";
import { searchMemory } from "./memory-search.js";

const asked = 20;

/** What planning draws on of what was planned before. */
export function planningMemory(db: Database): PlanningMemory {
  return {
    async related({ organizationId, engagementId, sessionId, plan, text }) {
      const itself = planNodeOf(organizationId, plan.id);
      const [row] = await db.query<{ hidden: EngagementId[] | null; own: string[] | null }>(
        sql`
        select (select jsonb_agg(e.id) from engagements e
                 where e.organization_id = ${organizationId} and e.settings->>'access' = 'members'
                   and e.id is distinct from ${engagementId}::uuid) as hidden,
               (select jsonb_agg(m.source_id) from memory_edges m where m.target_id = ${itself}::uuid) as own`,
        repeatable,
      );
      const own = new Set([itself, memoryNodeOf(sessionId), ...(row?.own ?? [])]);
      const found = await searchMemory(
        db,
        { organizationId, readable: { byDefault: true, except: row?.hidden ?? [] } },
        { text, kinds: ["plan_session", "plan", "page"], engagementId: null, limit: asked },
      );
      const isItself = (metadata: Record<string, unknown>) => plan.url !== null && metadata.url === plan.url;
      return found.filter(({ node }) => !own.has(node.id) && !isItself(node.metadata));
    },
  };
}
