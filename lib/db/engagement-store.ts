import { randomUUID } from "node:crypto";
import { type SQL, sql } from "drizzle-orm";
import type { Place } from "../contract/routes/people.js";
import type { EngagementId, OrganizationId, SessionId } from "../domain/ids.js";
import { type Grant, grantFor, type Principal } from "../domain/principal.js";
import { defaultEngagementSettings } from "../domain/session.js";
import { goesToLinear, goesToPage } from "../domain/sync/comments.js";
import { defaultSyncSettings } from "../domain/sync/run.js";
import type { EngagementRow, EngagementStore } from "../ports-catalog.js";
import { within } from "./access-store.js";
import { auditInto } from "./audit-rows.js";
import { appendLog } from "./commit.js";
import { type Database, json, repeatable, sqlState, uniqueViolation } from "./database.js";
import { changedSettings, commentsSince, engagementView, ensureGeneral, settingsOf } from "./engagement-rows.js";
import { forgetAnswers } from "./idempotency-store.js";
import { beyond, placeOf, toPage } from "./keyset.js";
import { readLandscape } from "./landscape.js";
import { memberStore } from "./member-store.js";
import { createdEntry, insertFrom } from "./new-session.js";
import { placeView } from "./people-store.js";

/** Plans that were not kept in step and now are: nobody has told of what changed meanwhile, so the next sweep looks at them. */
const lookSoon = sql`
  update plans p set last_polled_at = to_timestamp(0) from planning_sessions s, before, changed
   where s.id = p.session_id and s.engagement_id = changed.id and before.settings->'sync'->>'direction' = 'off' and changed.settings->'sync'->>'direction' <> 'off'`;

/** Engagements in Postgres. Each change is one statement, together with its audit entry. */
export function engagementStore(db: Database): EngagementStore {
  const find = async (organizationId: OrganizationId, id: EngagementId): Promise<EngagementRow | null> => {
    const [row] = await db.query<{ engagement: EngagementRow }>(
      sql`select ${engagementView(sql`e`)} as engagement from engagements e where e.id = ${id} and e.organization_id = ${organizationId}`,
      repeatable,
    );
    return row?.engagement ?? null;
  };

  return {
    ...memberStore(db),
    find,
    landscape: (organizationId, id) => readLandscape(db, organizationId, id),

    async create(principal, engagement, author) {
      const { organizationId, userId } = principal;
      const { id, name, teamId, pageUrls } = engagement;
      const { sync, ...others } = engagement.settings;
      const settings = { ...defaultEngagementSettings, ...others, sync: { ...defaultSyncSettings, ...sync } };
      await db.query(
        sql`
        with engagement as (
          insert into engagements (id, organization_id, team_id, name, page_urls, settings, comments_to_page_since, comments_to_linear_since)
          values (${id}, ${organizationId}, ${teamId}, ${name}, ${textArray(pageUrls)}, ${json(settings)},
                  case when ${goesToPage(settings.sync.comments)} then now() end, case when ${goesToLinear(settings.sync.comments)} then now() end)
          on conflict (id) do nothing returning id, team_id),
        admin as (
          insert into engagement_members (engagement_id, user_id, organization_id, role)
          select id, ${userId}::uuid, ${organizationId}::text, 'admin' from engagement),
        ${firstSession(principal)},
        settled as (
          update users u set default_engagement_id = coalesce(u.default_engagement_id, engagement.id), updated_at = now()
            from engagement where u.id = ${userId} and u.default_engagement_id is null),
        audited as (${auditInto({ action: "ENGAGEMENT_CREATED", resourceType: "engagement", resourceId: id, details: { name, teamId, settings } }, author, sql`engagement`)})
        select id from engagement`,
        repeatable,
      );
      return loaded(await find(organizationId, id));
    },

    async list(organizationId, readable, { limit, cursor }) {
      const rows = await db.query<{ engagement: EngagementRow; place: unknown }>(
        sql`
        with page as (
          select e.* from engagements e
           where e.organization_id = ${organizationId} and ${within(readable, sql`e.id`)} and ${beyond(cursor, sql`e.created_at`, sql`e.id`)}
           order by e.created_at desc, e.id desc limit ${limit + 1})
        select ${engagementView(sql`page`)} as engagement, ${placeOf(sql`page.created_at`, sql`page.id`)} as place
          from page order by page.created_at desc, page.id desc`,
        repeatable,
      );
      return toPage(rows, limit, ({ engagement }) => engagement);
    },

    async ensureDefault(principal, readable) {
      const { organizationId } = principal;
      for (;;) {
        const rows = await db
          .query<{ id: EngagementId }>(ensureDefault(principal, readable), repeatable)
          .catch((error) => {
            if (sqlState(error) === uniqueViolation) return null;
            throw error;
          });
        if (rows === null) continue;
        const [row] = rows;
        return row ? find(organizationId, row.id) : null;
      }
    },

    async edit(organizationId, id, expectedVersion, edit, author) {
      const { name, teamId, pageUrls } = edit;
      const rows = await db.query(sql`
        with changed as (
          update engagements e
             set version = e.version + 1, updated_at = now()
                 ${name === undefined ? sql`` : sql`, name = ${name}`}
                 ${teamId === undefined ? sql`` : sql`, team_id = ${teamId}`}
                 ${pageUrls === undefined ? sql`` : sql`, page_urls = ${textArray(pageUrls)}`}
           where e.id = ${id} and e.organization_id = ${organizationId} and e.version = ${expectedVersion}
             and ${teamId === undefined ? sql`true` : sql`(not e.is_team_default or e.team_id is not distinct from ${teamId}::text)`}
          returning e.id),
        audited as (${auditInto({ action: "ENGAGEMENT_EDITED", resourceType: "engagement", resourceId: id, details: { ...edit } }, author, sql`changed`)})
        select id from changed`);
      return rows.length > 0 ? find(organizationId, id) : null;
    },

    async changeSettings(organizationId, id, changes, author) {
      const details = sql`jsonb_build_object('before', before.settings, 'after', changed.settings)`;
      const [row] = await db.query<{ settings: EngagementRow["settings"] }>(sql`
        with before as (
          select e.id, e.settings from engagements e where e.id = ${id} and e.organization_id = ${organizationId} for no key update),
        changed as (
          update engagements e set settings = ${changedSettings(sql`e.settings`, changes)}${commentsSince(changes, sql`e`)}, version = e.version + 1, updated_at = now()
            from before where e.id = before.id returning e.id, e.settings),
        waiting as (${changes.sync?.direction === undefined ? sql`select` : lookSoon}),
        forgotten as (${changes.access === undefined ? sql`select` : forgetAnswers(sql`k.organization_id = ${organizationId} and exists (select from changed)`)}),
        audited as (${auditInto({ action: "SETTINGS_CHANGED", resourceType: "engagement", resourceId: id, details }, author, sql`before join changed using (id)`)})
        select ${settingsOf(sql`changed.settings`)} as settings from changed`);
      return row?.settings ?? null;
    },

    async switchTo(principal, id) {
      const { organizationId, userId } = principal;
      const [row] = await db.query<{ place: Place }>(
        sql`
        with place as (
          select e.id, coalesce(
                   (select s.id from planning_sessions s join users u on u.id = ${userId}
                     where s.id = (u.last_sessions->>(e.id::text))::uuid and s.engagement_id = e.id and s.deleted_at is null and s.archived_at is null),
                   (select s.id from planning_sessions s where s.engagement_id = e.id and s.is_default and s.deleted_at is null)) as session_id
            from engagements e where e.id = ${id} and e.organization_id = ${organizationId}),
        switched as (
          update users u set current_engagement_id = place.id, current_session_id = place.session_id, updated_at = now()
            from place where u.id = ${userId} and u.organization_id = ${organizationId})
        select ${placeView(sql`place.id`, sql`place.session_id`, grantFor(principal, "viewer"))} as place from place`,
        repeatable,
      );
      return row?.place ?? null;
    },
  };
}

const firstTitle = "Planning";

/** The CTEs that make the first session of `engagement` (id, team_id), which is its default. */
function firstSession({ organizationId, userId, linearUserId }: Principal): SQL {
  const session = {
    id: randomUUID() as SessionId,
    organizationId,
    createdBy: userId,
    title: firstTitle,
    description: null,
    pageUrl: null,
  };
  const entry = createdEntry({ ...session, participants: [], actor: linearUserId });
  return sql`moved as (${insertFrom(sql`engagement`, session)}), logged as (${appendLog([entry])})`;
}

const ensureDefault = (principal: Principal, readable: Grant): SQL => sql`
  with chosen as (
    select case when ${within(readable, sql`u.default_engagement_id`)} then u.default_engagement_id end as id
      from users u where u.id = ${principal.userId} and u.organization_id = ${principal.organizationId}),
  general as (${ensureGeneral(principal.organizationId, sql`from chosen where id is null`)}),
  place as (
    select e.id from (select coalesce(chosen.id, (select id from general)) as id from chosen) e where e.id is not null and ${within(readable, sql`e.id`)}),
  engagement as (
    select place.id, (select team_id from engagements e where e.id = place.id) as team_id from place
     where not exists (select from planning_sessions d where d.engagement_id = place.id and d.is_default)),
  ${firstSession(principal)},
  settled as (
    update users u set default_engagement_id = place.id, updated_at = now()
      from place where u.id = ${principal.userId} and u.default_engagement_id is distinct from place.id)
  select id from place`;

const textArray = (values: string[]): SQL =>
  sql`(select coalesce(array_agg(value order by n), '{}') from jsonb_array_elements_text(${json(values)}) with ordinality v(value, n))`;

function loaded(row: EngagementRow | null): EngagementRow {
  if (!row) throw new Error("an engagement that was just made is not there");
  return row;
}
