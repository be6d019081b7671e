import { type PageArguments, toConnection } from "../connection.js";
import { priorityLabels, urlOfComment, urlOfProject, urlOfSession, userChild } from "../events.js";
import type * as Model from "../model.js";
import { activitiesOf, sessionStatus } from "../session-status.js";
import { find, identifierOf, organizationOf, related, type Store, urlOfIssue } from "../store.js";
import type { Resolvers } from "./context.js";
import { issuePage, labelPage, own, visibleTeams } from "./query.js";

export const organization: Resolvers<Model.Organization> = {
  teams: (_, page: PageArguments, { store, actor }) => toConnection(visibleTeams(store, actor), page),
  users: (_, page: PageArguments, { store, actor }) => toConnection(own(store.world.users, actor), page),
};

export const user: Resolvers<Model.User> = {
  active: () => true,
  avatarUrl: () => null,
  guest: (source) => source.guest ?? false,
  owner: () => false,
  isMe: (source, _, { actor }) => source.id === actor.userId,
  organization: (source, _, { store }) => organizationOf(store, source.organizationId),
  url: (source, _, { store }) => userChild(store, source).url,
};

export const team: Resolvers<Model.Team> = {
  displayName: (source) => source.name,
  defaultIssueEstimate: (source) => source.estimation.default,
  issueEstimationType: (source) => source.estimation.type,
  issueEstimationExtended: (source) => source.estimation.extended,
  issueEstimationAllowZero: (source) => source.estimation.allowZero,
  organization: (source, _, { store }) => organizationOf(store, source.organizationId),
  states: (source, page: PageArguments, { store }) =>
    toConnection(
      store.world.states.filter((state) => state.teamId === source.id),
      page,
    ),
  // A team's labels are its own and those of the workspace.
  labels: (source, page: PageArguments, { store, actor }) => {
    const usable = own(store.world.labels, actor).filter(({ teamId }) => teamId === null || teamId === source.id);
    return labelPage(store, usable, page);
  },
  projects: (source, page: PageArguments, { store }) =>
    toConnection(
      store.world.projects.filter((project) => project.teamIds.includes(source.id)),
      page,
    ),
  issues: (source, page: PageArguments, { store, actor }) =>
    issuePage(
      store,
      actor,
      store.world.issues.filter((issue) => issue.teamId === source.id),
      page,
    ),
};

export const workflowState: Resolvers<Model.WorkflowState> = {
  team: (source, _, { store }) => related(store.world.teams, source.teamId),
};

export const issueLabel: Resolvers<Model.Label> = {
  team: (source, _, { store, actor }) => find(store.world.teams, actor, source.teamId),
  parent: (source, _, { store, actor }) => find(store.world.labels, actor, source.parentId),
  creator: (source, _, { store, actor }) => find(store.world.users, actor, source.creatorId),
};

export const issue: Resolvers<Model.Issue> = {
  identifier: (source, _, { store }) => identifierOf(store, source),
  previousIdentifiers: () => [],
  url: (source, _, { store }) => urlOfIssue(store, source),
  priorityLabel: (source) => priorityLabels[source.priority],
  trashed: (source) => (source.trashed ? true : null),
  team: (source, _, { store }) => related(store.world.teams, source.teamId),
  state: (source, _, { store }) => related(store.world.states, source.stateId),
  parent: (source, _, { store, actor }) => find(store.world.issues, actor, source.parentId),
  project: (source, _, { store, actor }) => find(store.world.projects, actor, source.projectId),
  assignee: (source, _, { store, actor }) => find(store.world.users, actor, source.assigneeId),
  delegate: (source, _, { store, actor }) => find(store.world.users, actor, source.delegateId),
  creator: (source, _, { store, actor }) => find(store.world.users, actor, source.creatorId),
  labels: (source, page: PageArguments, { store }) =>
    labelPage(
      store,
      source.labelIds.map((id) => related(store.world.labels, id)),
      page,
    ),
  children: (source, page: PageArguments, { store, actor }) =>
    issuePage(store, actor, where(store.world.issues, "parentId", source.id), page),
  relations: (source, page: PageArguments, { store }) =>
    toConnection(where(store.world.relations, "issueId", source.id), page),
  inverseRelations: (source, page: PageArguments, { store }) =>
    toConnection(where(store.world.relations, "relatedIssueId", source.id), page),
  attachments: (source, page: PageArguments, { store }) =>
    toConnection(where(store.world.attachments, "issueId", source.id), page),
  comments: (source, page: PageArguments, { store }) =>
    toConnection(where(store.world.comments, "issueId", source.id), page),
  history: (source, page: PageArguments, { store }) =>
    toConnection(
      where(store.world.history, "issueId", source.id),
      page,
      undefined,
      store.switches.historyOrder === "newest_first",
    ),
  agentSessions: (source, page: PageArguments, { store }) =>
    toConnection(where(store.world.agentSessions, "issueId", source.id), page),
};

function where<T, Key extends keyof T>(list: T[], key: Key, value: T[Key]): T[] {
  return list.filter((entity) => entity[key] === value);
}

const changed =
  (side: "from" | "to", key: keyof Model.IssueFields) =>
  (source: Model.HistoryEntry): unknown =>
    source[side][key] ?? null;

/** True where the app did it and is not told as a user. */
function isBot(store: Store, { organizationId, actorId }: Model.HistoryEntry): boolean {
  return store.switches.ownActorKind === "oauth_client" && organizationOf(store, organizationId).appUserId === actorId;
}

export const issueHistory: Resolvers<Model.HistoryEntry> = {
  actor: (source, _, { store, actor }) =>
    isBot(store, source) ? null : find(store.world.users, actor, source.actorId),
  actorId: (source, _, { store }) => (isBot(store, source) ? null : source.actorId),
  botActor: (source, _, { store }) =>
    isBot(store, source) ? { id: store.app.clientId, name: store.app.appName, type: "oauthClient" } : null,
  updatedAt: (source) => source.createdAt,
  issue: (source, _, { store }) => related(store.world.issues, source.issueId),
  trashed: (source) => source.to.trashed ?? null,
  archived: (source) => source.archived ?? source.to.trashed ?? null,
  updatedDescription: (source) => ("description" in source.to ? true : null),
  descriptionUpdatedBy: (source, _, { store, actor }) =>
    "description" in source.to && !isBot(store, source) ? [find(store.world.users, actor, source.actorId)] : null,
  addedLabelIds: ({ from, to }) => to.labelIds?.filter((id) => !from.labelIds?.includes(id)) ?? null,
  removedLabelIds: ({ from, to }) => from.labelIds?.filter((id) => !to.labelIds?.includes(id)) ?? null,
  fromDelegate: (source, _, { store, actor }) => find(store.world.users, actor, source.from.delegateId),
  toDelegate: (source, _, { store, actor }) => find(store.world.users, actor, source.to.delegateId),
  fromTitle: changed("from", "title"),
  toTitle: changed("to", "title"),
  fromEstimate: changed("from", "estimate"),
  toEstimate: changed("to", "estimate"),
  fromPriority: changed("from", "priority"),
  toPriority: changed("to", "priority"),
  fromParentId: changed("from", "parentId"),
  toParentId: changed("to", "parentId"),
  fromProjectId: changed("from", "projectId"),
  toProjectId: changed("to", "projectId"),
  fromStateId: changed("from", "stateId"),
  toStateId: changed("to", "stateId"),
  fromAssigneeId: changed("from", "assigneeId"),
  toAssigneeId: changed("to", "assigneeId"),
};

export const issueRelation: Resolvers<Model.Relation> = {
  issue: (source, _, { store }) => related(store.world.issues, source.issueId),
  relatedIssue: (source, _, { store }) => related(store.world.issues, source.relatedIssueId),
};

export const attachment: Resolvers<Model.Attachment> = {
  issue: (source, _, { store }) => related(store.world.issues, source.issueId),
  creator: (source, _, { store, actor }) => find(store.world.users, actor, source.creatorId),
};

export const project: Resolvers<Model.Project> = {
  url: (source, _, { store }) => urlOfProject(store, source),
  creator: (source, _, { store, actor }) => find(store.world.users, actor, source.creatorId),
  trashed: (source) => (source.trashed ? true : null),
  issues: (source, page: PageArguments, { store, actor }) =>
    issuePage(store, actor, where(store.world.issues, "projectId", source.id), page),
  teams: (source, page: PageArguments, { store, actor }) =>
    toConnection(
      visibleTeams(store, actor).filter((candidate) => source.teamIds.includes(candidate.id)),
      page,
    ),
};

export const comment: Resolvers<Model.Comment> = {
  issue: (source, _, { store, actor }) => find(store.world.issues, actor, source.issueId),
  parent: (source, _, { store, actor }) => find(store.world.comments, actor, source.parentId),
  user: (source, _, { store, actor }) => find(store.world.users, actor, source.userId),
  url: (source, _, { store }) => urlOfComment(store, source),
  agentSession: (source, _, { store }) => where(store.world.agentSessions, "commentId", source.id)[0],
  agentSessions: (source, page: PageArguments, { store }) =>
    toConnection(where(store.world.agentSessions, "commentId", source.id), page),
};

export const agentSession: Resolvers<Model.AgentSession> = {
  status: (source, _, { store }) => sessionStatus(store, source),
  url: (source, _, { store }) => urlOfSession(store, source),
  summary: () => null,
  externalLinks: (source) => source.externalUrls,
  appUser: (source, _, { store }) => related(store.world.users, source.appUserId),
  creator: (source, _, { store, actor }) => find(store.world.users, actor, source.creatorId),
  issue: (source, _, { store, actor }) => find(store.world.issues, actor, source.issueId),
  comment: (source, _, { store, actor }) => find(store.world.comments, actor, source.commentId),
  activities: (source, page: PageArguments, { store }) => toConnection(activitiesOf(store, source), page),
};

export const agentActivity: Resolvers<Model.Activity> = {
  agentSession: (source, _, { store }) => related(store.world.agentSessions, source.agentSessionId),
  user: (source, _, { store }) => related(store.world.users, source.userId),
};
