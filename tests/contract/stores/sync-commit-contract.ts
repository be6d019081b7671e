import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { PlanItem } from "../../../lib/domain/plan-item.js";
import { nothingCounted } from "../../../lib/domain/sync/run.js";
import type { SyncMove } from "../../../lib/ports-sync.js";
import { acme, aDelivery, aLogEntry, aMove, aPlanItem, aThought, someFields } from "../../support/builders.js";
import {
  aConflict,
  aSyncMove,
  givenRun,
  givenSyncedPlan,
  read,
  someWork,
  stateOf,
  underLease,
} from "../../support/synced-plan.js";
import type { Stores } from "./stores.js";

/** A run moves with all that it has found and done, or not at all. */
export function syncCommitContract(current: () => Stores): void {
  const running = async () => {
    const stores = current();
    const { planId, sessionId, items } = await givenSyncedPlan(stores);
    const run = await givenRun(stores, planId);
    return { stores, planId, sessionId, run, item: items[0] as PlanItem };
  };
  /** Everything that a commit may write, at once. */
  const everything = (item: PlanItem, writeId: string): Partial<SyncMove> => ({
    items: [
      { ...item, fields: someFields({ title: "Log in" }), status: "Done" },
      aPlanItem({ position: 1, linearId: "issue-2" }),
    ],
    snapshot: { pageVersion: 5, title: "Renamed", body: "<p/>" },
    basePageVersion: 5,
    linearSeenAt: "2030-01-02T00:00:00.000Z",
    conflicts: [{ ...aConflict(item), applied: false }],
    takenEvents: [{ issueId: "issue-1", changedAt: "1", actorId: null, actorName: null, data: {} }],
    pageWrites: [{ id: writeId, status: "written" }],
    question: { id: "q1", conflicts: [], agentSessionId: null },
    history: { work: someWork(), trigger: "issue", error: null, toPageVersion: 5 },
    log: [aLogEntry({ type: "sync.finished" })],
    effects: [aThought("Ask") as Extract<ReturnType<typeof aThought>, { kind: "activity" }>],
  });
  const withEvent = ({ db }: Stores) =>
    db.query(sql`
      insert into issue_events (organization_id, issue_id, changed_at, data) values (${acme}, 'issue-1', '1', '{}'), (${acme}, 'issue-1', '2', '{}')`);
  const openWrite = async (stores: Stores, { seen, attemptId }: Awaited<ReturnType<typeof givenRun>>) => {
    const write = { id: randomUUID(), fromVersion: 4, bodyHash: "hash", done: [] };
    expect(await stores.sync.openPageWrite(seen, attemptId, write)).toBe(true);
    return write.id;
  };
  const tables = [
    "conflicts",
    "sync_history",
    "page_snapshots",
    "outbox",
    "session_events",
    "plan_items",
    "issue_events",
  ];
  const trace = async (stores: Stores, planId: Parameters<typeof read>[1]) => [
    await read(stores, planId),
    ...(await Promise.all(tables.map((table) => stores.count(table)))),
  ];

  describe("SyncStore.commit", () => {
    it("stores what a run has found and done in one statement, with log and words in the session's log", async () => {
      const { stores, planId, sessionId, run, item } = await running();
      await withEvent(stores);
      const writeId = await openWrite(stores, run);
      const before = (await stores.log(sessionId)).length;
      const move = everything(item, writeId);
      const done = [{ side: "page", itemId: item.id, title: "Sign in", what: "struck" }] as const;
      const counts = { ...nothingCounted, createdIssues: 1, updatedIssues: 2, pageChanges: 3, conflictsDetected: 4 };
      const work = someWork({ done: [...done], counts });
      const history = { work, trigger: "issue" as const, error: null, toPageVersion: 5 };

      expect(await stores.sync.commit(aSyncMove(run, { ...move, history }))).toEqual({
        outcome: "committed",
        goesOn: false,
        dueAt: null,
      });

      const after = await read(stores, planId);
      expect(after).toMatchObject({
        status: "idle",
        step: null,
        work: null,
        plan: { version: run.seen.plan.version + 1, basePageVersion: 5 },
        linearSeenAt: "2030-01-02T00:00:00.000Z",
        question: move.question,
        base: move.snapshot,
        openWrites: [],
        conflicts: [{ id: move.conflicts?.[0]?.id }],
      });
      expect(after.items).toEqual(move.items);
      expect(await stores.leases.isHeld(planId)).toBe(false);
      expect((await stateOf(stores, planId)).isSynced).toBe(true);
      expect((await stores.log(sessionId)).slice(before)).toMatchObject([
        { seq: before + 1, type: "sync.finished" },
        { seq: before + 2, type: "agent.said", body: { content: { type: "thought", body: "Ask" } } },
      ]);
      expect(await stores.queued(sessionId)).toMatchObject([{ kind: "activity", isSent: false }]);
      expect(await stores.db.query(sql`select changed_at from issue_events`)).toEqual([{ changed_at: "2" }]);
      expect(await stores.db.query(sql`select status from page_writes`)).toEqual([{ status: "written" }]);
      expect(
        await stores.db.query(sql`
          select id, trigger, success, error, created_issues, updated_issues, confluence_changes, conflicts_detected, conflicts_resolved, from_page_version,
                 to_page_version, done, confluence_page_id, linear_team_id from sync_history`),
      ).toEqual([
        {
          id: work.runId,
          trigger: "issue",
          success: true,
          error: null,
          created_issues: 1,
          updated_issues: 2,
          confluence_changes: 3,
          conflicts_detected: 4,
          conflicts_resolved: 0,
          from_page_version: 3,
          to_page_version: 5,
          done,
          confluence_page_id: "4711",
          linear_team_id: "team-eng",
        },
      ]);
    });

    it("does nothing at all where the plan has moved since it was read", async () => {
      const { stores, planId, run, item } = await running();
      await stores.sync.commit(aSyncMove(run, { next: { step: "apply-to-linear", work: someWork() } }));
      const { attemptId } = await underLease(stores, planId);
      const before = await trace(stores, planId);

      const late = aSyncMove({ seen: run.seen, attemptId }, everything(item, randomUUID()));
      expect(await stores.sync.commit(late)).toEqual({ outcome: "changed" });
      expect(await trace(stores, planId)).toEqual(before);
    });

    it("does nothing at all where somebody else holds the lease, or it was given up", async () => {
      const { stores, planId, run, item } = await running();
      const before = await trace(stores, planId);
      const stranger = aSyncMove({ seen: run.seen, attemptId: randomUUID() }, everything(item, randomUUID()));
      expect(await stores.sync.commit(stranger)).toEqual({ outcome: "changed" });

      await stores.letTimePass(60_000);
      await underLease(stores, planId);
      expect(await stores.sync.commit(aSyncMove(run, everything(item, randomUUID())))).toEqual({ outcome: "changed" });
      expect(await trace(stores, planId)).toEqual(before);
    });

    it("does nothing at all where the plan went to another session", async () => {
      const { stores, planId, run, item } = await running();
      const heir = await stores.givenSession({ status: "completed" });
      await stores.db.query(sql`update plans set session_id = ${heir.id} where id = ${planId}`);
      const before = await trace(stores, planId);

      expect(await stores.sync.commit(aSyncMove(run, everything(item, randomUUID())))).toEqual({ outcome: "changed" });
      expect(await trace(stores, planId)).toEqual(before);
      expect(await stores.sync.commit(aSyncMove(await underLeaseOf(stores, run)))).toMatchObject({
        outcome: "committed",
      });
    });

    it("does nothing at all where another plan has taken one of the issues, so that the step looks again", async () => {
      const { stores, planId, run } = await running();
      const other = await givenSyncedPlan(stores, { claim: { source: "confluence:acme.atlassian.net:4712" } });
      const before = await trace(stores, planId);

      const linearId = other.items[0]?.linearId ?? null;
      const adopting = aSyncMove(run, { items: [aPlanItem({ linearId })], log: [aLogEntry()] });
      expect(await stores.sync.commit(adopting)).toEqual({ outcome: "changed" });
      expect(await trace(stores, planId)).toEqual(before);
    });

    it("lets exactly one of several commits of the same reading through", async () => {
      const { stores, planId, sessionId, run } = await running();
      const moves = Array.from({ length: 5 }, () => aSyncMove(run, { log: [aLogEntry({ type: "sync.finished" })] }));

      const outcomes = await Promise.all(moves.map((move) => stores.sync.commit(move)));

      expect(outcomes.filter(({ outcome }) => outcome === "committed")).toHaveLength(1);
      expect((await read(stores, planId)).plan.version).toBe(run.seen.plan.version + 1);
      expect((await stores.log(sessionId)).filter(({ type }) => type === "sync.finished")).toHaveLength(1);
    });

    it("ends the run with its batch stored where the session has gone to work, and wants the next one", async () => {
      const { stores, planId, sessionId, run, item } = await running();
      await stores.inbox.reply(aDelivery(), {
        session: await stores.read(sessionId),
        after: { ...(await stores.read(sessionId)), status: "processing", waitingUntil: null },
        entry: aLogEntry({ type: "person.replied", body: { text: "Go on" } }),
        effects: [],
      });

      const batch = [{ ...item, status: "Done" }];
      const next = { step: "apply-to-page", work: someWork() } as const;
      const committed = await stores.sync.commit(aSyncMove(run, { next, items: batch }));

      expect(committed).toMatchObject({ outcome: "committed", goesOn: false });
      expect(committed.outcome === "committed" && committed.dueAt).toBeCloseTo(Date.now(), -4);
      expect(await read(stores, planId)).toMatchObject({ status: "idle", step: null, work: null, dirty: true });
      expect((await read(stores, planId)).items).toEqual(batch);
      await stores.sessions.commit(aMove(await stores.read(sessionId), { type: "completed" }));
      expect(await stores.queued(sessionId)).toMatchObject([{ kind: "step", body: { kind: "sync", id: planId } }]);
    });

    it("says at its end when the next run is wanted: at what came in meanwhile, or at the instant that it names if that is earlier", async () => {
      const { stores, planId, run } = await running();
      await stores.sync.request({ organizationId: acme, because: "page", planIds: [planId] });
      expect(await stateOf(stores, planId)).toMatchObject({ status: "running", dirty: true });
      const { dueAt } = await read(stores, planId);
      const first = await stores.sync.commit(aSyncMove(run, { retryAt: Date.now() + 600_000 }));
      expect(first).toEqual({ outcome: "committed", goesOn: false, dueAt });
      expect(await stateOf(stores, planId)).toMatchObject({ status: "idle", dirty: false });

      expect(await stores.sync.begin(await read(stores, planId), randomUUID())).toBe("begun");
      const retryAt = Date.now() + 600_000;
      const second = await stores.sync.commit(aSyncMove(await underLease(stores, planId), { retryAt }));
      expect(second).toEqual({ outcome: "committed", goesOn: false, dueAt: retryAt });
    });

    it("pauses with its reason, forgets what was due, and does not count as synchronised", async () => {
      const { stores, planId, run } = await running();
      await stores.sync.request({ organizationId: acme, because: "page", planIds: [planId] });
      const because = { code: "page_not_found", words: "The page is gone." };

      expect(await stores.sync.commit(aSyncMove(run, { next: { end: "paused", because } }))).toEqual({
        outcome: "committed",
        goesOn: false,
        dueAt: null,
      });
      expect(await stateOf(stores, planId)).toMatchObject({
        status: "paused",
        paused: because,
        due: null,
        since: null,
        isSynced: false,
      });
    });

    it("does not count a run as synchronised that ended with an error", async () => {
      const { stores, planId, run } = await running();
      const history = { work: someWork(), trigger: "issue", error: "step_gave_up", toPageVersion: 3 } as const;
      await stores.sync.commit(aSyncMove(run, { history }));
      expect((await stateOf(stores, planId)).isSynced).toBe(false);
    });

    it("settles no page write of another plan", async () => {
      const { stores, planId, run } = await running();
      const other = await givenSyncedPlan(stores, { claim: { source: "confluence:acme.atlassian.net:4712" } });
      const writeId = await openWrite(stores, await givenRun(stores, other.planId));

      await stores.sync.commit(aSyncMove(run, { pageWrites: [{ id: writeId, status: "not_written" }] }));

      expect((await read(stores, planId)).status).toBe("idle");
      expect((await read(stores, other.planId)).openWrites).toMatchObject([{ id: writeId }]);
    });
  });

  describe("Conflicts of a plan", () => {
    const between = async () => {
      const scene = await running();
      await scene.stores.leases.abandon(scene.planId, scene.run.attemptId);
      return scene;
    };
    const goOn = { step: "apply-to-linear", work: someWork() } as const;
    const commit = async (
      stores: Stores,
      planId: Parameters<typeof read>[1],
      conflicts: NonNullable<SyncMove["conflicts"]>,
    ) => {
      const run = await underLease(stores, planId);
      const committed = await stores.sync.commit(aSyncMove(run, { next: goOn, conflicts }));
      await stores.leases.abandon(planId, run.attemptId);
      return committed;
    };

    it("are opened, move with their values, are decided, and end when they were applied: for good", async () => {
      const { stores, planId, item } = await between();
      const opened = aConflict(item);
      await commit(stores, planId, [{ ...opened, applied: false }]);
      expect((await read(stores, planId)).conflicts).toEqual([opened]);

      const moved = { ...opened, linear: { ...opened.linear, value: "Log on" } };
      await commit(stores, planId, [{ ...moved, applied: false }]);
      expect((await read(stores, planId)).conflicts).toEqual([moved]);

      const decided = { ...moved, decision: { strategy: "linear", value: "Log on", by: "user-1" } } as const;
      await commit(stores, planId, [{ ...decided, applied: false }]);
      expect((await read(stores, planId)).conflicts).toEqual([decided]);

      await commit(stores, planId, [{ ...decided, applied: true }]);
      expect((await read(stores, planId)).conflicts).toEqual([]);
      await commit(stores, planId, [{ ...opened, applied: false }]);
      expect((await read(stores, planId)).conflicts).toEqual([]);
      expect(
        await stores.db.query(sql`
          select is_resolved, resolution_strategy as strategy, applied_at is not null as applied, resolved_change->>'author' as by from conflicts`),
      ).toEqual([{ is_resolved: true, strategy: "linear", applied: true, by: "user-1" }]);
    });

    it("are open once for each item and field; a second one is refused with the whole commit", async () => {
      const { stores, planId, item } = await between();
      const first = aConflict(item);
      await commit(stores, planId, [{ ...first, applied: false }]);

      expect(await commit(stores, planId, [{ ...aConflict(item), applied: false }])).toEqual({ outcome: "changed" });
      await commit(stores, planId, [{ ...aConflict(item, { field: "priority" }), applied: false }]);
      expect((await read(stores, planId)).conflicts.map(({ field }) => field)).toEqual(["title", "priority"]);

      await commit(stores, planId, [{ ...first, applied: true }]);
      await commit(stores, planId, [{ ...aConflict(item), applied: false }]);
      expect((await read(stores, planId)).conflicts.map(({ field }) => field).sort()).toEqual(["priority", "title"]);
    });

    const decisionOf = (conflictId: string) => [{ conflictId, strategy: "linear", value: "Log in" } as const];
    const decide = async (stores: Stores, planId: Parameters<typeof read>[1], conflictId: string) => {
      const { session, conflicts } = await read(stores, planId);
      return stores.inbox.decide(aDelivery(), {
        question: { planId, questionId: "q1", session, conflicts },
        decisions: decisionOf(conflictId),
        entry: aLogEntry({ type: "conflicts.decided" }),
        by: "user-1",
      });
    };

    it("keep what a person decides while a run is under way that has not read it, with the values that the person saw", async () => {
      const { stores, planId, item } = await between();
      const opened = aConflict(item);
      await commit(stores, planId, [{ ...opened, applied: false }]);
      const run = await underLease(stores, planId);
      expect(await decide(stores, planId, opened.id)).toMatchObject({ outcome: "accepted" });

      const moved = { ...opened, page: { ...opened.page, value: "Come in" }, applied: false };
      expect(await stores.sync.commit(aSyncMove(run, { next: goOn, conflicts: [moved] }))).toMatchObject({
        outcome: "committed",
      });

      expect((await read(stores, planId)).conflicts).toEqual([
        { ...opened, decision: { strategy: "linear", value: "Log in", by: "user-1" } },
      ]);
    });

    it("are asked again where a run has read the decision and finds that it is about other values", async () => {
      const { stores, planId, item } = await between();
      const opened = aConflict(item);
      await commit(stores, planId, [{ ...opened, applied: false }]);
      await decide(stores, planId, opened.id);

      await commit(stores, planId, [{ ...opened, applied: false }]);

      expect((await read(stores, planId)).conflicts).toEqual([opened]);
    });
  });

  describe("SessionStore.commit of a plan that is kept in step", () => {
    it("does nothing where the plan has moved since the session read it", async () => {
      const stores = current();
      const { planId, sessionId, items } = await givenSyncedPlan(stores, { stays: true });
      const session = await stores.read(sessionId);
      const { version } = (await read(stores, planId)).plan;
      await stores.db.query(sql`update plans set version = version + 1 where id = ${planId}`);
      const log = await stores.log(sessionId);

      const changed = items.map((item) => ({ ...item, status: "Done" }));
      const plan = { id: planId, items: changed, basePageVersion: 9 };
      const late = aMove(session, { type: "completed" }, { plan: { ...plan, version }, effects: [aThought()] });
      expect(await stores.sessions.commit(late)).toBe("changed");

      expect(await stores.read(sessionId)).toEqual(session);
      expect(await stores.log(sessionId)).toEqual(log);
      expect(await stores.queued(sessionId)).toEqual([]);
      expect(await stores.sessions.items(planId)).toEqual(items);
      const knowing = aMove(session, { type: "completed" }, { plan: { ...plan, version: version + 1 } });
      expect(await stores.sessions.commit(knowing)).toBe("committed");
      expect(await stores.sessions.items(planId)).toEqual(changed);
    });
  });
}

/** The same lease with the plan as it is now. */
const underLeaseOf = async (stores: Stores, { seen, attemptId }: Awaited<ReturnType<typeof givenRun>>) => ({
  seen: await read(stores, seen.plan.id),
  attemptId,
});
