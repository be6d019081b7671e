import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EngagementId, OrganizationId } from "../../../lib/domain/ids.js";
import { type ApiWorld, apiWorld, type Person, refusal, refusals, refused } from "../../support/api-world.js";
import { smallPage } from "../../support/story.js";

type Query = NonNullable<Parameters<ReturnType<ApiWorld["as"]>["listSessions"]>[0]>["query"];

describe("The catalogue of sessions", () => {
  let world: ApiWorld;
  let organization: OrganizationId;
  let ada: Person;
  let grace: Person;
  let viewer: Person;
  let stranger: Person;
  let engagementId: EngagementId;
  beforeAll(async () => {
    world = await apiWorld();
    organization = await world.anOrganization();
    [ada, grace] = [await world.aPerson(organization), await world.aPerson(organization, { name: "Grace" })];
    viewer = await world.aPerson(organization, { role: "viewer" });
    stranger = await world.aPerson(await world.anOrganization(), { role: "admin" });
    engagementId = await world.anEngagement(organization, { teamId: "team-1" });
  });
  afterAll(() => world.close());

  const create = (title = "Launch", more: { pageUrl?: string; participants?: string[]; id?: string } = {}) =>
    world.as(ada).createSession({ body: { title, engagementId, ...more } });
  const titles = async (query: Query, person = ada) => {
    const found: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await world.as(person).listSessions({ query: { ...query, ...(cursor ? { cursor } : {}) } });
      found.push(...page.items.map(({ title }) => title));
      cursor = page.next;
    }
    return found;
  };

  it("makes a session with its first event, in the engagement that is named", async () => {
    const pageUrl = "https://acme.atlassian.net/wiki/spaces/ENG/pages/4711";
    const made = await create("Launch", { pageUrl, participants: ["Ada", "Linus", "Ada"] });

    expect(made).toMatchObject({
      title: "Launch",
      engagementId,
      pageUrl,
      teamId: "team-1",
      status: "pending",
      version: 1,
      seq: 1,
      stepCount: 0,
      participantCount: 2,
      createdBy: ada.userId,
      archivedAt: null,
      lastActivity: { type: "session_created", actor: ada.linearUserId },
      failure: null,
      question: null,
    });
    expect(await world.as(viewer).getSession({ params: { id: made.id } })).toEqual(made);
  });

  it("makes a session once, however often its maker repeats the id or the key", async () => {
    const id = randomUUID();
    await create("Once", { id });
    expect((await create("Twice", { id })).title).toBe("Once");
    expect(await refusal(world.as(grace).createSession({ body: { title: "Mine", id } }))).toEqual([409, "id_taken"]);
    expect(await refusal(world.as(stranger).createSession({ body: { title: "Mine", id } }))).toEqual([
      404,
      "not_found",
    ]);

    const body = { title: "By key", engagementId };
    const made = await Promise.all(
      [1, 2].map(() =>
        world
          .as(ada)
          .createSession({ body }, { idempotencyKey: "key-1" })
          .catch(() => null),
      ),
    );
    expect(new Set(made.flatMap((one) => (one ? [one.id] : []))).size).toBe(1);
    expect(await titles({ q: "by key" })).toEqual(["By key"]);
  });

  it("refuses who may only read, and input that makes no session", async () => {
    expect(await refusal(world.as(viewer).createSession({ body: { title: "X" } }))).toEqual([403, "not_allowed"]);
    for (const body of [
      { title: " " },
      { title: "x".repeat(256) },
      { title: "X", pageUrl: "javascript:alert(1)" },
      { title: "X", engagementId: "1" },
    ])
      expect(await refusal(world.as(ada).createSession({ body }))).toEqual([400, "invalid_request"]);
  });

  it("edits the version that was seen; who was second is shown how it stands", async () => {
    const { id } = await create("Old");
    const edits = await Promise.allSettled(
      ["One", "Two", "Three", "Four"].map((title) =>
        world.as(ada).updateSession({ params: { id }, body: { expectedVersion: 1, title } }),
      ),
    );
    const won = edits.flatMap((edit) => (edit.status === "fulfilled" ? [edit.value] : []));
    expect(won).toMatchObject([{ version: 2, seq: 2 }]);

    const error = await refused(
      world.as(grace).updateSession({ params: { id }, body: { expectedVersion: 1, description: "About" } }),
    );
    expect([error.status, error.code]).toEqual([409, "version_conflict"]);
    expect(error.problem?.current).toMatchObject({ title: won[0]?.title, version: 2, description: null });

    await world.as(grace).updateSession({ params: { id }, body: { expectedVersion: 2, description: "About" } });
    const { items } = await world.as(viewer).listSessionEvents({ params: { id }, query: { after: 1 } });
    expect(items).toMatchObject([
      { seq: 2, type: "session_edited", actor: ada.linearUserId, body: { title: won[0]?.title } },
      { seq: 3, type: "session_edited", actor: grace.linearUserId, body: { description: "About" } },
    ]);
    expect(
      await refusal(world.as(viewer).updateSession({ params: { id }, body: { expectedVersion: 3, title: "X" } })),
    ).toEqual([403, "not_allowed"]);
  });

  it("leaves alone what the agent works on, what is archived, and the page of what was started", async () => {
    const [working, archived, done] = [
      await world.aSession(ada, { engagementId, status: "processing" }),
      await world.aSession(ada, { engagementId, archived: true }),
      await world.aSession(ada, { engagementId, status: "completed" }),
    ];
    const edit = (id: string, change: { title?: string; pageUrl?: string }) =>
      refusal(world.as(ada).updateSession({ params: { id }, body: { expectedVersion: 1, ...change } }));
    expect(await edit(working, { title: "X" })).toEqual([409, "session_busy"]);
    expect(await edit(archived, { title: "X" })).toEqual([409, "session_archived"]);
    expect(await edit(done, { pageUrl: "https://acme.atlassian.net/wiki/x/1" })).toEqual([409, "already_started"]);
    expect(
      (await world.as(ada).updateSession({ params: { id: done }, body: { expectedVersion: 1, title: "Done" } })).title,
    ).toBe("Done");
  });

  it("starts with the page that was named last", async () => {
    const pageUrl = "https://acme.atlassian.net/wiki/spaces/ENG/pages/2";
    const { id } = await create("Page", { pageUrl: "https://acme.atlassian.net/wiki/spaces/ENG/pages/1" });
    await world.as(ada).updateSession({ params: { id }, body: { expectedVersion: 1, pageUrl } });
    const [row] = await world.db.query<{ url: string; texts: string[] }>(
      sql`select confluence_page_url as url, prompt->'texts' as texts from planning_sessions where id = ${id}`,
    );
    expect(row).toEqual({ url: pageUrl, texts: [pageUrl] });
  });

  it("is where somebody works after a switch, and their engagement with it", async () => {
    const { id } = await create("Here");
    await world.as(viewer).switchSession({ params: { id } });
    expect((await world.as(viewer).getMe()).current).toMatchObject({
      engagement: { id: engagementId },
      session: { id },
    });
  });

  it("is listed the newest first, every session once, by each filter and by the words of its title", async () => {
    const other = await world.anOrganization();
    const [linus, ken] = [await world.aPerson(other), await world.aPerson(other)];
    const [one, two] = [await world.anEngagement(other), await world.anEngagement(other)];
    const sessions = [
      { person: linus, title: "Checkout with cards", engagementId: one },
      { person: linus, title: "Checkout ENG-12", engagementId: two, status: "completed" as const },
      { person: ken, title: "Überweisung im Checkout", engagementId: one, archived: true },
      { person: ken, title: "Search", engagementId: one, status: "failed" as const },
      { person: ken, title: "Card limits", engagementId: two, status: "failed" as const },
    ];
    for (const { person, ...differs } of sessions) await world.aSession(person, differs);
    // Rows of one instant are told apart by their id.
    await world.db.query(
      sql`update planning_sessions set created_at = date_trunc('minute', created_at) where engagement_id = ${two}`,
    );
    const all = await titles({}, linus);

    expect([...all].sort()).toEqual(sessions.map(({ title }) => title).sort());
    expect(await titles({ limit: 1 }, linus)).toEqual(all);
    expect(await titles({ limit: 2 }, linus)).toEqual(all);
    const listed = async (query: Query) => (await titles({ limit: 1, ...query }, linus)).sort();
    expect(await listed({ status: "failed" })).toEqual(["Card limits", "Search"]);
    expect(await listed({ engagementId: two })).toEqual(["Card limits", "Checkout ENG-12"]);
    expect(await listed({ archived: "true" })).toEqual(["Überweisung im Checkout"]);
    expect(await listed({ archived: "false", status: "pending" })).toEqual(["Checkout with cards"]);
    expect(await listed({ createdBy: "me" })).toEqual(["Checkout ENG-12", "Checkout with cards"]);
    expect(await listed({ createdBy: ken.userId, engagementId: one })).toEqual(["Search", "Überweisung im Checkout"]);
    expect(await listed({ q: "checkout" })).toHaveLength(3);
    expect(await listed({ q: "cards Checkout" })).toEqual(["Checkout with cards"]);
    expect(await listed({ q: "eng-12" })).toEqual(["Checkout ENG-12"]);
    expect(await listed({ q: "CHECKOUT Überweisung" })).toEqual(["Überweisung im Checkout"]);
    expect(await listed({ q: "Checkout', | & !" })).toHaveLength(3);
    expect(await listed({ q: "?!" })).toEqual([]);
    expect(await listed({ q: "card" })).toEqual(["Card limits"]);
    expect(await titles({}, stranger)).toEqual([]);
    for (const at of ["2026-02-30T00:00:00.000000Z", "0000-01-01T00:00:00.000000Z", "yesterday"]) {
      const cursor = Buffer.from(JSON.stringify([at, randomUUID()])).toString("base64url");
      expect(await refusal(world.as(linus).listSessions({ query: { cursor } }))).toEqual([400, "invalid_cursor"]);
    }
  });

  it("shows the items of its plans, their state and their issues", async () => {
    const { id } = await create("Items");
    const [planId, parentId, childId] = [randomUUID(), randomUUID(), randomUUID()];
    const fields = {
      storyPoints: 3,
      priority: "high",
      acceptanceCriteria: ["It works"],
      dependsOn: ["US-2"],
      description: "As a buyer",
    };
    await world.db.query(sql`
      insert into plans (id, organization_id, source, team_id, session_id, page_title, sync_status, base_page_version)
      values (${planId}, ${organization}, ${`confluence:acme:${planId}`}, 'team-1', ${id}, 'Plan', 'paused', 7)`);
    await world.db.query(sql`
      insert into plan_items (id, organization_id, plan_id, parent_id, position, kind, key, title, fields, source, linear_id, linear_identifier, linear_url)
      values (${parentId}, ${organization}, ${planId}, null, 0, 'feature', 'F-1', 'Pay', '{}', '{}', ${`linear-${planId}`}, 'ENG-1', 'https://linear.app/ENG-1'),
             (${childId}, ${organization}, ${planId}, ${parentId}, 1, 'story', 'US-1', 'Pay by card', ${JSON.stringify(fields)}, '{}', null, null, null)`);

    const { items } = await world.as(viewer).listSessionItems({ params: { id } });
    expect(items).toMatchObject([
      {
        id: parentId,
        kind: "feature",
        parentId: null,
        linearIdentifier: "ENG-1",
        storyPoints: null,
        acceptanceCriteria: [],
      },
      { id: childId, kind: "story", parentId, ...fields, state: "active", linearId: null },
    ]);
    const { plans } = await world.as(viewer).getSessionSync({ params: { id } });
    expect(plans).toMatchObject([
      { id: planId, syncStatus: "paused", dirty: false, basePageVersion: 7, items: 2, issues: 1 },
    ]);
  });

  it("shows what became of each block of the page that was read last", async () => {
    const { id } = await create("Coverage");
    expect(await refusal(world.as(viewer).getSessionCoverage({ params: { id }, query: {} }))).toEqual([404, "no_page"]);
    const planId = randomUUID();
    await world.db.query(sql`
      insert into plans (id, organization_id, source, team_id, session_id, page_title) values (${planId}, ${organization}, ${`confluence:acme:${planId}`}, 'team-1', ${id}, 'Plan')`);
    for (const [version, stories] of [
      [1, ["Story US-1: First"]],
      [2, ["Story US-1: First", "Story US-2: Second"]],
    ] as const)
      await world.db.query(sql`
        insert into page_snapshots (plan_id, page_version, organization_id, title, body)
        values (${planId}, ${version}, ${organization}, 'Plan', ${`${smallPage([...stories])}<h2>Open questions</h2><p>Who pays?</p>`})`);

    const coverage = await world.as(viewer).getSessionCoverage({ params: { id }, query: {} });
    expect(coverage.page).toMatchObject({ title: "Plan", version: 2 });
    expect(coverage.items.filter(({ kind }) => kind === "story").map(({ title }) => title)).toEqual([
      "First",
      "Second",
    ]);
    expect(coverage.blocks.at(0)?.range.start).toBe(0);
    expect(coverage.blocks.at(-1)?.range.end).toBe(coverage.page.length);
    expect(
      coverage.blocks.every(({ range }, index) => range.start === (coverage.blocks[index - 1]?.range.end ?? 0)),
    ).toBe(true);
    expect(await world.as(viewer).getSessionCoverage({ params: { id }, query: { planId } })).toEqual(coverage);
    expect(
      await refusal(world.as(viewer).getSessionCoverage({ params: { id }, query: { planId: randomUUID() } })),
    ).toEqual([404, "no_page"]);
  });

  it("reads its log in pages, without the links that connect Confluence", async () => {
    const { id } = await create("Log");
    await world.db.query(sql`
      with moved as (update planning_sessions set last_seq = 4 where id = ${id} returning id)
      insert into session_events (session_id, seq, organization_id, type, body, actor)
      select id, n, ${organization}, 'agent.said', '{"content": {"type": "elicitation", "body": "Connect"}, "auth": {"url": "https://secret", "providerName": "Confluence"}}', 'agent'
        from moved, generate_series(2, 4) n`);
    const read = (after: number) => world.as(viewer).listSessionEvents({ params: { id }, query: { after, limit: 3 } });
    const [first, second] = [await read(0), await read(3)];

    expect([first.items.map(({ seq }) => seq), first.next, first.seq]).toEqual([[1, 2, 3], 3, 4]);
    expect([second.items.map(({ seq }) => seq), second.next]).toEqual([[4], null]);
    expect(second.items[0]?.body).toEqual({
      content: { type: "elicitation", body: "Connect" },
      auth: { providerName: "Confluence" },
    });
    expect(await read(4)).toMatchObject({ items: [], next: null, seq: 4 });
  });

  it("answers 304 to who has it already, and again in full once it has changed", async () => {
    const { id } = await create("Etag");
    const path = `/api/v1/sessions/${id}`;
    const etag = (await world.send(path, {}, ada)).headers.get("etag") ?? "";
    const again = () => world.send(path, { headers: { "if-none-match": etag } }, ada);
    expect((await again()).status).toBe(304);
    await world.as(ada).updateSession({ params: { id }, body: { expectedVersion: 1, title: "Other" } });
    expect((await again()).status).toBe(200);
  });

  it("of another organization, or deleted, is not there", async () => {
    const { id } = await create("Secret");
    const { id: deleted } = await create("Deleted");
    await world.db.query(sql`update planning_sessions set deleted_at = now() where id = ${deleted}`);
    for (const [person, hidden] of [
      [stranger, id],
      [ada, deleted],
    ] as const) {
      const as = world.as(person);
      const params = { id: hidden };
      const requests = [
        as.getSession({ params }),
        as.updateSession({ params, body: { expectedVersion: 1, title: "Mine" } }),
        as.switchSession({ params }),
        as.setDefaultSession({ params }),
        as.listSessionItems({ params }),
        as.getSessionCoverage({ params, query: {} }),
        as.listSessionEvents({ params, query: {} }),
        as.getSessionSync({ params }),
      ];
      expect(await refusals(requests)).toEqual(requests.map(() => [404, "not_found"]));
    }
  });
});
