import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import type { Keyring, OAuthPurpose, OAuthRequest, OAuthStateStore, SignInCode } from "../ports-identity.js";
import type { Database } from "./database.js";

/** What is stored of a secret that only its holder may know. */
export const hashOf = (secret: string): string => createHash("sha256").update(secret).digest("base64url");

/**
 * Authorization requests under way, and the one-time codes that end them for programs. Taking one removes it, so that it is used once and
 * nothing stays of a request that led to nothing. What belongs to it is sealed together.
 */
export function oauthStateStore(db: Database, keyring: Keyring): OAuthStateStore {
  const place = (row: string, kind: "request" | "code") => ({ provider: "oauth", row, kind });
  return {
    async begin(stateKey, { purpose, link, ...request }) {
      const id = hashOf(stateKey);
      const sealed = keyring.seal(JSON.stringify({ ...request, link }), place(id, "request"));
      await db.query(sql`
        insert into oauth_states (id, purpose, organization_id, session_id, linear_user_id, code_verifier, expires_at)
        values (${id}, ${purpose}, ${link?.organizationId ?? null}, ${link?.sessionId ?? null}, ${link?.linearUserId ?? null},
                ${sealed}, now() + interval '10 minutes')`);
    },

    async take(stateKey) {
      const id = hashOf(stateKey);
      const [row] = await db.query<{ purpose: OAuthRequest["purpose"]; sealed: string; living: boolean }>(sql`
        delete from oauth_states where id = ${id} and used_at is null and purpose <> ${codePurpose}
        returning purpose, code_verifier as sealed, expires_at > now() as living`);
      if (!row?.living) return null;
      const request = JSON.parse(keyring.open(row.sealed, place(id, "request"))) as Omit<OAuthRequest, "purpose">;
      return { purpose: row.purpose, ...request };
    },

    async keepCode(code, meaning) {
      const id = hashOf(code);
      await db.query(sql`
        insert into oauth_states (id, purpose, organization_id, code_verifier, expires_at)
        values (${id}, ${codePurpose}, ${meaning.organizationId}, ${keyring.seal(JSON.stringify(meaning), place(id, "code"))}, now() + interval '5 minutes')`);
    },

    async takeCode(code) {
      const id = hashOf(code);
      const [row] = await db.query<{ sealed: string; living: boolean }>(sql`
        delete from oauth_states where id = ${id} and purpose = ${codePurpose}
        returning code_verifier as sealed, expires_at > now() as living`);
      return row?.living ? (JSON.parse(keyring.open(row.sealed, place(id, "code"))) as SignInCode) : null;
    },

    async clean() {
      await db.query(sql`delete from oauth_states where expires_at < now()`);
    },
  };
}

const codePurpose: OAuthPurpose = "sign_in_code";
