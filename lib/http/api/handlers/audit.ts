import type { auditRoutes } from "../../../contract/routes/audit.js";
import type { Handlers } from "../kernel.js";

export type AuditDeps = Record<never, never>;

export const auditHandlers: Handlers<typeof auditRoutes, AuditDeps> = {};
