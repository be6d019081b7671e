import type { AuditLine, auditRoutes } from "../../../contract/routes/audit.js";
import { RequestError } from "../../../domain/errors.js";
import { may, type Principal } from "../../../domain/principal.js";
import type { AuditFilter, AuditStore } from "../../../ports-operating.js";
import { toCsv } from "../../csv.js";
import { Answer, type Handlers } from "../kernel.js";

export type AuditDeps = { audit: AuditStore };

const pageSize = 50;
const exportSize = 5_000;

/** Who did what in the organization: for its admins, whatever an engagement allows. */
export const auditHandlers: Handlers<typeof auditRoutes, AuditDeps> = {
  async listAudit({ query: { limit = pageSize, cursor = null, ...filter }, principal, deps }) {
    requireAdmin(principal);
    return deps.audit.list(principal.organizationId, filter, { limit, cursor });
  },

  async exportAudit({ query, principal, request, requestId, deps }) {
    requireAdmin(principal);
    const { format = "ndjson", limit = exportSize, cursor = null, ...filter } = query;
    const { items, next } = await deps.audit.list(principal.organizationId, filter, { limit, cursor });
    const author = { organizationId: principal.organizationId, actor: principal.linearUserId, requestId };
    await deps.audit.noteExport(author, { format, lines: items.length, ...given(filter) });
    return new Answer(format === "csv" ? asCsv(items) : items.map((line) => `${JSON.stringify(line)}\n`).join(""), {
      "content-type": format === "csv" ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson",
      "content-disposition": `attachment; filename="audit.${format}"`,
      ...(next === null ? {} : { link: `<${following(request, next)}>; rel="next"` }),
    });
  },
};

function requireAdmin(principal: Principal): void {
  if (!may(principal, "admin")) throw new RequestError("not_allowed", 403, "This needs the role admin");
}

const given = (filter: AuditFilter): AuditFilter =>
  Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));

function following(request: Request, cursor: string): string {
  const { pathname, searchParams } = new URL(request.url);
  searchParams.set("cursor", cursor);
  return `${pathname}?${searchParams}`;
}

const columns = [
  "id",
  "at",
  "actor",
  "actorName",
  "action",
  "resourceType",
  "resourceId",
  "details",
  "requestId",
] as const;

const asCsv = (lines: AuditLine[]): string =>
  toCsv([
    columns,
    ...lines.map((line) =>
      columns.map((column) => (column === "details" ? JSON.stringify(line.details) : (line[column] ?? ""))),
    ),
  ]);
