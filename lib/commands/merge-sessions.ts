import { RequestError } from "../domain/errors.js";
import type { Principal } from "../domain/principal.js";
import type { Merge, MergeObstacle, MergeRequest, MergeStore } from "../ports-lifecycle.js";
import { toRequestError } from "./refusals.js";

/**
 * Merges a session into another one of the organization: steps, participants, log and plans are the target's afterwards, and the source only
 * says where it went. Throws RequestError; 409 with what stands now where one of the two has moved, is set aside or is at work.
 */
export async function mergeSessions(
  principal: Principal,
  request: MergeRequest,
  deps: { merges: Pick<MergeStore, "merge"> },
): Promise<Merge> {
  const { targetId, sourceId } = request;
  if (targetId === sourceId)
    throw new RequestError("same_session", 400, "A session cannot be merged into itself", {
      shown: { sessionId: targetId },
    });
  const result = await deps.merges.merge(principal, request);
  if (result.outcome === "done") return result.merge;
  throw toRequestError(result);
}

const obstacles: Record<MergeObstacle, string> = {
  source_moved: "The session that was merged has moved since",
  target_set_aside: "The session that it was merged into has been archived, deleted or merged itself",
  target_busy: "The session that it was merged into is at work",
  target_moved: "The session that it was merged into has moved since",
  steps_changed: "Steps that were taken over have been changed since",
  plans_changed: "Plans that were taken over have been worked on since",
  later_merge: "A later merge has found steps or participants of it there and has to be undone first",
};

/**
 * Takes a merge back, once or any number of times. Throws RequestError: 404, 403, or 409 `merge_not_undoable` that says what has changed
 * since.
 */
export async function undoMerge(
  principal: Principal,
  id: string,
  deps: { merges: Pick<MergeStore, "undo"> },
): Promise<Merge> {
  const result = await deps.merges.undo(principal, id);
  switch (result.outcome) {
    case "done":
      return result.merge;
    case "not_found":
      throw new RequestError("merge_not_found", 404, `Merge not found: ${id}`);
    case "forbidden":
      throw new RequestError("not_allowed", 403, "This needs the role member in both engagements");
    case "refused":
      throw new RequestError("merge_not_undoable", 409, `${obstacles[result.why]}. Nothing was undone.`, {
        shown: { why: result.why },
      });
  }
}
