import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { SyncEvent } from "../../../lib/contract/events.js";
import { json } from "../../../lib/db/database.js";
import { syncStore } from "../../../lib/db/sync-store.js";
import type { PlanId } from "../../../lib/domain/ids.js";
import { refusal, refused } from "../../support/api-world.js";
import {
  ada,
  aConflict,
  anItem,
  aPlan,
  api,
  breakQueue,
  counts,
  engagement,
  logOf,
  published,
  run,
  set,
  someWork,
  syncedPlans,
  times,
  world,
} from "./synced-plans.js";

syncedPlans();

describe("how a plan stands", () => {
  it("says what it is at, what holds and what is open", async () => {
    await run(
      sql`update engagements set settings = settings || '{"sync":{"direction":"to_linear","policies":{"title":"linear"}}}' where id = ${engagement}`,
    );
    const plan = await aPlan();
    await aConflict(plan);
    await aConflict(plan, { applied: "linear", field: "description" });
    expect(await api().getPlanSync({ params: plan.params })).toEqual({
      planId: plan.id,
      sessionId: plan.sessionId,
      status: "idle",
      step: null,
      paused: null,
      dueAt: null,
      dueSince: null,
      dueBecause: null,
      runningSince: null,
      lastSyncedAt: null,
      pageVersion: 3,
      writesPage: true,
      settings: { direction: "to_linear", policies: { title: "linear" }, links: false, comments: "off" },
      openConflicts: 1,
      unsettledItems: 0,
      differences: [],
      version: 1,
    });
  });

  it("shows field by field what one side cannot say, but for what people are asked about", async () => {
    const plan = await aPlan();
    const itemId = await anItem(plan.id, {
      fields: { priority: null, dependsOn: ["US-2", "US-3"], title: "Sign in", storyPoints: 3 },
      base: {
        priority: "high",
        dependsOn: ["US-3", "US-2"],
        title: "Log in",
        storyPoints: 5,
        key: "other",
        issueLink: "ENG-7",
      },
    });
    await aConflict(plan, { itemId });
    const { differences } = await api().getPlanSync({ params: plan.params });
    expect(
      differences.map(({ item, field, page, linear, isWaiting }) => [
        item.id,
        item.identifier,
        field,
        page,
        linear,
        isWaiting,
      ]),
    ).toEqual([
      [itemId, "ENG-7", "priority", null, "high", false],
      [itemId, "ENG-7", "storyPoints", 3, 5, false],
    ]);
  });

  it("shows in which order each side has what stands below an item, where both have it and not in the same", async () => {
    const plan = await aPlan();
    const [first, second, third] = [
      await anItem(plan.id, { fields: { key: "US-1" } }),
      await anItem(plan.id, { fields: { key: "US-2" } }),
      await anItem(plan.id, { fields: { key: "US-3" } }),
    ];
    const other = { key: "feature" };
    await anItem(plan.id, { fields: { ...other, order: [first, third, second] }, base: { order: [second, first] } });
    await anItem(plan.id, { fields: { ...other, order: [first, third] }, base: { order: [second, first] } });
    await anItem(plan.id, { fields: { ...other, order: [first, second] }, base: { order: undefined } });
    const { differences } = await api().getPlanSync({ params: plan.params });
    expect(differences.map(({ field, page, linear }) => [field, page, linear])).toEqual([
      ["order", ["US-1", "US-3", "US-2"], ["US-2", "US-1"]],
    ]);
  });

  it("names at most a hundred differences", async () => {
    const plan = await aPlan();
    for (let n = 0; n < 40; n += 1)
      await anItem(plan.id, { fields: { title: `${n}` }, base: { title: "x", priority: "low", storyPoints: 8 } });
    expect((await api().getPlanSync({ params: plan.params })).differences).toHaveLength(100);
  });

  it("is unknown where there is no such plan", async () => {
    expect(await refusal(api().getPlanSync({ params: { id: randomUUID() } }))).toEqual([404, "plan_not_found"]);
  });
});

describe("asking for a run", () => {
  it("makes it due now in the person's name and queues it", async () => {
    const plan = await aPlan();
    const answered = await api().syncPlan({ params: plan.params });
    expect(answered).toMatchObject({ status: "idle", dueBecause: "person", dueAt: expect.any(String) });
    expect(published.map(({ body }) => body)).toEqual([
      { kind: "sync", id: plan.id, step: "detect-changes", version: 0 },
    ]);
    const [row] = await world.db.query<{ due_for: string }>(sql`select due_for from plans where id = ${plan.id}`);
    expect(row?.due_for).toBe(ada.linearUserId);
  });

  it("is answered where the queue takes nothing: the sweep finds the run", async () => {
    const plan = await aPlan();
    breakQueue();
    await expect(api().syncPlan({ params: plan.params })).resolves.toMatchObject({ dueBecause: "person" });
    await set(plan.id, sql`due_at = now() - interval '10 minutes'`);
    expect(await syncStore(world.db, times).listOverdue(10)).toMatchObject([{ planId: plan.id }]);
  });

  it("lets another run follow one that is under way", async () => {
    const plan = await aPlan();
    await set(plan.id, sql`sync_status = 'running', step = 'apply-to-linear', sync_work = ${json(someWork())}`);
    const answered = await api().syncPlan({ params: plan.params });
    expect(answered).toMatchObject({
      status: "running",
      step: "apply-to-linear",
      runningSince: expect.any(String),
      dueBecause: "person",
    });
    expect(published).toEqual([]);
  });

  it("ends a pause that only needs somebody to say so", async () => {
    const plan = await aPlan();
    await set(plan.id, sql`sync_status = 'paused', paused_because = '{"code":"page_not_found","words":"Gone"}'`);
    expect((await api().getPlanSync({ params: plan.params })).paused).toEqual({
      code: "page_not_found",
      words: "Gone",
      by: null,
    });
    expect(await api().syncPlan({ params: plan.params })).toMatchObject({ status: "idle", paused: null });
    expect(published).toHaveLength(1);
  });

  it.each([
    [
      "sync_off",
      async () => {
        await run(
          sql`update engagements set settings = settings || '{"sync":{"direction":"off"}}' where id = ${engagement}`,
        );
        return aPlan();
      },
    ],
    ["sync_not_ready", () => aPlan({ pageVersion: null })],
    [
      "sync_paused",
      async () => {
        const plan = await aPlan();
        await api().pauseSync({ params: plan.params });
        return plan;
      },
    ],
    [
      "sync_revoked",
      async () => {
        const plan = await aPlan();
        await set(plan.id, sql`sync_status = 'revoked'`);
        return plan;
      },
    ],
  ])("is refused with %s, and says how the plan stands", async (code, make) => {
    const plan = await make();
    const error = await refused(api().syncPlan({ params: plan.params }));
    expect([error.status, error.code, error.problem?.current]).toMatchObject([409, code, { planId: plan.id }]);
    expect(published).toEqual([]);
  });
});

describe("a pause", () => {
  it("is told in the log, keeps everything as it is and ends with a run", async () => {
    const plan = await aPlan();
    await api().syncPlan({ params: plan.params });
    const paused = await api().pauseSync({ params: plan.params });
    expect(paused).toMatchObject({
      status: "paused",
      dueAt: null,
      paused: { code: "paused", words: "Paused by Ada", by: ada.linearUserId },
    });
    expect(
      await syncStore(world.db, times).request({
        organizationId: ada.organizationId,
        because: "page",
        planIds: [plan.id],
      }),
    ).toEqual([]);
    published.length = 0;
    expect(await api().resumeSync({ params: plan.params })).toMatchObject({
      status: "idle",
      paused: null,
      dueBecause: "person",
    });
    expect(published).toHaveLength(1);
    const told = (await logOf(plan.sessionId)).filter(({ type }) => type.startsWith("sync."));
    expect(told).toEqual([
      {
        type: "sync.paused",
        body: { plan: plan.id, code: "paused", message: "Paused by Ada" },
        actor: ada.linearUserId,
      },
      { type: "sync.resumed", body: { plan: plan.id }, actor: ada.linearUserId },
    ]);
    for (const { type, body, actor } of told)
      expect(SyncEvent.safeParse({ seq: 1, type, actor, at: "", ...body }).success).toBe(true);
  });

  it("is one however often it is asked for", async () => {
    const plan = await aPlan();
    await api().pauseSync({ params: plan.params });
    await api().pauseSync({ params: plan.params });
    await api().resumeSync({ params: plan.params });
    await api().resumeSync({ params: plan.params });
    expect((await logOf(plan.sessionId)).filter(({ type }) => type.startsWith("sync."))).toHaveLength(2);
    expect(published).toHaveLength(1);
  });

  it("ends a run that is under way, whose work stands in the history and whose commit comes too late", async () => {
    const plan = await aPlan();
    const work = someWork();
    const attemptId = randomUUID();
    await set(
      plan.id,
      sql`sync_status = 'running', step = 'apply-to-linear', sync_work = ${json(work)}, attempt_id = ${attemptId}`,
    );
    const store = syncStore(world.db, times);
    const seen = await store.load(plan.id);
    expect(await api().pauseSync({ params: plan.params })).toMatchObject({
      status: "paused",
      step: null,
      runningSince: null,
    });
    if (!seen) throw new Error("no plan");
    expect(await store.commit({ seen, attemptId, next: { end: "idle" } })).toEqual({ outcome: "changed" });
    const { items } = await api().listSyncRuns({ params: plan.params, query: {} });
    expect(items).toMatchObject([{ id: work.runId, success: false, error: "paused", ...counts, done: work.done }]);
    expect(await api().resumeSync({ params: plan.params })).toMatchObject({ status: "idle", dueBecause: "person" });
  });

  it("is not for a plan that is not kept in step yet", async () => {
    const plan = await aPlan({ pageVersion: null });
    expect(await refusal(api().pauseSync({ params: plan.params }))).toEqual([409, "sync_not_ready"]);
  });

  it("ends without a run where the engagement keeps nothing in step", async () => {
    const plan = await aPlan();
    await api().pauseSync({ params: plan.params });
    await run(
      sql`update engagements set settings = settings || '{"sync":{"direction":"off"}}' where id = ${engagement}`,
    );
    expect(await api().resumeSync({ params: plan.params })).toMatchObject({ status: "idle", dueAt: null });
    expect(published).toEqual([]);
  });
});

describe("who writes to a page", () => {
  const source = "confluence:acme:4711";

  it("changes from one plan to the other at once, which is noted and looked at", async () => {
    const [first, second] = [await aPlan({ source }), await aPlan({ source, teamId: "team-ops", writesPage: false })];
    const other = await aPlan();
    expect(await api().takeOverPage({ params: second.params })).toMatchObject({
      writesPage: true,
      dueBecause: "person",
    });
    const writers = await Promise.all(
      [first, second, other].map(async ({ params }) => (await api().getPlanSync({ params })).writesPage),
    );
    expect(writers).toEqual([false, true, true]);
    expect(published.map(({ body }) => body.id)).toEqual([second.id]);
    const admin = await world.aPerson(ada.organizationId, { role: "admin" });
    const { items } = await world.as(admin).listAudit({ query: { action: "SYNC_WRITER_CHANGED" } });
    expect(items).toMatchObject([{ actor: ada.linearUserId, resourceId: second.id }]);
  });

  it("does not change where the plan writes already", async () => {
    const plan = await aPlan({ source });
    expect(await api().takeOverPage({ params: plan.params })).toMatchObject({ writesPage: true, dueAt: null });
    expect(published).toEqual([]);
  });

  it("is not taken from a plan of an engagement in which the person may change nothing", async () => {
    const elsewhere = await world.anEngagement(ada.organizationId);
    await world.aMember(elsewhere, ada, "viewer");
    const owner = await world.aPerson(ada.organizationId);
    const theirs = await aPlan({ source });
    await run(sql`update planning_sessions set engagement_id = ${elsewhere} where id = ${theirs.sessionId}`);
    const plan = await aPlan({ source, teamId: "team-ops", writesPage: false });
    expect(await refusal(api().takeOverPage({ params: plan.params }))).toEqual([403, "not_allowed"]);
    expect((await api(owner).getPlanSync({ params: theirs.params })).writesPage).toBe(true);
  });
});

describe("what runs have done", () => {
  it("is listed page by page, the newest first, a little of each, and told whole of one", async () => {
    const plan = await aPlan();
    const ids: string[] = [];
    const done = Array.from({ length: 25 }, (_, n) => ({
      side: "page",
      itemId: randomUUID(),
      title: `${n}`,
      what: "linked",
    }));
    for (const minute of [1, 2, 3]) {
      const id = randomUUID();
      ids.unshift(id);
      await run(sql`
        insert into sync_history (id, organization_id, plan_id, confluence_page_id, linear_team_id, trigger, success, error, updated_issues, from_page_version, to_page_version, done, started_at, timestamp)
        values (${id}, ${ada.organizationId}, ${plan.id}, '4711', 'team-eng', 'page', ${minute > 1}, ${minute > 1 ? null : "page_not_found"}, 7, 3, 4, ${json(done)}, now(),
                now() + ${minute}::int * interval '1 minute')`);
    }
    const first = await api().listSyncRuns({ params: plan.params, query: { limit: 2 } });
    const second = await api().listSyncRuns({ params: plan.params, query: { limit: 2, cursor: first.next ?? "" } });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids);
    expect(second.next).toBeNull();
    expect(second.items[0]).toMatchObject({
      success: false,
      error: "page_not_found",
      trigger: "page",
      updatedIssues: 7,
      fromPageVersion: 3,
      toPageVersion: 4,
      doneCount: 25,
    });
    expect(second.items[0]?.done).toHaveLength(20);
    expect((await api().getSyncRun({ params: { id: ids[0] ?? "" } })).done).toEqual(done);
  });

  it("is nothing for a plan that has had no run, and unknown without a plan", async () => {
    const plan = await aPlan();
    expect(await api().listSyncRuns({ params: plan.params, query: {} })).toEqual({ items: [], next: null });
    expect(await refusal(api().listSyncRuns({ params: { id: randomUUID() }, query: {} }))).toEqual([
      404,
      "plan_not_found",
    ]);
    expect(await refusal(api().getSyncRun({ params: { id: randomUUID() } }))).toEqual([404, "sync_run_not_found"]);
  });
});

describe("taking a run back", () => {
  async function aRun(
    plan: { id: PlanId },
    differs: { ended?: string; undone?: boolean } = {},
  ): Promise<{ id: string }> {
    const id = randomUUID();
    await run(sql`
      insert into sync_history (id, organization_id, plan_id, confluence_page_id, linear_team_id, trigger, success, done, started_at, timestamp, undone_at)
      values (${id}, ${ada.organizationId}, ${plan.id}, '4711', 'team-eng', 'page', true, '[]', now(), now() - ${differs.ended ?? "1 minute"}::interval,
              case when ${differs.undone ?? false} then now() end)`);
    return { id };
  }
  const waits = async (plan: { id: PlanId }) =>
    (await world.db.query<{ due_undo: string | null }>(sql`select due_undo from plans where id = ${plan.id}`))[0]
      ?.due_undo;

  it("makes a run due now that does it, says so in the log and queues it; asked twice, once", async () => {
    const plan = await aPlan();
    const params = await aRun(plan);
    expect(await api().undoSyncRun({ params })).toMatchObject({
      planId: plan.id,
      status: "idle",
      dueBecause: "person",
    });
    expect(await api().undoSyncRun({ params })).toMatchObject({ planId: plan.id });
    expect(await waits(plan)).toBe(params.id);
    expect(published.map(({ body }) => body.id)).toEqual([plan.id]);
    const told = (await logOf(plan.sessionId)).filter(({ type }) => type === "sync.undo_requested");
    expect(told).toEqual([
      { type: "sync.undo_requested", body: { plan: plan.id, run: params.id }, actor: ada.linearUserId },
    ]);
    for (const { type, body, actor } of told)
      expect(SyncEvent.safeParse({ seq: 1, type, actor, at: "", ...body }).success).toBe(true);
  });

  it("waits for a run that is under way", async () => {
    const plan = await aPlan();
    await set(plan.id, sql`sync_status = 'running', step = 'apply-to-linear', sync_work = ${json(someWork())}`);
    expect(await api().undoSyncRun({ params: await aRun(plan) })).toMatchObject({ status: "running" });
    expect(published).toEqual([]);
  });

  it("is forgotten where somebody pauses the plan", async () => {
    const plan = await aPlan();
    await api().undoSyncRun({ params: await aRun(plan) });
    await api().pauseSync({ params: plan.params });
    expect(await waits(plan)).toBeNull();
  });

  it.each([
    ["sync_run_undone", (plan: { id: PlanId }) => aRun(plan, { undone: true })],
    ["sync_run_too_old", (plan: { id: PlanId }) => aRun(plan, { ended: "8 days" })],
    [
      "sync_busy",
      async (plan: { id: PlanId }) => {
        await api().undoSyncRun({ params: await aRun(plan) });
        published.length = 0;
        return aRun(plan);
      },
    ],
    [
      "sync_off",
      async (plan: { id: PlanId }) => {
        await run(
          sql`update engagements set settings = settings || '{"sync":{"direction":"off"}}' where id = ${engagement}`,
        );
        return aRun(plan);
      },
    ],
    [
      "sync_paused",
      async (plan: { id: PlanId; params: { id: string } }) => {
        await api().pauseSync({ params: plan.params });
        return aRun(plan);
      },
    ],
  ])("is refused with %s", async (code, make) => {
    const params = await make(await aPlan());
    expect(await refusal(api().undoSyncRun({ params }))).toEqual([409, code]);
    expect(published).toEqual([]);
  });

  it("is unknown where there is no such run", async () => {
    expect(await refusal(api().undoSyncRun({ params: { id: randomUUID() } }))).toEqual([404, "sync_run_not_found"]);
  });
});

describe("a preview", () => {
  it("says in words why no run could go on", async () => {
    const plan = await aPlan();
    const error = await refused(api().previewSync({ params: plan.params }));
    expect([error.status, error.code, error.problem?.reason]).toEqual([
      409,
      "sync_unavailable",
      "confluence_not_connected",
    ]);
    expect(error.message).toContain("no Confluence connection");
  });

  it("is refused where no run could be asked for", async () => {
    const plan = await aPlan({ pageVersion: null });
    expect(await refusal(api().previewSync({ params: plan.params }))).toEqual([409, "sync_not_ready"]);
    expect(await refusal(api().previewSync({ params: { id: randomUUID() } }))).toEqual([404, "plan_not_found"]);
  });
});

describe("who may", () => {
  it("is who may in the engagement of the session that holds the plan", async () => {
    const plan = await aPlan();
    const { params } = await aConflict(plan);
    const reader = await world.aPerson(ada.organizationId);
    await world.aMember(engagement, reader, "viewer");
    await expect(api(reader).getPlanSync({ params: plan.params })).resolves.toMatchObject({ planId: plan.id });
    const acts = [
      api(reader).syncPlan({ params: plan.params }),
      api(reader).pauseSync({ params: plan.params }),
      api(reader).resumeSync({ params: plan.params }),
      api(reader).takeOverPage({ params: plan.params }),
      api(reader).previewSync({ params: plan.params }),
      api(reader).resolveConflict({ params, body: { strategy: "linear" } }),
    ];
    for (const act of acts) expect(await refusal(act)).toEqual([403, "not_allowed"]);
    await run(sql`update engagements set settings = settings || '{"access":"members"}' where id = ${engagement}`);
    const stranger = await world.aPerson(ada.organizationId);
    expect(await refusal(api(stranger).syncPlan({ params: plan.params }))).toEqual([404, "plan_not_found"]);
    expect((await api(stranger).listConflicts({ query: {} })).items).toEqual([]);
    expect(published).toEqual([]);
  });
});
