import type { OrganizationId, SessionId } from "./ids.js";

/** A person as Linear names them in an event. */
export type Person = { id: string; name: string; email: string | null };

export type IssueReference = {
  id: string;
  identifier: string;
  title: string;
  description: string;
  url: string;
  teamId: string;
};

/** What one webhook delivery of Linear, or one request of a person, means to us; the unknown is a value, not an error. */
export type Delivery = {
  /** Where it comes from: Linear unless something else is said; `api` is a person's request to us. */
  provider?: "linear" | "api";
  /** `Linear-Delivery`, or the operation's id. */
  deliveryId: string;
  /** What a repeat under another delivery id has in common with it: `created:<agentSession.id>`. */
  meaning: string;
  organizationId: OrganizationId;
  event: DeliveryEvent;
};

export type DeliveryEvent =
  | {
      type: "mentioned";
      agentSessionId: string;
      appUserId: string;
      /** null where the mention stands in a document or project. */
      issue: IssueReference | null;
      teamId: string | null;
      creator: Person | null;
      /** What the person wrote, newest first, then issue description and earlier comments: where page links are looked for. */
      texts: string[];
      /** True where the issue was delegated to the agent instead of a mention in a comment. */
      delegated: boolean;
    }
  | {
      type: "prompted";
      agentSessionId: string;
      activityId: string;
      body: string;
      stop: boolean;
      person: Person | null;
      issue: IssueReference | null;
      appUserId: string;
    }
  /** What a person says to a session elsewhere than in Linear; `shown` is how the words look there. */
  | { type: "said"; sessionId: SessionId; act: "reply" | "retry" | "stop"; body: string; shown: string; person: Person }
  /** An issue or a project was made, changed or thrown away; `above` names what it hangs below, `data` what it says now. */
  | {
      type: "issue_changed";
      issueId: string;
      above: string[];
      changedAt: string;
      actor: { id: string; name: string | null } | null;
      data: Record<string, unknown>;
    }
  /** A comment was written on an issue. */
  | { type: "commented"; issueId: string; actor: { id: string; name: string | null } | null }
  | { type: "unassigned"; issueId: string; appUserId: string }
  | { type: "installation_revoked" }
  | { type: "team_access_changed"; addedTeamIds: string[]; removedTeamIds: string[]; canAccessAllPublicTeams: boolean }
  | { type: "ignored"; reason: string };
