import { is, SQL, sql } from "drizzle-orm";
import type { AuditAuthor, AuditEntry } from "../ports-people.js";
import { json } from "./database.js";

/** An entry whose words may be columns of the rows that it is about. */
export type AuditRow = {
  action: string | SQL;
  resourceType: string | SQL;
  resourceId: string | SQL;
  details: Record<string, unknown> | SQL;
};
type RowAuthor = { organizationId: string | SQL; actor: string | SQL; requestId: string | null };

/**
 * Writes one audit entry for each row of `source`, a CTE of the statement that makes the change: `audited as (${auditInto(…, sql`changed`)})`.
 * Where nothing was changed, nothing is written.
 */
export const auditInto = (
  { action, resourceType, resourceId, details }: AuditEntry | AuditRow,
  { organizationId, actor, requestId }: AuditAuthor | RowAuthor,
  source: SQL,
): SQL => sql`
  insert into audit_log (id, organization_id, actor, action, resource_type, resource_id, details, request_id)
  select gen_random_uuid(), (${organizationId})::text, (${actor})::text, (${action})::text, (${resourceType})::text, (${resourceId})::text,
         ${is(details, SQL) ? details : json(details)}, ${requestId}::text from ${source}`;
