import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import type { Delivery, DeliveryEvent } from "../../../lib/domain/delivery.js";
import type { OrganizationId, PlanId } from "../../../lib/domain/ids.js";
import type { PlanItem } from "../../../lib/domain/plan-item.js";
import type { PageEventStore } from "../../../lib/ports-sync.js";
import { acme, aDelivery, aLogEntry, aPlanItem } from "../../support/builders.js";
import { aConflict, aSyncMove, givenRun, givenSyncedPlan, read, stateOf } from "../../support/synced-plan.js";
import type { Stores } from "./stores.js";

const other = "other" as OrganizationId;

/** What comes in from Linear, from Confluence and from people about plans that are kept in step. */
export function syncIntakeContract(current: () => Stores): void {
  describe("InboxStore.issueChanged", () => {
    type IssueChange = Extract<DeliveryEvent, { type: "issue_changed" }>;
    const aChange = (differs: Partial<IssueChange> = {}): IssueChange => ({
      type: "issue_changed",
      issueId: "issue-1",
      above: [],
      changedAt: "2030-01-01T00:00:00.000Z",
      actor: { id: "user-1", name: "Ada" },
      data: { title: "Log in" },
      ...differs,
    });
    const change = (stores: Stores, event = aChange(), differs: Partial<Delivery> = {}) =>
      stores.inbox.issueChanged(aDelivery({ event, ...differs }), event);
    const given = (stores: Stores, differs: Parameters<typeof givenSyncedPlan>[1] = {}) =>
      givenSyncedPlan(stores, {
        items: [aPlanItem({ pending: null, linksPending: false, linearId: "issue-1" })],
        ...differs,
      });
    const untouched = async (stores: Stores) => {
      for (const table of ["webhook_deliveries", "issue_events"]) expect(await stores.count(table), table).toBe(0);
    };

    it("makes the run of the issue's plan due and keeps what the event says, once", async () => {
      const stores = current();
      const { planId } = await given(stores);
      const delivery = { deliveryId: "d1", meaning: "m1" };

      expect(await change(stores, aChange(), delivery)).toMatchObject({
        outcome: "accepted",
        sessionIds: [],
        steps: [],
        runs: [{ planId, isNew: true }],
      });
      expect(await stateOf(stores, planId)).toMatchObject({ because: "issue" });
      expect((await read(stores, planId)).events).toEqual([
        {
          issueId: "issue-1",
          changedAt: "2030-01-01T00:00:00.000Z",
          actorId: "user-1",
          actorName: "Ada",
          data: { title: "Log in" },
        },
      ]);

      expect(await change(stores, aChange(), delivery)).toBe("ignored");
      expect(await change(stores, aChange(), { deliveryId: "d2", meaning: "m1" })).toBe("ignored");
      expect(await change(stores, aChange(), { deliveryId: "d3", meaning: "m3" })).toMatchObject({
        runs: [{ isNew: false }],
      });
      expect((await read(stores, planId)).events).toHaveLength(1);
      await change(stores, aChange({ changedAt: "2030-01-02T00:00:00.000Z" }));
      expect((await read(stores, planId)).events).toHaveLength(2);
    });

    it("knows nothing of other issues, and stores nothing of them", async () => {
      const stores = current();
      await given(stores);
      expect(await change(stores, aChange({ issueId: "issue-9", above: ["issue-8"] }))).toBe("ignored");
      await untouched(stores);
    });

    it("takes no notice of what the app itself has changed", async () => {
      const stores = current();
      const { planId } = await given(stores);
      await stores.db.query(sql`update organizations set app_user_id = 'app-user' where id = ${acme}`);

      expect(await change(stores, aChange({ actor: { id: "app-user", name: "Planner" } }))).toBe("ignored");
      await untouched(stores);
      expect((await stateOf(stores, planId)).due).toBeNull();
      expect(await change(stores, aChange({ actor: null }))).toMatchObject({ outcome: "accepted" });
    });

    it("takes a new issue below one that it knows into account", async () => {
      const stores = current();
      const { planId } = await given(stores);
      expect(await change(stores, aChange({ issueId: "issue-9", above: ["issue-1"] }))).toMatchObject({
        runs: [{ planId }],
      });
      expect(await stores.count("issue_events")).toBe(0);
      expect(await stores.count("webhook_deliveries")).toBe(1);
    });

    it("makes the run of one organization alone due where two have planned an issue of that id", async () => {
      const stores = current();
      await given(stores);
      const theirs = await given(stores, { differs: { organizationId: other } });

      expect(await change(stores, aChange(), { organizationId: other })).toMatchObject({
        runs: [{ planId: theirs.planId }],
      });
      expect(await stores.db.query(sql`select distinct organization_id from issue_events`)).toEqual([
        { organization_id: other },
      ]);
      expect(await change(stores, aChange(), { organizationId: "nobody" as OrganizationId })).toBe("ignored");
    });
  });

  describe("InboxStore.decide", () => {
    const asked = async (stores: Stores) => {
      const { planId, sessionId, items } = await givenSyncedPlan(stores);
      const item = items[0] as PlanItem;
      const conflicts = [
        aConflict(item),
        aConflict(item, { field: "priority" }),
        aConflict(item, { field: "storyPoints" }),
      ];
      const run = await givenRun(stores, planId);
      const question = {
        id: "q1",
        conflicts: [...conflicts].reverse().map(({ id }) => id),
        agentSessionId: run.seen.session.agentSessionId,
      };
      await stores.sync.commit(
        aSyncMove(run, { conflicts: conflicts.map((one) => ({ ...one, applied: false })), question }),
      );
      const agentSessionId = run.seen.session.agentSessionId ?? "";
      return { planId, sessionId, conflicts, agentSessionId };
    };
    const decide = async (
      stores: Stores,
      agentSessionId: string,
      ids: string[],
      { by = "user-1", ...delivery }: Partial<Delivery> & { by?: string } = {},
    ) => {
      const question = await stores.inbox.openQuestion(acme, agentSessionId);
      if (!question) throw new Error("no question is open");
      return stores.inbox.decide(aDelivery(delivery), {
        question,
        decisions: ids.map((conflictId) => ({ conflictId, strategy: "edited", value: { any: [conflictId] } })),
        entry: aLogEntry({ type: "conflicts.decided", actor: by }),
        by,
      });
    };

    it("finds the question that is open, with its conflicts in the order in which people read them", async () => {
      const stores = current();
      const { planId, sessionId, conflicts, agentSessionId } = await asked(stores);
      expect(await stores.inbox.openQuestion(acme, agentSessionId)).toEqual({
        planId,
        questionId: "q1",
        session: await stores.read(sessionId),
        conflicts: [...conflicts].reverse(),
      });
      expect(await stores.inbox.openQuestion(other, agentSessionId)).toBeNull();
      expect(await stores.inbox.openQuestion(acme, "another")).toBeNull();
    });

    it("stores decisions once for each delivery, with an entry in the session's log, and wants a run now", async () => {
      const stores = current();
      const { planId, sessionId, conflicts, agentSessionId } = await asked(stores);
      const ids = conflicts.slice(0, 2).map(({ id }) => id);
      const before = (await stores.log(sessionId)).length;
      const question = await stores.inbox.openQuestion(acme, agentSessionId);

      expect(await decide(stores, agentSessionId, ids, { deliveryId: "d1", meaning: "m1" })).toMatchObject({
        outcome: "accepted",
        sessionIds: [sessionId],
        runs: [{ planId, isNew: true }],
      });

      const after = (await read(stores, planId)).conflicts;
      expect(conflicts.map(({ id }) => after.find((one) => one.id === id)?.decision)).toEqual([
        { strategy: "edited", value: { any: [ids[0]] }, by: "user-1" },
        { strategy: "edited", value: { any: [ids[1]] }, by: "user-1" },
        null,
      ]);
      expect((await stores.log(sessionId)).slice(before)).toMatchObject([
        { type: "conflicts.decided", actor: "user-1" },
      ]);
      expect(await stateOf(stores, planId)).toMatchObject({ because: "person", for: "user-1" });
      expect((await stateOf(stores, planId)).due).toBeLessThanOrEqual(0);

      if (!question) throw new Error("no question was open");
      const again = { question, decisions: [], entry: aLogEntry(), by: "user-1" };
      expect(await stores.inbox.decide(aDelivery({ deliveryId: "d1", meaning: "m1" }), again)).toEqual({
        outcome: "repeated",
      });
      expect(await stores.log(sessionId)).toHaveLength(before + 1);
      expect((await stores.inbox.openQuestion(acme, agentSessionId))?.conflicts).toEqual([conflicts[2], null, null]);
    });

    it("is read again where another person has decided since, so that the first decision stands", async () => {
      const stores = current();
      const { planId, conflicts, agentSessionId } = await asked(stores);
      const ids = conflicts.map(({ id }) => id);
      const question = await stores.inbox.openQuestion(acme, agentSessionId);
      if (!question) throw new Error("no question was open");
      await decide(stores, agentSessionId, ids);

      const late = { question, entry: aLogEntry(), by: "user-2" };
      const decisions = [{ conflictId: ids[0] ?? "", strategy: "linear", value: "Log in" }] as const;
      expect(await stores.inbox.decide(aDelivery(), { ...late, decisions: [...decisions] })).toEqual({
        outcome: "moved",
      });
      for (const { decision } of (await read(stores, planId)).conflicts)
        expect(decision).toMatchObject({ by: "user-1" });
      expect(await stores.inbox.openQuestion(acme, agentSessionId)).toBeNull();
    });

    it("asks nobody once the plan belongs to another session", async () => {
      const stores = current();
      const { planId, conflicts, agentSessionId } = await asked(stores);
      const question = await stores.inbox.openQuestion(acme, agentSessionId);
      const heir = await stores.givenSession({ status: "completed" });
      await stores.db.query(sql`update plans set session_id = ${heir.id} where id = ${planId}`);

      expect(await stores.inbox.openQuestion(acme, agentSessionId)).toBeNull();
      if (!question) throw new Error("no question was open");
      const decisions = [{ conflictId: conflicts[0]?.id ?? "", strategy: "linear", value: "Log in" }] as const;
      expect(
        await stores.inbox.decide(aDelivery(), { question, decisions: [...decisions], entry: aLogEntry(), by: "u" }),
      ).toEqual({ outcome: "moved" });
    });
  });

  describe("PageEventStore.pageChanged", () => {
    type PageChange = Parameters<PageEventStore["pageChanged"]>[0];
    const anEvent = (differs: Partial<PageChange> = {}): PageChange => ({
      kind: "forge",
      deliveryId: randomUUID(),
      site: { cloudId: "cloud-1" },
      pageId: "4711",
      version: 4,
      authorId: "account-1",
      change: "updated",
      occurredAt: null,
      ...differs,
    });
    const givenConnection = async (
      { db }: Stores,
      organizationId: OrganizationId,
      {
        cloudId = "cloud-1",
        siteUrl = "https://acme.atlassian.net",
      }: { cloudId?: string | null; siteUrl?: string } = {},
    ) => {
      const id = randomUUID();
      await db.query(sql`
        insert into confluence_tokens (id, organization_id, kind, site_url, cloud_id, spaces, access_token)
        values (${id}, ${organizationId}, ${cloudId === null ? "data_center" : "cloud_oauth"}, ${siteUrl}, ${cloudId}, '{*}', 'sealed')`);
      return id;
    };
    const due = async (stores: Stores, differs: Partial<PageChange> = {}): Promise<PlanId[]> =>
      (await stores.pages.pageChanged(anEvent(differs))).map(({ planId }) => planId).sort();

    it("makes the runs of the page's plans due, of every organization that is connected to its site", async () => {
      const stores = current();
      const ours = await givenSyncedPlan(stores);
      const theirs = await givenSyncedPlan(stores, { differs: { organizationId: other } });
      const strangers = await givenSyncedPlan(stores, { differs: { organizationId: "third" as OrganizationId } });
      for (const organization of [acme, other]) await givenConnection(stores, organization);

      expect(await due(stores)).toEqual([ours.planId, theirs.planId].sort());
      expect(await stateOf(stores, ours.planId)).toMatchObject({ because: "page" });
      expect((await stateOf(stores, strangers.planId)).due).toBeNull();
    });

    it("makes the runs of one connection due where its sender knows no site, at a base path too", async () => {
      const stores = current();
      const claim = { source: "confluence:wiki.acme.example/confluence:4711" };
      const ours = await givenSyncedPlan(stores, { claim });
      await givenSyncedPlan(stores, { claim, differs: { organizationId: other } });
      const site = { cloudId: null, siteUrl: "https://wiki.acme.example/confluence/" };
      const connectionId = await givenConnection(stores, acme, site);
      await givenConnection(stores, other, site);

      expect(await due(stores, { kind: "data_center", site: { connectionId } })).toEqual([ours.planId]);
      expect(await due(stores, { site: { connectionId: randomUUID() } })).toEqual([]);
    });

    it("knows nothing of the same page id on another site, of other pages and of connections that have ended", async () => {
      const stores = current();
      const { planId } = await givenSyncedPlan(stores);
      await givenConnection(stores, acme);
      await givenConnection(stores, acme, { cloudId: "cloud-2", siteUrl: "https://elsewhere.atlassian.net" });

      expect(await due(stores, { site: { cloudId: "cloud-2" } })).toEqual([]);
      expect(await due(stores, { site: { cloudId: "cloud-3" } })).toEqual([]);
      expect(await due(stores, { pageId: "4712" })).toEqual([]);
      await stores.db.query(sql`update confluence_tokens set revoked_at = now()`);
      expect(await due(stores)).toEqual([]);
      expect(await stores.count("webhook_deliveries")).toBe(0);
      await stores.db.query(sql`update confluence_tokens set revoked_at = null`);
      expect(await due(stores)).toEqual([planId]);
    });

    it("does nothing for a version that the plan knows, but for a page that was trashed", async () => {
      const stores = current();
      const { planId } = await givenSyncedPlan(stores);
      await givenConnection(stores, acme);

      expect(await due(stores, { version: 3 })).toEqual([]);
      expect(await due(stores, { version: 3, change: "trashed" })).toEqual([planId]);
      expect(await due(stores, { version: null })).toEqual([planId]);
    });

    it("does nothing for a version that it wrote itself, unless that did not come about", async () => {
      const stores = current();
      const { planId } = await givenSyncedPlan(stores);
      await givenConnection(stores, acme);
      const run = await givenRun(stores, planId);
      const write = { id: randomUUID(), fromVersion: 3, bodyHash: "hash", done: [] };
      await stores.sync.openPageWrite(run.seen, run.attemptId, write);

      expect(await due(stores, { version: 4 })).toEqual([]);
      expect(await due(stores, { version: 4, change: "archived" })).toEqual([planId]);
      expect(await due(stores, { version: 5 })).toEqual([planId]);
      await stores.sync.commit(aSyncMove(run, { pageWrites: [{ id: write.id, status: "not_written" }] }));
      expect(await due(stores, { version: 4 })).toEqual([planId]);
    });

    it("takes a repeated delivery once, for each organization", async () => {
      const stores = current();
      const { planId } = await givenSyncedPlan(stores);
      await givenConnection(stores, acme);

      expect(await due(stores, { deliveryId: "d1" })).toEqual([planId]);
      expect(await due(stores, { deliveryId: "d1" })).toEqual([]);
      const theirs = await givenSyncedPlan(stores, { differs: { organizationId: other } });
      await givenConnection(stores, other);
      expect(await due(stores, { deliveryId: "d1" })).toEqual([theirs.planId]);
    });
  });
}
