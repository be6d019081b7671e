import { type SQL, sql } from "drizzle-orm";
import { utc } from "./database.js";

/** A row of `planning_sessions` as the contract's Session. */
const sessionFields = (s: SQL): SQL => sql`
  'id', ${s}.id, 'engagementId', ${s}.engagement_id, 'isDefault', ${s}.is_default, 'title', ${s}.planning_title, 'description', ${s}.description,
  'pageUrl', ${s}.confluence_page_url, 'teamId', ${s}.team_id, 'status', ${s}.status, 'progress', ${s}.progress,
  'progressMessage', ${s}.progress_message, 'version', ${s}.version, 'seq', ${s}.last_seq,
  'stepCount', (select count(*) from plan_steps p where p.session_id = ${s}.id and p.removed_at is null),
  'participantCount', (select count(*) from session_participants a where a.session_id = ${s}.id),
  'createdBy', ${s}.created_by, 'createdAt', ${utc(sql`${s}.created_at`)}, 'updatedAt', ${utc(sql`${s}.updated_at`)},
  'archivedAt', ${utc(sql`${s}.archived_at`)}, 'mergedInto', ${s}.merged_into`;

const lastActivity = (s: SQL): SQL => sql`
  'lastActivity', (select json_build_object('type', e.type, 'actor', e.actor, 'at', ${utc(sql`e.created_at`)})
                     from session_events e where e.session_id = ${s}.id and e.seq = ${s}.last_seq)`;

/** A row of `planning_sessions` as lists show it; as JSON, because nothing is looked up in it and there are many. */
export const listedSession = (s: SQL): SQL => sql`json_build_object(${sessionFields(s)}, ${lastActivity(s)})`;

/** A row of `planning_sessions` with everything that is said of one session. */
export const sessionDetail = (s: SQL): SQL => sql`
  jsonb_build_object(
    ${sessionFields(s)}, ${lastActivity(s)}, 'step', ${s}.step, 'issueId', ${s}.issue_id, 'question', ${s}.question->>'kind',
    'failure', case when jsonb_typeof(${s}.failure) = 'object' then jsonb_build_object('code', ${s}.failure->>'code', 'words', ${s}.failure->>'words') end,
    'waitingUntil', ${utc(sql`${s}.waiting_until`)}, 'isStopping', ${s}.stop_requested_at is not null,
    'participants', coalesce((select jsonb_agg(a.name order by a.created_at, a.name) from session_participants a where a.session_id = ${s}.id), '[]'))`;

/** A row of `plans` with how many items and issues it has. */
export const planState = (p: SQL): SQL => sql`
  jsonb_build_object(
    'id', ${p}.id, 'sessionId', ${p}.session_id, 'teamId', ${p}.team_id, 'pageTitle', ${p}.page_title, 'pageUrl', ${p}.page_url,
    'syncStatus', ${p}.sync_status, 'dirty', ${p}.dirty, 'basePageVersion', ${p}.base_page_version, 'version', ${p}.version,
    'updatedAt', ${utc(sql`${p}.updated_at`)},
    'items', (select count(*) from plan_items i where i.plan_id = ${p}.id and i.state = 'active'),
    'issues', (select count(i.linear_id) from plan_items i where i.plan_id = ${p}.id and i.state = 'active'))`;
