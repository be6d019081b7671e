import { type SQL, sql } from "drizzle-orm";
import { eventTypesOf } from "../domain/audit.js";
import { type Figure, sessionStatuses, summed } from "../domain/metrics.js";
import type { MetricsStore } from "../ports-operating.js";
import { type Database, json, repeatable } from "./database.js";

/**
 * An event is dated by the beginning of the statement that writes it. Older than this it is in every snapshot, because no statement runs
 * so long; what is younger is counted when it is read.
 */
const settledAfterMs = 30_000;
/** How much of a log one statement counts at most, and how often a fold goes on with the rest. */
const span = sql`interval '1 hour'`;
const mostSpans = 50;

type Row = Record<"name" | "organization_id" | "label" | "bucket", string> & { value: number | string };

/** The figures in Postgres. `organizations` is how many have series of their own: the busiest. The others are one series, `other`. */
export function metricsStore(
  db: Database,
  { organizations, settledMs = settledAfterMs }: { organizations: number; settledMs?: number },
): MetricsStore {
  const known = new Set<string>();
  let counted = { figures: [] as Figure[], until: 0 };
  const read = async (statement: SQL) => (await db.query<Row>(statement, repeatable)).map(toFigure);

  return {
    async fold() {
      await db.query(enrol(organizations));
      for (let spans = 0; spans < mostSpans; spans += 1) {
        const [row] = await db.query<{ behind: boolean }>(foldStatement(settledMs));
        if (!row?.behind) break;
      }
      await db.query(label(organizations));
    },
    async sums() {
      return summed(await read(sumsStatement));
    },
    async sessions() {
      // Counting all sessions takes the longer the more there are: it is done again after two hundred times as long as it took.
      const begun = performance.now();
      if (begun < counted.until) return counted.figures;
      const figures = await read(sessionsStatement);
      const ended = performance.now();
      counted = { figures, until: ended + (ended - begun) * 200 };
      return figures;
    },
    states: () => read(statesStatement),
    async add(figures) {
      const all = summed(figures);
      const strangers = new Set(all.map(({ organizationId }) => organizationId).filter((id) => id && !known.has(id)));
      if (strangers.size > 0) await db.query(enrol(organizations));
      for (const id of strangers) known.add(id);
      await db.query(addStatement(all));
    },
  };
}

/** Takes in organizations that are new; they get series of their own while there is room. */
const enrol = (most: number): SQL => sql`
  insert into metric_organizations (organization_id, counted_until, is_labelled)
  select o.id, 'epoch', row_number() over (order by o.created_at, o.id) + (select count(*) from metric_organizations where is_labelled) <= ${most}::int
    from organizations o where not exists (select from metric_organizations m where m.organization_id = o.id)
  on conflict do nothing`;

/** Series of their own for the busiest. Who loses them keeps what has been shown; a quarter more is needed to take another's place. */
const label = (most: number): SQL => sql`
  update metric_organizations m
     set is_labelled = r.is_wanted, labelled_until = case when r.is_wanted then null else now() + interval '10 seconds' end, updated_at = now()
    from (select organization_id, row_number() over (order by events * case when is_labelled then 1.25 else 1 end desc, created_at, organization_id)
                 <= ${most}::int as is_wanted from metric_organizations) r
   where r.organization_id = m.organization_id and m.is_labelled <> r.is_wanted`;

/** What an event counts as: an action of live plans, `RETURNED` for a plan that is active again, `FAILED`, or nothing by itself. A merge's steps were added before. */
const meaning = sql`
  case when e.body ? 'mergedFrom' or e.type = 'step_added' and e.body ? 'mergeId' then null
       when e.type in ${eventTypesOf("PLAN_START")} then 'PLAN_START'
       when e.type in ${eventTypesOf("PLAN_STEP")} then 'PLAN_STEP'
       when e.type in ${eventTypesOf("PLAN_ARCHIVE")} then 'PLAN_ARCHIVE'
       when e.type in ('session_unarchived', 'session_restored') or e.type = 'session_merge_undone' and e.body ? 'into' then 'RETURNED'
       when e.type = 'session.failed' or e.type = 'session.moved' and e.body->>'event' = 'failed' then 'FAILED' end`;

/** Codes of ours are few; what people report over the API is named by them, and is one code here. */
const failureCode = sql`
  case when e.actor not in ('agent', 'queue', 'linear') then 'reported' when e.body->>'code' ~ '^[a-z][a-z0-9_]{1,40}$' then e.body->>'code' else 'other' end`;

/** The figures of events that were counted: `source` has series, meaning, code and n. */
const figuresOfEvents = (source: SQL): SQL => sql`
  select 'plan_events_total' as name, series as organization_id, meaning as label, sum(n) as value
    from ${source} where meaning in ('PLAN_START', 'PLAN_STEP', 'PLAN_ARCHIVE') group by 2, 3
  union all
  select 'plan_active_total', series, '', sum(n) from ${source} where meaning in ('PLAN_START', 'RETURNED') group by 2`;

/**
 * Counts the next span of every log that has grown. Whoever counts a log holds the row that says how far; another caller leaves those
 * logs out, or finds them counted.
 */
const foldStatement = (settledMs: number): SQL => {
  const settled = sql`now() - ${settledMs}::int * interval '1 millisecond'`;
  return sql`
  with grown as (
    select m.organization_id, m.counted_until, m.is_labelled, m.labelled_until from metric_organizations m
     where exists (select from session_events e where e.organization_id = m.organization_id and e.created_at > m.counted_until and e.created_at <= ${settled})
       for no key update of m skip locked),
  spans as (
    select g.*, least(${settled}, f.created_at + ${span}) as until
      from grown g cross join lateral (
        select e.created_at from session_events e where e.organization_id = g.organization_id and e.created_at > g.counted_until
         order by e.created_at limit 1) f),
  seen as (
    select s.organization_id, case when s.is_labelled or c.was_labelled then s.organization_id else 'other' end as series, c.meaning, c.code, c.n
      from spans s cross join lateral (
        select coalesce(e.created_at <= s.labelled_until, false) as was_labelled, ${meaning} as meaning,
               case when ${meaning} = 'FAILED' then ${failureCode} end as code,
               count(*) as n
          from session_events e where e.organization_id = s.organization_id and e.created_at > s.counted_until and e.created_at <= s.until
         group by 1, 2, 3) c),
  figures as (
    ${figuresOfEvents(sql`seen`)}
    union all
    select 'planning_sessions_failed_total', '', code, sum(n) from seen where meaning = 'FAILED' group by 3),
  added as (${addInto(sql`select name, organization_id, label, '' as bucket, value from figures`)}),
  moved as (
    update metric_organizations m
       set counted_until = s.until, events = m.events + (select coalesce(sum(n), 0) from seen where seen.organization_id = m.organization_id), updated_at = now()
      from spans s where s.organization_id = m.organization_id)
  select coalesce(bool_or(until < ${settled}), false) as behind from spans`;
};

/** In one order, so that two that add the same rows never wait for each other. */
const addInto = (figures: SQL): SQL => sql`
    insert into metric_counts (name, organization_id, label, bucket, value)
    select * from (${figures}) f order by 1, 2, 3, 4
    on conflict (name, organization_id, label, bucket) do update set value = metric_counts.value + excluded.value, updated_at = now()`;

const addStatement = (figures: Figure[]): SQL =>
  addInto(sql`
    select f.name, case when f."organizationId" = '' or m.is_labelled then f."organizationId" else 'other' end, f.label, f.bucket, sum(f.value)
      from jsonb_to_recordset(${json(figures)}) as f(name text, "organizationId" text, label text, bucket text, value float8)
      left join metric_organizations m on m.organization_id = f."organizationId" group by 1, 2, 3, 4`);

/** Organizations with series of their own show what happened up to this moment, and begin with nought. The others are shown as they were folded. */
const sumsStatement = sql`
  with labelled as (select organization_id, counted_until from metric_organizations where is_labelled),
  young as (
    select l.organization_id as series, c.meaning, c.n from labelled l cross join lateral (
      select ${meaning} as meaning, count(*) as n from session_events e
       where e.organization_id = l.organization_id and e.created_at > l.counted_until group by 1) c),
  figures as (${figuresOfEvents(sql`young`)})
  select name, organization_id, label, bucket, value from metric_counts
   where organization_id in ('', 'other') or organization_id in (select organization_id from labelled)
  union all
  select name, organization_id, label, '', value from figures
  union all
  select 'plan_events_total', organization_id, event, '', 0 from labelled cross join (values ('PLAN_START'), ('PLAN_STEP'), ('PLAN_ARCHIVE')) e(event)
  union all
  select 'plan_active_total', organization_id, '', '', 0 from labelled`;

const sessionsStatement = sql`
  with living as (
    select organization_id, status, count(*) as n from planning_sessions
     where deleted_at is null and archived_at is null and merged_into is null group by 1, 2)
  select 'planning_sessions' as name, '' as organization_id, s.status as label, '' as bucket, coalesce(sum(l.n), 0) as value
    from jsonb_array_elements_text(${json(sessionStatuses)}) s(status) left join living l on l.status = s.status group by s.status
  union all
  select 'plan_active', case when m.is_labelled then m.organization_id else 'other' end, '', '', coalesce(sum(l.n), 0)
    from metric_organizations m left join living l on l.organization_id = m.organization_id group by 2`;

const one = (name: string, value: SQL, rest: SQL): SQL =>
  sql`select ${name}::text as name, '' as organization_id, '' as label, '' as bucket, ${value} as value ${rest}`;
const age = (instant: SQL): SQL => sql`coalesce(extract(epoch from now() - min(${instant})), 0)`;
const isAtWork = sql`(s.status = 'processing' or s.stop_requested_at is not null)`;
const messages = sql`from outbox where sent_at is null and kind = 'step'`;
const effects = sql`from outbox where sent_at is null and kind <> 'step'`;

const statesStatement = sql.join(
  [
    one("planning_queue_unpublished_messages", sql`count(*)`, messages),
    one("planning_queue_oldest_message_age_seconds", age(sql`created_at`), messages),
    one("planning_outbox_unsent_effects", sql`count(*)`, effects),
    one("planning_outbox_oldest_effect_age_seconds", age(sql`created_at`), effects),
    sql`select 'planning_outbox_closed_effects', '', closed_reason, '', count(*) from outbox
         where closed_reason is not null and sent_at > now() - interval '1 day' group by closed_reason`,
    one("planning_processing_idle_seconds", age(sql`s.updated_at`), sql`from planning_sessions s where ${isAtWork}`),
    one(
      "planning_leases_held",
      sql`coalesce(sum(h.n), 0)`,
      sql`from planning_sessions s cross join lateral (
            select count(*) as n from plans p where p.session_id = s.id and p.locked_until > now()) h where ${isAtWork}`,
    ),
    sql`select 'planning_plans_syncing', '', v.status, '', count(p.id) from (values ('running'), ('paused'), ('revoked')) v(status)
          left join plans p on p.sync_status <> 'idle' and p.sync_status = v.status group by v.status`,
    sql`select 'planning_webhook_deliveries', '', v.provider, '', count(d.delivery_id) from (values ('linear'), ('confluence')) v(provider)
          left join webhook_deliveries d on d.provider = v.provider and d.created_at > now() - interval '1 hour' group by v.provider`,
    one("planning_streams_open", sql`count(*)`, sql`from presence where seen_at > now() - interval '40 seconds'`),
  ],
  sql` union all `,
);

const toFigure = (row: Row): Figure => ({
  name: row.name,
  organizationId: row.organization_id,
  label: row.label,
  bucket: row.bucket,
  value: Number(row.value),
});
