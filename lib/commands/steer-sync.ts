import type { PlanSync } from "../contract/routes/sync.js";
import { RequestError } from "../domain/errors.js";
import type { PlanId } from "../domain/ids.js";
import type { Principal } from "../domain/principal.js";
import type { World } from "../ports.js";
import type { SyncAnswer, SyncCatalog, SyncRequests } from "../ports-sync-catalog.js";
import { beginRuns } from "./begin-runs.js";

export type SyncDeps = {
  syncCatalog: SyncCatalog;
  syncRequests: SyncRequests;
  world: Pick<World, "queue" | "log">;
};

export const planNotFound = (id: string): RequestError =>
  new RequestError("plan_not_found", 404, `Plan not found: ${id}`);

const refusals: Record<"off" | "not_ready" | "paused" | "revoked", (shown: { current: PlanSync }) => RequestError> = {
  off: (shown) =>
    new RequestError("sync_off", 409, "The engagement of this plan does not keep its plans in step", { shown }),
  not_ready: (shown) =>
    new RequestError(
      "sync_not_ready",
      409,
      "There is nothing to keep in step before a plan has been made from a page and approved",
      { shown },
    ),
  paused: (shown) => new RequestError("sync_paused", 409, "Somebody has paused this plan; resume it first", { shown }),
  revoked: (shown) => new RequestError("sync_revoked", 409, "The app is no longer installed in Linear", { shown }),
};

/** Asks for a run now. Throws RequestError: 404, 403, or 409 `sync_off`, `sync_not_ready`, `sync_paused`, `sync_revoked`. */
export async function requestSync(principal: Principal, id: PlanId, deps: SyncDeps): Promise<PlanSync> {
  return told(id, await deps.syncRequests.request(principal, id), deps);
}

/** Pauses a plan in this person's name; once or any number of times. */
export async function pauseSync(principal: Principal, id: PlanId, deps: SyncDeps): Promise<PlanSync> {
  return told(id, await deps.syncRequests.pause(principal, id, `Paused by ${principal.name}`), deps);
}

/** Ends a pause; where there is none nothing happens. */
export async function resumeSync(principal: Principal, id: PlanId, deps: SyncDeps): Promise<PlanSync> {
  return told(id, await deps.syncRequests.resume(principal, id), deps);
}

/** Lets this plan write to its page instead of any other. */
export async function takeOverPage(
  principal: Principal,
  id: PlanId,
  requestId: string,
  deps: SyncDeps,
): Promise<PlanSync> {
  return told(id, await deps.syncRequests.takeOver(principal, id, requestId), deps);
}

async function told(id: string, answer: SyncAnswer, { world }: SyncDeps): Promise<PlanSync> {
  switch (answer.outcome) {
    case "done":
      await beginRuns(answer.runs, world);
      return answer.sync;
    case "not_found":
      throw planNotFound(id);
    case "forbidden":
      throw new RequestError(
        "not_allowed",
        403,
        "This needs the role member in the engagement of each plan of the page",
      );
    default:
      throw refusals[answer.outcome]({ current: answer.current });
  }
}
