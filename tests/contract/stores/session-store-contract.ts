import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { OrganizationId } from "../../../lib/domain/ids.js";
import { acme, aLogEntry, aMove, aPlanId, aPlanItem, aPlanningSession, aSessionId } from "../../support/builders.js";
import { ended, type Stores } from "./stores.js";

const globex = "globex" as OrganizationId;

/** Reading sessions and plans; asking a session to stop. */
export function sessionStoreContract(current: () => Stores): void {
  describe("SessionStore", () => {
    it("gives a session back as it was stored", async () => {
      const { givenSession } = current();
      const session = aPlanningSession({
        status: "awaiting_input",
        pageUrl: "https://acme.example/1",
        issueId: "issue-1",
        question: { step: "read-page", again: 1, kind: "which_page", pages: ["https://acme.example/1"] },
        proposal: {
          id: "p1",
          pageVersion: 3,
          selections: [{ mode: "without", kinds: ["enabler"], keys: [] }],
          keys: ["US-1"],
        },
        work: { pageUrl: "https://acme.example/1", updated: 2 },
        failure: { code: "broken", words: "Es ist kaputt – „é“.", step: "read-page" },
      });

      const { updatedAt, ...stored } = await givenSession(session);

      expect(stored).toEqual({ ...stored, ...session, updatedAt: undefined });
      expect(Number.isNaN(updatedAt.getTime())).toBe(false);
    });

    it("finds nothing under an id that no session has", async () => {
      const { sessions } = current();
      expect(await sessions.load(aSessionId())).toBeNull();
      expect(await sessions.snapshot(aPlanId(), 1)).toBeNull();
      expect(await sessions.findPlan(acme, "confluence:nowhere:1", "team-eng")).toBeNull();
      expect(await sessions.items(aPlanId())).toEqual([]);
    });

    it("loads of several plans the one of the session's own page and team", async () => {
      const { sessions, givenPlan, read } = current();
      const { session } = await givenPlan(
        { teamId: "team-web" },
        { teamId: "team-eng", source: "confluence:a:1", pageUrl: "https://a.example/1" },
      );
      const engagement = await sessions.ensureEngagement(acme, { id: "team-web", name: "WEB" });
      const second = {
        id: aPlanId(),
        source: "confluence:a:2",
        teamId: "team-web",
        engagementId: engagement.id,
        pageId: "2",
        pageUrl: "https://a.example/2",
        title: "Second",
      };
      await sessions.commit(aMove(await read(session.id), undefined, { claimPlan: second, pageUrl: second.pageUrl }));

      expect((await sessions.load(session.id))?.plan?.id).toBe(second.id);
    });

    it("asks a session to stop once: logged, its wind-up queued, its version where it was", async () => {
      const { sessions, givenSession, read, log, queued } = current();
      const session = await givenSession();

      const asked = await Promise.all([1, 2, 3].map(() => sessions.requestStop(session.id, { actor: "person-1" })));

      expect(asked.filter(Boolean)).toHaveLength(1);
      expect(await read(session.id)).toMatchObject({ stopRequested: true, version: 1, takenOverBy: null });
      expect(await log(session.id)).toMatchObject([{ seq: 1, type: "stop.requested", actor: "person-1" }]);
      expect(await queued(session.id)).toMatchObject([
        { kind: "step", body: { kind: "session", id: session.id, step: "wind-up", version: 1 } },
      ]);
    });

    it("asks no session to stop that has ended", async () => {
      const { sessions, givenSession, queued } = current();
      const session = await givenSession(ended);

      expect(await sessions.requestStop(session.id, { actor: "person-1" })).toBe(false);
      expect(await queued(session.id)).toEqual([]);
    });

    it("asks a session to stop again whose first wind-up failed and which a person has retried", async () => {
      const { sessions, givenSession, read, queued } = current();
      const session = await givenSession();
      await sessions.requestStop(session.id, { actor: "person-1" });
      await sessions.commit(
        aMove(await read(session.id), { type: "failed", failure: { code: "linear_no_access", words: "No access." } }),
      );
      await sessions.commit(aMove(await read(session.id), { type: "retried" }));

      expect(await sessions.requestStop(session.id, { actor: "person-1" })).toBe(true);
      expect((await queued(session.id)).at(-1)).toMatchObject({ kind: "step", body: { step: "wind-up", version: 3 } });
    });

    it("makes one engagement for an organization and team, with the default settings", async () => {
      const { sessions } = current();
      const made = await Promise.all(
        Array.from({ length: 8 }, () => sessions.ensureEngagement(acme, { id: "team-eng", name: "ENG" })),
      );
      const other = await sessions.ensureEngagement(acme, { id: "team-web", name: "WEB" });

      expect(new Set(made.map(({ id }) => id)).size).toBe(1);
      expect(made[0]).toMatchObject({ settings: { epics: "issue", approval: "anyone" }, members: [] });
      expect(other.id).not.toBe(made[0]?.id);
    });

    it("names the Linear ids that items of other plans of the organization hold", async () => {
      const { sessions, givenPlan, givenOrganization } = current();
      await givenOrganization(globex);
      const mine = await givenPlan();
      const other = await givenPlan({}, { source: "confluence:a:2" });
      const foreign = await givenPlan({ organizationId: globex }, { source: "confluence:a:3" });
      const [held, own, abroad] = [randomUUID(), randomUUID(), randomUUID()];
      await sessions.commit(
        aMove(other.session, undefined, { plan: { id: other.plan.id, items: [aPlanItem({ linearId: held })] } }),
      );
      await sessions.commit(
        aMove(mine.session, undefined, { plan: { id: mine.plan.id, items: [aPlanItem({ linearId: own })] } }),
      );
      await sessions.commit(
        aMove(foreign.session, undefined, { plan: { id: foreign.plan.id, items: [aPlanItem({ linearId: abroad })] } }),
      );

      expect(await sessions.heldElsewhere(acme, [held, own, abroad, randomUUID()], mine.plan.id)).toEqual([held]);
      expect(await sessions.heldElsewhere(acme, [], mine.plan.id)).toEqual([]);
    });

    it("remembers what Linear last said of the organization's budget", async () => {
      const { sessions } = current();
      const budget = {
        requestsLimit: 5000,
        requestsRemaining: 17,
        complexityLimit: 250_000,
        complexityRemaining: 4,
        resetAt: 1_900_000_000_000,
      };

      expect(await sessions.budget(acme)).toBeNull();
      await sessions.noteBudget(acme, budget);
      expect(await sessions.budget(acme)).toEqual(budget);
    });

    it("adds to the log of a session that stands as it was read, and moves nothing by it", async () => {
      const { sessions, givenSession, read, log } = current();
      const session = await givenSession({ status: "failed" });
      const entries = [aLogEntry({ type: "error", body: { message: "one" } }), aLogEntry({ type: "warning" })];
      expect(await sessions.append(session, entries)).toBe("committed");
      expect(await sessions.append({ ...session, status: "completed" }, entries)).toBe("changed");
      expect((await log(session.id)).map(({ type }) => type)).toEqual(["error", "warning"]);
      expect(await read(session.id)).toMatchObject({ status: "failed", version: session.version });
    });

    it("finds what a conversation outside Linear has created last along the sessions that it went on from", async () => {
      const { sessions, givenPlan, givenSession, read } = current();
      const { session, plan } = await givenPlan({ agentSessionId: null });
      const items = [aPlanItem({ linearId: "linear-1", pending: null, createdBySession: session.id })];
      await sessions.commit(aMove(session, undefined, { plan: { id: plan.id, items } }));
      const between = await givenSession({ agentSessionId: null, work: { after: session.id } });
      const last = await givenSession({ agentSessionId: null, work: { after: between.id } });
      const stranger = await givenSession({ agentSessionId: null });
      expect((await sessions.lastRun(last))?.run.id).toBe(session.id);
      expect((await sessions.lastRun(await read(session.id)))?.plan.id).toBe(plan.id);
      expect(await sessions.lastRun(stranger)).toBeNull();
    });

    it("plans under the engagement that is named, and under the team's where none is", async () => {
      const { sessions } = current();
      const eng = await sessions.ensureEngagement(acme, { id: "team-eng", name: "ENG" });
      const kept = await sessions.ensureEngagement(acme, { id: "team-web", name: "WEB" }, eng.id);
      expect(kept.id).toBe(eng.id);
      expect((await sessions.ensureEngagement(acme, { id: "team-web", name: "WEB" }, null)).id).not.toBe(eng.id);
    });
  });
}
