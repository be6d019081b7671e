import { type SQL, sql } from "drizzle-orm";
import { auditAction, auditedFields, eventTypesOf } from "../domain/audit.js";
import { RequestError } from "../domain/errors.js";
import type { OrganizationId } from "../domain/ids.js";
import type { AuditFilter, AuditLine, AuditStore } from "../ports-operating.js";
import { auditInto } from "./audit-rows.js";
import { type Database, json, repeatable } from "./database.js";
import { isInstant } from "./keyset.js";

/** Where a line stands: at one instant, events of sessions come before lines of the audit log. */
type Place = { at: string; kind: "event" | "entry"; id: string; seq: number };

type Row = Omit<AuditLine, "id" | "userId" | "actorName" | "resourceType" | "resourceId" | "requestId"> & {
  kind: Place["kind"];
  id: string;
  seq: number;
  user_id: string | null;
  actor_name: string | null;
  resource_type: string;
  resource_id: string;
  request_id: string | null;
};

/** The audit: what the logs of sessions and `audit_log` say together, each read from its own index only as far as the page goes. */
export function auditStore(db: Database): AuditStore {
  return {
    async list(organizationId, filter, { limit, cursor }) {
      const place = cursor === null ? null : readPlace(cursor);
      const rows = await db.query<Row>(pageOf(organizationId, filter, limit + 1, place), repeatable);
      const last = rows.length > limit ? rows[limit - 1] : undefined;
      return { items: rows.slice(0, limit).map(toLine), next: last ? writePlace(last) : null };
    },
    async noteExport(author, details) {
      await db.query(sql`
        with exported as (select ${author.organizationId}::text as id)
        ${auditInto({ action: "AUDIT_EXPORTED", resourceType: "audit", resourceId: author.organizationId, details }, author, sql`exported`)}`);
    },
  };
}

const pageOf = (organizationId: OrganizationId, filter: AuditFilter, count: number, after: Place | null): SQL => sql`
  with page as (
    select * from (
      (select created_at as at, 'event' as kind, session_id as id, seq, actor, type as action, 'live_plan' as resource_type,
              session_id::text as resource_id, body as details, null as request_id
         from session_events where organization_id = ${organizationId} and ${eventsWithin(filter)} and ${eventsBeyond(after)}
        order by created_at desc, session_id desc, seq desc limit ${count})
      union all
      (select created_at, 'entry', id, 0, actor, action, resource_type, resource_id, details, request_id
         from audit_log where organization_id = ${organizationId} and ${entriesWithin(filter)} and ${entriesBeyond(after)}
        order by created_at desc, id desc limit ${count})) both_logs
     order by at desc, kind desc, id desc, seq desc limit ${count})
  select to_char(page.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, page.kind, page.id, page.seq, page.actor, page.action,
         page.resource_type, page.resource_id, page.request_id, u.id as user_id, u.name as actor_name,
         case page.kind when 'entry' then page.details else coalesce(
           (select jsonb_object_agg(f.key, f.value) from jsonb_each(page.details) f where ${json(auditedFields)}->page.action ? f.key), '{}') end as details
    from page left join users u on u.organization_id = ${organizationId} and u.linear_user_id = page.actor
   order by page.at desc, page.kind desc, page.id desc, page.seq desc`;

/** What a merge has copied from another session's log has happened there, and stands there. */
const isOwn = sql`not body ? 'mergedFrom'`;

function eventsWithin({ actor, action, resourceId, from, to }: AuditFilter): SQL {
  // What is no UUID names no session.
  const session =
    resourceId === undefined ? sql`true` : isUuid(resourceId) ? sql`session_id = ${resourceId}` : sql`false`;
  const types = action === undefined ? null : eventTypesOf(action);
  return sql`${session} and ${types === null ? sql`true` : types.length === 0 ? sql`false` : sql`type in ${types}`} and ${isOwn} and ${common({ actor, from, to })}`;
}

function entriesWithin({ action, resourceId, ...rest }: AuditFilter): SQL {
  return sql`${action === undefined ? sql`true` : sql`action = ${action}`}
         and ${resourceId === undefined ? sql`true` : sql`resource_id = ${resourceId}`} and ${common(rest)}`;
}

const common = ({ actor, from, to }: AuditFilter): SQL => sql`${actor === undefined ? sql`true` : sql`actor = ${actor}`}
         and ${from === undefined ? sql`true` : sql`created_at >= ${from}::timestamptz`}
         and ${to === undefined ? sql`true` : sql`created_at < ${to}::timestamptz`}`;

function eventsBeyond(after: Place | null): SQL {
  if (!after) return sql`true`;
  return after.kind === "event"
    ? sql`(created_at, session_id, seq) < (${after.at}::timestamptz, ${after.id}::uuid, ${after.seq}::int)`
    : sql`created_at < ${after.at}::timestamptz`;
}

function entriesBeyond(after: Place | null): SQL {
  if (!after) return sql`true`;
  return after.kind === "entry"
    ? sql`(created_at, id) < (${after.at}::timestamptz, ${after.id}::uuid)`
    : sql`created_at <= ${after.at}::timestamptz`;
}

function toLine(row: Row): AuditLine {
  return {
    id: row.kind === "event" ? `${row.id}:${row.seq}` : row.id,
    at: row.at,
    actor: row.actor,
    userId: row.user_id,
    actorName: row.actor_name,
    action: row.kind === "event" ? auditAction(row.action) : row.action,
    resourceType: row.resource_type,
    resourceId: row.resource_id,
    details: row.details,
    requestId: row.request_id,
  };
}

const writePlace = ({ at, kind, id, seq }: Place): string =>
  Buffer.from(JSON.stringify([at, kind, id, seq])).toString("base64url");

function readPlace(cursor: string): Place {
  const [, at, kind, id, seq] =
    /^\["(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)","(event|entry)","([\da-f-]{36})",(\d{1,9})\]$/.exec(
      Buffer.from(cursor, "base64url").toString("utf8"),
    ) ?? [];
  if (at && id && isUuid(id) && isInstant(at)) return { at, kind: kind as Place["kind"], id, seq: Number(seq) };
  throw new RequestError("invalid_cursor", 400, "cursor: is none that this list gave");
}

const isUuid = (text: string): boolean => /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);
