import * as z from "zod/mini";
import { Instant, optionalText, Paging, pageOf, Uuid } from "../common.js";
import { SyncField, SyncSettings } from "../engagements.js";
import { routes } from "../route.js";

const triggers = ["page", "issue", "comment", "poll", "person", "session"] as const;
const Trigger = z.enum(triggers);
/** A value of a field: text, number, a list, or nothing. */
const Value = z.union([z.string(), z.number(), z.array(z.string()), z.null()]);
const Named = z.object({ id: Uuid, title: z.string(), identifier: z.nullable(z.string()) });

/** A field in which page and issue do not say the same although nobody has been asked. */
const Difference = z.object({
  item: Named,
  field: SyncField,
  page: Value,
  linear: Value,
  /** A run has yet to write it, or to read it again; otherwise one side cannot say it, or may not be written. */
  isWaiting: z.boolean(),
});

/** How a plan stands to its page and its issues. */
export const PlanSync = z.object({
  planId: Uuid,
  sessionId: Uuid,
  /** `paused`: nobody looks until a person says so, unless it was for a reason that a new request gets over; `revoked`: the installation is gone. */
  status: z.enum(["idle", "running", "paused", "revoked"]),
  step: z.nullable(z.enum(["detect-changes", "apply-to-linear", "apply-to-page", "mirror-comments", "take-back"])),
  /** Why it is paused; the code `paused` stands for a person. */
  paused: z.nullable(z.object({ code: z.string(), words: z.string(), by: z.nullable(z.string()) })),
  /** When the next run begins, since when it has been wanted, and why. */
  dueAt: z.nullable(Instant),
  dueSince: z.nullable(Instant),
  dueBecause: z.nullable(Trigger),
  runningSince: z.nullable(Instant),
  lastSyncedAt: z.nullable(Instant),
  /** Null before the first approval; nothing is kept in step before that. */
  pageVersion: z.nullable(z.int()),
  /** Of several plans of an organization on one page one writes to it. */
  writesPage: z.boolean(),
  settings: SyncSettings,
  openConflicts: z.int(),
  /** Items with something that has not been written or decided yet. */
  unsettledItems: z.int(),
  /** The first hundred fields in which the sides differ without a conflict. */
  differences: z.array(Difference),
  version: z.int(),
});
export type PlanSync = z.infer<typeof PlanSync>;

/** What a run has done to one item. */
const Done = z.object({
  side: z.enum(["page", "linear"]),
  itemId: Uuid,
  title: z.string(),
  what: z.enum([
    "set",
    "created",
    "cancelled",
    "reopened",
    "struck",
    "inserted",
    "moved",
    "linked",
    "status",
    /** What a person has written on the other side was mirrored. */
    "commented",
    /** The side cannot say it; `reason` says why. */
    "left_out",
  ]),
  field: z.optional(z.string()),
  from: z.optional(Value),
  to: z.optional(Value),
  reason: z.optional(z.string()),
});

/** A sync run that has ended and has done something, was asked for, or could not go on. */
export const SyncRun = z.object({
  id: Uuid,
  planId: Uuid,
  trigger: z.enum([...triggers, "undo"]),
  success: z.boolean(),
  /** A stable code; null where it went well. */
  error: z.nullable(z.string()),
  fromPageVersion: z.nullable(z.int()),
  toPageVersion: z.nullable(z.int()),
  createdIssues: z.int(),
  updatedIssues: z.int(),
  pageChanges: z.int(),
  conflictsDetected: z.int(),
  conflictsResolved: z.int(),
  /** In lists the first twenty things, else all of them. */
  done: z.array(Done),
  doneCount: z.int(),
  startedAt: Instant,
  endedAt: Instant,
  undoneAt: z.nullable(Instant),
});
export type SyncRun = z.infer<typeof SyncRun>;

/** What a run would do now, with every write on both sides. Nothing has been written. */
export const SyncPreview = z.object({
  planId: Uuid,
  pageVersion: z.int(),
  /** Issues that would be made or changed, with every value: what it is now and what it would be. */
  linear: z.array(
    z.object({
      title: z.string(),
      identifier: z.nullable(z.string()),
      act: z.enum(["create", "change", "cancel", "take_up"]),
      change: z.record(z.string(), z.object({ from: z.unknown(), to: z.unknown() })),
    }),
  ),
  /** Ranges of the page's body that would be replaced, by their place in the body as it is. */
  page: z.array(z.object({ at: z.int(), from: z.string(), to: z.string() })),
  /** What the page has no place for. */
  leftOut: z.array(z.object({ title: z.string(), reason: z.string() })),
  /** Comments that would be mirrored: the side that they would come to, and the item that they are about. */
  comments: z.array(z.object({ side: z.enum(["page", "linear"]), title: z.string() })),
  /** Conflicts that would wait for a person. */
  conflicts: z.int(),
});
export type SyncPreview = z.infer<typeof SyncPreview>;

/** `items`: what the ids in the value of `parent`, `dependsOn` or `order` are called. */
const NamedValue = { value: Value, items: z.array(Named) };
const Change = z.object({
  ...NamedValue,
  /** Id of the person on that side, as far as the side says. */
  author: z.nullable(z.string()),
  authorName: z.nullable(z.string()),
  at: z.nullable(z.string()),
});

/** A question to people about one field of one item; until it is decided nobody writes that field. */
export const Conflict = z.object({
  id: Uuid,
  planId: Uuid,
  sessionId: Uuid,
  item: z.extend(Named, { url: z.nullable(z.string()) }),
  pageUrl: z.nullable(z.string()),
  /** A field, or `existence`: whether there is to be such an item at all. */
  field: z.union([SyncField, z.literal("existence")]),
  /**
   * `both_changed`: both sides changed the field; `overwritten`: the issue was changed between our read and our write; `gone`: one side threw the
   * item away; `restored`: what was decided before was taken back.
   */
  kind: z.enum(["both_changed", "overwritten", "gone", "restored"]),
  state: z.enum(["open", "decided", "applied"]),
  base: z.object(NamedValue),
  page: Change,
  linear: Change,
  decision: z.nullable(
    z.object({
      strategy: z.enum(["linear", "confluence", "both", "edited", "agreed"]),
      ...NamedValue,
      /** Null where a policy or nobody decided. */
      by: z.nullable(z.string()),
      byName: z.nullable(z.string()),
      at: z.nullable(z.string()),
    }),
  ),
  appliedAt: z.nullable(Instant),
  createdAt: Instant,
  updatedAt: Instant,
});
export type Conflict = z.infer<typeof Conflict>;

/** A side, both where both can stand, or a text of one's own: a number for story points, a list or lines for acceptance criteria. */
const Resolution = z.union([
  z.object({ strategy: z.enum(["linear", "confluence", "both"]) }),
  z.object({
    strategy: z.literal("edited"),
    value: z.union([
      optionalText(10_000),
      z.number().check(z.gte(0), z.lte(10_000)),
      z.array(optionalText(2_000)).check(z.maxLength(100)),
    ]),
  }),
]);
export type Resolution = z.infer<typeof Resolution>;

const byId = z.object({ id: Uuid });
const common = { tag: "sync", params: byId } as const;

/** Keeping plans in step with their pages and issues: where they stand, what was done, and what only people can decide. */
export const syncRoutes = routes({
  getPlanSync: {
    ...common,
    method: "GET",
    path: "/api/v1/plans/{id}/sync",
    summary: "How a plan stands to its page and its issues",
    access: "viewer",
    status: 200,
    answer: PlanSync,
  },
  syncPlan: {
    ...common,
    method: "POST",
    path: "/api/v1/plans/{id}/sync",
    summary: "Asks for a sync run now; one that is under way is followed by another",
    access: "member",
    status: 202,
    answer: PlanSync,
    isRepeatable: true,
  },
  previewSync: {
    ...common,
    method: "POST",
    path: "/api/v1/plans/{id}/sync/preview",
    summary: "What a run would do now, with every write on both sides; nothing is written",
    access: "member",
    status: 200,
    answer: SyncPreview,
  },
  pauseSync: {
    ...common,
    method: "POST",
    path: "/api/v1/plans/{id}/sync/pause",
    summary: "Keeps page and issues as they are until somebody resumes; a run that is under way ends",
    access: "member",
    status: 200,
    answer: PlanSync,
    isRepeatable: true,
  },
  resumeSync: {
    ...common,
    method: "POST",
    path: "/api/v1/plans/{id}/sync/resume",
    summary: "Ends a pause, whatever it was for; a run begins now",
    access: "member",
    status: 200,
    answer: PlanSync,
    isRepeatable: true,
  },
  takeOverPage: {
    ...common,
    method: "POST",
    path: "/api/v1/plans/{id}/sync/writer",
    summary: "Lets this plan write to the page from now on, instead of the other one that is made from it",
    access: "member",
    status: 200,
    answer: PlanSync,
    isRepeatable: true,
  },
  listSyncRuns: {
    ...common,
    method: "GET",
    path: "/api/v1/plans/{id}/sync/runs",
    summary: "Runs that have done something or were asked for, the newest first",
    access: "viewer",
    query: Paging,
    status: 200,
    answer: pageOf(SyncRun),
  },
  getSyncRun: {
    ...common,
    method: "GET",
    path: "/api/v1/sync-runs/{id}",
    summary: "A run with everything that it has done",
    access: "viewer",
    status: 200,
    answer: SyncRun,
  },
  undoSyncRun: {
    ...common,
    method: "POST",
    path: "/api/v1/sync-runs/{id}/undo",
    summary:
      "Takes a run back within seven days: issues and page get what they had, but for what somebody has changed since",
    access: "member",
    status: 202,
    answer: PlanSync,
    isRepeatable: true,
  },
  listConflicts: {
    tag: "sync",
    method: "GET",
    path: "/api/v1/conflicts",
    summary: "Conflicts between pages and issues, the newest first; of one plan or session, or in one state",
    access: "viewer",
    query: z.extend(Paging, {
      planId: z.optional(Uuid),
      sessionId: z.optional(Uuid),
      state: z.optional(z.enum(["open", "decided", "applied"])),
    }),
    status: 200,
    answer: pageOf(Conflict),
  },
  getConflict: {
    ...common,
    method: "GET",
    path: "/api/v1/conflicts/{id}",
    summary: "A conflict with both values",
    access: "viewer",
    status: 200,
    answer: Conflict,
  },
  resolveConflict: {
    ...common,
    method: "POST",
    path: "/api/v1/conflicts/{id}/resolve",
    summary: "Decides what both sides are to say; deciding again brings back the value that was not taken",
    access: "member",
    body: Resolution,
    status: 200,
    answer: Conflict,
    isRepeatable: true,
  },
});
