import { randomUUID } from "node:crypto";
import { type SQL, sql } from "drizzle-orm";
import type { OrganizationId, UserId } from "../domain/ids.js";
import { may, type Principal, type Role } from "../domain/principal.js";
import type { BrowserSignIn, SignIn, SignInStore } from "../ports-credentials.js";
import type { LinearPerson } from "../ports-identity.js";
import { auditInto } from "./audit-rows.js";
import { type Database, repeatable, utc } from "./database.js";
import { beyond, placeOf, toPage } from "./keyset.js";

type Row = SignIn & { place: unknown };

/** Browsers in which people are signed in. */
export function signInStore(db: Database): SignInStore {
  return {
    async signIn(person, role, browser) {
      const [row] = await db.query<{ organizationId: OrganizationId; userId: UserId }>(sql`
        with person as (${upsert(person, role)})${browser ? sql`, ${signedIn(person, browser)}` : sql``}
        select organization_id as "organizationId", id as "userId" from person`);
      return row ?? null;
    },

    async list(principal, userId, { limit, cursor }) {
      if (userId !== principal.userId && !(await isColleague(db, principal, userId))) return null;
      const rows = await db.query<Row>(
        sql`
        select s.id, s.user_id as "userId", s.user_agent as "userAgent", ${utc(sql`s.created_at`)} as "createdAt",
               ${utc(sql`s.seen_at`)} as "seenAt", ${utc(sql`s.expires_at`)} as "expiresAt", ${placeOf(sql`s.created_at`, sql`s.id`)} as place
          from sign_ins s
         where s.user_id = ${userId} and s.organization_id = ${principal.organizationId} and ${living}
           and ${beyond(cursor, sql`s.created_at`, sql`s.id`)}
         order by s.created_at desc, s.id desc limit ${limit + 1}::int`,
        repeatable,
      );
      return toPage(rows, limit, ({ place: _place, ...signIn }) => signIn);
    },

    async revoke(principal, id, requestId) {
      const isOwn = id === principal.credentialId;
      const rows = await db.query(sql`
        with changed as (
          update sign_ins s set revoked_at = now(), updated_at = now()
           where s.id = ${id} and s.organization_id = ${principal.organizationId} and ${living}
             and (s.user_id = ${principal.userId} or ${may(principal, "admin")}::boolean)
          returning s.id, s.user_id),
        audited as (${auditInto(
          {
            action: isOwn ? "SIGN_OUT" : "SIGN_IN_REVOKED",
            resourceType: "sign_in",
            resourceId: sql`id`,
            details: sql`jsonb_build_object('userId', user_id)`,
          },
          { organizationId: principal.organizationId, actor: principal.linearUserId, requestId },
          sql`changed`,
        )})
        select id from changed`);
      return rows.length > 0;
    },
  };
}

const living = sql`s.revoked_at is null and s.expires_at > now()`;

/** Whoever has a role keeps it: only an admin of ours changes it from then on. */
const upsert = ({ organization, userId, name, email }: LinearPerson, role: Role): SQL => sql`
  insert into users (id, organization_id, linear_user_id, name, email, role, role_given_at)
  select gen_random_uuid(), o.id, ${userId}::text, ${name}::text, ${email}::text, ${role}::text, now()
    from organizations o where o.id = ${organization.id} and o.revoked_at is null
  on conflict (organization_id, linear_user_id) do update
     set name = excluded.name, email = excluded.email, updated_at = now(),
         role = case when users.role_given_at is null then excluded.role else users.role end,
         role_given_at = coalesce(users.role_given_at, excluded.role_given_at)
  returning id, organization_id, role`;

const signedIn = (
  { userId, organization }: LinearPerson,
  { hash, userAgent, replaces, days, requestId }: BrowserSignIn,
): SQL => sql`
  replaced as (
    update sign_ins s set revoked_at = now(), updated_at = now() from person where s.hash = ${replaces} and ${living}),
  signed as (
    insert into sign_ins (id, organization_id, user_id, hash, user_agent, expires_at)
    select ${randomUUID()}::uuid, organization_id, id, ${hash}::text, ${userAgent}::text, now() + ${days}::int * interval '1 day' from person
    returning id, user_id),
  audited as (${auditInto(
    {
      action: "SIGN_IN",
      resourceType: "sign_in",
      resourceId: sql`signed.id`,
      details: sql`jsonb_build_object('userId', signed.user_id, 'role', person.role)`,
    },
    { organizationId: organization.id as OrganizationId, actor: userId, requestId },
    sql`signed cross join person`,
  )})`;

/** Somebody of the same organization, whose sign-ins only an admin may see. */
async function isColleague(db: Database, principal: Principal, userId: UserId): Promise<boolean> {
  if (!may(principal, "admin")) return false;
  const rows = await db.query(
    sql`select 1 from users where id = ${userId} and organization_id = ${principal.organizationId}`,
    repeatable,
  );
  return rows.length > 0;
}
