import { sql } from "drizzle-orm";
import { derivedUuid, type OrganizationId } from "../domain/ids.js";
import type { InstallationStore, Keyring } from "../ports-identity.js";
import type { Database } from "./database.js";
import { tokenSealer } from "./token-store.js";

/** Where the tokens of a workspace's installation are; the same after each reinstallation. */
export const linearTokenId = (organizationId: string): string => derivedUuid(organizationId, "linear_tokens");

/** Workspaces that installed the app, each with one grant. */
export function installationStore(db: Database, keyring: Keyring): InstallationStore {
  const seal = tokenSealer(keyring, "linear");

  const find = async (organizationId: OrganizationId) => {
    const [row] = await db.query<{ id: string; app_user_id: string; revoked: boolean }>(sql`
      select id, app_user_id, revoked_at is not null as revoked from linear_tokens where organization_id = ${organizationId}`);
    return row ? { organizationId, tokenId: row.id, appUserId: row.app_user_id, isRevoked: row.revoked } : null;
  };

  return {
    async install({ organization, appUserId, tokens }) {
      const id = linearTokenId(organization.id);
      const sealed = seal(id, tokens);
      await db.query(sql`
        with organization as (
          insert into organizations (id, name, url_key, app_user_id)
          values (${organization.id}, ${organization.name}, ${organization.urlKey}, ${appUserId})
          on conflict (id) do update set name = excluded.name, url_key = excluded.url_key, app_user_id = excluded.app_user_id,
                                         revoked_at = null, updated_at = now()
          returning id)
        insert into linear_tokens (id, organization_id, app_user_id, access_token, refresh_token, scope, expires_at)
        select ${id}::uuid, organization.id, ${appUserId}::text, ${sealed.accessToken}::text, ${sealed.refreshToken}::text,
               ${tokens.scope}::text, ${tokens.expiresAt.toISOString()}::timestamptz from organization
        on conflict (organization_id) do update
           set id = excluded.id, app_user_id = excluded.app_user_id, access_token = excluded.access_token,
               refresh_token = excluded.refresh_token, scope = excluded.scope, expires_at = excluded.expires_at,
               version = linear_tokens.version + 1, refreshing_until = null, revoked_at = null, updated_at = now()`);
    },

    find,

    async linearUserOf(userId) {
      const [row] = await db.query<{ linear_user_id: string }>(
        sql`select linear_user_id from users where id = ${userId}`,
      );
      return row?.linear_user_id ?? null;
    },
  };
}

/** Removes everything that belongs to organizations that uninstalled the app so long ago; returns their ids. */
export async function purgeUninstalled(db: Database, olderThanDays: number): Promise<OrganizationId[]> {
  const rows = await db.query<{ id: OrganizationId }>(sql`
    with gone as (
      delete from organizations where revoked_at < now() - ${olderThanDays}::int * interval '1 day' returning id),
    deliveries as (delete from webhook_deliveries d using gone where d.organization_id = gone.id),
    figures as (delete from metric_counts c using gone where c.organization_id = gone.id),
    requests as (delete from oauth_states s using gone where s.organization_id = gone.id)
    select id from gone`);
  return rows.map((row) => row.id);
}
