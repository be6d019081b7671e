import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OrganizationId } from "../../../lib/domain/ids.js";
import { type ApiWorld, apiWorld, type Person, refusal, refusals, refused } from "../../support/api-world.js";

describe("Engagements", () => {
  let world: ApiWorld;
  let organization: OrganizationId;
  let admin: Person;
  let ada: Person;
  let viewer: Person;
  let stranger: Person;
  beforeAll(async () => {
    world = await apiWorld();
    organization = await world.anOrganization();
    admin = await world.aPerson(organization, { role: "admin", name: "Grace" });
    ada = await world.aPerson(organization);
    viewer = await world.aPerson(organization, { role: "viewer" });
    stranger = await world.aPerson(await world.anOrganization(), { role: "admin" });
  });
  afterAll(() => world.close());

  const create = (body: { name: string; teamId?: string; pageUrls?: string[] } = { name: "Checkout" }) =>
    world.as(ada).createEngagement({ body });

  it("come with a first session, which is their default, and make their maker admin", async () => {
    const made = await create({
      name: "Checkout",
      teamId: "team-1",
      pageUrls: ["https://acme.atlassian.net/wiki/x/1"],
    });

    expect(made).toMatchObject({
      name: "Checkout",
      teamId: "team-1",
      pageUrls: ["https://acme.atlassian.net/wiki/x/1"],
      settings: { epics: "issue", approval: "anyone", access: "organization" },
      role: "admin",
      memberCount: 1,
      version: 1,
    });
    const read = await world.as(ada).getEngagement({ params: { id: made.id }, query: { include: "session" } });
    expect(read.session).toMatchObject({
      id: made.defaultSessionId,
      isDefault: true,
      status: "pending",
      teamId: "team-1",
      seq: 1,
    });
    expect(read.role).toBe("admin");
    expect((await world.as(viewer).getEngagement({ params: { id: made.id }, query: {} })).role).toBe("viewer");
  });

  it("are made by members and nobody less", async () => {
    expect(await refusal(world.as(viewer).createEngagement({ body: { name: "X" } }))).toEqual([403, "not_allowed"]);
  });

  it("are listed the newest first, in pages", async () => {
    const { id: first } = await create({ name: "First" });
    const { id: second } = await create({ name: "Second" });

    const one = await world.as(viewer).listEngagements({ query: { limit: 1 } });
    const two = await world
      .as(viewer)
      .listEngagements({ query: { limit: 1, ...(one.next ? { cursor: one.next } : {}) } });

    expect([...one.items, ...two.items].map(({ id }) => id)).toEqual([second, first]);
    expect(await refusal(world.as(viewer).listEngagements({ query: { cursor: "nonsense" } }))).toEqual([
      400,
      "invalid_cursor",
    ]);
  });

  it("are edited where they are still as they were seen; who was second sees how they stand", async () => {
    const { id } = await create();
    const edits = await Promise.allSettled(
      ["One", "Two", "Three"].map((name) =>
        world.as(ada).updateEngagement({ params: { id }, body: { expectedVersion: 1, name } }),
      ),
    );

    const won = edits.filter((edit) => edit.status === "fulfilled");
    expect(won).toHaveLength(1);
    const error = await refused(
      world.as(ada).updateEngagement({ params: { id }, body: { expectedVersion: 1, teamId: "team-2" } }),
    );
    expect([error.status, error.code]).toEqual([409, "version_conflict"]);
    expect(error.problem?.current).toMatchObject({ name: won[0]?.value.name, version: 2, teamId: null });
    expect(
      await refusal(world.as(viewer).updateEngagement({ params: { id }, body: { expectedVersion: 2, name: "Mine" } })),
    ).toEqual([403, "not_allowed"]);
  });

  it("that mentions of a team come to keep their team", async () => {
    const id = await world.anEngagement(organization, { teamId: "team-eng" });
    await world.db.query(sql`update engagements set is_team_default = true where id = ${id}`);
    expect(
      await refusal(world.as(ada).updateEngagement({ params: { id }, body: { expectedVersion: 1, teamId: "team-2" } })),
    ).toEqual([409, "team_default"]);
  });

  it("have settings that their admins and the organization's change, and the audit says from what to what", async () => {
    const { id } = await create();
    const other = await world.aPerson(organization);
    const change = (person: Person, body: { epics?: "project"; approval?: "members" }) =>
      world.as(person).updateEngagementSettings({ params: { id }, body });

    expect(await refusal(change(other, { epics: "project" }))).toEqual([403, "not_allowed"]);
    await change(ada, { epics: "project" });
    expect(await change(admin, { approval: "members" })).toEqual({
      epics: "project",
      approval: "members",
      access: "organization",
      sync: { direction: "both", policies: {}, links: false, comments: "off" },
    });
    expect(await world.as(viewer).getEngagementSettings({ params: { id } })).toMatchObject({ epics: "project" });
    const entries = await world.db.query<{ actor: string; details: { before: object; after: object } }>(
      sql`select actor, details from audit_log where resource_id = ${id} and action = 'SETTINGS_CHANGED' order by created_at`,
    );
    expect(entries).toMatchObject([
      { actor: ada.linearUserId, details: { before: { epics: "issue" }, after: { epics: "project" } } },
      { actor: admin.linearUserId, details: { before: { approval: "anyone" }, after: { approval: "members" } } },
    ]);
  });

  it("that only members may see are there for nobody else, and their sessions neither", async () => {
    const { id, defaultSessionId } = await create({ name: "Secret" });
    await world.as(ada).updateEngagementSettings({ params: { id }, body: { access: "members" } });
    const other = await world.aPerson(organization);
    const sessionId = defaultSessionId ?? "";
    const seenBy = async (person: Person) => [
      (await world.as(person).listEngagements({ query: { limit: 100 } })).items.some((one) => one.id === id),
      (await world.as(person).listSessions({ query: { limit: 100 } })).items.some((one) => one.id === sessionId),
    ];

    expect(await seenBy(other)).toEqual([false, false]);
    const hidden = [
      world.as(other).getEngagement({ params: { id }, query: {} }),
      world.as(other).updateEngagement({ params: { id }, body: { expectedVersion: 1, name: "X" } }),
      world.as(other).switchEngagement({ params: { id } }),
      world.as(other).getLandscape({ params: { id } }),
      world.as(other).createSession({ body: { title: "X", engagementId: id } }),
      world.as(other).getSession({ params: { id: sessionId } }),
      world.as(other).updateSession({ params: { id: sessionId }, body: { expectedVersion: 1, title: "X" } }),
      world.as(other).updateMe({ body: { defaultEngagementId: id } }),
    ];
    expect(await refusals(hidden)).toEqual(hidden.map(() => [404, "not_found"]));

    await world.as(ada).putMember({ params: { id }, body: { userId: other.userId, role: "viewer" } });
    expect(await seenBy(other)).toEqual([true, true]);
    expect(await refusal(world.as(other).createSession({ body: { title: "X", engagementId: id } }))).toEqual([
      403,
      "not_allowed",
    ]);
    expect(await seenBy(admin)).toEqual([true, true]);
  });

  it("have members with a role there, listed, changed and removed", async () => {
    const { id } = await create();
    const put = (userId: string, role: "viewer" | "admin") =>
      world.as(ada).putMember({ params: { id }, body: { userId, role } });
    await put(viewer.userId, "viewer");
    await put(viewer.userId, "admin");

    const { items } = await world.as(viewer).listMembers({ params: { id }, query: {} });
    expect(items.map(({ userId, role }) => [userId, role])).toEqual([
      [viewer.userId, "admin"],
      [ada.userId, "admin"],
    ]);
    await world.as(viewer).removeMember({ params: { id, userId: ada.userId } });
    expect((await world.as(viewer).listMembers({ params: { id }, query: {} })).items).toHaveLength(1);
    expect(await refusal(world.as(viewer).removeMember({ params: { id, userId: ada.userId } }))).toEqual([
      404,
      "not_found",
    ]);
    expect(
      await refusal(world.as(admin).putMember({ params: { id }, body: { userId: stranger.userId, role: "viewer" } })),
    ).toEqual([404, "not_found"]);
    const actions = await world.db.query<{ action: string }>(
      sql`select action from audit_log where resource_id = ${id} order by created_at`,
    );
    expect(actions.map(({ action }) => action)).toEqual([
      "ENGAGEMENT_CREATED",
      "MEMBER_PUT",
      "MEMBER_PUT",
      "MEMBER_REMOVED",
    ]);
  });

  it("of another organization are not there", async () => {
    const { id } = await create();
    const as = world.as(stranger);
    const foreign = [
      as.getEngagement({ params: { id }, query: {} }),
      as.updateEngagement({ params: { id }, body: { expectedVersion: 1, name: "Mine" } }),
      as.switchEngagement({ params: { id } }),
      as.listMembers({ params: { id }, query: {} }),
      as.putMember({ params: { id }, body: { userId: stranger.userId, role: "admin" } }),
      as.removeMember({ params: { id, userId: ada.userId } }),
      as.getEngagementSettings({ params: { id } }),
      as.updateEngagementSettings({ params: { id }, body: { access: "members" } }),
      as.getLandscape({ params: { id } }),
      as.updateMe({ body: { defaultEngagementId: id } }),
      as.createSession({ body: { title: "Mine", engagementId: id } }),
      world.as(ada).getEngagement({ params: { id: randomUUID() }, query: {} }),
    ];
    expect(await refusals(foreign)).toEqual(foreign.map(() => [404, "not_found"]));
  });

  it("show pages, teams, issues, sessions and plans at a glance", async () => {
    const page = "https://acme.atlassian.net/wiki/spaces/ENG/pages/4711";
    const { id, defaultSessionId } = await create({
      name: "Landscape",
      teamId: "team-1",
      pageUrls: [page, "https://acme.atlassian.net/wiki/x/2"],
    });
    const planId = randomUUID();
    await world.db.query(sql`
      insert into plans (id, organization_id, source, team_id, session_id, confluence_page_id, page_url, page_title, dirty)
      values (${planId}, ${organization}, 'confluence:acme:4711', 'team-2', ${defaultSessionId}, '4711', ${page}, 'Checkout plan', true)`);
    await world.db.query(sql`
      insert into plan_items (id, organization_id, plan_id, position, kind, key, title, fields, source, linear_id, state)
      select gen_random_uuid(), ${organization}, ${planId}, n, case when n = 0 then 'feature' else 'story' end, 'K-' || n, 'Item', '{}', '{}',
             case when n < 3 then ${planId} || n end, case when n = 4 then 'removed' else 'active' end from generate_series(0, 4) n`);

    expect(await world.as(viewer).getLandscape({ params: { id } })).toMatchObject({
      engagementId: id,
      pages: [
        { url: page, title: "Checkout plan", planIds: [planId] },
        { url: "https://acme.atlassian.net/wiki/x/2", title: null, planIds: [] },
      ],
      teams: [
        { id: "team-1", issues: 0 },
        { id: "team-2", issues: 3 },
      ],
      issues: 3,
      items: { epic: 0, feature: 1, story: 3, enabler: 0 },
      sessions: { pending: 1, processing: 0, awaiting_input: 0, completed: 0, failed: 0, cancelled: 0 },
      plans: [{ id: planId, syncStatus: "idle", dirty: true, basePageVersion: null, items: 4, issues: 3 }],
    });
  });

  it("are switched to with the session used there last, or else their default", async () => {
    const person = await world.aPerson(organization);
    const as = world.as(person);
    const one = await create({ name: "One" });
    const two = await create({ name: "Two" });
    const other = await as.createSession({ body: { title: "Another", engagementId: two.id } });

    expect(await as.switchEngagement({ params: { id: two.id } })).toMatchObject({
      engagement: { id: two.id },
      session: { id: two.defaultSessionId },
    });
    await as.switchSession({ params: { id: other.id } });
    await as.switchEngagement({ params: { id: one.id } });
    expect((await as.getMe()).current).toMatchObject({
      engagement: { id: one.id },
      session: { id: one.defaultSessionId },
    });
    expect((await as.switchEngagement({ params: { id: two.id } })).session).toMatchObject({ id: other.id });
    expect((await as.getMe()).current).toMatchObject({ engagement: { name: "Two" }, session: { title: "Another" } });
    expect((await as.createSession({ body: { title: "Here" } })).engagementId).toBe(two.id);
  });
});
