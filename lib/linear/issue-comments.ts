import type { IssueComment } from "../domain/sync/comments.js";
import type { Connection } from "./connection.js";
import { type CommentNode, readComments } from "./documents.js";
import { toCommentFilter } from "./inputs.js";

/** What was written on issues at an instant or after it, the oldest first. */
export async function commentsOf(connection: Connection, issueIds: string[], since: string): Promise<IssueComment[]> {
  const found = new Map<string, IssueComment>();
  if (issueIds.length === 0) return [];
  const filter = toCommentFilter([...new Set(issueIds)], since);
  for (let after: string | null | undefined; ; ) {
    const { comments } = await connection.ask(readComments, { filter, after });
    for (const node of comments.nodes) if (node.issue) found.set(node.id, toComment(node, node.issue.id));
    if (!comments.pageInfo.hasNextPage) break;
    after = comments.pageInfo.endCursor;
  }
  return [...found.values()].toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
}

function toComment({ id, url, body, createdAt, user, parent, agentSession }: CommentNode, issueId: string) {
  return {
    id,
    issueId,
    threadId: parent?.id ?? id,
    url,
    body,
    createdAt,
    author: user && !user.app ? { id: user.id, name: user.name } : null,
    isAgentThread: Boolean(agentSession ?? parent?.agentSession),
  };
}
