import * as z from "zod/mini";
import { Instant, Uuid, Version } from "../common.js";
import { routes } from "../route.js";
import { SessionStatus } from "../sessions.js";

/** A merge with what it did: `steps` say under which id (`as`) each is in the target, `duplicates` which items are the same. */
export const Merge = z.object({
  id: Uuid,
  targetId: Uuid,
  sourceId: Uuid,
  actor: z.string(),
  steps: z.array(z.object({ id: Uuid, as: Uuid, united: z.boolean() })),
  participants: z.array(z.string()),
  planIds: z.array(Uuid),
  /** Lines of the source's log; line n is line seq + n of the target's. */
  events: z.int(),
  seq: z.int(),
  duplicates: z.array(z.object({ item: Uuid, of: Uuid, by: z.enum(["issue", "key"]) })),
  createdAt: Instant,
  undoneAt: z.nullable(Instant),
});
export type Merge = z.infer<typeof Merge>;

const Json = z.record(z.string(), z.unknown());
const ExportedSession = z.object({
  id: Uuid,
  engagementId: z.nullable(Uuid),
  isDefault: z.boolean(),
  title: z.string(),
  description: z.nullable(z.string()),
  pageUrl: z.nullable(z.string()),
  teamId: z.nullable(z.string()),
  issueId: z.nullable(z.string()),
  status: SessionStatus,
  progress: z.int(),
  progressMessage: z.string(),
  failure: z.nullable(z.object({ code: z.string(), words: z.string(), step: z.string() })),
  version: z.int(),
  seq: z.int(),
  createdBy: z.nullable(Uuid),
  createdAt: Instant,
  updatedAt: Instant,
  archivedAt: z.nullable(Instant),
  mergedInto: z.nullable(Uuid),
});

/** Everything that belongs to a session, as it stood at one moment. */
export const SessionExport = z.object({
  session: ExportedSession,
  mergedSessions: z.array(ExportedSession),
  steps: z.array(
    z.object({
      id: Uuid,
      text: z.string(),
      owner: z.string(),
      position: z.string(),
      revision: z.int(),
      ts: Instant,
      removedAt: z.nullable(Instant),
    }),
  ),
  participants: z.array(z.string()),
  events: z.array(z.object({ seq: z.int(), type: z.string(), body: Json, actor: z.string(), at: Instant })),
  plans: z.array(
    z.object({
      id: Uuid,
      source: z.string(),
      teamId: z.string(),
      pageUrl: z.nullable(z.string()),
      pageTitle: z.string(),
      basePageVersion: z.nullable(z.int()),
      version: z.int(),
      syncStatus: z.string(),
      createdAt: Instant,
    }),
  ),
  items: z.array(
    z.object({
      id: Uuid,
      planId: Uuid,
      parentId: z.nullable(Uuid),
      position: z.int(),
      kind: z.enum(["epic", "feature", "story", "enabler"]),
      key: z.string(),
      title: z.string(),
      fields: Json,
      base: z.nullable(Json),
      state: z.string(),
      pending: z.nullable(z.string()),
      isAdopted: z.boolean(),
      linearKind: z.string(),
      linearId: z.nullable(z.string()),
      linearIdentifier: z.nullable(z.string()),
      linearUrl: z.nullable(z.string()),
      duplicateOf: z.nullable(Uuid),
      createdAt: Instant,
    }),
  ),
});
export type SessionExport = z.infer<typeof SessionExport>;

const byId = z.object({ id: Uuid });
const common = { tag: "sessions", params: byId } as const;

/** Setting sessions aside, merging them, and taking that back. */
export const lifecycleRoutes = routes({
  deleteSession: {
    ...common,
    method: "DELETE",
    path: "/api/v1/sessions/{id}",
    summary: "Hides a session; its issues and its log stay",
    access: "member",
    status: 204,
    answer: null,
  },
  restoreSession: {
    ...common,
    method: "POST",
    path: "/api/v1/sessions/{id}/restore",
    summary: "Takes the deletion of a session back",
    access: "member",
    status: 204,
    answer: null,
  },
  mergeSession: {
    ...common,
    method: "POST",
    path: "/api/v1/sessions/{id}/merge",
    summary: "Takes over everything of another session, which only points here afterwards",
    access: "member",
    body: z.object({ sourceId: Uuid, targetVersion: Version, sourceVersion: Version }),
    status: 200,
    answer: Merge,
    isRepeatable: true,
  },
  listMerges: {
    ...common,
    method: "GET",
    path: "/api/v1/sessions/{id}/merges",
    summary: "Merges into the session and of it, the newest first",
    access: "viewer",
    status: 200,
    answer: z.object({ items: z.array(Merge) }),
  },
  undoMerge: {
    ...common,
    method: "POST",
    path: "/api/v1/merges/{id}/undo",
    summary: "Takes a merge back, where nothing of it has been changed since",
    access: "member",
    status: 200,
    answer: Merge,
  },
  exportSession: {
    ...common,
    method: "GET",
    path: "/api/v1/sessions/{id}/export",
    summary: "Everything that belongs to a session, as JSON",
    access: "viewer",
    status: 200,
    answer: SessionExport,
  },
});
