import type { SessionState } from "../contract/session-state.js";
import type { SessionId } from "../domain/ids.js";
import type { Principal } from "../domain/principal.js";
import { loadState, loadToSteer, standsOtherwise } from "./run-refusals.js";
import { type SayDeps, sayToSession } from "./say-to-session.js";

/**
 * Lets a failed session go on from the step that failed. Throws RequestError 409 `session_not_failed` where it has not failed, or another
 * run of its conversation is at work.
 */
export async function retrySession(
  principal: Principal,
  id: SessionId,
  asked: { opId: string; expectedVersion?: number | undefined },
  deps: SayDeps,
): Promise<SessionState> {
  const state = await loadToSteer(principal, id, deps.sessionStates, asked.expectedVersion);
  const taken =
    state.status === "failed"
      ? await sayToSession(principal, state, { act: "retry", text: "retry", opId: asked.opId }, deps)
      : null;
  if (taken) return taken;
  const current = await loadState(principal, id, deps.sessionStates);
  throw standsOtherwise(
    "session_not_failed",
    current.status === "failed"
      ? "Another run of this conversation is at work"
      : "Only a session that has failed can be retried",
    current,
  );
}
