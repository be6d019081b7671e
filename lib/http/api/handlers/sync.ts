import { conflictNotFound, resolveConflict } from "../../../commands/resolve-conflict.js";
import {
  pauseSync,
  planNotFound,
  previewPlan,
  requestSync,
  resumeSync,
  type SyncDeps,
  takeOverPage,
  undoRun,
} from "../../../commands/steer-sync.js";
import type { syncRoutes } from "../../../contract/routes/sync.js";
import { RequestError } from "../../../domain/errors.js";
import type { PlanId, SessionId } from "../../../domain/ids.js";
import type { Handlers } from "../kernel.js";
import { usualLimit } from "./refusals.js";

export type SyncApiDeps = SyncDeps;

/** Keeping plans in step: where they stand, what was done, and what only people can decide. */
export const syncHandlers: Handlers<typeof syncRoutes, SyncApiDeps> = {
  async getPlanSync({ params, principal, deps }) {
    const found = await deps.syncCatalog.find(principal, params.id as PlanId);
    if (!found) throw planNotFound(params.id);
    return found;
  },
  syncPlan: ({ params, principal, deps }) => requestSync(principal, params.id as PlanId, deps),
  previewSync: ({ params, principal, deps }) => previewPlan(principal, params.id as PlanId, deps),
  undoSyncRun: ({ params, principal, deps }) => undoRun(principal, params.id, deps),
  pauseSync: ({ params, principal, deps }) => pauseSync(principal, params.id as PlanId, deps),
  resumeSync: ({ params, principal, deps }) => resumeSync(principal, params.id as PlanId, deps),
  takeOverPage: ({ params, principal, requestId, deps }) =>
    takeOverPage(principal, params.id as PlanId, requestId, deps),

  async listSyncRuns({ params, query, principal, deps }) {
    const { limit = usualLimit, cursor = null } = query;
    const found = await deps.syncCatalog.runs(principal, params.id as PlanId, { limit, cursor });
    if (!found) throw planNotFound(params.id);
    return found;
  },
  async getSyncRun({ params, principal, deps }) {
    const found = await deps.syncCatalog.run(principal, params.id);
    if (!found) throw new RequestError("sync_run_not_found", 404, `Sync run not found: ${params.id}`);
    return found;
  },

  listConflicts({ query, principal, deps }) {
    const { limit = usualLimit, cursor = null, planId, sessionId, state } = query;
    const filter = {
      ...(planId === undefined ? {} : { planId: planId as PlanId }),
      ...(sessionId === undefined ? {} : { sessionId: sessionId as SessionId }),
      ...(state === undefined ? {} : { state }),
    };
    return deps.syncCatalog.conflicts(principal, filter, { limit, cursor });
  },
  async getConflict({ params, principal, deps }) {
    const found = await deps.syncCatalog.conflict(principal, params.id);
    if (!found) throw conflictNotFound(params.id);
    return found.conflict;
  },
  resolveConflict: ({ params, body, principal, newId, deps }) =>
    resolveConflict(principal, params.id, { resolution: body, opId: newId }, deps),
};
