import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { EngagementId, OrganizationId, SessionId } from "../../../lib/domain/ids.js";
import { type ApiWorld, apiWorld, type Person, refused, refusal } from "../../support/api-world.js";
import { brokenLogs, givenPlan, logOf, oneDefaultAtMost } from "../lifecycle/lifecycle-world.js";
import { edgesOf, miscounted, nodesOf } from "./memory-world.js";

describe("Archiving a session", () => {
  let world: ApiWorld;
  let org: OrganizationId;
  let ada: Person;
  let engagementId: EngagementId;
  beforeAll(async () => {
    world = await apiWorld();
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    await world.reset();
    org = await world.anOrganization();
    ada = await world.aPerson(org);
    engagementId = await world.anEngagement(org);
  });
  afterEach(async () => {
    expect(await brokenLogs(world)).toEqual([]);
    expect(await miscounted(world)).toEqual([]);
    await oneDefaultAtMost(world);
  });

  const addStep = (id: SessionId, text: string, owner = "Ada") =>
    world.as(ada).addPlanStep({ body: { plan_id: id, text, owner } });
  const archive = (id: SessionId, contextId: string | null = null, person = ada) =>
    world.as(person).archiveSession({ params: { id }, body: { contextId } });

  it("answers as the document of live plans says, and again with the same node", async () => {
    const id = await world.aSession(ada, { title: "Launch", participants: ["Ada"] });
    await addStep(id, "Write the page");

    const first = await world.as(ada).archivePlan({ params: { plan_id: id } });
    const second = await world.as(ada).archivePlan({ params: { plan_id: id } });

    expect(first).toEqual({ status: "archived", plan_id: id, memory_node_id: expect.any(String) as string });
    expect(second).toEqual(first);
    expect(await world.as(ada).getPlan({ params: { plan_id: id } })).toMatchObject({ archived: true });
    expect((await world.as(ada).listPlans({ query: { archived: "true" } })).plans.map((plan) => plan.id)).toEqual([id]);
  });

  it("keeps title, steps and participants, and logs it once with who did it", async () => {
    const id = await world.aSession(ada, { engagementId, title: "Launch", participants: ["Ada", "Bo"] });
    await addStep(id, "Write the page", "Ada");
    await addStep(id, "Tell support", "Bo");

    const { memoryNodeId } = await archive(id);
    await archive(id);

    const node = await world.as(ada).getMemory({ params: { id: memoryNodeId } });
    expect(node).toMatchObject({ kind: "plan_session", title: "Launch", engagementId });
    expect(node.metadata).toMatchObject({
      plan_id: id,
      step_count: 2,
      archived_at: expect.stringMatching(/Z$/) as string,
    });
    expect(JSON.parse(node.content)).toEqual({
      title: "Launch",
      steps: [
        { text: "Write the page", owner: "Ada", ts: expect.any(String) as string },
        { text: "Tell support", owner: "Bo", ts: expect.any(String) as string },
      ],
      participants: ["Ada", "Bo"],
    });
    const archived = (await logOf(world, id)).filter(({ type }) => type === "session_archived");
    expect(archived).toMatchObject([
      { actor: ada.linearUserId, body: { title: "Launch", steps: 2, participants: 2, memoryNodeId } },
    ]);
  });

  it("remembers its plans, their pages and issues, and how they led to each other", async () => {
    const id = await world.aSession(ada, { engagementId, title: "Launch" });
    const { planId } = await givenPlan(world, id, {
      items: [
        { key: "US-1", title: "Sign in", linearId: "ENG-1" },
        { key: "US-2", title: "Sign out" },
      ],
    });
    await world.db.query(
      sql`update plans set confluence_page_id = '7', page_url = 'https://acme.example/7' where id = ${planId}`,
    );

    await archive(id);

    expect(await edgesOf(world)).toEqual([
      "page_plan: Checkout → Checkout",
      "plan_issue: Checkout → Sign in",
      "session_plan: Launch → Checkout",
    ]);
    const nodes = await nodesOf(world);
    expect(nodes.find(({ kind }) => kind === "issue")?.metadata).toMatchObject({
      issue_id: "ENG-1",
      identifier: "ENG-1",
    });
    expect(nodes.find(({ kind }) => kind === "plan")).toMatchObject({
      content: "Sign in\nSign out",
      metadata: { plan_id: planId, url: "https://acme.example/7" },
    });
    expect(nodes.find(({ kind }) => kind === "page")?.metadata).toMatchObject({ url: "https://acme.example/7" });
  });

  it("archives a session whatever long words are written in it", async () => {
    const id = await world.aSession(ada, { title: "Launch" });
    // 4,000 words of forty letters of three bytes, whose stems differ in each of the four languages.
    await world.db.query(sql`
      insert into plan_steps (session_id, id, organization_id, position, text, owner, revision)
      select ${id}, gen_random_uuid(), ${org}, n, (
               select string_agg(chr(19968 + n) || chr(19968 + w) || repeat('中', 31) || 'ationen', ' ') from generate_series(1, 40) w), 'Ada', 1
        from generate_series(1, 100) n`);
    const { memoryNodeId } = await archive(id);
    const { metadata } = await world.as(ada).getMemory({ params: { id: memoryNodeId } });
    expect(metadata).toMatchObject({ step_count: 100 });
    const { items } = await world.as(ada).searchMemory({ query: { q: "launch" } });
    expect(items.map(({ node }) => node.id)).toEqual([memoryNodeId]);
  });

  it("leads from what was used in planning to the session", async () => {
    const earlier = await world.aSession(ada, { title: "Research" });
    const { memoryNodeId: contextId } = await archive(earlier);
    const { id: related } = await world
      .as(ada)
      .writeDecision({ body: { title: "Cookies only", text: "No tokens in links." } });
    const id = await world.aSession(ada, { title: "Launch" });
    await world.db.query(
      sql`update planning_sessions set work = jsonb_build_object('related', jsonb_build_array(${related}::text)) where id = ${id}`,
    );

    await archive(id, contextId);
    await archive(id, contextId);

    expect(await edgesOf(world)).toEqual([
      "used_in_planning: Cookies only → Launch",
      "used_in_planning: Research → Launch",
    ]);
    const { items } = await world.as(ada).listMemoryNeighbours({ params: { id: contextId } });
    expect(items).toMatchObject([{ edge: "used_in_planning", direction: "to", node: { title: "Launch" } }]);
  });

  it("refuses a context that is not there or belongs to somebody else, and changes nothing", async () => {
    const stranger = await world.aPerson(await world.anOrganization());
    const foreign = await world.as(stranger).writeDecision({ body: { title: "Secret", text: "Nobody may know." } });
    const id = await world.aSession(ada);
    for (const contextId of [foreign.id, randomUUID()])
      expect(await refusal(archive(id, contextId))).toEqual([404, "memory_not_found"]);
    expect(await world.as(ada).getPlan({ params: { plan_id: id } })).toMatchObject({ archived: false });
  });

  for (const status of ["processing", "awaiting_input"] as const)
    it(`is refused while it is ${status}, and says so`, async () => {
      const id = await world.aSession(ada, { engagementId, status });
      const error = await refused(archive(id));
      expect([error.status, error.code, error.problem?.state]).toEqual([409, "session_busy", status]);
      expect(await nodesOf(world)).toEqual([]);
    });

  it("is refused while its plan is synchronised", async () => {
    const id = await world.aSession(ada, { engagementId });
    await givenPlan(world, id, {});
    await world.db.query(sql`update plans set sync_status = 'running'`);
    const error = await refused(archive(id));
    expect([error.status, error.code, error.problem?.state]).toEqual([409, "session_busy", "syncing"]);
  });

  it("takes no further steps, and passes its default on", async () => {
    const id = await world.aSession(ada, { engagementId });
    const other = await world.aSession(ada, { engagementId });
    await archive(id);
    expect(await refusal(addStep(id, "Too late"))).toEqual([400, "plan_archived"]);
    expect(await world.db.query(sql`select id from planning_sessions where is_default`)).toEqual([{ id: other }]);
  });

  it("is for members: a viewer is refused, a stranger finds nothing", async () => {
    const id = await world.aSession(ada, { engagementId });
    const viewer = await world.aPerson(org, { role: "viewer" });
    const stranger = await world.aPerson(await world.anOrganization());
    await world.aMember(await world.anEngagement(org), viewer);
    expect(await refusal(archive(id, null, viewer))).toEqual([403, "not_allowed"]);
    expect(await refusal(archive(id, null, stranger))).toEqual([404, "session_not_found"]);
    expect(await refusal(world.as(stranger).archivePlan({ params: { plan_id: id } }))).toEqual([404, "plan_not_found"]);
    expect(await refusal(world.as(stranger).unarchiveSession({ params: { id } }))).toEqual([404, "session_not_found"]);
  });

  it("counts each word once where sessions on one page are archived at the same moment", async () => {
    const ids: SessionId[] = [];
    for (let n = 0; n < 5; n += 1) {
      const id = await world.aSession(ada, { engagementId, title: `Launch ${n}` });
      const { planId } = await givenPlan(world, id, {
        source: "confluence:acme:7",
        teamId: `team-${n}`,
        items: [{ key: "US-1", title: "Sign in", linearId: `ENG-${n}` }],
      });
      await world.db.query(sql`update plans set confluence_page_id = '7' where id = ${planId}`);
      ids.push(id);
    }
    await Promise.all(ids.flatMap((id) => [archive(id), archive(id)]));
    expect((await nodesOf(world)).filter(({ kind }) => kind === "page")).toHaveLength(1);
    expect((await nodesOf(world)).filter(({ kind }) => kind === "plan_session")).toHaveLength(5);
  });

  it("misses no step that is added at the same moment", async () => {
    const id = await world.aSession(ada);
    const adding = Array.from({ length: 12 }, (_, n) =>
      addStep(id, `Step ${n}`).then(
        () => 1,
        () => 0,
      ),
    );
    const { memoryNodeId } = await archive(id);
    const added = (await Promise.all(adding)).reduce((sum: number, one) => sum + one, 0);
    const { content } = await world.as(ada).getMemory({ params: { id: memoryNodeId } });
    expect((JSON.parse(content) as { steps: unknown[] }).steps).toHaveLength(added);
  });

  describe("taken back", () => {
    it("takes the session out of memory with everything that only it had brought there", async () => {
      const id = await world.aSession(ada, { engagementId, title: "Launch" });
      const stays = await world.aSession(ada, { engagementId, title: "Relaunch" });
      for (const [session, team, issue] of [
        [id, "team-1", "ENG-1"],
        [stays, "team-2", "ENG-2"],
      ] as const) {
        const { planId } = await givenPlan(world, session, {
          source: "confluence:acme:7",
          teamId: team,
          items: [{ title: issue, linearId: issue }],
        });
        await world.db.query(sql`update plans set confluence_page_id = '7' where id = ${planId}`);
        await archive(session);
      }

      await world.as(ada).unarchiveSession({ params: { id } });

      expect(await edgesOf(world)).toEqual([
        "page_plan: Checkout → Checkout",
        "plan_issue: Checkout → ENG-2",
        "session_plan: Relaunch → Checkout",
      ]);
      expect(await nodesOf(world)).toHaveLength(4);
      expect((await logOf(world, id)).at(-1)).toMatchObject({ type: "session_unarchived", actor: ada.linearUserId });
      await addStep(id, "Goes on");
    });

    it("is the same node when it is archived again", async () => {
      const id = await world.aSession(ada, { title: "Launch" });
      const first = await archive(id);
      await world.as(ada).unarchiveSession({ params: { id } });
      await addStep(id, "One more");
      expect(await archive(id)).toEqual(first);
      const { metadata } = await world.as(ada).getMemory({ params: { id: first.memoryNodeId } });
      expect(metadata).toMatchObject({ step_count: 1 });
    });

    it("is refused where it is not archived", async () => {
      const id = await world.aSession(ada);
      expect(await refusal(world.as(ada).unarchiveSession({ params: { id } }))).toEqual([409, "session_not_archived"]);
    });

    it("makes it the default again where its engagement has none", async () => {
      const id = await world.aSession(ada, { engagementId });
      await archive(id);
      expect(await world.db.query(sql`select from planning_sessions where is_default`)).toEqual([]);
      await world.as(ada).unarchiveSession({ params: { id } });
      expect(await world.db.query(sql`select id from planning_sessions where is_default`)).toEqual([{ id }]);
    });
  });
});
