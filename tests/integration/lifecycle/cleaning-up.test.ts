import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { archiveSession } from "../../../lib/commands/archive-session.js";
import { cleanUp } from "../../../lib/commands/clean-up.js";
import { archiveStore } from "../../../lib/db/archive-store.js";
import { cleanupStore } from "../../../lib/db/cleanup-store.js";
import { fillDefaults } from "../../../lib/db/default-session.js";
import { RequestError, RetryableError } from "../../../lib/domain/errors.js";
import type { EngagementId, OrganizationId, SessionId } from "../../../lib/domain/ids.js";
import type { Principal } from "../../../lib/domain/principal.js";
import { type ApiWorld, apiWorld, type Person, refusal } from "../../support/api-world.js";
import { brokenLogs, givenPlan, logOf, oneDefaultAtMost } from "./lifecycle-world.js";

describe("Cleaning up", () => {
  let world: ApiWorld;
  let org: OrganizationId;
  let admin: Person;
  let engagementId: EngagementId;
  beforeAll(async () => {
    world = await apiWorld();
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    await world.reset();
    org = await world.anOrganization();
    admin = await world.aPerson(org, { role: "admin" });
    engagementId = await world.anEngagement(org);
    // The default, which is never cleaned up.
    await unusedFor(400, await world.aSession(admin, { engagementId }));
  });
  afterEach(async () => {
    expect(await brokenLogs(world)).toEqual([]);
    await oneDefaultAtMost(world);
  });

  const unusedFor = async (days: number, id: SessionId) => {
    await world.db.query(sql`
      update planning_sessions set created_at = now() - ${days}::int * interval '1 day', updated_at = now() - ${days}::int * interval '1 day' where id = ${id}`);
    return id;
  };
  const aSession = async (days: number, differs: Parameters<ApiWorld["aSession"]>[1] = {}) =>
    unusedFor(days, await world.aSession(admin, { engagementId, ...differs }));
  const policy = (cleanup: { deletePendingAfterDays?: number | null; archiveEndedAfterDays?: number | null }) =>
    world.as(admin).updateOrganizationSettings({ body: { cleanup } });
  const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const run = async (archive: (principal: Principal, id: SessionId) => Promise<unknown> = async () => undefined) => {
    const archived: SessionId[] = [];
    await cleanUp({
      cleanup: cleanupStore(world.db),
      archive: async (principal, id) => {
        archived.push(id);
        return archive(principal, id);
      },
      log: silent,
    });
    const deleted = await world.db.query<{ id: SessionId }>(
      sql`select id from planning_sessions where deleted_at is not null`,
    );
    return { deleted: deleted.map(({ id }) => id).sort(), archived: archived.sort() };
  };

  it("touches nothing before somebody asks for it", async () => {
    await aSession(3_000);
    await aSession(3_000, { status: "completed" });
    expect(await world.as(admin).getOrganizationSettings()).toEqual({
      cleanup: { deletePendingAfterDays: null, archiveEndedAfterDays: null },
    });
    expect(await run()).toEqual({ deleted: [], archived: [] });
  });

  it("deletes sessions that were never started, after as many days without anything happening in them", async () => {
    await policy({ deletePendingAfterDays: 30 });
    const stale = await aSession(31);
    await aSession(29);
    await aSession(31, { status: "completed" });
    const used = await aSession(31);
    await world.as(admin).addPlanStep({ body: { plan_id: used, text: "Still wanted", owner: "Ada" } });
    await world.db.query(sql`update users set current_session_id = ${stale}`);

    expect(await run()).toEqual({ deleted: [stale], archived: [] });
    expect((await logOf(world, stale)).at(-1)).toEqual({
      seq: 2,
      type: "session_deleted",
      body: { unusedDays: 30 },
      actor: "agent",
    });
    expect(await world.db.query(sql`select from users where current_session_id is not null`)).toEqual([]);
    await world.as(admin).restoreSession({ params: { id: stale } });
    expect(await run()).toEqual({ deleted: [], archived: [] });
  });

  it("archives sessions that have ended", async () => {
    await policy({ archiveEndedAfterDays: 90 });
    const ended = [
      await aSession(91, { status: "completed" }),
      await aSession(91, { status: "failed" }),
      await aSession(91, { status: "cancelled" }),
    ];
    await aSession(91, { status: "completed", archived: true });
    await aSession(89, { status: "completed" });
    await aSession(91);
    await aSession(91, { status: "awaiting_input" });

    expect(await run()).toEqual({ deleted: [], archived: ended.sort() });
  });

  it("archives as somebody does who asks for it: the session is remembered", async () => {
    await policy({ archiveEndedAfterDays: 90 });
    const id = await aSession(91, { status: "completed" });
    const deps = { archive: archiveStore(world.db) };
    await run((principal, ended) => archiveSession(principal, ended, {}, deps));
    expect((await logOf(world, id)).at(-1)).toMatchObject({ type: "session_archived", actor: "agent" });
    expect(await world.db.query(sql`select kind from memory_nodes`)).toEqual([{ kind: "plan_session" }]);
  });

  it("goes on where somebody was first", async () => {
    await policy({ archiveEndedAfterDays: 1 });
    await aSession(9, { status: "completed" });
    await aSession(8, { status: "completed" });
    const { archived } = await run(async () => {
      throw new RequestError("session_busy", 409, "The session is at work");
    });
    expect(archived).toHaveLength(2);
  });

  it("goes on with other sessions and organizations where one cannot be archived, and fails at the end", async () => {
    await policy({ archiveEndedAfterDays: 1 });
    const ended = [await aSession(9, { status: "completed" }), await aSession(8, { status: "completed" })];
    const other = await world.aPerson(await world.anOrganization(), { role: "admin" });
    await world.as(other).updateOrganizationSettings({ body: { cleanup: { archiveEndedAfterDays: 1 } } });
    await world.aSession(other);
    ended.push(await unusedFor(9, await world.aSession(other, { status: "completed" })));
    const unreachable = new RetryableError("database_unavailable");
    const tried: SessionId[] = [];
    const running = run(async (_principal, id) => {
      tried.push(id);
      throw unreachable;
    });
    await expect(running).rejects.toBe(unreachable);
    expect(tried.sort()).toEqual(ended.sort());
  });

  for (const [what, change] of Object.entries({
    "is synchronised": sql`update plans set sync_status = 'running'`,
    "is paused with something to decide": sql`update plans set sync_status = 'paused'`,
    "has changes that no sync has seen": sql`update plans set dirty = true`,
    "is being written": sql`update plans set locked_until = now() + interval '10 seconds'`,
  }))
    it(`leaves a session alone whose plan ${what}`, async () => {
      await policy({ deletePendingAfterDays: 1, archiveEndedAfterDays: 1 });
      await givenPlan(world, await aSession(9), { items: 1 });
      await givenPlan(world, await aSession(9, { status: "completed" }), { items: 1 });
      await world.db.query(change);
      expect(await run()).toEqual({ deleted: [], archived: [] });
    });

  it("keeps to each organization's own policy", async () => {
    await policy({ deletePendingAfterDays: 30 });
    const other = await world.aPerson(await world.anOrganization(), { role: "admin" });
    await unusedFor(99, await world.aSession(other));
    await unusedFor(99, await world.aSession(other));
    expect(await run()).toEqual({ deleted: [], archived: [] });
  });

  it("keeps its policy to admins, and the audit says who changed it from what", async () => {
    const member = await world.aPerson(org);
    const lead = await world.aPerson(org);
    await world.aMember(engagementId, lead, "admin");
    for (const person of [member, lead]) {
      expect(await refusal(world.as(person).getOrganizationSettings())).toEqual([403, "not_allowed"]);
      expect(await refusal(world.as(person).updateOrganizationSettings({ body: {} }))).toEqual([403, "not_allowed"]);
    }
    expect((await refusal(policy({ deletePendingAfterDays: 0 })))[0]).toBe(400);
    await policy({ deletePendingAfterDays: 30 });
    expect(await policy({ archiveEndedAfterDays: 365 })).toEqual({
      cleanup: { deletePendingAfterDays: 30, archiveEndedAfterDays: 365 },
    });
    const audit = await world.db.query(
      sql`select actor, action, resource_id, details from audit_log order by created_at`,
    );
    expect(audit.at(-1)).toEqual({
      actor: admin.linearUserId,
      action: "SETTINGS_CHANGED",
      resource_id: org,
      details: {
        before: { cleanup: { deletePendingAfterDays: 30 } },
        after: { cleanup: { deletePendingAfterDays: 30, archiveEndedAfterDays: 365 } },
      },
    });
  });

  it("gives a default to an engagement that has lost it, and to no other", async () => {
    const elsewhere = await world.anEngagement(org);
    const ids = [
      await world.aSession(admin, { engagementId: elsewhere }),
      await world.aSession(admin, { engagementId: elsewhere }),
    ];
    await world.db.query(sql`update planning_sessions set is_default = false where engagement_id = ${elsewhere}`);
    await fillDefaults(world.db, null);
    expect(
      await world.db.query(sql`select id from planning_sessions where is_default and engagement_id = ${elsewhere}`),
    ).toEqual([{ id: ids[1] }]);
  });
});
