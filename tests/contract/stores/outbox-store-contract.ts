import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { PlanningSession } from "../../../lib/domain/session.js";
import type { Effect, OutboxRow } from "../../../lib/ports.js";
import { aMove, aStepEffect, aThought } from "../../support/builders.js";
import { claimMs, type Stores, stuckMs } from "./stores.js";

/** What was committed leaves in order, one at a time, and is found again where nobody sent it. */
export function outboxStoreContract(current: () => Stores): void {
  /** Commits `effects`, staying in the same step, and gives the session as it then is. */
  const say = async (session: PlanningSession, ...effects: Effect[]): Promise<PlanningSession> => {
    const { sessions, read } = current();
    expect(await sessions.commit(aMove(session, undefined, { effects }))).toBe("committed");
    return read(session.id);
  };
  const body = (row: OutboxRow | null) => (row?.kind === "activity" ? row.body.content : null);

  describe("OutboxStore.claimNext", () => {
    it("gives the effects in the order of the log, each after the one before is settled", async () => {
      const { outbox, givenSession } = current();
      const session = await say(await givenSession(), aThought("one"), aStepEffect(), aThought("two"));
      await say(session, aThought("three"));

      const first = await outbox.claimNext(session.id);
      const second = first && (await outbox.claimNext(session.id, { id: first.id }));
      const third = second && (await outbox.claimNext(session.id, { id: second.id }));
      const none = third && (await outbox.claimNext(session.id, { id: third.id }));

      expect([first, second, third].map(body)).toMatchObject([{ body: "one" }, { body: "two" }, { body: "three" }]);
      expect(none).toBeNull();
    });

    it("gives nothing while the first unsent effect is somebody's", async () => {
      const { outbox, givenSession } = current();
      const session = await say(await givenSession(), aThought("one"), aThought("two"));
      await outbox.claimNext(session.id);

      expect(await outbox.claimNext(session.id)).toBeNull();
    });

    it("gives one effect to one of several callers", async () => {
      const { outbox, givenSession } = current();
      const session = await say(await givenSession(), aThought("one"), aThought("two"));

      const claims = await Promise.all(Array.from({ length: 6 }, () => outbox.claimNext(session.id)));

      expect(claims.filter(Boolean).map(body)).toEqual([{ type: "thought", body: "one" }]);
    });

    it("gives the effect of a caller who died to the next one, once its claim is over", async () => {
      const { outbox, givenSession, letTimePass } = current();
      const session = await say(await givenSession(), aThought("one"));
      const dead = await outbox.claimNext(session.id);
      await letTimePass(claimMs + 1);

      const claims = await Promise.all([outbox.claimNext(session.id), outbox.claimNext(session.id)]);

      expect(claims.filter(Boolean)).toMatchObject([{ id: dead?.id, attempts: 2 }]);
    });

    it("keeps the place of an effect that must be tried again, until its time has come", async () => {
      const { outbox, givenSession, letTimePass } = current();
      const session = await say(await givenSession(), aThought("one"), aThought("two"));
      const first = await outbox.claimNext(session.id);

      expect(first && (await outbox.claimNext(session.id, { id: first.id, retryAfterMs: 5_000 }))).toBeNull();
      expect(await outbox.claimNext(session.id)).toBeNull();
      await letTimePass(5_001);
      expect(body(await outbox.claimNext(session.id))).toMatchObject({ body: "one" });
    });

    it("makes an effect wait its time although the caller's claim was over when the refusal came", async () => {
      const { outbox, givenSession, letTimePass } = current();
      const session = await say(await givenSession(), aThought("one"));
      const first = await outbox.claimNext(session.id);
      await letTimePass(claimMs + 1);

      expect(first && (await outbox.claimNext(session.id, { id: first.id, retryAfterMs: 60_000 }))).toBeNull();
      expect(await outbox.claimNext(session.id)).toBeNull();
    });

    it("closes an effect that was refused for good with its reason, and gives the next", async () => {
      const { outbox, givenSession, queued } = current();
      const session = await say(await givenSession(), aThought("one"), aThought("two"));
      const first = await outbox.claimNext(session.id);

      const next = first && (await outbox.claimNext(session.id, { id: first.id, closedReason: "linear_refused" }));

      expect(body(next)).toMatchObject({ body: "two" });
      expect((await queued(session.id))[0]).toMatchObject({ isSent: true, closedReason: "linear_refused" });
    });

    it("never gives step messages, which wait for nothing", async () => {
      const { outbox, givenSession } = current();
      const session = await say(await givenSession(), aStepEffect(), aThought("one"));

      expect(body(await outbox.claimNext(session.id))).toMatchObject({ body: "one" });
      expect(await outbox.unsentSteps(session.id)).toHaveLength(1);
    });

    it("gives no effect of another session", async () => {
      const { outbox, givenSession } = current();
      await say(await givenSession(), aThought("one"));

      expect(await outbox.claimNext((await givenSession()).id)).toBeNull();
    });
  });

  describe("OutboxStore.unsentSteps and settle", () => {
    it("lists step messages until they are settled, with the message that they became", async () => {
      const { outbox, givenSession } = current();
      const step = aStepEffect("propose-plan");
      const session = await say(await givenSession(), step);
      expect(await outbox.unsentSteps(session.id)).toMatchObject([
        {
          id: step.id,
          organizationId: session.organizationId,
          sessionId: session.id,
          attempts: 0,
          messageId: null,
          body: { step: "propose-plan", version: 2 },
        },
      ]);

      await outbox.settle({ id: step.id, messageId: "message-1" });

      expect(await outbox.unsentSteps(session.id)).toEqual([]);
    });

    it("leaves an effect settled that is settled again", async () => {
      const { outbox, givenSession, queued } = current();
      const thought = aThought();
      const session = await say(await givenSession(), thought);
      await outbox.settle({ id: thought.id });
      await outbox.settle({ id: thought.id, closedReason: "late" });
      await outbox.settle({ id: thought.id, retryAfterMs: 0 });
      await outbox.settle({ id: randomUUID() });

      expect(await queued(session.id)).toMatchObject([{ isSent: true, closedReason: null }]);
    });
  });

  describe("OutboxStore.listOverdue", () => {
    /** A session whose step message was sent `stuckMs` ago and has moved nothing since. */
    const stuckSession = async (differs: Partial<PlanningSession> = {}) => {
      const { outbox, givenSession, letTimePass } = current();
      const step = aStepEffect();
      const session = await say(await givenSession(differs), step);
      await outbox.settle({ id: step.id, messageId: "message-1" });
      await letTimePass(stuckMs + 1);
      return { session, step };
    };

    it("finds the sessions that have words or steps unsent, each once", async () => {
      const { outbox, givenSession } = current();
      const words = await say(await givenSession(), aThought("one"), aThought("two"));
      const step = await say(await givenSession(), aStepEffect());

      const { unsent, stuck } = await outbox.listOverdue(10);

      expect([...unsent].sort()).toEqual([words.id, step.id].sort());
      expect(stuck).toEqual([]);
    });

    it("finds nothing where everything is sent or claimed", async () => {
      const { outbox, givenSession } = current();
      const sent = aThought();
      await say(await givenSession(), sent);
      await outbox.settle({ id: sent.id });
      const claimed = await say(await givenSession(), aThought("one"), aThought("two"));
      await outbox.claimNext(claimed.id);

      expect(await outbox.listOverdue(10)).toEqual({ unsent: [], stuck: [] });
    });

    it("finds the words of a sender who died, once its claim is over", async () => {
      const { outbox, givenSession, letTimePass } = current();
      const session = await say(await givenSession(), aThought("one"));
      await outbox.claimNext(session.id);
      await letTimePass(claimMs + 1);

      expect((await outbox.listOverdue(10)).unsent).toEqual([session.id]);
    });

    it("finds a session although many others wait for a rate limit", async () => {
      const { outbox, givenSession } = current();
      for (let n = 0; n < 3; n += 1) {
        const waiting = await say(await givenSession(), aThought("one"), aThought("two"));
        const claimed = await outbox.claimNext(waiting.id);
        await outbox.settle({ id: claimed?.id ?? "", retryAfterMs: 60_000 });
      }
      const session = await say(await givenSession(), aThought("one"));

      expect((await outbox.listOverdue(1)).unsent).toEqual([session.id]);
    });

    it("finds a step message that was sent and moved nothing, and gives it to one caller", async () => {
      const { outbox } = current();
      const { step } = await stuckSession();

      const calls = await Promise.all([outbox.listOverdue(10), outbox.listOverdue(10)]);

      expect(calls.flatMap(({ stuck }) => stuck)).toMatchObject([{ id: step.id, attempts: 1, messageId: "message-1" }]);
      expect((await outbox.listOverdue(10)).stuck).toEqual([]);
    });

    it("finds at most as many as it is asked for, and the rest the next time", async () => {
      const { outbox } = current();
      const ids = [(await stuckSession()).step.id, (await stuckSession()).step.id, (await stuckSession()).step.id];

      const first = await outbox.listOverdue(2);
      const second = await outbox.listOverdue(2);

      expect([first.stuck.length, second.stuck.length]).toEqual([2, 1]);
      expect([...first.stuck, ...second.stuck].map(({ id }) => id).sort()).toEqual(ids.sort());
    });

    it("does not take a session for stuck that has moved since the message", async () => {
      const { outbox, sessions } = current();
      const { session } = await stuckSession();
      await sessions.commit(aMove(session));

      expect((await outbox.listOverdue(10)).stuck).toEqual([]);
    });

    it("does not take a session for stuck that waits for an answer or has ended", async () => {
      const { outbox, givenSession, letTimePass } = current();
      const { sessions } = current();
      for (const event of [
        { type: "completed" },
        { type: "asked", question: { step: "read-page", again: 0, kind: "no_page" } },
      ] as const) {
        const session = await givenSession();
        const step = aStepEffect();
        await sessions.commit(aMove(session, event, { effects: [step] }));
        await outbox.settle({ id: step.id });
      }
      await letTimePass(stuckMs + 1);

      expect((await outbox.listOverdue(10)).stuck).toEqual([]);
    });

    it("does not take a step for stuck that waits for its time or for a rate limit", async () => {
      const { outbox, sessions, givenSession, letTimePass } = current();
      const until = Date.now() + 10 * stuckMs;
      const steps = [aStepEffect("read-page", until), aStepEffect("read-page", until)];
      const advancing = await givenSession();
      await sessions.commit(
        aMove(advancing, { type: "advanced", step: "read-page", notBefore: until }, { effects: steps.slice(0, 1) }),
      );
      const limited = await givenSession();
      await sessions.commit(aMove(limited, { type: "waiting", until }, { effects: steps.slice(1) }));
      for (const step of steps) await outbox.settle({ id: step.id });
      await letTimePass(stuckMs + 1);

      expect((await outbox.listOverdue(10)).stuck).toEqual([]);
    });

    it("does not take a step for stuck whose plan somebody works on", async () => {
      const { outbox, leases, givenPlan, letTimePass } = current();
      const { session, plan } = await givenPlan();
      const step = aStepEffect();
      await say(session, step);
      await outbox.settle({ id: step.id });
      await letTimePass(stuckMs + 1);
      const attempt = randomUUID();
      await leases.acquire(plan.id, attempt);

      expect((await outbox.listOverdue(10)).stuck).toEqual([]);
      await leases.abandon(plan.id, attempt);
      expect((await outbox.listOverdue(10)).stuck).toMatchObject([{ id: step.id }]);
    });

    it("takes of a stopped session only the wind-up for stuck, also of one that waited for an answer", async () => {
      const { outbox, sessions, givenSession, letTimePass } = current();
      const { session, step } = await stuckSession();
      const asking = await givenSession({ status: "awaiting_input" });
      for (const { id } of [session, asking]) {
        await sessions.requestStop(id, { actor: "person-1" });
        for (const row of await outbox.unsentSteps(id)) await outbox.settle({ id: row.id });
      }
      await letTimePass(stuckMs + 1);

      const { stuck } = await outbox.listOverdue(10);
      expect(stuck.map((row) => row.sessionId).sort()).toEqual([session.id, asking.id].sort());
      expect(stuck).toMatchObject([{ body: { step: "wind-up" } }, { body: { step: "wind-up" } }]);
      expect(stuck.map(({ id }) => id)).not.toContain(step.id);
    });
  });
}
