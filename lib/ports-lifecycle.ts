/** What becomes of sessions that nobody works on any more: deleted, restored, merged, exported, cleaned up. */
import type { EngagementId, OrganizationId, SessionId } from "./domain/ids.js";
import type { ItemKind } from "./domain/plan-item.js";
import type { Principal } from "./domain/principal.js";
import type { Failure, SessionStatus } from "./domain/session.js";
import type { AuditAuthor } from "./ports-people.js";

/** Why a session was left as it is. */
export type Refusal =
  | { outcome: "not_found" | "forbidden"; id: SessionId }
  /** It is at work, or one of its plans is. */
  | { outcome: "busy"; id: SessionId; state: string }
  | { outcome: "merged"; id: SessionId; into: SessionId }
  | { outcome: "archived" | "not_archived" | "not_deleted"; id: SessionId };

export type LifecycleStore = {
  /** Hides a session and passes its default on. Its plans, items, log and audit stay. */
  delete(principal: Principal, id: SessionId): Promise<{ outcome: "done" } | Refusal>;
  /** Takes a deletion back. */
  restore(principal: Principal, id: SessionId): Promise<{ outcome: "done" } | Refusal>;
};

/** `id` is the merge's own, so that a repeat finds it done. */
export type MergeRequest = {
  id: string;
  targetId: SessionId;
  sourceId: SessionId;
  targetVersion: number;
  sourceVersion: number;
};

/** A merge with what it did. */
export type Merge = {
  id: string;
  targetId: SessionId;
  sourceId: SessionId;
  /** Linear's id of the person. */
  actor: string;
  /** Steps of the source and what they are in the target: `as` is another id where the target had another step of that id; `united` where it had the same. */
  steps: { id: string; as: string; united: boolean }[];
  /** Who was not in the target before. */
  participants: string[];
  planIds: string[];
  /** Lines of the source's log; line `n` is copied as line `seq + n` of the target's. */
  events: number;
  seq: number;
  /** Items of which both sides had one: `item` is kept and marked as the same as `of`. */
  duplicates: { item: string; of: string; by: "issue" | "key" }[];
  createdAt: string;
  undoneAt: string | null;
};

export type MergeRefusal =
  | Refusal
  /** It is no longer as it was seen; `version` is the one of now. */
  | { outcome: "changed"; id: SessionId; version: number }
  | { outcome: "too_many_participants"; id: SessionId; participants: number };

/** What has changed since a merge, so that it cannot be taken back. */
export type MergeObstacle =
  | "source_moved"
  | "target_set_aside"
  | "target_busy"
  | "target_moved"
  | "steps_changed"
  | "plans_changed"
  | "later_merge";

export type MergeStore = {
  /** One transaction: everything of the source is in the target afterwards, or nothing has happened. */
  merge(principal: Principal, request: MergeRequest): Promise<{ outcome: "done"; merge: Merge } | MergeRefusal>;
  /** One transaction; a merge that has been taken back before stays so. */
  undo(
    principal: Principal,
    id: string,
  ): Promise<
    | { outcome: "done"; merge: Merge }
    | { outcome: "not_found" | "forbidden" }
    | { outcome: "refused"; why: MergeObstacle }
  >;
  /** Merges into a session and of it, the newest first; null where there is no such session. */
  list(principal: Principal, id: SessionId): Promise<Merge[] | null>;
};

/** Everything that belongs to a session. */
export type SessionExport = {
  session: ExportedSession;
  /** Those that were merged into it, also by way of others. */
  mergedSessions: ExportedSession[];
  /** Also those that were removed. */
  steps: {
    id: string;
    text: string;
    owner: string;
    position: string;
    revision: number;
    ts: string;
    removedAt: string | null;
  }[];
  participants: string[];
  events: { seq: number; type: string; body: Record<string, unknown>; actor: string; at: string }[];
  plans: {
    id: string;
    source: string;
    teamId: string;
    engagementId: string | null;
    pageUrl: string | null;
    pageTitle: string;
    basePageVersion: number | null;
    version: number;
    syncStatus: string;
    createdAt: string;
  }[];
  items: {
    id: string;
    planId: string;
    parentId: string | null;
    position: number;
    kind: ItemKind;
    key: string;
    title: string;
    fields: Record<string, unknown>;
    base: Record<string, unknown> | null;
    state: string;
    pending: string | null;
    isAdopted: boolean;
    linearKind: string;
    linearId: string | null;
    linearIdentifier: string | null;
    linearUrl: string | null;
    /** The item of another plan of the session that is the same. */
    duplicateOf: string | null;
    createdAt: string;
  }[];
};
export type ExportedSession = {
  id: SessionId;
  engagementId: EngagementId | null;
  isDefault: boolean;
  title: string;
  description: string | null;
  pageUrl: string | null;
  teamId: string | null;
  issueId: string | null;
  status: SessionStatus;
  progress: number;
  progressMessage: string;
  failure: Failure | null;
  version: number;
  seq: number;
  createdBy: string | null;
  createdAt: string;
  updatedAt: string;
  archivedAt: string | null;
  mergedInto: SessionId | null;
};

export type ExportStore = {
  /** Null where there is no such session that the person may see. */
  export(principal: Principal, id: SessionId): Promise<SessionExport | null>;
};

/** When sessions that nobody uses are set aside, in days without anything happening in them; null: never. */
export type CleanupPolicy = {
  /** Sessions that were never started are deleted: hidden, and restorable. */
  deletePendingAfterDays: number | null;
  /** Sessions that have ended are archived. */
  archiveEndedAfterDays: number | null;
};
export type OrganizationSettings = { cleanup: CleanupPolicy };

type SettingsChanges = { cleanup?: { [Name in keyof CleanupPolicy]?: number | null | undefined } | undefined };

export type OrganizationSettingsStore = {
  load(organizationId: OrganizationId): Promise<OrganizationSettings>;
  /** Changes what is named, with an audit entry. */
  change(changes: SettingsChanges, author: AuditAuthor): Promise<OrganizationSettings>;
};

/** What the policies of all organizations ask for. Never a default session, one at work, or one whose plan has anything open in sync. */
export type CleanupStore = {
  /** Deletes at most `limit` stale sessions of each organization; how many there were. */
  deleteStale(limit: number): Promise<number>;
  /** At most `limit` sessions of each organization that are to be archived. */
  listEnded(limit: number): Promise<{ organizationId: OrganizationId; id: SessionId }[]>;
};
