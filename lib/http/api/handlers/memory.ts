import { archiveSession } from "../../../commands/archive-session.js";
import { searchMemory } from "../../../commands/search-memory.js";
import { unarchiveSession } from "../../../commands/unarchive-session.js";
import type { memoryRoutes } from "../../../contract/routes/memory.js";
import { RequestError } from "../../../domain/errors.js";
import type { EngagementId, SessionId } from "../../../domain/ids.js";
import { grantFor, type Principal } from "../../../domain/principal.js";
import type * as ports from "../../../ports-memory.js";
import type { Handlers } from "../kernel.js";
import { notAllowed, usualLimit } from "./refusals.js";

export type MemoryDeps = { archive: ports.ArchiveStore; memory: ports.MemoryStore };

const usualHits = 10;

/** The archive and memory. */
export const memoryHandlers: Handlers<typeof memoryRoutes, MemoryDeps> = {
  async archiveSession({ params, body, principal, deps }) {
    const { nodeId } = await archiveSession(
      principal,
      params.id as SessionId,
      { contextId: body.contextId ?? null },
      deps,
    );
    return { sessionId: params.id, memoryNodeId: nodeId };
  },
  async unarchiveSession({ params, principal, deps }) {
    await unarchiveSession(principal, params.id as SessionId, deps);
    return null;
  },
  async listMemory({ query, principal, deps }) {
    const { kind = null, engagementId, limit = usualLimit, cursor = null } = query;
    return deps.memory.list(reader(principal), { kind, engagementId: toEngagement(engagementId), limit, cursor });
  },
  async searchMemory({ query, principal, deps }) {
    const { q, kind, engagementId, limit = usualHits } = query;
    const kinds = kind === undefined ? [] : [kind];
    const search = { text: q, kinds, engagementId: toEngagement(engagementId), limit };
    const found = await searchMemory(principal, search, deps);
    return {
      items: found.map(({ node, score, words, corrected, linked, why: text }) => ({
        node,
        score,
        why: { words, corrected, linked, text },
      })),
    };
  },
  async getMemory({ params, principal, deps }) {
    const node = await deps.memory.find(reader(principal), params.id);
    if (!node) throw unknownNode();
    return node;
  },
  async listMemoryNeighbours({ params, query, principal, deps }) {
    const { limit = usualLimit, cursor = null } = query;
    const page = await deps.memory.neighbours(reader(principal), params.id, { limit, cursor });
    if (!page) throw unknownNode();
    return page;
  },
  async writeDecision({ body, principal, newId, requestId, deps }) {
    const { title, text, engagementId } = body;
    const decision = { id: newId, engagementId: toEngagement(engagementId), title, text, by: principal.userId };
    const outcome = await deps.memory.decide(principal, decision, author(principal, requestId));
    if (outcome === "not_found") throw new RequestError("engagement_not_found", 404, "Engagement not found");
    if (outcome === "forbidden") throw notAllowed("member");
    return { id: newId };
  },
  async removeDecision({ params, principal, requestId, deps }) {
    const outcome = await deps.memory.forgetDecision(principal, params.id, author(principal, requestId));
    if (outcome === "not_found") throw unknownNode();
    if (outcome === "forbidden") throw notAllowed("member");
    return null;
  },
};

const reader = (principal: Principal): ports.MemoryReader => ({
  organizationId: principal.organizationId,
  readable: grantFor(principal, "viewer"),
});
const author = ({ organizationId, linearUserId }: Principal, requestId: string) => ({
  organizationId,
  actor: linearUserId,
  requestId,
});
const toEngagement = (id: string | null | undefined): EngagementId | null => (id ?? null) as EngagementId | null;
const unknownNode = () => new RequestError("memory_not_found", 404, "Memory has no such node");
