import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { resumeConnected } from "../../../lib/commands/resume-connected.js";
import { tokenStore } from "../../../lib/db/token-store.js";
import type { SessionId } from "../../../lib/domain/ids.js";
import { type TestDatabase, testDatabase } from "../../support/test-database.js";
import { acme, everyRow, fieldsOf, identityWorld, linearUser, publicUrl } from "./identity-world.js";

let test: TestDatabase;
let here: ReturnType<typeof identityWorld>;
beforeAll(async () => {
  test = await testDatabase();
});
beforeEach(async () => {
  await test.reset();
  here = identityWorld(test);
  await here.aBrowser().open(`${publicUrl}/oauth/linear/install`);
});
afterAll(() => test.close());

const ada = () => here.aBrowser({ user: "ada" });
const isCallback = (provider: string) => (url: URL) => url.pathname === `/oauth/${provider}/callback`;
const statusOf = async (id: SessionId) => (await here.world.sessions.load(id))?.session;
const connections = () => here.identity.connections.list(acme);

/** Ada follows her link up to the form. */
async function atTheForm(change: Parameters<typeof here.aWaitingSession>[0] = {}) {
  const session = await here.aWaitingSession(change);
  const link = await here.connectLink(session.id);
  const browser = ada();
  const page = await browser.open(link);
  return { ...session, link, browser, page, html: await page.text() };
}

describe("Connecting Confluence", () => {
  it("shows who they are in Linear, then asks Confluence, and offers the spaces with the page's own chosen", async () => {
    const { browser, page, html } = await atTheForm();

    expect(browser.seen).toEqual([
      "agent.test/oauth/confluence/connect",
      "linear.test/oauth/authorize",
      "agent.test/oauth/linear/callback",
      "confluence.test/authorize",
      "agent.test/oauth/confluence/callback",
    ]);
    expect(page.status).toBe(200);
    expect(html).toMatch(/value="PLAN" checked/);
    expect(html).toMatch(/value="SECRET">/);
    expect(html).toMatch(/value="\*">/);
    expect(await connections()).toEqual([]);
  });

  it("asks the person only for who they are, not as the app", async () => {
    const { id } = await here.aWaitingSession();
    const { at } = await ada().open(await here.connectLink(id), (url) => url.host === "linear.test");
    expect(Object.fromEntries(at.searchParams)).toMatchObject({ scope: "read", code_challenge_method: "S256" });
    expect(at.searchParams.has("actor")).toBe(false);
  });

  it("stores the chosen spaces and lets the session go on by itself, in words", async () => {
    const { browser, html, id, agentSessionId } = await atTheForm();
    const page = await browser.submit(fieldsOf(html));

    expect(page.status).toBe(200);
    expect(await page.text()).toContain("The agent goes on with the plan");
    expect(await connections()).toMatchObject([
      {
        kind: "cloud_oauth",
        siteUrl: "http://confluence.test",
        cloudId: here.confluence.control.state().cloudId,
        spaces: ["PLAN"],
      },
    ]);
    expect(await statusOf(id)).toMatchObject({ status: "processing", step: "read-page", version: 2 });
    expect(here.published.map(({ body }) => body)).toEqual([{ kind: "session", id, step: "read-page", version: 2 }]);
    const { activities } = here.linear.control.session({ agentSessionId });
    expect(activities.at(-1)).toMatchObject({ type: "thought", body: "Confluence is connected, thank you. I go on." });
  });

  it("stores a token that opens Confluence, sealed", async () => {
    const { browser, html } = await atTheForm();
    await browser.submit(fieldsOf(html));

    const [connection] = await connections();
    const stored = await tokenStore(test.db, here.identity.keyring, "confluence").load(connection?.id ?? "");
    expect(await here.identity.directory.sites(stored?.accessToken ?? "")).toHaveLength(1);
    expect(JSON.stringify(await everyRow(test))).not.toContain(stored?.accessToken);
    expect(html).not.toContain(stored?.accessToken);
    expect(here.lines.join()).not.toContain(stored?.accessToken);
  });

  it("lets every waiting session of the organization go on, and no other", async () => {
    const one = await here.aWaitingSession();
    const { browser, html, id } = await atTheForm();
    const asked = await here.aWaitingSession({ question: { kind: "no_page", step: "read-page", again: 0 } });
    await browser.submit(fieldsOf(html));

    expect(await statusOf(one.id)).toMatchObject({ status: "processing" });
    expect(await statusOf(id)).toMatchObject({ status: "processing" });
    expect(await statusOf(asked.id)).toMatchObject({ status: "awaiting_input" });
  });

  it("lets sessions go on later that a dying function left behind, once", async () => {
    const { id } = await atTheForm();
    const { identity } = here;
    expect(await resumeConnected(null, identity)).toEqual([]);
    const [row] = await test.db.query<{ id: string }>(sql`select id from confluence_tokens`);
    await identity.connections.setSpaces(acme, row?.id ?? "", ["PLAN"]);

    expect(await resumeConnected(null, identity)).toEqual([id]);
    expect(await resumeConnected(null, identity)).toEqual([]);
  });

  it("opens all spaces where a person wants it, and none where nothing was chosen", async () => {
    const { browser, html } = await atTheForm();
    const none = await browser.submit(fieldsOf(html, []));
    expect(none.status).toBe(400);
    expect(await none.text()).toContain("choose at least one");
    expect(await connections()).toEqual([]);

    expect((await browser.submit(fieldsOf(html, ["PLAN", "*"]))).status).toBe(200);
    expect(await connections()).toMatchObject([{ spaces: ["*"] }]);
  });

  it("chooses no space beforehand where the page's address names none", async () => {
    const { html } = await atTheForm({ pageUrl: "http://confluence.test/wiki/pages/viewpage.action?pageId=65601" });
    expect(html).toContain('value="PLAN"');
    expect(html).not.toContain("checked");
  });

  it("shows names from Confluence as text", async () => {
    here.confluence.control.createSpace({ key: "XSS", name: '"><script>alert(1)</script>' });
    const { html } = await atTheForm();
    expect(html).toContain("&quot;&gt;&lt;script&gt;");
    expect(html).not.toContain("<script>");
  });

  it("keeps its connection and spaces where the same site is connected again", async () => {
    const first = await atTheForm();
    await first.browser.submit(fieldsOf(first.html));
    const again = await atTheForm();
    expect(await connections()).toMatchObject([{ spaces: ["PLAN"] }]);
    await again.browser.submit(fieldsOf(again.html, ["PLAN", "SECRET"]));
    expect(await connections()).toMatchObject([{ spaces: ["PLAN", "SECRET"] }]);
  });
});

describe("A stranger who follows the connect link", () => {
  it.each([
    ["a colleague of the same workspace", { user: "grace" }],
    ["somebody of another workspace", { organization: "rival" }],
  ])("changes nothing, as %s, and is told so", async (_who, as) => {
    const { id } = await here.aWaitingSession();
    const link = await here.connectLink(id);
    const before = await everyRow(test);
    const stranger = here.aBrowser(as);
    const page = await stranger.open(link);

    expect(page.status).toBe(403);
    expect(await page.text()).toContain("made for somebody else");
    expect(stranger.seen).not.toContain("confluence.test/authorize");
    expect(await everyRow(test)).toEqual(before);
    expect(here.confluence.control.requests()).toEqual([]);

    const right = ada();
    const form = await (await right.open(link)).text();
    expect((await right.submit(fieldsOf(form))).status).toBe(200);
  });

  it("cannot finish what the right person has begun, at any point", async () => {
    const { id } = await here.aWaitingSession();
    const link = await here.connectLink(id);
    const right = ada();
    const stranger = here.aBrowser({ user: "grace" });
    await stranger.open(link, (url) => url.host === "linear.test");

    const { at: identified } = await right.open(link, isCallback("linear"));
    expect((await stranger.open(identified.href)).status).toBe(400);
    const { at: consented } = await right.open(identified.href, isCallback("confluence"));
    expect((await stranger.open(consented.href)).status).toBe(400);
    const html = await (await right.open(consented.href)).text();
    expect((await stranger.submit(fieldsOf(html))).status).toBe(403);
    expect((await here.aBrowser().submit(fieldsOf(html))).status).toBe(403);
    expect(await connections()).toEqual([]);
    expect(await statusOf(id)).toMatchObject({ status: "awaiting_input", version: 1 });
  });
});

describe("A connect link", () => {
  it("is good for anybody of the workspace where nobody is known to have asked", async () => {
    const { id } = await here.aWaitingSession({ createdBy: null });
    const link = await here.connectLink(id);
    expect((await here.aBrowser({ organization: "rival" }).open(link)).status).toBe(403);
    expect((await here.aBrowser({ user: "grace" }).open(link)).status).toBe(200);
  });

  it("connects once: afterwards each of its stations says so and changes nothing", async () => {
    const { browser, html, link, id } = await atTheForm();
    const other = ada();
    const { at: underWay } = await other.open(link, isCallback("linear"));
    expect((await browser.submit(fieldsOf(html))).status).toBe(200);
    const laterLink = await here.connectLink(id);
    const tables = async () => ({ ...(await everyRow(test)), oauth_states: [] });
    const before = await tables();

    const ends = [
      await browser.submit(fieldsOf(html, ["SECRET"])),
      await browser.open(link),
      await ada().open(link),
      await other.open(underWay.href),
    ];
    expect(ends.map(({ status }) => status)).toEqual([410, 410, 410, 410]);
    expect(await ends[0]?.text()).toContain("used already");
    expect(await tables()).toEqual(before);
    expect((await ada().open(laterLink)).status).toBe(200);
  });

  it("is one link however often a step asks for it before it is committed", async () => {
    const { id } = await here.aWaitingSession();
    const [one, two] = [await here.connectLink(id), await here.connectLink(id)];
    const browser = ada();
    await browser.submit(fieldsOf(await (await browser.open(one)).text()));
    expect((await ada().open(two)).status).toBe(410);
  });

  it("is refused a day later, changed, cut short, or when its session is gone", async () => {
    const { id } = await here.aWaitingSession();
    const link = await here.connectLink(id);
    const before = await everyRow(test);
    for (const bad of [link.slice(0, -3), `${link}AA`, `${publicUrl}/oauth/confluence/connect`]) {
      const page = await ada().open(bad);
      expect(page.status).toBe(400);
      expect(await page.text()).toContain("not complete");
    }
    here.clock.offsetMs = 24 * 3_600_000;
    const late = await ada().open(link);
    expect(late.status).toBe(410);
    expect(await late.text()).toContain("expired");
    expect(await everyRow(test)).toEqual(before);

    here.clock.offsetMs = 0;
    await test.db.query(sql`delete from planning_sessions`);
    expect((await ada().open(link)).status).toBe(410);
  });

  it("names nobody and nothing to whoever reads it", async () => {
    const { id } = await here.aWaitingSession();
    const text = Buffer.from((await here.connectLink(id)).split(".").at(-1) ?? "", "base64url").toString("latin1");
    for (const secret of [id, acme, linearUser("Ada Lovelace")]) expect(text).not.toContain(secret);
  });

  it("may be followed again after its person denied, and a denial stores nothing", async () => {
    const { id } = await here.aWaitingSession();
    const link = await here.connectLink(id);
    const before = await everyRow(test);
    here.confluence.control.configure({ consent: "deny" });
    const denied = await ada().open(link);
    expect(denied.status).toBe(400);
    expect(await denied.text()).toContain("did not grant access");
    expect(await everyRow(test)).toEqual(before);

    here.confluence.control.configure({ consent: "accept" });
    expect((await ada().open(link)).status).toBe(200);
  });

  it("stores nothing where the account has no access to the page's site", async () => {
    const { page, html } = await atTheForm({ pageUrl: "https://other.atlassian.net/wiki/spaces/PLAN/pages/1" });
    expect(page.status).toBe(403);
    expect(html).toContain("confluence.test");
    expect(html).toContain("other.atlassian.net");
    expect(await test.db.query(sql`select 1 from confluence_tokens`)).toEqual([]);
  });

  it("takes each callback once, and none for another provider", async () => {
    const { id } = await here.aWaitingSession();
    const browser = ada();
    const { at } = await browser.open(await here.connectLink(id), isCallback("confluence"));
    const swapped = new URL(at);
    swapped.pathname = "/oauth/linear/callback";
    expect((await browser.open(swapped.href)).status).toBe(400);
    expect((await browser.open(at.href)).status).toBe(400);
    expect(await connections()).toEqual([]);
  });

  it("waits for a Confluence that does not answer, and stores nothing", async () => {
    const { id } = await here.aWaitingSession();
    const link = await here.connectLink(id);
    const before = await everyRow(test);
    for (const operation of ["POST /oauth/token", "GET /oauth/token/accessible-resources", "GET /wiki/api/v2/spaces"]) {
      here.switches.add({ kind: "server_error", on: operation, times: 1 });
      expect((await ada().open(link)).status).toBe(503);
      expect(await everyRow(test)).toEqual(before);
    }
    expect((await ada().open(link)).status).toBe(200);
  });
});

describe("The answer to the form", () => {
  it("is taken as a form within an hour, from its own browser, of a bearable size", async () => {
    const { browser, html } = await atTheForm();
    const before = await everyRow(test);
    const url = `${publicUrl}/oauth/confluence/spaces`;
    const json = await browser.send(url, {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/json" },
    });
    expect(json.status).toBe(415);
    const huge = await browser.submit([...fieldsOf(html), ["space", "X".repeat(5_000_000)]]);
    expect(huge.status).toBe(413);
    expect(
      (
        await browser.submit([
          ["choice", "made-up"],
          ["space", "PLAN"],
        ])
      ).status,
    ).toBe(400);
    here.clock.offsetMs = 3_600_000;
    expect((await browser.submit(fieldsOf(html))).status).toBe(410);
    expect(await everyRow(test)).toEqual(before);
  });

  it("stands even where Linear and the queue cannot be told at once", async () => {
    const { browser, html, id } = await atTheForm();
    here.world.queue.publish = () => Promise.reject(new Error("queue away"));
    expect((await browser.submit(fieldsOf(html))).status).toBe(200);
    expect(await connections()).toHaveLength(1);
    expect(await statusOf(id)).toMatchObject({ status: "processing" });
    const unsent = await test.db.query(sql`select kind from outbox where sent_at is null order by n`);
    expect(unsent).toContainEqual({ kind: "step" });
  });
});
