import { type SQL, sql } from "drizzle-orm";
import type { EngagementId, OrganizationId, UserId } from "../domain/ids.js";
import type { Principal, Role, Scope } from "../domain/principal.js";
import type { AccessStore, Credential } from "../ports-people.js";
import { type Database, json } from "./database.js";

/** How the demo user is named where Linear would name a person. */
export const demoUser = { linearUserId: "demo", name: "Demo" };

type Row = {
  credential_id: string | null;
  user_id: string;
  organization_id: string;
  linear_user_id: string;
  name: string;
  role: Role;
  scope: Scope;
  engagement_roles: Record<string, Role> | null;
  hidden: string[] | null;
  used: number;
  wait_ms: number;
};

/** Who makes a request, with everything that decides what they may: one statement for each request. */
export function accessStore(db: Database): AccessStore {
  const find = async (credential: Credential) =>
    db.query<Row>(sql`
      with who as (${who(credential)}),
      seen as (${markSeen(credential)}),
      counted as (${count(sql`select 'user:' || user_id from who`)})
      select who.*, counted.used, counted.wait_ms,
             (select jsonb_object_agg(m.engagement_id, m.role) from engagement_members m where m.user_id = who.user_id) as engagement_roles,
             (select jsonb_agg(e.id) from engagements e
               where e.organization_id = who.organization_id and e.settings->>'access' = 'members'
                 and not exists (select from engagement_members m where m.engagement_id = e.id and m.user_id = who.user_id)) as hidden
        from who cross join counted`);

  return {
    async authenticate(credential, perMinute) {
      let [row] = await find(credential);
      if (!row && credential.kind === "demo") {
        await db.query(sql`
          insert into users (id, organization_id, linear_user_id, name, role)
          select gen_random_uuid(), o.id, ${demoUser.linearUserId}::text, ${demoUser.name}::text, 'admin' from organizations o
           where o.id = ${credential.organizationId} and o.revoked_at is null
          on conflict (organization_id, linear_user_id) do nothing`);
        [row] = await find(credential);
      }
      if (!row) return null;
      return { principal: toPrincipal(row, credential), retryAfterMs: row.used > perMinute ? row.wait_ms : null };
    },

    async countAnonymous(key, perMinute) {
      const [row] = await db.query<{ used: number; wait_ms: number }>(count(sql`select ${key}::text`));
      return row && row.used > perMinute ? row.wait_ms : null;
    },
  };
}

function who(credential: Credential): SQL {
  const person = sql`u.id as user_id, u.organization_id, u.linear_user_id, u.name, u.role`;
  const living = sql`join organizations o on o.id = u.organization_id and o.revoked_at is null`;
  switch (credential.kind) {
    case "browser":
      return sql`select c.id as credential_id, ${person}, 'admin' as scope from sign_ins c join users u on u.id = c.user_id ${living}
                  where c.hash = ${credential.hash} and c.revoked_at is null and c.expires_at > now()`;
    case "token":
      return sql`select c.id as credential_id, ${person}, c.scope from api_tokens c join users u on u.id = c.user_id ${living}
                  where c.hash = ${credential.hash} and c.revoked_at is null and c.expires_at > now()`;
    case "demo":
      return sql`select null::uuid as credential_id, ${person}, 'admin' as scope from users u ${living}
                  where u.organization_id = ${credential.organizationId} and u.linear_user_id = ${demoUser.linearUserId}`;
  }
}

/** When a credential was used last, to the minute. */
function markSeen(credential: Credential): SQL {
  const stale = (column: SQL) => sql`(${column} is null or ${column} < now() - interval '1 minute')`;
  switch (credential.kind) {
    case "browser":
      return sql`update sign_ins c set seen_at = now(), updated_at = now() from who
                  where c.id = who.credential_id and ${stale(sql`c.seen_at`)}`;
    case "token":
      return sql`update api_tokens c set used_at = now(), updated_at = now() from who
                  where c.id = who.credential_id and ${stale(sql`c.used_at`)}`;
    case "demo":
      return sql`select`;
  }
}

/** One more in the minute of the database's clock, for each key; and how long the minute still lasts. */
const count = (keys: SQL): SQL => sql`
  insert into rate_limits (key, window_start, used)
  select k.key, date_trunc('minute', now()), 1 from (${keys}) k(key)
  on conflict (key) do update
     set used = case when rate_limits.window_start = excluded.window_start then rate_limits.used + 1 else 1 end,
         window_start = excluded.window_start, updated_at = now()
  returning used, ceil(extract(epoch from window_start + interval '1 minute' - now()) * 1000)::int as wait_ms`;

const toPrincipal = (row: Row, credential: Credential): Principal => ({
  organizationId: row.organization_id as OrganizationId,
  userId: row.user_id as UserId,
  linearUserId: row.linear_user_id,
  name: row.name,
  role: row.role,
  engagementRoles: (row.engagement_roles ?? {}) as Record<EngagementId, Role>,
  hidden: (row.hidden ?? []) as EngagementId[],
  scope: row.scope,
  via: credential.kind,
  credentialId: row.credential_id,
});

/** Whether the rows of an engagement (null: of none) are within a grant. */
export const within = (grant: { byDefault: boolean; except: EngagementId[] }, engagementId: SQL): SQL =>
  grant.except.length === 0
    ? sql`${grant.byDefault}`
    : sql`(coalesce(${engagementId} in (select value::uuid from jsonb_array_elements_text(${json(grant.except)})), false) <> ${grant.byDefault})`;
