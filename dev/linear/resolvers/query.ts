import { type Filter, type PageArguments, toConnection } from "../connection.js";
import type { Comment, Issue, Label } from "../model.js";
import { notFound } from "../problems.js";
import { bucketStates } from "../rate-limit.js";
import {
  type Actor,
  canSeeTeam,
  find,
  load,
  loadIssue,
  organizationOf,
  related,
  type Store,
  userOf,
} from "../store.js";
import type { Resolvers } from "./context.js";

type Id = { id: string };

export const query: Resolvers<undefined> = {
  viewer: (_, __, { store, actor }) => userOf(store, actor.userId),
  organization: (_, __, { store, actor }) => organizationOf(store, actor.organizationId),
  user: (_, { id }: Id, { store, actor }) => load(store.world.users, actor, id, "User"),
  users: (_, page: PageArguments, { store, actor }) => toConnection(own(store.world.users, actor), page),
  team: (_, { id }: Id, { store, actor }) => {
    const team = own(store.world.teams, actor).find((candidate) => candidate.id === id || candidate.key === id);
    if (!team || !canSeeTeam(store, actor, team.id)) throw notFound("Team");
    return team;
  },
  teams: (_, page: PageArguments, { store, actor }) => toConnection(visibleTeams(store, actor), page),
  issue: (_, { id }: Id, { store, actor }) => loadIssue(store, actor, id),
  issues: (_, page: PageArguments, { store, actor }) => issuePage(store, actor, store.world.issues, page),
  issueLabel: (_, { id }: Id, { store, actor }) => load(store.world.labels, actor, id, "IssueLabel"),
  issueLabels: (_, page: PageArguments, { store, actor }) =>
    labelPage(store, own(store.world.labels, actor).filter(labelIsVisible(store, actor)), page),
  issueRelation: (_, { id }: Id, { store, actor }) => load(store.world.relations, actor, id, "IssueRelation"),
  project: (_, { id }: Id, { store, actor }) => {
    const project = own(store.world.projects, actor).find(
      (candidate) => candidate.id === id || candidate.slugId === id,
    );
    if (!project) throw notFound("Project");
    return project;
  },
  projects: (_, page: PageArguments, { store, actor }) => toConnection(own(store.world.projects, actor), page),
  attachmentsForURL: (_, page: PageArguments & { url: string }, { store, actor }) =>
    toConnection(
      own(store.world.attachments, actor).filter((attachment) => attachment.url === page.url),
      page,
    ),
  comment: (_, { id }: Id, { store, actor }) => load(store.world.comments, actor, id, "Comment"),
  comments: (_, page: PageArguments, { store, actor }) => {
    const issueOf = ({ issueId }: Comment) => find(store.world.issues, actor, issueId);
    const visible = own(store.world.comments, actor).filter((comment) => {
      const issue = issueOf(comment);
      return issue === undefined || canSeeTeam(store, actor, issue.teamId);
    });
    return toConnection(visible, page, (comment): Filter => ({ ...comment, issue: issueOf(comment) }));
  },
  agentSession: (_, { id }: Id, { store, actor }) => load(store.world.agentSessions, actor, id, "AgentSession"),
  agentActivity: (_, { id }: Id, { store, actor }) => load(store.world.activities, actor, id, "AgentActivity"),
  rateLimitStatus: (_, __, { store, actor }) => ({
    identifier: actor.userId,
    kind: "OAuthApp",
    limits: bucketStates(store, actor).map(({ type, limit, remaining, resetAt }) => ({
      type,
      allowedAmount: limit,
      remainingAmount: remaining,
      requestedAmount: 0,
      period: 3_600_000,
      reset: resetAt,
    })),
  }),
};

export function own<T extends { organizationId: string }>(list: T[], actor: Actor): T[] {
  return list.filter((entity) => entity.organizationId === actor.organizationId);
}

export function visibleTeams(store: Store, actor: Actor) {
  return own(store.world.teams, actor).filter((team) => canSeeTeam(store, actor, team.id));
}

export function issuePage(store: Store, actor: Actor, issues: Issue[], page: PageArguments) {
  const visible = own(issues, actor).filter((issue) => canSeeTeam(store, actor, issue.teamId));
  return toConnection(visible, page, (issue): Filter => {
    const { world } = store;
    return {
      ...issue,
      team: related(world.teams, issue.teamId),
      state: related(world.states, issue.stateId),
      parent: find(world.issues, actor, issue.parentId),
      project: find(world.projects, actor, issue.projectId),
    };
  });
}

export function labelPage(store: Store, labels: Label[], page: PageArguments) {
  return toConnection(
    labels,
    page,
    (label): Filter => ({
      ...label,
      team: store.world.teams.find((team) => team.id === label.teamId) ?? null,
    }),
  );
}

function labelIsVisible(store: Store, actor: Actor) {
  return (label: Label) => label.teamId === null || canSeeTeam(store, actor, label.teamId);
}
