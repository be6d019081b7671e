import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { json } from "../../../lib/db/database.js";
import type { EngagementId, PlanId, PlanItemId, SessionId } from "../../../lib/domain/ids.js";
import type { SyncCounts, SyncWork } from "../../../lib/domain/sync/run.js";
import type { QueueMessage } from "../../../lib/ports-services.js";
import { type ApiWorld, apiWorld, type Person } from "../../support/api-world.js";
import { someFields } from "../../support/builders.js";

export let world: ApiWorld;
export let published: QueueMessage[];
let queueIsDown: boolean;
export let ada: Person;
export let engagement: EngagementId;

/** A world for each file, with one person and one engagement for each test. */
export function syncedPlans(): void {
  beforeAll(async () => {
    world = await apiWorld();
    const publish = async (message: QueueMessage) => {
      if (queueIsDown) throw new Error("queue is down");
      published.push(message);
      return { messageId: randomUUID() };
    };
    world.deps.world = { ...world.deps.world, queue: { publish } };
  });
  afterAll(() => world.close());
  beforeEach(async () => {
    await world.reset();
    published = [];
    queueIsDown = false;
    ada = await world.aPerson(await world.anOrganization());
    engagement = await world.anEngagement(ada.organizationId);
  });
}

export const times = { quietMs: 10_000, longestMs: 60_000, stuckMs: 60_000, pollMs: 600_000 };
export const api = (person = ada) => world.as(person);
export const run = (statement: ReturnType<typeof sql>) => world.db.query(statement);

/** Lets the queue take nothing. */
export const breakQueue = () => void (queueIsDown = true);

/** A plan that has been approved, in a session of its own. */
export async function aPlan(
  differs: {
    source?: string;
    teamId?: string;
    pageVersion?: number | null;
    in?: EngagementId;
    writesPage?: boolean;
  } = {},
): Promise<{ id: PlanId; params: { id: string }; sessionId: SessionId }> {
  const id = randomUUID() as PlanId;
  const sessionId = await world.aSession(ada, { engagementId: differs.in ?? engagement, status: "completed" });
  await run(sql`
    insert into plans (id, organization_id, source, team_id, session_id, confluence_page_id, page_title, page_url, base_page_version, writes_page)
    values (${id}, ${ada.organizationId}, ${differs.source ?? `confluence:acme:${id}`}, ${differs.teamId ?? "team-eng"}, ${sessionId}, '4711', 'Checkout',
            'https://acme.atlassian.net/wiki/x', ${differs.pageVersion === undefined ? 3 : differs.pageVersion}, ${differs.writesPage ?? true})`);
  return { id, params: { id }, sessionId };
}

export async function anItem(
  planId: PlanId,
  differs: { fields?: object; base?: object | null; title?: string; state?: string } = {},
): Promise<PlanItemId> {
  const id = randomUUID() as PlanItemId;
  const fields = someFields({ title: differs.title ?? "Sign in", ...differs.fields });
  const base = differs.base === undefined ? fields : differs.base && { ...fields, ...differs.base };
  await run(sql`
    insert into plan_items (id, organization_id, plan_id, position, kind, key, title, fields, base, source, state, linear_id, linear_identifier, linear_url)
    values (${id}, ${ada.organizationId}, ${planId}, 0, 'story', ${fields.key}, ${fields.title}, ${json(fields)}, ${base === null ? null : json(base)},
            '{"item":{"start":0,"end":1},"fields":{}}', ${differs.state ?? "active"}, ${id}, 'ENG-7', 'https://linear.app/acme/issue/ENG-7')`);
  return id;
}

export async function aConflict(
  plan: { id: PlanId; sessionId: SessionId },
  differs: {
    itemId?: PlanItemId;
    field?: string;
    base?: unknown;
    linear?: unknown;
    page?: unknown;
    applied?: string;
  } = {},
): Promise<{ id: string; params: { id: string }; itemId: PlanItemId }> {
  const id = randomUUID();
  const itemId = differs.itemId ?? (await anItem(plan.id));
  const { base = "Sign in", linear = "Log in", page = "Sign in fast", field = "title" } = differs;
  const decided = differs.applied
    ? json({ value: differs.applied === "linear" ? linear : page, author: ada.linearUserId, at: null })
    : null;
  await run(sql`
    insert into conflicts (id, organization_id, plan_id, session_id, item_id, field, kind, base, linear_change, confluence_change, is_resolved, resolution_strategy,
                           resolved_change, applied_at)
    values (${id}, ${ada.organizationId}, ${plan.id}, ${plan.sessionId}, ${itemId}, ${field}, 'both_changed', ${json(base)},
            ${json({ value: linear, author: ada.linearUserId, at: "2026-11-01T10:00:00.000Z" })}, ${json({ value: page, author: "557058:x", at: "2026-11-01T11:00:00.000Z" })},
            ${differs.applied !== undefined}, ${differs.applied ?? null}, ${decided}, case when ${differs.applied !== undefined} then now() end)`);
  return { id, params: { id }, itemId };
}

export const counts: SyncCounts = {
  createdIssues: 1,
  updatedIssues: 2,
  pageChanges: 3,
  conflictsDetected: 4,
  conflictsResolved: 5,
};
export const someWork = (): SyncWork => ({
  runId: randomUUID(),
  trigger: "page",
  undoOf: null,
  askedBy: null,
  startedAt: new Date().toISOString(),
  page: { version: 3, updatedAt: null, authorId: null },
  toLinear: [],
  toPage: [],
  counts,
  done: [
    {
      side: "linear",
      itemId: randomUUID() as PlanItemId,
      title: "Sign in",
      what: "set",
      field: "title",
      from: "a",
      to: "b",
    },
  ],
  stale: 0,
  commentLooks: 0,
});
export const set = (id: PlanId, columns: ReturnType<typeof sql>) =>
  run(sql`update plans set ${columns} where id = ${id}`);
export const logOf = async (id: SessionId) =>
  (await api().listSessionEvents({ params: { id }, query: {} })).items.map(({ type, body, actor }) => ({
    type,
    body,
    actor,
  }));
