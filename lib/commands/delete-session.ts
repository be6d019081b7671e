import type { SessionId } from "../domain/ids.js";
import type { Principal } from "../domain/principal.js";
import type { LifecycleStore } from "../ports-lifecycle.js";
import { toRequestError } from "./refusals.js";

/**
 * Hides a session from everybody; plans, items, log and audit stay, so that a later mention finds its issues. Throws RequestError: 404,
 * 403, or 409 `session_busy` while it is at work or synchronises and `session_merged` where it only points to another one.
 */
export async function deleteSession(
  principal: Principal,
  id: SessionId,
  deps: { lifecycle: Pick<LifecycleStore, "delete"> },
): Promise<void> {
  const result = await deps.lifecycle.delete(principal, id);
  if (result.outcome !== "done") throw toRequestError(result);
}
