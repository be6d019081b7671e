import type { SessionResult, SessionState } from "../contract/session-state.js";
import { RequestError, RetryableError } from "../domain/errors.js";
import type { SessionId } from "../domain/ids.js";
import { isWorking, type PlanningSession, type SessionEvent, type SessionStatus } from "../domain/session.js";
import { move } from "../pipeline/move.js";
import type { Log, LogEntry, SessionStore } from "../ports.js";
import type { SessionStateStore } from "../ports-runs.js";
import { sessionNotFound, standsOtherwise } from "./run-refusals.js";

export type StateDeps = { sessions: SessionStore; sessionStates: SessionStateStore; log: Log };

export type Noted = { message: string; code?: string; details?: unknown };
export type StateUpdate = {
  status?: SessionStatus;
  progress?: number;
  progressMessage?: string;
  error?: Noted;
  warning?: Noted;
  result?: SessionResult;
};

/** How a session stands now; throws RequestError 404 where there is none. */
export async function getState(id: SessionId, deps: StateDeps): Promise<SessionState> {
  const loaded = await deps.sessions.load(id);
  const state = loaded && (await deps.sessionStates.find(loaded.session.organizationId, id, everything));
  if (!state) throw sessionNotFound(id);
  return state;
}

export const setProgress = (id: SessionId, progress: number, message: string | undefined, deps: StateDeps) =>
  updateState(id, { progress, ...(message === undefined ? {} : { progressMessage: message }) }, deps);
export const setStatus = (id: SessionId, status: SessionStatus, deps: StateDeps) => updateState(id, { status }, deps);
export const addError = (id: SessionId, error: Noted, deps: StateDeps) => updateState(id, { error }, deps);
export const addWarning = (id: SessionId, warning: Noted, deps: StateDeps) => updateState(id, { warning }, deps);
export const setResult = (id: SessionId, result: SessionResult, deps: StateDeps) => updateState(id, { result }, deps);

/**
 * Applies each given field and leaves the others; returns how the session stands then. An error makes a session failed that has not ended,
 * and is kept as a warning where it has; a result completes it. Each change is a move by compare-and-set that is decided again where
 * somebody else was first. Throws RequestError 400, 404, or 409 where the session's status does not allow it.
 */
export async function updateState(
  id: SessionId,
  update: StateUpdate,
  deps: StateDeps,
  actor = "agent",
): Promise<SessionState> {
  try {
    for (const change of changesOf(update, actor)) await apply(id, change, deps, actor);
    return await getState(id, deps);
  } catch (error) {
    if (!(error instanceof RequestError))
      deps.log.error("session_state.failed", {
        sessionId: id,
        reason: error instanceof Error ? error.name : "unknown",
      });
    throw error;
  }
}

/** What is to become of a session as it stands: a move, lines of its log, both, nothing, or a refusal. */
type Change = (session: PlanningSession) => { event?: SessionEvent; log?: LogEntry[] } | "refused";

/** What may end the session comes last, so that nothing given beside it is lost. */
function changesOf(update: StateUpdate, actor: string): Change[] {
  const { status, progress, progressMessage, error, warning, result } = update;
  return [
    ...(status === undefined || status === "failed" || status === "completed" ? [] : [toStatus(status)]),
    ...(progress === undefined && progressMessage === undefined ? [] : [toProgress(progress, progressMessage)]),
    ...(warning ? [() => ({ log: [entry("warning", warning, actor)] })] : []),
    // Of a run with a result the error is no end: partial success is success with a warning.
    ...(error ? [result ? () => ({ log: [entry("warning", error, actor)] }) : toFailure(error, actor)] : []),
    ...(result ? [toResult(result, actor)] : []),
    ...(status === "failed" && !error ? [toFailed(actor)] : []),
    ...(status === "completed" && !result ? [toStatus(status)] : []),
  ];
}

const toFailed =
  (actor: string): Change =>
  (session) => {
    if (session.status === "failed") return {};
    return isWorking(session) ? toFailure(unnamed, actor)(session) : "refused";
  };
const unnamed: Noted = { code: "set_failed", message: "The session was set to failed." };

function toProgress(progress: number | undefined, message: string | undefined): Change {
  if (progress !== undefined && !(Number.isInteger(progress) && progress >= 0 && progress <= 100))
    throw new RequestError("invalid_request", 400, "Progress is a whole number from 0 to 100");
  return (session) =>
    isWorking(session)
      ? {
          event: {
            type: "progressed",
            progress: progress ?? session.progress,
            ...(message === undefined ? {} : { message }),
          },
        }
      : "refused";
}

const toStatus =
  (status: SessionStatus): Change =>
  (session) => {
    if (session.status === status) return {};
    const type = statusMoves[session.status][status];
    return type ? { event: { type } } : "refused";
  };

type Plain = "started" | "answered" | "retried" | "completed" | "cancelled";

/** The event that leads from one status straight to another; a question, and a way back, cannot be set. */
const statusMoves: Record<SessionStatus, Partial<Record<SessionStatus, Plain>>> = {
  pending: { processing: "started", cancelled: "cancelled" },
  processing: { completed: "completed", cancelled: "cancelled" },
  awaiting_input: { processing: "answered", cancelled: "cancelled" },
  completed: {},
  failed: { processing: "retried" },
  cancelled: {},
};

/** One that is being stopped will be cancelled, so there, too, the error comes late. */
const toFailure =
  (error: Noted, actor: string): Change =>
  (session) => {
    const { code = "reported", message: words, details } = error;
    if (session.status === "failed") return { log: [entry("error", { ...error, code }, actor)] };
    if (!isWorking(session) || session.stopRequested) return { log: [entry("warning", error, actor)] };
    return { event: { type: "failed", failure: { code, words }, details } };
  };

const toResult =
  (result: SessionResult, actor: string): Change =>
  (session) => {
    const log = [{ type: "result", body: result, actor }];
    if (session.status === "completed") return { log };
    return session.status === "processing" ? { event: { type: "completed" }, log } : "refused";
  };

const entry = (type: "error" | "warning", { message, code, details }: Noted, actor: string): LogEntry => ({
  type,
  body: { message, ...(code === undefined ? {} : { code }), ...(details === undefined ? {} : { details }) },
  actor,
});

const mostAttempts = 200;

const isAtWork = ({ status }: PlanningSession): boolean => status === "processing" || status === "awaiting_input";

async function apply(id: SessionId, change: Change, deps: StateDeps, actor: string): Promise<void> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const session = (await deps.sessions.load(id))?.session;
    if (!session) throw sessionNotFound(id);
    const result = change(session);
    const isHeld = session.stopRequested || (session.isSetAside && !isAtWork(session));
    if (result === "refused" || (result.event && isHeld))
      throw standsOtherwise(
        "status_refused",
        `A ${session.status} session${session.isSetAside ? " that is set aside" : ""} cannot become that`,
        await getState(id, deps),
      );
    // One that is deleted is not there, for a line of its log either.
    if (session.isSetAside) await getState(id, deps);
    const { event, log = [] } = result;
    if (!event && log.length === 0) return;
    const outcome = event
      ? await move(deps.sessions, session, { event, log }, actor)
      : await deps.sessions.append(session, log);
    if (outcome === "committed") return;
  }
  throw new RetryableError("session_contended");
}

const everything = { byDefault: true, except: [] };
