import * as z from "zod/mini";
import { Instant, Paging, pageOf, text, Uuid } from "../common.js";
import { routes } from "../route.js";

/** A line of the audit: who did what to what, and when. */
export const AuditLine = z.object({
  id: z.string(),
  at: Instant,
  /** Linear's id of the person; `agent`, `linear` or `queue` where nobody asked for it. */
  actor: z.string(),
  userId: z.nullable(Uuid),
  actorName: z.nullable(z.string()),
  /** `PLAN_START`, `PLAN_STEP`, `PLAN_ARCHIVE`, and what else happens: `SESSION_MOVED`, `TOKEN_CREATED`. */
  action: z.string(),
  resourceType: z.string(),
  resourceId: z.string(),
  /** Titles, participants, ids and states; never what people wrote. */
  details: z.record(z.string(), z.unknown()),
  requestId: z.nullable(z.string()),
});
export type AuditLine = z.infer<typeof AuditLine>;

/** An instant in a year that everybody knows. */
const instant = z.optional(z.iso.datetime().check(z.regex(/^(?:19[7-9]\d|[2-9]\d{3})-/, "must be of 1970 or later")));
const filter = {
  actor: z.optional(text(200)),
  action: z.optional(text(100)),
  resourceId: z.optional(text(200)),
  from: instant,
  to: instant,
};
const common = { tag: "audit", access: "admin" } as const;

export const auditRoutes = routes({
  listAudit: {
    ...common,
    method: "GET",
    path: "/api/v1/audit",
    summary: "Who did what, the newest first",
    query: z.object({ ...Paging.shape, ...filter }),
    status: 200,
    answer: pageOf(AuditLine),
  },
  exportAudit: {
    ...common,
    method: "GET",
    path: "/api/v1/audit/export",
    summary: "The audit as lines of JSON or as CSV, 5,000 at a time; the header Link leads on",
    query: z.object({
      ...filter,
      format: z.optional(z.enum(["ndjson", "csv"])),
      limit: z.optional(z.coerce.number().check(z.int(), z.gte(1), z.lte(5_000))),
      cursor: Paging.shape.cursor,
    }),
    status: 200,
    answer: z.string(),
    contentType: "application/x-ndjson",
  },
});
