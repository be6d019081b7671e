import type { PlanId } from "../domain/ids.js";
import type { SyncStepName } from "../domain/sync/run.js";
import type { World } from "../ports.js";
import type { DueRun } from "../ports-sync.js";

type Publishing = Pick<World, "queue">;

/** Queues the beginning of runs that are due and that no message is on its way for. Throws RetryableError; the sweep finds what was not queued. */
export async function publishRuns(runs: readonly DueRun[], { queue }: Publishing): Promise<void> {
  for (const { planId, dueAt, isNew } of runs)
    if (isNew)
      await queue.publish({
        deduplicationId: `${planId}:due:${Math.round(dueAt)}`,
        body: { kind: "sync", id: planId, step: "detect-changes", version: 0 },
        notBefore: dueAt,
      });
}

/** Queues the next step of a run that is under way. */
export async function publishSyncStep(
  { planId, step, version, notBefore }: { planId: PlanId; step: SyncStepName; version: number; notBefore?: number },
  { queue }: Publishing,
): Promise<void> {
  const later = notBefore === undefined ? "" : `:${Math.round(notBefore)}`;
  await queue.publish({
    deduplicationId: `${planId}:${version}${later}`,
    body: { kind: "sync", id: planId, step, version },
    ...(notBefore === undefined ? {} : { notBefore }),
  });
}

/** Queues again what was lost on its way; the second tells it from what was queued before. */
export async function reviveRun(
  { planId, version, step }: { planId: PlanId; version: number; step: SyncStepName },
  { queue, now }: Publishing & Pick<World, "now">,
): Promise<void> {
  const deduplicationId = `${planId}:${version}:revived:${Math.floor(now() / 1_000)}`;
  await queue.publish({ deduplicationId, body: { kind: "sync", id: planId, step, version } });
}
