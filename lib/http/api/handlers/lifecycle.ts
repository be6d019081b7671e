import { deleteSession } from "../../../commands/delete-session.js";
import { restoreSession } from "../../../commands/restore-session.js";
import type { lifecycleRoutes } from "../../../contract/routes/lifecycle.js";
import type { SessionId } from "../../../domain/ids.js";
import type { LifecycleStore } from "../../../ports-lifecycle.js";
import type { Handlers } from "../kernel.js";

export type LifecycleDeps = { lifecycle: LifecycleStore };

export const lifecycleHandlers: Handlers<typeof lifecycleRoutes, LifecycleDeps> = {
  async deleteSession({ params, principal, deps }) {
    await deleteSession(principal, params.id as SessionId, deps);
    return null;
  },
  async restoreSession({ params, principal, deps }) {
    await restoreSession(principal, params.id as SessionId, deps);
    return null;
  },
};
