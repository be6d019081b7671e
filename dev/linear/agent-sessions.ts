import { agentActivityPayload, agentSessionPayload, commentChild, issueWithDescription, userChild } from "./events.js";
import { randomUUID } from "node:crypto";
import { promptContext } from "./prompt-context.js";
import type {
  Activity,
  ActivityContent,
  AgentSession,
  ChecklistEntry,
  Comment,
  ExternalLink,
  Issue,
  Signal,
} from "./model.js";
import { refused } from "./problems.js";
import { activitiesOf } from "./session-status.js";
import { type Actor, freshEntity, load, newId, organizationOf, type Store, userOf } from "./store.js";

/** The app's own session: only its app user may write to it. */
export function loadOwnSession(store: Store, actor: Actor, id: string): AgentSession {
  const session = load(store.world.agentSessions, actor, id, "AgentSession");
  if (session.appUserId !== actor.userId)
    throw refused("Only the app user of the agent session can do this.", "This agent session belongs to another app.");
  return session;
}

export function startSession(
  store: Store,
  actor: Actor,
  about: { issue: Issue | null; comment: Comment | null; externalUrls?: ExternalLink[] | null },
): AgentSession {
  const organization = organizationOf(store, actor.organizationId);
  const session: AgentSession = {
    ...freshEntity(store, organization.id),
    id: randomUUID(),
    appUserId: organization.appUserId,
    issueId: about.issue?.id ?? null,
    commentId: about.comment?.id ?? null,
    creatorId: actor.userId === organization.appUserId ? null : actor.userId,
    plan: null,
    externalUrls: about.externalUrls ?? [],
    startedAt: null,
    endedAt: null,
  };
  store.world.agentSessions.push(session);
  store.touch();
  return session;
}

export function announceSession(store: Store, session: AgentSession): void {
  const { guidance } = organizationOf(store, session.organizationId);
  const comment = store.world.comments.find((candidate) => candidate.id === session.commentId);
  const before = store.world.comments.filter((candidate) => comment?.parentId && inThread(candidate, comment));
  store.notify(session.organizationId, {
    type: "AgentSessionEvent",
    action: "created",
    agentSession: agentSessionPayload(store, session),
    promptContext: promptContext(store, session),
    ...(before.length > 0 ? { previousComments: before.map(commentChild) } : {}),
    ...(guidance ? { guidance: [{ body: guidance, origin: { type: "Organization" } }] } : {}),
    appUserId: session.appUserId,
  });
}

function inThread(candidate: Comment, comment: Comment): boolean {
  if (candidate.createdAt >= comment.createdAt) return false;
  return candidate.id === comment.parentId || candidate.parentId === comment.parentId;
}

/** What a person says in a session. */
export function prompt(
  store: Store,
  actor: Actor,
  session: AgentSession,
  body: string,
  signal: Signal | null,
): Activity {
  const activity = append(store, actor, session, { content: { type: "prompt", body }, signal });
  store.notify(session.organizationId, {
    type: "AgentSessionEvent",
    action: "prompted",
    agentSession: agentSessionPayload(store, session),
    agentActivity: agentActivityPayload(store, activity),
    appUserId: session.appUserId,
  });
  return activity;
}

export type ActivityInput = {
  id?: string | null;
  agentSessionId: string;
  content: Record<string, unknown>;
  ephemeral?: boolean | null;
  signal?: Signal | null;
  signalMetadata?: Record<string, unknown> | null;
};

/** What the app says in its session. */
export function createActivity(store: Store, actor: Actor, input: ActivityInput): Activity {
  const session = loadOwnSession(store, actor, input.agentSessionId);
  const content = toContent(input.content);
  const { ephemeral, signal } = input;
  if (ephemeral && content.type !== "thought" && content.type !== "action")
    throw refused("Only thought and action activities can be ephemeral.");
  if ((signal === "select" || signal === "auth") && content.type !== "elicitation")
    throw refused(`The ${signal} signal is only allowed on elicitation activities.`);
  if (signal === "stop") throw refused("The stop signal is only allowed on prompt activities.");
  if (signal === "continue" && content.type !== "response")
    throw refused("The continue signal is only allowed on response activities.");
  if (signal === "select") checkOptions(input.signalMetadata);
  if (signal === "auth" && typeof input.signalMetadata?.url !== "string")
    throw refused("The auth signal needs a url in signalMetadata.");
  return append(store, actor, session, { ...input, content });
}

function append(
  store: Store,
  actor: Actor,
  session: AgentSession,
  input: Omit<ActivityInput, "agentSessionId" | "content"> & { content: ActivityContent },
): Activity {
  const activity: Activity = {
    ...freshEntity(store, session.organizationId),
    id: newId(store.world.activities, "AgentActivity", input.id),
    agentSessionId: session.id,
    userId: actor.userId,
    content: input.content,
    ephemeral: input.ephemeral ?? false,
    vanished: false,
    signal: input.signal ?? null,
    signalMetadata: input.signalMetadata ?? null,
  };
  for (const earlier of activitiesOf(store, session)) if (earlier.ephemeral) earlier.vanished = true;
  store.world.activities.push(activity);
  const isFinal = activity.content.type === "response" || activity.content.type === "error";
  session.updatedAt = activity.createdAt;
  session.startedAt ??= activity.createdAt;
  session.endedAt = isFinal && activity.signal !== "continue" ? activity.createdAt : null;
  store.touch();
  return activity;
}

function checkOptions(metadata: Record<string, unknown> | null | undefined): void {
  const options = metadata?.options;
  const isOption = (option: unknown) => typeof (option as { value?: unknown } | null)?.value === "string";
  if (!Array.isArray(options) || options.length === 0 || !options.every(isOption))
    throw refused("The select signal needs options, each with a value, in signalMetadata.");
}

/** `ephemeral`, `signal` and `signalMetadata` stand beside the content, never in it. */
const contentKeys: Record<string, { needed: string[]; allowed: string[] }> = {
  thought: { needed: ["body"], allowed: [] },
  elicitation: { needed: ["body"], allowed: [] },
  response: { needed: ["body"], allowed: [] },
  error: { needed: ["body"], allowed: [] },
  action: { needed: ["action", "parameter"], allowed: ["result"] },
};

function toContent(content: Record<string, unknown>): ActivityContent {
  const type = String(content.type);
  if (type === "prompt") throw refused("Agents cannot create prompt activities.");
  const keys = contentKeys[type];
  if (!keys) throw refused("Argument Validation Error", `content.type ${type} is not known.`);
  for (const key of keys.needed)
    if (typeof content[key] !== "string" || content[key] === "")
      throw refused("Argument Validation Error", `content.${key} must be a string that is not empty.`);
  for (const key of Object.keys(content))
    if (key !== "type" && !keys.needed.includes(key) && !keys.allowed.includes(key))
      throw refused("Argument Validation Error", `content.${key} is not allowed in an activity of type ${type}.`);
  return content as ActivityContent;
}

export type SessionUpdate = {
  plan?: unknown;
  externalUrls?: ExternalLink[] | null;
  addedExternalUrls?: ExternalLink[] | null;
  removedExternalUrls?: string[] | null;
};

export function updateSession(store: Store, actor: Actor, id: string, input: SessionUpdate): AgentSession {
  const session = loadOwnSession(store, actor, id);
  const plan = input.plan === undefined ? session.plan : toPlan(input.plan);
  const removed = new Set(input.removedExternalUrls ?? []);
  const added = input.addedExternalUrls ?? [];
  const kept = (input.externalUrls ?? session.externalUrls).filter(({ url }) => !removed.has(url));
  session.plan = plan;
  session.externalUrls = [...kept.filter(({ url }) => !added.some((link) => link.url === url)), ...added];
  session.updatedAt = store.stamp();
  store.touch();
  return session;
}

const planStatuses = ["pending", "inProgress", "completed", "canceled"];

function toPlan(plan: unknown): ChecklistEntry[] | null {
  if (plan === null) return null;
  const isEntry = (entry: { content?: unknown; status?: unknown } | null) =>
    typeof entry?.content === "string" && planStatuses.includes(String(entry.status));
  if (!Array.isArray(plan) || !plan.every(isEntry))
    throw refused("Argument Validation Error", `plan must be a list of {content, status: ${planStatuses.join("|")}}.`);
  return plan as ChecklistEntry[];
}

/** Tells the app what a person did to an issue that concerns it. */
export function notifyApp(store: Store, actor: Actor, type: string, issue: Issue, comment?: Comment): void {
  const { appUserId } = organizationOf(store, actor.organizationId);
  const at = store.stamp();
  store.notify(actor.organizationId, {
    type: "AppUserNotification",
    action: type,
    appUserId,
    notification: {
      id: randomUUID(),
      type,
      actorId: actor.userId,
      actor: userChild(store, userOf(store, actor.userId)),
      externalUserActorId: null,
      userId: appUserId,
      issueId: issue.id,
      issue: issueWithDescription(store, issue),
      ...(comment ? { commentId: comment.id, comment: commentChild(comment), parentCommentId: comment.parentId } : {}),
      createdAt: at,
      updatedAt: at,
      archivedAt: null,
    },
  });
}
