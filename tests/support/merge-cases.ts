import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import * as fc from "fast-check";
import { type Database, json } from "../../lib/db/database.js";
import type { EngagementId, OrganizationId, SessionId, UserId } from "../../lib/domain/ids.js";
import type { Principal } from "../../lib/domain/principal.js";
import { someFields } from "./builders.js";

/** One thing that happens in a session before it is merged; numbers choose among what is there. */
type Happening =
  | { type: "add"; text: number; owner: number; shared: number | null }
  | { type: "edit" | "move" | "remove"; step: number; text: number }
  | { type: "join" | "leave"; name: number }
  | { type: "say" | "warn" | "fail" };

type GivenSession = {
  engagement: 0 | 1 | null;
  status: "pending" | "completed" | "failed" | "cancelled";
  happenings: Happening[];
  plans: {
    isLive: boolean;
    items: { key: number; title: number; hasIssue: boolean; names: number | null; parent: boolean }[];
  }[];
};

/** Two sessions to merge and what stands around them. Texts, keys, names and some ids are few, so that they meet. */
export type MergeCase = {
  target: GivenSession;
  source: GivenSession;
  others: (0 | 1)[];
  workers: ("source" | "target" | null)[];
  /** Whether the request for the merge comes twice. */
  isRepeated: boolean;
};

const small = (max: number) => fc.integer({ min: 0, max });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant("add" as const),
      text: small(4),
      owner: small(1),
      shared: fc.option(small(4)),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constantFrom("edit", "move", "remove"), step: small(20), text: small(4) }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom("join", "join", "join", "leave"), name: small(79) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom("say", "warn", "fail") }) },
);
/** Two of them may be more than a session may have. */
const crowd: fc.Arbitrary<Happening[]> = fc
  .uniqueArray(small(79), { minLength: 25, maxLength: 50, size: "max" })
  .map((names) => names.map((name) => ({ type: "join", name })));
const session: fc.Arbitrary<GivenSession> = fc.record({
  engagement: fc.constantFrom(0 as const, 0 as const, 1 as const, null),
  status: fc.constantFrom("pending", "completed", "failed", "cancelled"),
  happenings: fc.oneof(
    { weight: 3, arbitrary: fc.array(happening, { maxLength: 25, size: "max" }) },
    { weight: 1, arbitrary: crowd },
  ),
  plans: fc.array(
    fc.record({
      isLive: fc.boolean(),
      items: fc.array(
        fc.record({
          key: small(5),
          title: small(2),
          hasIssue: fc.boolean(),
          names: fc.option(small(9)),
          parent: fc.boolean(),
        }),
        { maxLength: 5 },
      ),
    }),
    { maxLength: 3 },
  ),
});
export const mergeCase: fc.Arbitrary<MergeCase> = fc.record({
  target: session,
  source: session,
  others: fc.array(fc.constantFrom(0 as const, 1 as const), { maxLength: 3 }),
  workers: fc.array(fc.constantFrom("source", "target", null), { maxLength: 3 }),
  isRepeated: fc.boolean(),
});

type Event = { seq: number; type: string; body: Record<string, unknown>; actor: string };
type Step = { id: string; text: string; owner: string; position: number; revision: number; removed: boolean };

/** What happened, as a session's log and rows tell it. */
function play({ happenings }: GivenSession, sharedIds: string[]) {
  const events: Event[] = [];
  const steps: Step[] = [];
  const participants: string[] = [];
  const log = (type: string, body: Record<string, unknown>, actor = "ada") => {
    events.push({ seq: events.length + 1, type, body, actor });
    return events.length;
  };
  log("session_created", { title: "Plan" });
  for (const one of happenings) {
    if (one.type === "add") {
      const id = (one.shared !== null ? sharedIds[one.shared] : undefined) ?? randomUUID();
      if (steps.some((step) => step.id === id)) continue;
      const step = { id, text: `Step ${one.text}`, owner: `Owner ${one.owner}` };
      const seq = log("step_added", { ...step, position: String(events.length + 1), ts: "2026-01-01T00:00:00.000Z" });
      steps.push({ ...step, position: seq, revision: seq, removed: false });
    } else if (one.type === "edit" || one.type === "move" || one.type === "remove") {
      const living = steps.filter(({ removed }) => !removed);
      const step = living[one.step % Math.max(1, living.length)];
      if (!step) continue;
      if (one.type === "edit") step.text = `Step ${one.text}`;
      if (one.type === "move") step.position = Math.min(...living.map(({ position }) => position)) / 2;
      if (one.type === "remove") step.removed = true;
      const body = { edit: { text: step.text }, move: { after: null, position: String(step.position) }, remove: {} }[
        one.type
      ];
      step.revision = log({ edit: "step_edited", move: "step_moved", remove: "step_removed" }[one.type], {
        id: step.id,
        ...body,
      });
    } else if (one.type === "join" || one.type === "leave") {
      const name = `Person ${one.name}`;
      const at = participants.indexOf(name);
      if (at < 0 !== (one.type === "join") || participants.length === 50) continue;
      if (at < 0) participants.push(name);
      else participants.splice(at, 1);
      log(one.type === "join" ? "participant_added" : "participant_removed", { name });
    } else if (one.type === "say") log("agent.said", { content: { type: "thought", body: "Reading" } }, "agent");
    else log(one.type === "warn" ? "warning" : "error", { code: "hm", message: "Hm" }, "agent");
  }
  return { events, steps, participants };
}

export type WrittenCase = {
  principal: Principal;
  targetId: SessionId;
  sourceId: SessionId;
  sessionIds: SessionId[];
  userIds: string[];
  /** Participants of both together. */
  participants: number;
};

/** Writes a case into an organization of its own. */
export async function writeCase(db: Database, given: MergeCase): Promise<WrittenCase> {
  const organizationId = `org-${randomUUID()}` as OrganizationId;
  const engagementIds = [randomUUID(), randomUUID()] as EngagementId[];
  const sharedIds = Array.from({ length: 5 }, () => randomUUID());
  const [targetId, sourceId] = [randomUUID(), randomUUID()] as [SessionId, SessionId];
  const userIds = [randomUUID(), ...given.workers.map(() => randomUUID())];
  const played = { [targetId]: play(given.target, sharedIds), [sourceId]: play(given.source, sharedIds) };
  const others = given.others.map((engagement) => ({ id: randomUUID() as SessionId, engagement, status: "pending" }));
  const sessions = [{ id: sourceId, ...given.source }, { id: targetId, ...given.target }, ...others].map(
    (one, n, all) => ({
      id: one.id,
      engagement_id: one.engagement === null ? null : engagementIds[one.engagement],
      is_default: one.engagement !== null && all.findIndex((first) => first.engagement === one.engagement) === n,
      status: one.status,
      last_seq: played[one.id]?.events.length ?? 0,
      n,
    }),
  );
  const entries = Object.entries(played);
  const plans = [targetId, sourceId].flatMap((id) =>
    (id === targetId ? given.target : given.source).plans
      .filter((plan, n, all) => !plan.isLive || all.findIndex(({ isLive }) => isLive) === n)
      .map((plan, n) => ({
        id: randomUUID(),
        session_id: id,
        source: plan.isLive ? `session:${id}` : `confluence:${id}:${n}`,
        plan,
      })),
  );
  let issue = 0;
  const items = plans.flatMap(({ id, session_id, plan }) => {
    let above: string | null = null;
    return plan.items.map((item, position) => {
      const step = played[session_id]?.steps[item.key];
      const key = plan.isLive && step ? step.id : `US-${item.key}`;
      const fields = someFields({
        key,
        title: `Title ${item.title}`,
        issueLink: item.names === null ? null : `${organizationId}-${item.names}`,
      });
      const linear_id = item.hasIssue ? `${organizationId}-${issue++}` : null;
      const row = {
        id: randomUUID(),
        plan_id: id,
        position,
        key,
        title: fields.title,
        fields,
        linear_id,
        base: item.hasIssue ? fields : null,
      };
      const parent_id = item.parent ? above : null;
      above = row.id;
      return { ...row, parent_id };
    });
  });
  const set = (rows: unknown[], columns: string) => sql`jsonb_to_recordset(${json(rows)}) as x(${sql.raw(columns)})`;
  await db.query(sql`
    with organization as (insert into organizations (id, name, url_key) values (${organizationId}, 'Org', ${organizationId})),
    engaged as (
      insert into engagements (id, organization_id, name, settings)
      select value::uuid, ${organizationId}::text, 'Engagement', '{}' from jsonb_array_elements_text(${json(engagementIds)})),
    sessions as (
      insert into planning_sessions (id, organization_id, engagement_id, is_default, planning_title, prompt, work, status, step, last_seq, created_at)
      select id, ${organizationId}::text, engagement_id, is_default, 'Session ' || n, '{}', '{}', status, 'read-page', last_seq, now() + n * interval '1 ms'
        from ${set(sessions, "id uuid, engagement_id uuid, is_default boolean, status text, last_seq int, n int")}),
    people as (
      insert into users (id, organization_id, linear_user_id, name, current_session_id, current_engagement_id)
      select id, ${organizationId}::text, id::text, 'Person', current, engagement from ${set(
        userIds.map((id, n) => {
          const where = given.workers[n - 1];
          const current = where === "source" ? sourceId : where === "target" ? targetId : null;
          return { id, current, engagement: sessions.find((one) => one.id === current)?.engagement_id ?? null };
        }),
        "id uuid, current uuid, engagement uuid",
      )}),
    logged as (
      insert into session_events (session_id, seq, organization_id, type, body, actor)
      select session_id, seq, ${organizationId}::text, type, body, actor from ${set(
        entries.flatMap(([session_id, { events }]) => events.map((event) => ({ session_id, ...event }))),
        "session_id uuid, seq int, type text, body jsonb, actor text",
      )}),
    stepped as (
      insert into plan_steps (session_id, id, organization_id, position, text, owner, revision, removed_at)
      select session_id, id, ${organizationId}::text, position, text, owner, revision, case when removed then now() end from ${set(
        entries.flatMap(([session_id, { steps }]) => steps.map((step) => ({ session_id, ...step }))),
        "session_id uuid, id uuid, position numeric, text text, owner text, revision int, removed boolean",
      )}),
    taking_part as (
      insert into session_participants (session_id, name, organization_id, created_at)
      select session_id, name, ${organizationId}::text, now() + n * interval '1 ms' from ${set(
        entries.flatMap(([session_id, { participants }]) => participants.map((name, n) => ({ session_id, name, n }))),
        "session_id uuid, name text, n int",
      )}),
    planned as (
      insert into plans (id, organization_id, source, team_id, session_id, page_title)
      select id, ${organizationId}::text, source, 'team', session_id, 'Page' from ${set(plans, "id uuid, source text, session_id uuid")})
    insert into plan_items (id, organization_id, plan_id, parent_id, position, kind, key, title, fields, base, source, linear_id, linear_identifier)
    select id, ${organizationId}::text, plan_id, parent_id, position, 'story', key, title, fields, nullif(base, 'null'), '{}', linear_id, linear_id from ${set(
      items,
      "id uuid, plan_id uuid, parent_id uuid, position int, key text, title text, fields jsonb, base jsonb, linear_id text",
    )}`);
  const principal: Principal = {
    organizationId,
    userId: userIds[0] as UserId,
    linearUserId: userIds[0] ?? "",
    name: "Ada",
    role: "member",
    engagementRoles: {},
    hidden: [],
    scope: "admin",
    via: "token",
    credentialId: null,
  };
  return {
    principal,
    targetId,
    sourceId,
    sessionIds: sessions.map(({ id }) => id),
    userIds,
    participants: new Set(entries.flatMap(([, { participants }]) => participants)).size,
  };
}
