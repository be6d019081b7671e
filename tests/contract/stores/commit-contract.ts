import { describe, expect, it } from "vitest";
import {
  acme,
  aDelivery,
  aLogEntry,
  aMove,
  aPlanItem,
  aReplyEntry,
  aStart,
  aStepEffect,
  aThought,
} from "../../support/builders.js";
import type { Stores } from "./stores.js";

/** A session moves, or it does not: nothing in between. */
export function commitContract(current: () => Stores): void {
  describe("SessionStore.commit", () => {
    it("moves the session, appends to its log and queues its effects in one statement", async () => {
      const { sessions, givenSession, read, log, queued } = current();
      const session = await givenSession();
      const effects = [
        aThought("Found it"),
        { kind: "checklist", id: aThought().id } as const,
        aStepEffect("propose-plan"),
      ];

      const outcome = await sessions.commit(
        aMove(
          session,
          { type: "advanced", step: "propose-plan" },
          { log: [aLogEntry({ type: "page.read", body: { version: 3 } }), aLogEntry({ type: "agent.said" })], effects },
        ),
      );

      expect(outcome).toBe("committed");
      expect(await read(session.id)).toMatchObject({
        status: "processing",
        step: "propose-plan",
        progress: 40,
        version: 2,
      });
      expect(await log(session.id)).toMatchObject([
        { seq: 1, type: "page.read", body: { version: 3 }, actor: "agent" },
        { seq: 2, type: "agent.said" },
      ]);
      expect(await queued(session.id)).toMatchObject([
        { id: effects[0]?.id, kind: "activity", body: { content: { type: "thought", body: "Found it" } } },
        { id: effects[1]?.id, kind: "checklist", body: {} },
        {
          id: effects[2]?.id,
          kind: "step",
          body: { kind: "session", id: session.id, step: "propose-plan", version: 2 },
        },
      ]);
    });

    it("keeps what the move says of title, page, team, work and proposal, and leaves the rest alone", async () => {
      const { sessions, givenSession, read } = current();
      const session = await givenSession({ pageUrl: "https://acme.example/1" });
      const proposal = { id: "p1", pageVersion: 3, selections: [], keys: ["US-1"] };

      await sessions.commit(
        aMove(
          session,
          { type: "asked", question: { step: "propose-plan", again: 0, kind: "approval", proposalId: "p1" } },
          {
            title: "Checkout",
            teamId: "team-web",
            work: { confirmedPageVersion: 3 },
            proposal,
          },
        ),
      );

      expect(await read(session.id)).toMatchObject({
        status: "awaiting_input",
        title: "Checkout",
        teamId: "team-web",
        pageUrl: "https://acme.example/1",
        work: { confirmedPageVersion: 3 },
        question: { kind: "approval", proposalId: "p1" },
        proposal,
      });
    });

    it("does nothing at all where the session has moved since it was read", async () => {
      const { sessions, givenPlan, read, log, queued } = current();
      const { session, plan } = await givenPlan();
      await sessions.commit(aMove(session));
      const before = [await read(session.id), await log(session.id), await queued(session.id)];

      const outcome = await sessions.commit(
        aMove(
          session,
          { type: "completed" },
          {
            effects: [aThought()],
            snapshot: { pageVersion: 9, title: "Late", body: "<p/>" },
            plan: { id: plan.id, items: [aPlanItem()], basePageVersion: 9 },
          },
        ),
      );

      expect(outcome).toBe("changed");
      expect([await read(session.id), await log(session.id), await queued(session.id)]).toEqual(before);
      expect(await sessions.items(plan.id)).toEqual([]);
      expect(await sessions.snapshot(plan.id, 9)).toBeNull();
      expect((await sessions.load(session.id))?.plan?.basePageVersion).toBeNull();
    });

    it("does nothing at all where the database refuses a part of it", async () => {
      const { sessions, givenSession, read, log, queued } = current();
      const session = await givenSession();
      const thought = aThought();
      await sessions.commit(aMove(session, { type: "advanced", step: "read-page" }, { effects: [thought] }));
      const moved = await read(session.id);

      expect(await sessions.commit(aMove(moved, { type: "completed" }, { effects: [aThought(), thought] }))).toBe(
        "changed",
      );

      expect(await read(session.id)).toEqual(moved);
      expect(await log(session.id)).toHaveLength(1);
      expect(await queued(session.id)).toHaveLength(1);
    });

    it("keeps what people said open where the move has not dealt with it", async () => {
      const { sessions, inbox, givenSession, read } = current();
      const session = await givenSession();
      await inbox.reply(aDelivery(), { session, after: null, entry: aReplyEntry("Skip it"), effects: [] });
      const waiting = { type: "waiting", until: Date.now() } as const;

      await sessions.commit(aMove(await read(session.id), waiting, { hasAnswered: false }));

      expect((await sessions.load(session.id))?.replies).toMatchObject([{ body: "Skip it" }]);
    });

    it("lets exactly one of several commits of the same reading through", async () => {
      const { sessions, givenSession, read, log } = current();
      const session = await givenSession();

      const outcomes = await Promise.all(Array.from({ length: 6 }, () => sessions.commit(aMove(session))));

      expect(outcomes.sort()).toEqual(["changed", "changed", "changed", "changed", "changed", "committed"]);
      expect((await read(session.id)).version).toBe(2);
      expect(await log(session.id)).toHaveLength(1);
    });

    for (const event of [
      { type: "completed" },
      { type: "failed", failure: { code: "broken", words: "It broke." } },
      { type: "asked", question: { step: "read-page", again: 0, kind: "no_page" } },
    ] as const)
      it(`loses where it leaves processing (${event.type}) and somebody has spoken in between`, async () => {
        const { sessions, inbox, givenSession, read } = current();
        const session = await givenSession();
        await inbox.reply(aDelivery(), { session, after: null, entry: aReplyEntry("Wait"), effects: [] });

        expect(await sessions.commit(aMove(session, event))).toBe("changed");
        expect(await read(session.id)).toMatchObject({ status: "processing", version: 1 });
        expect(await sessions.commit(aMove(await read(session.id), event))).toBe("committed");
      });

    it("goes through where it stays in processing and somebody has spoken, and the next step reads what was said", async () => {
      const { sessions, inbox, givenSession } = current();
      const session = await givenSession();
      await inbox.reply(aDelivery(), { session, after: null, entry: aReplyEntry("Only feature 2"), effects: [] });

      expect(await sessions.commit(aMove(session, { type: "advanced", step: "propose-plan" }))).toBe("committed");
      const next = await sessions.load(session.id);
      expect(next).toMatchObject({
        session: { version: 2, heard: 1, answered: 0 },
        replies: [{ body: "Only feature 2", actor: "person-1" }],
      });
    });

    it("takes the replies that a step has read as answered", async () => {
      const { sessions, inbox, givenSession, read } = current();
      const session = await givenSession();
      for (const text of ["one", "two"])
        await inbox.reply(aDelivery(), { session, after: null, entry: aReplyEntry(text), effects: [] });
      await sessions.commit(aMove(await read(session.id)));
      await inbox.reply(aDelivery(), { session, after: null, entry: aReplyEntry("three"), effects: [] });

      expect(await sessions.load(session.id)).toMatchObject({
        session: { heard: 3, answered: 2 },
        replies: [{ body: "three" }],
      });
    });

    it("is refused after a stop request, whatever it read, except where it winds up", async () => {
      const { sessions, givenSession, read } = current();
      const session = await givenSession();
      await sessions.requestStop(session.id, { actor: "person-1" });

      expect(await sessions.commit(aMove(session))).toBe("changed");
      expect(await sessions.commit(aMove(session, { type: "completed" }))).toBe("changed");
      const stopping = await read(session.id);
      expect(stopping).toMatchObject({ version: 1, stopRequested: true });
      expect(await sessions.commit(aMove(stopping, { type: "cancelled" }))).toBe("committed");
      expect(await read(session.id)).toMatchObject({ status: "cancelled", stopRequested: false });
    });

    it("winds up although somebody has spoken since the stop", async () => {
      const { sessions, inbox, givenSession, read } = current();
      const session = await givenSession();
      await inbox.reply(aDelivery(), { session, after: null, entry: aReplyEntry("Stop it"), effects: [] });
      await sessions.requestStop(session.id, { actor: "person-1" });
      const stopping = { ...(await read(session.id)), heard: 0 };

      expect(await sessions.commit(aMove(stopping, { type: "cancelled" }))).toBe("committed");
    });

    it("leaves the engagement that it goes from with a default, and is none beside the default of the one that it comes to", async () => {
      const { sessions, inbox, read, defaultSessions } = current();
      const [first, second, other] = [aStart(), aStart(), aStart({ team: { id: "team-web", name: "WEB" } })];
      for (const start of [first, second, other])
        expect(await inbox.start(aDelivery(), start)).toMatchObject({ outcome: "accepted" });
      const web = await sessions.ensureEngagement(acme, { id: "team-web", name: "WEB" });

      expect(await sessions.commit(aMove(await read(first.id), undefined, { engagementId: web.id }))).toBe("committed");

      expect((await read(first.id)).engagementId).toBe(web.id);
      expect((await defaultSessions()).map(({ id }) => id).sort()).toEqual([second.id, other.id].sort());
    });

    it("is the default of the engagement that it comes to where that has none", async () => {
      const { sessions, inbox, read, defaultSessions } = current();
      const start = aStart();
      await inbox.start(aDelivery(), start);
      const web = await sessions.ensureEngagement(acme, { id: "team-web", name: "WEB" });
      await sessions.commit(aMove(await read(start.id), undefined, { engagementId: web.id }));
      expect((await defaultSessions()).map(({ id }) => id)).toEqual([start.id]);
    });

    it("waits until the instant that it names", async () => {
      const { sessions, outbox, givenSession } = current();
      const session = await givenSession();
      const until = Date.parse("2031-02-03T04:05:06.789Z");

      await sessions.commit(aMove(session, { type: "waiting", until }, { effects: [aStepEffect("read-page", until)] }));

      expect(await outbox.unsentSteps(session.id)).toMatchObject([
        { body: { step: "read-page", version: 2, notBefore: until } },
      ]);
    });
  });
}
