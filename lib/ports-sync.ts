/** What keeping plans in step asks of the outside, beside `ports.ts`. */
import type { OrganizationId, PlanId } from "./domain/ids.js";
import type { PageEvent } from "./domain/page-event.js";
import type { PlanItem } from "./domain/plan-item.js";
import type { PlanningSession } from "./domain/session.js";
import type { CommentLink, CommentsSeen } from "./domain/sync/comments.js";
import type { Conflict } from "./domain/sync/conflict.js";
import type {
  Done,
  PlanSetup,
  SyncQuestion,
  SyncSettings,
  SyncStatus,
  SyncStepName,
  SyncTrigger,
  SyncWork,
} from "./domain/sync/run.js";
import type { RecentRun } from "./domain/sync/to-and-fro.js";
import type { Side } from "./domain/sync/values.js";
import type { Effect, LogEntry, PageSnapshot, Plan } from "./ports.js";

/** How a plan stands to its page and its issues, and everything that a run needs to know of it. */
export type SyncedPlan = {
  plan: Plan;
  /** The session that the plan belongs to now. */
  session: PlanningSession;
  /** Under which ids Linear names us as who changed something: the app's user, or its OAuth client. */
  ownActorIds: string[];
  settings: SyncSettings;
  status: SyncStatus;
  step: SyncStepName | null;
  dueAt: number | null;
  waitingUntil: number | null;
  dirty: boolean;
  work: SyncWork | null;
  question: SyncQuestion | null;
  setup: PlanSetup | null;
  linearSeenAt: string | null;
  writesPage: boolean;
  epicsAs: "issue" | "project";
  /** True where people have said that a page which not everybody may see is to be kept in step. */
  allowsRestricted: boolean;
  items: PlanItem[];
  /** Those that are open, and those that are decided and not written yet. */
  conflicts: Conflict[];
  events: IssueEvent[];
  /** Page writes of which nobody knows yet what became of them. */
  openWrites: PageWrite[];
  /** Runs of the last ten minutes, the oldest first. */
  recentRuns: RecentRun[];
  /** The page as the plan's items were last read from it. */
  base: PageSnapshot | null;
  /** From which instant (ISO) on comments of each side are mirrored; null where they are not. */
  commentsSince: { linear: string | null; page: string | null };
  commentsSeen: CommentsSeen;
};

/** A change of an issue as Linear's event told it, kept until a run has taken it into account. */
export type IssueEvent = {
  issueId: string;
  changedAt: string;
  actorId: string | null;
  actorName: string | null;
  data: Record<string, unknown>;
};

/** `done`: what it does to the page, item by item. */
export type PageWrite = { id: string; fromVersion: number; bodyHash: string; done: Done[] };

/** A run that is to begin at `dueAt` (ms); `isNew`: nobody has queued a message for it yet. */
export type DueRun = { planId: PlanId; dueAt: number; isNew: boolean };

/** What happens to pages that plans are made of. */
export type PageEventStore = {
  /** Makes the runs of the page's plans due, of every organization that is connected to its site, unless they know that version already. */
  pageChanged(event: Exclude<PageEvent, { kind: "test" | "ignored" }>): Promise<DueRun[]>;
};

/** A question about conflicts that waits for an answer; null stands for what it asked and has been decided since. */
export type OpenSyncQuestion = {
  planId: PlanId;
  questionId: string;
  session: PlanningSession;
  conflicts: (Conflict | null)[];
};

/** One commit of a sync run. It is refused where the plan has moved since it was read, or somebody else holds its lease. */
export type SyncMove = {
  seen: SyncedPlan;
  attemptId: string;
  /** The next run is to begin then (ms) at the latest. */
  retryAt?: number;
  /** The step that follows, or the end of the run. A run whose session has gone to work meanwhile ends in any case, and another one follows. */
  next:
    | { step: SyncStepName; work: SyncWork; notBefore?: number }
    | { end: "idle" }
    | { end: "paused"; because: { code: string; words: string } };
  items?: PlanItem[];
  snapshot?: PageSnapshot;
  basePageVersion?: number;
  linearSeenAt?: string;
  setup?: PlanSetup;
  /** Stored as they are now; `applied` ends them. */
  conflicts?: (Conflict & { applied: boolean })[];
  /** Events that have been taken into account. */
  takenEvents?: IssueEvent[];
  pageWrites?: { id: string; status: "written" | "not_written" | "page_gone" }[];
  /** What became of comments that were put down. */
  comments?: CommentLink[];
  commentsSeen?: CommentsSeen;
  question?: SyncQuestion | null;
  history?: SyncRun;
  /** The run that this one has taken back. */
  undone?: string;
  log?: LogEntry[];
  /** Words for the agent session of the session that the plan belongs to. */
  effects?: Extract<Effect, { kind: "activity" }>[];
};

/** A run as the history keeps it. */
export type SyncRun = {
  work: SyncWork;
  trigger: SyncTrigger;
  error: string | null;
  toPageVersion: number | null;
};

/** A run that has ended, as taking it back needs it. */
export type PastRun = {
  id: string;
  planId: PlanId;
  done: Done[];
  fromPageVersion: number | null;
  toPageVersion: number | null;
  isUndone: boolean;
};

/** One write to Linear: the issue that would be made or changed, with the values that it would be given. */
export type LinearWrite = {
  title: string;
  identifier: string | null;
  act: "create" | "change" | "cancel" | "take_up";
  change: Record<string, { from: unknown; to: unknown }>;
};
/** One range of the page's body that would be replaced. */
export type PageRange = { at: number; from: string; to: string };
/** What a run would do; why none could go on, in words; null where there is no such plan. */
export type Preview =
  | {
      pageVersion: number;
      linear: LinearWrite[];
      page: PageRange[];
      /** What the page has no place for, in words. */
      leftOut: { title: string; reason: string }[];
      /** Comments that would be mirrored: the side that they would come to, and the item that they are about. */
      comments: { side: Side; title: string }[];
      /** Conflicts that would wait for a person. */
      conflicts: number;
    }
  | Halt
  | null;
/** Why a run cannot go on until a person has done something; in words for them. */
export type Halt = { code: string; words: string };

export type SyncStore = {
  load(planId: PlanId): Promise<SyncedPlan | null>;
  /** Begins the run that is due: `busy` where the plan's session is at work, which then queues it again; `changed` where somebody was first. */
  begin(seen: SyncedPlan, runId: string): Promise<"begun" | "busy" | "changed">;
  /** `goesOn`: the step that follows is this run's; `dueAt` (ms): the run is over, and the next is wanted then. */
  commit(
    move: SyncMove,
  ): Promise<{ outcome: "committed"; goesOn: boolean; dueAt: number | null } | { outcome: "changed" }>;
  pastRun(id: string): Promise<PastRun | null>;
  /** Writes down a page write that is about to be sent; false where the lease is lost. */
  openPageWrite(seen: SyncedPlan, attemptId: string, write: PageWrite): Promise<boolean>;
  /** Comments of the plan that are mirrored or about to be, those that moved last first: at most a thousand. `openSince` (ISO): when the oldest open one was put down. */
  commentLinks(planId: PlanId): Promise<{ links: CommentLink[]; openSince: string | null }>;
  /** Writes down comments that are about to be mirrored; false where the lease is lost. */
  openComments(seen: SyncedPlan, attemptId: string, comments: CommentLink[]): Promise<boolean>;
  /** Makes runs due after a time of quiet; those of idle plans that are kept in step. */
  request(query: SyncRequest): Promise<DueRun[]>;
  /** The plans that an issue belongs to, or that are made from this source; the one that changed last comes first. */
  plansOf(
    organizationId: OrganizationId,
    what: { issueId: string } | { source: string },
  ): Promise<{ plan: Plan; holder: PlanningSession }[]>;
  /** Runs that should have begun or gone on and have not, for whoever looks after lost messages; and plans that nobody has looked at for long, which become due. */
  listOverdue(limit: number): Promise<{ planId: PlanId; version: number; step: SyncStepName }[]>;
};

export type SyncRequest = {
  organizationId: OrganizationId;
  because: SyncTrigger;
  planIds: PlanId[];
  /** Linear's id of the person who asks; a person waits for no quiet. */
  askedBy?: string;
};
