import { RequestError, RetryableError } from "../domain/errors.js";
import type { SessionId } from "../domain/ids.js";
import { memoryNodeOf, rememberSession } from "../domain/memory/remember.js";
import type { Principal } from "../domain/principal.js";
import type { ArchiveStore } from "../ports-memory.js";
import { toRequestError } from "./refusals.js";

const maxTries = 10;

/**
 * Puts a session into the archive and what it leaves into memory, both or neither; a repeat gives the same node. `contextId` is a node of
 * memory that was used in planning. Throws RequestError: 404, 403, 404 `memory_not_found` for the context, 409 `session_busy` while it is at
 * work or synchronises and `session_merged` where it only points to another one.
 */
export async function archiveSession(
  principal: Principal,
  id: SessionId,
  { contextId = null }: { contextId?: string | null },
  deps: { archive: Pick<ArchiveStore, "facts" | "archive"> },
): Promise<{ nodeId: string }> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const facts = await deps.archive.facts(principal, id);
    if (!facts) throw toRequestError({ outcome: "not_found", id });
    const result = await deps.archive.archive(principal, facts, rememberSession(facts), contextId);
    switch (result.outcome) {
      case "done":
        return { nodeId: memoryNodeOf(id) };
      case "unknown_context":
        throw new RequestError("memory_not_found", 404, `Memory has no node ${contextId}`);
      case "changed":
        break;
      default:
        throw toRequestError(result);
    }
  }
  throw new RetryableError("plan_busy", { context: { sessionId: id } });
}
