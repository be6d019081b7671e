import { calculatePKCECodeChallenge } from "oauth4webapi";
import { afterEach, describe, expect, it, vi } from "vitest";
import { FatalError, RequestError, RetryableError } from "../../../lib/domain/errors.js";
import { identify, linearOAuth } from "../../../lib/linear/oauth.js";

const now = Date.parse("2026-11-20T10:00:00.000Z");
const redirectUri = "https://agent.test/oauth/linear/callback";
const codeVerifier = "v".repeat(43);
const granted = {
  access_token: "access-1",
  token_type: "Bearer",
  expires_in: 86_399,
  scope: "read write app:assignable app:mentionable",
  refresh_token: "refresh-2",
};

afterEach(() => void vi.useRealTimers());

describe("the way into a workspace", () => {
  it("asks for the app's own rights, with scopes as Linear parts them, state and proof key", async () => {
    const url = new URL(await provider().oauth.authorizationUrl({ state: "s1", codeVerifier, redirectUri }));
    expect(`${url.origin}${url.pathname}`).toBe("https://linear.test/oauth/authorize");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: "client-1",
      redirect_uri: redirectUri,
      response_type: "code",
      scope: "read,write,app:assignable,app:mentionable",
      state: "s1",
      actor: "app",
      code_challenge: await calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: "S256",
    });
  });

  it("ends with tokens, which count as expired five minutes early", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now });
    const { oauth, requests } = provider(json(granted));
    await expect(oauth.exchange(callback("code=c1&state=s1"))).resolves.toEqual({
      accessToken: "access-1",
      refreshToken: "refresh-2",
      expiresAt: new Date(now + 86_399_000 - 300_000),
      scope: granted.scope,
    });
    expect(requests).toEqual([
      {
        url: "https://api.linear.test/oauth/token",
        form: {
          grant_type: "authorization_code",
          code: "c1",
          redirect_uri: redirectUri,
          code_verifier: codeVerifier,
          client_id: "client-1",
          client_secret: "client-secret",
        },
      },
    ]);
  });

  it.each([
    ["another state", "code=c1&state=s2", "oauth_callback_invalid"],
    ["no state", "code=c1", "oauth_callback_invalid"],
    ["a refusal", "error=access_denied&state=s1", "oauth_denied"],
  ])("is refused without a request where the callback brings %s", async (_, query, code) => {
    const { oauth, requests } = provider(json(granted));
    const error = await failureOf(oauth.exchange(callback(query)));
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({ code, status: 400 });
    expect(requests).toEqual([]);
  });

  it("is to be started again where the code is used up", async () => {
    const { oauth } = provider(json({ error: "invalid_grant" }, 400));
    await expect(oauth.exchange(callback("code=c1&state=s1"))).rejects.toMatchObject({ code: "oauth_code_refused" });
  });
});

describe("a refresh", () => {
  it("brings the next pair of tokens", async () => {
    const { oauth, requests } = provider(json(granted));
    await expect(oauth.refresh("refresh-1")).resolves.toMatchObject({
      accessToken: "access-1",
      refreshToken: "refresh-2",
    });
    expect(requests[0]?.form).toMatchObject({ grant_type: "refresh_token", refresh_token: "refresh-1" });
  });

  it("of a short grant keeps most of its time", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now });
    const { oauth } = provider(json({ ...granted, expires_in: 60 }));
    await expect(oauth.refresh("refresh-1")).resolves.toMatchObject({ expiresAt: new Date(now + 54_000) });
  });

  it.each<[string, Response | Error, typeof FatalError | typeof RetryableError, string]>([
    [
      "a dead grant",
      json({ error: "invalid_grant", error_description: "expired" }, 400),
      FatalError,
      "refresh_refused",
    ],
    ["a wrong secret", json({ error: "invalid_client" }, 401), FatalError, "oauth_refused"],
    ["a rate limit", json({ error: "rate_limited" }, 429), RetryableError, "linear_unavailable"],
    ["a server error", new Response("oops", { status: 503 }), RetryableError, "linear_unavailable"],
    ["a page instead of JSON", new Response("<html>"), RetryableError, "linear_unavailable"],
    ["half an answer", new Response('{"access_token":"acc', jsonHeaders()), RetryableError, "linear_unavailable"],
    ["a broken connection", new TypeError("fetch failed"), RetryableError, "linear_unreachable"],
  ])("that meets %s fails in kind", async (_, answer, kind, code) => {
    const error = await failureOf(provider(answer).oauth.refresh("refresh-1"));
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ code });
  });

  it("that fails says nothing of tokens and secrets", async () => {
    const answer = json({ error: "invalid_grant", error_description: "refresh-1 is dead" }, 400);
    const error = (await failureOf(provider(answer).oauth.refresh("refresh-1"))) as FatalError;
    const told = JSON.stringify([error.message, error.words, error.context, error.cause, error.stack]);
    expect(told).not.toMatch(/refresh-1|client-secret/);
  });
});

describe("a revocation", () => {
  it("sends the token", async () => {
    const { oauth, requests } = provider(new Response(null, { status: 200 }));
    await oauth.revoke("access-1");
    expect(requests[0]).toMatchObject({ url: "https://api.linear.test/oauth/revoke", form: { token: "access-1" } });
  });

  it("of a token that is dead already is done", async () => {
    await expect(provider(json({ error: "invalid_request" }, 400)).oauth.revoke("access-1")).resolves.toBeUndefined();
  });

  it("that Linear cannot do now may be tried again", async () => {
    await expect(provider(new Response("", { status: 500 })).oauth.revoke("access-1")).rejects.toBeInstanceOf(
      RetryableError,
    );
  });
});

describe("an installation", () => {
  it("is known by the app's user and the workspace of its token", async () => {
    const organization = { id: "org-1", name: "Acme", urlKey: "acme" };
    const asked: (string | null)[] = [];
    const send: typeof fetch = (_url, init) => {
      asked.push(new Headers(init?.headers).get("Authorization"));
      const rights = { admin: false, owner: false, guest: false };
      const viewer = { id: "app-1", name: "Planning Agent", email: "app@acme.test", ...rights, organization };
      return Promise.resolve(json({ data: { viewer } }));
    };
    await expect(identify("https://api.linear.test/graphql", "access-1", { fetch: send })).resolves.toEqual({
      userId: "app-1",
      name: "Planning Agent",
      email: "app@acme.test",
      isAdmin: false,
      isGuest: false,
      organization,
    });
    expect(asked).toEqual(["Bearer access-1"]);
  });
});

function provider(answer: Response | Error = new Error("not to be asked")) {
  const requests: { url: string; form: Record<string, string> }[] = [];
  const oauth = linearOAuth({
    authorizeUrl: "https://linear.test/oauth/authorize",
    tokenUrl: "https://api.linear.test/oauth/token",
    revokeUrl: "https://api.linear.test/oauth/revoke",
    clientId: "client-1",
    clientSecret: "client-secret",
    scopes: ["read", "write", "app:assignable", "app:mentionable"],
    fetch: async (url, init) => {
      const request = new Request(url, init);
      requests.push({ url: request.url, form: Object.fromEntries(new URLSearchParams(await request.text())) });
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  return { oauth, requests };
}

function callback(query: string) {
  return { callbackUrl: new URL(`${redirectUri}?${query}`), state: "s1", codeVerifier, redirectUri };
}

function jsonHeaders(status = 200) {
  return { status, headers: { "Content-Type": "application/json" } };
}

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), jsonHeaders(status));
}

const failureOf = (promise: Promise<unknown>) => promise.then(() => undefined).catch((error: unknown) => error);
