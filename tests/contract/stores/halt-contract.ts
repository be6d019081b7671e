import { describe, expect, it } from "vitest";
import type { OrganizationId } from "../../../lib/domain/ids.js";
import { aDelivery, aMove, aStepEffect, aThought } from "../../support/builders.js";
import type { Stores } from "./stores.js";

const globex = "globex" as OrganizationId;
const revoked = { code: "installation_revoked", words: "I am no longer installed here." };
const noAccess = { code: "linear_no_access", words: "I may no longer see this team." };

/** An installation that is revoked, or a team that is taken away, ends what depends on it. */
export function haltContract(current: () => Stores): void {
  describe("InboxStore.halt", () => {
    it("fails every working session of an organization, once and in its own words, and drops what was queued", async () => {
      const { inbox, sessions, outbox, givenOrganization, givenSession, read, log, queued } = current();
      await givenOrganization(globex);
      const working = await Promise.all(
        (["pending", "processing", "awaiting_input"] as const).map((status) =>
          givenSession({ status, step: "apply-items" }),
        ),
      );
      const done = await givenSession({ status: "completed" });
      const foreign = await givenSession({ organizationId: globex });
      for (const session of [working[1] ?? done, foreign])
        await sessions.commit(aMove(session, undefined, { effects: [aThought(), aStepEffect()] }));

      const result = await inbox.halt(aDelivery(), { failure: revoked, teamIds: null, revoked: true });

      expect(result.outcome === "accepted" && [...result.sessionIds].sort()).toEqual(
        working.map(({ id }) => id).sort(),
      );
      for (const { id } of working) {
        expect(await read(id)).toMatchObject({ status: "failed", failure: { ...revoked, step: "apply-items" } });
        expect((await log(id)).at(-1)).toMatchObject({ type: "session.failed" });
        expect(await outbox.claimNext(id)).toBeNull();
      }
      expect(await queued(working[1]?.id ?? done.id)).toMatchObject([
        { isSent: true, closedReason: revoked.code },
        { isSent: true, closedReason: revoked.code },
      ]);
      expect(await read(done.id)).toEqual(done);
      expect((await read(foreign.id)).status).toBe("processing");
      expect(await outbox.claimNext(foreign.id)).not.toBeNull();
    });

    it("fails only the sessions of the teams that were taken away, and tells them why", async () => {
      const { inbox, givenSession, read, queued } = current();
      const lost = await givenSession({ teamId: "team-eng" });
      const kept = await givenSession({ teamId: "team-web" });
      const teamless = await givenSession({ teamId: null });

      const result = await inbox.halt(aDelivery(), {
        failure: noAccess,
        teamIds: ["team-eng", "team-ops"],
        revoked: false,
      });

      expect(result).toEqual({ outcome: "accepted", sessionIds: [lost.id], steps: [] });
      expect(await queued(lost.id)).toMatchObject([
        { kind: "activity", isSent: false, body: { content: { type: "error", body: noAccess.words } } },
      ]);
      expect([(await read(kept.id)).status, (await read(teamless.id)).status]).toEqual(["processing", "processing"]);
    });

    it("is accepted where no session works", async () => {
      const { inbox } = current();
      expect(await inbox.halt(aDelivery(), { failure: revoked, teamIds: null, revoked: true })).toEqual({
        outcome: "accepted",
        sessionIds: [],
        steps: [],
      });
    });

    it("leaves a failed session its open question, for a retry, and takes its stop away, as any failure does", async () => {
      const { inbox, givenSession, read } = current();
      const session = await givenSession({
        status: "awaiting_input",
        stopRequested: true,
        question: { step: "read-page", again: 0, kind: "no_page" },
      });

      await inbox.halt(aDelivery(), { failure: revoked, teamIds: null, revoked: true });

      expect(await read(session.id)).toMatchObject({
        status: "failed",
        question: session.question,
        stopRequested: false,
      });
    });

    it("wins against a step that is about to commit", async () => {
      const { inbox, sessions, givenSession, read } = current();
      const session = await givenSession();
      await inbox.halt(aDelivery(), { failure: revoked, teamIds: null, revoked: true });

      expect(await sessions.commit(aMove(session))).toBe("changed");
      expect((await read(session.id)).status).toBe("failed");
    });
  });
}
