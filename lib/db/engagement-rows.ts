import { type SQL, sql } from "drizzle-orm";
import { defaultEngagementSettings } from "../domain/session.js";
import { goesToLinear, goesToPage } from "../domain/sync/comments.js";
import type { SettingsChange } from "../ports-catalog.js";
import { json, utc } from "./database.js";

/** What makes an engagement the one that a team's mentions go to: the target of `on conflict`. */
export const teamDefault = sql`(organization_id, coalesce(team_id, '')) where is_team_default`;

/** The engagement of an organization that belongs to no team: where people begin who have not chosen. Made, or found, for each row of `source`. */
export const ensureGeneral = (organizationId: string, source: SQL): SQL => sql`
    insert into engagements (id, organization_id, team_id, is_team_default, name, settings)
    select gen_random_uuid(), ${organizationId}::text, null, true, 'General', ${json(defaultEngagementSettings)} ${source}
    on conflict ${teamDefault} do update set updated_at = now() returning id`;

/** The settings of an engagement, with what holds where nothing was said. */
export const settingsOf = (settings: SQL): SQL => sql`
    (${json(defaultEngagementSettings)} || ${settings} || jsonb_build_object(
      'sync', ${json(defaultEngagementSettings.sync)} || coalesce(${settings}->'sync', '{}')))`;

/** The settings of an engagement after a change that names some of them; policies of single fields are changed one by one too. */
export function changedSettings(settings: SQL, { sync, ...others }: SettingsChange): SQL {
  const changed = sql`${settings} || ${json(others)}`;
  if (!sync) return changed;
  const { policies = {}, ...rest } = sync;
  return sql`
    ${changed} || jsonb_build_object('sync', coalesce(${settings}->'sync', '{}') || ${json(rest)} || jsonb_build_object(
      'policies', coalesce(${settings}->'sync'->'policies', '{}') || ${json(policies)}))`;
}

/** Since when comments go each way, for settings that change: from now on where they did not go before. */
export const commentsSince = ({ sync }: SettingsChange, e: SQL): SQL => {
  if (sync?.comments === undefined) return sql``;
  const since = (column: SQL, isOn: boolean) =>
    sql`, ${column} = ${isOn ? sql`coalesce(${e}.${column}, now())` : sql`null`}`;
  return sql`${since(sql`comments_to_page_since`, goesToPage(sync.comments))}${since(sql`comments_to_linear_since`, goesToLinear(sync.comments))}`;
};

/** A row of `engagements` as an EngagementRow. */
export const engagementView = (e: SQL): SQL => sql`
  jsonb_build_object(
    'id', ${e}.id, 'name', ${e}.name, 'teamId', ${e}.team_id, 'isTeamDefault', ${e}.is_team_default, 'pageUrls', to_jsonb(${e}.page_urls),
    'settings', ${settingsOf(sql`${e}.settings`)}, 'version', ${e}.version,
    'defaultSessionId', (select d.id from planning_sessions d where d.engagement_id = ${e}.id and d.is_default and d.deleted_at is null),
    'memberCount', (select count(*) from engagement_members m where m.engagement_id = ${e}.id),
    'createdAt', ${utc(sql`${e}.created_at`)}, 'updatedAt', ${utc(sql`${e}.updated_at`)})`;
