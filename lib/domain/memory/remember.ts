import { derivedUuid, type EngagementId, type OrganizationId, type SessionId } from "../ids.js";
import type { EdgeKind, MemoryKind } from "./node.js";
import { type IndexedWords, indexWords } from "./words.js";

/** A node as it is written; `about` leads back to what it stands for. */
export type NodeToWrite = {
  id: string;
  kind: MemoryKind;
  engagementId: EngagementId | null;
  title: string;
  content: string;
  metadata: Record<string, unknown>;
} & IndexedWords;
export type EdgeToWrite = { source: string; target: string; kind: EdgeKind };
export type MemoryWrite = { nodes: NodeToWrite[]; edges: EdgeToWrite[] };

/** A session as it stands, with its live plan and the plans that it holds. */
export type ArchivedFacts = {
  id: SessionId;
  organizationId: OrganizationId;
  engagementId: EngagementId | null;
  title: string;
  description: string | null;
  pageUrl: string | null;
  /** Nothing of it has changed while it is still so. */
  seq: number;
  version: number;
  isArchived: boolean;
  steps: { text: string; owner: string; ts: string }[];
  participants: string[];
  plans: RememberedPlan[];
  /** Nodes that planning named as related. */
  related: string[];
};
export type RememberedPlan = {
  id: string;
  source: string;
  teamId: string;
  engagementId: EngagementId | null;
  pageId: string | null;
  pageUrl: string | null;
  title: string;
  items: {
    title: string;
    kind: string;
    description: string;
    linearId: string | null;
    identifier: string | null;
    url: string | null;
  }[];
};

/** The node of a session; the same however often it is archived. */
export const memoryNodeOf = (id: SessionId): string => derivedUuid(id, "memory");

/** The node of a plan. */
export const planNodeOf = (organizationId: OrganizationId, planId: string): string =>
  derivedUuid(organizationId, "memory", "plan", planId);

/** What is remembered of a session when it is archived: the session, its plans, their pages and issues, and how they led to each other. */
export function rememberSession(facts: ArchivedFacts): MemoryWrite {
  const session = sessionNode(facts);
  const parts = facts.plans.map((plan) => rememberPlan(facts, plan));
  const nodes = [session, ...parts.flatMap((part) => part.nodes)];
  return {
    nodes: nodes.filter((node, index) => nodes.findIndex(({ id }) => id === node.id) === index),
    edges: parts.flatMap((part) => [
      { source: session.id, target: part.plan, kind: "session_plan" as const },
      ...part.edges,
    ]),
  };
}

function sessionNode(facts: ArchivedFacts): NodeToWrite {
  const { id, engagementId, title, description, pageUrl, steps, participants, plans } = facts;
  const lines = [
    ...steps.map(({ text, owner }) => `${owner}: ${text}`),
    description ?? "",
    ...plans.map((plan) => plan.title),
    participants.join("\n"),
  ];
  return toNode({
    id: memoryNodeOf(id),
    kind: "plan_session",
    engagementId,
    title,
    content: JSON.stringify({ title, steps, participants }),
    text: lines.join("\n"),
    metadata: { plan_id: id, step_count: steps.length, participant_count: participants.length, page_url: pageUrl },
  });
}

function rememberPlan(facts: ArchivedFacts, plan: RememberedPlan): MemoryWrite & { plan: string } {
  const { organizationId: organization } = facts;
  const { engagementId } = plan;
  const page =
    plan.pageId === null ? null : derivedUuid(organization, "memory", "page", engagementId ?? "", plan.source);
  const id = planNodeOf(organization, plan.id);
  const titles = plan.items.map((item) => item.title).join("\n");
  const issues = plan.items.flatMap((item) => (item.linearId === null ? [] : [{ ...item, linearId: item.linearId }]));
  const issueNode = (linearId: string) => derivedUuid(organization, "memory", "issue", linearId);
  return {
    plan: id,
    nodes: [
      ...(page === null
        ? []
        : [
            toNode({
              id: page,
              kind: "page",
              engagementId,
              title: plan.title,
              content: "",
              text: "",
              metadata: { page_id: plan.pageId, url: plan.pageUrl },
            }),
          ]),
      toNode({
        id,
        kind: "plan",
        engagementId,
        title: plan.title,
        content: titles,
        text: titles,
        metadata: {
          plan_id: plan.id,
          team_id: plan.teamId,
          url: plan.pageUrl,
          items: plan.items.length,
          issues: issues.length,
        },
      }),
      ...issues.map(({ linearId, identifier, url, title, kind, description }) =>
        toNode({
          id: issueNode(linearId),
          kind: "issue",
          engagementId,
          title,
          content: description,
          text: `${identifier ?? ""}\n${description}`,
          metadata: { issue_id: linearId, identifier, url, item_kind: kind },
        }),
      ),
    ],
    edges: [
      ...(page === null ? [] : [{ source: page, target: id, kind: "page_plan" as const }]),
      ...issues.map(({ linearId }) => ({ source: id, target: issueNode(linearId), kind: "plan_issue" as const })),
    ],
  };
}

/** A node with its words; `text` is what is searched besides the title. */
export function toNode({ text, ...node }: Omit<NodeToWrite, keyof IndexedWords> & { text: string }): NodeToWrite {
  return { ...node, ...indexWords(node.title, text) };
}
