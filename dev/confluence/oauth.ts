/** The authorization server in front of Confluence Cloud: three-legged OAuth with rotating refresh tokens. */
import { randomBytes, randomUUID } from "node:crypto";
import { Hono } from "hono";
import { z } from "zod";
import type { Grant, World } from "./state.js";
import { siteUrl } from "./state.js";

/** The scopes that a full installation asks for. */
export const allScopes =
  "read:page:confluence write:page:confluence read:space:confluence read:label:confluence read:comment:confluence " +
  "write:comment:confluence read:content.metadata:confluence read:hierarchical-content:confluence read:user:confluence " +
  "read:confluence-content.all write:confluence-content search:confluence offline_access";

const reuseMs = 10 * 60_000;
const TokenRequest = z.discriminatedUnion("grant_type", [
  z.object({
    grant_type: z.literal("authorization_code"),
    client_id: z.string(),
    client_secret: z.string(),
    code: z.string(),
    redirect_uri: z.string(),
  }),
  z.object({
    grant_type: z.literal("refresh_token"),
    client_id: z.string(),
    client_secret: z.string(),
    refresh_token: z.string(),
  }),
]);

export function authorizationServer(world: World): Hono {
  const app = new Hono();

  app.get("/authorize", (c) => {
    const { audience, client_id, redirect_uri, response_type, scope, state } = c.req.query();
    if (client_id !== world.state.settings.client.id) return c.text("Unknown client_id", 400);
    if (redirect_uri === undefined || !URL.canParse(redirect_uri)) return c.text("Invalid redirect_uri", 400);
    if (audience !== "api.atlassian.com" || response_type !== "code") return c.text("Invalid audience or type", 400);
    const back = new URL(redirect_uri);
    if (state !== undefined) back.searchParams.set("state", state);
    if (world.state.settings.consent === "deny") {
      back.searchParams.set("error", "access_denied");
      back.searchParams.set("error_description", "User did not authorize the request");
    } else {
      const code = secret();
      const accountId = world.state.users[0]?.accountId ?? "";
      world.state.codes[code] = { accountId, scope: scope ?? "", redirectUri: redirect_uri };
      world.save();
      back.searchParams.set("code", code);
    }
    return c.redirect(back.href);
  });

  app.post("/oauth/token", async (c) => {
    const parsed = TokenRequest.safeParse(await c.req.json<unknown>().catch(() => null));
    if (!parsed.success) return refuse(400, "invalid_request", "The token request is not understood");
    const { client } = world.state.settings;
    const { client_id, client_secret } = parsed.data;
    if (client_id !== client.id || client_secret !== client.secret) return refuse(401, "access_denied", "Unauthorized");
    return parsed.data.grant_type === "authorization_code" ? exchange(parsed.data) : refresh(parsed.data.refresh_token);
  });

  app.get("/oauth/token/accessible-resources", (c) => {
    const grant = findGrant(world, c.req.header("authorization") ?? "");
    if (grant === undefined) return Response.json({ code: 401, message: "Unauthorized" }, { status: 401 });
    const scopes = grant.scope.split(" ").filter((each) => each !== "offline_access");
    const { cloudId: id } = world.state;
    return c.json([{ id, name: "planning", url: siteUrl(world), scopes, avatarUrl: `${siteUrl(world)}/avatar.png` }]);
  });

  function exchange({ code, redirect_uri }: { code: string; redirect_uri: string }): Response {
    const issued = world.state.codes[code];
    delete world.state.codes[code];
    if (issued === undefined || issued.redirectUri !== redirect_uri)
      return refuse(403, "invalid_grant", "Invalid authorization code");
    const { accountId, scope } = issued;
    const grant: Grant = { id: randomUUID(), accountId, scope, revoked: false, access: [], refresh: [] };
    world.state.grants.push(grant);
    return tokenAnswer(world, grant);
  }

  function refresh(token: string): Response {
    const grant = world.state.grants.find((each) => each.refresh.some((one) => one.token === token));
    const sent = grant?.refresh.find((one) => one.token === token);
    if (grant === undefined || sent === undefined)
      return refuse(403, "unauthorized_client", "refresh_token is invalid");
    if (grant.revoked) return refuse(403, "invalid_grant", "Unknown or invalid refresh token.");
    const window = world.state.settings.refreshReuseWindow === "ten_minutes" ? reuseMs : 0;
    if (sent.rotatedAt !== null && world.now() - sent.rotatedAt >= window)
      return refuse(403, "unauthorized_client", "refresh_token is invalid");
    sent.rotatedAt ??= world.now();
    return tokenAnswer(world, grant);
  }

  return app;
}

/** The living grant behind a Bearer header. */
export function findGrant(world: World, authorization: string): Grant | undefined {
  const token = /^Bearer (.+)$/i.exec(authorization)?.[1];
  return world.state.grants.find(
    (grant) => !grant.revoked && grant.access.some((each) => each.token === token && each.expiresAt > world.now()),
  );
}

/** A grant as a person's consent makes it, without the browser. */
export function grantDirectly(world: World, scope: string): { accessToken: string; refreshToken: string | null } {
  const accountId = world.state.users[0]?.accountId ?? "";
  const grant: Grant = { id: randomUUID(), accountId, scope, revoked: false, access: [], refresh: [] };
  world.state.grants.push(grant);
  return issue(world, grant);
}

function issue(world: World, grant: Grant): { accessToken: string; refreshToken: string | null } {
  const accessToken = secret();
  const expiresAt = world.now() + world.state.settings.accessTokenSeconds * 1000;
  grant.access = [...grant.access.filter((each) => each.expiresAt > world.now()), { token: accessToken, expiresAt }];
  const refreshToken = grant.scope.split(" ").includes("offline_access") ? secret() : null;
  if (refreshToken !== null) grant.refresh.push({ token: refreshToken, rotatedAt: null });
  world.save();
  return { accessToken, refreshToken };
}

function tokenAnswer(world: World, grant: Grant): Response {
  const { accessToken, refreshToken } = issue(world, grant);
  return Response.json({
    access_token: accessToken,
    ...(refreshToken !== null && { refresh_token: refreshToken }),
    expires_in: world.state.settings.accessTokenSeconds,
    scope: grant.scope,
    token_type: "Bearer",
  });
}

const secret = () => randomBytes(24).toString("base64url");
const refuse = (status: number, error: string, description: string) =>
  Response.json({ error, error_description: description }, { status });
