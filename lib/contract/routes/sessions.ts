import * as z from "zod/mini";
import { highest, Instant, optionalText, pageOf, Paging, Uuid, Version } from "../common.js";
import { PlanState } from "../engagements.js";
import { routes } from "../route.js";
import { Description, PageUrl, Participants, Session, SessionStatus, Title } from "../sessions.js";

/** What happened in a session last, and who did it. */
export const LastActivity = z.object({ type: z.string(), actor: z.string(), at: Instant });

export const ListedSession = z.extend(Session, { lastActivity: z.nullable(LastActivity) });
export type ListedSession = z.infer<typeof ListedSession>;

/** A session by itself: also why it failed and what it waits for. */
export const SessionDetail = z.extend(ListedSession, {
  step: z.string(),
  issueId: z.nullable(z.string()),
  question: z.nullable(z.string()),
  failure: z.nullable(z.object({ code: z.string(), words: z.string() })),
  waitingUntil: z.nullable(Instant),
  isStopping: z.boolean(),
  participants: z.array(z.string()),
});
export type SessionDetail = z.infer<typeof SessionDetail>;

const Priority = z.enum(["urgent", "high", "medium", "low"]);
const Range = z.object({ start: z.int(), end: z.int() });
const Kind = z.enum(["epic", "feature", "story", "enabler"]);

/** What a page says of an item. */
const Fields = {
  kind: Kind,
  key: z.string(),
  title: z.string(),
  description: z.string(),
  storyPoints: z.nullable(z.number()),
  priority: z.nullable(Priority),
  enablerType: z.nullable(z.enum(["exploration", "architecture", "infrastructure", "compliance"])),
  acceptanceCriteria: z.array(z.string()),
  dependsOn: z.array(z.string()),
};

/** An item of a plan as it was approved, with its issue in Linear. */
export const PlanItem = z.object({
  id: Uuid,
  planId: Uuid,
  parentId: z.nullable(Uuid),
  ...Fields,
  state: z.enum(["active", "removed", "undone", "refused"]),
  /** What is still to be done for it in Linear. */
  pending: z.nullable(z.enum(["create", "adopt", "update", "reopen", "cancel", "insert", "strike"])),
  isAdopted: z.boolean(),
  linearId: z.nullable(z.string()),
  linearIdentifier: z.nullable(z.string()),
  linearUrl: z.nullable(z.string()),
  /** The item of another plan of the session that is the same, found when sessions were merged. */
  duplicateOf: z.nullable(Uuid),
});
export type PlanItem = z.infer<typeof PlanItem>;

/** What the page of a plan says, and what became of each of its blocks. */
export const Coverage = z.object({
  planId: Uuid,
  page: z.object({ title: z.string(), url: z.nullable(z.string()), version: z.int(), length: z.int() }),
  items: z.array(z.object({ ...Fields, parent: z.nullable(z.string()), range: Range })),
  warnings: z.array(
    z.object({
      code: z.string(),
      message: z.string(),
      range: z.nullable(Range),
      itemKey: z.nullable(z.string()),
    }),
  ),
  blocks: z.array(
    z.object({
      range: Range,
      use: z.enum(["item", "context", "unused"]),
      rule: z.nullable(z.string()),
      under: z.nullable(z.string()),
      block: z.string(),
    }),
  ),
});
export type Coverage = z.infer<typeof Coverage>;

/** A line of a session's log. */
export const LogLine = z.object({
  seq: z.int(),
  type: z.string(),
  actor: z.string(),
  at: Instant,
  body: z.record(z.string(), z.unknown()),
});

const byId = z.object({ id: Uuid });
const common = { tag: "sessions" } as const;

/** The catalogue of planning sessions. */
export const sessionRoutes = routes({
  createSession: {
    ...common,
    method: "POST",
    path: "/api/v1/sessions",
    summary: "Makes a session that waits to be started; the first of an engagement becomes its default",
    access: "member",
    body: z.object({
      title: Title,
      engagementId: z.nullish(Uuid),
      pageUrl: z.nullish(PageUrl),
      description: z.nullish(Description),
      participants: z.optional(Participants),
      id: z.optional(Uuid),
    }),
    status: 201,
    answer: SessionDetail,
    isRepeatable: true,
  },
  listSessions: {
    ...common,
    method: "GET",
    path: "/api/v1/sessions",
    summary: "Lists the sessions that you may see, the newest first",
    access: "viewer",
    query: z.extend(Paging, {
      status: z.optional(SessionStatus),
      engagementId: z.optional(Uuid),
      archived: z.optional(z.enum(["true", "false"])),
      createdBy: z.optional(z.union([z.literal("me"), Uuid])),
      q: z.optional(optionalText(200)),
      sort: z.optional(z.literal("newest")),
    }),
    status: 200,
    answer: pageOf(ListedSession),
  },
  getSession: {
    ...common,
    method: "GET",
    path: "/api/v1/sessions/{id}",
    summary: "A session",
    access: "viewer",
    params: byId,
    status: 200,
    answer: SessionDetail,
  },
  updateSession: {
    ...common,
    method: "PUT",
    path: "/api/v1/sessions/{id}",
    summary: "Changes title, description or page of the version that you have seen",
    access: "member",
    params: byId,
    body: z.object({
      expectedVersion: Version,
      title: z.optional(Title),
      description: z.nullish(Description),
      pageUrl: z.nullish(PageUrl),
    }),
    status: 200,
    answer: SessionDetail,
  },
  switchSession: {
    ...common,
    method: "POST",
    path: "/api/v1/sessions/{id}/switch",
    summary: "Makes this the session that you work in, and its engagement yours",
    access: "viewer",
    changesOwn: true,
    params: byId,
    status: 200,
    answer: SessionDetail,
  },
  setDefaultSession: {
    ...common,
    method: "POST",
    path: "/api/v1/sessions/{id}/default",
    summary: "Makes this the default session of its engagement, in place of the one that was",
    access: "member",
    params: byId,
    status: 200,
    answer: SessionDetail,
  },
  listSessionItems: {
    ...common,
    method: "GET",
    path: "/api/v1/sessions/{id}/items",
    summary: "The items of the session's plans as they were approved, with their issues",
    access: "viewer",
    params: byId,
    status: 200,
    answer: z.object({ items: z.array(PlanItem) }),
  },
  getSessionCoverage: {
    ...common,
    method: "GET",
    path: "/api/v1/sessions/{id}/coverage",
    summary: "What the page says and what became of each of its blocks",
    access: "viewer",
    params: byId,
    query: z.object({ planId: z.optional(Uuid) }),
    status: 200,
    answer: Coverage,
  },
  listSessionEvents: {
    ...common,
    method: "GET",
    path: "/api/v1/sessions/{id}/events",
    summary: "The session's log from the line behind `after`",
    access: "viewer",
    params: byId,
    query: z.object({
      after: z.optional(z.coerce.number().check(z.int(), z.gte(0), z.lte(highest))),
      limit: z.optional(z.coerce.number().check(z.int(), z.gte(1), z.lte(1_000))),
    }),
    status: 200,
    answer: z.object({
      items: z.array(LogLine),
      /** What to send as `after` for the next lines; null where these are the last so far. */
      next: z.nullable(z.int()),
      /** Number of the newest line of all. */
      seq: z.int(),
    }),
  },
  getSessionSync: {
    ...common,
    method: "GET",
    path: "/api/v1/sessions/{id}/sync",
    summary: "The session's plans and how page and issues stand to each other",
    access: "viewer",
    params: byId,
    status: 200,
    answer: z.object({ plans: z.array(PlanState) }),
  },
});
