import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyPlanEvent } from "../../../lib/contract/apply-plan-event.js";
import type { PlanState } from "../../../lib/contract/plan-state.js";
import type { EngagementId, SessionId } from "../../../lib/domain/ids.js";
import { grantFor, type Principal } from "../../../lib/domain/principal.js";
import type { ChangeResult, LivePlanSnapshot, PlanChange } from "../../../lib/ports-live-plans.js";
import { acme, aSessionId } from "../../support/builders.js";
import type { Stores } from "./stores.js";

/** What holds for live plans, whoever changes them at the same time. */
export function livePlanContract(current: () => Stores): void {
  describe("live plans", () => {
    const everywhere = { byDefault: true, except: [] };
    const aPlan = async (differs: { title?: string; participants?: string[]; by?: Principal } = {}) => {
      const { livePlans, givenPerson } = current();
      const person = differs.by ?? (await givenPerson());
      const id = aSessionId();
      await livePlans.create({
        id,
        organizationId: person.organizationId,
        engagementId: null,
        title: differs.title ?? "Launch",
        description: null,
        pageUrl: null,
        participants: differs.participants ?? [],
        createdBy: person.userId,
        actor: person.linearUserId,
        writable: everywhere,
      });
      return { id, person, ...changes(person, id) };
    };
    const changes = (person: Principal, id: SessionId) => {
      const change = (what: PlanChange, opId: string = randomUUID()) =>
        current().livePlans.change(person, id, opId, what);
      return {
        change,
        add: async (text: string, owner = "Ada", step: string = randomUUID()) => {
          await change({ type: "step_added", id: step, text, owner }, step);
          return step;
        },
      };
    };
    const look = async (id: SessionId, by?: Principal): Promise<LivePlanSnapshot> => {
      const plan = await current().livePlans.find(acme, id, by ? grantFor(by, "viewer") : everywhere);
      if (!plan) throw new Error("the plan is not there");
      return plan;
    };
    const texts = async (id: SessionId) => (await look(id)).steps.map(({ text }) => text);

    it("adds a step at the number of its event, and says so in the log", async () => {
      const { id, add, person } = await aPlan();
      const step = await add("Design API endpoints", "user1");

      const plan = await look(id);
      expect(plan).toMatchObject({ seq: 2, archivedAt: null, status: "pending", progress: 0 });
      expect(plan.steps).toEqual([
        { id: step, text: "Design API endpoints", owner: "user1", position: "2", ts: expect.any(String), revision: 2 },
      ]);
      expect((await current().log(id)).at(-1)).toEqual({
        seq: 2,
        type: "step_added",
        body: { id: step, text: "Design API endpoints", owner: "user1", position: "2", ts: plan.steps[0]?.ts },
        actor: person.linearUserId,
      });
    });

    it("loses none of many steps that are added at the same time", async () => {
      const { id, add } = await aPlan();
      const steps = await Promise.all(Array.from({ length: 40 }, (_, n) => add(`Step ${n}`)));

      const plan = await look(id);
      expect(plan.seq).toBe(41);
      expect(plan.steps.map((step) => step.id).sort()).toEqual(steps.sort());
      expect(plan.steps.map(({ revision }) => revision)).toEqual(Array.from({ length: 40 }, (_, n) => n + 2));
    });

    it("changes what an edit names and leaves the rest", async () => {
      const { id, add, change } = await aPlan();
      const step = await add("Old words", "Ada");

      const edited = await change({ type: "step_edited", id: step, text: "New words" });
      expect(edited).toMatchObject({ outcome: "applied", step: { text: "New words", owner: "Ada", revision: 3 } });
      await change({ type: "step_edited", id: step, owner: "Grace", expectedRevision: 3 });

      expect((await look(id)).steps).toMatchObject([{ text: "New words", owner: "Grace", revision: 4 }]);
      expect((await current().log(id)).slice(-2).map(({ body }) => body)).toEqual([
        { id: step, text: "New words" },
        { id: step, owner: "Grace" },
      ]);
    });

    it("lets one of several edits win that know the same step, and shows the others what stands there now", async () => {
      const { id, add, change } = await aPlan();
      const step = await add("Old words");
      const results = await Promise.all(
        ["a", "b", "c", "d", "e"].map((text) => change({ type: "step_edited", id: step, text, expectedRevision: 2 })),
      );

      const won = results.filter(({ outcome }) => outcome === "applied");
      expect(won).toHaveLength(1);
      const [now] = (await look(id)).steps;
      for (const lost of results.filter((result) => !won.includes(result)))
        expect(lost).toEqual({ outcome: "conflict", step: now });
      expect((await current().log(id)).filter(({ type }) => type === "step_edited")).toHaveLength(1);
    });

    it("keeps every one of many edits that expect nothing", async () => {
      const { id, add, change } = await aPlan();
      const step = await add("Old words");
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, n) => change({ type: "step_edited", id: step, text: `Words ${n}` })),
      );

      expect(results.every(({ outcome }) => outcome === "applied")).toBe(true);
      const last = (await current().log(id)).at(-1);
      expect((await look(id)).steps).toMatchObject([{ text: last?.body.text, revision: last?.seq }]);
    });

    it("moves a step behind another one, to the beginning and to the end", async () => {
      const { id, add, change } = await aPlan();
      const [a, b, c] = [await add("a"), await add("b"), await add("c")];

      await change({ type: "step_moved", id: c, after: a });
      expect(await texts(id)).toEqual(["a", "c", "b"]);
      expect((await look(id)).steps.find((step) => step.id === c)?.position).toBe("2.5");
      await change({ type: "step_moved", id: b, after: null });
      expect(await texts(id)).toEqual(["b", "a", "c"]);
      await change({ type: "step_moved", id: b, after: c });
      expect(await texts(id)).toEqual(["a", "c", "b"]);
      await add("d");
      expect(await texts(id)).toEqual(["a", "c", "b", "d"]);
    });

    it("finds a place between two steps however often it is asked for one", async () => {
      const { id, add, change } = await aPlan();
      const [first, x, y] = [await add("first"), await add("x"), await add("y")];
      for (let n = 0; n < 60; n += 1) await change({ type: "step_moved", id: n % 2 ? x : y, after: first });

      expect(await texts(id)).toEqual(["first", "x", "y"]);
      expect(new Set((await look(id)).steps.map(({ position }) => position)).size).toBe(3);
    });

    it("gives steps that are moved to one place at the same time different places", async () => {
      const { id, add, change } = await aPlan();
      const [first, ...others] = [
        await add("first"),
        ...(await Promise.all(["b", "c", "d", "e", "f"].map((t) => add(t)))),
      ];
      await Promise.all(others.map((step) => change({ type: "step_moved", id: step, after: first ?? null })));

      const { steps } = await look(id);
      expect(new Set(steps.map(({ position }) => position)).size).toBe(6);
      expect(steps[0]?.text).toBe("first");
      // Who came last stands closest.
      expect(steps.slice(1).map(({ revision }) => -revision)).toEqual(
        steps
          .slice(1)
          .map(({ revision }) => -revision)
          .sort((p, q) => p - q),
      );
    });

    it("takes a step out of the plan and keeps its row", async () => {
      const { id, add, change } = await aPlan();
      const step = await add("Gone");
      expect(await change({ type: "step_removed", id: step, expectedRevision: 9 })).toMatchObject({
        outcome: "conflict",
      });
      expect(await change({ type: "step_removed", id: step, expectedRevision: 2 })).toMatchObject({
        outcome: "applied",
      });

      expect((await look(id)).steps).toEqual([]);
      expect(await change({ type: "step_edited", id: step, text: "Back" })).toEqual({ outcome: "unknown_step" });
      expect(await change({ type: "step_removed", id: step })).toEqual({ outcome: "unknown_step" });
      expect(
        await current().db.query(
          sql`select text, removed_at is not null as removed, revision from plan_steps where id = ${step}`,
        ),
      ).toEqual([{ text: "Gone", removed: true, revision: 3 }]);
    });

    it("knows no step of another plan, and none to stand behind", async () => {
      const { add, change } = await aPlan();
      const other = await aPlan();
      const [mine, foreign] = [await add("mine"), await other.add("foreign")];

      for (const what of [
        { type: "step_edited", id: foreign, text: "x" },
        { type: "step_removed", id: foreign },
        { type: "step_moved", id: foreign, after: null },
        { type: "step_moved", id: mine, after: foreign },
        { type: "step_moved", id: mine, after: mine },
        { type: "step_moved", id: mine, after: randomUUID() },
      ] satisfies PlanChange[])
        expect(await change(what), JSON.stringify(what)).toEqual({ outcome: "unknown_step" });
    });

    it("lets people take part once and leave once", async () => {
      const { id, change } = await aPlan({ participants: ["user1"] });

      expect(await change({ type: "participant_added", name: "user2" })).toMatchObject({
        outcome: "applied",
        step: null,
      });
      expect(await change({ type: "participant_added", name: "user2" })).toEqual({ outcome: "unchanged" });
      expect((await look(id)).participants).toEqual(["user1", "user2"]);
      expect(await change({ type: "participant_removed", name: "user1" })).toMatchObject({ outcome: "applied" });
      expect(await change({ type: "participant_removed", name: "user1" })).toEqual({ outcome: "unchanged" });
      expect((await look(id)).participants).toEqual(["user2"]);
    });

    it("takes fifty participants and no more, also where they come at the same time", async () => {
      const { id, change } = await aPlan({ participants: Array.from({ length: 45 }, (_, n) => `user${n}`) });
      const results = await Promise.all(
        Array.from({ length: 12 }, (_, n) => change({ type: "participant_added", name: `late${n}` })),
      );

      const outcomes = results.map(({ outcome }) => outcome);
      expect(outcomes.filter((one) => one === "applied")).toHaveLength(5);
      expect(outcomes.filter((one) => one === "too_many_participants")).toHaveLength(7);
      expect((await look(id)).participants).toHaveLength(50);
    });

    it("answers a repeat with the event of then and does nothing again", async () => {
      const { id, add, change } = await aPlan();
      const step = await add("a");
      const every: PlanChange[] = [
        { type: "step_edited", id: step, text: "b", expectedRevision: 2 },
        { type: "step_moved", id: step, after: null },
        { type: "participant_added", name: "user1" },
        { type: "participant_removed", name: "user1" },
        { type: "step_removed", id: step },
      ];
      for (const what of every) {
        const opId = randomUUID();
        const first = await change(what, opId);
        const again = await change(what, opId);
        expect(first.outcome).toBe("applied");
        expect(again.outcome).toBe("repeated");
        expect(eventOf(again)).toEqual(eventOf(first));
      }
      expect(await change({ type: "step_added", id: step, text: "a", owner: "Ada" }, step)).toMatchObject({
        outcome: "repeated",
        event: { seq: 2 },
      });
      expect(await current().log(id)).toHaveLength(2 + every.length);
    });

    it("does an operation once that comes many times at the same moment", async () => {
      const { id, change } = await aPlan();
      const step = randomUUID();
      const results = await Promise.all(
        Array.from({ length: 12 }, () => change({ type: "step_added", id: step, text: "once", owner: "Ada" }, step)),
      );

      expect(results.map(({ outcome }) => outcome).sort()).toEqual(["applied", ...Array<string>(11).fill("repeated")]);
      expect((await look(id)).steps).toHaveLength(1);
    });

    it("refuses an operation's id that was used for another change", async () => {
      const { id, add, change } = await aPlan();
      const step = await add("a");
      await change({ type: "step_edited", id: step, text: "b" }, step).then((result) =>
        expect(result).toEqual({ outcome: "reused" }),
      );
      expect(await change({ type: "step_added", id: step, text: "other", owner: "Ada" }, step)).toEqual({
        outcome: "reused",
      });
      const edit = randomUUID();
      await change({ type: "step_edited", id: step, text: "b", owner: "Bo" }, edit);
      for (const other of [{ text: "b" }, { owner: "Bo" }])
        expect(await change({ type: "step_edited", id: step, ...other }, edit)).toEqual({ outcome: "reused" });
      // A step's id is used up, whatever the operation is called.
      expect(await change({ type: "step_added", id: step, text: "a", owner: "Ada" })).toEqual({ outcome: "reused" });
      await change({ type: "step_removed", id: step });
      expect(await change({ type: "step_added", id: step, text: "a", owner: "Ada" })).toEqual({ outcome: "reused" });
      expect(await texts(id)).toEqual([]);
    });

    it("refuses changes of what is archived, deleted, foreign, hidden or only to be read, and says which", async () => {
      const { db, givenPerson, sessions } = current();
      const { id, person } = await aPlan();
      const engagement = await sessions.ensureEngagement(acme, { id: "team-eng", name: "ENG" });
      await db.query(sql`update planning_sessions set engagement_id = ${engagement.id} where id = ${id}`);
      const hidden: Principal = { ...person, hidden: [engagement.id] };
      const viewer: Principal = {
        ...person,
        engagementRoles: { [engagement.id]: "viewer" } as Record<EngagementId, "viewer">,
      };
      const foreigner = await givenPerson({ organizationId: "other" as Principal["organizationId"] });
      const step = randomUUID();
      const tryAs = async (who: Principal) =>
        (await changes(who, id).change({ type: "step_added", id: step, text: "x", owner: "x" }, step)).outcome;

      expect(await tryAs(hidden)).toBe("not_found");
      expect(await tryAs(foreigner)).toBe("not_found");
      expect(await tryAs(viewer)).toBe("forbidden");
      await db.query(sql`update planning_sessions set archived_at = now() where id = ${id}`);
      expect(await tryAs(viewer)).toBe("forbidden");
      expect(await tryAs(person)).toBe("archived");
      await db.query(sql`update planning_sessions set deleted_at = now() where id = ${id}`);
      expect(await tryAs(person)).toBe("not_found");
      expect(await current().livePlans.find(acme, id, everywhere)).toBeNull();
    });

    it("shows the same plan to who loads it and to who follows its events, and the one that was meant", async () => {
      const Op = fc.oneof(
        fc.record({ do: fc.constant("add" as const), text: fc.string({ minLength: 1, maxLength: 5 }) }),
        fc.record({
          do: fc.constant("edit" as const),
          which: fc.nat(20),
          text: fc.string({ minLength: 1, maxLength: 5 }),
        }),
        fc.record({ do: fc.constant("move" as const), which: fc.nat(20), behind: fc.option(fc.nat(20)) }),
        fc.record({ do: fc.constant("remove" as const), which: fc.nat(20) }),
        fc.record({ do: fc.constant("join" as const), name: fc.constantFrom("a", "b", "c") }),
        fc.record({ do: fc.constant("leave" as const), name: fc.constantFrom("a", "b", "c") }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(Op, { maxLength: 25 }), async (ops) => {
          const { id, add, change } = await aPlan();
          const begun = toState(await look(id));
          let meant: { id: string; text: string }[] = [];
          for (const op of ops) {
            if (op.do === "add")
              meant.push({ id: await add(op.text.replaceAll("\0", "0")), text: op.text.replaceAll("\0", "0") });
            if (op.do === "join") await change({ type: "participant_added", name: op.name });
            if (op.do === "leave") await change({ type: "participant_removed", name: op.name });
            if (op.do === "add" || op.do === "join" || op.do === "leave" || meant.length === 0) continue;
            const step = meant[op.which % meant.length];
            if (!step) continue;
            if (op.do === "edit") {
              step.text = op.text.replaceAll("\0", "0");
              await change({ type: "step_edited", id: step.id, text: step.text });
            } else if (op.do === "remove") {
              meant = meant.filter((one) => one !== step);
              await change({ type: "step_removed", id: step.id });
            } else {
              const others = meant.filter((one) => one !== step);
              const behind = op.behind === null ? undefined : others[op.behind % Math.max(1, others.length)];
              await change({ type: "step_moved", id: step.id, after: behind?.id ?? null });
              const at = behind ? others.indexOf(behind) + 1 : 0;
              meant = [...others.slice(0, at), step, ...others.slice(at)];
            }
          }
          const now = await look(id);
          expect(now.steps.map((step) => ({ id: step.id, text: step.text }))).toEqual(meant);
          const events = await current().db.query<{ seq: number; type: string; actor: string; body: object }>(
            sql`select seq, type, actor, body from session_events where session_id = ${id} and seq > ${begun.seq} order by seq`,
          );
          const followed = events.reduce((plan: PlanState | "gap", { body, ...event }) => {
            return plan === "gap" ? plan : applyPlanEvent(plan, { ...body, ...event, at: "" });
          }, begun);
          expect(followed).toEqual({ ...toState(now), updatedAt: followed === "gap" ? "" : followed.updatedAt });
        }),
        { numRuns: 12 },
      );
    });

    it("lists plans whole, the newest first, page by page, archived or not, and none that is hidden or foreign", async () => {
      const { livePlans, givenPerson, db, sessions } = current();
      const person = await givenPerson();
      const ids: SessionId[] = [];
      for (let n = 0; n < 7; n += 1) {
        const plan = await aPlan({ title: `Plan ${n}`, by: person });
        await plan.add("a step");
        ids.unshift(plan.id);
      }
      const foreigner = await givenPerson({ organizationId: "other" as Principal["organizationId"] });
      await aPlan({ by: foreigner });
      const archived = [ids[1], ids[4]];
      await db.query(
        sql`update planning_sessions set archived_at = now() where id in (${archived[0]}, ${archived[1]})`,
      );
      const all = async (
        isArchived: boolean | null,
        limit: number,
        readable = everywhere as { byDefault: boolean; except: EngagementId[] },
      ) => {
        const found: LivePlanSnapshot[] = [];
        for (let cursor: string | null = null; ; ) {
          const page = await livePlans.list(acme, readable, { isArchived, limit, cursor });
          expect(page.items.length).toBeLessThanOrEqual(limit);
          found.push(...page.items);
          cursor = page.next;
          if (cursor === null) return found;
        }
      };

      expect((await all(null, 3)).map(({ id }) => id)).toEqual(ids);
      expect((await all(true, 1)).map(({ id }) => id)).toEqual(archived);
      expect((await all(false, 2)).map(({ id }) => id)).toEqual(ids.filter((id) => !archived.includes(id)));
      expect((await all(null, 100)).every(({ steps }) => steps[0]?.text === "a step")).toBe(true);

      const engagement = await sessions.ensureEngagement(acme, { id: "team-eng", name: "ENG" });
      await db.query(sql`update planning_sessions set engagement_id = ${engagement.id} where id = ${ids[0] ?? ""}`);
      const hidden = await all(null, 3, { byDefault: true, except: [engagement.id] });
      expect(hidden.map(({ id }) => id)).toEqual(ids.slice(1));
    });
  });
}

const eventOf = (result: ChangeResult) => ("event" in result ? result.event : null);
const toState = ({ organizationId: _organization, ...plan }: LivePlanSnapshot): PlanState => plan;
