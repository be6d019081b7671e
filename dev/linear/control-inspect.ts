import { urlOfProject } from "./events.js";
import { findIssue, identifierOf, related, type Store, urlOfIssue } from "./store.js";
import type { Activity, Issue } from "./model.js";
import { sessionStatus } from "./session-status.js";
import { organizationNamed } from "./control-people.js";

type InOrganization = { organizationId?: string };

/** What can be seen of the world, in words rather than ids where people read it. */
export function inspection(store: Store) {
  return {
    session({ agentSessionId, vanished = false }: { agentSessionId: string; vanished?: boolean }) {
      const session = store.world.agentSessions.find((candidate) => candidate.id === agentSessionId);
      if (!session) throw new Error(`There is no agent session ${agentSessionId}`);
      const issue = store.world.issues.find((candidate) => candidate.id === session.issueId);
      return {
        id: session.id,
        organizationId: session.organizationId,
        status: sessionStatus(store, session),
        issue: issue ? identifierOf(store, issue) : null,
        plan: session.plan,
        externalUrls: session.externalUrls,
        activities: store.world.activities
          .filter((activity) => activity.agentSessionId === session.id && (vanished || !activity.vanished))
          .map((activity) => toActivity(store, activity)),
      };
    },
    sessions({ organizationId }: InOrganization = {}) {
      const { id } = organizationNamed(store, organizationId);
      return store.world.agentSessions
        .filter((session) => session.organizationId === id)
        .map((session) => ({
          agentSessionId: session.id,
          status: sessionStatus(store, session),
          issueId: session.issueId,
          commentId: session.commentId,
          createdAt: session.createdAt,
        }));
    },
    issues({ organizationId }: InOrganization = {}) {
      const { id } = organizationNamed(store, organizationId);
      return store.world.issues.filter((issue) => issue.organizationId === id).map((issue) => toIssue(store, issue));
    },
    projects({ organizationId }: InOrganization = {}) {
      const { id } = organizationNamed(store, organizationId);
      return store.world.projects
        .filter((project) => project.organizationId === id)
        .map((project) => ({ ...project, url: urlOfProject(store, project) }));
    },
    labels({ organizationId }: InOrganization = {}) {
      const { id } = organizationNamed(store, organizationId);
      return store.world.labels.filter((label) => label.organizationId === id);
    },
    comments({ issue: wanted, organizationId }: InOrganization & { issue: string }) {
      const issue = issueNamed(store, wanted, organizationId);
      return store.world.comments.filter((comment) => comment.issueId === issue.id);
    },
    history({ issue: wanted, organizationId }: InOrganization & { issue: string }) {
      const issue = issueNamed(store, wanted, organizationId);
      return store.world.history.filter((entry) => entry.issueId === issue.id);
    },
    /** What the app asked since the log was last cleared. */
    requests: () => [...store.world.requests],
    clearRequests() {
      store.world.requests = [];
      store.touch();
    },
    deliveries: () => store.world.deliveries.map(({ body: _body, ...delivery }) => delivery),
    state: () => structuredClone(store.world),
  };
}

function issueNamed(store: Store, wanted: string, organizationId?: string): Issue {
  const byId = store.world.issues.find((candidate) => candidate.id === wanted);
  const organization = organizationNamed(store, organizationId ?? byId?.organizationId);
  // People see every team, so anyone but the app will do.
  const issue = findIssue(store, { organizationId: organization.id, userId: "" }, wanted);
  if (!issue) throw new Error(`There is no issue ${wanted} in ${organization.name}`);
  return issue;
}

function toActivity(store: Store, activity: Activity) {
  const { content } = activity;
  const author = related(store.world.users, activity.userId);
  return {
    id: activity.id,
    type: content.type,
    body: content.type === "action" ? wordsOf(content) : content.body,
    signal: activity.signal,
    options: (activity.signalMetadata?.options ?? null) as { label?: string; value: string }[] | null,
    signalMetadata: activity.signalMetadata,
    ephemeral: activity.ephemeral,
    vanished: activity.vanished,
    author: { id: author.id, name: author.name, app: author.app },
    createdAt: activity.createdAt,
  };
}

function wordsOf({ action, parameter, result }: { action: string; parameter: string; result?: string }): string {
  return `${action} ${parameter}${result ? `: ${result}` : ""}`;
}

function toIssue(store: Store, issue: Issue) {
  const { world } = store;
  const identifier = (id: string) => identifierOf(store, related(world.issues, id));
  const state = related(world.states, issue.stateId);
  return {
    id: issue.id,
    identifier: identifierOf(store, issue),
    url: urlOfIssue(store, issue),
    team: related(world.teams, issue.teamId).key,
    title: issue.title,
    description: issue.description,
    priority: issue.priority,
    estimate: issue.estimate,
    state: { name: state.name, type: state.type },
    parent: issue.parentId === null ? null : identifier(issue.parentId),
    parentId: issue.parentId,
    subIssueSortOrder: issue.subIssueSortOrder,
    projectId: issue.projectId,
    project: world.projects.find((project) => project.id === issue.projectId)?.slugId ?? null,
    labels: issue.labelIds.map((id) => related(world.labels, id).name),
    /** Those that start here: this issue blocks the other one. */
    relations: world.relations
      .filter((relation) => relation.issueId === issue.id)
      .map(({ id, type, relatedIssueId }) => ({
        id,
        type,
        issue: identifier(relatedIssueId),
        issueId: relatedIssueId,
      })),
    attachments: world.attachments
      .filter((attachment) => attachment.issueId === issue.id)
      .map(({ id, url, title, subtitle }) => ({ id, url, title, subtitle })),
    creatorId: issue.creatorId,
    delegateId: issue.delegateId,
    assigneeId: issue.assigneeId,
    trashed: issue.trashed,
    archivedAt: issue.archivedAt,
    createdAt: issue.createdAt,
    updatedAt: issue.updatedAt,
  };
}
