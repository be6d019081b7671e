/** What the inside keeps, and everything together that a step may use. Adapters implement these; `lib/compose` connects them. */
import type { Delivery, DeliveryEvent } from "./domain/delivery.js";
import type { EngagementId, OrganizationId, PlanId, SessionId } from "./domain/ids.js";
import type { LiveStep } from "./domain/live-steps.js";
import type { PlanItem } from "./domain/plan-item.js";
import type { Decision } from "./domain/sync/read-decision.js";
import type {
  EngagementSettings,
  Failure,
  PlanningSession,
  Proposal,
  SessionState,
  SessionWork,
  StepName,
} from "./domain/session.js";
import type { Tracer } from "./ports-operating.js";
import type { PlanningMemory } from "./ports-memory.js";
import type { DueRun, OpenSyncQuestion, SyncStore } from "./ports-sync.js";
import type { AgentActivity, Budget, ConfluenceClient, LinearClient, Queue, StepMessage } from "./ports-services.js";

// ---- State -------------------------------------------------------------------------------------------------------------------

/** One line of a session's log as it is written; `seq` is given by the commit. */
export type LogEntry = { type: string; body: Record<string, unknown>; actor: string; opId?: string };
/** What leaves after a commit. `step` goes to the queue; the others to Linear, in order. */
export type Effect =
  | { kind: "step"; id: string; step: StepName; notBefore?: number }
  | { kind: "activity"; id: string; activity: Omit<AgentActivity, "id" | "agentSessionId"> }
  /** What the session's checklist, links or issue should say is read when it is sent. */
  | { kind: "checklist" | "links" | "take_up"; id: string };
export type Reply = { seq: number; body: string; actor: string; at: Date };

export type Plan = {
  id: PlanId;
  organizationId: OrganizationId;
  engagementId: EngagementId | null;
  source: string;
  teamId: string;
  sessionId: SessionId;
  pageId: string | null;
  pageUrl: string | null;
  pageTitle: string;
  basePageVersion: number | null;
  /** Moves with whatever is written of the plan and its items. */
  version: number;
};
export type PageSnapshot = { pageVersion: number; title: string; body: string };

/**
 * A transition with everything that becomes true in the same statement. It is refused where the session is no longer as it was read, and, where
 * it leaves `processing`, also where somebody has spoken since.
 */
export type Move = {
  session: PlanningSession;
  after: SessionState;
  /** False where what people said is still to be dealt with: by the same step after a wait, or after a retry. */
  hasAnswered: boolean;
  title?: string;
  pageUrl?: string;
  engagementId?: EngagementId;
  teamId?: string;
  work: SessionWork;
  proposal: Proposal | null;
  log: LogEntry[];
  effects: Effect[];
  /** Makes the plan this session's, or takes it where no other session works on it. */
  claimPlan?: {
    id: PlanId;
    source: string;
    teamId: string;
    /** Null for a live plan. */
    pageId: string | null;
    /** Of the page, or of the live plan. */
    pageUrl: string | null;
    title: string;
  };
  /** Kept with the plan that is claimed, or is the session's. */
  snapshot?: PageSnapshot;
  plan?: {
    id: PlanId;
    /** What was decided counts only where nobody has written the plan since. */
    version?: number;
    items?: PlanItem[];
    basePageVersion?: number;
    /** Gives the lease back. */
    releaseLease?: string;
    /** Hands the plan to the session that takes over and queues that session's step. */
    handTo?: SessionId;
  };
};

export type SessionStore = {
  load(id: SessionId): Promise<{ session: PlanningSession; plan: Plan | null; replies: Reply[] } | null>;
  /** `changed`: the row is not as it was read (moved, stopped, or somebody spoke); `plan_taken`: another session works on the plan. */
  commit(move: Move): Promise<"committed" | "changed" | "plan_taken">;
  items(planId: PlanId): Promise<PlanItem[]>;
  snapshot(planId: PlanId, pageVersion: number): Promise<PageSnapshot | null>;
  /** The plan of a source and team, with the session that holds it. */
  findPlan(
    organizationId: OrganizationId,
    source: string,
    teamId: string,
  ): Promise<{ plan: Plan; holder: PlanningSession } | null>;
  /** What the conversation of a session has created last and has not taken back: its agent session, or the sessions it goes on from. */
  lastRun(session: PlanningSession): Promise<{ plan: Plan; holder: PlanningSession; run: PlanningSession } | null>;
  /** The steps of a live plan in their order, without those of which a session that was merged into it has made issues. `version` is the number of the last event that changed one. */
  steps(id: SessionId): Promise<{ version: number; steps: LiveStep[] }>;
  /** Adds to the log of a session and moves nothing; `changed` where its status is no longer as it was read. */
  append(session: PlanningSession, log: LogEntry[]): Promise<"committed" | "changed">;
  /** Items of other plans that hold one of these Linear ids. */
  heldElsewhere(organizationId: OrganizationId, linearIds: string[], planId: PlanId): Promise<string[]>;
  /** Asks a session to stop; false where it has ended or was asked before. */
  requestStop(id: SessionId, reason: { actor: string; takenOverBy?: SessionId }): Promise<boolean>;
  /** The engagement `current`, or where none is given that of the team. */
  ensureEngagement(
    organizationId: OrganizationId,
    team: { id: string; name: string },
    current?: EngagementId | null,
  ): Promise<Engagement>;
  noteBudget(organizationId: OrganizationId, budget: Budget): Promise<void>;
  budget(organizationId: OrganizationId): Promise<Budget | null>;
};
export type Engagement = { id: EngagementId; settings: EngagementSettings; members: string[] };

/** The only lease there is: who works on a plan. Times are the database's. */
export type LeaseStore = {
  /** `takenOver`: the last holder did not give it back, so what it wrote outside may not be recorded. */
  acquire(
    planId: PlanId,
    attemptId: string,
  ): Promise<{ held: true; takenOver: boolean } | { held: false; untilMs: number }>;
  /** Extends the lease and tells whether a person has asked the session to stop; `lost` where somebody else holds it. */
  renew(planId: PlanId, attemptId: string, sessionId: SessionId): Promise<"held" | "stop_requested" | "lost">;
  isHeld(planId: PlanId): Promise<boolean>;
  /** Ends the lease without claiming that the work was recorded. */
  abandon(planId: PlanId, attemptId: string): Promise<void>;
};

export type OutboxRow = {
  id: string;
  organizationId: OrganizationId;
  sessionId: SessionId;
  attempts: number;
  messageId: string | null;
} & (
  | { kind: "step"; body: StepMessage & { notBefore?: number } }
  | { kind: "activity"; body: Omit<AgentActivity, "id" | "agentSessionId"> }
  | { kind: "checklist" | "links" | "take_up"; body: Record<string, never> }
);
export type OutboxStore = {
  /** Unsent step messages of a session; they wait for nothing and are not claimed: the queue tells repeats apart. */
  unsentSteps(sessionId: SessionId): Promise<OutboxRow[]>;
  /** Marks `done` as sent and claims the session's first unsent effect for Linear, if nobody else has; null where none is left to this caller. */
  claimNext(sessionId: SessionId, done?: Settled): Promise<OutboxRow | null>;
  settle(done: Settled): Promise<void>;
  /** Sessions with something unsent that nobody claims, and step messages that were sent and moved nothing since. */
  listOverdue(limit: number): Promise<{ unsent: SessionId[]; stuck: OutboxRow[] }>;
};
export type Settled = { id: string; messageId?: string; closedReason?: string; retryAfterMs?: number };

/** The inbox. Each call is one statement: it stores the delivery and does what it asks, or neither. */
export type InboxStore = {
  find(organizationId: OrganizationId, id: SessionId): Promise<PlanningSession | null>;
  /** The sessions of an agent session, the one that a reply belongs to first. */
  sessionsOf(organizationId: OrganizationId, agentSessionId: string): Promise<PlanningSession[]>;
  isKnown(delivery: Delivery): Promise<boolean>;
  /** Keeps a stop that came before the mention it is about; a delivery with the meaning `stopped:<agent session>` is then known. */
  keepStop(delivery: Delivery, agentSessionId: string): Promise<InboxResult>;
  /** Starts a session; it takes over the plan of `after`, an ended session, where there is one. */
  start(delivery: Delivery, start: SessionStart): Promise<InboxResult>;
  /** A reply: `append` while a step runs, `answer` to a question, `retry` of a failed session; with its effects. */
  reply(delivery: Delivery, reply: InboxReply): Promise<InboxResult>;
  stop(delivery: Delivery, session: PlanningSession, effects: Effect[]): Promise<InboxResult>;
  /** Says something in a session that has ended, and moves nothing. */
  remark(delivery: Delivery, session: PlanningSession, effects: Effect[]): Promise<InboxResult>;
  /** Fails the working sessions of an organization, or of some of its teams. */
  halt(
    delivery: Delivery,
    halt: { failure: Omit<Failure, "step">; teamIds: string[] | null; revoked: boolean },
  ): Promise<InboxResult>;
  /** Makes the runs of plans due that the issue belongs to, or that it hangs below, unless we changed it ourselves; `ignored` where there is no such plan. */
  issueChanged(
    delivery: Delivery,
    change: Extract<DeliveryEvent, { type: "issue_changed" }>,
  ): Promise<InboxResult | "ignored">;
  /** Makes the run of the issue's plan due where comments go to the page, unless it is a comment of ours; `ignored` otherwise. */
  commented(
    delivery: Delivery,
    comment: Extract<DeliveryEvent, { type: "commented" }>,
  ): Promise<InboxResult | "ignored">;
  /** The question about conflicts that was asked last in an agent session and is open, with its conflicts in their order. */
  openQuestion(organizationId: OrganizationId, agentSessionId: string): Promise<OpenSyncQuestion | null>;
  /** Stores decisions about conflicts of a plan with the entry of its session's log, and makes a run due now; `moved` where somebody has decided one of them before. */
  decide(
    delivery: Delivery,
    decided: { question: OpenSyncQuestion; decisions: Decision[]; entry: LogEntry; by: string },
  ): Promise<InboxResult>;
  workingSessionsOnIssue(organizationId: OrganizationId, issueId: string): Promise<PlanningSession[]>;
};
/** `moved`: somebody else was first; read and decide again. */
export type InboxResult =
  | {
      outcome: "accepted";
      /** Sessions that have something to say. */
      sessionIds: SessionId[];
      /** Step messages to publish. */
      steps: OutboxRow[];
      /** Sync runs that are due. */
      runs?: DueRun[];
    }
  | { outcome: "repeated" }
  | { outcome: "moved" }
  | { outcome: "unknown_organization" };
export type SessionStart = {
  id: SessionId;
  /** Starts only where nothing has been heard of the agent session before; `moved` otherwise. */
  isFirst: boolean;
  /** Null where the conversation is not in Linear. */
  agentSessionId: string | null;
  title: string;
  issueId: string | null;
  team: { id: string; name: string } | null;
  /** Where it belongs; null: to the engagement of the team. */
  engagementId: EngagementId | null;
  pageUrl: string | null;
  prompt: PlanningSession["prompt"];
  work: SessionWork;
  person: { linearUserId: string; name: string; email: string | null } | null;
  after: SessionId | null;
  log: LogEntry[];
  effects: Effect[];
};
export type InboxReply = { session: PlanningSession; after: SessionState | null; entry: LogEntry; effects: Effect[] };

// ---- Everything that a step may use ------------------------------------------------------------------------------------------

export type World = {
  sessions: SessionStore;
  leases: LeaseStore;
  memory: PlanningMemory;
  sync: SyncStore;
  outbox: OutboxStore;
  queue: Queue;
  linear(organizationId: OrganizationId): LinearClient;
  /** The organization's connection to this host; null where it has none. */
  confluence(organizationId: OrganizationId, host: string | null): Promise<ConfluenceClient | null>;
  /** Single-use link with which this person connects Confluence and lets the session go on. */
  connectLink(session: PlanningSession): Promise<string>;
  dashboardUrl(session: PlanningSession): string;
  log: Log;
  tracer?: Tracer | undefined;
  now(): number;
};
/** What sending needs; a webhook brings no more. */
export type Delivering = Pick<
  World,
  "sessions" | "outbox" | "queue" | "linear" | "dashboardUrl" | "log" | "tracer" | "now"
>;
export type Log = Record<
  "info" | "warn" | "error",
  (event: string, context: Record<string, string | number | boolean | null | undefined>) => void
>;
