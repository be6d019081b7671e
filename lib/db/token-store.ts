import { type SQL, sql } from "drizzle-orm";
import { FatalError } from "../domain/errors.js";
import type { Keyring, StoredTokens, TokenStore } from "../ports-identity.js";
import type { Database } from "./database.js";

const tables = { linear: sql`linear_tokens`, confluence: sql`confluence_tokens` };

type TokenRow = {
  id: string;
  version: number;
  access_token: string;
  refresh_token: string | null;
  expires_at: string | null;
  claimed: boolean;
  revoked: boolean;
};

/**
 * The tokens of installations or of connections; both tables have these columns. Sealed in the database, and nowhere in an error. `claimMs`
 * is how long a refresher that has died keeps the others waiting.
 */
export function tokenStore(
  db: Database,
  keyring: Keyring,
  provider: TokenStore["provider"],
  claimMs = 15_000,
): TokenStore {
  const table = tables[provider];
  const seal = tokenSealer(keyring, provider);

  const toTokens = (row: TokenRow): StoredTokens => ({
    id: row.id,
    version: row.version,
    accessToken: keyring.open(row.access_token, { provider, row: row.id, kind: "access_token" }),
    refreshToken:
      row.refresh_token === null
        ? null
        : keyring.open(row.refresh_token, { provider, row: row.id, kind: "refresh_token" }),
    expiresAt: row.expires_at === null ? null : new Date(row.expires_at),
    isClaimed: row.claimed,
    isRevoked: row.revoked,
  });

  const findRow = async (id: string) => {
    const [row] = await db.query<TokenRow>(sql`
      select id, version, access_token, refresh_token, to_jsonb(expires_at)#>>'{}' as expires_at,
             coalesce(refreshing_until > now(), false) as claimed, revoked_at is not null as revoked
        from ${table} where id = ${id}`);
    return row ?? null;
  };
  const isChanged = async (statement: SQL) => (await db.query(statement)).length > 0;

  return {
    provider,

    async load(id) {
      const row = await findRow(id);
      return row ? toTokens(row) : null;
    },

    claimRefresh: (id, version) =>
      isChanged(sql`
        update ${table} set refreshing_until = now() + ${claimMs}::int * interval '1 millisecond', updated_at = now()
         where id = ${id} and version = ${version} and revoked_at is null and (refreshing_until is null or refreshing_until <= now())
        returning id`),

    async releaseClaim(id, version) {
      await db.query(sql`update ${table} set refreshing_until = null where id = ${id} and version = ${version}`);
    },

    save: (id, version, tokens) => {
      const sealed = seal(id, tokens);
      return isChanged(sql`
        update ${table}
           set access_token = ${sealed.accessToken}, refresh_token = ${sealed.refreshToken}, scope = ${tokens.scope},
               expires_at = ${tokens.expiresAt.toISOString()}::timestamptz, version = version + 1, refreshing_until = null, updated_at = now()
         where id = ${id} and version = ${version} and revoked_at is null
        returning id`);
    },

    revoke: (id, version) =>
      isChanged(sql`
        update ${table} set revoked_at = now(), refreshing_until = null, updated_at = now()
         where id = ${id} and version = ${version} and revoked_at is null
        returning id`),

    async listExpiring(before, limit) {
      const rows = await db.query<{ id: string }>(sql`
        select id from ${table}
         where revoked_at is null and refresh_token is not null and expires_at < ${before.toISOString()}::timestamptz
         order by expires_at limit ${limit}`);
      return rows.map((row) => row.id);
    },

    async resealAll(limit) {
      const rows = await db.query<{ id: string }>(sql`
        select id from ${table} where split_part(access_token, '.', 2) <> ${keyring.kid} or split_part(refresh_token, '.', 2) <> ${keyring.kid}
         limit ${limit}`);
      let resealed = 0;
      // What no key opens stays as it is: whoever needs it is told, and the others must not wait for it.
      for (const { id } of rows) if (await reseal(id).catch(falseIfUnreadable)) resealed += 1;
      return resealed;
    },
  };

  /** The version stays: the tokens are the same, and whoever refreshes them at this moment must not lose. */
  async function reseal(id: string): Promise<boolean> {
    const row = await findRow(id);
    if (!row) return false;
    const sealed = seal(id, toTokens(row));
    return isChanged(sql`
      update ${table} set access_token = ${sealed.accessToken}, refresh_token = ${sealed.refreshToken}
       where id = ${id} and access_token = ${row.access_token} returning id`);
  }
}

function falseIfUnreadable(error: unknown): false {
  if (error instanceof FatalError) return false;
  throw error;
}

/** Seals a pair of tokens for the row that they go to. */
export const tokenSealer =
  (keyring: Keyring, provider: TokenStore["provider"]) =>
  (row: string, tokens: { accessToken: string; refreshToken: string | null }) => ({
    accessToken: keyring.seal(tokens.accessToken, { provider, row, kind: "access_token" }),
    refreshToken:
      tokens.refreshToken === null ? null : keyring.seal(tokens.refreshToken, { provider, row, kind: "refresh_token" }),
  });
