import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { defaultSyncSettings } from "../../../lib/domain/sync/run.js";
import { acme, aLogEntry, aMove, aPlanId, aPlanItem, someFields } from "../../support/builders.js";
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

/** A plan is read with everything that a run needs; a run begins once, and not while the plan's session is at work. */
export function syncStoreContract(current: () => Stores): void {
  describe("SyncStore.load", () => {
    it("gives back everything as it was stored", async () => {
      const stores = current();
      const epic = aPlanItem({ fields: someFields({ key: "E-1", kind: "epic" }) });
      const story = aPlanItem({
        position: 1,
        parentId: epic.id,
        pending: null,
        linksPending: false,
        linearId: "issue-1",
        linearIdentifier: "ENG-1",
        linearUrl: "https://linear.example/1",
        base: someFields({ title: "Log in", storyPoints: null }),
        unsettled: true,
        status: "In progress",
        seenAt: "2030-01-01T00:00:00.123Z",
      });
      const { planId, sessionId } = await givenSyncedPlan(stores, { items: [epic, story] });
      const run = await givenRun(stores, planId);
      const write = { id: randomUUID(), fromVersion: 4, bodyHash: "hash", done: [] };
      expect(await stores.sync.openPageWrite(run.seen, run.attemptId, write)).toBe(true);
      const conflict = aConflict(story);
      const work = someWork({ toPage: [story.id], stale: 2 });
      const setup = { ...someSetup, readAt: "2030-01-02T00:00:00.000Z" };
      const question = { id: "q1", conflicts: [conflict.id], agentSessionId: "agent-session" };
      const notBefore = Date.parse("2031-02-03T04:05:06.789Z");
      const moved = await stores.sync.commit(
        aSyncMove(run, {
          next: { step: "apply-to-page", work, notBefore },
          conflicts: [{ ...conflict, applied: false }],
          snapshot: { pageVersion: 4, title: "Checkout plan", body: "<h1>Check out</h1>" },
          basePageVersion: 4,
          linearSeenAt: "2030-01-01T00:00:00.456Z",
          commentsSeen: { linear: "2030-01-01T00:00:00.000Z", page: null, problem: "not_writable" },
          setup,
          question,
        }),
      );
      expect(moved).toEqual({ outcome: "committed", goesOn: true, dueAt: null });
      await stores.db.query(sql`
        insert into issue_events (organization_id, issue_id, changed_at, actor_id, actor_name, data)
        values (${acme}, 'issue-1', '2030-01-01', 'user-1', 'Ada', '{"title": "Log in"}'), (${acme}, 'issue-9', '2030-01-01', null, null, '{}')`);

      const seen = await read(stores, planId);
      expect(seen).toEqual({
        plan: { ...run.seen.plan, version: run.seen.plan.version + 1, basePageVersion: 4 },
        session: await stores.read(sessionId),
        ownActorIds: [],
        settings: defaultSyncSettings,
        status: "running",
        step: "apply-to-page",
        dueAt: null,
        waitingUntil: notBefore,
        dirty: false,
        work,
        question,
        setup,
        linearSeenAt: "2030-01-01T00:00:00.456Z",
        writesPage: true,
        epicsAs: "issue",
        allowsRestricted: false,
        items: [epic, story],
        conflicts: [conflict],
        events: [
          {
            issueId: "issue-1",
            changedAt: "2030-01-01",
            actorId: "user-1",
            actorName: "Ada",
            data: { title: "Log in" },
          },
        ],
        openWrites: [write],
        recentRuns: [],
        base: { pageVersion: 4, title: "Checkout plan", body: "<h1>Check out</h1>" },
        commentsSince: { linear: null, page: null },
        commentsSeen: { linear: "2030-01-01T00:00:00.000Z", page: null, problem: "not_writable" },
      });
    });

    it("takes settings from the engagement of the session, and the app's user from its organization", async () => {
      const stores = current();
      const { planId, sessionId } = await givenSyncedPlan(stores);
      const { id } = await stores.sessions.ensureEngagement(acme, { id: "team-eng", name: "ENG" });
      await stores.db.query(
        sql`update engagements set settings = '{"epics": "project", "sync": {"direction": "to_page"}}'::jsonb`,
      );
      await stores.db.query(sql`update planning_sessions set engagement_id = ${id} where id = ${sessionId}`);
      await stores.db.query(sql`update organizations set app_user_id = 'app-user'`);

      expect(await read(stores, planId)).toMatchObject({
        ownActorIds: ["app-user"],
        epicsAs: "project",
        settings: { ...defaultSyncSettings, direction: "to_page" },
      });
    });

    it("tells the runs of the last ten minutes, the oldest first", async () => {
      const stores = current();
      const { planId } = await givenSyncedPlan(stores);
      for (const [trigger, minutes] of [
        ["page", 9],
        ["issue", 4],
        ["person", 0],
      ] as const) {
        const run = await givenRun(stores, planId);
        const history = { work: someWork(), trigger, error: null, toPageVersion: 5 };
        expect(await stores.sync.commit(aSyncMove(run, { history }))).toMatchObject({ outcome: "committed" });
        await stores.db.query(
          sql`update sync_history set timestamp = timestamp - ${minutes} * interval '1 minute' where trigger = ${trigger}`,
        );
      }
      const triggers = async () => (await read(stores, planId)).recentRuns.map(({ trigger }) => trigger);
      expect(await triggers()).toEqual(["page", "issue", "person"]);
      await stores.db.query(sql`update sync_history set timestamp = timestamp - interval '5 minutes'`);
      expect(await triggers()).toEqual(["issue", "person"]);
    });

    it("finds nothing where there is no such plan", async () => {
      expect(await current().sync.load(aPlanId())).toBeNull();
    });
  });

  describe("SyncStore.begin", () => {
    const due = async (stores: Stores, planId: Parameters<Stores["sync"]["load"]>[0], askedBy?: string) => {
      const because = askedBy ? ("person" as const) : ("page" as const);
      await stores.sync.request({ organizationId: acme, because, planIds: [planId], ...(askedBy ? { askedBy } : {}) });
      return read(stores, planId);
    };

    it("begins once where many want to at the same time", async () => {
      const stores = current();
      const { planId } = await givenSyncedPlan(stores);
      const seen = await due(stores, planId, "user-1");

      const outcomes = await Promise.all(
        Array.from({ length: 6 }, (_, n) => stores.sync.begin(seen, `00000000-0000-4000-8000-00000000000${String(n)}`)),
      );

      expect(outcomes.sort()).toEqual(["begun", "changed", "changed", "changed", "changed", "changed"]);
      const after = await read(stores, planId);
      expect(after).toMatchObject({ status: "running", step: "detect-changes", dueAt: null, dirty: false });
      expect(after.plan.version).toBe(seen.plan.version + 1);
      expect(after.work).toMatchObject({ trigger: "person", askedBy: "user-1", toPage: [], toLinear: [], stale: 0 });
      expect(Number.isNaN(Date.parse(after.work?.startedAt ?? ""))).toBe(false);
    });

    it("is for whoever asked for it, and the next one is for nobody", async () => {
      const stores = current();
      const { planId } = await givenSyncedPlan(stores);
      await stores.sync.begin(await due(stores, planId, "user-1"), randomUUID());
      await stores.db.query(
        sql`update plans set sync_status = 'idle', due_at = now(), due_because = 'poll' where id = ${planId}`,
      );
      await stores.sync.begin(await read(stores, planId), randomUUID());
      expect((await read(stores, planId)).work).toMatchObject({ trigger: "poll", askedBy: null });
    });

    it("is put off while the session is at work, and queued by the commit that ends that", async () => {
      const stores = current();
      const { planId, sessionId } = await givenSyncedPlan(stores, { stays: true });
      const seen = await due(stores, planId);

      expect(await stores.sync.begin(seen, randomUUID())).toBe("busy");
      expect(await stateOf(stores, planId)).toMatchObject({ status: "idle", dirty: true, version: seen.plan.version });

      await stores.sessions.commit(aMove(await stores.read(sessionId), undefined, { log: [aLogEntry(), aLogEntry()] }));
      expect(await stores.queued(sessionId)).toEqual([]);
      await stores.sessions.commit(aMove(await stores.read(sessionId), { type: "completed" }));
      expect(await stores.queued(sessionId)).toMatchObject([
        { kind: "step", body: { kind: "sync", id: planId, step: "detect-changes", version: 0 } },
      ]);
      expect(await stores.sync.begin(await read(stores, planId), randomUUID())).toBe("begun");
    });

    it("queues nothing where a session ends whose plans nobody wants to look at", async () => {
      const stores = current();
      const { sessionId } = await givenSyncedPlan(stores);
      expect(await stores.queued(sessionId)).toEqual([]);
    });

    it("does not begin where the plan belongs to another session than the one that was read", async () => {
      const stores = current();
      const { planId } = await givenSyncedPlan(stores);
      const seen = await due(stores, planId);
      const other = await stores.givenSession({ status: "completed" });
      await stores.db.query(sql`update plans set session_id = ${other.id} where id = ${planId}`);

      expect(await stores.sync.begin(seen, randomUUID())).toBe("changed");
    });
  });

  describe("SyncStore.openPageWrite", () => {
    it("is refused to whoever has lost the lease, and to a run that has moved", async () => {
      const stores = current();
      const { planId } = await givenSyncedPlan(stores);
      const run = await givenRun(stores, planId);
      const write = { id: randomUUID(), fromVersion: 3, bodyHash: "hash", done: [] };

      expect(await stores.sync.openPageWrite(run.seen, randomUUID(), write)).toBe(false);
      await stores.sync.commit(aSyncMove(run, { next: { step: "apply-to-page", work: someWork() } }));
      const next = await underLease(stores, planId);
      expect(await stores.sync.openPageWrite(run.seen, next.attemptId, write)).toBe(false);
      expect(await stores.count("page_writes")).toBe(0);
    });

    it("is opened again by a repeat, as it is sent then", async () => {
      const stores = current();
      const { planId } = await givenSyncedPlan(stores);
      const { seen, attemptId } = await givenRun(stores, planId);
      const write = { id: randomUUID(), fromVersion: 3, bodyHash: "hash", done: [] };
      await stores.sync.openPageWrite(seen, attemptId, write);

      expect(await stores.sync.openPageWrite(seen, attemptId, { ...write, bodyHash: "another" })).toBe(true);

      expect((await read(stores, planId)).openWrites).toEqual([{ ...write, bodyHash: "another" }]);
    });
  });

  describe("SyncStore.plansOf", () => {
    it("finds the plans of an issue and of a source, of one organization", async () => {
      const stores = current();
      const { planId, items } = await givenSyncedPlan(stores);
      const issueId = items[0]?.linearId ?? "";
      const source = "confluence:acme.atlassian.net:4711";

      for (const what of [{ issueId }, { source }]) {
        expect(await stores.sync.plansOf(acme, what)).toMatchObject([{ plan: { id: planId } }]);
        expect(await stores.sync.plansOf("other" as typeof acme, what)).toEqual([]);
      }
    });
  });
}

const someSetup = {
  labels: { epic: "label-1" },
  estimation: { scale: "fibonacci", extended: false, allowZero: true },
  canceledStateId: "state-1",
  openStateId: null,
} as const;
