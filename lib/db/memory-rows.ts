import { type SQL, sql } from "drizzle-orm";
import { utc } from "./database.js";

/** A row of `memory_nodes` as a MemoryNode. */
export const nodeJson = (n: SQL): SQL => sql`
  jsonb_build_object('id', ${n}.id, 'kind', ${n}.kind, 'title', ${n}.title, 'engagementId', ${n}.engagement_id, 'metadata', ${n}.metadata,
                     'createdAt', ${utc(sql`${n}.created_at`)})`;

/** Whether the node `n` may be seen as far as what it stands for goes: a session that somebody has deleted hides in memory too. */
export const remembered = (n: SQL): SQL => sql`
  (${n}.kind <> 'plan_session'
   or (select s.deleted_at from planning_sessions s where s.id = (${n}.metadata->>'plan_id')::uuid) is null)`;
