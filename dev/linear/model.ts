/** What the simulated Linear remembers: plain JSON, so that it can be written to a file and read again. */

export type World = {
  organizations: Organization[];
  users: User[];
  teams: Team[];
  states: WorkflowState[];
  labels: Label[];
  issues: Issue[];
  history: HistoryEntry[];
  projects: Project[];
  relations: Relation[];
  attachments: Attachment[];
  comments: Comment[];
  agentSessions: AgentSession[];
  activities: Activity[];
  grants: Grant[];
  codes: AuthorizationCode[];
  buckets: Record<string, Buckets>;
  deliveries: Delivery[];
  requests: LoggedRequest[];
  /** Counts every write, as `lastSyncId` of the answers. */
  syncId: number;
};

type Entity = { id: string; organizationId: string; createdAt: string; updatedAt: string; archivedAt: string | null };

export type Organization = {
  id: string;
  name: string;
  urlKey: string;
  appUserId: string;
  installed: boolean;
  /** Teams that the app was shut out of. */
  closedTeamIds: string[];
  guidance: string | null;
  createdAt: string;
  updatedAt: string;
};

export type User = Entity & {
  name: string;
  displayName: string;
  email: string;
  app: boolean;
  admin: boolean;
  guest?: boolean;
};

export type EstimationType = "notUsed" | "exponential" | "fibonacci" | "linear" | "tShirt";

export type Team = Entity & {
  key: string;
  name: string;
  estimation: { type: EstimationType; extended: boolean; allowZero: boolean; default: number };
  triageEnabled: boolean;
  /** Number of the issue last made in it. */
  lastNumber: number;
};

export type StateType = "triage" | "backlog" | "unstarted" | "started" | "completed" | "canceled";

export type WorkflowState = Entity & { teamId: string; name: string; type: StateType; position: number; color: string };

export type Label = Entity & {
  name: string;
  color: string;
  description: string | null;
  isGroup: boolean;
  parentId: string | null;
  teamId: string | null;
  creatorId: string | null;
};

/** What people and the API change on an issue; each change leaves a history entry. */
export type IssueFields = {
  title: string;
  description: string | null;
  priority: number;
  estimate: number | null;
  stateId: string;
  parentId: string | null;
  projectId: string | null;
  assigneeId: string | null;
  delegateId: string | null;
  dueDate: string | null;
  sortOrder: number;
  subIssueSortOrder: number | null;
  labelIds: string[];
  trashed: boolean;
};

export type Issue = Entity &
  IssueFields & {
    number: number;
    teamId: string;
    creatorId: string;
    startedAt: string | null;
    completedAt: string | null;
    canceledAt: string | null;
  };

export type HistoryEntry = {
  id: string;
  organizationId: string;
  issueId: string;
  actorId: string;
  createdAt: string;
  from: Partial<IssueFields>;
  to: Partial<IssueFields>;
  /** Where it was put away, or taken out again, without being thrown away. */
  archived?: boolean;
};

export type Project = Entity & {
  name: string;
  description: string;
  content: string | null;
  priority: number;
  teamIds: string[];
  slugId: string;
  creatorId: string;
  trashed: boolean;
};

export type RelationType = "blocks" | "duplicate" | "related" | "similar";

export type Relation = Entity & { issueId: string; relatedIssueId: string; type: RelationType };

export type Attachment = Entity & {
  issueId: string;
  url: string;
  title: string;
  subtitle: string | null;
  metadata: Record<string, unknown>;
  groupBySource: boolean;
  creatorId: string;
};

export type Comment = Entity & {
  /** Null for one on a document. */
  issueId: string | null;
  documentContentId: string | null;
  parentId: string | null;
  body: string;
  userId: string | null;
  editedAt: string | null;
};

export type ExternalLink = { label: string; url: string };

export type ChecklistEntry = { content: string; status: "pending" | "inProgress" | "completed" | "canceled" };

export type AgentSession = Entity & {
  appUserId: string;
  issueId: string | null;
  commentId: string | null;
  creatorId: string | null;
  plan: ChecklistEntry[] | null;
  externalUrls: ExternalLink[];
  startedAt: string | null;
  endedAt: string | null;
};

export type ActivityContent =
  | { type: "thought" | "elicitation" | "response" | "error" | "prompt"; body: string }
  | { type: "action"; action: string; parameter: string; result?: string };

export type Signal = "stop" | "select" | "auth" | "continue";

export type Activity = Entity & {
  agentSessionId: string;
  userId: string;
  content: ActivityContent;
  ephemeral: boolean;
  /** True for an ephemeral one that another activity has replaced. */
  vanished: boolean;
  signal: Signal | null;
  signalMetadata: Record<string, unknown> | null;
};

/** A pair of tokens. */
export type Grant = {
  accessToken: string;
  refreshToken: string;
  organizationId: string;
  /** Who acts with it: the app's user, or a person who signed in. */
  userId: string;
  scope: string[];
  expiresAt: number;
  /** When the refresh token was first used; it works for a while after that. */
  refreshedAt: number | null;
  revoked: boolean;
};

export type AuthorizationCode = {
  code: string;
  clientId: string;
  redirectUri: string;
  challenge: string | null;
  scope: string[];
  organizationId: string;
  userId: string;
  expiresAt: number;
};

export type Bucket = { used: number; at: number };
export type Buckets = { requests: Bucket; complexity: Bucket };

export type Delivery = {
  id: string;
  type: string;
  action: string;
  organizationId: string;
  /** Null once it has ended. */
  body: Record<string, unknown> | null;
  status: "waiting" | "delivered" | "failed" | "dropped";
  attempts: { at: number; deliveryId: string; status: number | null }[];
  /** When the next attempt is due. */
  dueAt: number;
};

export type LoggedRequest = {
  at: number;
  operation: string | null;
  rootFields: string[];
  complexity: number;
  organizationId: string;
  kind: "read" | "write";
};
