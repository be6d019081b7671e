import { randomUUID } from "node:crypto";
import type { Delivery, DeliveryEvent } from "../../lib/domain/delivery.js";
import type { OrganizationId, PlanId, PlanItemId, SessionId } from "../../lib/domain/ids.js";
import { type ItemFields, newPlanItem, type PlanItem } from "../../lib/domain/plan-item.js";
import { type PlanningSession, type SessionEvent, type StepName, transition } from "../../lib/domain/session.js";
import type { Effect, LogEntry, Move, SessionStart } from "../../lib/ports.js";

/** The organization that everything here belongs to unless a test says otherwise. */
export const acme = "acme" as OrganizationId;

export const aSessionId = () => randomUUID() as SessionId;
export const aPlanId = () => randomUUID() as PlanId;

export function aPlanningSession(differs: Partial<PlanningSession> = {}): PlanningSession {
  return {
    id: aSessionId(),
    organizationId: acme,
    engagementId: null,
    createdBy: null,
    title: "Plan for ENG-1",
    pageUrl: null,
    agentSessionId: randomUUID(),
    issueId: null,
    teamId: "team-eng",
    prompt: { texts: ["Please plan this"], delegated: false, appUserId: "app-user", issue: null },
    status: "processing",
    step: "read-page",
    progress: 10,
    progressMessage: "Retrieving Confluence page",
    version: 1,
    heard: 0,
    answered: 0,
    question: null,
    proposal: null,
    work: {},
    failure: null,
    stopRequested: false,
    takenOverBy: null,
    isSetAside: false,
    updatedAt: new Date(),
    ...differs,
  };
}

/** What a commit is asked for after `event`: one line in the log and no effects, unless `differs` says more. */
export function aMove(
  session: PlanningSession,
  event: SessionEvent = { type: "advanced", step: session.step },
  differs: Partial<Move> = {},
): Move {
  const after = transition(session, event);
  if (!after) throw new Error(`a ${session.status} session cannot be ${event.type}`);
  return {
    session,
    after,
    hasAnswered: true,
    work: session.work,
    proposal: session.proposal,
    log: [aLogEntry()],
    effects: [],
    ...differs,
  };
}

export const aLogEntry = (differs: Partial<LogEntry> = {}): LogEntry => ({
  type: "session.moved",
  body: {},
  actor: "agent",
  ...differs,
});

export const aReplyEntry = (text: string): LogEntry =>
  aLogEntry({ type: "person.replied", body: { text }, actor: "person-1" });

export const aStepEffect = (step: StepName = "read-page", notBefore?: number): Effect => ({
  kind: "step",
  id: randomUUID(),
  step,
  ...(notBefore === undefined ? {} : { notBefore }),
});

export const aThought = (body = "Thinking"): Effect => ({
  kind: "activity",
  id: randomUUID(),
  activity: { content: { type: "thought", body } },
});

export function aDelivery(differs: Partial<Delivery> = {}): Delivery {
  return { deliveryId: randomUUID(), meaning: randomUUID(), organizationId: acme, event: aPrompt(), ...differs };
}

export const aPrompt = (): DeliveryEvent => ({
  type: "prompted",
  agentSessionId: "agent-session",
  activityId: "activity",
  body: "Hello",
  stop: false,
  person: { id: "person-1", name: "Ada", email: null },
  issue: null,
  appUserId: "app-user",
});

export function aStart(differs: Partial<SessionStart> = {}): SessionStart {
  return {
    id: aSessionId(),
    isFirst: false,
    agentSessionId: randomUUID(),
    title: "Plan for ENG-1",
    issueId: "issue-1",
    pageUrl: null,
    team: { id: "team-eng", name: "ENG" },
    engagementId: null,
    prompt: { texts: ["Please plan this"], delegated: false, appUserId: "app-user", issue: null },
    work: {},
    person: { linearUserId: "person-1", name: "Ada", email: "ada@example.com" },
    after: null,
    log: [aLogEntry({ type: "session.started", actor: "person-1" })],
    effects: [aThought("On it"), aStepEffect()],
    ...differs,
  };
}

export const someFields = (differs: Partial<ItemFields> = {}): ItemFields => ({
  key: "US-1",
  kind: "story",
  title: "Sign in",
  parent: null,
  description: "As a person I sign in.",
  storyPoints: 3,
  priority: "high",
  enablerType: null,
  acceptanceCriteria: ["It works"],
  dependsOn: [],
  issueLink: null,
  ...differs,
});

/** An item of which a page says nothing but its name. */
export const bareFields = (said: Partial<ItemFields> & Pick<ItemFields, "key" | "title">): ItemFields => ({
  kind: "story",
  parent: null,
  description: "",
  storyPoints: null,
  priority: null,
  enablerType: null,
  acceptanceCriteria: [],
  dependsOn: [],
  issueLink: null,
  ...said,
});

export function aPlanItem(differs: Partial<PlanItem> = {}): PlanItem {
  return {
    ...newPlanItem(randomUUID() as PlanItemId, someFields()),
    source: { item: { start: 0, end: 10 }, fields: {} },
    pending: "create",
    linksPending: true,
    ...differs,
  };
}

/** A plan as a step claims it; the engagement must be there. */
export const aPlanClaim = (differs: Partial<NonNullable<Move["claimPlan"]>> = {}): NonNullable<Move["claimPlan"]> => ({
  id: aPlanId(),
  source: "confluence:acme.atlassian.net:4711",
  teamId: "team-eng",
  pageId: "4711",
  pageUrl: "https://acme.atlassian.net/wiki/spaces/ENG/pages/4711",
  title: "Checkout plan",
  ...differs,
});
