import { type SQL, sql } from "drizzle-orm";
import { utc } from "./database.js";

/** A row of `plan_steps` as a PlanStep. */
export const stepJson = (p: SQL): SQL => sql`
  jsonb_build_object('id', ${p}.id, 'text', ${p}.text, 'owner', ${p}.owner, 'position', ${p}.position::text, 'ts', ${utc(sql`${p}.created_at`)},
                     'revision', ${p}.revision)`;

/** A row of `session_events` as a PlanEventRow. */
export const eventJson = (e: SQL): SQL => sql`
  jsonb_build_object('seq', ${e}.seq, 'type', ${e}.type, 'body', ${e}.body, 'actor', ${e}.actor, 'at', ${utc(sql`${e}.created_at`)})`;

/** A row of `planning_sessions` with its steps and participants as a LivePlanSnapshot. */
export const planJson = (s: SQL): SQL => sql`
  jsonb_build_object(
    'id', ${s}.id, 'organizationId', ${s}.organization_id, 'engagementId', ${s}.engagement_id, 'title', ${s}.planning_title,
    'description', ${s}.description, 'pageUrl', ${s}.confluence_page_url, 'status', ${s}.status, 'progress', ${s}.progress,
    'progressMessage', ${s}.progress_message,
    'steps', coalesce((select jsonb_agg(${stepJson(sql`p`)} order by p.position, p.id)
                         from plan_steps p where p.session_id = ${s}.id and p.removed_at is null), '[]'),
    'participants', coalesce((select jsonb_agg(a.name order by a.created_at, a.name) from session_participants a where a.session_id = ${s}.id), '[]'),
    'seq', ${s}.last_seq, 'createdAt', ${utc(sql`${s}.created_at`)}, 'updatedAt', ${utc(sql`${s}.updated_at`)}, 'archivedAt', ${utc(sql`${s}.archived_at`)})`;
