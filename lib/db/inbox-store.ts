import { type SQL, sql } from "drizzle-orm";
import type { Delivery } from "../domain/delivery.js";
import type { PlanId, SessionId } from "../domain/ids.js";
import { defaultEngagementSettings } from "../domain/session.js";
import type { InboxResult, InboxStore } from "../ports.js";
import type { Announce } from "../ports-live-plans.js";
import { appendLog, queueEffects } from "./commit.js";
import { teamDefault } from "./engagement-rows.js";
import { type Database, foreignKeyViolation, json, repeatable, sqlState, uniqueViolation, utc } from "./database.js";
import { type EffectRow, toOutboxRow } from "./outbox-store.js";
import { type ConflictRow, toConflict } from "./sync-rows.js";
import { type DueRow, makeDue, mirrorsComments, type SyncTimes, toDueRun } from "./sync-due.js";
import { type SessionRow, toSession } from "./session-rows.js";

/** Accepted deliveries and what they ask for. A delivery's row is written by the statement that acts on it, or not at all. */
export function inboxStore(
  db: Database,
  announce: Announce = () => undefined,
  times: Pick<SyncTimes, "quietMs" | "longestMs" | "linearClientId"> = { quietMs: 10_000, longestMs: 60_000 },
): InboxStore {
  const isKnown = async (delivery: Delivery) => {
    const rows = await db.query(
      sql`
      select 1 from webhook_deliveries where provider = ${providerOf(delivery)}
         and (delivery_id = ${delivery.deliveryId} or (organization_id = ${delivery.organizationId} and meaning = ${delivery.meaning})) limit 1`,
      repeatable,
    );
    return rows.length > 0;
  };

  /** Repeatable: a second time the delivery is there. A unique violation means that the delivery is here already, or that somebody else was first; the caller tells which by reading. */
  async function act(delivery: Delivery, statement: SQL): Promise<InboxResult> {
    try {
      const rows = await db.query<{ id: string; steps: EffectRow[] | null; runs?: DueRow[] | null }>(
        statement,
        repeatable,
      );
      const steps = (rows[0]?.steps ?? []).map(toOutboxRow);
      const runs = (rows[0]?.runs ?? []).map(toDueRun);
      for (const { id } of rows) if (id !== null) announce(id as SessionId);
      if (rows.length > 0)
        return {
          outcome: "accepted",
          sessionIds: rows.map((row) => row.id as SessionId),
          steps,
          ...(runs.length > 0 ? { runs } : {}),
        };
    } catch (error) {
      if (sqlState(error) === foreignKeyViolation) return { outcome: "unknown_organization" };
      if (sqlState(error) !== uniqueViolation) throw error;
    }
    return (await isKnown(delivery)) ? { outcome: "repeated" } : { outcome: "moved" };
  }

  /** True where the delivery has not been acted on, and it was not we who did what it tells of. */
  const isNews = (delivery: Delivery, actor: { id: string } | null): SQL => sql`
    not exists (select from webhook_deliveries d where d.provider = ${providerOf(delivery)} and d.organization_id = ${delivery.organizationId}
                  and d.meaning = ${delivery.meaning})
    and not ${actor !== null && actor.id === times.linearClientId}
    and not exists (select from organizations o where o.id = ${delivery.organizationId} and o.app_user_id = ${actor?.id ?? null}::text)`;

  const sessionsWhere = async (condition: SQL) => {
    const rows = await db.query<{ session: SessionRow }>(
      sql`
      select to_jsonb(s) as session from planning_sessions s where ${condition}
       order by s.stop_requested_at is not null, s.status <> 'awaiting_input', s.status <> 'processing', s.created_at desc`,
      repeatable,
    );
    return rows.map((row) => toSession(row.session));
  };

  return {
    isKnown,
    async keepStop(delivery, agentSessionId) {
      await db.query(
        sql`${storeDelivery({ ...delivery, meaning: `stopped:${agentSessionId}` }, null)} on conflict do nothing`,
        repeatable,
      );
      return { outcome: "accepted", sessionIds: [], steps: [] };
    },
    async find(organizationId, id) {
      const [session] = await sessionsWhere(sql`s.organization_id = ${organizationId} and s.id = ${id}`);
      return session ?? null;
    },
    sessionsOf: (organizationId, agentSessionId) =>
      sessionsWhere(sql`s.organization_id = ${organizationId} and s.agent_session_id = ${agentSessionId}`),
    workingSessionsOnIssue: (organizationId, issueId) =>
      sessionsWhere(sql`s.organization_id = ${organizationId} and s.issue_id = ${issueId}
        and s.status in ('pending', 'processing', 'awaiting_input')`),

    start: (delivery, start) => {
      const { person, team } = start;
      return act(
        delivery,
        sql`
        with delivery as (${storeDelivery(delivery, start.id, start.isFirst ? nobodyBefore(delivery, start.agentSessionId ?? "") : sql``)}
          on conflict do nothing returning session_id),
        person as (${
          person
            ? sql`
          insert into users (id, organization_id, linear_user_id, name, email)
          select gen_random_uuid(), ${delivery.organizationId}::text,
                 ${person.linearUserId}::text, ${person.name}::text, ${person.email}::text from delivery
          on conflict (organization_id, linear_user_id) do update set name = excluded.name, updated_at = now() returning id`
            : sql`select null::uuid as id where false`
        }),
        engagement as (${
          start.engagementId
            ? sql`select ${start.engagementId}::uuid as id`
            : team
              ? sql`
          insert into engagements (id, organization_id, team_id, is_team_default, name, settings)
          select gen_random_uuid(), ${delivery.organizationId}::text, ${team.id}::text, true,
                 ${team.name}::text, ${json(defaultEngagementSettings)} from delivery
          on conflict ${teamDefault} do update set updated_at = now() returning id`
              : sql`select null::uuid as id where false`
        }),
        moved as (
          insert into planning_sessions (id, organization_id, engagement_id, created_by, is_default, planning_title, agent_session_id,
                                         issue_id, team_id, confluence_page_url, prompt, work, status, step, progress_message, last_seq)
          select ${start.id}::uuid, ${delivery.organizationId}::text, (select id from engagement), (select id from person),
                 exists (select from engagement) and not exists (
                   select from planning_sessions d where d.is_default and d.engagement_id = (select id from engagement)),
                 ${start.title}::text, ${start.agentSessionId}::text, ${start.issueId}::text, ${team?.id ?? null}::text, ${start.pageUrl}::text, ${json(start.prompt)},
                 ${json(start.work)}, 'processing', 'read-page', 'Starting planning process', ${start.log.length}::int from delivery
          returning id, organization_id, last_seq, version),
        handed as (
          update plans set session_id = (select id from moved), updated_at = now()
           where session_id = ${start.after}::uuid and exists (select from moved)),
        logged as (${appendLog(start.log)}),
        queued as (${queueEffects(start.effects)})
        select id, ${queuedSteps} from moved`,
      );
    },

    reply: (delivery, { session, after, entry, effects }) =>
      act(
        delivery,
        sql`
        with moved as (
          update planning_sessions s set last_seq = s.last_seq + 1, heard = s.heard + ${entry.type === "person.replied" ? 1 : 0}::int, updated_at = now()
                 ${
                   after
                     ? sql`, version = s.version + 1, status = ${after.status}, step = ${after.step}, progress = ${after.progress},
                   progress_message = ${after.progressMessage}, failure = ${json(after.failure)}, waiting_until = null`
                     : sql``
                 }
           where s.id = ${session.id} and s.status = ${session.status} and (${!after} or s.version = ${session.version})
             and s.stop_requested_at is null
          returning s.id, s.organization_id, s.last_seq, s.version),
        delivery as (${storeDelivery(delivery, session.id, sql`from moved`)}),
        logged as (${appendLog([entry])}),
        queued as (${queueEffects(effects)})
        select id, ${queuedSteps} from moved`,
      ),

    stop: (delivery, session, effects) =>
      act(
        delivery,
        sql`
        with moved as (
          update planning_sessions s set last_seq = s.last_seq + 1, stop_requested_at = now(), updated_at = now()
           where s.id = ${session.id} and s.stop_requested_at is null and s.status in ('pending', 'processing', 'awaiting_input')
          returning s.id, s.organization_id, s.last_seq, s.version),
        delivery as (${storeDelivery(delivery, session.id, sql`from moved`)}),
        logged as (${appendLog([{ type: "stop.requested", body: {}, actor: actorOf(delivery) }])}),
        queued as (${queueEffects(effects)})
        select id, ${queuedSteps} from moved`,
      ),

    remark: (delivery, session, effects) =>
      act(
        delivery,
        sql`
        with moved as (
          update planning_sessions s set last_seq = s.last_seq + 1, updated_at = now()
           where s.id = ${session.id} and s.status = ${session.status} and s.version = ${session.version}
          returning s.id, s.organization_id, s.last_seq, s.version),
        delivery as (${storeDelivery(delivery, session.id, sql`from moved`)}),
        logged as (${appendLog([{ type: "person.noted", body: { meaning: delivery.meaning }, actor: actorOf(delivery) }])}),
        queued as (${queueEffects(effects)})
        select id, ${queuedSteps} from moved`,
      ),

    async issueChanged(delivery, { issueId, above, changedAt, actor, data }) {
      const { organizationId } = delivery;
      const planned = sql`p.id in (select i.plan_id from plan_items i where i.organization_id = ${organizationId}
        and i.linear_id in (select jsonb_array_elements_text(${json([issueId, ...above])})))`;
      const rows = await db.query<DueRow>(
        sql`
        with due as (${makeDue(times, { because: "issue", askedBy: null }, sql`${planned} and ${isNews(delivery, actor)}`)}),
        delivery as (${storeDelivery(delivery, null, sql`from (select from due limit 1) one`)} on conflict do nothing),
        kept as (
          insert into issue_events (organization_id, issue_id, changed_at, actor_id, actor_name, data)
          select ${organizationId}::text, ${issueId}::text, ${changedAt}::text, ${actor?.id ?? null}::text, ${actor?.name ?? null}::text, ${json(data)}
            from (select from due limit 1) one
           where exists (select from plan_items i where i.organization_id = ${organizationId} and i.linear_id = ${issueId})
          on conflict do nothing)
        select id, due, is_new from due`,
        repeatable,
      );
      if (rows.length === 0) return "ignored";
      return { outcome: "accepted", sessionIds: [], steps: [], runs: rows.map(toDueRun) };
    },

    async commented(delivery, { issueId, actor }) {
      const planned = sql`p.id in (select i.plan_id from plan_items i where i.organization_id = ${delivery.organizationId} and i.linear_id = ${issueId})`;
      const rows = await db.query<DueRow>(
        sql`
        with due as (${makeDue(times, { because: "comment", askedBy: null }, sql`${planned} and ${mirrorsComments("to_page")} and ${isNews(delivery, actor)}`)}),
        delivery as (${storeDelivery(delivery, null, sql`from (select from due limit 1) one`)} on conflict do nothing)
        select id, due, is_new from due`,
        repeatable,
      );
      if (rows.length === 0) return "ignored";
      return { outcome: "accepted", sessionIds: [], steps: [], runs: rows.map(toDueRun) };
    },

    async openQuestion(organizationId, agentSessionId) {
      const [row] = await db.query<{
        plan: string;
        question: string;
        session: SessionRow;
        conflicts: (ConflictRow | null)[] | null;
      }>(
        sql`
        select p.id as plan, p.sync_question->>'id' as question, to_jsonb(s) as session,
               (select jsonb_agg(to_jsonb(c) order by a.n) from jsonb_array_elements_text(p.sync_question->'conflicts') with ordinality a(id, n)
                  left join conflicts c on c.id = a.id::uuid and not c.is_resolved and c.applied_at is null) as conflicts
          from planning_sessions s join plans p on p.session_id = s.id
         where s.organization_id = ${organizationId} and s.agent_session_id = ${agentSessionId} and jsonb_typeof(p.sync_question) = 'object'
         order by p.updated_at desc limit 1`,
        repeatable,
      );
      if (!row?.conflicts?.some((one) => one !== null)) return null;
      const conflicts = row.conflicts.map((one) => one && toConflict(one));
      return { planId: row.plan as PlanId, questionId: row.question, session: toSession(row.session), conflicts };
    },

    async decide(delivery, { question, decisions, entry, by }) {
      const { planId, session } = question;
      const rows = decisions.map(({ conflictId, strategy, value }) => ({ id: conflictId, strategy, value }));
      return act(
        delivery,
        sql`
        with named as (select * from jsonb_to_recordset(${json(rows)}) as d(id uuid, strategy text, value jsonb)),
        moved as (
          update planning_sessions s set last_seq = s.last_seq + 1, updated_at = now()
            from plans p where s.id = ${session.id} and p.id = ${planId} and p.session_id = s.id and not exists (
              select from conflicts c, named where c.id = named.id and (c.is_resolved or c.applied_at is not null))
          returning s.id, s.organization_id, s.last_seq, s.version),
        delivery as (${storeDelivery(delivery, session.id, sql`from moved`)}),
        logged as (${appendLog([entry])}),
        decided as (
          update conflicts c set is_resolved = true, resolution_strategy = d.strategy, updated_at = now(),
                 resolved_change = jsonb_build_object('value', d.value, 'author', ${by}::text, 'at', ${utc(sql`now()`)})
            from moved, named d where c.id = d.id and c.plan_id = ${planId} and c.applied_at is null and not c.is_resolved),
        due as (${makeDue(times, { because: "person", askedBy: by }, sql`p.id = ${planId} and exists (select from moved)`)})
        select moved.id, null::jsonb as steps, (select jsonb_agg(to_jsonb(run)) from due as run) as runs from moved`,
      );
    },

    halt: async (delivery, { failure, teamIds, revoked }) => {
      const result = await act(
        delivery,
        sql`
        with delivery as (${storeDelivery(delivery, null)} on conflict do nothing returning organization_id),
        organization as (
          update organizations set revoked_at = now(), updated_at = now()
            from delivery where organizations.id = delivery.organization_id and ${revoked} returning organizations.id),
        tokens as (
          update linear_tokens set revoked_at = now(), updated_at = now() from organization where linear_tokens.organization_id = organization.id),
        moved as (
          update planning_sessions s
             set status = 'failed', version = s.version + 1, last_seq = s.last_seq + 2, stop_requested_at = null, waiting_until = null, updated_at = now(),
                 failure = ${json(failure)} || jsonb_build_object('step', case when s.step = 'wind-up' then 'read-page' else s.step end)
            from delivery where s.organization_id = delivery.organization_id and s.status in ('pending', 'processing', 'awaiting_input')
             and (${teamIds === null} or s.team_id in (select jsonb_array_elements_text(${json(teamIds ?? [])})))
          returning s.id, s.organization_id, s.last_seq, s.version),
        dropped as (
          update outbox o set sent_at = now(), closed_reason = ${failure.code}, updated_at = now() from delivery
           where o.organization_id = delivery.organization_id and o.sent_at is null and ${revoked}),
        logged as (${appendLog([
          { type: "error", body: { code: failure.code, message: failure.words }, actor: "linear" },
          { type: "session.failed", body: failure, actor: "linear" },
        ])}),
        queued as (
          insert into outbox (id, organization_id, session_id, seq, n, kind, body)
          select gen_random_uuid(), organization_id, id, last_seq, 0, 'activity', ${json({ content: { type: "error", body: failure.words } })}
            from moved where not ${revoked})
        select id, null::jsonb as steps from moved union all select null::uuid, null::jsonb from delivery`,
      );
      if (result.outcome !== "accepted") return result;
      return { ...result, sessionIds: result.sessionIds.filter((id) => id !== null) };
    },
  };
}

/** The step messages that the statement queued, so that they can be published without being read again. */
const queuedSteps = sql`(select jsonb_agg(to_jsonb(q)) from queued q where q.kind = 'step') as steps`;

/** True where a mention is the first that is heard of its agent session: no reply and no stop has overtaken it. */
const nobodyBefore = (delivery: Delivery, agentSessionId: string): SQL => sql`
  where not exists (select from planning_sessions s where s.organization_id = ${delivery.organizationId} and s.agent_session_id = ${agentSessionId})
    and not exists (select from webhook_deliveries d where d.provider = 'linear' and d.organization_id = ${delivery.organizationId}
                       and d.meaning = ${`stopped:${agentSessionId}`})`;

function storeDelivery(delivery: Delivery, sessionId: SessionId | null, source: SQL = sql``): SQL {
  return sql`insert into webhook_deliveries (provider, delivery_id, meaning, organization_id, session_id, type)
             select ${providerOf(delivery)}::text, ${delivery.deliveryId}::text, ${delivery.meaning}::text, ${delivery.organizationId}::text, ${sessionId}::uuid,
                    ${delivery.event.type}::text ${source}`;
}

const providerOf = (delivery: Delivery): string => delivery.provider ?? "linear";

function actorOf(delivery: Delivery): string {
  const { event } = delivery;
  if (event.type === "mentioned") return event.creator?.id ?? "linear";
  if (event.type === "prompted") return event.person?.id ?? "linear";
  if (event.type === "said") return event.person.id;
  if (event.type === "issue_changed" || event.type === "commented") return event.actor?.id ?? "linear";
  return "linear";
}
