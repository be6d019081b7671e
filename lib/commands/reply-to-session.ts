import type { SessionState } from "../contract/session-state.js";
import type { SessionId } from "../domain/ids.js";
import type { Principal } from "../domain/principal.js";
import { loadState, loadToSteer, standsOtherwise } from "./run-refusals.js";
import { type SayDeps, sayToSession } from "./say-to-session.js";

/**
 * Answers a question, adds to a run, retries a failed one or goes on from an ended one, as the same words in Linear would. Throws
 * RequestError 409 `session_stopping` where the session is being stopped.
 */
export async function replyToSession(
  principal: Principal,
  id: SessionId,
  said: { text: string; opId: string },
  deps: SayDeps,
): Promise<SessionState> {
  const state = await loadToSteer(principal, id, deps.sessionStates);
  const taken = await sayToSession(principal, state, { act: "reply", ...said }, deps);
  if (taken) return taken;
  throw standsOtherwise(
    "session_stopping",
    "The session is being stopped; please say it again when it has ended",
    await loadState(principal, id, deps.sessionStates),
  );
}
