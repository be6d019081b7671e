import { type SQL, sql } from "drizzle-orm";
import type { SessionId } from "../domain/ids.js";
import type { LiveStep } from "../domain/live-steps.js";
import { defaultEngagementSettings } from "../domain/session.js";
import type { Engagement, PageSnapshot, Reply, SessionStore } from "../ports.js";
import type { Announce } from "../ports-live-plans.js";
import { appendLog, commitStatement } from "./commit.js";
import { type Database, json, repeatable, sqlState, uniqueViolation } from "./database.js";
import { teamDefault } from "./engagement-rows.js";
import { type ItemRow, type PlanRow, type SessionRow, toPlan, toPlanItem, toSession } from "./session-rows.js";

/** Planning sessions, their plans and items in Postgres. Each method is one statement. */
export function sessionStore(db: Database, announce: Announce = () => undefined): SessionStore {
  return {
    async load(id) {
      const [row] = await db.query<{ session: SessionRow; plan: PlanRow | null; replies: ReplyRow[] | null }>(
        sql`
        select to_jsonb(s) as session,
               (select to_jsonb(p) from plans p where p.session_id = s.id and coalesce(p.id = (s.work->>'planId')::uuid, true)
                  order by p.team_id is distinct from s.team_id, p.page_url is distinct from s.confluence_page_url,
                           p.source <> 'session:' || coalesce(s.work->>'stepsOf', s.id::text), p.created_at limit 1) as plan,
               (select jsonb_agg(jsonb_build_object('seq', r.seq, 'body', r.body->>'text', 'actor', r.actor, 'at', r.created_at) order by r.seq)
                  from (select e.* from session_events e where e.session_id = s.id and e.type = 'person.replied'
                        order by e.seq offset s.answered) r) as replies
          from planning_sessions s where s.id = ${id}`,
        repeatable,
      );
      if (!row) return null;
      return {
        session: toSession(row.session),
        plan: row.plan ? toPlan(row.plan) : null,
        replies: (row.replies ?? []).map(toReply),
      };
    },

    async commit(move) {
      const [row] = await db
        .query<{ moved: boolean; guarded: boolean }>(commitStatement(move))
        .catch((error: unknown) => {
          // Another plan has taken one of the issues meanwhile: the step looks again and decides anew.
          if (sqlState(error) === uniqueViolation) return [];
          throw error;
        });
      if (row?.moved) {
        announce(move.session.id);
        return "committed";
      }
      return row?.guarded && move.claimPlan ? "plan_taken" : "changed";
    },

    async items(planId) {
      const rows = await db.query<{ item: ItemRow }>(
        sql`select to_jsonb(i) as item from plan_items i where i.plan_id = ${planId} order by i.position, i.id`,
        repeatable,
      );
      return rows.map((row) => toPlanItem(row.item));
    },

    async snapshot(planId, pageVersion) {
      const [row] = await db.query<PageSnapshot>(
        sql`select page_version as "pageVersion", title, body from page_snapshots where plan_id = ${planId} and page_version = ${pageVersion}`,
        repeatable,
      );
      return row ?? null;
    },

    async findPlan(organizationId, source, teamId) {
      const [row] = await db.query<{ plan: PlanRow; holder: SessionRow }>(
        sql`
        select to_jsonb(p) as plan, to_jsonb(s) as holder from plans p join planning_sessions s on s.id = p.session_id
         where p.organization_id = ${organizationId} and p.source = ${source} and p.team_id = ${teamId}`,
        repeatable,
      );
      return row ? { plan: toPlan(row.plan), holder: toSession(row.holder) } : null;
    },

    async lastRun({ id, organizationId, agentSessionId }) {
      const [row] = await db.query<{ plan: PlanRow; holder: SessionRow; run: SessionRow }>(
        sql`
        select to_jsonb(p) as plan, to_jsonb(h) as holder, to_jsonb(s) as run
          from planning_sessions s join plan_items i on i.created_by_session = s.id
          join plans p on p.id = i.plan_id join planning_sessions h on h.id = p.session_id
         where s.organization_id = ${organizationId}
           and ${agentSessionId === null ? sql`s.id in (${wentBefore(id)})` : sql`s.agent_session_id = ${agentSessionId}`}
           and i.state = 'active' and i.linear_id is not null
         order by s.created_at desc limit 1`,
        repeatable,
      );
      return row ? { plan: toPlan(row.plan), holder: toSession(row.holder), run: toSession(row.run) } : null;
    },

    async steps(id) {
      const [row] = await db.query<{ version: number; steps: LiveStep[] }>(
        sql`
        with recursive merged as (
          select m.source_id as id from session_merges m where m.target_id = ${id} and m.undone_at is null
          union select m.source_id from merged join session_merges m on m.target_id = merged.id and m.undone_at is null)
        select coalesce(max(t.revision), 0) as version,
               coalesce(jsonb_agg(jsonb_build_object('id', t.id, 'text', t.text, 'owner', t.owner) order by t.position, t.id)
                 filter (where t.removed_at is null and not exists (
                   select from merged join plans p on p.organization_id = t.organization_id and p.source = 'session:' || merged.id
                     join plan_items i on i.plan_id = p.id
                    where i.key = t.id::text and i.linear_id is not null)), '[]') as steps
          from plan_steps t where t.session_id = ${id}`,
        repeatable,
      );
      return row ?? { version: 0, steps: [] };
    },

    async append(session, log) {
      const rows = await db.query(sql`
        with moved as (
          update planning_sessions s set last_seq = s.last_seq + ${log.length}::int, updated_at = now()
           where s.id = ${session.id} and s.status = ${session.status}
          returning s.id, s.organization_id, s.last_seq),
        logged as (${appendLog(log)})
        select id from moved`);
      if (rows.length > 0) announce(session.id);
      return rows.length > 0 ? "committed" : "changed";
    },

    async heldElsewhere(organizationId, linearIds, planId) {
      const rows = await db.query<{ linear_id: string }>(
        sql`
        select linear_id from plan_items where organization_id = ${organizationId} and plan_id <> ${planId}
           and linear_id in (select jsonb_array_elements_text(${json(linearIds)}))`,
        repeatable,
      );
      return rows.map((row) => row.linear_id);
    },

    async requestStop(id, reason) {
      const rows = await db.query(sql`
        with moved as (
          update planning_sessions set stop_requested_at = now(), taken_over_by = ${reason.takenOverBy ?? null}::uuid,
                 last_seq = last_seq + 1, updated_at = now()
           where id = ${id} and stop_requested_at is null and status in ('pending', 'processing', 'awaiting_input')
          returning id, organization_id, last_seq, version),
        logged as (
          insert into session_events (session_id, seq, organization_id, type, body, actor)
          select id, last_seq, organization_id, 'stop.requested', '{}'::jsonb, ${reason.actor} from moved),
        queued as (
          insert into outbox (id, organization_id, session_id, seq, n, kind, body)
          select gen_random_uuid(), organization_id, id, last_seq, 0, 'step',
                 jsonb_build_object('kind', 'session', 'id', id, 'step', 'wind-up', 'version', version) from moved)
        select id from moved`);
      if (rows.length > 0) announce(id);
      return rows.length > 0;
    },

    async ensureEngagement(organizationId, team, current = null) {
      const [row] = await db.query<{ id: string; settings: Engagement["settings"]; members: string[] }>(sql`
        with kept as (
          select id, settings from engagements where id = ${current}::uuid and organization_id = ${organizationId}),
        made as (
          insert into engagements (id, organization_id, team_id, is_team_default, name, settings)
          select gen_random_uuid(), ${organizationId}::text, ${team.id}::text, true, ${team.name}::text, ${json(defaultEngagementSettings)}
           where not exists (select from kept)
          on conflict ${teamDefault} do update set updated_at = now()
          returning id, settings),
        one as (select * from kept union all select * from made)
        select id, settings, (
          select coalesce(jsonb_agg(u.linear_user_id), '[]'::jsonb) from engagement_members m join users u on u.id = m.user_id and m.role <> 'viewer'
           where m.engagement_id = one.id) as members from one`);
      if (!row) throw new Error("an upsert returned no row");
      return {
        id: row.id as Engagement["id"],
        settings: { ...defaultEngagementSettings, ...row.settings },
        members: row.members,
      };
    },

    async noteBudget(organizationId, budget) {
      await db.query(
        sql`update organizations set linear_budget = ${json(budget)}, updated_at = now() where id = ${organizationId}`,
      );
    },

    async budget(organizationId) {
      const [row] = await db.query<{ linear_budget: Awaited<ReturnType<SessionStore["budget"]>> }>(
        sql`select linear_budget from organizations where id = ${organizationId}`,
        repeatable,
      );
      return row?.linear_budget ?? null;
    },
  };
}

/** A session and those that it goes on from, one after the other. */
const wentBefore = (id: SessionId): SQL => sql`
  with recursive before as (
    select id, work from planning_sessions where id = ${id}
    union select s.id, s.work from planning_sessions s join before b on s.id = (b.work->>'after')::uuid)
  select id from before`;

type ReplyRow = { seq: number; body: string; actor: string; at: string };
const toReply = (row: ReplyRow): Reply => ({ ...row, at: new Date(row.at) });
