import type { AgentSession } from "./model.js";
import { identifierOf, organizationOf, related, type Store, userOf } from "./store.js";

/** The text that Linear writes for a model: the issue, the thread that the agent was called in, and the workspace's guidance. */
export function promptContext(store: Store, session: AgentSession): string {
  const { world } = store;
  const issue = world.issues.find((candidate) => candidate.id === session.issueId);
  const comment = world.comments.find((candidate) => candidate.id === session.commentId);
  const { guidance } = organizationOf(store, session.organizationId);
  const parts: string[] = [];
  if (issue) {
    const team = related(world.teams, issue.teamId);
    parts.push(
      `<issue identifier="${identifierOf(store, issue)}">\n<title>${escape(issue.title)}</title>`,
      `<description>${escape(issue.description ?? "")}</description>\n<team name="${escape(team.name)}"/>\n</issue>`,
    );
  }
  if (comment) {
    const author = comment.userId ? userOf(store, comment.userId).displayName : store.app.appName;
    parts.push(
      `<primary-directive-thread comment-id="${comment.id}">`,
      `<comment author="${escape(author)}" created-at="${comment.createdAt}">${escape(comment.body)}</comment>`,
      "</primary-directive-thread>",
    );
  }
  if (guidance)
    parts.push(`<guidance>\n<guidance-rule origin="organization">${escape(guidance)}</guidance-rule>\n</guidance>`);
  return parts.join("\n");
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
