import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { OrganizationId, PlanId } from "../../../lib/domain/ids.js";
import { acme, aMove } from "../../support/builders.js";
import {
  aSyncMove,
  givenRun,
  givenSyncedPlan,
  read,
  someWork,
  stateOf,
  underLease,
} from "../../support/synced-plan.js";
import { type Stores, syncTimes } from "./stores.js";

const { quietMs, longestMs, stuckMs, pollMs } = syncTimes;
/** What PostgreSQL may take between two statements. */
const slack = 2_000;

/** When runs begin, and what is found of those that have not. */
export function syncDueContract(current: () => Stores): void {
  const ask = (stores: Stores, planId: PlanId, askedBy?: string) =>
    stores.sync.request({
      organizationId: acme,
      planIds: [planId],
      ...(askedBy ? { because: "person", askedBy } : { because: "issue" }),
    });
  const expectDue = ({ due }: { due: number | null }, ms: number) => {
    expect(due).toBeLessThanOrEqual(ms);
    expect(due).toBeGreaterThan(ms - slack);
  };

  describe("SyncStore.request", () => {
    it("puts a run off until the plan has been quiet for a while, but no longer than it may", async () => {
      const stores = current();
      const { planId } = await givenSyncedPlan(stores);

      expect(await ask(stores, planId)).toMatchObject([{ planId, isNew: true }]);
      expectDue(await stateOf(stores, planId), quietMs);
      await stores.letTimePass(quietMs / 2);
      expect(await ask(stores, planId)).toMatchObject([{ planId, isNew: false }]);
      const state = await stateOf(stores, planId);
      expectDue(state, quietMs);
      expect(state).toMatchObject({ because: "issue", for: null });
      expectDue({ due: state.since }, -quietMs / 2);

      await stores.letTimePass(longestMs - quietMs);
      await ask(stores, planId);
      expectDue(await stateOf(stores, planId), quietMs / 2);
      await stores.letTimePass(longestMs);
      const [run] = await ask(stores, planId);
      expect((await stateOf(stores, planId)).due).toBeLessThan(0);
      expect(run?.dueAt).toBe((await read(stores, planId)).dueAt);
    });

    it("is at once for a person, whatever was to come later, and nothing puts that off", async () => {
      const stores = current();
      const { planId } = await givenSyncedPlan(stores);
      await ask(stores, planId);

      expect(await ask(stores, planId, "user-1")).toMatchObject([{ planId, isNew: true }]);
      expectDue(await stateOf(stores, planId), 0);
      await ask(stores, planId);

      const state = await stateOf(stores, planId);
      expectDue(state, 0);
      expect(state).toMatchObject({ because: "person", for: "user-1" });
      expect(await stores.sync.begin(await read(stores, planId), randomUUID())).toBe("begun");
      expect((await read(stores, planId)).work).toMatchObject({ trigger: "person", askedBy: "user-1" });
    });

    it("waits for quiet again after a person's run", async () => {
      const stores = current();
      const { planId } = await givenSyncedPlan(stores);
      await ask(stores, planId, "user-1");
      await stores.sync.begin(await read(stores, planId), randomUUID());
      await stores.sync.commit(aSyncMove(await underLease(stores, planId)));

      await ask(stores, planId);

      const state = await stateOf(stores, planId);
      expectDue(state, quietMs);
      expect(state).toMatchObject({ because: "issue", for: null });
    });

    it("marks a run that is under way as overtaken, and queues nothing before it ends", async () => {
      const stores = current();
      const { planId } = await givenSyncedPlan(stores);
      await givenRun(stores, planId);

      expect(await ask(stores, planId)).toMatchObject([{ planId, isNew: false }]);
      expect(await ask(stores, planId, "user-1")).toMatchObject([{ planId, isNew: false }]);
      expect(await stateOf(stores, planId)).toMatchObject({ status: "running", dirty: true, because: "person" });
    });

    it("leaves plans without a page, of other organizations and of engagements that are kept in step neither way alone", async () => {
      const stores = current();
      const { planId, sessionId } = await givenSyncedPlan(stores);
      const live = await givenSyncedPlan(stores, { claim: { source: "session:1", pageId: null, pageUrl: null } });
      const request = { because: "page" as const, planIds: [planId, live.planId] };
      expect(await stores.sync.request({ ...request, organizationId: "other" as OrganizationId })).toEqual([]);
      const { id } = await stores.sessions.ensureEngagement(acme, { id: "team-eng", name: "ENG" });
      await stores.db.query(sql`update planning_sessions set engagement_id = ${id} where id = ${sessionId}`);
      await stores.db.query(sql`update engagements set settings = '{"sync": {"direction": "off"}}'::jsonb`);
      expect(await stores.sync.request({ ...request, organizationId: acme })).toEqual([]);
      expect(await ask(stores, planId, "user-1")).toEqual([]);

      await stores.db.query(sql`update engagements set settings = '{"sync": {"direction": "to_page"}}'::jsonb`);
      expect(await stores.sync.request({ ...request, organizationId: acme })).toMatchObject([{ planId }]);
    });

    it("goes on with a paused plan for a person alone, and not where a person has paused it", async () => {
      const stores = current();
      const { planId } = await givenSyncedPlan(stores);
      const pause = async (code: string) =>
        stores.sync.commit(
          aSyncMove(await givenRun(stores, planId), { next: { end: "paused", because: { code, words: "Because." } } }),
        );
      await pause("page_not_found");
      expect(await ask(stores, planId)).toEqual([]);
      expect(await stateOf(stores, planId)).toMatchObject({ status: "paused", due: null });

      expect(await ask(stores, planId, "user-1")).toMatchObject([{ planId, isNew: true }]);
      expect(await stateOf(stores, planId)).toMatchObject({ status: "idle", paused: null, because: "person" });

      await stores.sync.begin(await read(stores, planId), randomUUID());
      const because = { code: "paused", words: "Ada paused it." };
      await stores.sync.commit(aSyncMove(await underLease(stores, planId), { next: { end: "paused", because } }));
      expect(await ask(stores, planId, "user-1")).toEqual([]);
      expect(await stateOf(stores, planId)).toMatchObject({ status: "paused", paused: because, due: null });
    });
  });

  describe("SyncStore.listOverdue", () => {
    it("finds runs whose message was lost, and not those of a session that is at work: that queues them itself", async () => {
      const stores = current();
      const { planId } = await givenSyncedPlan(stores);
      const busy = await givenSyncedPlan(stores, {
        stays: true,
        claim: { source: "confluence:acme.atlassian.net:4712", pageId: "4712" },
      });
      for (const id of [planId, busy.planId]) await ask(stores, id);
      await stores.letTimePass(quietMs);
      expect(await stores.sync.listOverdue(10)).toEqual([]);
      await stores.letTimePass(stuckMs + slack);

      expect(await stores.sync.listOverdue(10)).toEqual([{ planId, version: 0, step: "detect-changes" }]);
    });

    it("finds runs that have moved nothing for long, unless they wait or somebody works on them", async () => {
      const stores = current();
      const { planId } = await givenSyncedPlan(stores);
      const run = await givenRun(stores, planId);
      const notBefore = Date.now() + 10 * stuckMs;
      await stores.sync.commit(aSyncMove(run, { next: { step: "apply-to-page", work: someWork(), notBefore } }));
      const { version } = (await read(stores, planId)).plan;
      await stores.letTimePass(stuckMs + slack);
      expect(await stores.sync.listOverdue(10)).toEqual([]);
      await stores.letTimePass(10 * stuckMs);
      const { attemptId } = await underLease(stores, planId);
      expect(await stores.sync.listOverdue(10)).toEqual([]);
      await stores.leases.abandon(planId, attemptId);

      expect(await stores.sync.listOverdue(10)).toEqual([{ planId, version, step: "apply-to-page" }]);
    });

    it("finds a run that is stuck although its page and issues go on changing", async () => {
      const stores = current();
      const { planId } = await givenSyncedPlan(stores);
      await givenRun(stores, planId);
      await stores.letTimePass(stuckMs + slack);
      await ask(stores, planId);

      expect(await stores.sync.listOverdue(10)).toMatchObject([{ planId }]);
    });

    it("looks at plans that nobody has looked at for long, until their run has begun", async () => {
      const stores = current();
      const { planId } = await givenSyncedPlan(stores);
      expect(await stores.sync.listOverdue(10)).toEqual([]);
      await stores.letTimePass(pollMs + slack);
      const found = [{ planId, version: 0, step: "detect-changes" }];

      expect(await stores.sync.listOverdue(10)).toEqual(found);
      expect(await stateOf(stores, planId)).toMatchObject({ because: "poll" });
      expect(await stores.sync.listOverdue(10)).toEqual(found);
      await stores.sync.begin(await read(stores, planId), randomUUID());
      await stores.sync.commit(aSyncMove(await underLease(stores, planId)));
      expect(await stores.sync.listOverdue(10)).toEqual([]);
    });

    it("leaves alone what is paused, switched off, not approved, or of an organization that uninstalled the app", async () => {
      const stores = current();
      const { planId, sessionId } = await givenSyncedPlan(stores);
      const lies = async (statement: ReturnType<typeof sql>) => {
        await stores.db.query(statement);
        await stores.letTimePass(pollMs + slack);
        expect(await stores.sync.listOverdue(10)).toEqual([]);
      };
      const { id } = await stores.sessions.ensureEngagement(acme, { id: "team-eng", name: "ENG" });
      await stores.db.query(sql`update planning_sessions set engagement_id = ${id} where id = ${sessionId}`);
      await lies(sql`update engagements set settings = '{"sync": {"direction": "off"}}'::jsonb`);
      await stores.db.query(sql`update engagements set settings = '{}'::jsonb`);
      await lies(sql`update organizations set revoked_at = now()`);
      await stores.db.query(sql`update organizations set revoked_at = null`);
      await lies(
        sql`update plans set sync_status = 'paused', paused_because = '{"code": "paused", "words": ""}'::jsonb`,
      );
      await stores.db.query(sql`update plans set sync_status = 'idle'`);
      await lies(sql`update plans set base_page_version = null, due_at = now()`);
      await stores.db.query(sql`update plans set base_page_version = 3`);
      expect(await stores.sync.listOverdue(10)).toMatchObject([{ planId }]);
    });

    it("names no more than it is asked for", async () => {
      const stores = current();
      for (const page of ["1", "2", "3"])
        await givenSyncedPlan(stores, { claim: { source: `confluence:acme.atlassian.net:${page}`, pageId: page } });
      await stores.letTimePass(pollMs + slack);
      expect(await stores.sync.listOverdue(2)).toHaveLength(2);
    });

    it("lets a session that reached its end without a word be followed by the runs that it held up", async () => {
      const stores = current();
      const { planId, sessionId } = await givenSyncedPlan(stores, { stays: true });
      await ask(stores, planId);
      await stores.sync.begin(await read(stores, planId), randomUUID());
      await stores.sessions.commit(aMove(await stores.read(sessionId), { type: "completed" }));
      expect(await stores.queued(sessionId)).toMatchObject([{ body: { kind: "sync", id: planId } }]);
    });
  });
}
