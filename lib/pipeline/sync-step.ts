import type { SyncMove, SyncedPlan } from "../ports-sync.js";
import type { World } from "../ports.js";
import type { SyncStepName, SyncWork } from "../domain/sync/run.js";
import type { Lease } from "./step.js";

/** What a step of a sync run is given: the plan as it was read, what the run has kept so far, and the hold on the plan. */
export type SyncInput = { seen: SyncedPlan; work: SyncWork; lease: Lease; world: World };

/** What is now true outside, and what follows. `next` is a step, the end, or what is left to do by itself. */
export type SyncResult = Omit<SyncMove, "seen" | "attemptId">;

/** Each step writes a small batch outside, or none, under the plan's lease; any of them may run twice. */
export type SyncStep = (input: SyncInput) => Promise<SyncResult>;

/** The next step that has something to do; null where the run is over. */
export function stepAfter(work: SyncWork): SyncStepName | null {
  if (work.toLinear.length > 0) return "apply-to-linear";
  if (work.toPage.length > 0) return "apply-to-page";
  return work.commentLooks > 0 ? "mirror-comments" : null;
}
