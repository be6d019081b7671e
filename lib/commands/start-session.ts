import type { SessionState } from "../contract/session-state.js";
import type { SessionId } from "../domain/ids.js";
import type { Principal } from "../domain/principal.js";
import { deliverBehind } from "../pipeline/deliver.js";
import { move } from "../pipeline/move.js";
import type { Delivering } from "../ports.js";
import type { SessionStateStore } from "../ports-runs.js";
import { loadState, loadToSteer, standsOtherwise } from "./run-refusals.js";

export type RunDeps = {
  sessionStates: SessionStateStore;
  world: Delivering;
  /** Lets work go on after the answer. */
  waitUntil: (work: Promise<unknown>) => void;
};

/**
 * Starts a session that waits to be started. Of two who start it at once one does, and the other is told how it stands: throws
 * RequestError 409 `session_not_pending`, or why the session cannot be steered at all.
 */
export async function startSession(
  principal: Principal,
  id: SessionId,
  deps: RunDeps,
  expectedVersion?: number,
): Promise<SessionState> {
  await moveFromPending(principal, id, "started", deps, expectedVersion);
  await deliverBehind({ sessionIds: [id] }, deps);
  return loadState(principal, id, deps.sessionStates);
}

/** Moves a session that is pending, however often others write to it meanwhile; throws where it is not pending any more. */
export async function moveFromPending(
  principal: Principal,
  id: SessionId,
  type: "started" | "cancelled",
  { sessionStates, world }: RunDeps,
  expectedVersion?: number,
): Promise<void> {
  for (;;) {
    const state = await loadToSteer(principal, id, sessionStates, expectedVersion);
    const session = (await world.sessions.load(id))?.session;
    if (state.status !== "pending" || session?.status !== "pending" || session.stopRequested)
      throw standsOtherwise(
        "session_not_pending",
        "Planning session is not in pending status",
        await loadState(principal, id, sessionStates),
      );
    if ((await move(world.sessions, session, { event: { type } }, principal.linearUserId)) === "committed") return;
  }
}
