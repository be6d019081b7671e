/** The outside services that the inside speaks to. Adapters implement these; `lib/compose` connects them. */
import type { EstimateScale } from "./domain/estimate-scale.js";
import type { PageAddress } from "./domain/page-address.js";
import type { IssueComment, PageComment, PageCommentKind } from "./domain/sync/comments.js";

// ---- Linear ------------------------------------------------------------------------------------------------------------------

/**
 * Linear, as one installation may use it. Calls time out after 10 s and never repeat by themselves. Throws RetryableError
 * (`linear_rate_limited` with its wait, `linear_unreachable`, `linear_unavailable`; a lost answer may have been done) and FatalError
 * (`installation_revoked`, `linear_plan_full`, `linear_no_access`, `linear_refused`).
 */
export type LinearClient = {
  createActivity(activity: AgentActivity): Promise<"created" | "exists">;
  updateAgentSession(
    id: string,
    change: { plan?: ChecklistEntry[]; externalUrls?: { label: string; url: string }[] },
  ): Promise<void>;
  listTeams(): Promise<Team[]>;
  /** Settings, workflow states, labels of team and workspace: one request. */
  readTeam(teamId: string): Promise<TeamSetup | "not_found">;
  createLabels(labels: { id: string; name: string; teamId: string; color?: string }[]): Promise<WriteResult[]>;
  createProjects(projects: ProjectInput[]): Promise<(WriteResult & { url?: string; slug?: string })[]>;
  updateProjects(
    updates: { id: string; change: { name?: string; content?: string; priority?: number; trashed?: boolean } }[],
  ): Promise<WriteResult[]>;
  readProjects(ids: string[]): Promise<ProjectSnapshot[]>;
  /** Every issue in a project, whoever put it there. */
  projectIssueIds(projectId: string): Promise<string[]>;
  /** One `issueBatchCreate` (at most 50). `conflict`: at least one id exists, read back. `refused`: Linear does not take one of them. */
  createIssues(issues: IssueInput[]): Promise<CreatedIssues>;
  /** Reads by id, 50 to a request, trashed and archived ones too; what is not there is left out. */
  readIssues(ids: string[]): Promise<IssueSnapshot[]>;
  /** Reads by identifier ("ENG-12"); what is not there is left out. */
  readIssuesByIdentifier(identifiers: string[]): Promise<IssueSnapshot[]>;
  /** A team's issues that are neither done nor cancelled, those changed last first: at most a thousand, 250 to a request. */
  openIssues(teamId: string): Promise<OpenIssue[]>;
  /** Aliased `issueUpdate`s, 50 to a request. */
  updateIssues(updates: { id: string; change: IssueChange }[]): Promise<WriteResult[]>;
  trashIssues(ids: string[]): Promise<WriteResult[]>;
  /** Relations in both directions of the named issues. */
  readRelations(issueIds: string[]): Promise<Relation[]>;
  /**
   * Issues of the team, and the named ones wherever they are, that changed after `since` (ISO; null: all), trashed and archived ones too:
   * those changed first come first, 50 to a request. Relations do not count as a change of an issue.
   */
  issuesChangedSince(query: { teamId: string; ids: string[]; since: string | null }): Promise<IssueSnapshot[]>;
  /** What was changed in these issues at or after `since` (ISO), oldest first: one request for each 50 issues. */
  readHistory(issueIds: string[], since: string): Promise<IssueHistoryEntry[]>;
  /** Opens a conversation on an issue; its id. */
  createAgentSession(issueId: string): Promise<string>;
  createRelations(relations: (Relation & { id: string })[]): Promise<WriteResult[]>;
  deleteRelations(ids: string[]): Promise<WriteResult[]>;
  upsertAttachments(
    attachments: { issueId: string; url: string; title: string; subtitle?: string }[],
  ): Promise<WriteResult[]>;
  /** Relations and attachments in shared requests: what `createRelations` and `upsertAttachments` would do, in half the calls. */
  writeLinks(links: LinkInput[]): Promise<WriteResult[]>;
  /** What was written on these issues at or after `since` (ISO), the oldest first: 50 to a request. */
  readComments(issueIds: string[], since: string): Promise<IssueComment[]>;
  /** Comments under ids of ours; `parentId` names the first one of the thread that they answer in. */
  createComments(comments: CommentInput[]): Promise<WriteResult[]>;
  /** What the last answer said of the hour's budget; null before the first. */
  budget(): Budget | null;
};

export type AgentActivity = {
  id: string;
  agentSessionId: string;
  content:
    | { type: "thought" | "elicitation" | "response" | "error"; body: string }
    | { type: "action"; action: string; parameter: string; result?: string };
  ephemeral?: boolean;
  select?: { label: string; value: string }[];
  auth?: { url: string; providerName: string; userId?: string };
};
export type ChecklistEntry = { content: string; status: "pending" | "inProgress" | "completed" | "canceled" };
export type { EstimateScale };
export type Team = { id: string; key: string; name: string };
export type TeamSetup = Team & {
  estimation: { scale: EstimateScale; extended: boolean; allowZero: boolean };
  states: { id: string; name: string; type: string; position: number }[];
  labels: { id: string; name: string; isGroup: boolean; teamId: string | null }[];
};
export type IssueInput = {
  id: string;
  teamId: string;
  title: string;
  description: string;
  parentId: string | null;
  projectId: string | null;
  labelIds: string[];
  /** 0 none, 1 urgent, 2 high, 3 medium, 4 low. */
  priority: number;
  estimate: number | null;
  /** Where it goes among the children of its parent; Linear chooses where it is not said. */
  subIssueSortOrder?: number;
};
export type IssueChange = Partial<Omit<IssueInput, "id" | "teamId" | "labelIds">> & {
  addedLabelIds?: string[];
  removedLabelIds?: string[];
  stateId?: string;
  delegateId?: string;
};
export type IssueSnapshot = {
  id: string;
  identifier: string;
  url: string;
  title: string;
  description: string;
  priority: number;
  estimate: number | null;
  stateId: string;
  stateType: string;
  stateName: string;
  parentId: string | null;
  projectId: string | null;
  /** Where it stands among the children of its parent, the lowest first; null where Linear says none. */
  subIssueSortOrder: number | null;
  teamId: string;
  labelIds: string[];
  delegateId: string | null;
  assigneeId: string | null;
  /** What hangs below it, with the place of each among them, the lowest first; archived ones are left out. */
  children: { id: string; subIssueSortOrder: number | null }[];
  hasComments: boolean;
  trashed: boolean;
  archivedAt: string | null;
  updatedAt: string;
};
/** One entry of an issue's history. What a field was before is there for all but the description, of which Linear only says that it changed. */
export type IssueHistoryEntry = {
  issueId: string;
  at: string;
  /** Who did it: a person, an app's user, or the id of an integration; null where Linear names none, as for its own automations. */
  actorId: string | null;
  title?: { from: string; to: string };
  priority?: { from: number; to: number };
  estimate?: { from: number | null; to: number | null };
  parentId?: { from: string | null; to: string | null };
  stateId?: { from: string; to: string };
  addedLabelIds?: string[];
  removedLabelIds?: string[];
  description?: true;
};
export type OpenIssue = { id: string; identifier: string; url: string; title: string };
export type CreatedIssues =
  | {
      kind: "created";
      issues: { id: string; identifier: string; url: string; parentId: string | null; updatedAt: string }[];
    }
  | { kind: "conflict" }
  | { kind: "refused"; message: string };
export type ProjectInput = {
  id: string;
  name: string;
  description: string;
  content: string;
  teamIds: string[];
  priority: number;
};
export type ProjectSnapshot = {
  id: string;
  slug: string;
  url: string;
  name: string;
  content: string;
  priority: number;
  trashed: boolean;
  updatedAt: string;
};
/** `issueId` blocks `relatedIssueId`. */
export type Relation = {
  id?: string;
  issueId: string;
  relatedIssueId: string;
  type: "blocks" | "duplicate" | "related" | "similar";
};
export type CommentInput = { id: string; issueId: string; parentId: string | null; body: string };
export type LinkInput =
  | { kind: "relation"; id: string; issueId: string; relatedIssueId: string }
  | { kind: "attachment"; issueId: string; url: string; title: string; subtitle?: string };
/** What became of one entry of a request with many; `exists` where the id, or the same thing, was there before. */
export type WriteResult = { id: string; outcome: "done" | "exists" | "refused"; message?: string };
/** Requests and complexity points of the hour; `resetAt` is the instant (ms) at which the emptier of the two is full again. */
export type Budget = {
  requestsLimit: number;
  requestsRemaining: number;
  complexityLimit: number;
  complexityRemaining: number;
  resetAt: number;
};

// ---- Confluence --------------------------------------------------------------------------------------------------------------

/**
 * Confluence through one organization's connection. Throws RetryableError (`confluence_rate_limited`, `confluence_unreachable`,
 * `confluence_unavailable`) and FatalError (`confluence_revoked`; `confluence_refused` where it does not take a write as it is). Hosts and spaces that the connection does not name are refused
 * without a request wherever the address tells.
 */
export type ConfluenceClient = {
  readPage(address: PageAddress): Promise<PageResult>;
  /** The number of the page's newest version, without its text; null where the page is not there, or not shown to us. */
  findVersion(pageId: string): Promise<number | null>;
  /**
   * Writes title and body as version `from` + 1, with this message. `stale`: the page is not at `from` any more. `forbidden`: we may read but not
   * write it. A lost answer may have been written: the message tells, see `versionsAfter`.
   */
  writePage(write: {
    pageId: string;
    from: number;
    title: string;
    body: string;
    message: string;
  }): Promise<"written" | "stale" | "forbidden" | "not_found" | "too_large">;
  /** The versions after this one, the oldest first; null where the page is not there, or not shown to us. */
  versionsAfter(pageId: string, version: number): Promise<PageVersion[] | null>;
  /** True where somebody has begun to edit the page and has not published: writing it now could take their draft away. */
  hasOpenDraft(pageId: string): Promise<boolean>;
  /**
   * What was written under the page and at its text at or after `since` (ISO), and the answers to the named comments since then, the oldest first.
   * `not_readable`: this connection may read the page and not its comments; `not_supported`: nor can we on this kind of Confluence.
   */
  readComments(query: {
    pageId: string;
    since: string;
    threads: PageThread[];
  }): Promise<PageComment[] | "not_readable" | "not_supported">;
  /**
   * Writes comments in storage format, one after the other; a thread that is gone is answered under the page. What became of each, by its number;
   * where one shows that we may not, the others are not tried. `beforeEach` may throw to end it. A lost answer may have been written.
   */
  createComments(
    pageId: string,
    comments: { thread: PageThread | null; body: string }[],
    beforeEach?: () => Promise<void>,
  ): Promise<(WrittenComment | "not_writable" | "refused")[] | "not_supported">;
  /** Names of people by their ids; apps are left out. Null where this connection may not know them. */
  findPeople(ids: string[]): Promise<Map<string, string> | null>;
};
/** Named by the comment that begins it, or by another one of it. */
export type PageThread = { id: string; kind: PageCommentKind };
export type WrittenComment = { id: string; thread: PageThread };
export type PageVersion = { number: number; message: string; authorId: string | null; createdAt: string };
export type PageResult =
  | { kind: "page"; page: Page }
  | { kind: "not_found" }
  | { kind: "host_not_allowed"; host: string }
  | { kind: "space_not_allowed"; space: string };
export type Page = {
  id: string;
  title: string;
  spaceKey: string;
  version: number;
  /** Storage format, exactly as Confluence gave it. */
  body: string;
  /** The page as a person opens it. */
  url: string;
  /** True where the page has view restrictions of its own. */
  restricted: boolean;
  /** When and by whom this version was written, as Confluence says. */
  updatedAt: string;
  authorId: string | null;
};

// ---- QStash ------------------------------------------------------------------------------------------------------------------

export type QueueMessage = {
  /** A repeat within ten minutes is swallowed by the queue. */
  deduplicationId: string;
  body: StepMessage;
  /** Earliest delivery, ms since the epoch. */
  notBefore?: number;
};
export type StepMessage = { kind: "session" | "sync"; id: string; step: string; version: number };
/** Throws RetryableError `queue_unavailable`. */
export type Queue = { publish(message: QueueMessage): Promise<{ messageId: string }> };
