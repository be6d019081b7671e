/** What becomes of sessions that nobody works on any more: deleted, restored, merged, cleaned up. */
import type { SessionId } from "./domain/ids.js";
import type { Principal } from "./domain/principal.js";

/** Why a session was left as it is. */
export type Refusal =
  | { outcome: "not_found" | "forbidden"; id: SessionId }
  /** It is at work, or one of its plans is. */
  | { outcome: "busy"; id: SessionId; state: string }
  | { outcome: "merged"; id: SessionId; into: SessionId }
  | { outcome: "not_deleted"; id: SessionId };

export type LifecycleStore = {
  /** Hides a session and passes its default on. Its plans, items, log and audit stay. */
  delete(principal: Principal, id: SessionId): Promise<{ outcome: "done" } | Refusal>;
  /** Takes a deletion back. */
  restore(principal: Principal, id: SessionId): Promise<{ outcome: "done" } | Refusal>;
};
