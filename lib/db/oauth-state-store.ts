import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import type { Keyring, OAuthPurpose, OAuthRequest, OAuthStateStore } from "../ports-identity.js";
import type { Database } from "./database.js";

/** What is stored of a secret that only its holder may know. */
export const hashOf = (secret: string): string => createHash("sha256").update(secret).digest("base64url");

/**
 * Authorization requests under way. Taking one removes it, so that it is used once and nothing stays of a request that led to nothing.
 * The verifier and the link it serves are sealed together.
 */
export function oauthStateStore(db: Database, keyring: Keyring): OAuthStateStore {
  const place = (row: string) => ({ provider: "oauth", row, kind: "request" });
  return {
    async begin(stateKey, { purpose, codeVerifier, link }) {
      const id = hashOf(stateKey);
      await db.query(sql`
        insert into oauth_states (id, purpose, organization_id, session_id, linear_user_id, code_verifier, expires_at)
        values (${id}, ${purpose}, ${link?.organizationId ?? null}, ${link?.sessionId ?? null}, ${link?.linearUserId ?? null},
                ${keyring.seal(JSON.stringify({ codeVerifier, link }), place(id))}, now() + interval '10 minutes')`);
    },

    async take(stateKey) {
      const id = hashOf(stateKey);
      const [row] = await db.query<{ purpose: OAuthPurpose; sealed: string; living: boolean }>(sql`
        delete from oauth_states where id = ${id} and used_at is null
        returning purpose, code_verifier as sealed, expires_at > now() as living`);
      if (!row?.living) return null;
      const request = JSON.parse(keyring.open(row.sealed, place(id))) as Omit<OAuthRequest, "purpose">;
      return { purpose: row.purpose, ...request };
    },

    async clean() {
      await db.query(sql`delete from oauth_states where expires_at < now()`);
    },
  };
}
