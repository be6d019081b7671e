/** What people find again: sessions, engagements and people of an organization. Answers are shaped as the contract shows them. */
import type { Landscape, PlanState } from "./contract/engagements.js";
import type { Place, User } from "./contract/routes/people.js";
import type { ListedSession, PlanItem, SessionDetail } from "./contract/routes/sessions.js";
import type { EngagementId, OrganizationId, PlanId, SessionId, UserId } from "./domain/ids.js";
import type { Grant, Principal, Role } from "./domain/principal.js";
import type { LogEvent } from "./domain/public-event.js";
import type { EngagementSettings, SessionStatus } from "./domain/session.js";
import type { SyncSettings } from "./domain/sync/run.js";
import type { AuditAuthor } from "./ports-people.js";

/** The part of a list behind the one whose `next` is `cursor`. */
export type ListPage = { limit: number; cursor: string | null };
/** A part of a list, the newest first; `next` is null where it was the last. */
export type Slice<T> = { items: T[]; next: string | null };

export type SessionFilter = {
  status?: SessionStatus;
  engagementId?: EngagementId;
  isArchived?: boolean;
  createdBy?: UserId;
  /** Every word of it stands in the title. */
  words?: string;
};
export type SessionEdit = { title?: string; description?: string | null; pageUrl?: string | null };
/** `changed`: the session is not as it was seen any more; `working`: the agent is at work on it; `begun`: its page is settled; `homeless`: it belongs to no engagement yet. */
export type EditResult =
  | { outcome: "edited"; session: SessionDetail }
  | { outcome: "not_found" }
  | { outcome: "forbidden" }
  | { outcome: "changed" | "working" | "begun" | "archived" | "merged" | "homeless"; current: SessionDetail };
/** A page, or the steps of a live plan, as a plan was read from it last. */
export type ReadPage = {
  planId: PlanId;
  source: string;
  pageUrl: string | null;
  pageVersion: number;
  title: string;
  body: string;
};

export type SessionCatalog = {
  list(
    organizationId: OrganizationId,
    readable: Grant,
    filter: SessionFilter,
    page: ListPage,
  ): Promise<Slice<ListedSession>>;
  find(organizationId: OrganizationId, id: SessionId, readable: Grant): Promise<SessionDetail | null>;
  /** One statement, where `version` is still as it was seen. */
  edit(principal: Principal, id: SessionId, expectedVersion: number, edit: SessionEdit): Promise<EditResult>;
  /** Moves the default of the session's engagement here in one statement. */
  makeDefault(principal: Principal, id: SessionId): Promise<EditResult>;
  /** Null where there is no such session within what the person may read. */
  switchTo(principal: Principal, id: SessionId): Promise<SessionDetail | null>;
  items(organizationId: OrganizationId, id: SessionId, readable: Grant): Promise<PlanItem[] | null>;
  plans(organizationId: OrganizationId, id: SessionId, readable: Grant): Promise<PlanState[] | null>;
  /** `page` is null where no page has been read for this plan, or for any plan of the session. */
  page(
    organizationId: OrganizationId,
    id: SessionId,
    readable: Grant,
    planId: PlanId | null,
  ): Promise<{ page: ReadPage | null } | null>;
  /** Lines of the log as people may read them, and the number of the newest of all. */
  events(
    organizationId: OrganizationId,
    id: SessionId,
    readable: Grant,
    page: { after: number; limit: number },
  ): Promise<{ events: LogEvent[]; seq: number } | null>;
};

export type EngagementRow = {
  id: EngagementId;
  name: string;
  teamId: string | null;
  isTeamDefault: boolean;
  pageUrls: string[];
  settings: EngagementSettings;
  defaultSessionId: string | null;
  memberCount: number;
  version: number;
  createdAt: string;
  updatedAt: string;
};
export type NewEngagement = Pick<EngagementRow, "id" | "name" | "teamId" | "pageUrls"> & {
  settings: SettingsChange;
};
/** What is not named stays, also within `sync` and its policies. */
export type SettingsChange = Partial<Omit<EngagementSettings, "sync">> & { sync?: Partial<SyncSettings> };
export type EngagementEdit = { name?: string; teamId?: string | null; pageUrls?: string[] };
export type Membership = { userId: UserId; name: string; email: string | null; role: Role };

export type EngagementStore = {
  /** With its first session, which is its default, and its maker as admin. */
  create(principal: Principal, engagement: NewEngagement, author: AuditAuthor): Promise<EngagementRow>;
  list(organizationId: OrganizationId, readable: Grant, page: ListPage): Promise<Slice<EngagementRow>>;
  find(organizationId: OrganizationId, id: EngagementId): Promise<EngagementRow | null>;
  /** The person's default; where they have none within what they may read, it becomes the organization's, which is made where it is missing. */
  ensureDefault(principal: Principal, readable: Grant): Promise<EngagementRow | null>;
  /** Null where the version is another one by now. */
  edit(
    organizationId: OrganizationId,
    id: EngagementId,
    expectedVersion: number,
    edit: EngagementEdit,
    author: AuditAuthor,
  ): Promise<EngagementRow | null>;
  changeSettings(
    organizationId: OrganizationId,
    id: EngagementId,
    changes: SettingsChange,
    author: AuditAuthor,
  ): Promise<EngagementSettings | null>;
  /** Makes it where the person works, with the session that they used there last or else its default. */
  switchTo(principal: Principal, id: EngagementId): Promise<Place | null>;
  members(organizationId: OrganizationId, id: EngagementId, page: ListPage): Promise<Slice<Membership>>;
  /** Null where the organization has no such engagement or person. */
  putMember(
    organizationId: OrganizationId,
    id: EngagementId,
    member: { userId: UserId; role: Role },
    author: AuditAuthor,
  ): Promise<Membership | null>;
  removeMember(organizationId: OrganizationId, id: EngagementId, userId: UserId, author: AuditAuthor): Promise<boolean>;
  landscape(organizationId: OrganizationId, id: EngagementId): Promise<Omit<Landscape, "engagementId"> | null>;
};

export type PeopleStore = {
  me(
    principal: Principal,
    readable: Grant,
  ): Promise<{
    user: User;
    organization: { id: string; name: string; urlKey: string };
    default: Place;
    current: Place;
  } | null>;
  list(organizationId: OrganizationId, page: ListPage): Promise<Slice<User>>;
  /** `last_admin`: nobody would be left who may decide. */
  changeRole(
    organizationId: OrganizationId,
    userId: UserId,
    role: Role,
    author: AuditAuthor,
  ): Promise<{ outcome: "changed"; user: User } | { outcome: "not_found" } | { outcome: "last_admin" }>;
  /** False where the organization has no such engagement. */
  chooseDefault(principal: Principal, engagementId: EngagementId): Promise<boolean>;
};
