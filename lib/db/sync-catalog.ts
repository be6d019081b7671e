import { type SQL, sql } from "drizzle-orm";
import type { Conflict, PlanSync, SyncRun } from "../contract/routes/sync.js";
import { grantFor, type Principal, type Role } from "../domain/principal.js";
import type { ConflictFilter, SeenConflict, SyncCatalog } from "../ports-sync-catalog.js";
import { within } from "./access-store.js";
import { type Database, repeatable } from "./database.js";
import { beyond, placeOf, toPage } from "./keyset.js";
import { conflictView, planSync, syncRun } from "./sync-views.js";

/** Lists show so much of what a run has done. */
const shownOfRun = 20;

/** What people see of keeping plans in step. */
export function syncCatalog(db: Database): SyncCatalog {
  return {
    async find(principal, id) {
      return (await findPlanSync(db, principal, id))?.sync ?? null;
    },

    async runs(principal, id, { limit, cursor }) {
      const rows = await db.query<{ run: SyncRun | null; place: unknown }>(
        sql`
        with plan as (select p.id ${ofPlan(principal, sql`p.id = ${id}`)}),
        page as (
          select h.* from sync_history h, plan where h.plan_id = plan.id and ${beyond(cursor, sql`h.timestamp`, sql`h.id`)}
           order by h.timestamp desc, h.id desc limit ${limit + 1})
        select case when page.id is not null then ${syncRun(sql`page`, shownOfRun)} end as run, ${placeOf(sql`page.timestamp`, sql`page.id`)} as place
          from plan left join page on true order by page.timestamp desc, page.id desc`,
        repeatable,
      );
      if (rows.length === 0) return null;
      return toPage(
        rows.filter(({ run }) => run !== null),
        limit,
        ({ run }) => run as SyncRun,
      );
    },

    async run(principal, id) {
      const [row] = await db.query<{ run: SyncRun }>(
        sql`
        select ${syncRun(sql`h`, null)} as run ${ofPlan(principal, sql`h.id = ${id}`, sql`join sync_history h on h.plan_id = p.id`)}`,
        repeatable,
      );
      return row?.run ?? null;
    },

    async conflicts(principal, filter, { limit, cursor }) {
      const rows = await db.query<{ conflict: Conflict; place: unknown }>(
        sql`
        with page as (
          select c.* ${ofPlan(
            principal,
            sql`c.organization_id = ${principal.organizationId} and ${matches(filter)} and ${beyond(cursor, sql`c.created_at`, sql`c.id`)}`,
            sql`join conflicts c on c.plan_id = p.id`,
          )}
           order by c.created_at desc, c.id desc limit ${limit + 1})
        select ${conflictView} as conflict, ${placeOf(sql`c.created_at`, sql`c.id`)} as place
          from page c join plans p on p.id = c.plan_id join plan_items i on i.id = c.item_id order by c.created_at desc, c.id desc`,
        repeatable,
      );
      return toPage(rows, limit, ({ conflict }) => conflict);
    },

    async conflict(principal, id) {
      const [row] = await db.query<SeenConflict>(
        sql`
        select ${conflictView} as conflict, i.state = 'active' as "isKept", ${within(grantFor(principal, "member"), sql`s.engagement_id`)} as "isWritable"
          ${ofPlan(principal, sql`c.id = ${id}`, sql`join conflicts c on c.plan_id = p.id join plan_items i on i.id = c.item_id`)}`,
        repeatable,
      );
      return row ?? null;
    },
  };
}

/** A plan as this person sees it, with what decides whether a run can be asked for. */
export async function findPlanSync(
  db: Database,
  principal: Principal,
  id: string,
): Promise<{ sync: PlanSync; hasPage: boolean; isWritable: boolean } | null> {
  const [row] = await db.query<{ sync: PlanSync; hasPage: boolean; isWritable: boolean }>(
    sql`
    select ${planSync(sql`p`, sql`e`)} as sync, p.confluence_page_id is not null and p.base_page_version is not null as "hasPage",
           ${within(grantFor(principal, "member"), sql`s.engagement_id`)} as "isWritable"
      ${ofPlan(principal, sql`p.id = ${id}`, sql`left join engagements e on e.id = s.engagement_id`)}`,
    repeatable,
  );
  return row ?? null;
}

/** Plans that the person may see: those whose session they may. */
const ofPlan = (principal: Principal, which: SQL, joined: SQL = sql``): SQL => sql`
  from plans p join planning_sessions s on s.id = p.session_id ${joined}
 where p.organization_id = ${principal.organizationId} and ${isFor(principal, "viewer")} and ${which}`;

/** Whether the session `s` is one in which the person has this role. */
export const isFor = (principal: Principal, role: Role): SQL =>
  sql`s.deleted_at is null and ${within(grantFor(principal, role), sql`s.engagement_id`)}`;

function matches({ planId, sessionId, state }: ConflictFilter): SQL {
  const states = {
    open: sql`not c.is_resolved and c.applied_at is null`,
    decided: sql`c.is_resolved and c.applied_at is null`,
    applied: sql`c.applied_at is not null`,
  };
  return sql.join(
    [
      sql`true`,
      ...(planId === undefined ? [] : [sql`c.plan_id = ${planId}`]),
      ...(sessionId === undefined ? [] : [sql`p.session_id = ${sessionId}`]),
      ...(state === undefined ? [] : [states[state]]),
    ],
    sql` and `,
  );
}
