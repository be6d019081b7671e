import type { SessionId } from "../domain/ids.js";
import type { Principal } from "../domain/principal.js";
import type { ArchiveStore } from "../ports-memory.js";
import { toRequestError } from "./refusals.js";

/** Takes a session out of the archive and out of memory. Throws RequestError: 404, 403, or 409 `session_not_archived`. */
export async function unarchiveSession(
  principal: Principal,
  id: SessionId,
  deps: { archive: Pick<ArchiveStore, "unarchive"> },
): Promise<void> {
  const result = await deps.archive.unarchive(principal, id);
  if (result.outcome !== "done") throw toRequestError(result);
}
