import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { json } from "../../../lib/db/database.js";
import { syncStore } from "../../../lib/db/sync-store.js";
import { receive } from "../../../lib/pipeline/receive.js";
import { refusal } from "../../support/api-world.js";
import { aDelivery } from "../../support/builders.js";
import {
  ada,
  aConflict,
  anItem,
  aPlan,
  api,
  logOf,
  published,
  run,
  set,
  syncedPlans,
  times,
  world,
} from "./synced-plans.js";

syncedPlans();

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
    const found = async (query: { planId?: string; sessionId?: string; state?: "open" | "decided" | "applied" }) =>
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
