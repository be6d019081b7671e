import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PlanEvent } from "../../../lib/contract/events.js";
import type { EngagementId, OrganizationId } from "../../../lib/domain/ids.js";
import { refusal, type Person } from "../../support/api-world.js";
import { followed, type LiveWorld, liveWorld } from "../live/live-world.js";
import { sessionRow } from "../lifecycle/lifecycle-world.js";

/** The contract takes a UUID in capitals too; PostgreSQL takes both for the same, JavaScript does not. */
const big = <Id extends string>(id: Id): Id => id.toUpperCase() as Id;

let world: LiveWorld;
let org: OrganizationId;
let owner: Person;
let stranger: Person;
let hidden: EngagementId;
beforeAll(async () => {
  world = await liveWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.reset();
  org = await world.anOrganization();
  owner = await world.aPerson(org, { role: "admin" });
  stranger = await world.aPerson(org, { role: "member", name: "Eve" });
  hidden = await world.anEngagement(org, { name: "Secret", settings: { access: "members" } });
});

describe("An engagement that only its members may see, named in capitals by somebody who is none", () => {
  it("the same in small letters is not there", async () => {
    expect(await refusal(world.as(stranger).getEngagementSettings({ params: { id: hidden } }))).toEqual([
      404,
      "not_found",
    ]);
  });
  it("does not tell its settings", async () => {
    expect(await refusal(world.as(stranger).getEngagementSettings({ params: { id: big(hidden) } }))).toEqual([
      404,
      "not_found",
    ]);
  });
  it("does not tell its members", async () => {
    await world.aMember(hidden, owner, "admin");
    expect(await refusal(world.as(stranger).listMembers({ params: { id: big(hidden) }, query: {} }))).toEqual([
      404,
      "not_found",
    ]);
  });
  it("does not tell its landscape", async () => {
    expect(await refusal(world.as(stranger).getLandscape({ params: { id: big(hidden) } }))).toEqual([404, "not_found"]);
  });
  it("is not changed", async () => {
    await world
      .as(stranger)
      .updateEngagement({ params: { id: big(hidden) }, body: { expectedVersion: 1, name: "Owned by Eve" } })
      .catch(() => undefined);
    expect(await world.db.query(sql`select name from engagements where id = ${hidden}`)).toEqual([{ name: "Secret" }]);
  });
  it("becomes nobody's place", async () => {
    await world
      .as(stranger)
      .switchEngagement({ params: { id: big(hidden) } })
      .catch(() => undefined);
    await world
      .as(stranger)
      .updateMe({ body: { defaultEngagementId: big(hidden) } })
      .catch(() => undefined);
    expect(
      await world.db.query(
        sql`select current_engagement_id, default_engagement_id from users where id = ${stranger.userId}`,
      ),
    ).toEqual([{ current_engagement_id: null, default_engagement_id: null }]);
  });
  it("is not known of by whoever makes a session", async () => {
    expect(
      await refusal(world.as(stranger).createSession({ body: { title: "X", engagementId: big(hidden) } })),
    ).toEqual([404, "not_found"]);
  });
});

it("a viewer of an engagement does not become a member by capitals", async () => {
  const open = await world.anEngagement(org, { name: "Open" });
  await world.aMember(open, stranger, "viewer");
  expect(
    await refusal(
      world.as(stranger).updateEngagement({ params: { id: open }, body: { expectedVersion: 1, name: "X" } }),
    ),
  ).toEqual([403, "not_allowed"]);
  await world
    .as(stranger)
    .updateEngagement({ params: { id: big(open) }, body: { expectedVersion: 1, name: "Renamed by a viewer" } })
    .catch(() => undefined);
  expect(await world.db.query(sql`select name from engagements where id = ${open}`)).toEqual([{ name: "Open" }]);
});

it("an engagement's admin loses nothing by capitals", async () => {
  const open = await world.anEngagement(org, { name: "Open" });
  await world.aMember(open, stranger, "admin");
  expect(
    await world.as(stranger).updateEngagementSettings({ params: { id: big(open) }, body: { epics: "project" } }),
  ).toMatchObject({ epics: "project" });
});

it("a session is not merged into itself by capitals", async () => {
  const id = await world.aSession(stranger);
  const { version } = await sessionRow(world, id);
  const outcome = await refusal(
    world.as(stranger).mergeSession({
      params: { id },
      body: { sourceId: big(id), targetVersion: version, sourceVersion: version },
    }),
  ).catch((error: unknown) => String(error));
  const row = await sessionRow(world, id);
  expect({ outcome, mergedInto: row.merged_into }).toEqual({ outcome: [400, "same_session"], mergedInto: null });
  expect((await world.as(stranger).listSessions({ query: {} })).items.map((one) => one.id)).toEqual([id]);
});

it("who loads a plan and who follows it see the same, whatever letters a step's id was given in", async () => {
  const id = await world.aSession(stranger);
  const before = await world.as(stranger).getSessionPlan({ params: { id } });
  const stepId = randomUUID();
  await world.as(stranger).addStep({ params: { id }, body: { id: big(stepId), text: "One", owner: "Eve" } });
  await world.as(stranger).editStep({ params: { id, stepId }, body: { text: "Two" } });
  const loaded = await world.as(stranger).getSessionPlan({ params: { id } });
  const { items } = await world.as(stranger).listSessionEvents({ params: { id }, query: { after: before.seq } });
  const events = items.map(({ seq, type, actor, at, body }) => ({ ...body, seq, type, actor, at }) as PlanEvent);
  const plan = followed(before, events);
  expect(plan === "gap" ? plan : plan.steps.map((step) => [step.id, step.text])).toEqual(
    loaded.steps.map((step) => [step.id, step.text]),
  );
});

it("archiving answers the node that there is, and unarchiving takes it away", async () => {
  const id = await world.aSession(stranger, { status: "completed" });
  const { memoryNodeId } = await world.as(stranger).archiveSession({ params: { id: big(id) }, body: {} });
  const nodes = () => world.db.query<{ id: string }>(sql`select id from memory_nodes where organization_id = ${org}`);
  expect.soft([{ id: memoryNodeId }]).toEqual(await nodes());
  await world.as(stranger).unarchiveSession({ params: { id: big(id) } });
  expect(await nodes()).toEqual([]);
});

it("a stream brings events, whatever letters its session is named in", async () => {
  const id = await world.aSession(stranger);
  const small = await world.open(id, stranger);
  const capitals = await world.open(big(id), stranger);
  await small.connected();
  await capitals.connected();
  const step = await world.as(stranger).addStep({ params: { id }, body: { text: "One", owner: "Eve" } });
  await small.upTo(step.revision);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(capitals.log().map(({ type }) => type)).toEqual(["step_added"]);
}, 40_000);
