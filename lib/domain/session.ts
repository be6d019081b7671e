import type { EngagementId, OrganizationId, PlanId, SessionId, UserId } from "./ids.js";
import type { EstimateScale } from "./estimate-scale.js";
import type { Selection } from "./conversation/intent.js";
import { defaultSyncSettings, type SyncSettings } from "./sync/run.js";

export type SessionStatus = "pending" | "processing" | "awaiting_input" | "completed" | "failed" | "cancelled";
export const workingStatuses = ["pending", "processing", "awaiting_input"] as const satisfies SessionStatus[];

/** True while a session has not ended and is not set aside before it has begun. */
export const isWorking = (session: { status: SessionStatus; isSetAside?: boolean }): boolean =>
  (workingStatuses as readonly SessionStatus[]).includes(session.status) && session.isSetAside !== true;

export type StepName = "read-page" | "propose-plan" | "apply-items" | "apply-links" | "apply-undo" | "wind-up";

/** What a session was started with: words to look for a page in, newest first, and where they were said. */
export type SessionPrompt = {
  texts: string[];
  delegated: boolean;
  appUserId: string | null;
  issue: { id: string; identifier: string; title: string; url: string } | null;
};

/** What the agent asked last. `step` takes the answer; `again` counts how often the same was asked. */
export type Question = { step: StepName; again: number } & (
  | { kind: "approval"; proposalId: string }
  | { kind: "no_page" }
  | { kind: "which_page"; pages: string[] }
  | { kind: "which_team"; teams: { id: string; key: string; name: string }[] }
  | { kind: "connect" }
  | { kind: "other_session"; sessionId: SessionId; planId: PlanId }
  | { kind: "confirm_restricted"; pageVersion: number }
);

/** A plan that was shown and waits for approval; an answer binds to its id. */
export type Proposal = { id: string; pageVersion: number; selections: Selection[]; keys: string[] };

/** What writing issues needs to know of the team; labels by lower-case name. */
export type Setup = {
  labels: Record<string, string>;
  estimation: { scale: EstimateScale; extended: boolean; allowZero: boolean };
  canceledStateId: string | null;
  /** Where an issue goes that was cancelled and is on the page again. */
  openStateId: string | null;
};

/** What applying steps keep between batches. Everything here can be read again; nothing here is the only copy. */
export type SessionWork = {
  pageUrl?: string;
  /** Page and session that a reply to an ended session carries on from. */
  earlierPageUrl?: string;
  after?: SessionId;
  teamId?: string;
  /** The plan that the session has claimed last. It may hold others, by a merge. */
  planId?: PlanId;
  /** The session whose steps are planned, where that is another one than this. */
  stepsOf?: SessionId;
  /** What people said before there was a plan to see. */
  carried?: string[];
  /** Nodes of memory that the preview named as related. */
  related?: string[];
  confirmedPageVersion?: number;
  proposedPageVersion?: number;
  approvedPageVersion?: number;
  setup?: Setup;
  /** The session whose work is taken back, and how many of its issues are gone. */
  undoOf?: SessionId;
  trashed?: number;
  /** Issues that this session has changed and cancelled so far. */
  updated?: number;
  cancelled?: number;
};

/** Why a session failed, in words for people, and the step that a retry goes back to. */
export type Failure = { code: string; words: string; step: StepName };

/** How epics are mapped, who may approve, who may see the engagement at all, and how its plans are kept in step. */
export type EngagementSettings = {
  epics: "issue" | "project";
  approval: "anyone" | "members";
  access: "organization" | "members";
  sync: SyncSettings;
};
export const defaultEngagementSettings: EngagementSettings = {
  epics: "issue",
  approval: "anyone",
  access: "organization",
  sync: defaultSyncSettings,
};

export type PlanningSession = {
  id: SessionId;
  organizationId: OrganizationId;
  engagementId: EngagementId | null;
  createdBy: UserId | null;
  title: string;
  pageUrl: string | null;
  agentSessionId: string | null;
  issueId: string | null;
  teamId: string | null;
  prompt: SessionPrompt;
  status: SessionStatus;
  step: StepName;
  progress: number;
  progressMessage: string;
  version: number;
  heard: number;
  answered: number;
  question: Question | null;
  proposal: Proposal | null;
  work: SessionWork;
  failure: Failure | null;
  stopRequested: boolean;
  takenOverBy: SessionId | null;
  /** Deleted, archived or merged into another one: it does not go on. */
  isSetAside: boolean;
  updatedAt: Date;
};

/** What may happen to a session. The table below says from which status. */
export type SessionEvent =
  | { type: "started" }
  /** The next step follows, not before `notBefore` (ms). */
  | { type: "advanced"; step: StepName; notBefore?: number }
  /** The same step again after the rate limit has reset (ms). */
  | { type: "waiting"; until: number }
  /** Somebody says how far it is; the work goes on from where it was. */
  | { type: "progressed"; progress: number; message?: string }
  | { type: "asked"; question: Question }
  | { type: "answered" }
  | { type: "completed" }
  | { type: "failed"; failure: Omit<Failure, "step">; details?: unknown }
  | { type: "cancelled" }
  | { type: "retried" };

/** Complete: each cell says where the event leads, or that it is refused. */
export const transitions: Record<SessionStatus, Record<SessionEvent["type"], SessionStatus | "refused">> = {
  pending: {
    started: "processing",
    advanced: "refused",
    waiting: "refused",
    progressed: "pending",
    asked: "refused",
    answered: "refused",
    completed: "refused",
    failed: "failed",
    cancelled: "cancelled",
    retried: "refused",
  },
  processing: {
    started: "refused",
    advanced: "processing",
    waiting: "processing",
    progressed: "processing",
    asked: "awaiting_input",
    answered: "refused",
    completed: "completed",
    failed: "failed",
    cancelled: "cancelled",
    retried: "refused",
  },
  awaiting_input: {
    started: "refused",
    advanced: "refused",
    waiting: "refused",
    progressed: "awaiting_input",
    asked: "refused",
    answered: "processing",
    completed: "refused",
    failed: "failed",
    cancelled: "cancelled",
    retried: "refused",
  },
  completed: ended("refused"),
  failed: ended("processing"),
  cancelled: ended("refused"),
};

function ended(retried: SessionStatus | "refused"): Record<SessionEvent["type"], SessionStatus | "refused"> {
  return {
    started: "refused",
    advanced: "refused",
    waiting: "refused",
    progressed: "refused",
    asked: "refused",
    answered: "refused",
    completed: "refused",
    failed: "refused",
    cancelled: "refused",
    retried,
  };
}

const progressOf: Record<StepName, { progress: number; message: string }> = {
  "read-page": { progress: 10, message: "Retrieving Confluence page" },
  "propose-plan": { progress: 40, message: "Extracting planning information" },
  "apply-items": { progress: 60, message: "Creating Linear issues" },
  "apply-links": { progress: 80, message: "Maintaining SAFe hierarchy" },
  "apply-undo": { progress: 60, message: "Taking back what was created" },
  "wind-up": { progress: 0, message: "Stopping" },
};

/** The columns of a session that a transition sets. */
export type SessionState = Pick<
  PlanningSession,
  "status" | "step" | "progress" | "progressMessage" | "question" | "failure"
> & { waitingUntil: number | null };

/** Where `event` leads from where the session stands; null where the table refuses it. */
export function transition(session: PlanningSession, event: SessionEvent): SessionState | null {
  const status = transitions[session.status][event.type];
  if (status === "refused") return null;
  const same = {
    status,
    step: session.step,
    progress: session.progress,
    progressMessage: session.progressMessage,
    question: null,
    failure: null,
    waitingUntil: null,
  };
  switch (event.type) {
    case "started":
      return { ...same, step: "read-page", progress: 0, progressMessage: "Starting planning process" };
    case "advanced":
      return {
        ...same,
        step: event.step,
        progress: progressOf[event.step].progress,
        progressMessage: progressOf[event.step].message,
      };
    case "waiting":
      return { ...same, question: session.question, waitingUntil: event.until };
    case "progressed":
      return {
        ...same,
        question: session.question,
        progress: event.progress,
        progressMessage: event.message ?? session.progressMessage,
      };
    case "asked":
      return { ...same, question: event.question };
    case "answered":
      return { ...same, step: session.question?.step ?? session.step, question: session.question };
    case "completed":
      return { ...same, progress: 100, progressMessage: "Planning process completed" };
    case "failed":
      return { ...same, question: session.question, failure: { ...event.failure, step: session.step } };
    case "cancelled":
      return { ...same, progressMessage: "Cancelled" };
    case "retried":
      return { ...same, step: session.failure?.step ?? session.step, question: session.question };
  }
}

/** The step message that must follow the transition, if any. */
export function nextStep(after: SessionState, event: SessionEvent): { step: StepName; notBefore?: number } | null {
  if (after.status !== "processing") return null;
  if (event.type === "waiting") return { step: after.step, notBefore: event.until };
  if (event.type === "advanced" && event.notBefore !== undefined)
    return { step: after.step, notBefore: event.notBefore };
  return { step: after.step };
}
