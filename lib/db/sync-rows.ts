import type { PlanItemId } from "../domain/ids.js";
import type { CommentLink, CommentsSeen } from "../domain/sync/comments.js";
import type { ChangeOf, Conflict, ConflictField, ConflictKind, Strategy } from "../domain/sync/conflict.js";
import {
  type Done,
  defaultSyncSettings,
  type PlanSetup,
  type SyncQuestion,
  type SyncSettings,
  type SyncStatus,
  type SyncStepName,
  type SyncWork,
} from "../domain/sync/run.js";
import type { RecentRun } from "../domain/sync/to-and-fro.js";
import { defaultEngagementSettings, type EngagementSettings } from "../domain/session.js";
import type { PageSnapshot } from "../ports.js";
import type { SyncedPlan } from "../ports-sync.js";
import { type ItemRow, type PlanRow, type SessionRow, toPlan, toPlanItem, toSession } from "./session-rows.js";

/** A plan with everything that a sync run needs, as one statement gives it. */
export type SyncedRow = {
  plan: PlanRow & {
    sync_status: SyncStatus;
    step: SyncStepName | null;
    dirty: boolean;
    sync_work: SyncWork | null;
    due_at: string | null;
    waiting_until: string | null;
    sync_question: SyncQuestion | null;
    linear_seen_at: string | null;
    setup: PlanSetup | null;
    comments_seen: CommentsSeen | null;
    created_at: string;
  };
  session: SessionRow;
  app_user_id: string | null;
  comments_to_page_since: string | null;
  comments_to_linear_since: string | null;
  writes_page: boolean;
  settings: Partial<Omit<EngagementSettings, "sync"> & { sync: Partial<SyncSettings> }> | null;
  items: ItemRow[];
  conflicts: ConflictRow[];
  events: EventRow[];
  writes: { id: string; from_version: number; body_hash: string; done: Done[] }[];
  runs: RecentRun[];
  base: PageSnapshot | null;
};

export function toSyncedPlan(row: SyncedRow, linearClientId: string): SyncedPlan {
  const { plan } = row;
  return {
    plan: toPlan(plan),
    session: toSession(row.session),
    ownActorIds: [row.app_user_id ?? "", linearClientId].filter(Boolean),
    settings: { ...defaultSyncSettings, ...row.settings?.sync },
    epicsAs: row.settings?.epics ?? defaultEngagementSettings.epics,
    allowsRestricted: row.session.work.confirmedPageVersion !== undefined,
    status: plan.sync_status,
    step: plan.step,
    dueAt: instantOf(plan.due_at),
    waitingUntil: instantOf(plan.waiting_until),
    dirty: plan.dirty,
    work: plan.sync_work,
    question: plan.sync_question,
    setup: plan.setup,
    linearSeenAt: plan.linear_seen_at,
    writesPage: row.writes_page,
    items: row.items.map(toPlanItem),
    conflicts: row.conflicts.map(toConflict),
    events: row.events.map(({ issue_id, changed_at, actor_id, actor_name, data }) => ({
      issueId: issue_id,
      changedAt: changed_at,
      actorId: actor_id,
      actorName: actor_name,
      data,
    })),
    openWrites: row.writes.map(({ id, from_version, body_hash, done }) => ({
      id,
      fromVersion: from_version,
      bodyHash: body_hash,
      done,
    })),
    recentRuns: row.runs,
    base: row.base,
    commentsSince: {
      linear: laterOf(row.comments_to_page_since, plan.created_at),
      page: laterOf(row.comments_to_linear_since, plan.created_at),
    },
    commentsSeen: plan.comments_seen ?? { linear: null, page: null, problem: null },
  };
}

/** What was written before there was a plan is no part of it. */
const laterOf = (since: string | null, madeAt: string): string | null =>
  since === null ? null : new Date(Math.max(Date.parse(since), Date.parse(madeAt))).toISOString();

const instantOf = (value: string | null): number | null => (value === null ? null : new Date(value).getTime());

type EventRow = {
  issue_id: string;
  changed_at: string;
  actor_id: string | null;
  actor_name: string | null;
  data: Record<string, unknown>;
};

/** A row of `comment_links`. */
export type CommentRow = {
  id: string;
  item_id: string;
  written_in: CommentLink["writtenIn"];
  linear_comment_id: string;
  linear_thread_id: string;
  page_comment_id: string | null;
  page_thread_id: string | null;
  page_kind: CommentLink["pageKind"];
  status: CommentLink["status"];
  created_at: string;
};

export const toCommentLink = (row: CommentRow): CommentLink => ({
  id: row.id,
  itemId: row.item_id as PlanItemId,
  writtenIn: row.written_in,
  linearCommentId: row.linear_comment_id,
  linearThreadId: row.linear_thread_id,
  pageCommentId: row.page_comment_id,
  pageThreadId: row.page_thread_id,
  pageKind: row.page_kind,
  status: row.status,
});

/** A row of `conflicts`. */
export type ConflictRow = {
  id: string;
  item_id: string;
  field: ConflictField;
  kind: ConflictKind;
  base: unknown;
  linear_change: ChangeOf;
  confluence_change: ChangeOf;
  is_resolved: boolean;
  resolution_strategy: Strategy | null;
  resolved_change: ChangeOf | null;
};

export function toConflict(row: ConflictRow): Conflict {
  const { resolution_strategy: strategy, resolved_change: resolved } = row;
  return {
    id: row.id,
    itemId: row.item_id as PlanItemId,
    field: row.field,
    kind: row.kind,
    base: row.base,
    linear: row.linear_change,
    page: row.confluence_change,
    decision: row.is_resolved && strategy ? { strategy, value: resolved?.value, by: resolved?.author ?? null } : null,
  };
}
