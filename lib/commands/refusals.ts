import { RequestError } from "../domain/errors.js";
import type { MergeRefusal } from "../ports-lifecycle.js";

const busyWords: Record<string, string> = {
  processing: "The session is being processed",
  awaiting_input: "The session waits for an answer",
  stopping: "The session is being stopped",
  syncing: "A plan of the session is being synchronised",
};

/** Why a session could not be set aside, as the error that says it: `session_not_found`, `not_allowed`, `session_busy`, … */
export function toRequestError(refusal: MergeRefusal): RequestError {
  const { id } = refusal;
  switch (refusal.outcome) {
    case "not_found":
      return new RequestError("session_not_found", 404, `Planning session not found: ${id}`);
    case "forbidden":
      return new RequestError("not_allowed", 403, "This needs the role member");
    case "busy": {
      const { state } = refusal;
      const words = busyWords[state] ?? "The session is at work";
      return new RequestError("session_busy", 409, `${words}. Please stop it first, or wait for its end.`, {
        shown: { sessionId: id, state },
      });
    }
    case "merged":
      return new RequestError("session_merged", 409, `The session has been merged into ${refusal.into}`, {
        shown: { sessionId: id, mergedInto: refusal.into },
      });
    case "archived":
      return new RequestError("session_archived", 409, "The session is archived", { shown: { sessionId: id } });
    case "changed": {
      const { version } = refusal;
      return new RequestError("version_conflict", 409, `The session has moved; its version is ${version} now`, {
        shown: { sessionId: id, version, current: { id, version } },
      });
    }
    case "too_many_participants": {
      const { participants } = refusal;
      return new RequestError(
        "too_many_participants",
        409,
        `Together they would have ${participants} participants; a session has at most 50`,
        { shown: { sessionId: id, participants } },
      );
    }
    case "not_archived":
      return new RequestError("session_not_archived", 409, "The session is not archived", { shown: { sessionId: id } });
    case "not_deleted":
      return new RequestError("session_not_deleted", 409, "The session is not deleted", { shown: { sessionId: id } });
  }
}
