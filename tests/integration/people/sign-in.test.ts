import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { apiWorld } from "../../support/api-world.js";
import { type TestDatabase, testDatabase } from "../../support/test-database.js";
import { everyRow, identityWorld, linearUser, publicUrl } from "../oauth/identity-world.js";

const signIn = `${publicUrl}/oauth/sign-in`;
const install = `${publicUrl}/oauth/linear/install`;
const isCallback = (url: URL) => url.pathname === "/oauth/linear/callback";
const cookieName = "__Host-session";
const base64url = (text: string) => Buffer.from(text).toString("base64url");

let test: TestDatabase;
let here: ReturnType<typeof identityWorld>;
let api: Awaited<ReturnType<typeof apiWorld>>;
beforeAll(async () => {
  test = await testDatabase();
});
beforeEach(async () => {
  await test.reset();
  here = identityWorld(test);
  const { keyring, states } = here.identity;
  api = await apiWorld({ database: test, deps: { keyring, states, publicUrl } });
  await here.aBrowser().open(install);
});
afterAll(() => test.close());

type Browser = ReturnType<(typeof here)["aBrowser"]>;

/** A browser in which this person of Acme is signed in. */
async function signedIn(user: string): Promise<Browser> {
  const browser = here.aBrowser({ user });
  const end = await browser.open(signIn, (url) => url.href === `${publicUrl}/`);
  expect(end.status).toBe(302);
  return browser;
}

/** A request to the API with what the browser holds. */
const call = (browser: Browser, path: string, init: { method?: string; headers?: Record<string, string> } = {}) =>
  api.send(path, { ...init, headers: { cookie: `${cookieName}=${browser.cookies.get(cookieName)}`, ...init.headers } });
const me = (linearUserId: string) =>
  test.db.query(sql`select id, name, email, role from users where linear_user_id = ${linearUserId}`);
const audited = async () =>
  (await test.db.query(
    sql`select action, actor, resource_type, details from audit_log order by created_at, action`,
  )) as {
    action: string;
    actor: string;
    details: Record<string, unknown>;
  }[];

describe("Signing in", () => {
  it.each([
    ["ada", "Ada Lovelace", "admin"],
    ["grace", "Grace Hopper", "member"],
    ["gil", "Gil Blas", "viewer"],
  ])("makes %s one of ours, with the role that Linear gives", async (user, name, role) => {
    const browser = await signedIn(user);

    expect(await me(linearUser(name))).toEqual([expect.objectContaining({ name, email: `${user}@acme.test`, role })]);
    expect((await call(browser, "/api/v1/auth/sign-ins")).status).toBe(200);
    expect((await call(browser, "/api/v1/tokens?all=true")).status).toBe(role === "admin" ? 200 : 403);
  });

  it("asks Linear as the person, with state and PKCE, and for no more than reading", async () => {
    const { at } = await here.aBrowser().open(signIn, (url) => url.host === "linear.test");

    expect(Object.fromEntries(at.searchParams)).toMatchObject({
      code_challenge_method: "S256",
      redirect_uri: `${publicUrl}/oauth/linear/callback`,
      scope: "read",
    });
    expect(at.searchParams.has("actor")).toBe(false);
    expect(at.searchParams.get("state")).toMatch(/^[\w-]{43}$/);
  });

  it("lets Linear ask again where the person wants another workspace, or a program wants a token", async () => {
    const asked = async (query: string) => {
      const { at } = await here.aBrowser().open(`${signIn}?${query}`, (url) => url.host === "linear.test");
      return at.searchParams.get("prompt");
    };
    expect(await asked("")).toBeNull();
    expect(await asked("workspace=choose")).toBe("consent");
    expect(await asked(`client=CI&code_challenge=${"c".repeat(43)}`)).toBe("consent");
  });

  it("leaves a sealed cookie that no script and no other site reads, and stores only its hash", async () => {
    const browser = here.aBrowser();
    const { at } = await browser.open(signIn, isCallback);
    const response = await browser.send(at.href);

    const set = response.headers.getSetCookie().find((cookie) => cookie.startsWith(cookieName)) ?? "";
    expect(set).toMatch(/^__Host-session=v1\.k1\.[\w-]+; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=2592000$/);
    const sealed = browser.cookies.get(cookieName) ?? "";
    const secret = here.identity.keyring.open(sealed, { provider: "people", row: "cookie", kind: "session" });
    const rows = JSON.stringify(await everyRow(test));
    expect(rows).toContain(createHash("sha256").update(secret).digest("base64url"));
    expect(rows).not.toContain(secret);
    expect(rows).not.toContain(sealed);
    expect(await test.db.query(sql`select 1 from oauth_states`)).toEqual([]);
    const [row] = await test.db.query(sql`select expires_at - created_at = interval '30 days' as month from sign_ins`);
    expect(row).toEqual({ month: true });
  });

  it("is in the audit, with who it was and nothing that opens a door", async () => {
    await signedIn("grace");

    expect(await audited()).toEqual([
      expect.objectContaining({ action: "SIGN_IN", actor: linearUser("Grace Hopper"), resource_type: "sign_in" }),
    ]);
    const [entry] = await audited();
    expect(Object.keys(entry?.details ?? {}).sort()).toEqual(["role", "userId"]);
  });

  it("goes back to the page that asked for it", async () => {
    const address = `${signIn}?return=${encodeURIComponent("/plan/7?tab=log#last")}`;
    const { at } = await here.aBrowser().open(address, (url) => url.pathname === "/plan/7");
    expect(at.href).toBe(`${publicUrl}/plan/7?tab=log#last`);
  });

  it.each(["https://evil.test/", "//evil.test", "/\\evil.test", "/\t/evil.test", "evil.test", "javascript:alert(1)"])(
    "goes back to no other site: %j",
    async (path) => {
      const before = await everyRow(test);
      const page = await here.aBrowser().open(`${signIn}?return=${encodeURIComponent(path)}`);
      expect(page.status).toBe(400);
      expect(await everyRow(test)).toEqual(before);
    },
  );

  it("stays on this site where a path looks like a host", async () => {
    const browser = here.aBrowser();
    const { at } = await browser.open(`${signIn}?return=${encodeURIComponent("/.//evil.test")}`, isCallback);
    const end = await browser.send(at.href);
    expect(new URL(end.headers.get("location") ?? "", publicUrl).host).toBe("agent.test");
  });

  it("keeps the role that an admin of ours gave", async () => {
    await signedIn("grace");
    await test.db.query(sql`update users set role = 'viewer' where linear_user_id = ${linearUser("Grace Hopper")}`);
    await signedIn("grace");
    expect(await me(linearUser("Grace Hopper"))).toMatchObject([{ role: "viewer" }]);
  });

  it("gives its role to somebody who had only mentioned the agent before", async () => {
    await here.aWaitingSession();
    expect(await me(linearUser("Ada Lovelace"))).toMatchObject([{ role: "member" }]);
    await signedIn("ada");
    expect(await me(linearUser("Ada Lovelace"))).toMatchObject([{ role: "admin", name: "Ada Lovelace" }]);
  });

  it("tells whoever comes from a workspace without the agent what to do, and changes nothing", async () => {
    const before = await everyRow(test);
    const page = await here.aBrowser({ organization: "rival", user: "mallory" }).open(signIn);

    expect(page.status).toBe(403);
    const html = await page.text();
    expect(html).toContain("Rival");
    expect(html).toContain("/oauth/linear/install");
    expect(page.headers.getSetCookie()).toEqual([]);
    expect(await everyRow(test)).toEqual(before);
  });

  it("lets nobody in whose workspace has uninstalled the agent", async () => {
    const browser = await signedIn("ada");
    await test.db.query(sql`update organizations set revoked_at = now()`);

    expect((await here.aBrowser().open(signIn)).status).toBe(403);
    expect((await call(browser, "/api/v1/tokens")).status).toBe(401);
  });

  it("changes nothing where Linear refuses, where the callback is repeated or is another browser's", async () => {
    const browser = here.aBrowser();
    const { at } = await browser.open(signIn, isCallback);
    const denied = new URL(at);
    denied.searchParams.delete("code");
    denied.searchParams.set("error", "access_denied");
    const forged = new URL(at);
    forged.searchParams.set("state", "x".repeat(43));
    const before = await everyRow(test);

    expect((await here.aBrowser().open(at.href)).status).toBe(400);
    expect((await browser.open(forged.href)).status).toBe(400);
    expect(await everyRow(test)).toEqual(before);

    expect((await browser.open(denied.href)).status).toBe(400);
    expect((await browser.open(at.href)).status).toBe(400);
    expect(browser.cookies.has(cookieName)).toBe(false);
    expect(await everyRow(test)).toEqual({ ...before, oauth_states: [] });
  });

  it("again in the same browser ends what it was signed in with before", async () => {
    const browser = await signedIn("ada");
    const old = browser.cookies.get(cookieName) ?? "";
    await browser.open(signIn, (url) => url.pathname === "/");

    expect((await api.send("/api/v1/tokens", { headers: { cookie: `${cookieName}=${old}` } })).status).toBe(401);
    expect((await call(browser, "/api/v1/tokens")).status).toBe(200);
  });
});

describe("Signing out", () => {
  it("ends this sign-in, takes the cookie away and leaves the others", async () => {
    const [here, elsewhere] = [await signedIn("ada"), await signedIn("ada")];
    const response = await call(here, "/api/v1/auth/sign-out", { method: "POST" });

    expect(response.status).toBe(204);
    expect(response.headers.get("set-cookie")).toMatch(/^__Host-session=; .*Max-Age=0$/);
    expect((await call(here, "/api/v1/tokens")).status).toBe(401);
    expect((await call(elsewhere, "/api/v1/tokens")).status).toBe(200);
    expect((await audited()).map(({ action }) => action)).toContain("SIGN_OUT");
  });

  it("is nothing that another site can do", async () => {
    const browser = await signedIn("ada");
    const headers = { origin: "https://evil.test" };
    expect((await call(browser, "/api/v1/auth/sign-out", { method: "POST", headers })).status).toBe(403);
    expect((await call(browser, "/api/v1/tokens")).status).toBe(200);
  });
});

type Listed = { items: { id: string; userId: string; isCurrent: boolean; userAgent: string }[]; next: string | null };

describe("The list of sign-ins", () => {
  const list = async (browser: Browser, query = "") =>
    (await (await call(browser, `/api/v1/auth/sign-ins${query}`)).json()) as Listed;
  const end = (browser: Browser, id: string) => call(browser, `/api/v1/auth/sign-ins/${id}`, { method: "DELETE" });

  it("shows one's own, the newest first, which is this one, and in which browser", async () => {
    await signedIn("grace");
    const first = await signedIn("ada");
    const second = here.aBrowser({ user: "ada" });
    const { at } = await second.open(signIn, isCallback);
    await second.send(at.href, { headers: { "user-agent": "Firefox on Linux" } });

    const { items } = await list(second);
    expect(items.map(({ isCurrent, userAgent }) => [isCurrent, userAgent])).toEqual([
      [true, "Firefox on Linux"],
      [false, ""],
    ]);
    expect((await list(first)).items.map(({ isCurrent }) => isCurrent)).toEqual([false, true]);
  });

  it("comes in pages that together show each once", async () => {
    const browser = await signedIn("ada");
    for (let n = 0; n < 4; n++) await signedIn("ada");
    const { items } = await list(browser);
    const seen: string[] = [];
    for (let next: string | null = ""; next !== null; ) {
      const page: Listed = await list(browser, `?limit=2${next && `&cursor=${next}`}`);
      seen.push(...page.items.map(({ id }) => id));
      next = page.next;
    }
    expect(seen).toEqual(items.map(({ id }) => id));
    expect((await call(browser, "/api/v1/auth/sign-ins?cursor=nonsense")).status).toBe(400);
  });

  it("lets a person end one that is lost, which is shut at once", async () => {
    const [lost, kept] = [await signedIn("grace"), await signedIn("grace")];
    const { items } = await list(lost);
    const id = items.find(({ isCurrent }) => isCurrent)?.id ?? "";

    expect((await end(kept, id)).status).toBe(204);
    expect((await call(lost, "/api/v1/tokens")).status).toBe(401);
    expect((await end(kept, id)).status).toBe(404);
    expect((await list(kept)).items).toHaveLength(1);
    const actions = (await audited()).map(({ action }) => action);
    expect(actions.filter((action) => action === "SIGN_IN_REVOKED")).toHaveLength(1);
  });

  it("lets admins see and end those of others, and nobody else", async () => {
    const [ada, grace, gil] = [await signedIn("ada"), await signedIn("grace"), await signedIn("gil")];
    const [mine] = (await list(grace)).items;

    expect((await call(gil, `/api/v1/auth/sign-ins?userId=${mine?.userId}`)).status).toBe(404);
    expect((await end(gil, mine?.id ?? "")).status).toBe(404);
    expect((await list(ada, `?userId=${mine?.userId}`)).items).toHaveLength(1);
    expect((await end(ada, mine?.id ?? "")).status).toBe(204);
    expect((await call(grace, "/api/v1/tokens")).status).toBe(401);
  });

  it("does not know those of another organization", async () => {
    const ada = await signedIn("ada");
    await here.aBrowser({ organization: "rival", user: "mallory" }).open(install);
    const mallory = here.aBrowser({ organization: "rival", user: "mallory" });
    await mallory.open(signIn, (url) => url.pathname === "/");
    const [theirs] = (await list(mallory)).items;

    expect((await call(ada, `/api/v1/auth/sign-ins?userId=${theirs?.userId}`)).status).toBe(404);
    expect((await end(ada, theirs?.id ?? "")).status).toBe(404);
    expect((await list(mallory)).items).toHaveLength(1);
  });
});

describe("Signing in for a program", () => {
  const verifier = "a-verifier-that-only-the-program-knows-0123456789";
  const challenge = createHash("sha256").update(verifier).digest("base64url");
  const address = (more: Record<string, string> = {}) =>
    `${signIn}?${new URLSearchParams({ client: "VS Code", code_challenge: challenge, ...more }).toString()}`;
  const isCode = (url: URL) => url.searchParams.has("code") && !isCallback(url) && url.host !== "linear.test";
  const trade = (code: string, codeVerifier = verifier) =>
    api.send("/api/v1/auth/token", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code, code_verifier: codeVerifier }),
    });
  async function aCode(callback = "vscode://acme.planning/signed-in"): Promise<string> {
    const browser = here.aBrowser({ user: "grace" });
    const { at } = await browser.open(address({ callback: base64url(callback) }), isCode);
    expect(browser.cookies.has(cookieName)).toBe(false);
    return at.searchParams.get("code") ?? "";
  }

  it.each([
    "vscode://acme.planning/signed-in?windowId=7",
    "cursor://acme.planning/signed-in",
    "http://127.0.0.1:49152/done",
    "http://localhost:8976/",
  ])("brings the code to %s with the state that it sent", async (callback) => {
    const { at } = await here.aBrowser().open(address({ callback: base64url(callback), state: "a/b+c=%20" }), isCode);

    const [wanted, got] = [new URL(callback), new URL(at)];
    expect([got.protocol, got.host, got.pathname]).toEqual([wanted.protocol, wanted.host, wanted.pathname]);
    expect(got.searchParams.get("windowId")).toBe(wanted.searchParams.get("windowId"));
    expect(got.searchParams.get("state")).toBe("a/b+c=%20");
    expect((await trade(got.searchParams.get("code") ?? "")).status).toBe(200);
  });

  it("trades the code for a token of three months that may write and bears the program's name", async () => {
    const response = await trade(await aCode());

    expect(response.headers.get("cache-control")).toBe("no-store");
    const token = (await response.json()) as { token: string; name: string; scope: string; hint: string };
    expect(token).toMatchObject({ name: "VS Code", scope: "write", userName: "Grace Hopper" });
    expect(token.token).toMatch(/^lpa_[\w-]{43}$/);
    expect(token.hint).toBe(token.token.slice(0, 8));
    const list = await api.send("/api/v1/tokens", {}, token);
    expect(await list.json()).toMatchObject({ items: [{ name: "VS Code", usedAt: expect.any(String) as string }] });
    const [row] = await test.db.query(
      sql`select expires_at - created_at = interval '90 days' as quarter from api_tokens`,
    );
    expect(row).toEqual({ quarter: true });
    expect(JSON.stringify(await everyRow(test))).not.toContain(token.token);
    expect((await audited()).map(({ action, actor }) => [action, actor])).toEqual([
      ["TOKEN_CREATED", linearUser("Grace Hopper")],
    ]);
  });

  it("takes a code once, from the program that asked, within five minutes", async () => {
    const code = await aCode();
    expect((await trade(code)).status).toBe(200);
    expect(await (await trade(code)).json()).toMatchObject({ status: 400, code: "code_refused" });

    const stolen = await aCode();
    expect((await trade(stolen, "x".repeat(43))).status).toBe(400);
    expect((await trade(stolen)).status).toBe(400);

    const late = await aCode();
    await test.db.query(sql`update oauth_states set expires_at = now()`);
    expect((await trade(late)).status).toBe(400);
    expect((await trade("x".repeat(43))).status).toBe(400);
    expect(await test.db.query(sql`select 1 from api_tokens`)).toHaveLength(1);
  });

  it("takes a code once, also of two that bring it at once", async () => {
    const code = await aCode();
    const answers = await Promise.all([trade(code), trade(code), trade(code)]);
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 400, 400]);
  });

  it("takes no code whose owner has gone meanwhile", async () => {
    const code = await aCode();
    await test.db.query(sql`update organizations set revoked_at = now()`);
    expect((await trade(code)).status).toBe(400);
    expect(await test.db.query(sql`select 1 from api_tokens`)).toEqual([]);
  });

  it("shows the code where there is no way back to the program, and says who asks", async () => {
    const browser = here.aBrowser({ user: "grace" });
    const page = await browser.open(address({ client: "Nightly report (CI)" }));

    const html = await page.text();
    expect(html).toContain("Nightly report (CI)");
    const code = /<code>([\w-]{43})<\/code>/.exec(html)?.[1] ?? "";
    expect(await (await trade(code)).json()).toMatchObject({ name: "Nightly report (CI)" });
    expect(browser.cookies.has(cookieName)).toBe(false);
  });

  it.each([
    { callback: base64url("https://evil.test/") },
    { callback: base64url("http://localhost.evil.test/") },
    { callback: "vscode://acme.planning" },
    { callback: "" },
    { code_challenge: "short" },
    { code_challenge_method: "plain" },
    { client: "<script>" },
    { client: "" },
    { state: "x".repeat(501) },
  ])("begins nothing that leads elsewhere: %j", async (wrong) => {
    const before = await everyRow(test);
    const page = await here.aBrowser().open(address(wrong as unknown as Record<string, string>));
    expect(page.status).toBe(400);
    expect(await everyRow(test)).toEqual(before);
  });

  it("lets nobody guess codes without end", async () => {
    const few = await apiWorld({ database: test, env: { REQUESTS_PER_MINUTE: "3" } });
    const guess = () =>
      few.send("/api/v1/auth/token", {
        method: "POST",
        headers: { "content-type": "application/json", "x-forwarded-for": "203.0.113.7" },
        body: JSON.stringify({ code: "g".repeat(43), code_verifier: verifier }),
      });
    const answers = [];
    for (let n = 0; n < 8; n++) answers.push(await guess());
    const refused = answers.find(({ status }) => status === 429);
    expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
  });
});
