import { type SQL, sql } from "drizzle-orm";
import type { EngagementStore, Membership } from "../ports-catalog.js";
import { auditInto } from "./audit-rows.js";
import { type Database, repeatable } from "./database.js";
import { forgetAnswers } from "./idempotency-store.js";
import { beyond, placeOf, toPage } from "./keyset.js";

/** Who belongs to an engagement, in Postgres. */
export function memberStore(db: Database): Pick<EngagementStore, "members" | "putMember" | "removeMember"> {
  return {
    async members(organizationId, id, { limit, cursor }) {
      const rows = await db.query<{ member: Membership; place: unknown }>(
        sql`
        select ${member(sql`m`)} as member, ${placeOf(sql`m.created_at`, sql`m.user_id`)} as place
          from engagement_members m join users u on u.id = m.user_id
         where m.engagement_id = ${id} and m.organization_id = ${organizationId} and ${beyond(cursor, sql`m.created_at`, sql`m.user_id`)}
         order by m.created_at desc, m.user_id desc limit ${limit + 1}`,
        repeatable,
      );
      return toPage(rows, limit, (row) => row.member);
    },

    async putMember(organizationId, id, { userId, role }, author) {
      const details = sql`jsonb_build_object('userId', put.user_id, 'before', (select role from before), 'after', put.role)`;
      const [row] = await db.query<{ member: Membership }>(sql`
        with before as (
          select role from engagement_members where engagement_id = ${id} and user_id = ${userId} and organization_id = ${organizationId}),
        put as (
          insert into engagement_members (engagement_id, user_id, organization_id, role)
          select e.id, u.id, e.organization_id, ${role}::text from engagements e join users u on u.organization_id = e.organization_id
           where e.id = ${id} and u.id = ${userId} and e.organization_id = ${organizationId}
          on conflict (engagement_id, user_id) do update set role = excluded.role, updated_at = now()
          returning *),
        forgotten as (${forgetAnswers(sql`k.user_id in (select user_id from put)`)}),
        audited as (${auditInto({ action: "MEMBER_PUT", resourceType: "engagement", resourceId: id, details }, author, sql`put`)})
        select ${member(sql`put`)} as member from put join users u on u.id = put.user_id`);
      return row?.member ?? null;
    },

    async removeMember(organizationId, id, userId, author) {
      const details = sql`jsonb_build_object('userId', removed.user_id, 'before', removed.role)`;
      const rows = await db.query(sql`
        with removed as (
          delete from engagement_members where engagement_id = ${id} and user_id = ${userId} and organization_id = ${organizationId} returning *),
        forgotten as (${forgetAnswers(sql`k.user_id in (select user_id from removed)`)}),
        audited as (${auditInto({ action: "MEMBER_REMOVED", resourceType: "engagement", resourceId: id, details }, author, sql`removed`)})
        select user_id from removed`);
      return rows.length > 0;
    },
  };
}

/** A row of `engagement_members` beside its user `u`. */
const member = (m: SQL): SQL =>
  sql`jsonb_build_object('userId', ${m}.user_id, 'name', u.name, 'email', u.email, 'role', ${m}.role)`;
