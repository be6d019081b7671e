import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { EngagementId, OrganizationId, SessionId } from "../../../lib/domain/ids.js";
import { type ApiWorld, apiWorld, type Person, refused, refusal } from "../../support/api-world.js";
import { inboxStore } from "../../../lib/db/inbox-store.js";
import { sessionStore } from "../../../lib/db/session-store.js";
import { move } from "../../../lib/pipeline/move.js";
import { receive } from "../../../lib/pipeline/receive.js";
import { aDelivery, aMove, aPlanClaim, aPrompt } from "../../support/builders.js";
import { brokenLogs, givenPlan, logOf, oneDefaultAtMost, sessionRow } from "./lifecycle-world.js";

describe("Deleting a session", () => {
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
    await oneDefaultAtMost(world);
  });
  const row = async (id: SessionId) =>
    (
      await world.db.query<{ is_default: boolean; deleted: boolean; version: number }>(
        sql`select is_default, deleted_at is not null as deleted, version from planning_sessions where id = ${id}`,
      )
    )[0];

  it("hides it and keeps its plan, items and log", async () => {
    const id = await world.aSession(ada, { engagementId });
    const { itemIds } = await givenPlan(world, id, { items: 2 });

    await world.as(ada).deleteSession({ params: { id } });

    expect(await refusal(world.as(ada).deleteSession({ params: { id } }))).toEqual([404, "session_not_found"]);
    expect(await world.db.query(sql`select id from plan_items where id = ${itemIds[0]}`)).toHaveLength(1);
    expect((await logOf(world, id)).map(({ type }) => type)).toEqual(["session_created", "session_deleted"]);
  });

  it("passes the default to the engagement's newest living session", async () => {
    const first = await world.aSession(ada, { engagementId });
    const second = await world.aSession(ada, { engagementId });
    await world.aSession(ada, { engagementId, archived: true });
    expect(await row(first)).toMatchObject({ is_default: true });

    await world.as(ada).deleteSession({ params: { id: first } });

    expect(await row(first)).toMatchObject({ is_default: false, deleted: true });
    expect(await row(second)).toMatchObject({ is_default: true });
    expect((await logOf(world, second)).at(-1)).toMatchObject({ type: "session_default_set", body: { from: first } });
  });

  it("leaves an engagement without default where it was the last, until it is restored", async () => {
    const id = await world.aSession(ada, { engagementId });
    await world.as(ada).deleteSession({ params: { id } });
    expect(await row(id)).toMatchObject({ is_default: false });

    await world.as(ada).restoreSession({ params: { id } });

    expect(await row(id)).toMatchObject({ is_default: true, deleted: false });
    expect(await refusal(world.as(ada).restoreSession({ params: { id } }))).toEqual([409, "session_not_deleted"]);
  });

  it("is nobody's current session any more", async () => {
    const id = await world.aSession(ada, { engagementId });
    await world.db.query(sql`update users set current_session_id = ${id}`);
    await world.as(ada).deleteSession({ params: { id } });
    expect(await world.db.query(sql`select from users where current_session_id is not null`)).toEqual([]);
  });

  for (const status of ["processing", "awaiting_input"] as const)
    it(`is refused while it is ${status}, and says so`, async () => {
      const id = await world.aSession(ada, { engagementId, status });
      const error = await refused(world.as(ada).deleteSession({ params: { id } }));
      expect([error.status, error.code, error.problem?.state]).toEqual([409, "session_busy", status]);
    });

  for (const [what, change] of Object.entries({
    "is synchronised": sql`update plans set sync_status = 'running'`,
    "is being written": sql`update plans set locked_until = now() + interval '10 seconds'`,
  }))
    it(`is refused while its plan ${what}`, async () => {
      const id = await world.aSession(ada, { engagementId });
      await givenPlan(world, id, {});
      await world.db.query(change);
      const error = await refused(world.as(ada).deleteSession({ params: { id } }));
      expect([error.status, error.code, error.problem?.state]).toEqual([409, "session_busy", "syncing"]);
    });

  it("does not go on by a reply in Linear: that begins a new session", async () => {
    const id = await world.aSession(ada, { engagementId, status: "failed" });
    await world.db.query(sql`update planning_sessions set agent_session_id = 'agent-session' where id = ${id}`);
    await world.as(ada).deleteSession({ params: { id } });

    const retry = { ...aPrompt(), body: "retry" };
    const taken = await receive(aDelivery({ organizationId: org, event: retry }), inboxStore(world.db));

    expect([taken.outcome, taken.sessionIds.includes(id)]).toEqual(["accepted", false]);
    expect(await sessionRow(world, id)).toMatchObject({ status: "failed" });
  });

  it("gives its plan to the next session that plans the same page", async () => {
    const gone = await world.aSession(ada, { engagementId });
    const claim = aPlanClaim();
    const { planId } = await givenPlan(world, gone, { source: claim.source, teamId: claim.teamId, items: 1 });
    const next = await world.aSession(ada, { engagementId, status: "processing" });
    const sessions = sessionStore(world.db);
    const claimed = async () => {
      const loaded = await sessions.load(next);
      if (!loaded) throw new Error("the session is not there");
      return sessions.commit(aMove(loaded.session, { type: "advanced", step: "propose-plan" }, { claimPlan: claim }));
    };
    expect(await claimed()).toBe("plan_taken");
    await world.as(ada).deleteSession({ params: { id: gone } });
    expect(await claimed()).toBe("committed");
    expect(await world.db.query(sql`select id, session_id from plans`)).toEqual([{ id: planId, session_id: next }]);
  });

  it("is not started by somebody who had seen it before", async () => {
    const id = await world.aSession(ada, { engagementId });
    const sessions = sessionStore(world.db);
    const seen = await sessions.load(id);
    await world.as(ada).deleteSession({ params: { id } });
    for (const loaded of [seen, await sessions.load(id)])
      expect(loaded && (await move(sessions, loaded.session, { event: { type: "started" } }))).toBe("changed");
    expect(await sessionRow(world, id)).toMatchObject({ status: "pending" });
  });

  it("is for members: a viewer is refused, a stranger finds nothing", async () => {
    const id = await world.aSession(ada, { engagementId });
    const viewer = await world.aPerson(org, { role: "viewer" });
    const stranger = await world.aPerson(await world.anOrganization());
    const engaged = await world.aPerson(org, { role: "viewer" });
    await world.aMember(await world.anEngagement(org), engaged);

    expect((await refusal(world.as(viewer).deleteSession({ params: { id } })))[0]).toBe(403);
    expect(await refusal(world.as(engaged).deleteSession({ params: { id } }))).toEqual([403, "not_allowed"]);
    expect(await refusal(world.as(stranger).deleteSession({ params: { id } }))).toEqual([404, "session_not_found"]);
    expect(await refusal(world.as(stranger).restoreSession({ params: { id } }))).toEqual([404, "session_not_found"]);
  });

  it("passes the default once where all sessions but one are deleted at the same time", async () => {
    const ids: SessionId[] = [];
    for (let n = 0; n < 6; n += 1) ids.push(await world.aSession(ada, { engagementId }));
    await Promise.all(ids.slice(0, 5).map((id) => world.as(ada).deleteSession({ params: { id } })));
    expect(await row(ids[5] as SessionId)).toMatchObject({ is_default: true });
  });
});
