import * as z from "zod/mini";
import { Instant, Uuid } from "./common.js";
import { SessionStatus } from "./sessions.js";

/** What went wrong, or may have, and when. `code` is stable, `message` for people. */
export const RecordedProblem = z.object({
  message: z.string(),
  code: z.optional(z.string()),
  details: z.optional(z.unknown()),
  timestamp: Instant,
});
export type RecordedProblem = z.infer<typeof RecordedProblem>;

const issues = z.record(z.string(), z.string());

/** The issues of a plan: Linear's id by the item's key. */
export const SessionResult = z.object({ epics: issues, features: issues, stories: issues, enablers: issues });
export type SessionResult = z.infer<typeof SessionResult>;

/** What the agent waits to hear. A reply is words, or the `value` of an option. */
export const AskedQuestion = z.object({
  kind: z.string(),
  words: z.string(),
  options: z.array(z.object({ label: z.string(), value: z.string() })),
  /** Where the person has to go first, such as to connect Confluence. */
  url: z.nullable(z.string()),
});
export type AskedQuestion = z.infer<typeof AskedQuestion>;

/** Where a planning session stands. `version` moves with its status, `seq` with every event of its log. */
export const SessionState = z.object({
  id: Uuid,
  organizationId: z.string(),
  engagementId: z.nullable(Uuid),
  confluencePageUrl: z.nullable(z.string()),
  planningTitle: z.string(),
  status: SessionStatus,
  /** Somebody has asked it to stop; it does as soon as it has read back what exists. */
  isStopping: z.boolean(),
  progress: z.int(),
  progressMessage: z.string(),
  errors: z.array(RecordedProblem),
  warnings: z.array(RecordedProblem),
  result: z.optional(SessionResult),
  question: z.nullable(AskedQuestion),
  version: z.int(),
  seq: z.int(),
  createdAt: Instant,
  updatedAt: Instant,
  archivedAt: z.nullable(Instant),
  mergedInto: z.nullable(Uuid),
});
export type SessionState = z.infer<typeof SessionState>;
