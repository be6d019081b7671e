import { derivedUuid } from "../../lib/domain/ids.js";
import type { Activity, AgentSession, Comment, Issue, IssueFields, Label, Project, User } from "./model.js";
import { sessionStatus } from "./session-status.js";
import {
  type Actor,
  identifierOf,
  organizationOf,
  related,
  type Store,
  urlOfIssue,
  userOf,
  type WebhookEvent,
} from "./store.js";

type DataAction = "create" | "update" | "remove";

/** A data event: who changed what, with the previous values of the changed fields. */
function dataEvent(
  store: Store,
  actor: Actor,
  event: { type: string; action: DataAction; data: Record<string, unknown>; url?: string },
  updatedFrom?: Record<string, unknown>,
): WebhookEvent {
  return {
    ...event,
    actor: toActor(store, actor),
    ...(updatedFrom && event.action === "update" ? { updatedFrom } : {}),
  };
}

function toActor(store: Store, actor: Actor): Record<string, unknown> {
  const isApp = organizationOf(store, actor.organizationId).appUserId === actor.userId;
  if (isApp && store.switches.ownActorKind === "oauth_client")
    return { id: store.app.clientId, name: store.app.appName, type: "oauthClient" };
  return { ...userChild(store, userOf(store, actor.userId)), type: "user" };
}

export function userChild(store: Store, user: User): Record<string, unknown> {
  const { urlKey } = organizationOf(store, user.organizationId);
  return {
    id: user.id,
    name: user.name,
    email: user.email,
    url: `https://linear.app/${urlKey}/profiles/${user.displayName}`,
    avatarUrl: null,
  };
}

function optionalUser(store: Store, id: string | null): Record<string, unknown> | null {
  return id === null ? null : userChild(store, userOf(store, id));
}

export const priorityLabels = ["No priority", "Urgent", "High", "Medium", "Low"];

export function issueEvent(
  store: Store,
  actor: Actor,
  action: DataAction,
  issue: Issue,
  updatedFrom?: Partial<IssueFields> & { updatedAt: string; archivedAt?: string | null },
): WebhookEvent {
  const { world } = store;
  const state = related(world.states, issue.stateId);
  const team = related(world.teams, issue.teamId);
  const { organizationId: _organization, trashed, ...fields } = issue;
  const data = {
    ...fields,
    ...(trashed ? { trashed } : {}),
    identifier: identifierOf(store, issue),
    previousIdentifiers: [],
    priorityLabel: priorityLabels[issue.priority],
    prioritySortOrder: issue.sortOrder,
    state: { id: state.id, name: state.name, type: state.type, color: state.color },
    team: { id: team.id, key: team.key, name: team.name },
    labels: issue.labelIds.map((id) => {
      const { name, color, parentId } = related(world.labels, id);
      return { id, name, color, parentId };
    }),
    assignee: optionalUser(store, issue.assigneeId),
    delegate: optionalUser(store, issue.delegateId),
    creator: userChild(store, userOf(store, issue.creatorId)),
    botActor: null,
    subscriberIds: [issue.creatorId],
    reactionData: [],
    syncedWith: null,
    url: urlOfIssue(store, issue),
  };
  return dataEvent(store, actor, { type: "Issue", action, data, url: data.url }, updatedFrom);
}

export function commentEvent(store: Store, actor: Actor, comment: Comment): WebhookEvent {
  const { organizationId: _organization, ...fields } = comment;
  const issue = store.world.issues.find((candidate) => candidate.id === comment.issueId);
  const data = {
    ...fields,
    issue: issue ? issueChild(store, issue) : null,
    user: optionalUser(store, comment.userId),
    botActor: null,
    projectId: null,
    resolvedAt: null,
    reactionData: [],
  };
  return dataEvent(store, actor, { type: "Comment", action: "create", data, url: urlOfComment(store, comment) });
}

export function urlOfComment(store: Store, comment: Comment): string {
  const issue = store.world.issues.find((candidate) => candidate.id === comment.issueId);
  const { urlKey } = organizationOf(store, comment.organizationId);
  const page = issue ? urlOfIssue(store, issue) : `https://linear.app/${urlKey}/document/${comment.documentContentId}`;
  return `${page}#comment-${comment.id.slice(0, 8)}`;
}

export function projectEvent(
  store: Store,
  actor: Actor,
  action: DataAction,
  project: Project,
  updatedFrom?: Record<string, unknown>,
): WebhookEvent {
  const { organizationId: _organization, ...fields } = project;
  const data = {
    ...fields,
    color: "#bec2c8",
    statusId: derivedUuid(project.organizationId, "project-status", "Backlog"),
    labelIds: [],
    memberIds: [],
    leadId: null,
    startDate: null,
    targetDate: null,
    sortOrder: 0,
    prioritySortOrder: 0,
    scopeHistory: [],
    completedScopeHistory: [],
    inProgressScopeHistory: [],
    issueCountHistory: [],
    completedIssueCountHistory: [],
    url: urlOfProject(store, project),
  };
  return dataEvent(store, actor, { type: "Project", action, data, url: data.url }, updatedFrom);
}

export function urlOfProject(store: Store, project: Project): string {
  const slug = project.name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");
  return `https://linear.app/${organizationOf(store, project.organizationId).urlKey}/project/${slug}-${project.slugId}`;
}

export function labelEvent(store: Store, actor: Actor, label: Label): WebhookEvent {
  const { organizationId: _organization, ...data } = label;
  return dataEvent(store, actor, { type: "IssueLabel", action: "create", data });
}

function issueChild(store: Store, issue: Issue): Record<string, unknown> {
  const team = related(store.world.teams, issue.teamId);
  return {
    id: issue.id,
    identifier: identifierOf(store, issue),
    title: issue.title,
    url: urlOfIssue(store, issue),
    teamId: team.id,
    team: { id: team.id, key: team.key, name: team.name },
  };
}

/** An issue as agent sessions and notifications carry it. */
export function issueWithDescription(store: Store, issue: Issue): Record<string, unknown> {
  return { ...issueChild(store, issue), description: issue.description };
}

export function commentChild(comment: Comment): Record<string, unknown> {
  return {
    id: comment.id,
    body: comment.body,
    userId: comment.userId,
    issueId: comment.issueId,
    documentContentId: comment.documentContentId,
    projectId: null,
    projectUpdateId: null,
    initiativeId: null,
    initiativeUpdateId: null,
  };
}

export function agentSessionPayload(store: Store, session: AgentSession): Record<string, unknown> {
  const issue = store.world.issues.find((candidate) => candidate.id === session.issueId);
  const comment = store.world.comments.find((candidate) => candidate.id === session.commentId);
  return {
    id: session.id,
    status: sessionStatus(store, session),
    type: "commentThread",
    url: urlOfSession(store, session),
    appUserId: session.appUserId,
    organizationId: session.organizationId,
    issueId: session.issueId,
    issue: issue ? issueWithDescription(store, issue) : null,
    commentId: session.commentId,
    comment: comment ? commentChild(comment) : null,
    creatorId: session.creatorId,
    creator: optionalUser(store, session.creatorId),
    sourceCommentId: null,
    sourceMetadata: null,
    summary: null,
    startedAt: session.startedAt,
    endedAt: session.endedAt,
    createdAt: session.createdAt,
    updatedAt: session.updatedAt,
    archivedAt: session.archivedAt,
  };
}

export function urlOfSession(store: Store, session: AgentSession): string | null {
  const issue = store.world.issues.find((candidate) => candidate.id === session.issueId);
  return issue ? `${urlOfIssue(store, issue)}#agent-session-${session.id.slice(0, 8)}` : null;
}

export function agentActivityPayload(store: Store, activity: Activity): Record<string, unknown> {
  return {
    id: activity.id,
    agentSessionId: activity.agentSessionId,
    content: activity.content,
    signal: activity.signal,
    signalMetadata: activity.signalMetadata,
    sourceCommentId: null,
    userId: activity.userId,
    user: userChild(store, userOf(store, activity.userId)),
    createdAt: activity.createdAt,
    updatedAt: activity.updatedAt,
    archivedAt: activity.archivedAt,
  };
}
