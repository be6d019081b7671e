import { understand } from "../domain/conversation/understand.js";
import type { Delivery, DeliveryEvent } from "../domain/delivery.js";
import { derivedUuid, type SessionId } from "../domain/ids.js";
import { findPageAddresses } from "../domain/page-address.js";
import { isWorking, type PlanningSession, type SessionEvent, transition } from "../domain/session.js";
import { readDecisions } from "../domain/sync/read-decision.js";
import * as syncWords from "../domain/wording/sync.js";
import { installationRevoked, teamAccessLost } from "../domain/wording/failures.js";
import { firstThought, retrying, saidElsewhere, whereItStands } from "../domain/wording/progress.js";
import type { Effect, InboxResult, InboxStore, LogEntry, OutboxRow } from "../ports.js";
import type { DueRun } from "../ports-sync.js";
import { elicitation, response, thought } from "./step.js";

type Mentioned = Extract<DeliveryEvent, { type: "mentioned" }>;
type Prompted = Extract<DeliveryEvent, { type: "prompted" }>;
type Said = Extract<DeliveryEvent, { type: "said" }>;

/** What became of a delivery, and what is to be sent now because of it. */
export type Received = {
  outcome: "accepted" | "repeated" | "ignored";
  sessionIds: SessionId[];
  steps: OutboxRow[];
  runs?: DueRun[];
};

/**
 * Takes one delivery in: stores it and does what it asks in one statement, or nothing where it is a repeat. Where a session has moved
 * between reading and writing it reads and decides again until it wins, so a person never loses to a step. Returns the sessions that
 * have something to send.
 */
export async function receive(delivery: Delivery, inbox: InboxStore): Promise<Received> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const result = await accept(delivery, inbox);
    if (result === "ignored") return { outcome: "ignored", sessionIds: [], steps: [] };
    if (result.outcome === "accepted") return result;
    if (result.outcome === "repeated") return { outcome: "repeated", sessionIds: [], steps: [] };
    if (result.outcome === "unknown_organization") return { outcome: "ignored", sessionIds: [], steps: [] };
  }
  throw new Error(`delivery ${delivery.deliveryId} never won against its session`);
}

async function accept(delivery: Delivery, inbox: InboxStore): Promise<InboxResult | "ignored"> {
  const { event } = delivery;
  switch (event.type) {
    case "mentioned":
      return mentioned(delivery, event, inbox);
    case "prompted":
      return prompted(delivery, event, inbox);
    case "said":
      return said(delivery, event, inbox);
    case "unassigned":
      return unassigned(delivery, event.issueId, inbox);
    case "issue_changed":
      return inbox.issueChanged(delivery, event);
    case "commented":
      return inbox.commented(delivery, event);
    case "installation_revoked":
      return inbox.halt(delivery, { failure: installationRevoked, teamIds: null, revoked: true });
    case "team_access_changed":
      if (event.removedTeamIds.length === 0) return "ignored";
      return inbox.halt(delivery, { failure: teamAccessLost, teamIds: event.removedTeamIds, revoked: false });
    case "ignored":
      return "ignored";
  }
}

/** A mention starts a session; where a reply overtook it, it joins that session, and where a stop did, nothing starts. */
async function mentioned(delivery: Delivery, event: Mentioned, inbox: InboxStore): Promise<InboxResult> {
  const started = await start(delivery, inbox, {
    isFirst: true,
    agentSessionId: event.agentSessionId,
    issue: event.issue,
    teamId: event.teamId,
    appUserId: event.appUserId,
    delegated: event.delegated,
    person: event.creator,
    texts: event.texts,
    after: null,
    earlierPageUrl: null,
  });
  if (started.outcome !== "moved") return started;
  const [overtaking] = await inbox.sessionsOf(delivery.organizationId, event.agentSessionId);
  if (!overtaking) {
    const stopped = { ...delivery, deliveryId: "", meaning: `stopped:${event.agentSessionId}` };
    return (await inbox.isKnown(stopped)) ? { outcome: "repeated" } : started;
  }
  if (overtaking.stopRequested) return inbox.remark(delivery, overtaking, []);
  const text = event.texts.join("\n\n");
  return answer(delivery, overtaking, { text, actor: event.creator?.id ?? "linear", shown: null }, inbox);
}

async function prompted(delivery: Delivery, event: Prompted, inbox: InboxStore): Promise<InboxResult> {
  const sessions = await inbox.sessionsOf(delivery.organizationId, event.agentSessionId);
  const [session] = sessions;
  const words = { text: event.body, actor: event.person?.id ?? "linear", shown: null };
  const decided = event.stop ? null : await decideConflicts(delivery, event.agentSessionId, session, words, inbox);
  if (decided) return decided;
  const taken = session && takeIn(delivery, session, event.stop ? "stop" : "reply", words, inbox);
  if (taken) return taken;
  const ended = session && !isWorking(session) ? session : null;
  if (event.stop)
    return session ? sayWhereItStands(delivery, session, inbox) : inbox.keepStop(delivery, event.agentSessionId);
  return start(delivery, inbox, {
    isFirst: false,
    agentSessionId: event.agentSessionId,
    issue:
      event.issue ??
      (session?.prompt.issue ? { ...session.prompt.issue, teamId: session.teamId, description: "" } : null),
    teamId: session?.teamId ?? event.issue?.teamId ?? null,
    appUserId: event.appUserId,
    delegated: session?.prompt.delegated ?? false,
    person: event.person,
    texts: [event.body],
    after: ended,
    earlierPageUrl: session?.pageUrl ?? null,
  });
}

/**
 * Words that answer an open question about conflicts. While a session works in the same conversation only a button of the question does: free
 * words are the session's. What says something else begins a session as ever; what is not understood is asked once more.
 */
async function decideConflicts(
  delivery: Delivery,
  agentSessionId: string,
  session: PlanningSession | undefined,
  { text, actor }: Words,
  inbox: InboxStore,
): Promise<InboxResult | null> {
  const works = session !== undefined && isWorking(session);
  if (works && !text.trim().startsWith("resolve-")) return null;
  const question = await inbox.openQuestion(delivery.organizationId, agentSessionId);
  if (!question)
    return text.trim().startsWith("resolve-") && session
      ? inbox.remark(delivery, session, [activity(delivery, 0, response(syncWords.decidedAlready))])
      : null;
  const decisions = readDecisions(text, question.questionId, question.conflicts);
  if (decisions) {
    const entry = { type: "conflicts.decided", body: { decisions, text }, actor, opId: delivery.meaning };
    return inbox.decide(delivery, { question, decisions, entry, by: actor });
  }
  if (works || findPageAddresses(text).length > 0 || intentOf(text) !== "not_understood") return null;
  const open = question.conflicts.filter((one) => one !== null);
  const isOfOlder = text.trim().startsWith("resolve-") && !text.trim().endsWith(`#${question.questionId}`);
  const words = isOfOlder ? syncWords.askedAnew : syncWords.decideAgain(open.length);
  const again = elicitation(words, syncWords.conflictButtons(open, question.questionId));
  return inbox.remark(delivery, question.session, [activity(delivery, 0, again)]);
}

/** What people say elsewhere acts as it would in Linear; a stop or a retry of what cannot be stopped or retried is not taken. */
async function said(delivery: Delivery, event: Said, inbox: InboxStore): Promise<InboxResult | "ignored"> {
  const session = await spokenTo(event.sessionId, delivery, inbox);
  if (!session) return "ignored";
  const { person, act } = event;
  const words = { text: event.body, actor: person.id, shown: saidElsewhere(person.name, event.shown) };
  const taken = takeIn(delivery, session, act, words, inbox);
  if (taken) return taken;
  if (act !== "reply" || isWorking(session)) return "ignored";
  const { prompt, agentSessionId, issueId, pageUrl, teamId } = session;
  return start(delivery, inbox, {
    isFirst: false,
    agentSessionId,
    issue: prompt.issue && issueId ? { ...prompt.issue, teamId, description: "" } : null,
    teamId,
    appUserId: prompt.appUserId,
    delegated: prompt.delegated,
    person,
    texts: [event.body],
    after: session,
    earlierPageUrl: pageUrl,
  });
}

/** The session itself, or the one that is at work now in the same conversation of Linear. */
async function spokenTo(id: SessionId, delivery: Delivery, inbox: InboxStore): Promise<PlanningSession | null> {
  const session = await inbox.find(delivery.organizationId, id);
  if (!session?.agentSessionId || isWorking(session)) return session;
  const [first] = await inbox.sessionsOf(delivery.organizationId, session.agentSessionId);
  return first && isWorking(first) ? first : session;
}

/** What a session can do with words: a working one takes them in or stops, a failed one is retried; null where they begin something new. */
function takeIn(
  delivery: Delivery,
  session: PlanningSession,
  act: Said["act"],
  words: Words,
  inbox: InboxStore,
): Promise<InboxResult> | null {
  if (isWorking(session)) {
    if (act === "stop" || (act === "reply" && !session.stopRequested && isStopInWords(session, words.text)))
      return stop(delivery, session, inbox);
    return act === "reply" && !session.stopRequested ? answer(delivery, session, words, inbox) : null;
  }
  const isRetried =
    session.status === "failed" && !session.isSetAside && (act === "retry" || (act === "reply" && isRetry(words.text)));
  return isRetried ? answer(delivery, session, words, inbox) : null;
}

/** `shown`: how words that were said elsewhere look in Linear. */
type Words = { text: string; actor: string; shown: string | null };

/** Taking the issue away from the agent stops what was delegated; a session that was asked in a comment goes on. */
async function unassigned(delivery: Delivery, issueId: string, inbox: InboxStore): Promise<InboxResult | "ignored"> {
  const sessions = await inbox.workingSessionsOnIssue(delivery.organizationId, issueId);
  const session = sessions.find((one) => one.prompt.delegated && !one.stopRequested);
  return session ? stop(delivery, session, inbox) : "ignored";
}

/** A reply to a question moves the session; while a step runs it is appended; a failed session is retried. */
async function answer(
  delivery: Delivery,
  session: PlanningSession,
  said: Words,
  inbox: InboxStore,
): Promise<InboxResult> {
  const event: SessionEvent | null =
    session.status === "awaiting_input"
      ? { type: "answered" }
      : session.status === "failed"
        ? { type: "retried" }
        : null;
  const after = event ? transition(session, event) : null;
  const entry: LogEntry = {
    type: event?.type === "retried" ? "person.retried" : "person.replied",
    body: {
      text: said.text,
      ...(after ? { status: after.status, progress: after.progress, message: after.progressMessage } : {}),
    },
    actor: said.actor,
    opId: delivery.meaning,
  };
  const inLinear: Effect[] = session.agentSessionId
    ? [
        ...(said.shown ? [activity(delivery, 3, thought(said.shown))] : []),
        ...(event?.type === "retried" ? [activity(delivery, 0, thought(retrying))] : []),
        ...(after ? [{ kind: "checklist" as const, id: effectId(delivery, 1) }] : []),
      ]
    : [];
  const effects: Effect[] = after
    ? [...inLinear, { kind: "step", id: effectId(delivery, 2), step: after.step }]
    : inLinear;
  return inbox.reply(delivery, { session, after, entry, effects });
}

/** Ends a run at any moment. A second stop says nothing more: the first one's words are on their way. */
function stop(delivery: Delivery, session: PlanningSession, inbox: InboxStore): Promise<InboxResult> {
  if (session.stopRequested) return inbox.remark(delivery, session, []);
  return inbox.stop(delivery, session, [{ kind: "step", id: effectId(delivery, 0), step: "wind-up" }]);
}

const sayWhereItStands = (delivery: Delivery, session: PlanningSession, inbox: InboxStore): Promise<InboxResult> =>
  inbox.remark(delivery, session, [activity(delivery, 0, response(whereItStands(session)))]);

type Start = {
  isFirst: boolean;
  agentSessionId: string | null;
  issue: {
    id: string;
    identifier: string;
    title: string;
    url: string;
    teamId: string | null;
    description: string;
  } | null;
  teamId: string | null;
  appUserId: string | null;
  delegated: boolean;
  person: { id: string; name: string; email: string | null } | null;
  texts: string[];
  /** The ended session whose plan the new one takes up. */
  after: PlanningSession | null;
  earlierPageUrl: string | null;
};

function start(delivery: Delivery, inbox: InboxStore, begin: Start): Promise<InboxResult> {
  const { issue, after, person } = begin;
  const id = sessionIdOf(delivery);
  const isInLinear = begin.agentSessionId !== null;
  const words = after ? [] : [activity(delivery, 0, thought(firstThought))];
  const takeUp: Effect[] = begin.delegated && !after ? [{ kind: "take_up", id: effectId(delivery, 1) }] : [];
  return inbox.start(delivery, {
    id,
    isFirst: begin.isFirst,
    agentSessionId: begin.agentSessionId,
    title: issue ? `Plan for ${issue.identifier}` : isInLinear ? "New plan" : (after?.title ?? "New plan"),
    issueId: issue?.id ?? null,
    pageUrl: begin.earlierPageUrl,
    team: begin.teamId ? { id: begin.teamId, name: issue?.identifier.split("-")[0] ?? "Team" } : null,
    engagementId: after?.engagementId ?? null,
    prompt: {
      texts: begin.texts,
      delegated: begin.delegated,
      appUserId: begin.appUserId,
      issue: issue ? { id: issue.id, identifier: issue.identifier, title: issue.title, url: issue.url } : null,
    },
    work: {
      ...(after ? { after: after.id } : {}),
      ...(begin.earlierPageUrl ? { earlierPageUrl: begin.earlierPageUrl } : {}),
      ...(after && !isInLinear ? { stepsOf: after.work.stepsOf ?? after.id } : {}),
    },
    person: person ? { linearUserId: person.id, name: person.name, email: person.email } : null,
    after: after?.id ?? null,
    log: [
      {
        type: "session.started",
        body: { delegated: begin.delegated, after: after?.id ?? null },
        actor: person?.id ?? "linear",
      },
    ],
    effects: [
      ...words,
      ...takeUp,
      ...(after ? [] : [{ kind: "links", id: effectId(delivery, 2) } as const]),
      ...(isInLinear ? [{ kind: "checklist", id: effectId(delivery, 3) } as const] : []),
      { kind: "step", id: effectId(delivery, 4), step: "read-page" },
    ],
  });
}

/** The id of the session that a delivery starts, where it starts one. */
export const sessionIdOf = (delivery: Pick<Delivery, "organizationId" | "meaning">): SessionId =>
  derivedUuid(delivery.organizationId, "session", delivery.meaning) as SessionId;

const effectId = (delivery: Delivery, n: number): string =>
  derivedUuid(delivery.organizationId, delivery.meaning, "effect", n);
const activity = (delivery: Delivery, n: number, saying: ReturnType<typeof thought>): Effect => ({
  kind: "activity",
  id: effectId(delivery, n),
  activity: saying,
});
/** "Stop" typed while the agent works is a stop; at a question it is the answer to it. */
const isStopInWords = (session: PlanningSession, body: string): boolean =>
  session.status === "processing" && intentOf(body) === "cancel";
const isRetry = (body: string): boolean => intentOf(body) === "retry";
const intentOf = (body: string) => understand(body, { proposalId: null, items: [], teams: [], question: "none" }).type;
