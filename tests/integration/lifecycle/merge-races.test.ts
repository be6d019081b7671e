import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { lifecycleStore } from "../../../lib/db/lifecycle-store.js";
import { livePlanStore } from "../../../lib/db/live-plan-store.js";
import { exportStore } from "../../../lib/db/export-store.js";
import { mergeStore } from "../../../lib/db/merge-store.js";
import { sessionStore } from "../../../lib/db/session-store.js";
import type { EngagementId, OrganizationId, SessionId } from "../../../lib/domain/ids.js";
import type { Principal } from "../../../lib/domain/principal.js";
import { move } from "../../../lib/pipeline/move.js";
import { type ApiWorld, apiWorld, type Person } from "../../support/api-world.js";
import { testServer } from "../../support/test-database.js";
import { brokenLogs, givenPlan, oneDefaultAtMost, sessionRow } from "./lifecycle-world.js";

const rounds = 25;
type Three = [SessionId, SessionId, SessionId];

/** PGlite runs one statement after the other, so only a server shows what happens at the same moment. */
describe.runIf(testServer !== "")(
  "A merge at the same moment as something else, with a PostgreSQL server (TEST_POSTGRES_URL)",
  () => {
    let world: ApiWorld;
    let ada: Person;
    let principal: Principal;
    let engagementId: EngagementId;
    beforeAll(async () => {
      world = await apiWorld();
    });
    afterAll(() => world.close());
    beforeEach(async () => {
      await world.reset();
      const org: OrganizationId = await world.anOrganization();
      ada = await world.aPerson(org);
      engagementId = await world.anEngagement(org);
      const { token: _, ...person } = ada;
      principal = {
        ...person,
        role: "member",
        engagementRoles: {},
        hidden: [],
        scope: "admin",
        via: "token",
        credentialId: null,
      };
    });
    afterEach(async () => {
      expect(await brokenLogs(world)).toEqual([]);
      await oneDefaultAtMost(world);
    });
    const newSession = () => world.aSession(ada, { engagementId, participants: ["Ada"] });
    const merge = async (sourceId: SessionId, targetId: SessionId) =>
      mergeStore(world.db).merge(principal, {
        id: randomUUID(),
        sourceId,
        targetId,
        targetVersion: (await sessionRow(world, targetId)).version,
        sourceVersion: (await sessionRow(world, sourceId)).version,
      });
    const add = async (id: SessionId) => {
      const stepId = randomUUID();
      const step = { type: "step_added", id: stepId, text: "Step", owner: "Ada" } as const;
      const { outcome } = await livePlanStore(world.db).change(principal, id, stepId, step);
      return { stepId, outcome };
    };
    const start = async (id: SessionId) => {
      const sessions = sessionStore(world.db);
      const loaded = await sessions.load(id);
      if (loaded?.session.status !== "pending") return "changed";
      return move(sessions, loaded.session, { event: { type: "started" } });
    };
    const whole = async (id: SessionId) => {
      const found = await exportStore(world.db).export(principal, id);
      if (!found) throw new Error(`session ${id} is not there`);
      return found;
    };
    const stepsOf = async (id: SessionId) => (await whole(id)).steps.map((step) => step.id);

    it("has every step that was accepted, in the source or in the target", async () => {
      for (let round = 0; round < rounds; round += 1) {
        const [source, target] = [await newSession(), await newSession()];
        const adding = Promise.all(Array.from({ length: 12 }, (_, n) => add(n % 2 ? source : target)));
        const [added, merged] = await Promise.all([adding, merge(source, target)]);
        expect(merged.outcome).toBe("done");
        const accepted = added.filter(({ outcome }) => outcome === "applied").map(({ stepId }) => stepId);
        expect((await stepsOf(target)).sort()).toEqual(accepted.sort());
        expect(added.every(({ outcome }) => outcome === "applied" || outcome === "archived")).toBe(true);
      }
    });

    it("is done one way where two are merged into each other", async () => {
      for (let round = 0; round < rounds; round += 1) {
        const [one, two] = [await newSession(), await newSession()];
        await Promise.all([add(one), add(two)]);
        const results = await Promise.all([merge(one, two), merge(two, one)]);
        expect(results.filter(({ outcome }) => outcome === "done")).toHaveLength(1);
        const rows = [await sessionRow(world, one), await sessionRow(world, two)];
        expect(rows.filter(({ merged_into }) => merged_into !== null)).toHaveLength(1);
        expect(await stepsOf(rows[0]?.merged_into === null ? one : two)).toHaveLength(2);
      }
    });

    for (const [what, merges] of Object.entries({
      "one is merged into two": ([one, two, three]: Three) => [merge(one, two), merge(one, three)],
      "two are merged into one at the version that both saw": ([one, two, three]: Three) => [
        merge(one, three),
        merge(two, three),
      ],
    }))
      it(`is done as often as it says where ${what}`, async () => {
        for (let round = 0; round < rounds; round += 1) {
          const sessions: Three = [await newSession(), await newSession(), await newSession()];
          const results = await Promise.all(merges(sessions));
          const done = results.filter(({ outcome }) => outcome === "done").length;
          const pointers = await world.db.query(sql`
            select id from planning_sessions where id in (${sql.join(sessions, sql`, `)}) and merged_into is not null`);
          expect(done).toBeGreaterThanOrEqual(1);
          expect(pointers).toHaveLength(done);
        }
      });

    it("is done, or the session is started, never both", async () => {
      const seen = new Set<string>();
      for (let round = 0; round < rounds; round += 1) {
        const [source, target] = [await newSession(), await newSession()];
        const { planId } = await givenPlan(world, source, { items: 1 });
        const started = round % 2 ? source : target;
        const [merged, begun] = await Promise.all([merge(source, target), start(started)]);
        seen.add(merged.outcome);
        const { status, merged_into } = await sessionRow(world, started);
        expect([merged.outcome === "done", begun === "committed"].filter(Boolean)).toHaveLength(1);
        expect(status).toBe(begun === "committed" ? "processing" : "pending");
        expect(merged_into !== null).toBe(merged.outcome === "done" && started === source);
        const [plan] = await world.db.query<{ session_id: string }>(
          sql`select session_id from plans where id = ${planId}`,
        );
        expect(plan?.session_id).toBe(merged.outcome === "done" ? target : source);
        await world.db.query(sql`update planning_sessions set status = 'completed' where status = 'processing'`);
      }
      expect(seen.size).toBeGreaterThan(0);
    });

    it("is done, or the session is deleted, never both", async () => {
      for (let round = 0; round < rounds; round += 1) {
        const [source, target] = [await newSession(), await newSession()];
        const gone = round % 2 ? source : target;
        const [merged, deleted] = await Promise.all([
          merge(source, target),
          lifecycleStore(world.db).delete(principal, gone),
        ]);
        const done = [merged.outcome, deleted.outcome].filter((outcome) => outcome === "done").length;
        // A target may be deleted once it has taken everything over; a source is one or the other.
        expect(gone === target ? [1, 2] : [1]).toContain(done);
      }
    });

    it("is taken back once, and not where a step of it is changed at the same moment", async () => {
      for (let round = 0; round < rounds; round += 1) {
        const [source, target] = [await newSession(), await newSession()];
        const { stepId } = await add(source);
        const merged = await merge(source, target);
        if (merged.outcome !== "done") throw new Error(merged.outcome);
        const { id } = merged.merge;
        const edit = { type: "step_edited", id: stepId, text: "Edited" } as const;
        const [one, two, edited] = await Promise.all([
          mergeStore(world.db).undo(principal, id),
          mergeStore(world.db).undo(principal, id),
          livePlanStore(world.db).change(principal, target, randomUUID(), edit),
        ]);
        const isUndone = (await sessionRow(world, source)).merged_into === null;
        expect([one.outcome, two.outcome]).toEqual(isUndone ? ["done", "done"] : ["refused", "refused"]);
        expect(edited.outcome).toBe(isUndone ? "unknown_step" : "applied");
        const undone = (await whole(target)).events.filter(({ type }) => type === "session_merge_undone");
        expect(undone).toHaveLength(isUndone ? 1 : 0);
        expect(await stepsOf(target)).toEqual(isUndone ? [] : [stepId]);
      }
    });

    it("passes the default on to one that stays, whatever goes at the same moment", async () => {
      for (let round = 0; round < rounds; round += 1) {
        const engagement = await world.anEngagement(principal.organizationId);
        const ids: SessionId[] = [];
        for (let n = 0; n < 5; n += 1) ids.push(await world.aSession(ada, { engagementId: engagement }));
        const [one, two, three, four, five] = ids as [SessionId, SessionId, SessionId, SessionId, SessionId];
        const lifecycle = lifecycleStore(world.db);
        await Promise.all([
          lifecycle.delete(principal, one),
          lifecycle.delete(principal, five),
          merge(four, three),
          lifecycle.delete(principal, two),
        ]);
        const defaults = await world.db.query(
          sql`select id from planning_sessions where engagement_id = ${engagement} and is_default`,
        );
        expect(defaults).toEqual([{ id: three }]);
      }
    });
  },
);
