import { describe, expect, it } from "vitest";
import {
  nextStep,
  type PlanningSession,
  type SessionEvent,
  type SessionStatus,
  transition,
  transitions,
} from "../../lib/domain/session.js";
import { aPlanningSession } from "../support/builders.js";

const events: SessionEvent[] = [
  { type: "started" },
  { type: "advanced", step: "apply-items" },
  { type: "waiting", until: 1_000 },
  { type: "progressed", progress: 30, message: "Halfway through the page" },
  { type: "asked", question: { kind: "no_page", step: "read-page", again: 0 } },
  { type: "answered" },
  { type: "completed" },
  { type: "failed", failure: { code: "broken", words: "It broke." } },
  { type: "cancelled" },
  { type: "retried" },
];
const statuses = Object.keys(transitions) as SessionStatus[];
const asked = { kind: "approval", step: "propose-plan", again: 0, proposalId: "p1" } as const;
const session = (differs: Partial<PlanningSession>) => aPlanningSession({ step: "read-page", ...differs });

describe("the table of moves", () => {
  it("answers every status and event, and nothing else", () => {
    for (const status of statuses)
      expect(Object.keys(transitions[status]).sort()).toEqual(events.map((event) => event.type).sort());
  });

  it("lets only a retry leave a failed session, and nothing a completed or cancelled one", () => {
    const moves = (status: SessionStatus) =>
      events.filter((event) => transition(session({ status }), event)).map((event) => event.type);
    expect(moves("failed")).toEqual(["retried"]);
    expect(moves("completed")).toEqual([]);
    expect(moves("cancelled")).toEqual([]);
  });

  it.each(statuses)("gives from %s exactly the status that the table names, or nothing", (status) => {
    for (const event of events) {
      const named = transitions[status][event.type];
      expect(transition(session({ status }), event)?.status ?? "refused").toBe(named);
    }
  });

  it("goes back to the step that failed, with the question and without the failure", () => {
    const failed = transition(session({ status: "processing", step: "propose-plan", question: asked }), {
      type: "failed",
      failure: { code: "x", words: "y" },
    });
    expect(failed).toMatchObject({ failure: { code: "x", step: "propose-plan" }, question: asked });
    const retried = transition(
      session({ status: "failed", step: "propose-plan", failure: failed?.failure ?? null, question: asked }),
      { type: "retried" },
    );
    expect(retried).toMatchObject({ status: "processing", step: "propose-plan", failure: null, question: asked });
  });

  it("shows the progress that each step stands for", () => {
    const at = (step: "read-page" | "propose-plan" | "apply-items" | "apply-links") =>
      transition(session({ status: "processing" }), { type: "advanced", step })?.progress;
    expect([at("read-page"), at("propose-plan"), at("apply-items"), at("apply-links")]).toEqual([10, 40, 60, 80]);
    expect(transition(session({ status: "processing" }), { type: "completed" })?.progress).toBe(100);
  });
});

describe("the step message after a move", () => {
  const next = (differs: Partial<PlanningSession>, event: SessionEvent) => {
    const after = transition(session(differs), event);
    return after && nextStep(after, event);
  };

  it("follows only where the session goes on working", () => {
    expect(next({ status: "processing" }, { type: "advanced", step: "apply-items" })).toEqual({ step: "apply-items" });
    expect(next({ status: "awaiting_input", question: asked }, { type: "answered" })).toEqual({ step: "propose-plan" });
    expect(next({ status: "processing" }, { type: "completed" })).toBeNull();
    expect(next({ status: "processing" }, { type: "asked", question: asked })).toBeNull();
  });

  it("comes again after the wait, with the same step and question", () => {
    const waiting = { type: "waiting", until: 5_000 } as const;
    expect(next({ status: "processing", step: "apply-links" }, waiting)).toEqual({
      step: "apply-links",
      notBefore: 5_000,
    });
    expect(transition(session({ status: "processing", question: asked }), waiting)?.question).toEqual(asked);
  });
});
