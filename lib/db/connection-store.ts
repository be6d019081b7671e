import { type SQL, sql } from "drizzle-orm";
import { derivedUuid, type OrganizationId, type SessionId } from "../domain/ids.js";
import type { ConnectionStore, Keyring, StoredConnection } from "../ports-identity.js";
import { auditInto } from "./audit-rows.js";
import { type Database, json, repeatable } from "./database.js";
import { hashOf } from "./oauth-state-store.js";
import { tokenSealer } from "./token-store.js";

type ConnectionRow = {
  id: string;
  kind: StoredConnection["kind"];
  site_url: string;
  cloud_id: string | null;
  spaces: string[];
  email: string | null;
};

/** Organizations' connections to Confluence sites. */
export function connectionStore(db: Database, keyring: Keyring): ConnectionStore {
  const seal = tokenSealer(keyring, "confluence");

  const list = async (organizationId: OrganizationId) => {
    const rows = await db.query<{ connection: ConnectionRow }>(sql`
      select to_jsonb(c) as connection from (
        select id, kind, site_url, cloud_id, spaces, email from confluence_tokens
         where organization_id = ${organizationId} and revoked_at is null and spaces <> '{}' order by site_url) c`);
    return rows.map((row) => toConnection(row.connection));
  };

  return {
    async upsert({ organizationId, kind, siteUrl, cloudId, email, spaces, tokens }) {
      const id = derivedUuid(organizationId, "confluence_tokens", siteUrl);
      const sealed = seal(id, tokens);
      await db.query(sql`
        insert into confluence_tokens (id, organization_id, kind, site_url, cloud_id, spaces, email, access_token, refresh_token, scope, expires_at)
        values (${id}, ${organizationId}, ${kind}, ${siteUrl}, ${cloudId}, ${textArray(spaces ?? [])}, ${email}, ${sealed.accessToken},
                ${sealed.refreshToken}, ${tokens.scope}, ${tokens.expiresAt?.toISOString() ?? null}::timestamptz)
        on conflict (organization_id, site_url) do update
           set id = excluded.id, kind = excluded.kind, cloud_id = excluded.cloud_id, email = excluded.email,
               spaces = case when ${spaces === undefined} then confluence_tokens.spaces else excluded.spaces end,
               access_token = excluded.access_token, refresh_token = excluded.refresh_token, scope = excluded.scope,
               expires_at = excluded.expires_at, version = confluence_tokens.version + 1, refreshing_until = null, revoked_at = null,
               updated_at = now()`);
      return id;
    },

    list,

    async findForHost(organizationId, host) {
      const connections = await list(organizationId);
      return connections.find(({ siteUrl }) => host === null || new URL(siteUrl).host === host) ?? null;
    },

    async webhookSecret(id) {
      if (!/^[0-9a-f-]{36}$/i.test(id)) return null;
      const [row] = await db.query<{ secret: string | null }>(
        sql`select webhook_secret as secret from confluence_tokens where id = ${id}::uuid and revoked_at is null`,
        repeatable,
      );
      return row?.secret ? keyring.open(row.secret, webhookPlace(id)) : null;
    },

    async renewWebhookSecret(author, id, secret) {
      const entry = { action: "WEBHOOK_SECRET_DRAWN", resourceType: "connection", resourceId: id };
      const rows = await db.query(sql`
        with changed as (
          update confluence_tokens set webhook_secret = ${keyring.seal(secret, webhookPlace(id))}, updated_at = now()
           where id = ${id}::uuid and organization_id = ${author.organizationId} and revoked_at is null returning id, site_url),
        audited as (${auditInto({ ...entry, details: sql`jsonb_build_object('siteUrl', changed.site_url)` }, author, sql`changed`)})
        select id from changed`);
      return rows.length > 0;
    },

    async overview(organizationId) {
      const rows = await db.query<{ connection: ConnectionRow; has_secret: boolean }>(
        sql`
        select to_jsonb(c) as connection, c.has_secret from (
          select id, kind, site_url, cloud_id, spaces, email, webhook_secret is not null as has_secret from confluence_tokens
           where organization_id = ${organizationId} and revoked_at is null order by site_url) c`,
        repeatable,
      );
      return rows.map((row) => ({ ...toConnection(row.connection), hasWebhookSecret: row.has_secret }));
    },

    async setSpaces(organizationId, id, spaces) {
      const rows = await db.query(sql`
        update confluence_tokens set spaces = ${textArray(spaces)}, updated_at = now()
         where id = ${id} and organization_id = ${organizationId} returning id`);
      return rows.length > 0;
    },

    async chooseSpaces(id, spaces, link) {
      const rows = await db.query(sql`
        with connection as (
          select id from confluence_tokens where id = ${id} and organization_id = ${link.organizationId} and revoked_at is null),
        used as (
          insert into oauth_states (id, purpose, organization_id, session_id, code_verifier, expires_at, used_at)
          select ${hashOf(link.id)}::text, 'connect_confluence', ${link.organizationId}::text, ${link.sessionId}::uuid, '',
                 ${link.expiresAt.toISOString()}::timestamptz, now() from connection
          on conflict (id) do nothing returning id)
        update confluence_tokens c set spaces = ${textArray(spaces)}, updated_at = now()
          from connection, used where c.id = connection.id returning c.id`);
      return rows.length > 0;
    },

    async isLinkUsed(linkId) {
      return (
        (await db.query(sql`select 1 from oauth_states where id = ${hashOf(linkId)} and used_at is not null`)).length >
        0
      );
    },

    async sessionsWaiting(organizationId) {
      const rows = await db.query<{ id: SessionId }>(sql`
        select s.id from planning_sessions s
         where (${organizationId}::text is null or s.organization_id = ${organizationId})
           and s.status = 'awaiting_input' and s.stop_requested_at is null and s.question->>'kind' = 'connect'
           and exists (select from confluence_tokens c
                        where c.organization_id = s.organization_id and c.revoked_at is null and c.spaces <> '{}')
         order by s.created_at, s.id`);
      return rows.map((row) => row.id);
    },
  };
}

const webhookPlace = (id: string) => ({ provider: "confluence", row: id, kind: "webhook_secret" });

const textArray = (values: string[]): SQL => sql`array(select jsonb_array_elements_text(${json(values)}))`;

const toConnection = (row: ConnectionRow): StoredConnection => ({
  id: row.id,
  kind: row.kind,
  siteUrl: row.site_url,
  cloudId: row.cloud_id,
  spaces: row.spaces,
  email: row.email,
});
