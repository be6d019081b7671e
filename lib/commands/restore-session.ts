import type { SessionId } from "../domain/ids.js";
import type { Principal } from "../domain/principal.js";
import type { LifecycleStore } from "../ports-lifecycle.js";
import { toRequestError } from "./refusals.js";

/** Takes the deletion of a session back. Throws RequestError: 404, 403, or 409 `session_not_deleted`. */
export async function restoreSession(
  principal: Principal,
  id: SessionId,
  deps: { lifecycle: Pick<LifecycleStore, "restore"> },
): Promise<void> {
  const result = await deps.lifecycle.restore(principal, id);
  if (result.outcome !== "done") throw toRequestError(result);
}
