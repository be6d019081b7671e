import type { Conflict } from "../contract/routes/sync.js";
import { RequestError } from "../domain/errors.js";
import type { PlanItemId } from "../domain/ids.js";
import type { Principal } from "../domain/principal.js";
import { decide, type Resolution } from "../domain/sync/decide.js";
import type { Decision } from "../domain/sync/read-decision.js";
import type { SeenConflict } from "../ports-sync-catalog.js";
import { beginRuns } from "./begin-runs.js";
import type { SyncDeps } from "./steer-sync.js";

export const conflictNotFound = (id: string): RequestError =>
  new RequestError("conflict_not_found", 404, `Conflict not found: ${id}`);

/**
 * Decides a conflict as an answer in Linear would. One that has been written already may be decided otherwise: the value that was not taken comes
 * back. Throws RequestError: 404, 403, 422 `value_refused`, or 409 `conflict_open`, `conflict_ended`, `conflict_changed`.
 */
export async function resolveConflict(
  principal: Principal,
  id: string,
  { resolution, opId }: { resolution: Resolution; opId: string },
  deps: SyncDeps,
): Promise<Conflict> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const seen = await deps.syncCatalog.conflict(principal, id);
    if (!seen) throw conflictNotFound(id);
    if (!seen.isWritable) throw new RequestError("not_allowed", 403, "This needs the role member");
    const { conflict } = seen;
    const decision = decide(toConflict(conflict), resolution);
    if (!decision) throw new RequestError("value_refused", 422, "The field cannot have this value");
    if (isDecidedSo(conflict, decision)) return conflict;
    const again = conflict.state === "applied";
    if (again) requireKept(seen);
    const text = resolution.strategy === "edited" ? String(resolution.value) : resolution.strategy;
    const body = { decisions: [decision], text };
    const entry = { type: "conflicts.decided", body, actor: principal.linearUserId, opId };
    const result = await deps.syncRequests.decide(principal, decision, { again, entry });
    if (result.outcome === "another_open")
      throw new RequestError("conflict_open", 409, "Another conflict about this field is open; please decide that one");
    if (result.outcome === "changed") continue;
    await beginRuns(result.runs, deps.world);
    const decided = await deps.syncCatalog.conflict(principal, id);
    if (!decided) throw conflictNotFound(id);
    return decided.conflict;
  }
  throw new RequestError("conflict_changed", 409, "The conflict has moved meanwhile; please look at it again");
}

/** What was about an item itself has led to other things, and one that is gone has no field to write. */
function requireKept({ conflict, isKept }: SeenConflict): void {
  if (conflict.field === "existence" || !isKept)
    throw new RequestError(
      "conflict_ended",
      409,
      "There is nothing to bring back: put the item back on the page instead",
    );
}

const isDecidedSo = ({ decision }: Conflict, { strategy, value }: Decision): boolean =>
  decision?.strategy === strategy && JSON.stringify(decision.value) === JSON.stringify(value);

const toConflict = ({ id, item, field, kind, base, linear, page }: Conflict) => ({
  id,
  itemId: item.id as PlanItemId,
  field,
  kind,
  base: base.value,
  linear,
  page,
  decision: null,
});
