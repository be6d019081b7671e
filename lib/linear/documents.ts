/** The GraphQL documents that the agent sends to Linear, each with the shape of its answer. */
import * as z from "zod/mini";

/** A GraphQL document together with the schema of its answer's `data`. */
export type Document<Answer> = { name: string; text: string; answer: z.ZodMiniType<Answer> };

const pageInfo = z.object({ hasNextPage: z.boolean(), endCursor: z.nullable(z.string()) });
const node = z.object({ id: z.string() });
const reference = z.nullish(node);

const connection = <Node extends z.ZodMiniType>(of: Node) => z.object({ pageInfo, nodes: z.array(of) });

const team = z.object({ id: z.string(), key: z.string(), name: z.string() });

const label = z.object({ id: z.string(), name: z.string(), isGroup: z.boolean(), team: reference });
/** A label of a team, or of the workspace where it names no team. */
export type LabelNode = z.infer<typeof label>;

const comment = z.object({
  id: z.string(),
  body: z.string(),
  url: z.string(),
  createdAt: z.string(),
  issue: reference,
  user: z.nullish(z.object({ id: z.string(), name: z.string(), app: z.boolean() })),
  agentSession: reference,
  parent: z.nullish(z.object({ id: z.string(), agentSession: reference })),
});
/** A comment as `readComments` brings it. */
export type CommentNode = z.infer<typeof comment>;

const teams = connection(team);
/** A page of teams. */
export type TeamsPage = z.infer<typeof teams>;

const childIssue = z.object({ id: z.string(), subIssueSortOrder: z.nullish(z.number()) });

const issue = z.object({
  id: z.string(),
  identifier: z.string(),
  url: z.string(),
  title: z.string(),
  description: z.nullish(z.string()),
  priority: z.number(),
  estimate: z.nullish(z.number()),
  state: z.object({ id: z.string(), type: z.string(), name: z.string() }),
  subIssueSortOrder: z.nullish(z.number()),
  parent: reference,
  project: reference,
  team: node,
  labelIds: z.array(z.string()),
  delegate: reference,
  assignee: reference,
  children: connection(childIssue),
  comments: z.object({ nodes: z.array(node) }),
  trashed: z.nullish(z.boolean()),
  archivedAt: z.nullish(z.string()),
  updatedAt: z.string(),
});
/** An issue as `readIssues` brings it. */
export type IssueNode = z.infer<typeof issue>;

const project = z.object({
  id: z.string(),
  slugId: z.string(),
  url: z.string(),
  name: z.string(),
  content: z.nullish(z.string()),
  priority: z.number(),
  trashed: z.nullish(z.boolean()),
  updatedAt: z.string(),
});
/** A project as `readProjects` brings it. */
export type ProjectNode = z.infer<typeof project>;

const outgoing = z.object({ id: z.string(), type: z.string(), relatedIssue: node });
const incoming = z.object({ id: z.string(), type: z.string(), issue: node });
const related = z.object({
  id: z.string(),
  relations: connection(outgoing),
  inverseRelations: connection(incoming),
});
/** An issue with a page of its relations in each direction. */
export type RelatedNode = z.infer<typeof related>;

const issueFields = /* GraphQL */ `
  id identifier url title description priority estimate subIssueSortOrder labelIds trashed archivedAt updatedAt
  state { id type name } parent { id } project { id } team { id } delegate { id } assignee { id }
  comments(first: 1) { nodes { id } }`;

const historyNode = z.object({
  id: z.string(),
  updatedAt: z.string(),
  actorId: z.nullish(z.string()),
  botActor: z.nullish(z.object({ id: z.nullish(z.string()) })),
  fromTitle: z.nullish(z.string()),
  toTitle: z.nullish(z.string()),
  fromPriority: z.nullish(z.number()),
  toPriority: z.nullish(z.number()),
  fromEstimate: z.nullish(z.number()),
  toEstimate: z.nullish(z.number()),
  fromParentId: z.nullish(z.string()),
  toParentId: z.nullish(z.string()),
  fromStateId: z.nullish(z.string()),
  toStateId: z.nullish(z.string()),
  addedLabelIds: z.nullish(z.array(z.string())),
  removedLabelIds: z.nullish(z.array(z.string())),
  updatedDescription: z.nullish(z.boolean()),
});
/** One entry of an issue's history, which may gather several edits of one time. */
export type HistoryNode = z.infer<typeof historyNode>;

const history = connection(historyNode);
/** A page of an issue's history. */
export type HistoryPage = z.infer<typeof history>;

const historyFields = /* GraphQL */ `
  pageInfo { hasNextPage endCursor }
  nodes {
    id updatedAt actorId botActor { id } fromTitle toTitle fromPriority toPriority fromEstimate toEstimate
    fromParentId toParentId fromStateId toStateId addedLabelIds removedLabelIds updatedDescription
  }`;

const relationFields = /* GraphQL */ `id type relatedIssue { id }`;
const inverseFields = /* GraphQL */ `id type issue { id }`;

const teamAnswer = z.object({
  team: z.object({
    id: z.string(),
    key: z.string(),
    name: z.string(),
    issueEstimationType: z.string(),
    issueEstimationAllowZero: z.boolean(),
    issueEstimationExtended: z.boolean(),
    states: z.object({
      nodes: z.array(z.object({ id: z.string(), name: z.string(), type: z.string(), position: z.number() })),
    }),
    labels: connection(label),
  }),
  issueLabels: connection(label),
});
/** A team with its states and a page of the labels that its issues may carry. */
export type TeamAnswer = z.infer<typeof teamAnswer>;

/** Who the access token belongs to, and in which workspace. */
export const viewer = document(
  "Viewer",
  /* GraphQL */ `query Viewer { viewer { id name email admin owner guest organization { id name urlKey } } }`,
  z.object({
    viewer: z.object({
      id: z.string(),
      name: z.string(),
      email: z.string(),
      admin: z.boolean(),
      owner: z.boolean(),
      guest: z.boolean(),
      organization: z.object({ id: z.string(), name: z.string(), urlKey: z.string() }),
    }),
  }),
);

/** Teams that the installation can see, a page at a time. */
export const listTeams = document(
  "ListTeams",
  /* GraphQL */ `query ListTeams($after: String) {
    teams(first: 50, after: $after) { pageInfo { hasNextPage endCursor } nodes { id key name } }
  }`,
  z.object({ teams }),
);

/** A team's settings and states, and the labels of team and workspace: those two a page at a time. */
export const readTeam = document(
  "ReadTeam",
  /* GraphQL */ `query ReadTeam($id: String!, $afterLabel: String, $afterWorkspaceLabel: String) {
    team(id: $id) {
      id key name issueEstimationType issueEstimationAllowZero issueEstimationExtended
      states(first: 100) { nodes { id name type position } }
      labels(first: 250, after: $afterLabel) {
        pageInfo { hasNextPage endCursor } nodes { id name isGroup team { id } }
      }
    }
    issueLabels(first: 250, after: $afterWorkspaceLabel, filter: { team: { null: true } }) {
      pageInfo { hasNextPage endCursor } nodes { id name isGroup team { id } }
    }
  }`,
  teamAnswer,
);

/** Issues that a filter finds among all there are, trashed and archived ones too. */
export const readIssues = document(
  "ReadIssues",
  /* GraphQL */ `query ReadIssues($filter: IssueFilter!) {
    issues(first: 50, includeArchived: true, filter: $filter) {
      nodes { ${issueFields} children(first: 50) { pageInfo { hasNextPage endCursor } nodes { id subIssueSortOrder } } }
    }
  }`,
  z.object({ issues: z.object({ nodes: z.array(issue) }) }),
);

/** What a filter finds, a page at a time, those changed last first; fewer children are asked for because this is asked often. */
export const readChangedIssues = document(
  "ReadChangedIssues",
  /* GraphQL */ `query ReadChangedIssues($filter: IssueFilter!, $after: String) {
    issues(first: 50, after: $after, includeArchived: true, orderBy: updatedAt, filter: $filter) {
      pageInfo { hasNextPage endCursor }
      nodes { ${issueFields} children(first: 10) { pageInfo { hasNextPage endCursor } nodes { id subIssueSortOrder } } }
    }
  }`,
  z.object({ issues: connection(issue) }),
);

/** The last of what happened to many issues. */
export const readHistories = document(
  "ReadHistories",
  /* GraphQL */ `query ReadHistories($ids: [ID!]!) {
    issues(first: 50, includeArchived: true, filter: { id: { in: $ids } }) {
      nodes { id history(first: 10, orderBy: updatedAt) { ${historyFields} } }
    }
  }`,
  z.object({ issues: z.object({ nodes: z.array(z.object({ id: z.string(), history })) }) }),
);

const writersNode = z.object({ id: z.string(), descriptionUpdatedBy: z.nullish(z.array(node)) });

/** Who wrote the descriptions of many issues last; asked for apart, since a list is charged as if it were a long one. */
export const readDescriptionWriters = document(
  "ReadDescriptionWriters",
  /* GraphQL */ `query ReadDescriptionWriters($ids: [ID!]!) {
    issues(first: 50, includeArchived: true, filter: { id: { in: $ids } }) {
      nodes { history(first: 3, orderBy: updatedAt) { nodes { id descriptionUpdatedBy { id } } } }
    }
  }`,
  z.object({
    issues: z.object({ nodes: z.array(z.object({ history: z.object({ nodes: z.array(writersNode) }) })) }),
  }),
);

/** More of what happened to one issue, a page at a time. */
export const readHistoryOfOne = document(
  "ReadHistoryOfOne",
  /* GraphQL */ `query ReadHistoryOfOne($id: String!, $after: String) {
    issue(id: $id) { history(first: 100, after: $after, orderBy: updatedAt) { ${historyFields} } }
  }`,
  z.object({ issue: z.object({ history }) }),
);

/** What a filter finds of comments, those written last first, a page at a time. */
export const readComments = document(
  "ReadComments",
  /* GraphQL */ `query ReadComments($filter: CommentFilter!, $after: String) {
    comments(first: 50, after: $after, filter: $filter) {
      pageInfo { hasNextPage endCursor }
      nodes {
        id body url createdAt issue { id } user { id name app } agentSession { id } parent { id agentSession { id } }
      }
    }
  }`,
  z.object({ comments: connection(comment) }),
);

const openIssue = z.object({ id: z.string(), identifier: z.string(), url: z.string(), title: z.string() });

/** What a team has still to do, those changed last first, a page at a time. */
export const readOpenIssues = document(
  "ReadOpenIssues",
  /* GraphQL */ `query ReadOpenIssues($teamId: ID!, $after: String) {
    issues(
      first: 250, after: $after, orderBy: updatedAt
      filter: { team: { id: { eq: $teamId } }, state: { type: { nin: ["completed", "canceled", "duplicate"] } } }
    ) { pageInfo { hasNextPage endCursor } nodes { id identifier url title } }
  }`,
  z.object({ issues: connection(openIssue) }),
);

/** The children of one issue that has many, a page at a time. */
export const readChildren = document(
  "ReadChildren",
  /* GraphQL */ `query ReadChildren($id: String!, $after: String) {
    issue(id: $id) { children(first: 250, after: $after) { pageInfo { hasNextPage endCursor } nodes { id subIssueSortOrder } } }
  }`,
  z.object({ issue: z.object({ children: connection(childIssue) }) }),
);

/** The issues of one project, a page at a time. */
export const readProjectIssues = document(
  "ReadProjectIssues",
  /* GraphQL */ `query ReadProjectIssues($id: String!, $after: String) {
    project(id: $id) { issues(first: 250, after: $after) { pageInfo { hasNextPage endCursor } nodes { id } } }
  }`,
  z.object({ project: z.object({ issues: connection(node) }) }),
);

export const readProjects = document(
  "ReadProjects",
  /* GraphQL */ `query ReadProjects($ids: [ID!]!) {
    projects(first: 50, includeArchived: true, filter: { id: { in: $ids } }) {
      nodes { id slugId url name content priority trashed updatedAt }
    }
  }`,
  z.object({ projects: z.object({ nodes: z.array(project) }) }),
);

/** The first relations of many issues; a hundred of them stay below Linear's limit for one request. */
export const readRelations = document(
  "ReadRelations",
  /* GraphQL */ `query ReadRelations($ids: [ID!]!) {
    issues(first: 100, includeArchived: true, filter: { id: { in: $ids } }) {
      nodes {
        id
        relations(first: 10) { pageInfo { hasNextPage endCursor } nodes { ${relationFields} } }
        inverseRelations(first: 10) { pageInfo { hasNextPage endCursor } nodes { ${inverseFields} } }
      }
    }
  }`,
  z.object({ issues: z.object({ nodes: z.array(related) }) }),
);

/** All relations of one issue that has many, a page at a time. */
export const readRelationsOfOne = document(
  "ReadRelationsOfOne",
  /* GraphQL */ `query ReadRelationsOfOne($id: String!, $after: String, $afterInverse: String) {
    issue(id: $id) {
      id
      relations(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { ${relationFields} } }
      inverseRelations(first: 100, after: $afterInverse) {
        pageInfo { hasNextPage endCursor } nodes { ${inverseFields} }
      }
    }
  }`,
  z.object({ issue: related }),
);

export const createIssues = document(
  "CreateIssues",
  /* GraphQL */ `mutation CreateIssues($input: IssueBatchCreateInput!) {
    issueBatchCreate(input: $input) { success issues { id identifier url updatedAt parent { id } } }
  }`,
  z.object({
    issueBatchCreate: z.object({
      success: z.boolean(),
      issues: z.array(
        z.object({
          id: z.string(),
          identifier: z.string(),
          url: z.string(),
          updatedAt: z.string(),
          parent: reference,
        }),
      ),
    }),
  }),
);

export const createActivity = document(
  "CreateActivity",
  /* GraphQL */ `mutation CreateActivity($input: AgentActivityCreateInput!) {
    agentActivityCreate(input: $input) { success agentActivity { id } }
  }`,
  z.object({ agentActivityCreate: z.object({ success: z.boolean() }) }),
);

export const updateAgentSession = document(
  "UpdateAgentSession",
  /* GraphQL */ `mutation UpdateAgentSession($id: String!, $input: AgentSessionUpdateInput!) {
    agentSessionUpdate(id: $id, input: $input) { success agentSession { id } }
  }`,
  z.object({ agentSessionUpdate: z.object({ success: z.boolean() }) }),
);

export const createAgentSession = document(
  "CreateAgentSession",
  /* GraphQL */ `mutation CreateAgentSession($input: AgentSessionCreateOnIssue!) {
    agentSessionCreateOnIssue(input: $input) { success agentSession { id } }
  }`,
  z.object({ agentSessionCreateOnIssue: z.object({ success: z.boolean(), agentSession: node }) }),
);

function document<Answer>(name: string, text: string, answer: z.ZodMiniType<Answer>): Document<Answer> {
  return { name, text, answer };
}
