import { type SQL, sql } from "drizzle-orm";
import type { SessionDetail } from "../contract/routes/sessions.js";
import type { SessionId } from "../domain/ids.js";
import { grantFor, type Principal } from "../domain/principal.js";
import type { EditResult, SessionEdit } from "../ports-catalog.js";
import { within } from "./access-store.js";
import { appendLog } from "./commit.js";
import { type Database, json, repeatable, sqlState, uniqueViolation } from "./database.js";
import { isLiving } from "./idle.js";
import { promptFor } from "./new-session.js";
import { sessionDetail } from "./session-view.js";

/**
 * Changes what a session is called and about. `version` moves, so that of two people who edit at once one is told; a run at work would
 * lose its place by that, so while the agent works nothing is edited.
 */
export async function editSession(
  db: Database,
  principal: Principal,
  id: SessionId,
  expectedVersion: number,
  edit: SessionEdit,
): Promise<EditResult> {
  const { title, description, pageUrl } = edit;
  const rows = await db.query(sql`
    with moved as (
      update planning_sessions s
         set version = s.version + 1, last_seq = s.last_seq + 1, updated_at = now()
             ${title === undefined ? sql`` : sql`, planning_title = ${title}`}
             ${description === undefined ? sql`` : sql`, description = ${description}`}
             ${pageUrl === undefined ? sql`` : sql`, confluence_page_url = ${pageUrl}, prompt = s.prompt || ${json({ texts: promptFor(pageUrl).texts })}`}
       where s.id = ${id} and s.organization_id = ${principal.organizationId} and s.version = ${expectedVersion} and ${isEditable}
         and ${pageUrl === undefined ? sql`true` : sql`s.status = 'pending'`} and ${within(grantFor(principal, "member"), sql`s.engagement_id`)}
      returning s.id, s.organization_id, s.last_seq),
    logged as (${appendLog([{ type: "session_edited", body: { ...edit }, actor: principal.linearUserId }])})
    select id from moved`);
  const seen = await look(db, principal, id);
  if (!seen) return { outcome: "not_found" };
  if (rows.length > 0) return { outcome: "edited", session: seen.session };
  if (!seen.writable) return { outcome: "forbidden" };
  const { session: current } = seen;
  if (current.mergedInto !== null) return { outcome: "merged", current };
  if (current.archivedAt !== null) return { outcome: "archived", current };
  if (current.version !== expectedVersion) return { outcome: "changed", current };
  if (pageUrl !== undefined && current.status !== "pending" && current.status !== "processing")
    return { outcome: "begun", current };
  return { outcome: "working", current };
}

const isEditable = sql`${isLiving(sql`s`)} and s.status <> 'processing' and s.stop_requested_at is null`;

/** Moves the default of an engagement. Where somebody moves it at the same moment, one comes after the other. */
export async function makeDefaultSession(db: Database, principal: Principal, id: SessionId): Promise<EditResult> {
  for (;;) {
    const rows = await db.query<{ id: string }>(moveDefault(principal, id)).catch((error: unknown) => {
      if (sqlState(error) === uniqueViolation) return null;
      throw error;
    });
    if (rows === null) continue;
    const seen = await look(db, principal, id);
    if (!seen) return { outcome: "not_found" };
    const { session, writable } = seen;
    if (rows.length > 0 || (session.isDefault && writable)) return { outcome: "edited", session };
    if (!writable) return { outcome: "forbidden" };
    if (session.mergedInto !== null) return { outcome: "merged", current: session };
    if (session.archivedAt !== null) return { outcome: "archived", current: session };
    if (session.engagementId === null) return { outcome: "homeless", current: session };
    // It was the default, or archived, when the statement ran, and is no more: once again.
  }
}

/** The one that was the default steps back before the new one takes its place, or the unique index would refuse. */
const moveDefault = (principal: Principal, id: SessionId): SQL => sql`
  with target as (
    select s.id, s.engagement_id from planning_sessions s
     where s.id = ${id} and s.organization_id = ${principal.organizationId} and ${isLiving(sql`s`)}
       and not s.is_default and s.engagement_id is not null and ${within(grantFor(principal, "member"), sql`s.engagement_id`)}
       for no key update),
  before as (
    update planning_sessions s set is_default = false, last_seq = s.last_seq + 1, updated_at = now()
      from target t where s.engagement_id = t.engagement_id and s.is_default returning s.id, s.organization_id, s.last_seq),
  now_default as (
    update planning_sessions s set is_default = true, last_seq = s.last_seq + 1, updated_at = now()
     where s.id = (select id from target) and (select count(*) from before) >= 0 returning s.id, s.organization_id, s.last_seq),
  moved as (select *, 'session_default_lost' as type from before union all select *, 'session_default_set' from now_default),
  logged as (
    insert into session_events (session_id, seq, organization_id, type, body, actor)
    select id, last_seq, organization_id, type, '{}', ${principal.linearUserId}::text from moved)
  select id from now_default`;

async function look(
  db: Database,
  principal: Principal,
  id: SessionId,
): Promise<{ session: SessionDetail; writable: boolean } | null> {
  const [row] = await db.query<{ session: SessionDetail; writable: boolean }>(
    sql`
    select ${sessionDetail(sql`s`)} as session, ${within(grantFor(principal, "member"), sql`s.engagement_id`)} as writable
      from planning_sessions s
     where s.id = ${id} and s.organization_id = ${principal.organizationId} and s.deleted_at is null
       and ${within(grantFor(principal, "viewer"), sql`s.engagement_id`)}`,
    repeatable,
  );
  return row ?? null;
}
