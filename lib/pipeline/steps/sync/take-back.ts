import type { SyncStep } from "../../sync-step.js";
import { finish } from "./finish.js";
import { takeBackInLinear } from "./take-back-in-linear.js";
import { takeBackOnPage } from "./take-back-on-page.js";

/**
 * Takes a run back: first issues get the values that they had before it, then the page. What somebody has changed since stays and is named. Each
 * side's base moves along, in one commit with what was written, so that the difference is nobody's change and is not carried over again.
 */
export const takeBack: SyncStep = async (input) => {
  const { seen, work, world } = input;
  const run = work.undoOf ? await world.sync.pastRun(work.undoOf) : null;
  if (!run || run.isUndone || run.planId !== seen.plan.id) return finish(input, { retryAt: world.now() });
  return work.page.version === 0 ? takeBackInLinear(input, run) : takeBackOnPage(input, run);
};
