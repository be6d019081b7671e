/** Live plans: what people change in a session at the same time, and what watching it needs. */
import type { EngagementId, OrganizationId, SessionId, UserId } from "./domain/ids.js";
import type { Grant, Principal } from "./domain/principal.js";
import type { SessionStatus } from "./domain/session.js";

export type NewSession = {
  id: SessionId;
  organizationId: OrganizationId;
  /** Null: where the person works now, or else the organization's engagement for people who have not chosen. */
  engagementId: EngagementId | null;
  title: string;
  description: string | null;
  pageUrl: string | null;
  participants: string[];
  createdBy: UserId;
  actor: string;
  /** Where the person may make sessions. */
  writable: Grant;
};
/** `repeated`: a session has this id already; `not_found`: the organization has no such engagement. */
export type NewSessionResult = "created" | "repeated" | "not_found" | "forbidden";

/** A change of a live plan. Any number of people make them at once; each is one event of the log. */
export type PlanChange =
  | { type: "step_added"; id: string; text: string; owner: string }
  | { type: "step_edited"; id: string; text?: string; owner?: string; expectedRevision?: number }
  /** To stand behind `after`, or first where that is null. */
  | { type: "step_moved"; id: string; after: string | null; expectedRevision?: number }
  | { type: "step_removed"; id: string; expectedRevision?: number }
  | { type: "participant_added" | "participant_removed"; name: string };

export type PlanStep = { id: string; text: string; owner: string; position: string; ts: string; revision: number };
export type PlanEventRow = { seq: number; type: string; body: Record<string, unknown>; actor: string; at: string };

/** A live plan as one statement sees it: nothing in it is younger than `seq`. */
export type LivePlanSnapshot = {
  id: SessionId;
  organizationId: OrganizationId;
  engagementId: EngagementId | null;
  title: string;
  description: string | null;
  pageUrl: string | null;
  status: SessionStatus;
  progress: number;
  progressMessage: string;
  steps: PlanStep[];
  participants: string[];
  seq: number;
  createdAt: string;
  updatedAt: string;
  archivedAt: string | null;
};

export type ChangeResult =
  /** `repeated`: this operation was done before; the event is the one of then. `step` is the step as it stands, null where there is none. */
  | { outcome: "applied" | "repeated"; event: PlanEventRow; step: PlanStep | null }
  /** It is so already: a participant who is there, or is not. */
  | { outcome: "unchanged" }
  | { outcome: "not_found" | "forbidden" | "archived" | "unknown_step" | "too_many_participants" }
  /** The operation's id was used for another change. */
  | { outcome: "reused" }
  /** Somebody else has changed the step since; it stands as `step` now. */
  | { outcome: "conflict"; step: PlanStep };

export type LivePlanStore = {
  /** Creates a session that waits to be started, its default where the engagement has none, with its first event. A repeat of the id changes nothing. */
  create(session: NewSession): Promise<NewSessionResult>;
  /** Null where there is no such session within the grant. */
  find(organizationId: OrganizationId, id: SessionId, readable: Grant): Promise<LivePlanSnapshot | null>;
  /** Whole plans, the newest first. */
  list(
    organizationId: OrganizationId,
    readable: Grant,
    page: { isArchived: boolean | null; limit: number; cursor: string | null },
  ): Promise<{ items: LivePlanSnapshot[]; next: string | null }>;
  /** One statement: event, row and `last_seq`, or nothing. `opId` names the operation for repeats; for a new step it is the step's id. */
  change(principal: Principal, id: SessionId, opId: string, change: PlanChange): Promise<ChangeResult>;
};

/** Tells whoever watches, in this process and, where that is configured, in others, that a log has grown, and by which event where the writer knows it. A hint: nothing is lost without it. */
export type Announce = (id: SessionId, event?: PlanEventRow) => void;
