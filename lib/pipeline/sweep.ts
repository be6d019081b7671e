import type { World } from "../ports.js";
import { deliver, publish } from "./deliver.js";
import { reviveRun } from "./publish-runs.js";

/** The net under everything: sends what was committed and not delivered, and step messages that moved nothing. Safe to run at any time, twice at once too. */
export async function sweep(world: World, limit = 50): Promise<{ delivered: number; revived: number }> {
  const { unsent, stuck } = await world.outbox.listOverdue(limit);
  const overdue = await world.sync.listOverdue(limit);
  const outcomes = await Promise.allSettled([
    ...unsent.map((id) => deliver(id, world)),
    ...stuck.map((row) => publish(row, world)),
    ...overdue.map((run) => reviveRun(run, world)),
  ]);
  for (const outcome of outcomes)
    if (outcome.status === "rejected") world.log.warn("sweep.failed", { reason: String(outcome.reason) });
  return { delivered: unsent.length, revived: stuck.length + overdue.length };
}
