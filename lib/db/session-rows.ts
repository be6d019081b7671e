import type { EngagementId, OrganizationId, PlanId, PlanItemId, SessionId, UserId } from "../domain/ids.js";
import type { PlanningSession } from "../domain/session.js";
import type { PlanItem } from "../domain/plan-item.js";
import type { Plan } from "../ports.js";

/** A row of `planning_sessions` as JSON, so that one statement can return it beside others. */
export type SessionRow = {
  id: string;
  organization_id: string;
  engagement_id: string | null;
  created_by: string | null;
  planning_title: string;
  confluence_page_url: string | null;
  agent_session_id: string | null;
  issue_id: string | null;
  team_id: string | null;
  prompt: PlanningSession["prompt"];
  status: PlanningSession["status"];
  step: PlanningSession["step"];
  progress: number;
  progress_message: string;
  version: number;
  heard: number;
  answered: number;
  question: PlanningSession["question"];
  proposal: PlanningSession["proposal"];
  work: PlanningSession["work"];
  failure: PlanningSession["failure"];
  stop_requested_at: string | null;
  taken_over_by: string | null;
  deleted_at: string | null;
  archived_at: string | null;
  updated_at: string;
};

export function toSession(row: SessionRow): PlanningSession {
  return {
    id: row.id as SessionId,
    organizationId: row.organization_id as OrganizationId,
    engagementId: row.engagement_id as EngagementId | null,
    createdBy: row.created_by as UserId | null,
    title: row.planning_title,
    pageUrl: row.confluence_page_url,
    agentSessionId: row.agent_session_id,
    issueId: row.issue_id,
    teamId: row.team_id,
    prompt: row.prompt,
    status: row.status,
    step: row.step,
    progress: row.progress,
    progressMessage: row.progress_message,
    version: row.version,
    heard: row.heard,
    answered: row.answered,
    question: row.question,
    proposal: row.proposal,
    work: row.work,
    failure: row.failure,
    stopRequested: row.stop_requested_at !== null,
    takenOverBy: row.taken_over_by as SessionId | null,
    isSetAside: row.deleted_at !== null || row.archived_at !== null,
    updatedAt: new Date(row.updated_at),
  };
}

export type PlanRow = {
  id: string;
  organization_id: string;
  engagement_id: string | null;
  source: string;
  team_id: string;
  session_id: string;
  confluence_page_id: string | null;
  page_url: string | null;
  page_title: string;
  base_page_version: number | null;
  version: number;
};

export function toPlan(row: PlanRow): Plan {
  return {
    id: row.id as PlanId,
    organizationId: row.organization_id as OrganizationId,
    engagementId: row.engagement_id as EngagementId | null,
    source: row.source,
    teamId: row.team_id,
    sessionId: row.session_id as SessionId,
    pageId: row.confluence_page_id,
    pageUrl: row.page_url,
    pageTitle: row.page_title,
    basePageVersion: row.base_page_version,
    version: row.version,
  };
}

export type ItemRow = {
  id: string;
  parent_id: string | null;
  position: number;
  fields: PlanItem["fields"];
  local_id: string | null;
  source: PlanItem["source"];
  pending: PlanItem["pending"];
  links_pending: boolean;
  state: PlanItem["state"];
  generation: number;
  linear_kind: PlanItem["linearKind"];
  linear_id: string | null;
  linear_identifier: string | null;
  linear_url: string | null;
  adopted: boolean;
  base: PlanItem["base"];
  unsettled: boolean;
  status: string | null;
  linear_seen_at: string | null;
  created_by_session: string | null;
};

export function toPlanItem(row: ItemRow): PlanItem {
  return {
    id: row.id as PlanItemId,
    parentId: row.parent_id as PlanItemId | null,
    position: row.position,
    fields: row.fields,
    localId: row.local_id,
    source: row.source,
    pending: row.pending,
    linksPending: row.links_pending,
    state: row.state,
    generation: row.generation,
    linearKind: row.linear_kind,
    linearId: row.linear_id,
    linearIdentifier: row.linear_identifier,
    linearUrl: row.linear_url,
    adopted: row.adopted,
    base: row.base,
    unsettled: row.unsettled,
    status: row.status,
    seenAt: row.linear_seen_at,
    createdBySession: row.created_by_session as SessionId | null,
  };
}

export function toItemRow(item: PlanItem): ItemRow & { kind: string; key: string; title: string } {
  return {
    id: item.id,
    parent_id: item.parentId,
    position: item.position,
    kind: item.fields.kind,
    key: item.fields.key,
    title: item.fields.title,
    fields: item.fields,
    local_id: item.localId,
    source: item.source,
    pending: item.pending,
    links_pending: item.linksPending,
    state: item.state,
    generation: item.generation,
    linear_kind: item.linearKind,
    linear_id: item.linearId,
    linear_identifier: item.linearIdentifier,
    linear_url: item.linearUrl,
    adopted: item.adopted,
    base: item.base,
    unsettled: item.unsettled,
    status: item.status,
    linear_seen_at: item.seenAt,
    created_by_session: item.createdBySession,
  };
}
