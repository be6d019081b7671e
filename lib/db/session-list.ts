import { type SQL, sql } from "drizzle-orm";
import type { ListedSession } from "../contract/routes/sessions.js";
import type { OrganizationId } from "../domain/ids.js";
import type { Grant } from "../domain/principal.js";
import type { ListPage, SessionFilter, Slice } from "../ports-catalog.js";
import { within } from "./access-store.js";
import { type Database, repeatable } from "./database.js";
import { beyond, placeOf, toPage } from "./keyset.js";
import { listedSession } from "./session-view.js";

/** So many sessions are looked through for a word before the index of words is asked for all that have it. */
const lookedThrough = 1_500;

/** A page of an organization's sessions, the newest first, that are neither deleted nor merged into another. */
export async function listSessions(
  db: Database,
  organizationId: OrganizationId,
  readable: Grant,
  filter: SessionFilter,
  { limit, cursor }: ListPage,
): Promise<Slice<ListedSession>> {
  const isShown = sql`s.deleted_at is null and s.merged_into is null and ${within(readable, sql`s.engagement_id`)}
    and ${matches(filter)} and ${beyond(cursor, sql`s.created_at`, sql`s.id`)}`;
  const { words } = filter;
  const rows = await db.query<{ session: ListedSession; place: unknown }>(
    sql`
    with ${words === undefined ? pageOf(organizationId, filter, isShown, limit + 1) : pageWithWords(organizationId, filter, words, isShown, limit + 1)}
    select ${listedSession(sql`page`)} as session, ${placeOf(sql`page.created_at`, sql`page.id`)} as place
      from page order by page.created_at desc, page.id desc`,
    repeatable,
  );
  return toPage(rows, limit, ({ session }) => session);
}

const pageOf = (organizationId: OrganizationId, filter: SessionFilter, isShown: SQL, rows: number): SQL => sql`
    page as (
      select s.* from planning_sessions s where ${belongs(organizationId, filter)} and ${isShown}
       order by s.created_at desc, s.id desc limit ${rows})`;

/**
 * A word that many titles have is soon found among the newest, which are read in their order as far as needed; one that few have is found
 * by the index of words, and put in order after that. Where the newest were all that there are, nothing is left to find. Left alone,
 * PostgreSQL would guess which kind of word it is in this organization, and its wrong guesses cost seconds.
 */
const pageWithWords = (
  organizationId: OrganizationId,
  filter: SessionFilter,
  words: string,
  isShown: SQL,
  rows: number,
): SQL => sql`
    sought as materialized (select session_words(${organizationId}, ${words}) as words),
    newest as materialized (
      select s.id, s.created_at, s.words from planning_sessions s where ${belongs(organizationId, filter)} and ${isShown}
       order by s.created_at desc, s.id desc limit ${lookedThrough}),
    near as materialized (
      select n.id, n.created_at from newest n
       where n.words @> (select words from sought) and (select words from sought) <> '{}' limit ${rows}),
    far as (
      select s.id, s.created_at from planning_sessions s
       where s.words @> (select words from sought where words <> '{}') and ${isOwn(organizationId)} and ${isShown}
         and (select count(*) from near) < ${rows} and (select count(*) from newest) = ${lookedThrough}
       order by s.created_at desc, s.id desc limit ${rows}),
    page as (
      select s.* from planning_sessions s
       where s.id in (select id from near union select id from far) order by s.created_at desc, s.id desc limit ${rows})`;

/**
 * An engagement and a person are of one organization, which PostgreSQL does not know: taking the one for independent of the other, it would
 * expect far too few rows and sort them all. It is checked in a way that it does not estimate by.
 */
const belongs = (organizationId: OrganizationId, { engagementId, createdBy }: SessionFilter): SQL =>
  engagementId === undefined && createdBy === undefined
    ? sql`s.organization_id = ${organizationId}`
    : isOwn(organizationId);
const isOwn = (organizationId: OrganizationId): SQL =>
  sql`case when s.organization_id = ${organizationId} then true else false end`;

/** Each filter names what its index is made of, in the same words. */
function matches({ status, engagementId, isArchived, createdBy }: SessionFilter): SQL {
  const conditions = [
    ...(status === undefined ? [] : [sql`s.status = ${status}`]),
    ...(engagementId === undefined ? [] : [sql`s.engagement_id = ${engagementId}`]),
    ...(isArchived === undefined ? [] : [isArchived ? sql`s.archived_at is not null` : sql`s.archived_at is null`]),
    ...(createdBy === undefined ? [] : [sql`s.created_by = ${createdBy}`]),
  ];
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
}
