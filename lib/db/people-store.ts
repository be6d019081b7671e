import { type SQL, sql } from "drizzle-orm";
import type { User } from "../contract/routes/people.js";
import type { Grant } from "../domain/principal.js";
import type { PeopleStore } from "../ports-catalog.js";
import { within } from "./access-store.js";
import { auditInto } from "./audit-rows.js";
import { type Database, repeatable } from "./database.js";
import { forgetAnswers } from "./idempotency-store.js";
import { beyond, placeOf, toPage } from "./keyset.js";

/** The people of an organization and where they work, in Postgres. */
export function peopleStore(db: Database): PeopleStore {
  return {
    async me({ organizationId, userId }, readable) {
      const [row] = await db.query<Awaited<ReturnType<PeopleStore["me"]>> & object>(
        sql`
        select ${user(sql`u`)} as user, jsonb_build_object('id', o.id, 'name', o.name, 'urlKey', o.url_key) as organization,
               ${placeView(sql`u.default_engagement_id`, defaultSession(sql`u.default_engagement_id`), readable)} as default,
               ${placeView(sql`u.current_engagement_id`, sql`u.current_session_id`, readable)} as current
          from users u join organizations o on o.id = u.organization_id
         where u.id = ${userId} and u.organization_id = ${organizationId}`,
        repeatable,
      );
      return row ?? null;
    },

    async list(organizationId, { limit, cursor }) {
      const rows = await db.query<{ user: User; place: unknown }>(
        sql`
        select ${user(sql`u`)} as user, ${placeOf(sql`u.created_at`, sql`u.id`)} as place from users u
         where u.organization_id = ${organizationId} and ${beyond(cursor, sql`u.created_at`, sql`u.id`)}
         order by u.created_at desc, u.id desc limit ${limit + 1}`,
        repeatable,
      );
      return toPage(rows, limit, (row) => row.user);
    },

    async changeRole(organizationId, userId, role, author) {
      const details = sql`jsonb_build_object('before', before.role, 'after', changed.role)`;
      // All admins are locked, in one order, so that of two who step back at once the second sees that the first has.
      const [row] = await db.query<{ user: User | null; known: boolean }>(sql`
        with admins as (
          select id from users where organization_id = ${organizationId} and role = 'admin' order by id for no key update),
        before as (select id, role from users where id = ${userId} and organization_id = ${organizationId}),
        changed as (
          update users u set role = ${role}, role_given_at = now(), updated_at = now() from before
           where u.id = before.id and (${role}::text = 'admin' or exists (select from admins a where a.id <> u.id))
          returning u.*),
        forgotten as (${forgetAnswers(sql`k.user_id in (select id from changed)`)}),
        audited as (${auditInto({ action: "ROLE_CHANGED", resourceType: "user", resourceId: userId, details }, author, sql`before join changed using (id)`)})
        select (select ${user(sql`changed`)} from changed) as user, exists (select from before) as known`);
      if (row?.user) return { outcome: "changed", user: row.user };
      return row?.known ? { outcome: "last_admin" } : { outcome: "not_found" };
    },

    async chooseDefault({ organizationId, userId }, engagementId) {
      const rows = await db.query(
        sql`
        update users u set default_engagement_id = e.id, updated_at = now() from engagements e
         where e.id = ${engagementId} and e.organization_id = ${organizationId} and u.id = ${userId} and u.organization_id = ${organizationId}
        returning u.id`,
        repeatable,
      );
      return rows.length > 0;
    },
  };
}

const user = (u: SQL): SQL =>
  sql`jsonb_build_object('id', ${u}.id, 'linearUserId', ${u}.linear_user_id, 'name', ${u}.name, 'email', ${u}.email, 'role', ${u}.role)`;

const defaultSession = (engagementId: SQL): SQL =>
  sql`(select d.id from planning_sessions d where d.engagement_id = ${engagementId} and d.is_default)`;

/** An engagement and a session as a Place; what is gone, or may not be seen, is null. */
export const placeView = (engagementId: SQL, sessionId: SQL, readable: Grant): SQL => sql`
  jsonb_build_object(
    'engagement', (select jsonb_build_object('id', e.id, 'name', e.name, 'teamId', e.team_id) from engagements e
                    where e.id = ${engagementId} and ${within(readable, sql`e.id`)}),
    'session', (select jsonb_build_object('id', s.id, 'title', s.planning_title, 'status', s.status) from planning_sessions s
                 where s.id = ${sessionId} and s.deleted_at is null and ${within(readable, sql`s.engagement_id`)}))`;
