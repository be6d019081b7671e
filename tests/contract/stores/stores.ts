import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { inboxStore } from "../../../lib/db/inbox-store.js";
import { leaseStore } from "../../../lib/db/lease-store.js";
import { outboxStore } from "../../../lib/db/outbox-store.js";
import { json } from "../../../lib/db/database.js";
import { livePlanStore } from "../../../lib/db/live-plan-store.js";
import { pageEventStore } from "../../../lib/db/page-event-store.js";
import { sessionStore } from "../../../lib/db/session-store.js";
import { syncStore } from "../../../lib/db/sync-store.js";
import type { OrganizationId, SessionId, UserId } from "../../../lib/domain/ids.js";
import type { Principal } from "../../../lib/domain/principal.js";
import type { PlanningSession } from "../../../lib/domain/session.js";
import type { InboxStore, LeaseStore, OutboxStore, Plan, SessionStore } from "../../../lib/ports.js";
import type { LivePlanStore } from "../../../lib/ports-live-plans.js";
import type { PageEventStore, SyncStore } from "../../../lib/ports-sync.js";
import { acme, aMove, aPlanClaim, aPlanningSession } from "../../support/builders.js";
import type { TestDatabase } from "../../support/test-database.js";

export const leaseMs = 20_000;
export const claimMs = 20_000;
export const stuckMs = 30_000;
export const syncTimes = { quietMs: 10_000, longestMs: 60_000, stuckMs, pollMs: 900_000 };

export type LoggedEvent = { seq: number; type: string; body: Record<string, unknown>; actor: string };
export type QueuedEffect = {
  id: string;
  kind: string;
  body: Record<string, unknown>;
  isSent: boolean;
  closedReason: string | null;
};

/** The stores on one database, and what a test needs to set a scene and to look at what became of it. */
export type Stores = {
  sessions: SessionStore;
  leases: LeaseStore;
  outbox: OutboxStore;
  inbox: InboxStore;
  livePlans: LivePlanStore;
  sync: SyncStore;
  pages: PageEventStore;
  db: TestDatabase["db"];
  /** A member of `acme`, unless `differs` says otherwise. */
  givenPerson: (differs?: Partial<Principal>) => Promise<Principal>;
  givenOrganization: (id: OrganizationId) => Promise<void>;
  givenSession: (differs?: Partial<PlanningSession>) => Promise<PlanningSession>;
  /** A session that has claimed a plan, as it stands after that. */
  givenPlan: (
    differs?: Partial<PlanningSession>,
    claim?: Partial<ReturnType<typeof aPlanClaim>>,
  ) => Promise<{ session: PlanningSession; plan: Plan }>;
  read: (id: SessionId) => Promise<PlanningSession>;
  log: (id: SessionId) => Promise<LoggedEvent[]>;
  queued: (id: SessionId) => Promise<QueuedEffect[]>;
  /** Everything that waits for an instant waits `ms` less. */
  letTimePass: (ms: number) => Promise<void>;
  /** Sessions whose log does not run from 1 to `last_seq`. */
  brokenLogs: () => Promise<string[]>;
  count: (table: string) => Promise<number>;
  defaultSessions: () => Promise<{ id: string }[]>;
};

export function stores({ db }: Pick<TestDatabase, "db">): Stores {
  const sessions = sessionStore(db);

  const read = async (id: SessionId) => {
    const loaded = await sessions.load(id);
    if (!loaded) throw new Error(`session ${id} is not there`);
    return loaded.session;
  };
  const givenOrganization = async (id: OrganizationId) => {
    await db.query(
      sql`insert into organizations (id, name, url_key) values (${id}, ${id}, ${id}) on conflict do nothing`,
    );
  };
  const givenSession = async (differs: Partial<PlanningSession> = {}) => {
    const session = aPlanningSession(differs);
    await givenOrganization(session.organizationId);
    await db.query(insertSession(session));
    return read(session.id);
  };

  return {
    sessions,
    leases: leaseStore(db, leaseMs),
    outbox: outboxStore(db, { claimMs, stuckMs }),
    inbox: inboxStore(db, undefined, syncTimes),
    livePlans: livePlanStore(db),
    sync: syncStore(db, syncTimes),
    pages: pageEventStore(db, syncTimes),
    db,
    async givenPerson(differs = {}) {
      const userId = randomUUID() as UserId;
      const person: Principal = {
        organizationId: acme,
        userId,
        linearUserId: `linear-${userId}`,
        name: "Ada",
        role: "member",
        engagementRoles: {},
        hidden: [],
        scope: "admin",
        via: "demo",
        credentialId: null,
        ...differs,
      };
      await givenOrganization(person.organizationId);
      await db.query(sql`
        insert into users (id, organization_id, linear_user_id, name, role)
        values (${person.userId}, ${person.organizationId}, ${person.linearUserId}, ${person.name}, ${person.role})`);
      return person;
    },
    givenOrganization,
    givenSession,
    read,
    async givenPlan(differs = {}, claim = {}) {
      const session = await givenSession(differs);
      const move = aMove(session, { type: "advanced", step: "propose-plan" }, { claimPlan: aPlanClaim(claim) });
      const outcome = await sessions.commit(move);
      const loaded = await sessions.load(session.id);
      if (!loaded?.plan) throw new Error(`the plan was not claimed: ${outcome}`);
      return { session: loaded.session, plan: loaded.plan };
    },
    log: (id) =>
      db.query<LoggedEvent>(
        sql`select seq, type, body, actor from session_events where session_id = ${id} order by seq`,
      ),
    queued: (id) =>
      db.query<QueuedEffect>(sql`
        select id, kind, body, sent_at is not null as "isSent", closed_reason as "closedReason" from outbox
         where session_id = ${id} order by seq, n`),
    async letTimePass(ms) {
      const earlier = sql`${ms}::int * interval '1 millisecond'`;
      await db.query(sql`update outbox set available_at = available_at - ${earlier}, sent_at = sent_at - ${earlier}`);
      await db.query(sql`
        update plans set locked_until = locked_until - ${earlier}, due_at = due_at - ${earlier}, due_since = due_since - ${earlier}, waiting_until = waiting_until - ${earlier},
                         last_polled_at = last_polled_at - ${earlier}, updated_at = updated_at - ${earlier}, created_at = created_at - ${earlier}`);
      await db.query(sql`update planning_sessions set waiting_until = waiting_until - ${earlier}`);
    },
    async brokenLogs() {
      const rows = await db.query<{ id: string }>(sql`
        select s.id from planning_sessions s left join session_events e on e.session_id = s.id
         group by s.id having count(e.seq) <> s.last_seq or coalesce(max(e.seq), 0) <> s.last_seq`);
      return rows.map((row) => row.id);
    },
    async count(table) {
      const [row] = await db.query<{ count: number }>(sql`select count(*)::int as count from ${sql.identifier(table)}`);
      return row?.count ?? 0;
    },
    defaultSessions: () => db.query<{ id: string }>(sql`select id from planning_sessions where is_default`),
  };
}

const insertSession = (session: PlanningSession) => sql`
  insert into planning_sessions (id, organization_id, engagement_id, created_by, planning_title, confluence_page_url, agent_session_id,
                                 issue_id, team_id, prompt, status, step, progress, progress_message, version, question, proposal, work,
                                 failure, stop_requested_at, taken_over_by)
  values (${session.id}, ${session.organizationId}, ${session.engagementId}, ${session.createdBy}, ${session.title}, ${session.pageUrl},
          ${session.agentSessionId}, ${session.issueId}, ${session.teamId}, ${json(session.prompt)}, ${session.status}, ${session.step},
          ${session.progress}, ${session.progressMessage}, ${session.version}, ${json(session.question)}, ${json(session.proposal)},
          ${json(session.work)}, ${json(session.failure)}, ${session.stopRequested ? sql`now()` : null}, ${session.takenOverBy})`;

/** An ended session of `acme`, for plans that somebody has left behind. */
export const ended = { status: "completed", organizationId: acme } as const;
