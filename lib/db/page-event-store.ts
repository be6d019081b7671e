import { sql } from "drizzle-orm";
import type { PageEventStore } from "../ports-sync.js";
import { type Database, repeatable } from "./database.js";
import { type DueRow, makeDue, mirrorsComments, type SyncTimes, toDueRun } from "./sync-due.js";

/** What happens to pages that plans are made of. */
export function pageEventStore(db: Database, times: Pick<SyncTimes, "quietMs" | "longestMs">): PageEventStore {
  return {
    async pageChanged({ site, pageId, version, deliveryId, change }) {
      const connected = "cloudId" in site ? sql`c.cloud_id = ${site.cloudId}` : sql`c.id = ${site.connectionId}::uuid`;
      const isNews = sql`
        (${version}::int is null or ${change !== "updated"} or ${version}::int > coalesce(p.base_page_version, 0)
           and not exists (select from page_writes w where w.plan_id = p.id and w.from_version + 1 = ${version}::int and w.status <> 'not_written'))
        and not exists (select from webhook_deliveries d where d.provider = 'confluence' and d.delivery_id = p.organization_id || ':' || ${deliveryId}::text)`;
      const rows = await db.query<DueRow>(
        sql`
        with sites as (
          select c.organization_id, rtrim(regexp_replace(c.site_url, '^https?://', ''), '/') as site from confluence_tokens c
           where ${connected} and c.revoked_at is null),
        due as (${makeDue(
          times,
          { because: change === "commented" ? "comment" : "page", askedBy: null },
          sql`p.confluence_page_id = ${pageId} and exists (
            select from sites where sites.organization_id = p.organization_id
               and p.source in ('confluence:' || sites.site || ':' || ${pageId}::text, 'confluence:' || sites.site || '/wiki:' || ${pageId}::text))
            and ${isNews} and ${change === "commented" ? mirrorsComments("to_linear") : sql`true`}`,
        )}),
        delivery as (
          insert into webhook_deliveries (provider, delivery_id, meaning, organization_id, type)
          select distinct 'confluence', organization_id || ':' || ${deliveryId}::text, ${`page:${pageId}:`}::text || coalesce(${version}::text, ${deliveryId}::text),
                 organization_id, ${`page_${change}`}::text from due
          on conflict do nothing)
        select id, due, is_new from due`,
        repeatable,
      );
      return rows.map(toDueRun);
    },
  };
}
