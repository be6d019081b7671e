import { sql } from "drizzle-orm";
import type { Landscape } from "../contract/engagements.js";
import type { EngagementId, OrganizationId } from "../domain/ids.js";
import { type Database, repeatable } from "./database.js";
import { planState } from "./session-view.js";

/** Plans that a landscape shows, the newest first; figures count all. */
const shownPlans = 500;

/** Pages, teams, issues, sessions and plans of an engagement; null where the organization has no such engagement. */
export async function readLandscape(
  db: Database,
  organizationId: OrganizationId,
  id: EngagementId,
): Promise<Omit<Landscape, "engagementId"> | null> {
  const [row] = await db.query<{ landscape: Omit<Landscape, "engagementId"> }>(
    sql`
    with engagement as (select * from engagements where id = ${id} and organization_id = ${organizationId}),
    plan as (select p.* from planning_sessions s join engagement e on e.id = s.engagement_id join plans p on p.session_id = s.id),
    item as (select p.team_id, i.kind, i.linear_id from plan p join plan_items i on i.plan_id = p.id where i.state = 'active'),
    page as (
      select url, max(title) as title, coalesce(jsonb_agg(plan_id order by plan_id) filter (where plan_id is not null), '[]') as plan_ids
        from (select p.page_url as url, p.page_title as title, p.id as plan_id from plan p where p.confluence_page_id is not null
              union all select u, null, null from engagement, unnest(engagement.page_urls) u) known
       where url is not null group by url),
    team as (
      select id, (select count(i.linear_id) from item i where i.team_id = t.id) as issues
        from (select team_id as id from plan union select team_id from engagement where team_id is not null) t)
    select jsonb_build_object(
      'pages', coalesce((select jsonb_agg(jsonb_build_object('url', url, 'title', title, 'planIds', plan_ids) order by url) from page), '[]'),
      'teams', coalesce((select jsonb_agg(jsonb_build_object('id', id, 'issues', issues) order by id) from team), '[]'),
      'issues', (select count(linear_id) from item),
      'items', ${counts(["epic", "feature", "story", "enabler"])} || coalesce(
        (select jsonb_object_agg(kind, n) from (select kind, count(*) as n from item group by kind) k), '{}'),
      'sessions', ${counts(["pending", "processing", "awaiting_input", "completed", "failed", "cancelled"])} || coalesce(
        (select jsonb_object_agg(status, n) from (
           select status, count(*) as n from planning_sessions where engagement_id = e.id and deleted_at is null group by status) s), '{}'),
      'plans', coalesce((select jsonb_agg(${planState(sql`p`)} order by p.created_at desc, p.id)
                           from (select * from plan order by created_at desc, id limit ${shownPlans}) p), '[]')) as landscape
      from engagement e`,
    repeatable,
  );
  return row?.landscape ?? null;
}

const counts = (names: string[]) => sql`${JSON.stringify(Object.fromEntries(names.map((name) => [name, 0])))}::jsonb`;
