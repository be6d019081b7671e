import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { EngagementId, OrganizationId, SessionId } from "../../../lib/domain/ids.js";
import { type ApiWorld, apiWorld, type Person } from "../../support/api-world.js";
import { aMove, aPlanClaim } from "../../support/builders.js";
import { givenPlan, sessionRow } from "../lifecycle/lifecycle-world.js";

let world: ApiWorld;
let org: OrganizationId;
let insider: Person;
let outsider: Person;
let open: EngagementId;
let closed: EngagementId;
beforeAll(async () => {
  world = await apiWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.reset();
  org = await world.anOrganization();
  insider = await world.aPerson(org, { name: "In" });
  outsider = await world.aPerson(org, { name: "Out" });
  open = await world.anEngagement(org, { name: "Open" });
  closed = await world.anEngagement(org, { name: "Closed", settings: { access: "members", approval: "members" } });
  await world.aMember(closed, insider);
});

/** What the pipeline does when a session of this engagement reads the page: `takePlan` → `commit`. */
async function takes(id: SessionId) {
  const { sessions } = world.deps.world;
  const loaded = await sessions.load(id);
  if (!loaded) throw new Error("no session");
  const move = aMove(loaded.session, { type: "advanced", step: "propose-plan" });
  return sessions.commit({ ...move, claimPlan: aPlanClaim({ source }) });
}

const source = "confluence:acme.atlassian.net:4711";

describe("A plan that has come from an open engagement into a closed one", () => {
  async function moved(how: "merge" | "claim"): Promise<SessionId> {
    const first = await world.aSession(insider, { engagementId: open });
    const { planId } = await givenPlan(world, first, {
      source,
      teamId: "team-eng",
      items: [{ key: "US-1", title: "Known to all" }],
    });
    const second = await world.aSession(insider, { engagementId: closed });
    if (how === "merge")
      await world.as(insider).mergeSession({
        params: { id: second },
        body: {
          sourceId: first,
          targetVersion: (await sessionRow(world, second)).version,
          sourceVersion: (await sessionRow(world, first)).version,
        },
      });
    else {
      await world.db.query(
        sql`update planning_sessions set status = case when id = ${first} then 'completed' else 'processing' end where id in (${first}, ${second})`,
      );
      if ((await takes(second)) !== "committed") throw new Error("the plan was not taken");
      await world.db.query(sql`update planning_sessions set status = 'completed' where id = ${second}`);
    }
    // Work goes on in the closed engagement.
    await world.db.query(sql`
      update plan_items set title = 'Buy Initech', fields = fields || '{"description": "for 40 millions"}', linear_id = 'LIN-1' where plan_id = ${planId}`);
    await world.db.query(sql`update plans set page_title = 'Project Initech' where id = ${planId}`);
    expect((await world.as(insider).listSessionItems({ params: { id: second } })).items).toHaveLength(1);
    return second;
  }

  it.each(["merge", "claim"] as const)("is not in the landscape of the open one (%s)", async (how) => {
    const session = await moved(how);
    expect((await world.send(`/api/v1/sessions/${session}`, {}, outsider)).status).toBe(404);
    const landscape = JSON.stringify(await world.as(outsider).getLandscape({ params: { id: open } }));
    expect.soft(landscape).not.toContain("Project Initech");
    expect(landscape).not.toContain(session);
  });

  it.each(["merge", "claim"] as const)("is not remembered for everybody (%s)", async (how) => {
    const session = await moved(how);
    await world.as(insider).archiveSession({ params: { id: session }, body: {} });
    const { items } = await world.as(outsider).listMemory({ query: {} });
    const texts = await Promise.all(items.map(({ id }) => world.as(outsider).getMemory({ params: { id } })));
    expect(texts.map(({ title, content }) => `${title}: ${content}`)).toEqual([]);
  });
});
