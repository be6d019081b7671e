import { describe, expect, it } from "vitest";
import type { ConfluenceSimulatorOptions } from "../../../dev/confluence/simulator.js";
import { confluenceOAuth } from "../../../lib/confluence/oauth.js";
import { accessibleSites, listSpaces } from "../../../lib/confluence/sites.js";
import { aConfluence, baseUrl, kinds } from "./world.js";

const redirectUri = "http://localhost:3000/oauth/confluence/callback";

function aGrant(options: Partial<ConfluenceSimulatorOptions> = {}, clientSecret = "confluence-secret") {
  const world = aConfluence(options);
  const provider = confluenceOAuth({
    authorizeUrl: `${baseUrl}/authorize`,
    tokenUrl: `${baseUrl}/oauth/token`,
    clientId: "confluence-client",
    clientSecret,
    fetch: world.fetch,
    allowInsecure: true,
  });
  const request = { state: "s1", codeVerifier: "v".repeat(43), redirectUri };
  const consent = async () => {
    const answer = await world.fetch(await provider.authorizationUrl(request), { redirect: "manual" });
    return new URL(answer.headers.get("location") ?? "");
  };
  const connect = async () => provider.exchange({ callbackUrl: await consent(), ...request });
  return { ...world, provider, request, consent, connect };
}

describe("connecting Confluence", () => {
  it("asks Atlassian for an audience, consent and refreshing", async () => {
    const { provider, request } = aGrant();
    const { searchParams } = new URL(await provider.authorizationUrl(request));
    expect(Object.fromEntries(searchParams)).toMatchObject({
      audience: "api.atlassian.com",
      prompt: "consent",
      response_type: "code",
      state: "s1",
      redirect_uri: redirectUri,
    });
    expect(searchParams.get("scope")?.split(" ")).toContain("offline_access");
    expect(searchParams.get("scope")?.split(" ").length).toBeLessThan(50);
  });

  it("gives tokens that open the site and its spaces", async () => {
    const { cloudId, fetch, connect } = aGrant();
    const { accessToken, refreshToken, expiresAt } = await connect();
    expect(refreshToken).toMatch(/.+/);
    expect(expiresAt.getTime()).toBeGreaterThan(Date.now());
    const sites = await accessibleSites(baseUrl, accessToken, { fetch });
    expect(sites).toMatchObject([{ cloudId, url: baseUrl, name: "planning" }]);
    const apiBase = `${baseUrl}/ex/confluence/${cloudId}`;
    const authorization = () => Promise.resolve(`Bearer ${accessToken}`);
    const spaces = await listSpaces({ kind: "cloud_oauth", apiBase, authorization, fetch });
    expect(spaces.map(({ key, name }) => [key, name])).toEqual([
      ["PLAN", "Planning"],
      ["SECRET", "Board only"],
    ]);
  });

  it("refuses a person's no, a foreign state and a code that was used", async () => {
    const { provider, request, consent, control } = aGrant();
    const callbackUrl = await consent();
    await provider.exchange({ callbackUrl, ...request });
    await expect(provider.exchange({ callbackUrl, ...request })).rejects.toMatchObject({ code: "oauth_code_refused" });
    await expect(provider.exchange({ callbackUrl, ...request, state: "s2" })).rejects.toMatchObject({
      code: "oauth_callback_invalid",
    });
    control.configure({ consent: "deny" });
    await expect(provider.exchange({ callbackUrl: await consent(), ...request })).rejects.toMatchObject({
      name: "RequestError",
      code: "oauth_denied",
    });
  });
});

describe("refreshing", () => {
  it("rotates: each answer retires the refresh token that was sent", async () => {
    const { provider, connect } = aGrant();
    const first = await connect();
    const second = await provider.refresh(first.refreshToken ?? "");
    expect(second.refreshToken).not.toBe(first.refreshToken);
    await expect(provider.refresh(first.refreshToken ?? "")).rejects.toMatchObject({
      name: "FatalError",
      code: "refresh_refused",
    });
    expect((await provider.refresh(second.refreshToken ?? "")).accessToken).not.toBe(second.accessToken);
  });

  it("forgives a lost answer for ten minutes where the reuse window is on, and no longer", async () => {
    let now = Date.now();
    const { provider, connect, control, switches } = aGrant({ now: () => now });
    control.configure({ refreshReuseWindow: "ten_minutes" });
    const { refreshToken } = await connect();
    switches.add({ kind: "lost_answer", on: "POST /oauth/token", times: 1 });
    await expect(provider.refresh(refreshToken ?? "")).rejects.toMatchObject({ code: "confluence_unreachable" });
    expect((await provider.refresh(refreshToken ?? "")).accessToken).toMatch(/.+/);
    now += 10 * 60_000;
    await expect(provider.refresh(refreshToken ?? "")).rejects.toMatchObject({ code: "refresh_refused" });
  });

  it("loses the grant with the answer where there is no reuse window", async () => {
    const { provider, connect, switches } = aGrant();
    const { refreshToken } = await connect();
    switches.add({ kind: "lost_answer", on: "POST /oauth/token", times: 1 });
    await expect(provider.refresh(refreshToken ?? "")).rejects.toMatchObject({ name: "RetryableError" });
    await expect(provider.refresh(refreshToken ?? "")).rejects.toMatchObject({ code: "refresh_refused" });
  });

  it("ends with a withdrawn consent", async () => {
    const { provider, connect, control } = aGrant();
    const { refreshToken } = await connect();
    control.revokeGrants();
    await expect(provider.refresh(refreshToken ?? "")).rejects.toMatchObject({
      code: "refresh_refused",
      context: { error: "invalid_grant", status: 403 },
    });
  });

  it("does not ask the person again where our own secret is wrong", async () => {
    const world = aGrant({}, "not-the-secret");
    const { refreshToken } = world.control.grant();
    await expect(world.provider.refresh(refreshToken ?? "")).rejects.toMatchObject({
      name: "RetryableError",
      code: "confluence_client_refused",
    });
  });

  it.each([
    ["server_error", "confluence_unavailable"],
    ["rate_limited", "confluence_rate_limited"],
    ["truncated", "confluence_unavailable"],
  ] as const)("takes %s for %s, without a token in the error", async (kind, code) => {
    const { provider, connect, switches, control } = aGrant();
    control.configure({ refreshReuseWindow: "ten_minutes" });
    const { refreshToken } = await connect();
    switches.add({ kind, on: "POST /oauth/token", times: 1, ms: 3000 });
    const error = await provider.refresh(refreshToken ?? "").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "RetryableError", code, retryAfterMs: kind === "rate_limited" ? 3000 : null });
    expect((error as Error).cause).toBeUndefined();
    expect(JSON.stringify(error)).not.toContain(refreshToken);
    expect((await provider.refresh(refreshToken ?? "")).accessToken).toMatch(/.+/);
  });
});

it.each(kinds)("lists all spaces, however many there are, over %s", async (kind) => {
  const { control, access } = aConfluence();
  for (let n = 0; n < 300; n += 1) control.createSpace({ key: `S${n}`, name: `Space ${n}` });
  const spaces = await listSpaces({ kind, ...access(kind) });
  expect(new Set(spaces.map((space) => space.key)).size).toBe(302);
});
