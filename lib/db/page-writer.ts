import { type SQL, sql } from "drizzle-orm";

/**
 * Whether the plan `p` writes to its page: of several approved plans of an organization on one page one does. Two that are approved at the same
 * instant both think that they are first; the older one is.
 */
export const isPageWriter = (p: SQL): SQL =>
  sql`(${p}.writes_page and not exists (${otherWriters(p)} and (w.created_at, w.id) < (${p}.created_at, ${p}.id)))`;

/** Approved plans other than `p` that are to write to the same page. */
export const otherWriters = (p: SQL): SQL => sql`
  select from plans w
   where w.organization_id = ${p}.organization_id and w.source = ${p}.source and w.id <> ${p}.id and w.writes_page and w.base_page_version is not null`;
