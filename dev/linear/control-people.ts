import { announceSession, notifyApp, prompt, startSession } from "./agent-sessions.js";
import { createComment } from "./comments.js";
import { commentEvent } from "./events.js";
import type { IssueInput } from "./issue-fields.js";
import { archiveIssue, createIssue, type IssueCreateInput, purgeIssue, updateIssue } from "./issues.js";
import { createRelation, deleteRelation } from "./links.js";
import { rewriteMarkdown } from "./markdown.js";
import type { AgentSession, Comment, Issue, Organization, RelationType, User } from "./model.js";
import { type Actor, freshEntity, identifierOf, loadIssue, newId, organizationOf, type Store } from "./store.js";

/** Who does it, and in which workspace: the first of each where nobody is named. `user` is an id, a name or an e-mail address. */
type By = { user?: string; organizationId?: string };
/** An issue by UUID or identifier. */
type OnIssue = By & { issue: string };

/** What people do in Linear. */
export function people(store: Store) {
  return {
    /** Without an issue it is a mention in a document. `comment` is answered in its thread. */
    mention({
      issue: wanted,
      body,
      comment: parentId,
      ...by
    }: By & { issue?: string; body: string; comment?: string }) {
      const actor = actorOf(store, by, wanted);
      mustBeInstalled(store, actor);
      const issue = wanted ? loadIssue(store, actor, wanted) : null;
      const comment = issue
        ? createComment(store, actor, { issueId: issue.id, parentId: parentId ?? null, body })
        : commentOnDocument(store, actor, body);
      const session = startSession(store, actor, { issue, comment });
      if (issue) notifyApp(store, actor, "issueCommentMention", issue, comment);
      announceSession(store, session);
      return { agentSessionId: session.id, commentId: comment.id };
    },
    delegate({ issue: wanted, ...by }: OnIssue) {
      const actor = actorOf(store, by, wanted);
      mustBeInstalled(store, actor);
      const { appUserId } = organizationOf(store, actor.organizationId);
      const issue = updateIssue(store, actor, loadIssue(store, actor, wanted), { delegateId: appUserId });
      const stub = stubComment(store, actor.organizationId, issue);
      const session = startSession(store, actor, { issue, comment: stub });
      notifyApp(store, actor, "issueAssignedToYou", issue);
      announceSession(store, session);
      return { agentSessionId: session.id };
    },
    undelegate({ issue: wanted, ...by }: OnIssue) {
      const actor = actorOf(store, by, wanted);
      const issue = updateIssue(store, actor, loadIssue(store, actor, wanted), { delegateId: null });
      notifyApp(store, actor, "issueUnassignedFromYou", issue);
      return { issue: identifierOf(store, issue) };
    },
    reply({ agentSessionId, body, user }: { agentSessionId: string; body: string; user?: string }) {
      const session = sessionOf(store, agentSessionId);
      const activity = prompt(
        store,
        actorOf(store, { user, organizationId: session.organizationId }),
        session,
        body,
        null,
      );
      return { agentActivityId: activity.id };
    },
    stop({ agentSessionId, user, body = "Stop" }: { agentSessionId: string; user?: string; body?: string }) {
      const session = sessionOf(store, agentSessionId);
      const actor = actorOf(store, { user, organizationId: session.organizationId });
      return { agentActivityId: prompt(store, actor, session, body, "stop").id };
    },
    /** `replyTo` is a comment in whose thread it stands, `app` the name of another app that writes it. */
    comment({ issue, body, replyTo, app, ...by }: OnIssue & { body: string; replyTo?: string; app?: string }) {
      const person = actorOf(store, by, issue);
      const actor = app === undefined ? person : otherApp(store, person.organizationId, app);
      const input = { issueId: loadIssue(store, actor, issue).id, parentId: replyTo ?? null, body };
      return { commentId: createComment(store, actor, input).id };
    },
    createIssue({ team, user, organizationId, ...input }: By & { team?: string } & Partial<IssueCreateInput>) {
      const actor = actorOf(store, { user, organizationId });
      const teams = store.world.teams.filter((candidate) => candidate.organizationId === actor.organizationId);
      const chosen = team ? teams.find(({ id, key }) => id === team || key === team) : teams[0];
      if (!chosen) throw new Error(`There is no team ${team ?? "in this workspace"}`);
      const issue = createIssue(store, actor, { ...input, teamId: chosen.id });
      return { id: issue.id, identifier: identifierOf(store, issue) };
    },
    /** `change` is an `IssueUpdateInput`; `state` names a state instead of its id. */
    editIssue({ issue: wanted, change, ...by }: OnIssue & { change: IssueInput & { state?: string } }) {
      const actor = actorOf(store, by, wanted);
      const issue = loadIssue(store, actor, wanted);
      const { state: name, ...input } = change;
      const state = store.world.states.find(
        (candidate) => candidate.teamId === issue.teamId && candidate.name === name,
      );
      if (name && !state) throw new Error(`The team has no state ${name}`);
      updateIssue(store, actor, issue, state ? { ...input, stateId: state.id } : input);
      return { id: issue.id, updatedAt: issue.updatedAt };
    },
    trashIssue({ issue: wanted, ...by }: OnIssue) {
      const actor = actorOf(store, by, wanted);
      const issue = updateIssue(store, actor, loadIssue(store, actor, wanted), { trashed: true });
      return { id: issue.id, updatedAt: issue.updatedAt };
    },
    archiveIssue({ issue: wanted, ...by }: OnIssue) {
      const actor = actorOf(store, by, wanted);
      const issue = archiveIssue(store, actor, loadIssue(store, actor, wanted), true);
      return { id: issue.id, updatedAt: issue.updatedAt };
    },
    /** Out of the trash, or of the archive. */
    restoreIssue({ issue: wanted, ...by }: OnIssue) {
      const actor = actorOf(store, by, wanted);
      const found = loadIssue(store, actor, wanted);
      const issue = found.trashed
        ? updateIssue(store, actor, found, { trashed: false })
        : archiveIssue(store, actor, found, false);
      return { id: issue.id, updatedAt: issue.updatedAt };
    },
    /** For good, as an administrator can. */
    deleteIssue({ issue: wanted, ...by }: OnIssue) {
      const actor = actorOf(store, by, wanted);
      const issue = loadIssue(store, actor, wanted);
      purgeIssue(store, actor, issue);
      return { id: issue.id };
    },
    /** Below another issue, or below none. */
    moveIssue({ issue: wanted, parent, ...by }: OnIssue & { parent: string | null }) {
      const actor = actorOf(store, by, wanted);
      const parentId = parent === null ? null : loadIssue(store, actor, parent).id;
      const issue = updateIssue(store, actor, loadIssue(store, actor, wanted), { parentId });
      return { id: issue.id, updatedAt: issue.updatedAt };
    },
    /** To a place among the children of its parent: 0 is before all others. */
    reorderIssue({ issue: wanted, position, ...by }: OnIssue & { position: number }) {
      const actor = actorOf(store, by, wanted);
      const moved = loadIssue(store, actor, wanted);
      if (moved.parentId === null) throw new Error(`${wanted} has no parent, and so no place among its children`);
      const others = store.world.issues
        .filter((issue) => issue !== moved && issue.parentId === moved.parentId)
        .map((issue) => issue.subIssueSortOrder ?? 0)
        .toSorted((a, b) => a - b);
      const [before, after] = [others[position - 1], others[position]];
      const subIssueSortOrder =
        before === undefined ? (after ?? 0) - 100 : after === undefined ? before + 100 : (before + after) / 2;
      updateIssue(store, actor, moved, { subIssueSortOrder });
      return { id: moved.id, subIssueSortOrder, updatedAt: moved.updatedAt };
    },
    /** `issue` blocks `other`, unless another type is named. */
    relateIssues({ issue: wanted, other, type = "blocks", ...by }: OnIssue & { other: string; type?: RelationType }) {
      const actor = actorOf(store, by, wanted);
      const [issueId, relatedIssueId] = [wanted, other].map((each) => loadIssue(store, actor, each).id);
      const relation = createRelation(store, actor, { issueId: issueId!, relatedIssueId: relatedIssueId!, type });
      return { id: relation.id };
    },
    unrelateIssues({ issue: wanted, other, type = "blocks", ...by }: OnIssue & { other: string; type?: RelationType }) {
      const actor = actorOf(store, by, wanted);
      const [issueId, relatedIssueId] = [wanted, other].map((each) => loadIssue(store, actor, each).id);
      const relations = store.world.relations.filter(
        (relation) =>
          relation.issueId === issueId && relation.relatedIssueId === relatedIssueId && relation.type === type,
      );
      if (relations.length === 0) throw new Error(`${wanted} does not stand in this relation to ${other}`);
      for (const { id } of relations) deleteRelation(store, actor, id);
      return { ids: relations.map(({ id }) => id) };
    },
  };
}

function mustBeInstalled(store: Store, actor: Actor): void {
  const organization = organizationOf(store, actor.organizationId);
  if (!organization.installed)
    throw new Error(`${store.app.appName} is not installed in ${organization.name}: nobody can mention it there`);
}

function sessionOf(store: Store, id: string): AgentSession {
  const session = store.world.agentSessions.find((candidate) => candidate.id === id);
  if (!session) throw new Error(`There is no agent session ${id}`);
  return session;
}

export function organizationNamed(store: Store, id?: string): Organization {
  const { organizations } = store.world;
  const found = id ? organizations.find((candidate) => candidate.id === id) : organizations[0];
  if (!found) throw new Error(`There is no organization ${id ?? "yet"}`);
  return found;
}

/** An issue's UUID also tells the workspace. */
function actorOf(store: Store, { user: wanted, organizationId }: By, issue?: string): Actor {
  const holder = store.world.issues.find((candidate) => candidate.id === issue);
  const organization = organizationNamed(store, organizationId ?? holder?.organizationId);
  const matches = ({ id, name, displayName, email }: User) =>
    !wanted || [id, name, displayName, email, name.split(" ")[0]].includes(wanted);
  const user = store.world.users.find(
    (candidate) => candidate.organizationId === organization.id && !candidate.app && matches(candidate),
  );
  if (!user) throw new Error(`There is no user ${wanted ?? ""} in ${organization.name}`);
  return { organizationId: organization.id, userId: user.id };
}

/** Another app that is installed in the workspace, by its name. */
function otherApp(store: Store, organizationId: string, name: string): Actor {
  const { users } = store.world;
  const known = users.find((user) => user.organizationId === organizationId && user.app && user.name === name);
  if (known) return { organizationId, userId: known.id };
  const made: User = {
    ...freshEntity(store, organizationId),
    id: newId(users, "User", null),
    name,
    displayName: name.toLowerCase(),
    email: `${name.toLowerCase()}@apps.test`,
    app: true,
    admin: false,
  };
  users.push(made);
  return { organizationId, userId: made.id };
}

/** Linear opens a thread of its own on a delegated issue; its words are nobody's request. */
function stubComment(store: Store, organizationId: string, issue: Issue): Comment {
  const body = `This thread is for an agent session with ${store.app.appName}.`;
  return insertComment(store, organizationId, { issueId: issue.id, body, userId: null, documentContentId: null });
}

function commentOnDocument(store: Store, actor: Actor, body: string): Comment {
  const comment = insertComment(store, actor.organizationId, {
    issueId: null,
    documentContentId: newId([], "DocumentContent", null),
    body: rewriteMarkdown(body),
    userId: actor.userId,
  });
  store.notify(comment.organizationId, commentEvent(store, actor, comment));
  return comment;
}

function insertComment(
  store: Store,
  organizationId: string,
  fields: Pick<Comment, "issueId" | "documentContentId" | "body" | "userId">,
): Comment {
  const comment: Comment = {
    ...freshEntity(store, organizationId),
    id: newId(store.world.comments, "Comment", null),
    parentId: null,
    editedAt: null,
    ...fields,
  };
  store.world.comments.push(comment);
  store.touch();
  return comment;
}

/** What an administrator does about the app itself. */
export function administration(store: Store) {
  return {
    setTeamAccess({
      organizationId,
      ...access
    }: {
      organizationId?: string;
      addedTeamIds?: string[];
      removedTeamIds?: string[];
      canAccessAllPublicTeams?: boolean;
    }) {
      const organization = organizationNamed(store, organizationId);
      const addedTeamIds = (access.addedTeamIds ?? []).map((id) => teamNamed(store, organization, id));
      const removedTeamIds = (access.removedTeamIds ?? []).map((id) => teamNamed(store, organization, id));
      const closed = [...organization.closedTeamIds, ...removedTeamIds].filter((id) => !addedTeamIds.includes(id));
      organization.closedTeamIds = [...new Set(closed)];
      store.touch();
      store.notify(organization.id, {
        type: "PermissionChange",
        action: "teamAccessChanged",
        appUserId: organization.appUserId,
        canAccessAllPublicTeams: access.canAccessAllPublicTeams ?? organization.closedTeamIds.length === 0,
        addedTeamIds,
        removedTeamIds,
      });
      return { closedTeamIds: organization.closedTeamIds };
    },
    uninstall({ organizationId }: { organizationId?: string } = {}) {
      const organization = organizationNamed(store, organizationId);
      organization.installed = false;
      for (const grant of store.world.grants) if (grant.organizationId === organization.id) grant.revoked = true;
      for (const issue of store.world.issues) if (issue.delegateId === organization.appUserId) issue.delegateId = null;
      store.touch();
      store.notify(organization.id, { type: "OAuthApp", action: "revoked" });
      return { organizationId: organization.id };
    },
  };
}

function teamNamed(store: Store, organization: Organization, wanted: string): string {
  const team = store.world.teams.find(
    ({ id, key, organizationId }) => organizationId === organization.id && (id === wanted || key === wanted),
  );
  if (!team) throw new Error(`There is no team ${wanted} in ${organization.name}`);
  return team.id;
}
