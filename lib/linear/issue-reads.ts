import type { LinearDocument } from "@linear/sdk";
import type { IssueSnapshot, OpenIssue } from "../ports-services.js";
import type { Connection } from "./connection.js";
import {
  type IssueNode,
  readChangedIssues,
  readChildren,
  readIssues,
  readOpenIssues,
  readProjectIssues,
} from "./documents.js";

/** Reads what each filter finds, which are to find at most fifty; null finds nothing and asks nothing. */
export async function issuesByFilter(
  connection: Connection,
  filters: (LinearDocument.IssueFilter | null)[],
): Promise<IssueSnapshot[]> {
  const found: IssueSnapshot[] = [];
  for (const filter of filters) {
    if (!filter) continue;
    const { issues } = await connection.ask(readIssues, { filter });
    for (const issue of issues.nodes) found.push(toSnapshot(issue, await childrenOf(connection, issue)));
  }
  return found;
}

/**
 * Everything of a filter, those changed first come first. Linear gives those changed last, so that the first page holds the newest
 * instant of all: what somebody changes while the other pages are read moves ahead of it and is left to the next read, which
 * asks from that instant on and so misses nothing.
 */
export async function changedIssues(
  connection: Connection,
  filter: LinearDocument.IssueFilter,
): Promise<IssueSnapshot[]> {
  const found = new Map<string, IssueSnapshot>();
  let newest: string | null = null;
  for (let after: string | null | undefined; ; ) {
    const { issues } = await connection.ask(readChangedIssues, { filter, after });
    newest ??= issues.nodes[0]?.updatedAt ?? null;
    for (const issue of issues.nodes) {
      if (found.has(issue.id) || (newest !== null && Date.parse(issue.updatedAt) > Date.parse(newest))) continue;
      found.set(issue.id, toSnapshot(issue, await childrenOf(connection, issue)));
    }
    if (!issues.pageInfo.hasNextPage) break;
    after = issues.pageInfo.endCursor;
  }
  return [...found.values()].toReversed();
}

async function childrenOf(connection: Connection, { id, children }: IssueNode): Promise<IssueSnapshot["children"]> {
  const found = [...children.nodes];
  let { pageInfo } = children;
  while (pageInfo.hasNextPage) {
    const { issue } = await connection.ask(readChildren, { id, after: pageInfo.endCursor });
    found.push(...issue.children.nodes);
    pageInfo = issue.children.pageInfo;
  }
  return found.map(({ id: child, subIssueSortOrder = null }) => ({ id: child, subIssueSortOrder }));
}

function toSnapshot(issue: IssueNode, below: IssueSnapshot["children"]): IssueSnapshot {
  const { state, parent, project, team, delegate, assignee, children: _children, comments, ...same } = issue;
  return {
    ...same,
    description: issue.description ?? "",
    estimate: issue.estimate ?? null,
    stateId: state.id,
    stateType: state.type,
    stateName: state.name,
    subIssueSortOrder: issue.subIssueSortOrder ?? null,
    parentId: parent?.id ?? null,
    projectId: project?.id ?? null,
    teamId: team.id,
    delegateId: delegate?.id ?? null,
    assigneeId: assignee?.id ?? null,
    children: below,
    hasComments: comments.nodes.length > 0,
    trashed: issue.trashed ?? false,
    archivedAt: issue.archivedAt ?? null,
  };
}

/** The ids of all issues in a project. */
export async function projectIssueIds(connection: Connection, id: string): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | null | undefined; ; ) {
    const { project } = await connection.ask(readProjectIssues, { id, after });
    ids.push(...project.issues.nodes.map((issue) => issue.id));
    if (!project.issues.pageInfo.hasNextPage) return ids;
    after = project.issues.pageInfo.endCursor;
  }
}

const mostOpenIssues = 1_000;

/** The issues of a team that are still to be done; of very many those that were changed last. */
export async function openIssues(connection: Connection, teamId: string): Promise<OpenIssue[]> {
  const found: OpenIssue[] = [];
  for (let after: string | null | undefined; ; ) {
    const { issues } = await connection.ask(readOpenIssues, { teamId, after });
    found.push(...issues.nodes);
    if (!issues.pageInfo.hasNextPage || found.length >= mostOpenIssues) return found;
    after = issues.pageInfo.endCursor;
  }
}
