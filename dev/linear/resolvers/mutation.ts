import {
  type ActivityInput,
  announceSession,
  createActivity,
  type SessionUpdate,
  startSession,
  updateSession,
} from "../agent-sessions.js";
import { type CommentInput, createComment } from "../comments.js";
import type { IssueInput } from "../issue-fields.js";
import { createIssue, createIssues, type IssueCreateInput, updateIssue } from "../issues.js";
import { createLabel, type LabelInput } from "../labels.js";
import {
  type AttachmentInput,
  createRelation,
  deleteRelation,
  type RelationInput,
  upsertAttachment,
} from "../links.js";
import type { ExternalLink } from "../model.js";
import { refused } from "../problems.js";
import { createProject, type ProjectInput, updateProject } from "../projects.js";
import { type Actor, find, load, loadIssue, type Store } from "../store.js";
import type { Resolvers } from "./context.js";

type Id = { id: string };
type Input<T> = { input: T };

const largestBatch = 50;

export const mutation: Resolvers<undefined> = {
  agentActivityCreate: (_, { input }: Input<ActivityInput>, { store, actor }) =>
    payload(store, { agentActivity: createActivity(store, actor, input) }),
  agentSessionUpdate: (_, { id, input }: Id & Input<SessionUpdate>, { store, actor }) =>
    payload(store, { agentSession: updateSession(store, actor, id, input) }),
  agentSessionCreateOnIssue: (
    _,
    { input }: Input<{ issueId: string; externalUrls?: ExternalLink[] }>,
    { store, actor },
  ) => {
    const issue = loadIssue(store, actor, input.issueId);
    return payload(store, { agentSession: openSession(store, actor, { ...input, issue, comment: null }) });
  },
  agentSessionCreateOnComment: (
    _,
    { input }: Input<{ commentId: string; externalUrls?: ExternalLink[] }>,
    { store, actor },
  ) => {
    const comment = load(store.world.comments, actor, input.commentId, "Comment");
    const issue = find(store.world.issues, actor, comment.issueId) ?? null;
    return payload(store, { agentSession: openSession(store, actor, { ...input, issue, comment }) });
  },
  issueCreate: (_, { input }: Input<IssueCreateInput>, { store, actor }) =>
    payload(store, { issue: createIssue(store, actor, input) }),
  issueBatchCreate: (_, { input }: Input<{ issues: IssueCreateInput[] }>, { store, actor }) =>
    payload(store, { issues: createIssues(store, actor, input.issues) }),
  issueUpdate: (_, { id, input }: Id & Input<IssueInput>, { store, actor }) =>
    payload(store, { issue: updateIssue(store, actor, loadIssue(store, actor, id), input) }),
  issueBatchUpdate: (_, { ids, input }: Input<IssueInput> & { ids: string[] }, { store, actor }) => {
    if (ids.length > largestBatch)
      throw refused("Argument Validation Error", `ids must contain no more than ${largestBatch} elements.`);
    const issues = ids.map((id) => loadIssue(store, actor, id));
    return payload(store, { issues: issues.map((issue) => updateIssue(store, actor, issue, input)) });
  },
  issueDelete: (_, { id }: Id, { store, actor }) =>
    payload(store, { entity: updateIssue(store, actor, loadIssue(store, actor, id), { trashed: true }) }),
  issueLabelCreate: (_, { input }: Input<LabelInput>, { store, actor }) =>
    payload(store, { issueLabel: createLabel(store, actor, input) }),
  issueRelationCreate: (_, { input }: Input<RelationInput>, { store, actor }) =>
    payload(store, { issueRelation: createRelation(store, actor, input) }),
  issueRelationDelete: (_, { id }: Id, { store, actor }) =>
    payload(store, { entityId: deleteRelation(store, actor, id).id }),
  attachmentCreate: (_, { input }: Input<AttachmentInput>, { store, actor }) =>
    payload(store, { attachment: upsertAttachment(store, actor, input) }),
  commentCreate: (_, { input }: Input<CommentInput>, { store, actor }) =>
    payload(store, { comment: createComment(store, actor, input) }),
  projectCreate: (_, { input }: Input<ProjectInput>, { store, actor }) =>
    payload(store, { project: createProject(store, actor, input) }),
  projectUpdate: (_, { id, input }: Id & Input<ProjectInput>, { store, actor }) =>
    payload(store, { project: updateProject(store, actor, id, input) }),
};

function openSession(store: Store, actor: Actor, about: Parameters<typeof startSession>[2]) {
  const session = startSession(store, actor, about);
  if (store.switches.announcesOwnSessions) announceSession(store, session);
  return session;
}

function payload<T extends object>(store: Store, result: T) {
  return { success: true, lastSyncId: store.world.syncId, ...result };
}
