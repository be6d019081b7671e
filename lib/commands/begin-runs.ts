import { publishRuns } from "../pipeline/publish-runs.js";
import type { World } from "../ports.js";
import type { DueRun } from "../ports-sync.js";

/** Queues runs that a request has made due before it is answered; what cannot be queued now is found by the sweep. */
export async function beginRuns(runs: readonly DueRun[], world: Pick<World, "queue" | "log">): Promise<void> {
  await publishRuns(runs, world).catch((reason: unknown) =>
    world.log.warn("sync.left_to_sweep", { reason: String(reason) }),
  );
}
