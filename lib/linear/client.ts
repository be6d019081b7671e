import type {
  AgentActivity,
  CommentInput,
  CreatedIssues,
  IssueChange,
  IssueInput,
  LinearClient,
  LinkInput,
  ProjectInput,
  ProjectSnapshot,
  Relation,
  Team,
} from "../ports-services.js";
import { type Connection, type ConnectionOptions, connectLinear } from "./connection.js";
import * as documents from "./documents.js";
import { meaningOf, noAccess, refusalOf, refused } from "./errors.js";
import * as inputs from "./inputs.js";
import { commentsOf } from "./issue-comments.js";
import { historyOf } from "./issue-history.js";
import { changedIssues, issuesByFilter, openIssues, projectIssueIds } from "./issue-reads.js";
import { relationsOf } from "./relations.js";
import { teamSetup } from "./team-setup.js";
import { entriesPerRequest, inChunks, type WriteEntry, writeEntries } from "./write-entries.js";

const noReason = "no reason given";

/** Linear over its GraphQL endpoint, as one installation may use it. */
export function linearClient(options: ConnectionOptions): LinearClient {
  const connection = connectLinear(options);
  const write = (entries: WriteEntry[]) => writeEntries(connection, entries);

  return {
    createActivity: (activity) => createActivity(connection, activity),
    updateAgentSession: (id, change) => updateAgentSession(connection, id, change),
    listTeams: () => listTeams(connection),
    readTeam: (teamId) => teamSetup(connection, teamId),
    createLabels: (labels) => write(labels.map(labelEntry)),
    createProjects: (projects) => write(projects.map(projectEntry)),
    updateProjects: (updates) => write(updates.map(projectUpdateEntry)),
    readProjects: (ids) => readProjects(connection, ids),
    projectIssueIds: (id) => projectIssueIds(connection, id),
    createIssues: (issues) => createIssues(connection, issues),
    readIssues: (ids) =>
      issuesByFilter(
        connection,
        inChunks([...new Set(ids)], 50).map((chunk) => ({ id: { in: chunk } })),
      ),
    readIssuesByIdentifier: (identifiers) =>
      issuesByFilter(connection, inChunks([...new Set(identifiers)], 50).map(inputs.toIdentifierFilter)),
    openIssues: (teamId) => openIssues(connection, teamId),
    updateIssues: (updates) => write(updates.map(updateEntry)),
    trashIssues: (ids) => write(ids.map((id) => ({ kind: "trashIssue", id, variables: { id } }))),
    readRelations: (issueIds) => relationsOf(connection, issueIds),
    issuesChangedSince: (query) => changedIssues(connection, inputs.toChangedFilter(query)),
    readHistory: (issueIds, since) => historyOf(connection, issueIds, since),
    createAgentSession: (issueId) => createAgentSession(connection, issueId),
    createRelations: (relations) => write(relations.map(relationEntry)),
    deleteRelations: (ids) => write(ids.map((id) => ({ kind: "deleteRelation", id, variables: { id } }))),
    upsertAttachments: (attachments) => write(attachments.map(attachmentEntry)),
    writeLinks: (links) => write(links.map(linkEntry)),
    readComments: (issueIds, since) => commentsOf(connection, issueIds, since),
    createComments: (comments) => write(comments.map(commentEntry)),
    budget: () => connection.budget(),
  };
}
function labelEntry(label: inputs.LabelInput): WriteEntry {
  return { kind: "createLabel", id: label.id, variables: { input: inputs.toLabelInput(label) } };
}

function projectEntry(project: ProjectInput): WriteEntry {
  return { kind: "createProject", id: project.id, variables: { input: inputs.toProjectInput(project) } };
}

function projectUpdateEntry({ id, change }: { id: string; change: inputs.ProjectChange }): WriteEntry {
  return { kind: "updateProject", id, variables: { id, input: inputs.toProjectChange(change) } };
}

function updateEntry({ id, change }: { id: string; change: IssueChange }): WriteEntry {
  return { kind: "updateIssue", id, variables: { id, input: inputs.toIssueChange(change) } };
}

function linkEntry(link: LinkInput): WriteEntry {
  return link.kind === "relation" ? relationEntry({ ...link, type: "blocks" }) : attachmentEntry(link);
}

function relationEntry(relation: Relation & { id: string }): WriteEntry {
  return { kind: "createRelation", id: relation.id, variables: { input: inputs.toRelationInput(relation) } };
}

function commentEntry(comment: CommentInput): WriteEntry {
  return { kind: "createComment", id: comment.id, variables: { input: inputs.toCommentInput(comment) } };
}

/** Linear gives an attachment its id; until then the issue's stands for it. */
function attachmentEntry(attachment: inputs.AttachmentInput): WriteEntry {
  return {
    kind: "upsertAttachment",
    id: attachment.issueId,
    variables: { input: inputs.toAttachmentInput(attachment) },
  };
}

async function createActivity(connection: Connection, activity: AgentActivity): Promise<"created" | "exists"> {
  const document = documents.createActivity;
  const { data, errors } = await connection.send(document, { input: inputs.toActivityInput(activity) });
  if (errors.some((error) => meaningOf(error) === "exists")) return "exists";
  if (errors[0]) throw refused(document.name, refusalOf(errors[0]));
  if (!data?.agentActivityCreate.success) throw refused(document.name, noReason);
  return "created";
}

async function updateAgentSession(connection: Connection, id: string, change: inputs.AgentSessionChange) {
  const document = documents.updateAgentSession;
  const { agentSessionUpdate } = await connection.ask(document, { id, input: inputs.toSessionInput(change) });
  if (!agentSessionUpdate.success) throw refused(document.name, noReason);
}

async function createAgentSession(connection: Connection, issueId: string): Promise<string> {
  const document = documents.createAgentSession;
  const { agentSessionCreateOnIssue } = await connection.ask(document, { input: { issueId } });
  if (!agentSessionCreateOnIssue.success) throw refused(document.name, noReason);
  return agentSessionCreateOnIssue.agentSession.id;
}

async function createIssues(connection: Connection, issues: IssueInput[]): Promise<CreatedIssues> {
  if (issues.length === 0) return { kind: "created", issues: [] };
  if (issues.length > entriesPerRequest) throw new RangeError(`At most ${entriesPerRequest} issues at a time`);
  const input = { issues: issues.map(inputs.toIssueInput) };
  const { data, errors } = await connection.send(documents.createIssues, { input });
  if (errors.some((error) => meaningOf(error) === "exists")) return { kind: "conflict" };
  // A team that was there when the plan was made has been closed to us since.
  if (errors.some((error) => /entity not found: team/i.test(error.message)))
    throw noAccess(documents.createIssues.name);
  if (errors[0]) return { kind: "refused", message: refusalOf(errors[0]) };
  if (!data?.issueBatchCreate.success) return { kind: "refused", message: noReason };
  const made = data.issueBatchCreate.issues.map(({ parent, ...issue }) => ({ ...issue, parentId: parent?.id ?? null }));
  // Linear may leave out what exists instead of refusing the batch.
  const isWhole = issues.every(({ id }) => made.some((issue) => issue.id === id));
  return isWhole ? { kind: "created", issues: made } : { kind: "conflict" };
}

async function listTeams(connection: Connection): Promise<Team[]> {
  const teams: Team[] = [];
  let after: string | null = null;
  let page: documents.TeamsPage;
  do {
    page = (await connection.ask(documents.listTeams, { after })).teams;
    teams.push(...page.nodes);
    after = page.pageInfo.endCursor;
  } while (page.pageInfo.hasNextPage);
  return teams;
}

async function readProjects(connection: Connection, ids: string[]): Promise<ProjectSnapshot[]> {
  const found: ProjectSnapshot[] = [];
  for (const chunk of inChunks([...new Set(ids)], 50)) {
    const { projects } = await connection.ask(documents.readProjects, { ids: chunk });
    found.push(...projects.nodes.map(toProjectSnapshot));
  }
  return found;
}

function toProjectSnapshot({ slugId, ...project }: documents.ProjectNode): ProjectSnapshot {
  return { ...project, slug: slugId, content: project.content ?? "", trashed: project.trashed ?? false };
}
