import { type SQL, sql } from "drizzle-orm";
import type { LogEntry } from "../ports.js";
import type { NewSession, NewSessionResult } from "../ports-live-plans.js";
import { within } from "./access-store.js";
import { appendLog } from "./commit.js";
import { type Database, json, repeatable, sqlState, uniqueViolation } from "./database.js";
import { ensureGeneral } from "./engagement-rows.js";

/** Makes a session that waits to be started, the default one where its engagement has none, and gives its maker a place where they had none. */
export async function insertSession(db: Database, session: NewSession): Promise<NewSessionResult> {
  for (;;) {
    const rows = await db
      .query<{ made: boolean; placed: boolean; known: boolean }>(createStatement(session), repeatable)
      .catch((error: unknown) => {
        // Somebody else made the engagement's default session at the same moment: the next try finds it.
        if (sqlState(error) === uniqueViolation) return null;
        throw error;
      });
    if (rows === null) continue;
    const [row] = rows;
    if (row?.made) return "created";
    if (row?.placed) return "repeated";
    return session.engagementId === null || row?.known ? "forbidden" : "not_found";
  }
}

const createStatement = (session: NewSession): SQL => sql`
  with person as (select * from users where id = ${session.createdBy}::uuid and organization_id = ${session.organizationId}::text),
  chosen as (${chosen(session)}),
  general as (${general(session)}),
  engagement as (
    select e.id, (select team_id from engagements t where t.id = e.id) as team_id
      from (select coalesce(chosen.id, (select id from general)) as id from chosen) e
     where e.id is not null and ${within(session.writable, sql`e.id`)}),
  moved as (${insertFrom(sql`engagement`, session)}),
  participants as (
    insert into session_participants (session_id, name, organization_id)
    select moved.id, p.name, moved.organization_id from moved cross join jsonb_array_elements_text(${json(session.participants)}) as p(name)
    on conflict do nothing),
  settled as (
    update users u
       set default_engagement_id = coalesce(u.default_engagement_id, moved.engagement_id),
           current_session_id = case when coalesce(u.current_engagement_id, moved.engagement_id) = moved.engagement_id
                                     then coalesce(u.current_session_id, moved.id) else u.current_session_id end,
           current_engagement_id = coalesce(u.current_engagement_id, moved.engagement_id), updated_at = now()
      from moved where u.id = ${session.createdBy}::uuid
       and (u.default_engagement_id is null or u.current_engagement_id is null or u.current_session_id is null)),
  logged as (${appendLog([createdEntry(session)])})
  select exists (select from moved) as made, exists (select from engagement) as placed, exists (select from chosen where id is not null) as known`;

/** The row of a session that waits to be started, in the engagement that `source` has (id, team_id); the default where there is none. */
export const insertFrom = (
  source: SQL,
  session: Pick<NewSession, "id" | "organizationId" | "createdBy" | "title" | "description" | "pageUrl">,
): SQL => sql`
    insert into planning_sessions (id, organization_id, engagement_id, created_by, is_default, planning_title, description, team_id,
                                   confluence_page_url, prompt, work, status, step, progress_message, last_seq)
    select ${session.id}::uuid, ${session.organizationId}::text, e.id, ${session.createdBy}::uuid,
           not exists (select from planning_sessions d where d.is_default and d.engagement_id = e.id),
           ${session.title}::text, ${session.description}::text, e.team_id, ${session.pageUrl}::text,
           ${json(promptFor(session.pageUrl))}, '{}', 'pending', 'read-page', '', 1
      from ${source} e
    on conflict (id) do nothing
    returning id, organization_id, engagement_id, last_seq, version`;

/** The first line of the log of a session that a person has made. */
export const createdEntry = (
  session: Pick<NewSession, "title" | "description" | "participants" | "actor">,
): LogEntry => ({
  type: "session_created",
  body: { title: session.title, description: session.description, participants: session.participants },
  actor: session.actor,
});

/** What a session that a person makes begins with: the page, where they name one. */
export const promptFor = (pageUrl: string | null) => ({
  texts: pageUrl ? [pageUrl] : [],
  delegated: false,
  appUserId: null,
  issue: null,
});

/** The engagement that is named, or where the person works now, or by default; null where they have no such place any more. */
const chosen = ({ organizationId, engagementId, writable }: NewSession): SQL =>
  engagementId === null
    ? sql`
    select case when p.current_engagement_id is not null and ${within(writable, sql`p.current_engagement_id`)} then p.current_engagement_id
                when p.default_engagement_id is not null and ${within(writable, sql`p.default_engagement_id`)} then p.default_engagement_id end as id
      from person p`
    : sql`select id from engagements where id = ${engagementId}::uuid and organization_id = ${organizationId}::text`;

const general = ({ organizationId, engagementId }: NewSession): SQL =>
  engagementId === null
    ? ensureGeneral(organizationId, sql`from chosen where id is null`)
    : sql`select null::uuid as id where false`;
