import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { aPlanId } from "../../support/builders.js";
import { leaseMs, type Stores } from "./stores.js";

/** Who works on a plan, and until when. */
export function leaseStoreContract(current: () => Stores): void {
  describe("LeaseStore", () => {
    const [mine, theirs] = [randomUUID(), randomUUID()];

    it("has one holder, and tells the others how long to wait", async () => {
      const { leases, givenPlan } = current();
      const { plan } = await givenPlan();

      expect(await leases.acquire(plan.id, mine)).toEqual({ held: true, takenOver: false });
      const refused = await leases.acquire(plan.id, theirs);

      const waitMs = refused.held ? 0 : refused.untilMs;
      expect([refused.held, waitMs > 0, waitMs <= leaseMs]).toEqual([false, true, true]);
      expect(await leases.isHeld(plan.id)).toBe(true);
    });

    it("is given to one of several who ask at once", async () => {
      const { leases, givenPlan } = current();
      const { plan } = await givenPlan();

      const answers = await Promise.all(Array.from({ length: 6 }, () => leases.acquire(plan.id, randomUUID())));

      expect(answers.filter(({ held }) => held)).toHaveLength(1);
    });

    it("is taken over from a holder who has fallen silent, and says so", async () => {
      const { leases, givenPlan, letTimePass } = current();
      const { session, plan } = await givenPlan();
      await leases.acquire(plan.id, mine);
      await letTimePass(leaseMs + 1);

      expect(await leases.isHeld(plan.id)).toBe(false);
      expect(await leases.acquire(plan.id, theirs)).toEqual({ held: true, takenOver: true });
      expect(await leases.renew(plan.id, mine, session.id)).toBe("lost");
      expect(await leases.renew(plan.id, theirs, session.id)).toBe("held");
    });

    it("is free at once where its holder abandons it, and the next one knows that the work may not be recorded", async () => {
      const { leases, givenPlan } = current();
      const { plan } = await givenPlan();
      await leases.acquire(plan.id, mine);

      await leases.abandon(plan.id, mine);

      expect(await leases.isHeld(plan.id)).toBe(false);
      expect(await leases.acquire(plan.id, theirs)).toEqual({ held: true, takenOver: true });
    });

    it("is not abandoned by somebody who does not hold it", async () => {
      const { leases, givenPlan } = current();
      const { plan } = await givenPlan();
      await leases.acquire(plan.id, mine);

      await leases.abandon(plan.id, theirs);

      expect(await leases.isHeld(plan.id)).toBe(true);
    });

    it("is not taken over by the attempt that holds it", async () => {
      const { leases, givenPlan } = current();
      const { plan } = await givenPlan();
      await leases.acquire(plan.id, mine);

      expect(await leases.acquire(plan.id, mine)).toEqual({ held: true, takenOver: false });
    });

    it("lasts as long as it is renewed", async () => {
      const { leases, givenPlan, letTimePass } = current();
      const { session, plan } = await givenPlan();
      await leases.acquire(plan.id, mine);
      await letTimePass(leaseMs - 1000);
      await leases.renew(plan.id, mine, session.id);
      await letTimePass(leaseMs - 1000);

      expect(await leases.isHeld(plan.id)).toBe(true);
      expect((await leases.acquire(plan.id, theirs)).held).toBe(false);
    });

    it("tells its holder that a person has asked the session to stop", async () => {
      const { leases, sessions, givenPlan } = current();
      const { session, plan } = await givenPlan();
      await leases.acquire(plan.id, mine);
      await sessions.requestStop(session.id, { actor: "person-1" });

      expect(await leases.renew(plan.id, mine, session.id)).toBe("stop_requested");
      expect(await leases.renew(plan.id, theirs, session.id)).toBe("lost");
    });

    it("is not given for a plan that is not there", async () => {
      const { leases } = current();
      await expect(leases.acquire(aPlanId(), mine)).rejects.toThrow("is not there");
    });
  });
}
