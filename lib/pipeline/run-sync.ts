import { randomUUID } from "node:crypto";
import { FatalError, RetryableError } from "../domain/errors.js";
import type { PlanId } from "../domain/ids.js";
import type { SyncStepName, SyncWork } from "../domain/sync/run.js";
import type { World } from "../ports.js";
import type { StepMessage } from "../ports-services.js";
import type { SyncedPlan } from "../ports-sync.js";
import { sendWords } from "./deliver.js";
import { publishRuns, publishSyncStep } from "./publish-runs.js";
import { type Lease, LeaseEnded } from "./step.js";
import { applyToLinear } from "./steps/sync/apply-to-linear.js";
import { applyToPage } from "./steps/sync/apply-to-page.js";
import { detectChanges } from "./steps/sync/detect-changes.js";
import { halt } from "./steps/sync/finish.js";
import { mirrorComments } from "./steps/sync/mirror-comments.js";
import { takeBack } from "./steps/sync/take-back.js";
import type { SyncInput, SyncResult, SyncStep } from "./sync-step.js";

const steps: Record<SyncStepName, SyncStep> = {
  "detect-changes": detectChanges,
  "apply-to-linear": applyToLinear,
  "apply-to-page": applyToPage,
  "mirror-comments": mirrorComments,
  "take-back": takeBack,
};

/**
 * Runs the step of a sync run that a queue message names, or begins the run that is due: load, run under the plan's lease, commit, publish
 * what follows. `ahead`: the message knows more than the database shows. Throws RetryableError where the queue should bring it again.
 */
export async function runSync(message: StepMessage, world: World): Promise<"done" | "ahead"> {
  const planId = message.id as PlanId;
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const seen = await world.sync.load(planId);
    if (!seen) {
      world.log.warn("sync.unknown_plan", { planId });
      return "done";
    }
    if (seen.status === "idle" && message.version === 0) {
      const begun = await begin(seen, world);
      if (begun === "again") continue;
      if (begun === "over") return "done";
      continue;
    }
    if (message.version > seen.plan.version) return "ahead";
    const isMine = message.version === seen.plan.version || message.version === 0;
    if (seen.status !== "running" || !seen.step || !seen.work || !isMine) return "done";
    const outcome = await underLease(seen, seen.step, seen.work, world);
    world.log.info("sync.ran", { planId, step: seen.step, version: seen.plan.version, outcome });
    if (outcome === "over") return "done";
  }
  throw new RetryableError("plan_contended", { retryAfterMs: 1_000 });
}

/** Begins the run that is due, or comes back when it is. */
async function begin(seen: SyncedPlan, world: World): Promise<"begun" | "again" | "over"> {
  const { plan, dueAt } = seen;
  if (dueAt === null || plan.basePageVersion === null) return "over";
  if (dueAt > world.now() + 50) {
    await publishRuns([{ planId: plan.id, dueAt, isNew: true }], world);
    return "over";
  }
  const outcome = await world.sync.begin(seen, randomUUID());
  return outcome === "begun" ? "begun" : outcome === "changed" ? "again" : "over";
}

async function underLease(
  seen: SyncedPlan,
  step: SyncStepName,
  work: SyncWork,
  world: World,
): Promise<"over" | "again"> {
  const { plan, session } = seen;
  if (seen.waitingUntil !== null && seen.waitingUntil > world.now() + 50) return "over";
  const attemptId = randomUUID();
  const taken = await world.leases.acquire(plan.id, attemptId);
  if (!taken.held) {
    await publishSyncStep(
      { planId: plan.id, step, version: plan.version, notBefore: world.now() + taken.untilMs + 50 },
      world,
    );
    return "over";
  }
  const lease: Lease = {
    attemptId,
    takenOver: taken.takenOver,
    async renew() {
      const state = await world.leases.renew(plan.id, attemptId, session.id);
      if (state === "lost") throw new LeaseEnded(state);
    },
  };
  try {
    const input = { seen, work, lease, world };
    return await settle(await attempt(steps[step], input), input);
  } catch (error) {
    if (error instanceof LeaseEnded) return "over";
    throw error;
  } finally {
    await world.leases.abandon(plan.id, attemptId).catch(() => undefined);
  }
}

/** A step's own end: FatalError pauses the plan in words, a named wait is committed, anything else is the queue's to bring again. */
async function attempt(step: SyncStep, input: SyncInput): Promise<SyncResult> {
  try {
    return await step(input);
  } catch (error) {
    if (error instanceof FatalError) return halt(input, { code: error.code, words: error.words });
    if (error instanceof RetryableError && error.retryAfterMs !== null && error.code.endsWith("rate_limited")) {
      const { seen, work, world } = input;
      return { next: { step: seen.step ?? "detect-changes", work, notBefore: world.now() + error.retryAfterMs } };
    }
    throw error;
  }
}

async function settle(result: SyncResult, { seen, lease, world }: SyncInput): Promise<"over" | "again"> {
  const committed = await world.sync.commit({ ...result, seen, attemptId: lease.attemptId });
  if (committed.outcome === "changed") return "again";
  const { plan, session } = seen;
  const version = plan.version + 1;
  if (committed.goesOn && "step" in result.next) {
    const { step, notBefore } = result.next;
    await publishSyncStep({ planId: plan.id, step, version, ...(notBefore === undefined ? {} : { notBefore }) }, world);
  } else if (committed.dueAt !== null)
    await publishRuns([{ planId: plan.id, dueAt: committed.dueAt, isNew: true }], world);
  if (result.effects?.length) await sendWords(session.id, world);
  return "over";
}

const retryAfterMs = 5 * 60_000;

/** The queue has used up its retries of a step: the run ends with what it has done, says why in the history, and another one follows. */
export async function giveUpSync(message: StepMessage, reason: string, world: World): Promise<"failed" | "ignored"> {
  const seen = await world.sync.load(message.id as PlanId);
  if (!seen?.work || seen.status !== "running" || seen.plan.version !== message.version) return "ignored";
  const attemptId = randomUUID();
  const taken = await world.leases.acquire(seen.plan.id, attemptId);
  if (!taken.held) return "ignored";
  const { work, plan } = seen;
  const committed = await world.sync.commit({
    seen,
    attemptId,
    next: { end: "idle" },
    retryAt: world.now() + retryAfterMs,
    history: { work, trigger: work.trigger, error: "step_gave_up", toPageVersion: plan.basePageVersion },
    log: [{ type: "sync.gave_up", body: { run: work.runId, plan: plan.id, step: seen.step, reason }, actor: "agent" }],
  });
  if (committed.outcome === "committed" && committed.dueAt !== null)
    await publishRuns([{ planId: plan.id, dueAt: committed.dueAt, isNew: true }], world);
  return committed.outcome === "committed" ? "failed" : "ignored";
}
