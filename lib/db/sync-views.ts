import { type SQL, sql } from "drizzle-orm";
import { defaultSyncSettings } from "../domain/sync/run.js";
import { syncFields } from "../domain/sync/values.js";
import { json, utc } from "./database.js";
import { isPageWriter } from "./page-writer.js";

const mostDifferences = 100;

/** A row of `plans`, with `e` the engagement of its session, as the contract's PlanSync. */
export const planSync = (p: SQL, e: SQL): SQL => sql`
  jsonb_build_object(
    'planId', ${p}.id, 'sessionId', ${p}.session_id, 'status', ${p}.sync_status, 'step', ${p}.step, 'version', ${p}.version,
    'paused', case when ${p}.sync_status = 'paused' then jsonb_build_object(
      'code', coalesce(${p}.paused_because->>'code', 'paused'), 'words', coalesce(${p}.paused_because->>'words', ''), 'by', ${p}.paused_because->>'by') end,
    'dueAt', ${utc(sql`${p}.due_at`)}, 'dueSince', case when ${p}.due_at is not null then ${utc(sql`${p}.due_since`)} end,
    'dueBecause', case when ${p}.due_at is not null then ${p}.due_because end,
    'runningSince', case when ${p}.sync_status = 'running' then ${utc(sql`(${p}.sync_work->>'startedAt')::timestamptz`)} end,
    'lastSyncedAt', ${utc(sql`${p}.last_synced_at`)}, 'pageVersion', ${p}.base_page_version, 'writesPage', ${isPageWriter(p)},
    'settings', ${json(defaultSyncSettings)} || coalesce(${e}.settings->'sync', '{}'),
    'openConflicts', (select count(*) from conflicts c where c.plan_id = ${p}.id and not c.is_resolved and c.applied_at is null),
    'unsettledItems', (select count(*) from plan_items i where i.plan_id = ${p}.id and i.unsettled and i.state = 'active'),
    'differences', coalesce((select jsonb_agg(d.difference order by d.position, d.id, d.field) from (${differences(p)}) d), '[]'))`;

/** Fields in which what was read of the page last and of the issue last differ, but for those that people are asked about. Items are named as on the page. */
const differences = (p: SQL): SQL => sql`
  select i.position, i.id, f.field, jsonb_build_object(
           'item', ${named(sql`i`)}, 'field', f.field, 'page', ${said(sql`i.fields`)}, 'linear', ${said(sql`i.base`)},
           'isWaiting', i.unsettled) as difference
    from plan_items i cross join jsonb_array_elements_text(${json(syncFields)}) f(field)
   where i.plan_id = ${p}.id and i.state = 'active' and jsonb_typeof(i.base) = 'object'
     and coalesce(i.fields->f.field, 'null') <> coalesce(i.base->f.field, 'null')
     and not (f.field = 'order' and ${ordered(sql`i.fields`, sql`i.base`)} = ${ordered(sql`i.base`, sql`i.fields`)})
     and not (f.field = 'dependsOn' and i.fields->f.field @> (i.base->f.field) and i.base->f.field @> (i.fields->f.field))
     and not exists (select from conflicts c where c.item_id = i.id and c.field = f.field and c.applied_at is null)
   order by i.position, i.id, f.field limit ${mostDifferences}`;

/** What a side says of a field; an order by the keys of what is in it. */
const said = (side: SQL): SQL => sql`
  case when f.field <> 'order' then coalesce(${side}->f.field, 'null')
       else coalesce((select jsonb_agg(x.key order by o.n) from jsonb_array_elements_text(${side}->'order') with ordinality o(id, n) join plan_items x on x.id = o.id::uuid), 'null') end`;

/** The order that one side says of what the other names too. */
const ordered = (side: SQL, other: SQL): SQL => sql`
  (select coalesce(jsonb_agg(o.id order by o.n), '[]') from jsonb_array_elements_text(coalesce(${side}->'order', '[]')) with ordinality o(id, n) where ${other}->'order' ? o.id)`;

const named = (i: SQL): SQL =>
  sql`jsonb_build_object('id', ${i}.id, 'title', ${i}.title, 'identifier', ${i}.linear_identifier)`;

/** A row of `sync_history` as the contract's SyncRun, with so many of the things that it has done; all, where null. */
export const syncRun = (h: SQL, shown: number | null): SQL => sql`
  jsonb_build_object(
    'id', ${h}.id, 'planId', ${h}.plan_id, 'trigger', ${h}.trigger, 'success', ${h}.success, 'error', ${h}.error,
    'fromPageVersion', ${h}.from_page_version, 'toPageVersion', ${h}.to_page_version, 'createdIssues', ${h}.created_issues,
    'updatedIssues', ${h}.updated_issues, 'pageChanges', ${h}.confluence_changes, 'conflictsDetected', ${h}.conflicts_detected,
    'conflictsResolved', ${h}.conflicts_resolved, 'doneCount', jsonb_array_length(${h}.done),
    'done', ${
      shown === null
        ? sql`${h}.done`
        : sql`coalesce((select jsonb_agg(d.one order by d.n) from jsonb_array_elements(${h}.done) with ordinality d(one, n) where d.n <= ${shown}), '[]')`
    },
    'startedAt', ${utc(sql`${h}.started_at`)}, 'endedAt', ${utc(sql`${h}.timestamp`)}, 'undoneAt', ${utc(sql`${h}.undone_at`)})`;

/** A row `c` of `conflicts`, with the plan `p` and the item `i` that it is about, as the contract's Conflict. */
export const conflictView = sql`
  jsonb_build_object(
    'id', c.id, 'planId', c.plan_id, 'sessionId', p.session_id, 'item', ${named(sql`i`)} || jsonb_build_object('url', i.linear_url),
    'pageUrl', p.page_url, 'field', c.field, 'kind', c.kind,
    'state', case when c.applied_at is not null then 'applied' when c.is_resolved then 'decided' else 'open' end,
    'base', ${value(sql`c.base`)}, 'page', ${change(sql`c.confluence_change`)}, 'linear', ${change(sql`c.linear_change`)},
    'decision', case when c.is_resolved and c.resolution_strategy is not null then ${value(sql`c.resolved_change->'value'`)} || jsonb_build_object(
      'strategy', c.resolution_strategy, 'by', c.resolved_change->>'author', 'byName', ${nameOf(sql`c.resolved_change->>'author'`)},
      'at', c.resolved_change->>'at') end,
    'appliedAt', ${utc(sql`c.applied_at`)}, 'createdAt', ${utc(sql`c.created_at`)}, 'updatedAt', ${utc(sql`c.updated_at`)})`;

function change(of: SQL): SQL {
  return sql`${value(sql`${of}->'value'`)} || jsonb_build_object(
      'author', ${of}->>'author', 'authorName', ${nameOf(sql`${of}->>'author'`)}, 'at', ${of}->>'at')`;
}

/** A value, with what the ids of items in it are called. */
function value(of: SQL): SQL {
  return sql`jsonb_build_object('value', coalesce(${of}, 'null'), 'items', case when c.field in ('parent', 'dependsOn', 'order') then coalesce(
      (select jsonb_agg(${named(sql`n`)} order by n.position, n.id) from plan_items n where n.plan_id = c.plan_id and ${of} ? n.id::text), '[]') else '[]' end)`;
}

function nameOf(author: SQL): SQL {
  return sql`(select u.name from users u where u.organization_id = c.organization_id and u.linear_user_id = ${author})`;
}
