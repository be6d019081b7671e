/** What people see of keeping plans in step, and what they ask for. Answers are shaped as the contract shows them. */
import type { Conflict, PlanSync, SyncRun } from "./contract/routes/sync.js";
import type { PlanId, SessionId } from "./domain/ids.js";
import type { Principal } from "./domain/principal.js";
import type { Decision } from "./domain/sync/read-decision.js";
import type { LogEntry } from "./ports.js";
import type { ListPage, Slice } from "./ports-catalog.js";
import type { DueRun } from "./ports-sync.js";

export type ConflictFilter = { planId?: PlanId; sessionId?: SessionId; state?: Conflict["state"] };
/** `isWritable`: the person may decide it; `isKept`: its item is kept in step. */
export type SeenConflict = { conflict: Conflict; isWritable: boolean; isKept: boolean };

/** Who may see a plan is who may see the session that holds it. Each call is one statement; null where there is nothing for this person. */
export type SyncCatalog = {
  find(principal: Principal, id: PlanId): Promise<PlanSync | null>;
  runs(principal: Principal, id: PlanId, page: ListPage): Promise<Slice<SyncRun> | null>;
  run(principal: Principal, id: string): Promise<SyncRun | null>;
  conflicts(principal: Principal, filter: ConflictFilter, page: ListPage): Promise<Slice<Conflict>>;
  conflict(principal: Principal, id: string): Promise<SeenConflict | null>;
};

/** `off`: the engagement does not keep its plans in step; `not_ready`: there is no page, or nothing of it has been approved. */
export type SyncAnswer =
  | { outcome: "done"; sync: PlanSync; runs: DueRun[] }
  | { outcome: "not_found" }
  | { outcome: "forbidden" }
  | { outcome: "off" | "not_ready" | "paused" | "revoked"; current: PlanSync };

/** `busy`: another run of the plan is being taken back. */
export type UndoAnswer = SyncAnswer | { outcome: "undone" | "too_old" } | { outcome: "busy"; current: PlanSync };

/** What people ask of it. Each is one statement that makes the next run due where one is wanted, or does nothing. */
export type SyncRequests = {
  request(principal: Principal, id: PlanId): Promise<SyncAnswer>;
  /** Ends a run that is under way; what it has done stays, and stands in the history. */
  pause(principal: Principal, id: PlanId, words: string): Promise<SyncAnswer>;
  resume(principal: Principal, id: PlanId): Promise<SyncAnswer>;
  /** Whether the person may ask for a run that would do something; asks for none. */
  mayRun(principal: Principal, id: PlanId): Promise<SyncAnswer>;
  /** Lets the next run take back what this one has done; a run that is under way ends first. */
  undo(principal: Principal, run: { id: string; planId: PlanId }): Promise<UndoAnswer>;
  /** Of the plans of one source this one writes to the page; needs a member in the engagement of each. */
  takeOver(principal: Principal, id: PlanId, requestId: string): Promise<SyncAnswer>;
  /**
   * Decides a conflict that stands as it was seen: open or decided, or with `again` one that has been written already. `changed`: it does not,
   * or the operation was done before.
   */
  decide(
    principal: Principal,
    decision: Decision,
    how: { again: boolean; entry: LogEntry },
  ): Promise<{ outcome: "decided"; runs: DueRun[] } | { outcome: "changed" } | { outcome: "another_open" }>;
};
