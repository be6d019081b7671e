/** From the words of our ports to Linear's inputs; the SDK's types hold these to what Linear takes. */
import type { LinearDocument } from "@linear/sdk";
import type {
  AgentActivity,
  CommentInput,
  IssueChange,
  IssueInput,
  LinearClient,
  ProjectInput,
  Relation,
} from "../ports-services.js";

/** A label as `createLabels` takes it. */
export type LabelInput = Parameters<LinearClient["createLabels"]>[0][number];
/** An attachment as `upsertAttachments` takes it. */
export type AttachmentInput = Parameters<LinearClient["upsertAttachments"]>[0][number];
/** What `updateProjects` can change. */
export type ProjectChange = Parameters<LinearClient["updateProjects"]>[0][number]["change"];
/** What `updateAgentSession` can change. */
export type AgentSessionChange = Parameters<LinearClient["updateAgentSession"]>[1];

/** An input whose enum is written as text: importing the enum itself would bundle the whole SDK. */
type AsText<Input, Key extends keyof Input> = Omit<Input, Key> & {
  [K in Key]: `${NonNullable<Input[K]> & string}` | Extract<Input[K], undefined>;
};

/** Signal and metadata stand beside the content, never in it. */
export function toActivityInput(activity: AgentActivity): AsText<LinearDocument.AgentActivityCreateInput, "signal"> {
  const { id, agentSessionId, content, ephemeral, select, auth } = activity;
  const words = { id, agentSessionId, content, ephemeral };
  if (select) return { ...words, signal: "select", signalMetadata: { options: select } };
  if (auth) return { ...words, signal: "auth", signalMetadata: auth };
  return { ...words, signal: undefined };
}

/** Checklist and links replace what stood there. */
export function toSessionInput(change: AgentSessionChange): LinearDocument.AgentSessionUpdateInput {
  return { plan: change.plan, externalUrls: change.externalUrls };
}

/** What is null is left out: a new issue has nothing to clear. */
export function toIssueInput(issue: IssueInput): LinearDocument.IssueCreateInput {
  const { parentId, projectId, estimate, ...rest } = issue;
  return {
    ...rest,
    parentId: parentId ?? undefined,
    projectId: projectId ?? undefined,
    estimate: estimate ?? undefined,
  };
}

/** What is null is cleared, what is undefined stays. */
export function toIssueChange(change: IssueChange): LinearDocument.IssueUpdateInput {
  return change;
}

/** A label of a team. */
export function toLabelInput(label: LabelInput): LinearDocument.IssueLabelCreateInput {
  return label;
}

/** A project of one or more teams. */
export function toProjectInput(project: ProjectInput): LinearDocument.ProjectCreateInput {
  return project;
}

/** What is undefined stays. */
export function toProjectChange(change: ProjectChange): LinearDocument.ProjectUpdateInput {
  return change;
}

/** `issueId` blocks `relatedIssueId`. */
export function toRelationInput(relation: Relation): AsText<LinearDocument.IssueRelationCreateInput, "type"> {
  const { id, issueId, relatedIssueId, type } = relation;
  return { id, issueId, relatedIssueId, type };
}

/** An attachment is one per issue and URL: sent again it is replaced. */
export function toAttachmentInput(attachment: AttachmentInput): LinearDocument.AttachmentCreateInput {
  const { issueId, url, title, subtitle } = attachment;
  return { issueId, url, title, subtitle };
}

/** A comment; without a parent it begins a thread. */
export function toCommentInput({ parentId, ...comment }: CommentInput): LinearDocument.CommentCreateInput {
  return { ...comment, parentId: parentId ?? undefined };
}

/** What was written on issues at an instant or after it. */
export function toCommentFilter(issueIds: string[], since: string): LinearDocument.CommentFilter {
  return { issue: { id: { in: issueIds } }, createdAt: { gte: since } };
}

/** Issues by "ENG-12": Linear filters by a team's key and the numbers in it. What is no identifier finds nothing. */
export function toIdentifierFilter(identifiers: string[]): LinearDocument.IssueFilter | null {
  const numbersByKey = new Map<string, number[]>();
  for (const identifier of identifiers) {
    const [, key, number] = /^([A-Z0-9]+)-(\d{1,9})$/.exec(identifier.trim().toUpperCase()) ?? [];
    if (key && number) numbersByKey.set(key, [...(numbersByKey.get(key) ?? []), Number(number)]);
  }
  if (numbersByKey.size === 0) return null;
  return { or: [...numbersByKey].map(([key, numbers]) => ({ team: { key: { eq: key } }, number: { in: numbers } })) };
}

/** Issues of a team and named ones wherever they are, of these those that changed after an instant. */
export function toChangedFilter(query: Parameters<LinearClient["issuesChangedSince"]>[0]): LinearDocument.IssueFilter {
  const { teamId, ids, since } = query;
  const places: LinearDocument.IssueFilter[] = [{ team: { id: { eq: teamId } } }];
  if (ids.length > 0) places.push({ id: { in: [...new Set(ids)] } });
  const place = { or: places };
  return since === null ? place : { and: [{ updatedAt: { gt: since } }, place] };
}
