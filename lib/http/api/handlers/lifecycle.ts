import { deleteSession } from "../../../commands/delete-session.js";
import { mergeSessions, undoMerge } from "../../../commands/merge-sessions.js";
import { restoreSession } from "../../../commands/restore-session.js";
import type { lifecycleRoutes } from "../../../contract/routes/lifecycle.js";
import { RequestError } from "../../../domain/errors.js";
import type { SessionId } from "../../../domain/ids.js";
import type { ExportStore, LifecycleStore, MergeStore } from "../../../ports-lifecycle.js";
import type { Handlers } from "../kernel.js";

export type LifecycleDeps = { lifecycle: LifecycleStore; merges: MergeStore; exports: ExportStore };

export const lifecycleHandlers: Handlers<typeof lifecycleRoutes, LifecycleDeps> = {
  async deleteSession({ params, principal, deps }) {
    await deleteSession(principal, params.id as SessionId, deps);
    return null;
  },
  async restoreSession({ params, principal, deps }) {
    await restoreSession(principal, params.id as SessionId, deps);
    return null;
  },
  mergeSession({ params, body, principal, newId, deps }) {
    const [targetId, sourceId] = [params.id as SessionId, body.sourceId as SessionId];
    return mergeSessions(principal, { ...body, id: newId, targetId, sourceId }, deps);
  },
  async listMerges({ params, principal, deps }) {
    const items = await deps.merges.list(principal, params.id as SessionId);
    if (!items) throw notFound(params.id);
    return { items };
  },
  undoMerge: ({ params, principal, deps }) => undoMerge(principal, params.id, deps),
  async exportSession({ params, principal, deps }) {
    const whole = await deps.exports.export(principal, params.id as SessionId);
    if (!whole) throw notFound(params.id);
    return whole;
  },
};

const notFound = (id: string) => new RequestError("session_not_found", 404, `Planning session not found: ${id}`);
