import { type SQL, sql } from "drizzle-orm";
import { defaultEngagementSettings } from "../domain/session.js";
import { json, utc } from "./database.js";

/** What makes an engagement the one that a team's mentions go to: the target of `on conflict`. */
export const teamDefault = sql`(organization_id, coalesce(team_id, '')) where is_team_default`;

/** The engagement of an organization that belongs to no team: where people begin who have not chosen. Made, or found, for each row of `source`. */
export const ensureGeneral = (organizationId: string, source: SQL): SQL => sql`
    insert into engagements (id, organization_id, team_id, is_team_default, name, settings)
    select gen_random_uuid(), ${organizationId}::text, null, true, 'General', ${json(defaultEngagementSettings)} ${source}
    on conflict ${teamDefault} do update set updated_at = now() returning id`;

/** A row of `engagements` as an EngagementRow. */
export const engagementView = (e: SQL): SQL => sql`
  jsonb_build_object(
    'id', ${e}.id, 'name', ${e}.name, 'teamId', ${e}.team_id, 'isTeamDefault', ${e}.is_team_default, 'pageUrls', to_jsonb(${e}.page_urls),
    'settings', ${json(defaultEngagementSettings)} || ${e}.settings, 'version', ${e}.version,
    'defaultSessionId', (select d.id from planning_sessions d where d.engagement_id = ${e}.id and d.is_default and d.deleted_at is null),
    'memberCount', (select count(*) from engagement_members m where m.engagement_id = ${e}.id),
    'createdAt', ${utc(sql`${e}.created_at`)}, 'updatedAt', ${utc(sql`${e}.updated_at`)})`;
