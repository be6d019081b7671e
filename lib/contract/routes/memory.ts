import * as z from "zod/mini";
import { Instant, Paging, pageOf, text, Uuid } from "../common.js";
import { routes } from "../route.js";
import { Title } from "../sessions.js";

/** What a node of memory stands for. */
export const MemoryKind = z.enum(["plan_session", "page", "plan", "issue", "decision"]);
/** How one node led to another: from the older to the younger. */
export const EdgeKind = z.enum(["session_plan", "page_plan", "plan_issue", "used_in_planning"]);

/** What remains of something that was planned; `metadata` has the ids and addresses that lead back to it. */
export const MemoryNode = z.object({
  id: Uuid,
  kind: MemoryKind,
  title: z.string(),
  engagementId: z.nullable(Uuid),
  metadata: z.record(z.string(), z.unknown()),
  createdAt: Instant,
});
export type MemoryNode = z.infer<typeof MemoryNode>;

/** `from`: the edge comes from the other node; `to`: it leads there. */
const direction = z.enum(["from", "to"]);

/** Why a node was found: by its own words, by words taken for what was typed, or because it is linked with something that was found. */
export const MemoryReason = z.object({
  words: z.array(z.string()),
  corrected: z.array(z.object({ typed: z.string(), meant: z.string() })),
  linked: z.array(z.object({ id: Uuid, title: z.string(), kind: MemoryKind, edge: EdgeKind, direction })),
  /** The same in a sentence. */
  text: z.string(),
});

export const MemoryHit = z.object({ node: MemoryNode, score: z.number(), why: MemoryReason });
export type MemoryHit = z.infer<typeof MemoryHit>;

const byId = z.object({ id: Uuid });
const common = { tag: "memory" } as const;
const filters = { kind: z.optional(MemoryKind), engagementId: z.optional(Uuid) };

/** The archive and memory. */
export const memoryRoutes = routes({
  archiveSession: {
    ...common,
    method: "POST",
    path: "/api/v1/sessions/{id}/archive",
    summary: "Archives a session and keeps it in memory",
    access: "member",
    params: byId,
    body: z.object({ contextId: z.nullish(Uuid) }),
    status: 200,
    answer: z.object({ sessionId: Uuid, memoryNodeId: Uuid }),
    isRepeatable: true,
  },
  unarchiveSession: {
    ...common,
    method: "POST",
    path: "/api/v1/sessions/{id}/unarchive",
    summary: "Takes a session out of the archive and out of memory",
    access: "member",
    params: byId,
    status: 204,
    answer: null,
  },
  listMemory: {
    ...common,
    method: "GET",
    path: "/api/v1/memory",
    summary: "What is remembered, the newest first",
    access: "viewer",
    query: z.extend(Paging, filters),
    status: 200,
    answer: pageOf(MemoryNode),
  },
  searchMemory: {
    ...common,
    method: "GET",
    path: "/api/v1/memory/search",
    summary:
      "Finds what was planned before by words, whatever their form or spelling, and by what it is linked with; the best first",
    access: "viewer",
    query: z.object({
      ...filters,
      q: z.string().check(z.maxLength(500)),
      limit: z.optional(z.coerce.number().check(z.int(), z.gte(1), z.lte(50))),
    }),
    status: 200,
    answer: z.object({ items: z.array(MemoryHit) }),
  },
  getMemory: {
    ...common,
    method: "GET",
    path: "/api/v1/memory/{id}",
    summary: "A node of memory; the content of a `plan_session` is the JSON of its title, steps and participants",
    access: "viewer",
    params: byId,
    status: 200,
    answer: z.extend(MemoryNode, { content: z.string() }),
  },
  listMemoryNeighbours: {
    ...common,
    method: "GET",
    path: "/api/v1/memory/{id}/neighbours",
    summary: "What a node led to and what led to it",
    access: "viewer",
    params: byId,
    query: Paging,
    status: 200,
    answer: pageOf(z.object({ edge: EdgeKind, direction, node: MemoryNode })),
  },
  writeDecision: {
    ...common,
    method: "POST",
    path: "/api/v1/memory/decisions",
    summary: "Writes down a decision, so that later plans find it",
    access: "member",
    body: z.object({ title: Title, text: text(10_000), engagementId: z.nullish(Uuid) }),
    status: 201,
    answer: z.object({ id: Uuid }),
    isRepeatable: true,
  },
  removeDecision: {
    ...common,
    method: "DELETE",
    path: "/api/v1/memory/decisions/{id}",
    summary: "Takes a decision out of memory",
    access: "member",
    params: byId,
    status: 204,
    answer: null,
  },
});
