import { type SQL, sql } from "drizzle-orm";
import type { SessionId } from "../domain/ids.js";
import type { Announce } from "../ports-live-plans.js";
import { appendLog } from "./commit.js";
import { type Database, repeatable, sqlState, uniqueViolation } from "./database.js";
import { heirOf, isLiving } from "./idle.js";

/**
 * Gives a default to engagements that have none and have a session that can be it: whoever is to take a default over may be set aside
 * itself at the same moment. `engagementId` null: to every engagement.
 */
export async function fillDefaults(
  db: Database,
  engagementId: string | null,
  announce: Announce = () => undefined,
): Promise<void> {
  for (let tries = 0; tries < 10; tries += 1) {
    const rows = await db
      .query<{ id: string; filled: boolean }>(fillStatement(engagementId), repeatable)
      .catch((error: unknown) => {
        // Somebody else filled it with another one at the same moment: a look tells.
        if (sqlState(error) === uniqueViolation) return [{ id: "", filled: false }];
        throw error;
      });
    for (const row of rows) if (row.filled) announce(row.id as SessionId);
    if (rows.every((row) => row.filled)) return;
  }
}

const fillStatement = (engagementId: string | null): SQL => sql`
  with vacant as (
    select ${heirOf(sql`e.id`, sql`null::uuid`)} as heir from engagements e
     where ${engagementId === null ? sql`true` : sql`e.id = ${engagementId}::uuid`}
       and not exists (select from planning_sessions d where d.engagement_id = e.id and d.is_default)),
  moved as (
    update planning_sessions h set is_default = true, last_seq = h.last_seq + 1, updated_at = now()
      from vacant where h.id = vacant.heir and ${isLiving(sql`h`)}
    returning h.id, h.organization_id, h.last_seq),
  logged as (${appendLog([{ type: "session_default_set", body: {}, actor: "agent" }])})
  select v.heir as id, exists (select from moved where moved.id = v.heir) as filled from vacant v where v.heir is not null`;
