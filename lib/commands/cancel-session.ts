import type { SessionState } from "../contract/session-state.js";
import { RequestError } from "../domain/errors.js";
import type { SessionId } from "../domain/ids.js";
import type { Principal } from "../domain/principal.js";
import { isWorking } from "../domain/session.js";
import { deliverBehind } from "../pipeline/deliver.js";
import { loadState, loadToSteer, standsOtherwise } from "./run-refusals.js";
import { type SayDeps, sayToSession } from "./say-to-session.js";
import { moveFromPending } from "./start-session.js";

/**
 * Ends a session: at once where it has not begun, else as soon as its run has read back what exists. Asking twice is asking once. Throws
 * RequestError 409 `session_ended` where it has ended already.
 */
export async function cancelSession(
  principal: Principal,
  id: SessionId,
  asked: { opId: string; expectedVersion?: number | undefined },
  deps: SayDeps,
): Promise<SessionState> {
  const state = await loadToSteer(principal, id, deps.sessionStates, asked.expectedVersion);
  if (state.status === "pending" && (await isCancelledUnbegun(principal, id, deps)))
    return loadState(principal, id, deps.sessionStates);
  const taken = isWorking(state)
    ? await sayToSession(principal, state, { act: "stop", text: "stop", opId: asked.opId }, deps)
    : null;
  if (taken) return taken;
  throw standsOtherwise("session_ended", "The session has ended", await loadState(principal, id, deps.sessionStates));
}

/** False where somebody has started it meanwhile: then its run is stopped like any other. */
async function isCancelledUnbegun(principal: Principal, id: SessionId, deps: SayDeps): Promise<boolean> {
  try {
    await moveFromPending(principal, id, "cancelled", deps);
  } catch (error) {
    if (error instanceof RequestError && error.code === "session_not_pending") return false;
    throw error;
  }
  await deliverBehind({ sessionIds: [id] }, deps);
  return true;
}
