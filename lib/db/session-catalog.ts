import { type SQL, sql } from "drizzle-orm";
import type { PlanState } from "../contract/engagements.js";
import type { PlanItem, SessionDetail } from "../contract/routes/sessions.js";
import type { OrganizationId, SessionId } from "../domain/ids.js";
import { type Grant, grantFor } from "../domain/principal.js";
import type { ReadPage, SessionCatalog } from "../ports-catalog.js";
import type { Announce } from "../ports-live-plans.js";
import { type LogEvent, toPublicEvent } from "../domain/public-event.js";
import { within } from "./access-store.js";
import { type Database, repeatable } from "./database.js";
import { eventJson } from "./live-plan-rows.js";
import { editSession, makeDefaultSession } from "./session-edits.js";
import { listSessions } from "./session-list.js";
import { planState, sessionDetail } from "./session-view.js";

/** What people find and change in the catalogue of sessions. Each call is one statement. */
export function sessionCatalog(db: Database, announce: Announce = () => undefined): SessionCatalog {
  return {
    list: (organizationId, readable, filter, page) => listSessions(db, organizationId, readable, filter, page),
    find: (organizationId, id, readable) => find(db, organizationId, id, readable),

    async edit(principal, id, expectedVersion, edit) {
      const result = await editSession(db, principal, id, expectedVersion, edit);
      if (result.outcome === "edited") announce(id);
      return result;
    },

    async makeDefault(principal, id) {
      const result = await makeDefaultSession(db, principal, id);
      if (result.outcome === "edited") announce(id);
      return result;
    },

    async switchTo(principal, id) {
      const { organizationId, userId } = principal;
      const [row] = await db.query<{ session: SessionDetail }>(
        sql`
        with seen as (select s.* from planning_sessions s where ${visible(organizationId, id, grantFor(principal, "viewer"))}),
        switched as (
          update users u
             set current_session_id = seen.id, current_engagement_id = coalesce(seen.engagement_id, u.current_engagement_id), updated_at = now(),
                 last_sessions = u.last_sessions || case when seen.engagement_id is null then '{}'
                                                         else jsonb_build_object(seen.engagement_id, seen.id) end
            from seen where u.id = ${userId} and u.organization_id = ${organizationId})
        select ${sessionDetail(sql`seen`)} as session from seen`,
        repeatable,
      );
      return row?.session ?? null;
    },

    async items(organizationId, id, readable) {
      const [row] = await db.query<{ items: PlanItem[] }>(
        sql`
        select coalesce((select jsonb_agg(${planItem(sql`i`)} order by p.created_at, p.id, i.position, i.id)
                           from plans p join plan_items i on i.plan_id = p.id where p.session_id = s.id), '[]') as items
          from planning_sessions s where ${visible(organizationId, id, readable)}`,
        repeatable,
      );
      return row?.items ?? null;
    },

    async plans(organizationId, id, readable) {
      const [row] = await db.query<{ plans: PlanState[] }>(
        sql`
        select coalesce((select jsonb_agg(${planState(sql`p`)} order by p.created_at, p.id) from plans p where p.session_id = s.id), '[]') as plans
          from planning_sessions s where ${visible(organizationId, id, readable)}`,
        repeatable,
      );
      return row?.plans ?? null;
    },

    async page(organizationId, id, readable, planId) {
      const [row] = await db.query<{ page: ReadPage | null }>(
        sql`
        select (select jsonb_build_object('planId', p.id, 'source', p.source, 'pageUrl', p.page_url, 'pageVersion', g.page_version, 'title', g.title, 'body', g.body)
                  from plans p join page_snapshots g on g.plan_id = p.id
                 where p.session_id = s.id and (${planId}::uuid is null or p.id = ${planId}::uuid)
                 order by p.team_id is distinct from s.team_id, p.page_url is distinct from s.confluence_page_url, p.created_at,
                          g.page_version is distinct from (s.work->>'proposedPageVersion')::int, g.page_version desc limit 1) as page
          from planning_sessions s where ${visible(organizationId, id, readable)}`,
        repeatable,
      );
      return row ?? null;
    },

    async events(organizationId, id, readable, { after, limit }) {
      const [row] = await db.query<{ seq: number; events: LogEvent[] }>(
        sql`
        select s.last_seq as seq,
               coalesce((select jsonb_agg(${eventJson(sql`e`)} order by e.seq)
                           from (select * from session_events where session_id = s.id and seq > ${after} order by seq limit ${limit}) e), '[]') as events
          from planning_sessions s where ${visible(organizationId, id, readable)}`,
        repeatable,
      );
      return row ? { seq: row.seq, events: row.events.map(toPublicEvent) } : null;
    },
  };
}

/** A session as one person sees it; null where there is none for them. */
async function find(
  db: Database,
  organizationId: OrganizationId,
  id: SessionId,
  readable: Grant,
): Promise<SessionDetail | null> {
  const [row] = await db.query<{ session: SessionDetail }>(
    sql`select ${sessionDetail(sql`s`)} as session from planning_sessions s where ${visible(organizationId, id, readable)}`,
    repeatable,
  );
  return row?.session ?? null;
}

const visible = (organizationId: OrganizationId, id: SessionId, readable: Grant): SQL =>
  sql`s.id = ${id} and s.organization_id = ${organizationId} and s.deleted_at is null and ${within(readable, sql`s.engagement_id`)}`;

const planItem = (i: SQL): SQL => sql`
  jsonb_build_object(
    'id', ${i}.id, 'planId', ${i}.plan_id, 'parentId', ${i}.parent_id, 'kind', ${i}.kind, 'key', ${i}.key, 'title', ${i}.title,
    'description', coalesce(${i}.fields->>'description', ''), 'storyPoints', ${i}.fields->'storyPoints', 'priority', ${i}.fields->'priority',
    'enablerType', ${i}.fields->'enablerType', 'acceptanceCriteria', coalesce(${i}.fields->'acceptanceCriteria', '[]'),
    'dependsOn', coalesce(${i}.fields->'dependsOn', '[]'), 'state', ${i}.state, 'pending', ${i}.pending, 'isAdopted', ${i}.adopted,
    'linearId', ${i}.linear_id, 'linearIdentifier', ${i}.linear_identifier, 'linearUrl', ${i}.linear_url, 'duplicateOf', ${i}.duplicate_of)`;
