import { sql } from "drizzle-orm";
import { type LogEvent, toPublicEvent } from "../domain/public-event.js";
import { grantFor } from "../domain/principal.js";
import type { ExportStore, SessionExport } from "../ports-lifecycle.js";
import { within } from "./access-store.js";
import { type Database, repeatable, utc } from "./database.js";

/** Sessions with everything that belongs to them, each as one statement sees it. */
export function exportStore(db: Database): ExportStore {
  return {
    async export(principal, id) {
      const [row] = await db.query<{ export: SessionExport & { events: LogEvent[] } }>(
        sql`
        select jsonb_build_object(
          'session', ${sessionJson(sql`s`)},
          'mergedSessions', (
             with recursive came as (
               select c.* from planning_sessions c where c.merged_into = s.id
               union all select c.* from came join planning_sessions c on c.merged_into = came.id)
             select coalesce(jsonb_agg(${sessionJson(sql`came`)} order by came.created_at, came.id), '[]') from came),
          'steps', coalesce((select jsonb_agg(${stepJson} order by p.position, p.id) from plan_steps p where p.session_id = s.id), '[]'),
          'participants', coalesce((select jsonb_agg(a.name order by a.created_at, a.name) from session_participants a where a.session_id = s.id), '[]'),
          'events', coalesce((select jsonb_agg(${eventJson} order by e.seq) from session_events e where e.session_id = s.id), '[]'),
          'plans', coalesce((select jsonb_agg(${planJson} order by p.created_at, p.id) from plans p where p.session_id = s.id), '[]'),
          'items', coalesce((select jsonb_agg(${itemJson} order by i.plan_id, i.position, i.id)
                               from plans p join plan_items i on i.plan_id = p.id where p.session_id = s.id), '[]')) as export
          from planning_sessions s
         where s.id = ${id} and s.organization_id = ${principal.organizationId} and s.deleted_at is null
           and ${within(grantFor(principal, "viewer"), sql`s.engagement_id`)}`,
        repeatable,
      );
      return row ? { ...row.export, events: row.export.events.map(toPublicEvent) } : null;
    },
  };
}

const sessionJson = (s: ReturnType<typeof sql>) => sql`
  jsonb_build_object(
    'id', ${s}.id, 'engagementId', ${s}.engagement_id, 'isDefault', ${s}.is_default, 'title', ${s}.planning_title, 'description', ${s}.description,
    'pageUrl', ${s}.confluence_page_url, 'teamId', ${s}.team_id, 'issueId', ${s}.issue_id, 'status', ${s}.status, 'progress', ${s}.progress,
    'progressMessage', ${s}.progress_message, 'failure', ${s}.failure, 'version', ${s}.version, 'seq', ${s}.last_seq, 'createdBy', ${s}.created_by,
    'createdAt', ${utc(sql`${s}.created_at`)}, 'updatedAt', ${utc(sql`${s}.updated_at`)}, 'archivedAt', ${utc(sql`${s}.archived_at`)},
    'mergedInto', ${s}.merged_into)`;

const stepJson = sql`
  jsonb_build_object('id', p.id, 'text', p.text, 'owner', p.owner, 'position', p.position::text, 'revision', p.revision, 'ts', ${utc(sql`p.created_at`)},
                     'removedAt', ${utc(sql`p.removed_at`)})`;

const eventJson = sql`jsonb_build_object('seq', e.seq, 'type', e.type, 'body', e.body, 'actor', e.actor, 'at', ${utc(sql`e.created_at`)})`;

const planJson = sql`
  jsonb_build_object('id', p.id, 'source', p.source, 'teamId', p.team_id, 'pageUrl', p.page_url, 'pageTitle', p.page_title,
                     'basePageVersion', p.base_page_version, 'version', p.version, 'syncStatus', p.sync_status, 'createdAt', ${utc(sql`p.created_at`)})`;

const itemJson = sql`
  jsonb_build_object('id', i.id, 'planId', i.plan_id, 'parentId', i.parent_id, 'position', i.position, 'kind', i.kind, 'key', i.key, 'title', i.title,
                     'fields', i.fields, 'base', i.base, 'state', i.state, 'pending', i.pending, 'isAdopted', i.adopted, 'linearKind', i.linear_kind,
                     'linearId', i.linear_id, 'linearIdentifier', i.linear_identifier, 'linearUrl', i.linear_url, 'duplicateOf', i.duplicate_of,
                     'createdAt', ${utc(sql`i.created_at`)})`;
