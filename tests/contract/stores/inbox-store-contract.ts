import { describe, expect, it } from "vitest";
import type { OrganizationId } from "../../../lib/domain/ids.js";
import { type PlanningSession, type SessionEvent, transition } from "../../../lib/domain/session.js";
import { acme, aDelivery, aMove, aReplyEntry, aStart, aStepEffect, aThought } from "../../support/builders.js";
import type { Stores } from "./stores.js";

const globex = "globex" as OrganizationId;
const noAccess = { code: "linear_no_access", words: "I may no longer see this team." };

const after = (session: PlanningSession, event: SessionEvent) => {
  const state = transition(session, event);
  if (!state) throw new Error(`a ${session.status} session cannot be ${event.type}`);
  return state;
};
const anAppend = (session: PlanningSession, text = "Hello") => ({
  session,
  after: null,
  entry: aReplyEntry(text),
  effects: [],
});

/** A delivery acts once, or not at all; a person never loses to a step. */
export function inboxStoreContract(current: () => Stores): void {
  describe("InboxStore.start", () => {
    it("hands out the step messages that it has queued, as the outbox holds them", async () => {
      const { inbox, outbox } = current();
      const start = aStart({ effects: [aThought(), aStepEffect()] });
      const result = await inbox.start(aDelivery(), start);
      expect(result.outcome === "accepted" && result.steps).toEqual(await outbox.unsentSteps(start.id));
      expect(result.outcome === "accepted" && result.steps).toHaveLength(1);
    });

    it("starts a first mention only where nobody was heard before: no reply, no stop", async () => {
      const { inbox } = current();
      const first = aStart({ isFirst: true });
      expect(await inbox.start(aDelivery(), first)).toMatchObject({ outcome: "accepted" });
      expect(await inbox.start(aDelivery(), aStart({ isFirst: true, agentSessionId: first.agentSessionId }))).toEqual({
        outcome: "moved",
      });
      await inbox.keepStop(aDelivery(), "stopped-agent-session");
      expect(
        await inbox.start(aDelivery(), aStart({ isFirst: true, agentSessionId: "stopped-agent-session" })),
      ).toEqual({ outcome: "moved" });
    });

    it("makes the session with its person, engagement, log and first effects", async () => {
      const { inbox, sessions, outbox, read, log } = current();
      const start = aStart();

      expect(await inbox.start(aDelivery(), start)).toMatchObject({ outcome: "accepted", sessionIds: [start.id] });

      expect(await read(start.id)).toMatchObject({
        status: "processing",
        step: "read-page",
        progress: 0,
        version: 1,
        title: start.title,
        prompt: start.prompt,
      });
      const engagement = await sessions.ensureEngagement(acme, { id: "team-eng", name: "ENG" });
      expect((await read(start.id)).engagementId).toBe(engagement.id);
      expect((await read(start.id)).createdBy).not.toBeNull();
      expect(await log(start.id)).toMatchObject([{ seq: 1, type: "session.started", actor: "person-1" }]);
      expect(await outbox.unsentSteps(start.id)).toMatchObject([
        { body: { kind: "session", id: start.id, step: "read-page", version: 1 } },
      ]);
      expect(await outbox.claimNext(start.id)).toMatchObject({ kind: "activity" });
    });

    it("makes a session without team and person", async () => {
      const { inbox, read, count } = current();
      const start = aStart({ team: null, person: null, issueId: null });

      expect((await inbox.start(aDelivery(), start)).outcome).toBe("accepted");
      expect(await read(start.id)).toMatchObject({ engagementId: null, createdBy: null, teamId: null });
      expect(await count("users")).toBe(0);
    });

    it("knows a person and an engagement again", async () => {
      const { inbox, read, count } = current();
      const [first, second] = [aStart(), aStart({ person: { linearUserId: "person-1", name: "Ada L.", email: null } })];
      await inbox.start(aDelivery(), first);
      await inbox.start(aDelivery(), second);

      expect((await read(second.id)).createdBy).toBe((await read(first.id)).createdBy);
      expect([await count("users"), await count("engagements")]).toEqual([1, 1]);
    });

    it("is for nobody where the organization has not installed the app, and stores nothing", async () => {
      const { inbox, count } = current();
      const delivery = aDelivery({ organizationId: globex });

      expect(await inbox.start(delivery, aStart())).toEqual({ outcome: "unknown_organization" });
      expect([await count("webhook_deliveries"), await count("planning_sessions"), await count("users")]).toEqual([
        0, 0, 0,
      ]);
    });

    it("makes one default session of an engagement, however many mentions come at once", async () => {
      const { inbox, count, defaultSessions } = current();
      const mentions = Array.from({ length: 4 }, () => ({ delivery: aDelivery(), start: aStart() }));
      const untilAccepted = async ({ delivery, start }: (typeof mentions)[number]) => {
        for (;;) {
          const { outcome } = await inbox.start(delivery, start);
          if (outcome !== "moved") return outcome;
        }
      };

      expect(await Promise.all(mentions.map(untilAccepted))).toEqual(["accepted", "accepted", "accepted", "accepted"]);
      expect(await count("planning_sessions")).toBe(4);
      expect(await defaultSessions()).toHaveLength(1);
    });

    it("carries on with the plan of an ended session", async () => {
      const { inbox, sessions, givenPlan } = current();
      const { session, plan } = await givenPlan();
      await sessions.commit(aMove(session, { type: "completed" }));
      const start = aStart({ after: session.id });

      await inbox.start(aDelivery(), start);

      expect((await sessions.load(start.id))?.plan).toMatchObject({ id: plan.id, sessionId: start.id });
      expect((await sessions.load(session.id))?.plan).toBeNull();
    });
  });

  describe("InboxStore: a delivery acts once", () => {
    const acts = {
      start: (delivery: ReturnType<typeof aDelivery>) => current().inbox.start(delivery, aStart()),
      reply: (delivery: ReturnType<typeof aDelivery>, session: PlanningSession) =>
        current().inbox.reply(delivery, anAppend(session)),
      stop: (delivery: ReturnType<typeof aDelivery>, session: PlanningSession) =>
        current().inbox.stop(delivery, session, [aStepEffect("wind-up")]),
      remark: (delivery: ReturnType<typeof aDelivery>, session: PlanningSession) =>
        current().inbox.remark(delivery, session, [aThought()]),
      halt: (delivery: ReturnType<typeof aDelivery>) =>
        current().inbox.halt(delivery, { failure: noAccess, teamIds: ["team-eng"], revoked: false }),
    };
    for (const [verb, act] of Object.entries(acts)) {
      it(`${verb}: a repeat under its own id, and the same meaning under another id, do nothing`, async () => {
        const { inbox, givenSession, read, log, count } = current();
        const session = await givenSession();
        const delivery = aDelivery();
        expect(await inbox.isKnown(delivery)).toBe(false);
        expect((await act(delivery, session)).outcome).toBe("accepted");
        const before = [
          await read(session.id),
          await log(session.id),
          await count("planning_sessions"),
          await count("outbox"),
        ];

        expect(await act(delivery, await read(session.id))).toEqual({ outcome: "repeated" });
        expect(await act(aDelivery({ meaning: delivery.meaning }), await read(session.id))).toEqual({
          outcome: "repeated",
        });
        expect(await act(aDelivery({ deliveryId: delivery.deliveryId }), await read(session.id))).toEqual({
          outcome: "repeated",
        });
        expect([
          await read(session.id),
          await log(session.id),
          await count("planning_sessions"),
          await count("outbox"),
        ]).toEqual(before);
        expect(await inbox.isKnown(aDelivery({ meaning: delivery.meaning }))).toBe(true);
      });

      it(`${verb}: of several that race, under one id or one meaning, one acts`, async () => {
        const { givenSession, count } = current();
        const session = await givenSession();
        const delivery = aDelivery();
        const deliveries = [
          delivery,
          delivery,
          aDelivery({ meaning: delivery.meaning }),
          aDelivery({ meaning: delivery.meaning }),
        ];

        const outcomes = (await Promise.all(deliveries.map((one) => act(one, session)))).map(({ outcome }) => outcome);

        expect(outcomes.sort()).toEqual(["accepted", "repeated", "repeated", "repeated"]);
        expect(await count("webhook_deliveries")).toBe(1);
      });
    }

    it("takes the same meaning in another organization for another delivery", async () => {
      const { inbox, givenOrganization } = current();
      await givenOrganization(globex);
      const delivery = aDelivery();
      await inbox.start(delivery, aStart());

      expect(
        (await inbox.start(aDelivery({ meaning: delivery.meaning, organizationId: globex }), aStart())).outcome,
      ).toBe("accepted");
    });
  });

  describe("InboxStore.reply", () => {
    it("appended while a step runs, raises heard and the log, not the version", async () => {
      const { inbox, sessions, givenSession } = current();
      const session = await givenSession();
      await sessions.commit(aMove(session));

      expect(await inbox.reply(aDelivery(), anAppend(session, "Skip the enablers"))).toMatchObject({
        outcome: "accepted",
      });

      expect(await sessions.load(session.id)).toMatchObject({
        session: { version: 2, heard: 1, answered: 0 },
        replies: [{ seq: 2, body: "Skip the enablers" }],
      });
    });

    it("answers a question: the session goes on from where it asked", async () => {
      const { inbox, outbox, givenSession, read } = current();
      const session = await givenSession({
        status: "awaiting_input",
        question: { step: "propose-plan", again: 0, kind: "approval", proposalId: "p1" },
      });
      const step = aStepEffect("propose-plan");

      await inbox.reply(aDelivery(), {
        session,
        after: after(session, { type: "answered" }),
        entry: aReplyEntry("Create"),
        effects: [step],
      });

      expect(await read(session.id)).toMatchObject({
        status: "processing",
        step: "propose-plan",
        version: 2,
        heard: 1,
        question: { proposalId: "p1" },
      });
      expect(await outbox.unsentSteps(session.id)).toMatchObject([
        { id: step.id, body: { step: "propose-plan", version: 2 } },
      ]);
    });

    it("retries a failed session from the step that failed", async () => {
      const { inbox, givenSession, read } = current();
      const session = await givenSession({
        status: "failed",
        failure: { code: "broken", words: "It broke.", step: "apply-items" },
      });

      await inbox.reply(aDelivery(), {
        session,
        after: after(session, { type: "retried" }),
        entry: aReplyEntry("retry"),
        effects: [],
      });

      expect(await read(session.id)).toMatchObject({
        status: "processing",
        step: "apply-items",
        failure: null,
        version: 2,
      });
    });

    it("of two answers to one question, the second finds the session moved", async () => {
      const { inbox, givenSession, log } = current();
      const session = await givenSession({
        status: "awaiting_input",
        question: { step: "read-page", again: 0, kind: "no_page" },
      });
      const answer = (text: string) =>
        inbox.reply(aDelivery(), {
          session,
          after: after(session, { type: "answered" }),
          entry: aReplyEntry(text),
          effects: [],
        });

      const outcomes = (await Promise.all([answer("this one"), answer("no, that one")])).map(({ outcome }) => outcome);

      expect(outcomes.sort()).toEqual(["accepted", "moved"]);
      expect(await log(session.id)).toHaveLength(1);
    });

    it("stores nothing where the session no longer is as it was read, so that the caller decides again", async () => {
      const { inbox, sessions, givenSession } = current();
      const session = await givenSession();
      await sessions.commit(aMove(session, { type: "completed" }));
      const delivery = aDelivery();

      expect(await inbox.reply(delivery, anAppend(session))).toEqual({ outcome: "moved" });
      expect(await inbox.isKnown(delivery)).toBe(false);
    });
  });

  describe("InboxStore.stop and remark", () => {
    it("stops a working session in one statement, and a second stop finds it moved", async () => {
      const { inbox, givenSession, read, log, queued } = current();
      const session = await givenSession({ status: "awaiting_input" });

      expect((await inbox.stop(aDelivery(), session, [aStepEffect("wind-up")])).outcome).toBe("accepted");
      expect(await inbox.stop(aDelivery(), session, [aStepEffect("wind-up")])).toEqual({ outcome: "moved" });

      expect(await read(session.id)).toMatchObject({ stopRequested: true, version: 1 });
      expect(await log(session.id)).toMatchObject([{ type: "stop.requested", actor: "person-1" }]);
      expect(await queued(session.id)).toMatchObject([{ kind: "step", body: { step: "wind-up", version: 1 } }]);
    });

    it("does not stop a session that has ended", async () => {
      const { inbox, givenSession } = current();
      expect(await inbox.stop(aDelivery(), await givenSession({ status: "completed" }), [])).toEqual({
        outcome: "moved",
      });
    });

    it("says something in an ended session and moves nothing", async () => {
      const { inbox, givenSession, read, log, queued } = current();
      const session = await givenSession({ status: "completed" });

      expect((await inbox.remark(aDelivery(), session, [aThought("All done already")])).outcome).toBe("accepted");

      expect(await read(session.id)).toMatchObject({ status: "completed", version: 1, heard: 0 });
      expect(await log(session.id)).toMatchObject([{ type: "person.noted" }]);
      expect(await queued(session.id)).toMatchObject([{ kind: "activity" }]);
    });
  });

  describe("InboxStore: finding sessions", () => {
    it("gives the sessions of an agent session, first the one that asks or works, then the latest, last one that is being stopped", async () => {
      const { inbox, givenOrganization, givenSession } = current();
      await givenOrganization(globex);
      const agentSessionId = "agent-session-1";
      await givenSession({ agentSessionId, status: "processing", stopRequested: true });
      for (const status of ["completed", "awaiting_input", "failed"] as const)
        await givenSession({ agentSessionId, status });
      await givenSession({ agentSessionId: "agent-session-2" });
      await givenSession({ agentSessionId, organizationId: globex });

      const found = await inbox.sessionsOf(acme, agentSessionId);

      expect(found.map(({ status }) => status)).toEqual(["awaiting_input", "failed", "completed", "processing"]);
    });

    it("knows a stop that came before its mention, once and for this organization", async () => {
      const { inbox, givenOrganization, count } = current();
      await givenOrganization(globex);
      const meaning = "stopped:agent-session-1";
      await Promise.all([
        inbox.keepStop(aDelivery(), "agent-session-1"),
        inbox.keepStop(aDelivery(), "agent-session-1"),
      ]);

      expect(await count("webhook_deliveries")).toBe(1);
      expect(await inbox.isKnown(aDelivery({ meaning }))).toBe(true);
      expect(await inbox.isKnown(aDelivery({ meaning, organizationId: globex }))).toBe(false);
    });

    it("gives the working sessions on an issue", async () => {
      const { inbox, givenSession } = current();
      const working = await givenSession({ issueId: "issue-1" });
      await givenSession({ issueId: "issue-1", status: "completed" });
      await givenSession({ issueId: "issue-2" });

      expect((await inbox.workingSessionsOnIssue(acme, "issue-1")).map(({ id }) => id)).toEqual([working.id]);
    });
  });
}
