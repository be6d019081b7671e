/** Memory: what remains of planning, how it is found again, and how a session gets there. */
import type { EngagementId, OrganizationId, PlanId, SessionId, UserId } from "./domain/ids.js";
import type { ArchivedFacts, MemoryWrite } from "./domain/memory/remember.js";
import type { EdgeKind, MemoryKind } from "./domain/memory/node.js";
import type { Grant, Principal } from "./domain/principal.js";
import type { Refusal } from "./ports-lifecycle.js";
import type { AuditAuthor } from "./ports-people.js";

export type MemoryNode = {
  id: string;
  kind: MemoryKind;
  title: string;
  engagementId: EngagementId | null;
  metadata: Record<string, unknown>;
  createdAt: string;
};
/** `from`: the edge comes from the neighbour; `to`: it leads there. */
export type MemoryNeighbour = { edge: EdgeKind; direction: "from" | "to"; node: MemoryNode };

export type MemorySearch = {
  text: string;
  /** Empty: any. */
  kinds: MemoryKind[];
  engagementId: EngagementId | null;
  limit: number;
};
/** A node that was found, and why. */
export type MemoryHit = {
  node: MemoryNode;
  score: number;
  /** How much of what was asked the node says itself, from 0 to 1; rare words count more. */
  share: number;
  /** The node's own words that were searched for, as they stand there. */
  words: string[];
  /** What was typed, and the word of the node that was taken for it. */
  corrected: { typed: string; meant: string }[];
  /** Found nodes that it is linked with. */
  linked: { id: string; title: string; kind: MemoryKind; edge: EdgeKind; direction: "from" | "to" }[];
};

/** What of memory somebody may see: an organization, and the engagements in it. */
export type MemoryReader = { organizationId: OrganizationId; readable: Grant };

export type MemoryStore = {
  /** The best first. */
  search(reader: MemoryReader, search: MemorySearch): Promise<MemoryHit[]>;
  find(reader: MemoryReader, id: string): Promise<(MemoryNode & { content: string }) | null>;
  /** The newest first. */
  list(
    reader: MemoryReader,
    page: { kind: MemoryKind | null; engagementId: EngagementId | null; limit: number; cursor: string | null },
  ): Promise<{ items: MemoryNode[]; next: string | null }>;
  /** Edges in both directions, the newest first; null where there is no such node. */
  neighbours(
    reader: MemoryReader,
    id: string,
    page: { limit: number; cursor: string | null },
  ): Promise<{ items: MemoryNeighbour[]; next: string | null } | null>;
  /** A decision that people write down themselves; a repeat of the id changes nothing. */
  decide(principal: Principal, decision: Decision, author: AuditAuthor): Promise<"done" | "not_found" | "forbidden">;
  /** Takes a decision out of memory. */
  forgetDecision(principal: Principal, id: string, author: AuditAuthor): Promise<"done" | "not_found" | "forbidden">;
};
export type Decision = { id: string; engagementId: EngagementId | null; title: string; text: string; by: UserId };

/** The way of a session into the archive and back. */
export type ArchiveStore = {
  /** What is to be remembered of a session, as it stands; null where there is none. */
  facts(principal: Principal, id: SessionId): Promise<ArchivedFacts | null>;
  /**
   * Archives the session and writes what is remembered of it, where it still stands as the facts say; `changed` otherwise. One that is
   * archived already stays as it is.
   */
  archive(
    principal: Principal,
    facts: ArchivedFacts,
    write: MemoryWrite,
    contextId: string | null,
  ): Promise<{ outcome: "done" | "changed" | "unknown_context" } | Refusal>;
  /** Takes a session out of the archive, and out of memory with everything that only it had brought there. */
  unarchive(principal: Principal, id: SessionId): Promise<{ outcome: "done" } | Refusal>;
};

/** What planning asks of memory. */
export type PlanningMemory = {
  /**
   * Sessions, plans and pages that the text resembles, the best first; without the plan itself and its earlier sessions. What everybody in
   * the organization may see, and what belongs to the session's own engagement.
   */
  related(asked: {
    organizationId: OrganizationId;
    engagementId: EngagementId | null;
    sessionId: SessionId;
    plan: { id: PlanId; url: string | null };
    text: string;
  }): Promise<MemoryHit[]>;
};
