import { newSecret } from "../../../commands/authorization.js";
import { redeemCode, tooManyTokens } from "../../../commands/sign-in.js";
import type { accessRoutes } from "../../../contract/routes/access.js";
import { RequestError } from "../../../domain/errors.js";
import type { UserId } from "../../../domain/ids.js";
import { may, type Principal } from "../../../domain/principal.js";
import type { ApiTokenStore, PageWish, SignInStore } from "../../../ports-credentials.js";
import type { OAuthStateStore } from "../../../ports-identity.js";
import { hashOf, sessionCookie, tokenPrefix } from "../authenticate.js";
import { Answer, type Handlers } from "../kernel.js";
import { mayOnlyRead } from "./refusals.js";

export type AccessApiDeps = {
  publicUrl: string;
  signIns: SignInStore;
  apiTokens: ApiTokenStore;
  states: OAuthStateStore;
};

/** Signing out, and what people and scripts are signed in with. */
export const accessHandlers: Handlers<typeof accessRoutes, AccessApiDeps> = {
  async signOut({ principal, requestId, deps }) {
    const { credentialId } = principal;
    if (credentialId !== null)
      await (principal.via === "token" ? deps.apiTokens : deps.signIns).revoke(principal, credentialId, requestId);
    const { name, attributes } = sessionCookie(deps.publicUrl);
    return new Answer(null, { "set-cookie": `${name}=; ${attributes}; Max-Age=0` });
  },

  async listSignIns({ query, principal, deps }) {
    const found = await deps.signIns.list(principal, (query.userId ?? principal.userId) as UserId, toWish(query));
    if (!found) throw new RequestError("not_found", 404, "Not found");
    const items = found.items.map((one) => ({ ...one, isCurrent: one.id === principal.credentialId }));
    return { items, next: found.next };
  },

  async revokeSignIn({ params, principal, requestId, deps }) {
    requireWrite(principal, params.id);
    if (await deps.signIns.revoke(principal, params.id, requestId)) return null;
    throw new RequestError("sign_in_not_found", 404, "There is no such sign-in");
  },

  async redeemCode({ body, newId, requestId, deps }) {
    const { secret, stored } = newToken(newId);
    const { code, code_verifier: codeVerifier } = body;
    const token = await redeemCode(deps, { code, codeVerifier, token: stored, requestId });
    return new Answer({ ...token, token: secret }, notKept);
  },

  async listTokens({ query, principal, deps }) {
    const isAll = query.all === "true";
    if (isAll && !may(principal, "admin")) throw new RequestError("not_allowed", 403, "This needs the role admin");
    return deps.apiTokens.list(principal, isAll ? "all" : "own", toWish(query));
  },

  async createToken({ body, principal, newId, requestId, deps }) {
    // Else a token could outlive its end, or give itself a wider scope.
    if (principal.via === "token")
      throw new RequestError("not_by_token", 403, "A token makes no tokens. Please sign in in a browser.");
    const { secret, stored } = newToken(newId);
    const { name, scope, expiresInDays: days } = body;
    const token = await deps.apiTokens.create(principal, { ...stored, name, scope, days }, requestId);
    if (token === "too_many") throw tooManyTokens();
    if (token === "gone") throw new RequestError("not_signed_in", 401, "Please sign in again.");
    return new Answer({ ...token, token: secret }, notKept);
  },

  async revokeToken({ params, principal, requestId, deps }) {
    requireWrite(principal, params.id);
    if (await deps.apiTokens.revoke(principal, params.id, requestId)) return null;
    throw new RequestError("token_not_found", 404, "There is no such token");
  },
};

function newToken(id: string): { secret: string; stored: { id: string; hash: string; hint: string } } {
  const secret = `${tokenPrefix}${newSecret()}`;
  return { secret, stored: { id, hash: hashOf(secret), hint: secret.slice(0, 8) } };
}

/** A secret that is shown once stays in no cache. */
const notKept = { "cache-control": "no-store" };

/** Whoever may only read may still end what they read with. */
function requireWrite({ scope, credentialId }: Principal, id: string): void {
  if (scope === "read" && id !== credentialId) throw mayOnlyRead();
}

const toWish = ({ limit, cursor }: { limit?: number | undefined; cursor?: string | undefined }): PageWish => ({
  limit: limit ?? 50,
  cursor: cursor ?? null,
});
