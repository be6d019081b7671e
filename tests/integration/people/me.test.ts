import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiWorld, apiWorld, refusal } from "../../support/api-world.js";

describe("People", () => {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await apiWorld();
  });
  afterAll(() => world.close());

  it("learn who they are, what they may and where they work", async () => {
    const organization = await world.anOrganization();
    const ada = await world.aPerson(organization);
    const as = world.as(ada);

    expect(await as.getMe()).toEqual({
      user: {
        id: ada.userId,
        linearUserId: ada.linearUserId,
        name: "Ada",
        email: `${ada.linearUserId}@example.com`,
        role: "member",
      },
      organization: { id: organization, name: organization, urlKey: organization },
      role: "member",
      permissions: ["read", "plan"],
      engagementRoles: {},
      via: "token",
      default: { engagement: null, session: null },
      current: { engagement: null, session: null },
    });

    const session = await as.createSession({ body: { title: "Launch" } });
    const here = {
      engagement: { id: session.engagementId, name: "General", teamId: null },
      session: { id: session.id, title: "Launch", status: "pending" },
    };
    expect(await as.getMe()).toMatchObject({ default: here, current: here });
  });

  it("may no more than their token does", async () => {
    const organization = await world.anOrganization();
    const admin = await world.aPerson(organization, { role: "admin" });
    const reading = { token: await world.aToken(admin, "read") };

    expect(await world.as(reading).getMe()).toMatchObject({
      role: "viewer",
      permissions: ["read"],
      user: { role: "admin" },
    });
    expect(await refusal(world.as(reading).createSession({ body: { title: "Launch" } }))).toEqual([403, "not_allowed"]);
    expect(await refusal(world.as(null).getMe())).toEqual([401, "not_signed_in"]);
  });

  it("have a default engagement from the first time they ask for it, with a session", async () => {
    const organization = await world.anOrganization();
    const viewer = await world.aPerson(organization, { role: "viewer" });
    const asked = await Promise.all(Array.from({ length: 8 }, () => world.as(viewer).getDefaultEngagement()));

    const [one] = asked;
    expect(new Set(asked.map(({ engagement }) => engagement.id)).size).toBe(1);
    expect(one).toMatchObject({
      engagement: { name: "General", isTeamDefault: true, teamId: null },
      session: { title: "Planning", isDefault: true },
    });
    expect((await world.as(viewer).getMe()).default).toMatchObject({
      engagement: { id: one?.engagement.id },
      session: { id: one?.session?.id },
    });
  });

  it("choose their default engagement", async () => {
    const organization = await world.anOrganization();
    const ada = await world.aPerson(organization);
    const other = await world.anEngagement(organization, { name: "Other" });

    expect((await world.as(ada).updateMe({ body: { defaultEngagementId: other } })).default.engagement).toMatchObject({
      id: other,
    });
    expect((await world.as(ada).getDefaultEngagement()).engagement.id).toBe(other);
  });

  it("lose sight of a default engagement that has become the secret of others", async () => {
    const organization = await world.anOrganization();
    const ada = await world.aPerson(organization);
    const secret = await world.anEngagement(organization);
    await world.as(ada).updateMe({ body: { defaultEngagementId: secret } });
    await world.db.query(
      sql`update engagements set settings = settings || '{"access": "members"}' where id = ${secret}`,
    );

    expect((await world.as(ada).getMe()).default).toEqual({ engagement: null, session: null });
    expect((await world.as(ada).getDefaultEngagement()).engagement.name).toBe("General");
    const made = await world.as(ada).createSession({ body: { title: "Launch" } });
    expect(made.engagementId).not.toBe(secret);
  });

  it("are listed in pages, their own organization's only", async () => {
    const organization = await world.anOrganization();
    const people = [];
    for (const name of ["Ada", "Grace", "Linus"]) people.push(await world.aPerson(organization, { name }));
    await world.aPerson(await world.anOrganization(), { name: "Stranger" });
    const [ada] = people;
    if (!ada) throw new Error("nobody");

    const first = await world.as(ada).listUsers({ query: { limit: 2 } });
    const second = await world
      .as(ada)
      .listUsers({ query: { limit: 2, ...(first.next ? { cursor: first.next } : {}) } });
    expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(["Linus", "Grace", "Ada"]);
    expect(second.next).toBeNull();
  });

  it("get their role from admins, who never take it from the last of them, not even two at once", async () => {
    const organization = await world.anOrganization();
    const [ada, grace] = await Promise.all([
      world.aPerson(organization, { role: "admin" }),
      world.aPerson(organization, { role: "admin" }),
    ]);
    const linus = await world.aPerson(organization);

    expect(
      await refusal(world.as(linus).updateUser({ params: { id: linus.userId }, body: { role: "admin" } })),
    ).toEqual([403, "not_allowed"]);
    expect(await world.as(ada).updateUser({ params: { id: linus.userId }, body: { role: "viewer" } })).toMatchObject({
      role: "viewer",
    });
    const stepping = await Promise.allSettled([
      world.as(ada).updateUser({ params: { id: grace.userId }, body: { role: "member" } }),
      world.as(grace).updateUser({ params: { id: ada.userId }, body: { role: "member" } }),
    ]);
    expect(stepping.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const admins = await world.db.query<{ linear_user_id: string }>(
      sql`select linear_user_id from users where organization_id = ${organization} and role = 'admin'`,
    );
    expect(admins).toHaveLength(1);
    const last = admins[0]?.linear_user_id === ada.linearUserId ? ada : grace;
    expect(await refusal(world.as(last).updateUser({ params: { id: last.userId }, body: { role: "member" } }))).toEqual(
      [409, "last_admin"],
    );
    const stranger = await world.aPerson(await world.anOrganization(), { role: "admin" });
    expect(
      await refusal(world.as(stranger).updateUser({ params: { id: last.userId }, body: { role: "viewer" } })),
    ).toEqual([404, "not_found"]);
    const entries = await world.db.query<{ details: object }>(
      sql`select details from audit_log where organization_id = ${organization} and action = 'ROLE_CHANGED' order by created_at`,
    );
    expect(entries[0]?.details).toEqual({ before: "member", after: "viewer" });
    expect(entries).toHaveLength(2);
  });
});
