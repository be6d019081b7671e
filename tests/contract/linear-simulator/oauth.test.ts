import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { stateFile } from "../../../dev/simulator.js";
import { linearSimulator, type LinearSimulator } from "../../../dev/linear/simulator.js";

const redirectUri = "http://app.test/oauth/linear/callback";
const verifier = "a-verifier-of-forty-three-characters-at-least-0";
const challenge = createHash("sha256").update(verifier).digest("base64url");
const app = { clientId: "client", clientSecret: "client-secret", redirectUris: [redirectUri] };

function aLinear(now?: () => number): LinearSimulator {
  return linearSimulator({ baseUrl: "http://app.test/linear", ...app, ...(now ? { now } : {}) });
}

async function consent(linear: LinearSimulator, change: Record<string, string> = {}): Promise<URL | number> {
  const query = new URLSearchParams({
    client_id: "client",
    redirect_uri: redirectUri,
    response_type: "code",
    scope: "read,write,app:assignable,app:mentionable",
    state: "state-1",
    actor: "app",
    code_challenge: challenge,
    code_challenge_method: "S256",
    ...change,
  });
  const response = await linear.fetch(new Request(`http://app.test/linear/oauth/authorize?${query}`));
  const location = response.headers.get("location");
  return location ? new URL(location) : response.status;
}

type Tokens = { access_token: string; refresh_token: string; [field: string]: unknown };

async function post(linear: LinearSimulator, path: string, form: Record<string, string>, headers: HeadersInit = {}) {
  const body = new URLSearchParams(form);
  const response = await linear.fetch(
    new Request(`http://app.test/linear/oauth/${path}`, { method: "POST", body, headers }),
  );
  return { status: response.status, body: (await response.json()) as Tokens };
}

async function exchange(linear: LinearSimulator, form: Record<string, string> = {}) {
  const back = await consent(linear);
  const code = back instanceof URL ? (back.searchParams.get("code") ?? "") : "";
  return post(linear, "token", {
    grant_type: "authorization_code",
    code,
    redirect_uri: redirectUri,
    client_id: "client",
    code_verifier: verifier,
    ...form,
  });
}

async function statusWith(linear: LinearSimulator, accessToken: string): Promise<number> {
  const request = new Request("http://app.test/linear/graphql", {
    method: "POST",
    headers: { Authorization: `Bearer ${accessToken}` },
    body: JSON.stringify({ query: "{ viewer { id } }" }),
  });
  return (await linear.fetch(request)).status;
}

const refreshWith = (linear: LinearSimulator, refresh_token: string) =>
  post(linear, "token", {
    grant_type: "refresh_token",
    refresh_token,
    client_id: "client",
    client_secret: "client-secret",
  });

describe("installing", () => {
  it("sends the browser back with a code and the state", async () => {
    const back = await consent(aLinear());
    expect(back).toBeInstanceOf(URL);
    const { origin, pathname, searchParams } = back as URL;
    expect(origin + pathname).toBe(redirectUri);
    expect(searchParams.get("state")).toBe("state-1");
    expect(searchParams.get("code")).toMatch(/^[0-9a-f]{40}$/);
  });

  it("goes nowhere for another client or another address", async () => {
    const linear = aLinear();
    expect(await consent(linear, { client_id: "other" })).toBe(400);
    expect(await consent(linear, { redirect_uri: "http://app.test:8080/oauth/linear/callback" })).toBe(400);
  });

  it("refuses the admin scope for an app", async () => {
    const back = await consent(aLinear(), { scope: "read,admin" });
    expect((back as URL).searchParams.get("error")).toBe("invalid_scope");
  });

  it("gives tokens of the app user for a code and its verifier, once", async () => {
    const linear = aLinear();
    const back = (await consent(linear)) as URL;
    const code = back.searchParams.get("code") ?? "";
    const { status, body } = await exchange(linear, { code });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      token_type: "Bearer",
      expires_in: 86_399,
      scope: "read write app:assignable app:mentionable",
    });
    expect(await statusWith(linear, body.access_token)).toBe(200);
    expect((await exchange(linear, { code })).body.error).toBe("invalid_grant");
  });

  it.each([
    ["a wrong verifier", { code_verifier: "another-verifier" }, "invalid_grant"],
    ["a wrong secret", { client_secret: "guessed" }, "invalid_client"],
    ["another address than before", { redirect_uri: "http://app.test/" }, "invalid_grant"],
    ["an unknown grant", { grant_type: "password" }, "unsupported_grant_type"],
  ])("gives nothing for %s", async (_, form, error) => {
    const { status, body } = await exchange(aLinear(), form);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body.error).toBe(error);
  });
});

describe("refreshing", () => {
  it("gives a new pair, and the old token works again for thirty minutes", async () => {
    let now = 1_000_000_000_000;
    const linear = aLinear(() => now);
    const first = (await exchange(linear)).body;
    const second = (await refreshWith(linear, first.refresh_token)).body;
    expect(second.refresh_token).not.toBe(first.refresh_token);
    now += 29 * 60_000;
    const replayed = await refreshWith(linear, first.refresh_token);
    expect(replayed.status).toBe(200);
    expect(await statusWith(linear, replayed.body.access_token)).toBe(200);
    now += 2 * 60_000;
    const late = await refreshWith(linear, first.refresh_token);
    expect(late).toEqual({
      status: 400,
      body: { error: "invalid_grant", error_description: "Refresh token has expired." },
    });
    expect((await refreshWith(linear, second.refresh_token)).status).toBe(200);
  });

  it("knows the client by HTTP Basic too", async () => {
    const linear = aLinear();
    const { refresh_token } = (await exchange(linear)).body;
    const basic = (secret: string) => ({
      Authorization: `Basic ${Buffer.from(`client:${secret}`).toString("base64")}`,
    });
    const form = { grant_type: "refresh_token", refresh_token };
    expect((await post(linear, "token", form, basic("wrong"))).status).toBe(401);
    expect((await post(linear, "token", form, basic("client-secret"))).status).toBe(200);
  });
});

describe("revoking", () => {
  it("ends a pair of tokens, once", async () => {
    const linear = aLinear();
    const { access_token, refresh_token } = (await exchange(linear)).body;
    expect((await post(linear, "revoke", { token: access_token })).status).toBe(200);
    expect(await statusWith(linear, access_token)).toBe(401);
    expect((await refreshWith(linear, refresh_token)).body.error).toBe("invalid_grant");
    expect((await post(linear, "revoke", { token: access_token })).status).toBe(400);
  });
});

describe("state", () => {
  const folder = mkdtempSync(join(tmpdir(), "linear-simulator-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("survives the process: tokens, issues, sessions and webhooks that were not answered", async () => {
    const file = join(folder, "linear.json");
    const options = { baseUrl: "http://app.test/linear", ...app, webhookUrl: "http://app.test/webhooks" };
    const only = { webhookTypes: ["AgentSessionEvent"], webhookRetryDelaysMs: [20, 20, 20] };
    const down = async () => new Response(null, { status: 503 });
    const before = linearSimulator({ ...options, ...only, state: stateFile(file), send: down });
    const { accessToken } = before.control.install();
    const { agentSessionId } = before.control.mention({ issue: "ENG-1", body: "Plan" });
    await before.control.settled();
    await before.close();

    let arrived = 0;
    const up = async () => {
      arrived += 1;
      return new Response(null, { status: 200 });
    };
    const after = linearSimulator({ ...options, ...only, state: stateFile(file), send: up });
    expect(await statusWith(after, accessToken)).toBe(200);
    expect(after.control.session({ agentSessionId })).toMatchObject({ status: "pending", issue: "ENG-1" });
    await expect.poll(() => arrived).toBe(1);
    expect(after.control.issues()).toEqual(before.control.issues());
    await after.close();
  });
});
