import type { FatalError } from "../domain/errors.js";
import type { PlanningSession, Proposal, Question, SessionEvent, SessionWork, StepName } from "../domain/session.js";
import type { LogEntry, Move, Plan, Reply, World } from "../ports.js";
import type { AgentActivity } from "../ports-services.js";

/** What a step is given: the session as it was read, its plan, and what people said since the last move. */
export type StepInput = { session: PlanningSession; plan: Plan | null; replies: Reply[]; world: World };

/** What a step has decided, or what is now true outside; the runner writes it down and then speaks. */
export type StepResult = {
  event: SessionEvent;
  say?: Saying[];
  log?: LogEntry[];
  work?: SessionWork;
  proposal?: Proposal | null;
} & Pick<Move, "title" | "pageUrl" | "engagementId" | "teamId" | "claimPlan" | "snapshot" | "plan">;

export type Saying = Omit<AgentActivity, "id" | "agentSessionId">;

/** A step that reads and decides; the same input gives the same result, so it may run twice. */
export type DecidingStep = { kind: "deciding"; run(input: StepInput): Promise<StepResult> };
/** A step that writes a small batch outside, under the lease of the session's plan. */
export type ApplyingStep = { kind: "applying"; run(input: StepInput & { lease: Lease }): Promise<StepResult> };
export type Step = DecidingStep | ApplyingStep;

/** The running step's hold on its plan. */
export type Lease = {
  attemptId: string;
  /** True where an earlier holder died or lost an answer: what it wrote may not be recorded yet. */
  takenOver: boolean;
  /** Call before each outside call that writes; throws LeaseEnded where the step has to end now. */
  renew(): Promise<void>;
};

/** The lease is somebody else's now, or a person asked to stop: the step ends without a commit. */
export class LeaseEnded extends Error {
  override name = "LeaseEnded";
}

export const goTo = (step: StepName, more: Omit<StepResult, "event"> & { notBefore?: number } = {}): StepResult => {
  const { notBefore, ...rest } = more;
  return { event: { type: "advanced", step, ...(notBefore === undefined ? {} : { notBefore }) }, ...rest };
};

/** Asks the person and waits for the answer. */
export const ask = (question: Question, saying: Saying, more: Omit<StepResult, "event" | "say"> = {}): StepResult => ({
  event: { type: "asked", question },
  say: [saying],
  ...more,
});

export const complete = (body: string, more: Omit<StepResult, "event" | "say"> = {}): StepResult => ({
  event: { type: "completed" },
  say: [response(body)],
  ...more,
});

export const cancel = (body: string, more: Omit<StepResult, "event" | "say"> = {}): StepResult => ({
  event: { type: "cancelled" },
  say: [response(body)],
  ...more,
});

export const fail = (error: FatalError): StepResult => ({
  event: { type: "failed", failure: { code: error.code, words: error.words } },
  say: [{ content: { type: "error", body: error.words } }],
});

export const thought = (body: string): Saying => ({ content: { type: "thought", body } });
export const response = (body: string): Saying => ({ content: { type: "response", body } });
export const elicitation = (body: string, select?: { label: string; value: string }[]): Saying => ({
  content: { type: "elicitation", body },
  ...(select && select.length > 0 ? { select } : {}),
});
