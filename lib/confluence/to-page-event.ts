/** From the bodies of Confluence's events to ours; nothing of them is believed but which page they are about. */
import { randomUUID } from "node:crypto";
import * as z from "zod/mini";
import { readPageAddress } from "../domain/page-address.js";
import type { PageChangeKind, PageEvent } from "../domain/page-event.js";

const Id = z.union([z.string(), z.number()]);
const ForgeEvent = z.object({
  eventType: z.string(),
  atlassianId: z.nullish(z.string()),
  eventCreatedDate: z.nullish(Id),
  content: z.nullish(
    z.object({
      id: Id,
      type: z.nullish(z.string()),
      version: z.nullish(z.object({ number: z.nullish(z.number()) })),
      container: z.nullish(z.object({ id: z.nullish(Id), type: z.nullish(z.string()) })),
    }),
  ),
});
const AutomationEvent = z.object({ event: z.nullish(z.string()), pageId: z.nullish(Id), url: z.nullish(z.string()) });
const Reference = z.nullish(z.object({ id: Id }));
const DataCenterEvent = z.object({
  event: z.string(),
  timestamp: z.nullish(z.number()),
  userKey: z.nullish(z.string()),
  page: Reference,
  content: Reference,
});

/** By the verb that a sender names. */
const changes: Record<string, PageChangeKind> = {
  updated: "updated",
  edited: "updated",
  published: "updated",
  snapshotted: "updated",
  trashed: "trashed",
  deleted: "deleted",
  removed: "deleted",
  restored: "restored",
  unarchived: "restored",
  archived: "archived",
  moved: "moved",
  permissions_updated: "restricted",
  commented: "commented",
  comment_created: "commented",
};

/** An event of a Forge trigger; a repeat of the call carries the same body, and only a new event another version or instant. */
export function readForgeEvent(body: unknown, cloudId: string | null): PageEvent {
  const event = ForgeEvent.safeParse(body);
  if (!event.success) return ignored("a body that is no event");
  const { eventType, atlassianId, content } = event.data;
  if (eventType === "avi:confluence:created:comment") return readForgeComment(event.data, cloudId);
  const [, verb] = /^avi:confluence:([a-z_]+):page$/.exec(eventType) ?? [];
  if (verb === undefined || (content?.type ?? "page") !== "page") return ignored("an event about something else");
  const pageId = readPageId(content?.id);
  if (pageId === null || cloudId === null) return ignored("no page or no site is named");
  const change = changeOf(verb);
  const number = content?.version?.number;
  const version = Number.isSafeInteger(number) && Number(number) > 0 ? Number(number) : null;
  const occurredAt = readInstant(event.data.eventCreatedDate);
  // A page can be thrown away and taken back more than once at one version.
  const what = verb === "updated" && version !== null ? [version] : [verb, version, occurredAt];
  const isKnown = version !== null || occurredAt !== null;
  const deliveryId = isKnown ? ["forge", cloudId, pageId, ...what].join(":") : `forge:${randomUUID()}`;
  const authorId = atlassianId ?? null;
  return { kind: "forge", deliveryId, site: { cloudId }, pageId, version, authorId, change, occurredAt };
}

/** A comment names the page that it stands on, if Confluence does; else the poll finds it. */
function readForgeComment({ content, ...event }: z.infer<typeof ForgeEvent>, cloudId: string | null): PageEvent {
  const pageId = content?.container?.type === "page" ? readPageId(content.container.id) : null;
  const commentId = readPageId(content?.id);
  if (pageId === null || commentId === null || cloudId === null) return ignored("no page or no site is named");
  return {
    kind: "forge",
    deliveryId: ["forge", cloudId, pageId, "commented", commentId].join(":"),
    site: { cloudId },
    pageId,
    version: null,
    authorId: event.atlassianId ?? null,
    change: "commented",
    occurredAt: readInstant(event.eventCreatedDate),
  };
}

/** What a rule's author lets it send: our form, or the page's address alone. */
export function readAutomationEvent(body: unknown, connectionId: string, run: string | null): PageEvent {
  const event = AutomationEvent.safeParse(typeof body === "string" ? { url: body } : body);
  if (!event.success) return ignored("a body that names no page");
  // A smart value that the site does not know stands there as it was written.
  const named = event.data.event ?? "";
  const verb = /^[\w ]+$/.test(named)
    ? named
        .toLowerCase()
        .replaceAll(" ", "_")
        .replace(/^page_/, "")
    : "updated";
  const pageId = readPageId(event.data.pageId) ?? pageIdAt(event.data.url ?? "");
  if (pageId === null) return ignored("no page is named");
  const id = run !== null && /^[\w.:-]{1,100}$/.test(run) ? `${connectionId}:${run}` : randomUUID();
  const nothing = { version: null, authorId: null, occurredAt: null };
  const site = { connectionId };
  return { kind: "automation", deliveryId: `automation:${id}`, site, pageId, change: changeOf(verb), ...nothing };
}

/** An event of Data Center: a repeat carries the same instant, in milliseconds. */
export function readDataCenterEvent(body: unknown, connectionId: string): PageEvent {
  if (z.object({ test: z.literal(true) }).safeParse(body).success) return { kind: "test" };
  const read = DataCenterEvent.safeParse(body);
  if (!read.success) return ignored("a body that is no event");
  const { event, timestamp, userKey, page, content } = read.data;
  const [, verb] = /^(?:page|content)_([a-z_]+)$/.exec(event) ?? [];
  const isAboutPage = verb !== undefined && (event.startsWith("page_") || verb === "permissions_updated");
  if (!isAboutPage) return ignored("an event about something else");
  const pageId = readPageId((page ?? content)?.id);
  if (pageId === null) return ignored("no page is named");
  const occurredAt = readInstant(timestamp);
  const id = occurredAt === null ? randomUUID() : `${connectionId}:${pageId}:${event}:${timestamp}`;
  const authorId = userKey ?? null;
  const change = changeOf(verb);
  const deliveryId = `data_center:${id}`;
  return {
    kind: "data_center",
    deliveryId,
    site: { connectionId },
    pageId,
    version: null,
    authorId,
    change,
    occurredAt,
  };
}

const changeOf = (verb: string): PageChangeKind => (Object.hasOwn(changes, verb) ? changes[verb]! : "other");

function pageIdAt(url: string): string | null {
  const target = readPageAddress(url.trim())?.target;
  return target?.kind === "page" ? target.pageId : null;
}

/** Ids are 64 bit; one that JSON has rounded would be another page's. */
function readPageId(id: string | number | null | undefined): string | null {
  if (typeof id === "number" && !Number.isSafeInteger(id)) return null;
  const text = String(id ?? "").trim();
  return /^[1-9]\d{0,18}$/.test(text) ? text : null;
}

function readInstant(value: string | number | null | undefined): string | null {
  const at = new Date(value ?? Number.NaN);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

const ignored = (reason: string): PageEvent => ({ kind: "ignored", reason });
