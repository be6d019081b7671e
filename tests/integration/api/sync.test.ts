import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { SyncEvent } from "../../../lib/contract/events.js";
import { json } from "../../../lib/db/database.js";
import { syncStore } from "../../../lib/db/sync-store.js";
import type { EngagementId, PlanId, PlanItemId, SessionId } from "../../../lib/domain/ids.js";
import type { SyncCounts, SyncWork } from "../../../lib/domain/sync/run.js";
import { receive } from "../../../lib/pipeline/receive.js";
import type { QueueMessage } from "../../../lib/ports-services.js";
import { type ApiWorld, apiWorld, type Person, refusal, refused } from "../../support/api-world.js";
import { aDelivery, someFields } from "../../support/builders.js";

let world: ApiWorld;
let published: QueueMessage[];
let queueIsDown: boolean;
let ada: Person;
let engagement: EngagementId;

beforeAll(async () => {
  world = await apiWorld();
  const publish = async (message: QueueMessage) => {
    if (queueIsDown) throw new Error("queue is down");
    published.push(message);
    return { messageId: randomUUID() };
  };
  world.deps.world = { ...world.deps.world, queue: { publish } };
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.reset();
  published = [];
  queueIsDown = false;
  ada = await world.aPerson(await world.anOrganization());
  engagement = await world.anEngagement(ada.organizationId);
});

const times = { quietMs: 10_000, longestMs: 60_000, stuckMs: 60_000, pollMs: 600_000 };
const api = (person = ada) => world.as(person);
const run = (statement: ReturnType<typeof sql>) => world.db.query(statement);

/** A plan that has been approved, in a session of its own. */
async function aPlan(
  differs: {
    source?: string;
    teamId?: string;
    pageVersion?: number | null;
    in?: EngagementId;
    writesPage?: boolean;
  } = {},
): Promise<{ id: PlanId; params: { id: string }; sessionId: SessionId }> {
  const id = randomUUID() as PlanId;
  const sessionId = await world.aSession(ada, { engagementId: differs.in ?? engagement, status: "completed" });
  await run(sql`
    insert into plans (id, organization_id, source, team_id, session_id, confluence_page_id, page_title, page_url, base_page_version, writes_page)
    values (${id}, ${ada.organizationId}, ${differs.source ?? `confluence:acme:${id}`}, ${differs.teamId ?? "team-eng"}, ${sessionId}, '4711', 'Checkout',
            'https://acme.atlassian.net/wiki/x', ${differs.pageVersion === undefined ? 3 : differs.pageVersion}, ${differs.writesPage ?? true})`);
  return { id, params: { id }, sessionId };
}

async function anItem(
  planId: PlanId,
  differs: { fields?: object; base?: object | null; title?: string; state?: string } = {},
): Promise<PlanItemId> {
  const id = randomUUID() as PlanItemId;
  const fields = someFields({ title: differs.title ?? "Sign in", ...differs.fields });
  const base = differs.base === undefined ? fields : differs.base && { ...fields, ...differs.base };
  await run(sql`
    insert into plan_items (id, organization_id, plan_id, position, kind, key, title, fields, base, source, state, linear_id, linear_identifier, linear_url)
    values (${id}, ${ada.organizationId}, ${planId}, 0, 'story', ${fields.key}, ${fields.title}, ${json(fields)}, ${base === null ? null : json(base)},
            '{"item":{"start":0,"end":1},"fields":{}}', ${differs.state ?? "active"}, ${id}, 'ENG-7', 'https://linear.app/acme/issue/ENG-7')`);
  return id;
}

async function aConflict(
  plan: { id: PlanId; sessionId: SessionId },
  differs: {
    itemId?: PlanItemId;
    field?: string;
    base?: unknown;
    linear?: unknown;
    page?: unknown;
    applied?: string;
  } = {},
): Promise<{ id: string; params: { id: string }; itemId: PlanItemId }> {
  const id = randomUUID();
  const itemId = differs.itemId ?? (await anItem(plan.id));
  const { base = "Sign in", linear = "Log in", page = "Sign in fast", field = "title" } = differs;
  const decided = differs.applied
    ? json({ value: differs.applied === "linear" ? linear : page, author: ada.linearUserId, at: null })
    : null;
  await run(sql`
    insert into conflicts (id, organization_id, plan_id, session_id, item_id, field, kind, base, linear_change, confluence_change, is_resolved, resolution_strategy,
                           resolved_change, applied_at)
    values (${id}, ${ada.organizationId}, ${plan.id}, ${plan.sessionId}, ${itemId}, ${field}, 'both_changed', ${json(base)},
            ${json({ value: linear, author: ada.linearUserId, at: "2026-11-01T10:00:00.000Z" })}, ${json({ value: page, author: "557058:x", at: "2026-11-01T11:00:00.000Z" })},
            ${differs.applied !== undefined}, ${differs.applied ?? null}, ${decided}, case when ${differs.applied !== undefined} then now() end)`);
  return { id, params: { id }, itemId };
}

const counts: SyncCounts = {
  createdIssues: 1,
  updatedIssues: 2,
  pageChanges: 3,
  conflictsDetected: 4,
  conflictsResolved: 5,
};
const someWork = (): SyncWork => ({
  runId: randomUUID(),
  trigger: "page",
  askedBy: null,
  startedAt: new Date().toISOString(),
  page: { version: 3, updatedAt: null, authorId: null },
  toLinear: [],
  toPage: [],
  counts,
  done: [
    {
      side: "linear",
      itemId: randomUUID() as PlanItemId,
      title: "Sign in",
      what: "set",
      field: "title",
      from: "a",
      to: "b",
    },
  ],
  stale: 0,
});
const set = (id: PlanId, columns: ReturnType<typeof sql>) => run(sql`update plans set ${columns} where id = ${id}`);
const logOf = async (id: SessionId) =>
  (await api().listSessionEvents({ params: { id }, query: {} })).items.map(({ type, body, actor }) => ({
    type,
    body,
    actor,
  }));

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
      settings: { direction: "to_linear", policies: { title: "linear" }, comments: false, links: false },
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
    queueIsDown = true;
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
    expect([error.status, error.code, (error.problem.current as { planId: string }).planId]).toEqual([
      409,
      code,
      plan.id,
    ]);
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
    published = [];
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

describe("a conflict", () => {
  it("is shown with both values, who wrote them and when, and what it is about", async () => {
    const plan = await aPlan();
    const { params, itemId } = await aConflict(plan);
    expect(await api().getConflict({ params })).toMatchObject({
      planId: plan.id,
      sessionId: plan.sessionId,
      item: { id: itemId, title: "Sign in", identifier: "ENG-7", url: "https://linear.app/acme/issue/ENG-7" },
      pageUrl: "https://acme.atlassian.net/wiki/x",
      field: "title",
      kind: "both_changed",
      state: "open",
      base: { value: "Sign in", items: [] },
      linear: { value: "Log in", author: ada.linearUserId, authorName: "Ada", at: "2026-11-01T10:00:00.000Z" },
      page: { value: "Sign in fast", author: "557058:x", authorName: null, at: "2026-11-01T11:00:00.000Z" },
      decision: null,
      appliedAt: null,
    });
  });

  it("names the items whose ids are its values", async () => {
    const plan = await aPlan();
    const [one, other] = [await anItem(plan.id, { title: "Login" }), await anItem(plan.id, { title: "Logout" })];
    const { params } = await aConflict(plan, { field: "parent", base: null, linear: one, page: other });
    const parent = await api().getConflict({ params });
    expect([parent.base.items, parent.linear.items, parent.page.items]).toEqual([
      [],
      [{ id: one, title: "Login", identifier: "ENG-7" }],
      [{ id: other, title: "Logout", identifier: "ENG-7" }],
    ]);
    const many = await aConflict(plan, { field: "dependsOn", base: [], linear: [one, other], page: [] });
    const dependsOn = await api().getConflict({ params: many.params });
    expect(dependsOn.linear.items.map(({ title }) => title).sort()).toEqual(["Login", "Logout"]);
  });

  it("is found by plan, by session and by state, page by page", async () => {
    const [plan, other] = [await aPlan(), await aPlan()];
    const open = await aConflict(plan);
    const decided = await aConflict(plan);
    const applied = await aConflict(plan, { applied: "linear" });
    const elsewhere = await aConflict(other);
    await api().resolveConflict({ params: decided.params, body: { strategy: "linear" } });
    const found = async (query: Parameters<ReturnType<typeof api>["listConflicts"]>[0]["query"]) =>
      (await api().listConflicts({ query })).items.map(({ id }) => id);
    expect((await found({ planId: plan.id })).sort()).toEqual([open.id, decided.id, applied.id].sort());
    expect(await found({ sessionId: other.sessionId })).toEqual([elsewhere.id]);
    expect(await found({ planId: plan.id, state: "open" })).toEqual([open.id]);
    expect(await found({ state: "decided" })).toEqual([decided.id]);
    expect(await found({ state: "applied" })).toEqual([applied.id]);
    const first = await api().listConflicts({ query: { limit: 3 } });
    const second = await api().listConflicts({ query: { limit: 3, cursor: first.next ?? "" } });
    expect(first.items).toHaveLength(3);
    expect(second.items.map(({ id }) => id)).toEqual([open.id]);
  });
});

describe("deciding a conflict", () => {
  it.each([
    ["linear", "Log in"],
    ["confluence", "Sign in fast"],
  ] as const)("for %s makes a run due and is told in the log as an answer in Linear is", async (strategy, value) => {
    const plan = await aPlan();
    const { id, params } = await aConflict(plan);
    const decided = await api().resolveConflict({ params, body: { strategy } });
    expect(decided).toMatchObject({
      state: "decided",
      decision: { strategy, value, by: ada.linearUserId, byName: "Ada", at: expect.any(String) },
    });
    expect(published.map(({ body }) => body.id)).toEqual([plan.id]);
    expect((await logOf(plan.sessionId)).at(-1)).toEqual({
      type: "conflicts.decided",
      body: { decisions: [{ conflictId: id, strategy, value }], text: strategy },
      actor: ada.linearUserId,
    });
    const seen = await syncStore(world.db, times).load(plan.id);
    expect(seen?.conflicts).toMatchObject([{ id, decision: { strategy, value, by: ada.linearUserId } }]);
  });

  it.each([
    ["title", "Come  in ", "Come in"],
    ["storyPoints", 5, 5],
    ["storyPoints", "2,5", 2.5],
    ["priority", "High", "high"],
    ["description", "", ""],
    ["acceptanceCriteria", ["It works", "It is fast"], ["It works", "It is fast"]],
    ["acceptanceCriteria", "- It works\n- It is fast", ["It works", "It is fast"]],
  ])("takes what the person wrote as %s: %j", async (field, value, stored) => {
    const { params } = await aConflict(await aPlan(), { field });
    const { decision } = await api().resolveConflict({ params, body: { strategy: "edited", value } });
    expect(decision).toMatchObject({ strategy: "edited", value: stored });
  });

  it("takes both where both can stand", async () => {
    const plan = await aPlan();
    const text = await aConflict(plan, { field: "description", linear: "B", page: "A" });
    const list = await aConflict(plan, { field: "acceptanceCriteria", linear: ["B", "C"], page: ["A", "B"] });
    const both = (params: { id: string }) => api().resolveConflict({ params, body: { strategy: "both" } });
    expect((await both(text.params)).decision?.value).toBe("A\n\nB");
    expect((await both(list.params)).decision?.value).toEqual(["A", "B", "C"]);
  });

  it.each([
    ["both titles", "title", { strategy: "both" }],
    ["words as points", "storyPoints", { strategy: "edited", value: "many" }],
    ["a number as a title", "title", { strategy: "edited", value: 7 }],
    ["no title", "title", { strategy: "edited", value: " " }],
    ["a strange priority", "priority", { strategy: "edited", value: "soon" }],
    ["a kind in words", "kind", { strategy: "edited", value: "epic" }],
    ["a text on whether there is an item", "existence", { strategy: "edited", value: "present" }],
  ] as const)("is refused for %s, and nothing has happened", async (_, field, body) => {
    const plan = await aPlan();
    const { params } = await aConflict(plan, { field });
    expect(await refusal(api().resolveConflict({ params, body }))).toEqual([422, "value_refused"]);
    expect((await api().getConflict({ params })).state).toBe("open");
    expect(published).toEqual([]);
  });

  it("takes no text of which nobody knows what it was", async () => {
    const { params } = await aConflict(await aPlan(), { field: "description", linear: null, page: "A" });
    expect(await refusal(api().resolveConflict({ params, body: { strategy: "linear" } }))).toEqual([
      422,
      "value_refused",
    ]);
  });

  it("may be done otherwise before it is written, and the same again is nothing", async () => {
    const plan = await aPlan();
    const { params } = await aConflict(plan);
    await api().resolveConflict({ params, body: { strategy: "linear" } });
    const again = await api().resolveConflict({ params, body: { strategy: "linear" } });
    const otherwise = await api().resolveConflict({ params, body: { strategy: "confluence" } });
    expect([again.decision?.value, otherwise.decision?.value, otherwise.kind]).toEqual([
      "Log in",
      "Sign in fast",
      "both_changed",
    ]);
    expect((await logOf(plan.sessionId)).filter(({ type }) => type === "conflicts.decided")).toHaveLength(2);
  });

  it("brings back the value that was not taken, which the next run writes", async () => {
    const plan = await aPlan();
    const { id, params } = await aConflict(plan, { applied: "linear" });
    const restored = await api().resolveConflict({ params, body: { strategy: "confluence" } });
    expect(restored).toMatchObject({
      state: "decided",
      kind: "restored",
      appliedAt: null,
      decision: { strategy: "confluence", value: "Sign in fast" },
    });
    expect(restored.linear.value).toBe("Log in");
    expect(published).toHaveLength(1);
    expect((await syncStore(world.db, times).load(plan.id))?.conflicts.map((one) => one.id)).toEqual([id]);
  });

  it("leaves one alone that is written as asked for already", async () => {
    const plan = await aPlan();
    const { params } = await aConflict(plan, { applied: "linear" });
    expect((await api().resolveConflict({ params, body: { strategy: "linear" } })).state).toBe("applied");
    expect(published).toEqual([]);
  });

  it("brings nothing back while another conflict about the field is open", async () => {
    const plan = await aPlan();
    const { params, itemId } = await aConflict(plan, { applied: "linear" });
    await aConflict(plan, { itemId });
    expect(await refusal(api().resolveConflict({ params, body: { strategy: "confluence" } }))).toEqual([
      409,
      "conflict_open",
    ]);
    expect((await api().getConflict({ params })).state).toBe("applied");
    expect((await logOf(plan.sessionId)).filter(({ type }) => type === "conflicts.decided")).toEqual([]);
  });

  it("brings nothing back of an item that is not kept in step any more, nor the item itself", async () => {
    const plan = await aPlan();
    const removed = await anItem(plan.id, { state: "removed" });
    const field = await aConflict(plan, { itemId: removed, applied: "linear" });
    const itself = await aConflict(plan, { field: "existence", linear: "present", page: "gone", applied: "linear" });
    for (const { params } of [field, itself])
      expect(await refusal(api().resolveConflict({ params, body: { strategy: "confluence" } }))).toEqual([
        409,
        "conflict_ended",
      ]);
  });

  it("is done once for an Idempotency-Key", async () => {
    const plan = await aPlan();
    const { id } = await aConflict(plan);
    const ask = () =>
      world.send(
        `/api/v1/conflicts/${id}/resolve`,
        {
          method: "POST",
          headers: { "content-type": "application/json", "idempotency-key": "k" },
          body: '{"strategy":"linear"}',
        },
        ada,
      );
    const [first, second] = [await ask(), await ask()];
    expect([first.status, second.status, second.headers.get("idempotency-replayed")]).toEqual([200, 200, "true"]);
    expect((await logOf(plan.sessionId)).filter(({ type }) => type === "conflicts.decided")).toHaveLength(1);
  });

  it("holds while the plan is paused, and no run begins", async () => {
    const plan = await aPlan();
    const { params } = await aConflict(plan);
    await api().pauseSync({ params: plan.params });
    expect((await api().resolveConflict({ params, body: { strategy: "linear" } })).state).toBe("decided");
    expect([published, (await api().getPlanSync({ params: plan.params })).status]).toEqual([[], "paused"]);
  });

  it("is unknown where there is no such conflict", async () => {
    const params = { id: randomUUID() };
    expect(await refusal(api().getConflict({ params }))).toEqual([404, "conflict_not_found"]);
    expect(await refusal(api().resolveConflict({ params, body: { strategy: "linear" } }))).toEqual([
      404,
      "conflict_not_found",
    ]);
  });
});

describe("an answer in Linear", () => {
  it("makes a run due that is queued at once", async () => {
    const plan = await aPlan();
    const { id } = await aConflict(plan);
    await run(sql`update planning_sessions set agent_session_id = 'agent' where id = ${plan.sessionId}`);
    await set(plan.id, sql`sync_question = ${json({ id: "q", conflicts: [id], agentSessionId: "agent" })}`);
    const delivery = aDelivery({
      organizationId: ada.organizationId,
      event: {
        type: "prompted",
        agentSessionId: "agent",
        activityId: "activity",
        body: "Linear",
        stop: false,
        person: { id: ada.linearUserId, name: "Ada", email: null },
        issue: null,
        appUserId: "app-user",
      },
    });
    expect((await receive(delivery, world.deps.inbox)).runs).toEqual([
      { planId: plan.id, dueAt: expect.any(Number), isNew: true },
    ]);
    expect((await api().getConflict({ params: { id } })).decision).toMatchObject({
      strategy: "linear",
      value: "Log in",
    });
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

describe("webhooks of Confluence", () => {
  it("get a secret that is shown once, sealed in the database and noted in the audit", async () => {
    const admin = await world.aPerson(ada.organizationId, { role: "admin" });
    const id = await world.deps.connections.upsert({
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
    expect(await world.deps.connections.webhookSecret(id)).toBe(drawn.secret);
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
  const usual = { direction: "both", policies: {}, comments: false, links: false };

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
      comments: false,
      links: true,
    };
    expect(sync).toEqual(settled);
    expect(await api().getEngagementSettings({ params: { id: engagement } })).toMatchObject({
      epics: "project",
      sync: settled,
    });
  });

  it("take no direction or policy that there is not", async () => {
    const one = await admin();
    for (const body of [
      { sync: { direction: "sideways" } },
      { sync: { policies: { title: "oldest" } } },
      { sync: { policies: { colour: "ask" } } },
    ]) {
      const answered = await world.send(
        `/api/v1/engagements/${engagement}/settings`,
        { method: "PATCH", headers: { "content-type": "application/json" }, body: JSON.stringify(body) },
        one,
      );
      expect(answered.status).toBe(400);
    }
  });

  it("may be given in part when an engagement is made", async () => {
    const made = await api().createEngagement({ body: { name: "New", settings: { sync: { direction: "off" } } } });
    expect(made.settings.sync).toEqual({ ...usual, direction: "off" });
  });
});
