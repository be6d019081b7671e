import { createHash, randomBytes } from "node:crypto";
import type { AuthorizationCode, Grant } from "./model.js";
import { organizationOf, type Store } from "./store.js";

const lifetimeSeconds = 86_399;
const codeLifetimeMs = 10 * 60_000;
/** How long a refresh token that was used works again, for clients that lost the answer. */
const replayWindowMs = 30 * 60_000;

/** `GET /oauth/authorize`: somebody who agrees at once. `organization` and `user` say who, beyond what Linear knows. */
export function authorize(store: Store, request: Request): Response {
  const { searchParams: asked } = new URL(request.url);
  const redirectUri = asked.get("redirect_uri") ?? "";
  if (asked.get("client_id") !== store.app.clientId) return refuse(400, "invalid_client", "Unknown client_id.");
  const known = store.app.redirectUris;
  if (!URL.canParse(redirectUri) || (known.length > 0 && !known.includes(redirectUri)))
    return refuse(400, "invalid_request", "redirect_uri is not registered for this application.");
  const back = new URL(redirectUri);
  const state = asked.get("state");
  if (state !== null) back.searchParams.set("state", state);
  const problem = problemOf(asked);
  if (problem) back.searchParams.set("error", problem);
  else {
    const code = grantCode(store, asked, redirectUri);
    if (!code) return refuse(400, "invalid_request", "There is no such workspace or user.");
    back.searchParams.set("code", code.code);
  }
  return new Response(null, { status: 302, headers: { Location: back.toString() } });
}

function problemOf(asked: URLSearchParams): string | null {
  if (asked.get("response_type") !== "code") return "unsupported_response_type";
  const method = asked.get("code_challenge_method");
  if (asked.get("code_challenge") && method !== "S256" && method !== "plain") return "invalid_request";
  const scope = scopesOf(asked.get("scope"));
  if (scope.length === 0 || (asked.get("actor") === "app" && scope.includes("admin"))) return "invalid_scope";
  return null;
}

function grantCode(store: Store, asked: URLSearchParams, redirectUri: string): AuthorizationCode | null {
  const { organizations, users, codes } = store.world;
  const wanted = asked.get("organization");
  const organization = organizations.find(({ id, urlKey }) => !wanted || id === wanted || urlKey === wanted);
  const person = asked.get("user");
  const user = users.find(
    ({ organizationId, app, id, displayName }) =>
      organizationId === organization?.id && !app && (!person || id === person || displayName === person),
  );
  if (!organization || !user) return null;
  const code: AuthorizationCode = {
    code: randomBytes(20).toString("hex"),
    clientId: store.app.clientId,
    redirectUri,
    challenge: asked.get("code_challenge"),
    scope: scopesOf(asked.get("scope")),
    organizationId: organization.id,
    userId: asked.get("actor") === "app" ? organization.appUserId : user.id,
    expiresAt: store.now() + codeLifetimeMs,
  };
  codes.push(code);
  store.touch();
  return code;
}

function scopesOf(scope: string | null): string[] {
  return (scope ?? "").split(/[\s,]+/).filter(Boolean);
}

/** `POST /oauth/token`. */
export async function token(store: Store, request: Request): Promise<Response> {
  const form = new URLSearchParams(await request.text());
  const client = clientOf(request, form);
  if (client.id !== store.app.clientId) return refuse(401, "invalid_client", "Unknown client_id.");
  if (client.secret !== null && client.secret !== store.app.clientSecret)
    return refuse(401, "invalid_client", "The client secret is wrong.");
  if (form.get("grant_type") === "authorization_code") return exchange(store, form, client.secret !== null);
  if (form.get("grant_type") === "refresh_token") return refresh(store, form);
  return refuse(400, "unsupported_grant_type", "grant_type must be authorization_code or refresh_token.");
}

function clientOf(request: Request, form: URLSearchParams): { id: string | null; secret: string | null } {
  const basic = /^Basic (.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (!basic) return { id: form.get("client_id"), secret: form.get("client_secret") };
  const [id = "", secret = ""] = Buffer.from(basic, "base64").toString().split(":").map(decodeFormComponent);
  return { id, secret };
}

function decodeFormComponent(text: string): string {
  return new URLSearchParams(`it=${text}`).get("it") ?? "";
}

function exchange(store: Store, form: URLSearchParams, hasSecret: boolean): Response {
  const { world } = store;
  const code = world.codes.find((candidate) => candidate.code === form.get("code"));
  world.codes = world.codes.filter((candidate) => candidate !== code);
  if (!code || code.expiresAt <= store.now() || code.redirectUri !== form.get("redirect_uri"))
    return refuse(400, "invalid_grant", "The authorization code is invalid, expired or was used.");
  const verifier = form.get("code_verifier");
  if (code.challenge === null ? !hasSecret : !verifier || challengeOf(verifier) !== code.challenge)
    return refuse(400, "invalid_grant", "The code verifier does not match, or the client secret is missing.");
  const organization = organizationOf(store, code.organizationId);
  if (code.userId === organization.appUserId) organization.installed = true;
  return Response.json(toAnswer(issueGrant(store, code)));
}

function challengeOf(verifier: string): string {
  return createHash("sha256").update(verifier).digest("base64url");
}

/** A used refresh token may come again for a while and gets a pair of its own each time. */
function refresh(store: Store, form: URLSearchParams): Response {
  const grant = store.world.grants.find((candidate) => candidate.refreshToken === form.get("refresh_token"));
  if (!grant || grant.revoked) return refuse(400, "invalid_grant", "Refresh token is invalid.");
  if (grant.refreshedAt !== null && store.now() - grant.refreshedAt > replayWindowMs)
    return refuse(400, "invalid_grant", "Refresh token has expired.");
  grant.refreshedAt ??= store.now();
  return Response.json(toAnswer(issueGrant(store, grant)));
}

export function issueGrant(store: Store, to: Pick<Grant, "organizationId" | "userId" | "scope">): Grant {
  const grant: Grant = {
    accessToken: `lin_oauth_${randomBytes(32).toString("hex")}`,
    refreshToken: `lin_refresh_${randomBytes(32).toString("hex")}`,
    organizationId: to.organizationId,
    userId: to.userId,
    scope: to.scope,
    expiresAt: store.now() + lifetimeSeconds * 1000,
    refreshedAt: null,
    revoked: false,
  };
  store.world.grants.push(grant);
  store.touch();
  return grant;
}

function toAnswer({ accessToken, refreshToken, scope }: Grant) {
  return {
    access_token: accessToken,
    token_type: "Bearer",
    expires_in: lifetimeSeconds,
    scope: scope.join(" "),
    refresh_token: refreshToken,
  };
}

/** `POST /oauth/revoke`: one token, or the Bearer token that the request came with. */
export async function revoke(store: Store, request: Request): Promise<Response> {
  const bearer = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
  const form = new URLSearchParams(await request.text());
  const wanted = form.get("token") ?? bearer;
  if (!wanted) return refuse(401, "invalid_client", "No token was given.");
  const grant = store.world.grants.find(({ accessToken, refreshToken }) =>
    [accessToken, refreshToken].includes(wanted),
  );
  if (!grant || grant.revoked) return refuse(400, "invalid_request", "The token is unknown or was revoked.");
  grant.revoked = true;
  store.touch();
  return Response.json({ success: true });
}

function refuse(status: number, error: string, description: string): Response {
  return Response.json({ error, error_description: description }, { status });
}
