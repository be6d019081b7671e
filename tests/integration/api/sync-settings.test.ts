import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { connectionStore } from "../../../lib/db/connection-store.js";
import { syncStore } from "../../../lib/db/sync-store.js";
import { refusal } from "../../support/api-world.js";
import { ada, aPlan, api, engagement, run, syncedPlans, times, world } from "./synced-plans.js";

syncedPlans();

describe("webhooks of Confluence", () => {
  it("get a secret that is shown once, sealed in the database and noted in the audit", async () => {
    const admin = await world.aPerson(ada.organizationId, { role: "admin" });
    const connections = connectionStore(world.db, world.deps.keyring);
    const id = await connections.upsert({
      organizationId: ada.organizationId,
      kind: "data_center",
      siteUrl: "https://wiki.acme.example",
      cloudId: null,
      email: null,
      spaces: ["ENG"],
      tokens: { accessToken: "t", refreshToken: null, scope: "", expiresAt: null },
    });
    const listed = async () => (await api().listConfluenceConnections({})).items;
    expect(await listed()).toEqual([
      { id, kind: "data_center", siteUrl: "https://wiki.acme.example", spaces: ["ENG"], hasWebhookSecret: false },
    ]);
    const drawn = await api(admin).drawWebhookSecret({ params: { id } });
    expect(drawn).toEqual({
      secret: expect.stringMatching(/^[\w-]{43}$/),
      automation: {
        url: `http://localhost:3000/api/webhooks/confluence/automation/${id}`,
        header: "x-planning-agent-secret",
      },
      dataCenter: { url: `http://localhost:3000/api/webhooks/confluence/data-center/${id}` },
    });
    expect(await connections.webhookSecret(id)).toBe(drawn.secret);
    expect((await listed())[0]?.hasWebhookSecret).toBe(true);
    const { items } = await api(admin).listAudit({ query: { action: "WEBHOOK_SECRET_DRAWN" } });
    expect(items).toMatchObject([
      { actor: admin.linearUserId, resourceId: id, details: { siteUrl: "https://wiki.acme.example" } },
    ]);
    const rows = await world.db.query(
      sql`select to_jsonb(c)::text as row from confluence_tokens c union all select to_jsonb(a)::text from audit_log a`,
    );
    expect(JSON.stringify(rows)).not.toContain(drawn.secret);
    expect((await api(admin).drawWebhookSecret({ params: { id } })).secret).not.toBe(drawn.secret);
    expect(await refusal(api().drawWebhookSecret({ params: { id } }))).toEqual([403, "not_allowed"]);
    expect(await refusal(api(admin).drawWebhookSecret({ params: { id: randomUUID() } }))).toEqual([
      404,
      "connection_not_found",
    ]);
  });
});

describe("settings of an engagement", () => {
  const admin = () => world.aPerson(ada.organizationId, { role: "admin" });
  const usual = { direction: "both", policies: {}, links: false, comments: "off" };

  it("say how its plans are kept in step, also where nothing was said", async () => {
    await run(sql`update engagements set settings = '{"epics":"project"}' where id = ${engagement}`);
    expect(await api().getEngagementSettings({ params: { id: engagement } })).toEqual({
      epics: "project",
      approval: "anyone",
      access: "organization",
      sync: usual,
    });
  });

  it("change in what is named, policies one by one, and nothing else", async () => {
    const one = await admin();
    const change = (body: Parameters<ReturnType<typeof api>["updateEngagementSettings"]>[0]["body"]) =>
      api(one).updateEngagementSettings({ params: { id: engagement }, body });
    await change({ sync: { direction: "to_page", policies: { title: "linear", parent: "newest" } } });
    await change({ epics: "project" });
    const { sync } = await change({ sync: { links: true, policies: { title: "confluence" } } });
    const settled = {
      direction: "to_page",
      policies: { title: "confluence", parent: "newest" },
      links: true,
      comments: "off",
    };
    expect(sync).toEqual(settled);
    expect(await api().getEngagementSettings({ params: { id: engagement } })).toMatchObject({
      epics: "project",
      sync: settled,
    });
  });

  it("let plans that are kept in step again be looked at by the next sweep, and no others", async () => {
    const one = await admin();
    const set = (direction: "both" | "off" | "to_linear") =>
      api(one).updateEngagementSettings({ params: { id: engagement }, body: { sync: { direction } } });
    const { id } = await aPlan();
    const found = async () => (await syncStore(world.db, times).listOverdue(10)).map(({ planId }) => planId);
    await set("to_linear");
    expect(await found()).toEqual([]);
    await set("off");
    expect(await found()).toEqual([]);
    await set("both");
    expect(await found()).toEqual([id]);
  });

  it("take no direction or policy that there is not", async () => {
    const one = await admin();
    for (const body of [
      { sync: { direction: "sideways" } },
      { sync: { policies: { title: "oldest" } } },
      { sync: { policies: { colour: "ask" } } },
      { sync: { comments: true } },
    ]) {
      const answered = await world.send(
        `/api/v1/engagements/${engagement}/settings`,
        { method: "PATCH", headers: { "content-type": "application/json" }, body: JSON.stringify(body) },
        one,
      );
      expect(answered.status).toBe(400);
    }
  });

  it("keep since when comments are mirrored each way, which ends where they are not", async () => {
    const one = await admin();
    const since = async (comments: "off" | "to_page" | "to_linear" | "both") => {
      await api(one).updateEngagementSettings({ params: { id: engagement }, body: { sync: { comments } } });
      const [row] = await world.db.query<{ page: string | null; linear: string | null }>(
        sql`select comments_to_page_since as page, comments_to_linear_since as linear from engagements where id = ${engagement}`,
      );
      return row ?? { page: null, linear: null };
    };
    expect(await since("off")).toEqual({ page: null, linear: null });
    const first = await since("to_page");
    expect(first).toEqual({ page: expect.anything(), linear: null });
    const both = await since("both");
    expect(both).toEqual({ page: first.page, linear: expect.anything() });
    expect(both.linear).not.toEqual(first.page);
    expect(await since("to_linear")).toEqual({ page: null, linear: both.linear });
    expect((await since("both")).page).not.toEqual(first.page);

    const made = await api().createEngagement({
      body: { name: "Talks", settings: { sync: { comments: "to_linear" } } },
    });
    const [row] = await world.db.query(
      sql`select comments_to_page_since is null as page, comments_to_linear_since is null as linear from engagements where id = ${made.id}`,
    );
    expect(row).toEqual({ page: true, linear: false });
  });

  it("may be given in part when an engagement is made", async () => {
    const made = await api().createEngagement({ body: { name: "New", settings: { sync: { direction: "off" } } } });
    expect(made.settings.sync).toEqual({ ...usual, direction: "off" });
  });
});
