import { sql } from "drizzle-orm";
import { may } from "../domain/principal.js";
import type { ApiToken, ApiTokenStore } from "../ports-credentials.js";
import { auditInto } from "./audit-rows.js";
import { type Database, repeatable, utc } from "./database.js";
import { beyond, placeOf, toPage } from "./keyset.js";

/** How many living tokens a person may have. */
export const tokensPerPerson = 50;

const columns = sql`t.id, t.user_id as "userId", u.name as "userName", t.name, t.scope, t.hint, ${utc(sql`t.created_at`)} as "createdAt",
  ${utc(sql`t.expires_at`)} as "expiresAt", ${utc(sql`t.used_at`)} as "usedAt"`;

/** Tokens of people for scripts and editors. */
export function apiTokenStore(db: Database): ApiTokenStore {
  return {
    async create({ organizationId, userId }, { id, name, scope, hash, hint, days }, requestId) {
      const [row] = await db.query<{ count: number; token: ApiToken | null }>(sql`
        with owner as (
          select u.id, u.organization_id, u.linear_user_id, u.name,
                 (select count(*) from api_tokens t where t.user_id = u.id and t.revoked_at is null and t.expires_at > now())::int as count
            from users u join organizations o on o.id = u.organization_id and o.revoked_at is null
           where u.id = ${userId} and u.organization_id = ${organizationId}),
        made as (
          insert into api_tokens (id, organization_id, user_id, name, scope, hash, hint, expires_at)
          select ${id}::uuid, organization_id, id, ${name}::text, ${scope}::text, ${hash}::text, ${hint}::text,
                 now() + ${days}::int * interval '1 day'
            from owner where count < ${tokensPerPerson}::int
          returning *),
        audited as (${auditInto(
          {
            action: "TOKEN_CREATED",
            resourceType: "api_token",
            resourceId: sql`made.id`,
            details: sql`jsonb_build_object('userId', made.user_id, 'name', made.name, 'scope', made.scope, 'expiresAt', ${utc(sql`made.expires_at`)})`,
          },
          { organizationId, actor: sql`owner.linear_user_id`, requestId },
          sql`made cross join owner`,
        )})
        select u.count, (select to_jsonb(x) from (select ${columns} from made t) x) as token from owner u`);
      if (!row) return "gone";
      return row.token ?? "too_many";
    },

    async list(principal, whose, { limit, cursor }) {
      const rows = await db.query<ApiToken & { place: unknown }>(
        sql`
        select ${columns}, ${placeOf(sql`t.created_at`, sql`t.id`)} as place
          from api_tokens t join users u on u.id = t.user_id
         where t.organization_id = ${principal.organizationId} and t.revoked_at is null
           and ${whose === "own" ? sql`t.user_id = ${principal.userId}` : sql`true`}
           and ${beyond(cursor, sql`t.created_at`, sql`t.id`)}
         order by t.created_at desc, t.id desc limit ${limit + 1}::int`,
        repeatable,
      );
      return toPage(rows, limit, ({ place: _place, ...token }) => token);
    },

    async revoke(principal, id, requestId) {
      const rows = await db.query(sql`
        with changed as (
          update api_tokens t set revoked_at = now(), updated_at = now()
           where t.id = ${id} and t.organization_id = ${principal.organizationId} and t.revoked_at is null
             and (t.user_id = ${principal.userId} or ${may(principal, "admin")}::boolean)
          returning t.id, t.user_id, t.name),
        audited as (${auditInto(
          {
            action: "TOKEN_REVOKED",
            resourceType: "api_token",
            resourceId: sql`id`,
            details: sql`jsonb_build_object('userId', user_id, 'name', name)`,
          },
          { organizationId: principal.organizationId, actor: principal.linearUserId, requestId },
          sql`changed`,
        )})
        select id from changed`);
      return rows.length > 0;
    },
  };
}
