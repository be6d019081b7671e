import type { PlanItemId } from "../ids.js";
import type { ItemFields } from "../plan-item.js";
import type { Setup } from "../session.js";
import type { Policy, Side, SyncField } from "./values.js";

/** The steps of a sync run, in their order; each is skipped where there is nothing for it to do. `take-back` is a run of its own. */
export type SyncStepName = "detect-changes" | "apply-to-linear" | "apply-to-page" | "mirror-comments" | "take-back";

/** `paused`: nobody looks until a person says so. `revoked`: the installation is gone. */
export type SyncStatus = "idle" | "running" | "paused" | "revoked";

/** Why a run was started. */
export type SyncTrigger = "page" | "issue" | "comment" | "poll" | "person" | "session" | "undo";

/** How an engagement wants its plans kept in step. */
export type SyncSettings = {
  /** Which way changes go; `off`: neither. */
  direction: "both" | "to_linear" | "to_page" | "off";
  /** Who has the last word where both sides changed a field and it cannot be merged; `ask` where none is named. */
  policies: Partial<Record<SyncField, Policy>>;
  /** Whether each item on the page gets a link to its issue. */
  links: boolean;
  /** Which comments are mirrored: those on issues `to_page`, those on the page `to_linear`. */
  comments: CommentSetting;
};
export type CommentSetting = "off" | "to_page" | "to_linear" | "both";
export const defaultSyncSettings: SyncSettings = { direction: "both", policies: {}, links: false, comments: "off" };

/** Something that a run has done, for the history and for taking it back. */
export type Done = {
  side: Side;
  itemId: PlanItemId;
  /** What the item was called. */
  title: string;
} & (
  | { what: "set"; field: SyncField; from: ItemFields[SyncField] | null; to: ItemFields[SyncField] | null }
  /** `commented`: what a person has written on the other side was mirrored. */
  | { what: "created" | "cancelled" | "reopened" | "struck" | "inserted" | "moved" | "linked" | "commented" }
  | { what: "status"; from: string; to: string }
  /** What a side cannot say: it stays as it is there. */
  | { what: "left_out"; field: SyncField | "item" | "comments"; reason: string }
);

/** Figures of a run, as the history keeps them. */
export type SyncCounts = {
  createdIssues: number;
  updatedIssues: number;
  pageChanges: number;
  conflictsDetected: number;
  conflictsResolved: number;
};
export const nothingCounted: SyncCounts = {
  createdIssues: 0,
  updatedIssues: 0,
  pageChanges: 0,
  conflictsDetected: 0,
  conflictsResolved: 0,
};

/** What a run keeps from one step to the next. Everything but what was done can be read again. */
export type SyncWork = {
  runId: string;
  trigger: SyncTrigger;
  /** The run that this one takes back; null where it brings both sides in step. */
  undoOf: string | null;
  /** Linear's id of the person who asked; the result is said to them. */
  askedBy: string | null;
  startedAt: string;
  /** The version of the page that was compared, and when and by whom it was written. */
  page: { version: number; updatedAt: string | null; authorId: string | null };
  /** Items with something to be written, on either side. */
  toLinear: PlanItemId[];
  toPage: PlanItemId[];
  counts: SyncCounts;
  done: Done[];
  /** How often the page was found changed between reading and writing it. */
  stale: number;
  /** How often comments may still be looked at; 0 where they are not mirrored, or have been. */
  commentLooks: number;
};

/** The work of a run that begins. */
export const newWork = (runId: string, trigger: SyncTrigger): SyncWork => ({
  runId,
  trigger,
  undoOf: null,
  askedBy: null,
  startedAt: "",
  page: { version: 0, updatedAt: null, authorId: null },
  toLinear: [],
  toPage: [],
  counts: nothingCounted,
  done: [],
  stale: 0,
  commentLooks: 0,
});

/** The team as the plan needs it; kept with the plan so that a run need not ask again. */
export type PlanSetup = Setup & { readAt: string };

/** Conflicts that people were asked about, in the order of the list that they read. */
export type SyncQuestion = { id: string; conflicts: string[]; agentSessionId: string | null };
