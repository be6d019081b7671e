import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../../support/test-database.js";
import { acme, everyRow, identityWorld, publicUrl } from "./identity-world.js";

let test: TestDatabase;
let here: ReturnType<typeof identityWorld>;
beforeAll(async () => {
  test = await testDatabase();
});
beforeEach(async () => {
  await test.reset();
  here = identityWorld(test);
});
afterAll(() => test.close());

const install = `${publicUrl}/oauth/linear/install`;
const isCallback = (url: URL) => url.pathname === "/oauth/linear/callback";
const nothing = async () => expect(Object.values(await everyRow(test)).flat()).toEqual([]);

describe("Installing in Linear", () => {
  it("stores the workspace and a token with which the app acts as itself", async () => {
    const browser = here.aBrowser();
    const page = await browser.open(install);

    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html).toContain("Acme &lt;&amp;&gt; Sons");
    expect(html).not.toContain("<&>");
    const teams = await here.world.linear(acme).listTeams();
    expect(teams).toMatchObject([{ key: "ENG" }]);
    const rows = await test.db.query(sql`
      select o.id, o.name, t.app_user_id = o.app_user_id as same_app, t.scope from organizations o join linear_tokens t on t.organization_id = o.id`);
    expect(rows).toEqual([
      { id: acme, name: "Acme <&> Sons", same_app: true, scope: "read write app:assignable app:mentionable" },
    ]);
    expect(await test.db.query(sql`select 1 from oauth_states`)).toEqual([]);
  });

  it("asks Linear as the app, with state and PKCE, and comes back to the configured address", async () => {
    const { at } = await here.aBrowser().open(install, (url) => url.host === "linear.test");

    expect(Object.fromEntries(at.searchParams)).toMatchObject({
      actor: "app",
      code_challenge_method: "S256",
      redirect_uri: `${publicUrl}/oauth/linear/callback`,
      scope: "read,write,app:assignable,app:mentionable",
    });
    const { at: again } = await here.aBrowser().open(install, (url) => url.host === "linear.test");
    expect(again.searchParams.get("state")).not.toBe(at.searchParams.get("state"));
    expect(again.searchParams.get("code_challenge")).not.toBe(at.searchParams.get("code_challenge"));
  });

  it("lives again after an uninstall", async () => {
    await here.aBrowser().open(install);
    here.linear.control.uninstall({ organizationId: acme });
    await test.db.query(sql`update organizations set revoked_at = now()`);
    await test.db.query(sql`update linear_tokens set revoked_at = now()`);
    await expect(here.world.linear(acme).listTeams()).rejects.toMatchObject({ code: "installation_revoked" });

    await here.aBrowser().open(install);
    expect(await here.world.linear(acme).listTeams()).toHaveLength(1);
  });

  it("takes a callback once", async () => {
    const browser = here.aBrowser();
    const { at } = await browser.open(install, isCallback);
    expect((await browser.open(at.href)).status).toBe(200);
    const before = await everyRow(test);

    const again = await browser.open(at.href);
    expect(again.status).toBe(400);
    expect(await again.text()).toContain("used already");
    expect(await everyRow(test)).toEqual(before);
  });

  it("refuses a state that it did not give, gave to another browser, or gave more than ten minutes ago", async () => {
    const browser = here.aBrowser();
    const { at } = await browser.open(install, isCallback);
    const wrong = new URL(at);
    wrong.searchParams.set("state", "made-up");
    expect((await browser.open(wrong.href)).status).toBe(400);
    wrong.searchParams.delete("state");
    expect((await browser.open(wrong.href)).status).toBe(400);

    const victim = here.aBrowser();
    expect((await victim.open(at.href)).status).toBe(400);
    await victim.open(install, isCallback);
    expect((await victim.open(at.href)).status).toBe(400);

    await test.db.query(sql`update oauth_states set expires_at = now()`);
    expect((await browser.open(at.href)).status).toBe(400);
    await test.db.query(sql`delete from oauth_states`);
    await nothing();
  });

  it("refuses a code that belongs to another request of the same browser", async () => {
    const browser = here.aBrowser();
    const { at: one } = await browser.open(install, isCallback);
    const { at: two } = await browser.open(install, isCallback);
    one.searchParams.set("code", two.searchParams.get("code") ?? "");

    const page = await browser.open(one.href);
    expect(page.status).toBe(400);
    expect(await page.text()).toContain("start it again");
    await test.db.query(sql`delete from oauth_states`);
    await nothing();
  });

  it("says so where the admin denies, and stores nothing", async () => {
    const browser = here.aBrowser();
    const { at } = await browser.open(install, (url) => url.host === "linear.test");
    const denied = `${publicUrl}/oauth/linear/callback?error=access_denied&state=${at.searchParams.get("state")}`;

    const page = await browser.open(denied);
    expect(page.status).toBe(400);
    expect(await page.text()).toContain("did not grant access");
    await nothing();
  });

  it("names no secret where Linear does not answer or does not know the app, and stores nothing", async () => {
    here = identityWorld(test, { clientSecret: "canary-wrong-secret" });
    const refused = await here.aBrowser().open(install);
    expect(refused.status).toBe(502);
    expect(await refused.text()).toContain("client id and secret");
    expect(here.lines.join()).not.toMatch(/canary|lin_oauth|code=/);

    here = identityWorld(test);
    here.switches.add({ kind: "server_error", on: "*" });
    const unreachable = await here.aBrowser().open(install);
    expect(unreachable.status).toBe(503);
    expect(unreachable.headers.get("retry-after")).toBe("30");
    await nothing();
  });
});

describe("Every page of the flow", () => {
  it("runs nothing, loads nothing, is framed and kept by nobody", async () => {
    const answers = [await here.aBrowser().open(`${publicUrl}/oauth/nowhere`), await here.aBrowser().open(install)];
    expect(answers.map(({ status }) => status)).toEqual([404, 200]);
    for (const { headers } of answers) {
      expect(headers.get("content-security-policy")).toMatch(
        /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'/,
      );
      expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
    }
  });

  it("keeps the browser's secret from scripts, other hosts and plain http", async () => {
    const response = await here.aBrowser().send(install);
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-oauth=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=3600$/),
    ]);
  });

  it("sends nobody where a request asks, only to Linear", async () => {
    const asked = `${install}?redirect_uri=https://evil.test&next=https://evil.test&returnTo=//evil.test`;
    const { at } = await here.aBrowser().open(asked, () => true);
    expect(at.origin).toBe("http://linear.test");
    expect(at.href).not.toContain("evil");
  });
});
