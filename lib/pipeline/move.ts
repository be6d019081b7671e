import { derivedUuid } from "../domain/ids.js";
import { nextStep, type PlanningSession, type SessionEvent, type StepName, transition } from "../domain/session.js";
import type { Effect, LogEntry, SessionStore } from "../ports.js";
import type { StepResult } from "./step.js";

/**
 * Moves a session: the transition, what it says and the next step message become true in one statement, or nothing does. Every change
 * of a session goes through here, whoever asks for it. Throws where the table of transitions has no such move.
 */
export async function move(
  sessions: SessionStore,
  session: PlanningSession,
  result: StepResult,
  actor = "agent",
): Promise<"committed" | "changed" | "plan_taken"> {
  const after = transition(session, result.event);
  if (!after) throw new Error(`a ${session.status} session cannot be ${result.event.type}`);
  const { event: _event, say = [], log = [], work, proposal, ...changes } = result;
  const moved: LogEntry = {
    type: "session.moved",
    body: {
      event: result.event.type,
      status: after.status,
      step: after.step,
      progress: after.progress,
      message: after.progressMessage,
      ...(result.event.type === "failed" ? { code: result.event.failure.code } : {}),
      ...shownChanges(result),
    },
    actor,
  };
  const said = say.map((saying): LogEntry => ({ type: "agent.said", body: { ...saying }, actor: "agent" }));
  return sessions.commit({
    session,
    after,
    hasAnswered: !leavesRepliesOpen.has(result.event.type),
    work: { ...session.work, ...work },
    proposal: proposal === undefined ? session.proposal : proposal,
    log: [
      moved,
      ...(result.event.type === "failed" ? [errorEntry(result.event, session.step, actor)] : []),
      ...log,
      ...said,
    ],
    effects: effectsOf(session, result, after),
    ...changes,
  });
}

/** What a move changes of what people see besides, for who follows the log. */
const shownChanges = ({ title, pageUrl, engagementId }: StepResult) =>
  Object.fromEntries(Object.entries({ title, pageUrl, engagementId }).filter(([, value]) => value !== undefined));

/** Moves after which a step still has to deal with what people said. */
const leavesRepliesOpen = new Set<SessionEvent["type"]>(["started", "waiting", "progressed", "failed", "retried"]);

const errorEntry = ({ failure, details }: Failed, step: StepName, actor: string): LogEntry => ({
  type: "error",
  body: { code: failure.code, message: failure.words, details: details ?? { step } },
  actor,
});
type Failed = Extract<SessionEvent, { type: "failed" }>;

/** Words in the order in which they are said, then the checklist where it looks different now, then the next step. */
function effectsOf(
  session: PlanningSession,
  result: StepResult,
  after: ReturnType<typeof transition> & object,
): Effect[] {
  const effects: Effect[] = [];
  const id = () => derivedUuid(session.id, "effect", session.version + 1, effects.length);
  if (session.agentSessionId) {
    for (const saying of result.say ?? []) effects.push({ kind: "activity", id: id(), activity: saying });
    if (after.step !== session.step || after.status !== session.status) effects.push({ kind: "checklist", id: id() });
  }
  const next = nextStep(after, result.event);
  if (next) effects.push({ kind: "step", id: id(), ...next });
  return effects;
}
