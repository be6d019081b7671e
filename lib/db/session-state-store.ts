import { type SQL, sql } from "drizzle-orm";
import type { AskedQuestion, RecordedProblem, SessionResult, SessionState } from "../contract/session-state.js";
import type { SessionStateStore } from "../ports-runs.js";
import type { AgentActivity } from "../ports-services.js";
import { within } from "./access-store.js";
import { type Database, repeatable, utc } from "./database.js";
import { beyond, placeOf, toPage } from "./keyset.js";

/** Errors and warnings of which a state shows the newest; the log has all. */
const shownProblems = 200;

type LoggedProblem = { body: { message?: string; code?: string; details?: unknown }; at: string };
type StateRow = Omit<SessionState, "errors" | "warnings" | "result" | "question"> & {
  errors: LoggedProblem[];
  warnings: LoggedProblem[];
  setResult: SessionResult | null;
  issues: Partial<Record<"epic" | "feature" | "story" | "enabler", Record<string, string>>> | null;
  question: { kind: string; said: Pick<AgentActivity, "content" | "select" | "auth"> | null } | null;
};

/** Where sessions stand. Each call is one statement, so that what it shows was true at one moment. */
export function sessionStateStore(db: Database): SessionStateStore {
  return {
    async find(organizationId, id, readable) {
      const [row] = await db.query<{ state: StateRow }>(
        sql`
        select ${state(sql`s`)} as state from planning_sessions s
         where s.id = ${id} and s.organization_id = ${organizationId} and s.deleted_at is null and ${within(readable, sql`s.engagement_id`)}`,
        repeatable,
      );
      return row ? toState(row.state) : null;
    },

    async list(organizationId, readable, { limit, cursor }) {
      const rows = await db.query<{ state: StateRow; place: unknown }>(
        sql`
        with page as (
          select s.* from planning_sessions s
           where s.organization_id = ${organizationId} and s.deleted_at is null and ${within(readable, sql`s.engagement_id`)}
             and ${beyond(cursor, sql`s.created_at`, sql`s.id`)}
           order by s.created_at desc, s.id desc limit ${limit + 1})
        select ${state(sql`page`)} as state, ${placeOf(sql`page.created_at`, sql`page.id`)} as place
          from page order by page.created_at desc, page.id desc`,
        repeatable,
      );
      return toPage(rows, limit, (row) => toState(row.state));
    },
  };
}

const state = (s: SQL): SQL => sql`
  jsonb_build_object(
    'id', ${s}.id, 'organizationId', ${s}.organization_id, 'engagementId', ${s}.engagement_id,
    'confluencePageUrl', ${s}.confluence_page_url, 'planningTitle', ${s}.planning_title, 'status', ${s}.status,
    'isStopping', ${s}.stop_requested_at is not null, 'progress', ${s}.progress, 'progressMessage', ${s}.progress_message,
    'errors', ${problems(s, sql`e.type = 'error'`)}, 'warnings', ${problems(s, sql`e.type = 'warning'`)},
    'setResult', (select e.body from session_events e where e.session_id = ${s}.id and e.type = 'result' order by e.seq desc limit 1),
    'issues', ${issues(s)}, 'question', ${question(s)}, 'version', ${s}.version, 'seq', ${s}.last_seq,
    'createdAt', ${utc(sql`${s}.created_at`)}, 'updatedAt', ${utc(sql`${s}.updated_at`)},
    'archivedAt', ${utc(sql`${s}.archived_at`)}, 'mergedInto', ${s}.merged_into)`;

const problems = (s: SQL, ofType: SQL): SQL => sql`
  coalesce((select jsonb_agg(jsonb_build_object('body', e.body, 'at', ${utc(sql`e.created_at`)}) order by e.seq)
              from (select e.* from session_events e where e.session_id = ${s}.id and ${ofType} order by e.seq desc limit ${shownProblems}) e), '[]')`;

/** Of the plans that the session has now, and what it has made itself: a plan moves on to the session that takes it up. */
const issues = (s: SQL): SQL => sql`
  (select jsonb_object_agg(k.kind, k.ids) from (
     select i.kind, jsonb_object_agg(i.key, i.linear_id) as ids
       from (select a.* from plan_items a where a.created_by_session = ${s}.id
             union select b.* from plans p join plan_items b on b.plan_id = p.id where p.session_id = ${s}.id) i
      where i.linear_id is not null and i.state = 'active' group by i.kind) k)`;

const question = (s: SQL): SQL => sql`
  case when ${s}.status = 'awaiting_input' then jsonb_build_object(
    'kind', ${s}.question->>'kind',
    'said', (select e.body from session_events e
              where e.session_id = ${s}.id and e.type = 'agent.said' and e.body->'content'->>'type' = 'elicitation' order by e.seq desc limit 1)) end`;

function toState({ errors, warnings, setResult, issues: made, question: asked, ...rest }: StateRow): SessionState {
  const result =
    setResult ?? (made || rest.status === "completed" ? { ...noIssues, ...(made ? toResult(made) : {}) } : null);
  return {
    ...rest,
    errors: errors.map(toProblem),
    warnings: warnings.map(toProblem),
    ...(result ? { result } : {}),
    question: asked && toQuestion(asked),
  };
}

const noIssues: SessionResult = { epics: {}, features: {}, stories: {}, enablers: {} };
const toResult = ({ epic = {}, feature = {}, story = {}, enabler = {} }: NonNullable<StateRow["issues"]>) => ({
  epics: epic,
  features: feature,
  stories: story,
  enablers: enabler,
});

function toProblem({ body: { message = "", code, details, ...more }, at }: LoggedProblem): RecordedProblem {
  const all = details ?? (Object.keys(more).length > 0 ? more : undefined);
  return {
    message,
    ...(code === undefined ? {} : { code }),
    ...(all === undefined ? {} : { details: all }),
    timestamp: at,
  };
}

function toQuestion({ kind, said }: NonNullable<StateRow["question"]>): AskedQuestion {
  const content = said?.content;
  return {
    kind,
    words: content && "body" in content ? content.body : "",
    options: said?.select ?? [],
    url: said?.auth?.url ?? null,
  };
}
