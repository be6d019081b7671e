import type { SessionState } from "../contract/session-state.js";
import { RequestError } from "../domain/errors.js";
import type { EngagementId, SessionId } from "../domain/ids.js";
import { grantFor, may, type Principal } from "../domain/principal.js";
import type { SessionStateStore } from "../ports-runs.js";

export const sessionNotFound = (id: string): RequestError =>
  new RequestError("session_not_found", 404, `Planning session not found: ${id}`);

/** The session stands otherwise than the request needs; the answer shows how. */
export const standsOtherwise = (code: string, words: string, current: SessionState): RequestError =>
  new RequestError(code, 409, words, { shown: { current } });

/** A session as the person may see it; throws RequestError 404 where they may not. */
export async function loadState(principal: Principal, id: SessionId, states: SessionStateStore): Promise<SessionState> {
  const state = await states.find(principal.organizationId, id, grantFor(principal, "viewer"));
  if (!state) throw sessionNotFound(id);
  return state;
}

/**
 * A session that the person may steer. Throws RequestError: 404, 403, or 409 where it only points to another one, is archived, or is not
 * the version that the person has seen.
 */
export async function loadToSteer(
  principal: Principal,
  id: SessionId,
  states: SessionStateStore,
  expectedVersion?: number,
): Promise<SessionState> {
  const state = await loadState(principal, id, states);
  if (!may(principal, "member", state.engagementId as EngagementId | null))
    throw new RequestError("not_allowed", 403, "This needs the role member");
  if (state.mergedInto)
    throw standsOtherwise("session_merged", `The session has been merged into ${state.mergedInto}`, state);
  if (state.archivedAt)
    throw standsOtherwise("session_archived", "The session is archived; take it out of the archive first", state);
  if (expectedVersion !== undefined && expectedVersion !== state.version)
    throw standsOtherwise("version_conflict", "The session has moved since you saw it", state);
  return state;
}
