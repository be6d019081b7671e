import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyPlanEvent } from "../../../lib/contract/apply-plan-event.js";
import type { PlanEvent } from "../../../lib/contract/events.js";
import { inOrder, type PlanState } from "../../../lib/contract/plan-state.js";

const at = "2026-11-29T12:00:00.000Z";
const aPlan = (differs: Partial<PlanState> = {}): PlanState => ({
  id: "6e1f5a56-9d0f-4c9b-9a52-0a3b5c1d2e3f",
  engagementId: null,
  title: "Launch",
  description: null,
  pageUrl: null,
  status: "pending",
  progress: 0,
  progressMessage: "",
  steps: [],
  participants: [],
  seq: 1,
  createdAt: at,
  updatedAt: at,
  archivedAt: null,
  ...differs,
});
const anEvent = (seq: number, type: string, fields: Record<string, unknown> = {}): PlanEvent => ({
  seq,
  type,
  actor: "ada",
  at: `2026-11-29T12:00:${String(seq).padStart(2, "0")}.000Z`,
  ...fields,
});
const added = (seq: number, id: string, position = String(seq)) =>
  anEvent(seq, "step_added", { id, text: `text of ${id}`, owner: "ada", ts: at, position });
const after = (plan: PlanState, ...events: PlanEvent[]): PlanState => {
  const result = events.reduce(
    (now: PlanState | "gap", event) => (now === "gap" ? now : applyPlanEvent(now, event)),
    plan,
  );
  if (result === "gap") throw new Error("gap");
  return result;
};
const ids = ({ steps }: PlanState) => steps.map(({ id }) => id);

describe("A plan after an event", () => {
  it("has a new step where its position says", () => {
    const plan = after(aPlan(), added(2, "a"), added(3, "b"), added(4, "c", "2.5"));
    expect(ids(plan)).toEqual(["a", "c", "b"]);
    expect(plan).toMatchObject({ seq: 4, updatedAt: "2026-11-29T12:00:04.000Z" });
    expect(plan.steps[0]).toEqual({ id: "a", text: "text of a", owner: "ada", ts: at, position: "2", revision: 2 });
  });

  it("is the same plan where it has seen the event", () => {
    const plan = after(aPlan(), added(2, "a"));
    expect(applyPlanEvent(plan, added(2, "a"))).toBe(plan);
    expect(applyPlanEvent(plan, added(1, "b"))).toBe(plan);
  });

  it("is a gap where an event is missing, or where events do not say what has changed", () => {
    expect(applyPlanEvent(aPlan(), added(3, "a"))).toBe("gap");
    expect(applyPlanEvent(aPlan(), anEvent(2, "session_merged"))).toBe("gap");
  });

  it("has its steps edited, moved and removed", () => {
    const plan = after(aPlan(), added(2, "a"), added(3, "b"), added(4, "c"));
    expect(after(plan, anEvent(5, "step_edited", { id: "b", text: "new" })).steps[1]).toMatchObject({
      text: "new",
      owner: "ada",
      revision: 5,
    });
    expect(ids(after(plan, anEvent(5, "step_moved", { id: "c", after: "a", position: "2.5" })))).toEqual([
      "a",
      "c",
      "b",
    ]);
    expect(ids(after(plan, anEvent(5, "step_removed", { id: "b" })))).toEqual(["a", "c"]);
  });

  it("has its participants", () => {
    const plan = after(
      aPlan({ participants: ["x"] }),
      anEvent(2, "participant_added", { name: "y" }),
      anEvent(3, "participant_removed", { name: "x" }),
    );
    expect(plan.participants).toEqual(["y"]);
  });

  it("stands where the pipeline has brought the session", () => {
    const moved = { event: "advanced", status: "processing", step: "read-page", progress: 20, message: "Reading" };
    expect(after(aPlan(), anEvent(2, "session.moved", moved))).toMatchObject({
      status: "processing",
      progress: 20,
      progressMessage: "Reading",
    });
    expect(after(aPlan(), anEvent(2, "session.failed", { code: "x" })).status).toBe("failed");
    const answer = { text: "create", status: "processing", progress: 50, message: "Creating" };
    expect(after(aPlan(), anEvent(2, "person.replied", answer))).toMatchObject({ status: "processing", progress: 50 });
    expect(after(aPlan(), anEvent(2, "person.replied", { text: "and more" }))).toMatchObject({ status: "pending" });
    const found = { ...moved, title: "The page", pageUrl: "https://acme.example/page" };
    expect(after(aPlan(), anEvent(2, "session.moved", found))).toMatchObject({
      title: "The page",
      pageUrl: "https://acme.example/page",
    });
  });

  it("has the title that people give it, and is archived and not any more", () => {
    const edited = after(aPlan({ description: "kept" }), anEvent(2, "session_edited", { title: "Better" }));
    expect(edited).toMatchObject({ title: "Better", description: "kept" });
    expect(after(edited, anEvent(3, "session_edited", { description: null })).description).toBeNull();
    const archived = after(edited, anEvent(3, "session_archived"));
    expect(archived.archivedAt).toBe("2026-11-29T12:00:03.000Z");
    expect(after(archived, anEvent(4, "session_unarchived")).archivedAt).toBeNull();
  });

  it("passes over what it does not know, and counts it", () => {
    const plan = aPlan();
    const events = [anEvent(2, "agent.said", { content: {} }), anEvent(3, "step_added", { id: 7 }), anEvent(4, "x")];
    expect(after(plan, ...events)).toEqual({ ...plan, seq: 4, updatedAt: events[2]?.at });
  });

  it("shows each event once, in whichever order and however often they come", () => {
    const log = Array.from({ length: 12 }, (_, n) => added(n + 2, `step-${n}`));
    const complete = after(aPlan(), ...log);
    fc.assert(
      fc.property(fc.array(fc.nat(log.length - 1), { maxLength: 60 }), (order) => {
        let plan = aPlan();
        for (const index of order) {
          const next = applyPlanEvent(plan, log[index] as PlanEvent);
          // Who finds a gap loads the plan again.
          plan = next === "gap" ? after(aPlan(), ...log.slice(0, index + 1)) : next;
        }
        expect(after(plan, ...log.slice(plan.seq - 1))).toEqual(complete);
      }),
    );
  });
});

describe("Positions", () => {
  it("are compared exactly, however many digits they have", () => {
    const Position = fc
      .tuple(fc.nat(), fc.array(fc.nat(9), { maxLength: 40 }))
      .map(([whole, part]) => (part.length > 0 ? `${whole}.${part.join("")}` : String(whole)));
    const exact = (position: string) => {
      const [whole = "", part = ""] = position.split(".");
      return BigInt(whole + part.padEnd(40, "0"));
    };
    fc.assert(
      fc.property(Position, Position, (a, b) => {
        const order = exact(a) < exact(b) ? -1 : exact(a) > exact(b) ? 1 : 0;
        expect(inOrder({ position: a, id: "x" }, { position: b, id: "x" })).toBe(order);
      }),
    );
    expect(inOrder({ position: "2.50", id: "a" }, { position: "2.5", id: "b" })).toBe(-1);
  });
});
