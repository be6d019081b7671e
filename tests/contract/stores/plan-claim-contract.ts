import { sql } from "drizzle-orm";
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { aMove, aPlanClaim, aPlanItem, aStepEffect, acme, someFields } from "../../support/builders.js";
import type { Stores } from "./stores.js";

/** A plan belongs to one session at a time, and outlives them. */
export function planClaimContract(current: () => Stores): void {
  describe("SessionStore.commit with a plan", () => {
    const claimBy = (session: Parameters<typeof aMove>[0], claim: Parameters<typeof aPlanClaim>[0] = {}) =>
      aMove(session, { type: "advanced", step: "propose-plan" }, { claimPlan: aPlanClaim(claim) });

    it("makes the plan of a page and team that has none, with the page as it was read", async () => {
      const { sessions, givenSession } = current();
      const session = await givenSession();
      const move = claimBy(session, { title: "Checkout plan" });

      const snapshot = { pageVersion: 3, title: "Checkout plan", body: "<h1>Checkout</h1>" };
      expect(await sessions.commit({ ...move, snapshot })).toBe("committed");

      const plan = (await sessions.load(session.id))?.plan;
      expect(plan).toMatchObject({
        id: move.claimPlan?.id,
        pageTitle: "Checkout plan",
        sessionId: session.id,
        basePageVersion: null,
      });
      expect(plan && (await sessions.snapshot(plan.id, 3))).toEqual(snapshot);
    });

    it("gives a plan that another session works on to nobody else, and moves nothing", async () => {
      const { sessions, givenPlan, givenSession, read, log } = current();
      const { session: holder, plan } = await givenPlan();
      const second = await givenSession();

      expect(await sessions.commit(claimBy(second))).toBe("plan_taken");
      expect(await read(second.id)).toEqual(second);
      expect(await log(second.id)).toEqual([]);
      expect(await sessions.findPlan(acme, plan.source, plan.teamId)).toMatchObject({
        plan,
        holder: { id: holder.id },
      });
    });

    for (const status of ["completed", "failed", "cancelled"] as const)
      it(`takes the plan of a ${status} session, with its items`, async () => {
        const { sessions, givenPlan, givenSession } = current();
        const { session: holder, plan } = await givenPlan();
        const item = aPlanItem();
        const end =
          status === "failed" ? { type: status, failure: { code: "broken", words: "It broke." } } : { type: status };
        await sessions.commit(aMove(holder, end, { plan: { id: plan.id, items: [item] } }));
        const second = await givenSession();

        expect(await sessions.commit(claimBy(second, { title: "New title" }))).toBe("committed");
        expect((await sessions.load(second.id))?.plan).toMatchObject({
          id: plan.id,
          sessionId: second.id,
          pageTitle: "New title",
        });
        expect((await sessions.load(holder.id))?.plan).toBeNull();
        expect(await sessions.items(plan.id)).toEqual([item]);
      });

    const approve = ({ session, plan }: Awaited<ReturnType<Stores["givenPlan"]>>) =>
      current().sessions.commit(
        aMove(session, { type: "completed" }, { plan: { id: plan.id, items: [], basePageVersion: 3 } }),
      );

    it("lets the first of several plans on one page that is approved write to it, whoever claims it again", async () => {
      const { sync, sessions, givenPlan, givenSession } = current();
      const given = await givenPlan();
      const [first, second] = [
        await givenPlan({}, { teamId: "team-web" }),
        await givenPlan({}, { teamId: "team-ops" }),
      ];
      const elsewhere = await givenPlan({}, { source: "confluence:acme.atlassian.net:4712" });
      for (const one of [first, second, elsewhere, given]) expect(await approve(one)).toBe("committed");
      const again = await givenSession();
      expect(await sessions.commit(claimBy(again, { teamId: "team-ops" }))).toBe("committed");

      const writes = await Promise.all(
        [given, first, second, elsewhere].map(async ({ plan }) => (await sync.load(plan.id))?.writesPage),
      );
      expect(writes).toEqual([false, true, false, true]);
    });

    it("lets one plan write to a page for which several were approved at the same instant", async () => {
      const { db, sync, givenPlan } = current();
      const plans = [];
      for (const teamId of ["team-eng", "team-web", "team-ops"]) plans.push(await givenPlan({}, { teamId }));
      await db.query(sql`update plans set writes_page = true, base_page_version = 3, created_at = '2030-01-01'`);

      const writes = await Promise.all(plans.map(async ({ plan }) => (await sync.load(plan.id))?.writesPage));
      expect(writes.filter(Boolean)).toHaveLength(1);
    });

    it("takes a plan that is the session's own again", async () => {
      const { sessions, givenPlan } = current();
      const { session, plan } = await givenPlan();

      expect(await sessions.commit(claimBy(session, { title: "Renamed" }))).toBe("committed");
      expect((await sessions.load(session.id))?.plan).toMatchObject({ id: plan.id, pageTitle: "Renamed" });
    });

    it("gives a plan that several claim at once to one of them", async () => {
      const { sessions, givenSession, count } = current();
      const rivals = await Promise.all(Array.from({ length: 5 }, () => givenSession()));
      const moves = rivals.map((session) => claimBy(session));

      const outcomes = await Promise.all(moves.map((move) => sessions.commit(move)));

      expect(outcomes.sort()).toEqual(["committed", "plan_taken", "plan_taken", "plan_taken", "plan_taken"]);
      expect(await count("plans")).toBe(1);
    });

    it("says that the session has changed rather than that the plan is taken, where both are true", async () => {
      const { sessions, givenPlan, givenSession } = current();
      await givenPlan();
      const second = await givenSession();
      await sessions.commit(aMove(second));

      expect(await sessions.commit(claimBy(second))).toBe("changed");
    });

    it("stores items with parents, changes them by id and keeps their order", async () => {
      const { sessions, givenPlan, read } = current();
      const { session, plan } = await givenPlan();
      const feature = aPlanItem({ position: 0, fields: someFields({ key: "F-1", kind: "feature" }) });
      const story = aPlanItem({ position: 1, parentId: feature.id });
      await sessions.commit(aMove(session, undefined, { plan: { id: plan.id, items: [story, feature] } }));

      const created = {
        ...story,
        pending: null,
        linearId: randomUUID(),
        linearIdentifier: "ENG-2",
        linearUrl: "https://linear.example/2",
        base: story.fields,
        createdBySession: session.id,
      };
      await sessions.commit(
        aMove(await read(session.id), undefined, { plan: { id: plan.id, items: [created], basePageVersion: 7 } }),
      );

      expect(await sessions.items(plan.id)).toEqual([feature, created]);
      expect((await sessions.load(session.id))?.plan?.basePageVersion).toBe(7);
    });

    it("does nothing where another plan has taken the same issue meanwhile, so that the step looks again", async () => {
      const { sessions, givenPlan, read } = current();
      const [one, other] = [await givenPlan(), await givenPlan({}, { source: "confluence:acme.atlassian.net:4712" })];
      const linearId = randomUUID();
      await sessions.commit(
        aMove(one.session, undefined, { plan: { id: one.plan.id, items: [aPlanItem({ linearId })] } }),
      );

      const adopting = aMove(other.session, undefined, {
        plan: { id: other.plan.id, items: [aPlanItem({ linearId })] },
      });
      expect(await sessions.commit(adopting)).toBe("changed");

      expect(await read(other.session.id)).toEqual(other.session);
      expect(await sessions.items(other.plan.id)).toEqual([]);
    });

    it("leaves an item of another plan alone", async () => {
      const { sessions, givenPlan } = current();
      const one = await givenPlan();
      const other = await givenPlan({}, { source: "confluence:acme.atlassian.net:4712" });
      const item = aPlanItem();
      await sessions.commit(aMove(one.session, undefined, { plan: { id: one.plan.id, items: [item] } }));

      await sessions.commit(
        aMove(other.session, undefined, { plan: { id: other.plan.id, items: [{ ...item, position: 9 }] } }),
      );

      expect(await sessions.items(one.plan.id)).toEqual([item]);
      expect(await sessions.items(other.plan.id)).toEqual([]);
    });

    it("gives back the lease that it names, and no other", async () => {
      const { sessions, leases, givenPlan, read } = current();
      const { session, plan } = await givenPlan();
      const attempt = randomUUID();
      await leases.acquire(plan.id, attempt);

      await sessions.commit(aMove(session, undefined, { plan: { id: plan.id, releaseLease: randomUUID() } }));
      expect(await leases.isHeld(plan.id)).toBe(true);

      await sessions.commit(aMove(await read(session.id), undefined, { plan: { id: plan.id, releaseLease: attempt } }));
      expect(await leases.isHeld(plan.id)).toBe(false);
      expect(await leases.acquire(plan.id, randomUUID())).toEqual({ held: true, takenOver: false });
    });

    it("hands the plan of a wound-up session to the one that takes over, and tells it to go on now", async () => {
      const { sessions, outbox, givenPlan, givenSession, read } = current();
      const { session: first, plan } = await givenPlan();
      const second = await givenSession();
      const later = Date.now() + 60_000;
      const step = aStepEffect("read-page", later);
      await sessions.commit(
        aMove(second, { type: "advanced", step: "read-page", notBefore: later }, { effects: [step] }),
      );
      await outbox.settle({ id: step.id, messageId: "message-1" });
      await sessions.requestStop(first.id, { actor: "person-1", takenOverBy: second.id });

      const stopping = await read(first.id);
      expect(stopping.takenOverBy).toBe(second.id);
      const outcome = await sessions.commit(
        aMove(stopping, { type: "cancelled" }, { plan: { id: plan.id, handTo: second.id } }),
      );

      expect(outcome).toBe("committed");
      expect((await sessions.load(second.id))?.plan).toMatchObject({ id: plan.id, sessionId: second.id });
      expect(await outbox.unsentSteps(second.id)).toMatchObject([
        { id: step.id, attempts: 1, body: { step: "read-page", version: 2 } },
      ]);
      expect((await outbox.unsentSteps(second.id))[0]?.body).not.toHaveProperty("notBefore");
    });

    it("does not hand over a plan that is no longer the session's", async () => {
      const { sessions, givenPlan, givenSession } = current();
      const { session: holder, plan } = await givenPlan();
      const stranger = await givenSession({ stopRequested: true });
      const third = await givenSession();

      await sessions.commit(aMove(stranger, { type: "cancelled" }, { plan: { id: plan.id, handTo: third.id } }));

      expect((await sessions.load(holder.id))?.plan?.id).toBe(plan.id);
    });
  });
}
