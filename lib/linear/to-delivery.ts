/** What a verified webhook of Linear means to us. Shapes ask for no more than is needed; whatever else comes is ignored by name. */
import * as z from "zod/mini";
import type { Delivery, DeliveryEvent, IssueReference, Person } from "../domain/delivery.js";
import { derivedUuid, type OrganizationId } from "../domain/ids.js";

const text = z.nullish(z.string());
const texts = z.nullish(z.array(z.string()));

const envelope = z.object({ type: text, action: text, organizationId: text, createdAt: text, appUserId: text });
type Envelope = z.infer<typeof envelope>;

const person = z.nullish(z.object({ id: z.string(), name: text, email: text }));
const comment = z.object({ body: text });

const agentSession = z.object({
  id: z.string(),
  appUserId: text,
  issueId: text,
  issue: z.nullish(
    z.object({
      id: z.string(),
      identifier: text,
      title: text,
      description: text,
      url: text,
      teamId: text,
      team: z.nullish(z.object({ id: z.string() })),
    }),
  ),
  comment: z.nullish(comment),
  creator: person,
});
type AgentSession = z.infer<typeof agentSession>;

const created = z.object({ agentSession, promptContext: text, previousComments: z.nullish(z.array(comment)) });
const prompted = z.object({
  agentSession,
  agentActivity: z.object({
    id: z.string(),
    content: z.nullish(z.object({ body: text })),
    body: text,
    signal: text,
    user: person,
  }),
});
const notified = z.object({
  notification: z.object({
    id: z.string(),
    type: text,
    issueId: text,
    issue: z.nullish(z.object({ id: z.string() })),
  }),
});
const teamAccess = z.object({
  addedTeamIds: texts,
  removedTeamIds: texts,
  canAccessAllPublicTeams: z.nullish(z.boolean()),
});
const changed = z.object({
  data: z.object({
    id: z.string(),
    updatedAt: z.string(),
    title: text,
    name: text,
    description: text,
    content: text,
    priority: z.nullish(z.number()),
    estimate: z.nullish(z.number()),
    parentId: text,
    projectId: text,
    labelIds: texts,
  }),
  updatedFrom: z.nullish(z.record(z.string(), z.unknown())),
  actor: z.nullish(z.object({ id: text, name: text })),
});
const commented = z.object({
  data: z.object({ id: z.string(), issueId: z.string() }),
  actor: z.nullish(z.object({ id: text, name: text })),
});
const dataEvent = z.object({ data: z.object({ id: z.string(), updatedAt: text }) });

type Meant = { meaning: string; event: DeliveryEvent };
type Reader = (body: unknown, envelope: Envelope) => Meant | null;

const readers: Record<string, Reader> = {
  "AgentSessionEvent/created": readMention,
  "AgentSessionEvent/prompted": readPrompt,
  "AppUserNotification/issueUnassignedFromYou": readUnassigned,
  "Issue/create": readChange,
  "Issue/update": readChange,
  "Issue/remove": readChange,
  "Comment/create": readComment,
  "Project/update": readChange,
  "Project/remove": readChange,
  "OAuthApp/revoked": (_, about) => ({
    meaning: inOrganization("revoked", about),
    event: { type: "installation_revoked" },
  }),
  "PermissionChange/teamAccessChanged": readTeamAccess,
};

/** Reads the body of a webhook; `deliveryId` is its `Linear-Delivery` header. */
export function toDelivery(body: unknown, deliveryId: string | null): Delivery {
  const parsed = envelope.safeParse(body);
  const about: Envelope = parsed.success ? parsed.data : {};
  const { meaning, event } = readers[`${about.type}/${about.action}`]?.(body, about) ?? ignore(body, about);
  return {
    deliveryId: deliveryId ?? derivedUuid("delivery", meaning),
    meaning,
    // Only what is ignored may come without one.
    organizationId: (about.organizationId ?? "") as OrganizationId,
    event: about.organizationId ? event : { type: "ignored", reason: "It names no organization" },
  };
}

function readMention(body: unknown, about: Envelope): Meant | null {
  const { data } = created.safeParse(body);
  if (!data) return null;
  const session = data.agentSession;
  const issue = toIssue(session);
  const mention = isStub(session.comment?.body) ? null : session.comment?.body;
  const earlier = (data.previousComments ?? []).map((previous) => previous.body).toReversed();
  return {
    meaning: `created:${session.id}`,
    event: {
      type: "mentioned",
      agentSessionId: session.id,
      appUserId: appUserOf(session, about),
      issue,
      teamId: issue?.teamId || null,
      creator: toPerson(session.creator),
      // The prompt context repeats the others among much else, so it comes last.
      texts: [mention, ...earlier, issue?.description, plain(data.promptContext)].filter((part) => hasWords(part)),
      delegated: issue !== null && !mention,
    },
  };
}

function readPrompt(body: unknown, about: Envelope): Meant | null {
  const { data } = prompted.safeParse(body);
  if (!data) return null;
  const { agentSession: session, agentActivity: activity } = data;
  return {
    meaning: `prompted:${activity.id}`,
    event: {
      type: "prompted",
      agentSessionId: session.id,
      activityId: activity.id,
      body: activity.content?.body ?? activity.body ?? "",
      stop: activity.signal === "stop",
      person: toPerson(activity.user),
      issue: toIssue(session),
      appUserId: appUserOf(session, about),
    },
  };
}

function readChange(body: unknown, about: Envelope): Meant | null {
  const { data: found } = changed.safeParse(body);
  if (!found) return null;
  const { data, updatedFrom, actor } = found;
  const { id, updatedAt, parentId, projectId } = data;
  return {
    meaning: `${about.type}:${about.action}:${id}:${updatedAt}`,
    event: {
      type: "issue_changed",
      issueId: id,
      above: [parentId, projectId].filter((one) => one !== null && one !== undefined),
      changedAt: updatedAt,
      actor: actor?.id ? { id: actor.id, name: actor.name ?? null } : null,
      data: { ...data, changed: Object.keys(updatedFrom ?? {}) },
    },
  };
}

function readComment(body: unknown): Meant | null {
  const { data: found } = commented.safeParse(body);
  if (!found) return null;
  const { data, actor } = found;
  return {
    meaning: `Comment:create:${data.id}`,
    event: {
      type: "commented",
      issueId: data.issueId,
      actor: actor?.id ? { id: actor.id, name: actor.name ?? null } : null,
    },
  };
}

function readUnassigned(body: unknown, about: Envelope): Meant | null {
  const { data } = notified.safeParse(body);
  const issueId = data?.notification.issueId ?? data?.notification.issue?.id;
  if (!data || !issueId) return null;
  return {
    meaning: `unassigned:${data.notification.id}`,
    event: { type: "unassigned", issueId, appUserId: about.appUserId ?? "" },
  };
}

function readTeamAccess(body: unknown, about: Envelope): Meant | null {
  const { data } = teamAccess.safeParse(body);
  if (!data) return null;
  return {
    meaning: inOrganization("team_access_changed", about),
    event: {
      type: "team_access_changed",
      addedTeamIds: data.addedTeamIds ?? [],
      removedTeamIds: data.removedTeamIds ?? [],
      canAccessAllPublicTeams: data.canAccessAllPublicTeams ?? false,
    },
  };
}

function ignore(body: unknown, about: Envelope): Meant {
  const name = `${about.type}:${about.action}`;
  const reason = readers[`${about.type}/${about.action}`]
    ? `${name} in a shape that is not known`
    : `${name} is not ours`;
  const { data: found } = dataEvent.safeParse(body);
  const { data: notice } = notified.safeParse(body);
  const subject = notice
    ? `${notice.notification.id}:${about.createdAt}`
    : `${about.organizationId}:${about.createdAt}`;
  const meaning = found ? `${name}:${found.data.id}:${found.data.updatedAt}` : `${name}:${subject}`;
  return { meaning, event: { type: "ignored", reason } };
}

const inOrganization = (what: string, about: Envelope) => `${what}:${about.organizationId}:${about.createdAt}`;

const appUserOf = (session: AgentSession, about: Envelope) => about.appUserId ?? session.appUserId ?? "";

/** Delegating makes Linear write a comment for the thread to hang on; nobody said it. */
const isStub = (body: string | null | undefined) => /^\s*This thread is for an agent session with /i.test(body ?? "");

const hasWords = (part: string | null | undefined): part is string => !!part?.trim();

/** The prompt context is written like XML; as plain text its links read like those elsewhere. */
function plain(context: string | null | undefined): string | null {
  const signs: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", "#39": "'", amp: "&" };
  return context?.replace(/&(lt|gt|quot|apos|#39|amp);/g, (whole, name: string) => signs[name] ?? whole) ?? null;
}

function toIssue({ issue }: AgentSession): IssueReference | null {
  if (!issue) return null;
  return {
    id: issue.id,
    identifier: issue.identifier ?? "",
    title: issue.title ?? "",
    description: issue.description ?? "",
    url: issue.url ?? "",
    teamId: issue.teamId ?? issue.team?.id ?? "",
  };
}

function toPerson(found: z.infer<typeof person>): Person | null {
  return found ? { id: found.id, name: found.name ?? "", email: found.email ?? null } : null;
}
