import type { PlanSync, SyncPreview } from "../contract/routes/sync.js";
import { FatalError, RequestError, RetryableError } from "../domain/errors.js";
import type { PlanId } from "../domain/ids.js";
import type { Principal } from "../domain/principal.js";
import type { World } from "../ports.js";
import type { SyncAnswer, SyncCatalog, SyncRequests } from "../ports-sync-catalog.js";
import type { Halt, Preview } from "../ports-sync.js";
import { beginRuns } from "./begin-runs.js";

export type SyncDeps = {
  syncCatalog: SyncCatalog;
  syncRequests: SyncRequests;
  /** Reads both sides, which takes more than the rest of the API needs: it is loaded when it is asked for. */
  preview: (id: PlanId) => Promise<Preview>;
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

/**
 * What a run would do now; nothing is written. Throws RequestError: 404, 403, or 409 `sync_off`, `sync_not_ready`, `sync_revoked`, and
 * `sync_unavailable` where a run could not go on before somebody has done something.
 */
export async function previewPlan(principal: Principal, id: PlanId, deps: SyncDeps): Promise<SyncPreview> {
  const answer = await deps.syncRequests.mayRun(principal, id);
  if (answer.outcome !== "done") await told(id, answer, deps);
  const found = await deps.preview(id).catch(unreachable);
  if (found === null) throw planNotFound(id);
  if ("code" in found) throw new RequestError("sync_unavailable", 409, found.words, { shown: { reason: found.code } });
  return { planId: id, ...found };
}

/** A run would be repeated by the queue, or end in words; here the person repeats it. */
function unreachable(error: unknown): Halt {
  if (error instanceof FatalError) return { code: error.code, words: error.words };
  if (error instanceof RetryableError)
    return { code: error.code, words: "Confluence or Linear does not answer at this moment. Try again in a minute." };
  throw error;
}

/**
 * Lets the next run take back what this one has done. Throws RequestError: 404, 403, or 409 `sync_run_undone`, `sync_run_too_old`, `sync_busy`,
 * `sync_off`, `sync_not_ready`, `sync_paused`, `sync_revoked`.
 */
export async function undoRun(principal: Principal, id: string, deps: SyncDeps): Promise<PlanSync> {
  const notFound = new RequestError("sync_run_not_found", 404, `Sync run not found: ${id}`);
  const run = await deps.syncCatalog.run(principal, id);
  if (!run) throw notFound;
  const answer = await deps.syncRequests.undo(principal, { id: run.id, planId: run.planId as PlanId });
  switch (answer.outcome) {
    case "not_found":
      throw notFound;
    case "undone":
      throw new RequestError("sync_run_undone", 409, "This run has been taken back already");
    case "too_old":
      throw new RequestError("sync_run_too_old", 409, "This run ended more than seven days ago");
    case "busy":
      throw new RequestError("sync_busy", 409, "Another run of this plan is being taken back", {
        shown: { current: answer.current },
      });
    default:
      return told(run.planId, answer, deps);
  }
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
