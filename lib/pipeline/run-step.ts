import { randomUUID } from "node:crypto";
import { FatalError, RetryableError } from "../domain/errors.js";
import type { SessionId } from "../domain/ids.js";
import { understand } from "../domain/conversation/understand.js";
import type { StepName } from "../domain/session.js";
import { saidMeanwhile, slowDown, stillWorking } from "../domain/wording/progress.js";
import type { World } from "../ports.js";
import type { StepMessage } from "../ports-services.js";
import { deliver, publishSteps } from "./deliver.js";
import { move } from "./move.js";
import { runSync } from "./run-sync.js";
import {
  type ApplyingStep,
  fail,
  type Lease,
  LeaseEnded,
  type Step,
  type StepInput,
  type StepResult,
  thought,
} from "./step.js";
import { applyItems } from "./steps/planning/apply-items.js";
import { applyLinks } from "./steps/planning/apply-links.js";
import { applyUndo } from "./steps/planning/apply-undo.js";
import { proposePlan } from "./steps/planning/propose-plan.js";
import { readPage } from "./steps/planning/read-page.js";
import { windUp } from "./steps/planning/wind-up.js";

const steps: Record<StepName, Step> = {
  "read-page": readPage,
  "propose-plan": proposePlan,
  "apply-items": applyItems,
  "apply-links": applyLinks,
  "apply-undo": applyUndo,
  "wind-up": windUp,
};

/**
 * Runs the step that a queue message names: load, decide or apply, commit, deliver. `ahead`: the message knows more than the database
 * shows, so it must come again. Throws RetryableError where the queue should bring it again.
 */
export async function runStep(message: StepMessage, world: World): Promise<"done" | "ahead"> {
  if (message.kind === "sync") return runSync(message, world);
  const sessionId = message.id as SessionId;
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const loaded = await world.sessions.load(sessionId);
    if (!loaded) {
      world.log.warn("step.unknown_session", { sessionId });
      return "done";
    }
    const { session } = loaded;
    if (message.version > session.version) return "ahead";
    // Whose step was ended by a stop winds up itself: the message for that may have found the lease held, and come again only at its end.
    const isStopping = session.stopRequested && (message.step === "wind-up" || attempt > 0);
    if (
      message.version < session.version ||
      (session.stopRequested && !isStopping) ||
      (session.status !== "processing" && !isStopping)
    ) {
      await deliver(sessionId, world);
      return "done";
    }
    const stepName: StepName = isStopping ? "wind-up" : session.step;
    const outcome = await runOnce(steps[stepName], { ...message, step: stepName }, { ...loaded, world });
    world.log.info("step.ran", { sessionId, step: stepName, version: session.version, outcome });
    if (outcome === "over") {
      await deliver(sessionId, world);
      return "done";
    }
  }
  throw new RetryableError("session_contended", { retryAfterMs: 1_000 });
}

/** `again`: the session is not as it was read; read it and decide again. */
async function runOnce(step: Step, message: StepMessage, input: StepInput): Promise<"over" | "again"> {
  if (step.kind === "deciding") return settle(await attempt(() => step.run(input), input), input);
  if (!input.plan) return settle(await attempt(() => step.run({ ...input, lease: noLease }), input), input);
  return underLease(step, message, input, input.plan.id);
}

async function underLease(
  step: ApplyingStep,
  message: StepMessage,
  input: StepInput,
  planId: NonNullable<StepInput["plan"]>["id"],
) {
  const { world, session } = input;
  const attemptId = randomUUID();
  const taken = await world.leases.acquire(planId, attemptId);
  if (!taken.held) return requeue(message, input, world.now() + taken.untilMs + 50);
  const lease: Lease = {
    attemptId,
    takenOver: taken.takenOver,
    async renew() {
      const state = await world.leases.renew(planId, attemptId, session.id);
      if (state === "lost" || (state === "stop_requested" && message.step !== "wind-up")) throw new LeaseEnded(state);
    },
  };
  try {
    const result = await attempt(() => step.run({ ...input, lease }), input);
    const isWaiting = result.event.type === "waiting";
    if (result.event.type === "waiting" && session.stopRequested) {
      await world.leases.abandon(planId, attemptId);
      return requeue(message, input, result.event.until);
    }
    const plan = isWaiting ? result.plan : { ...result.plan, id: planId, releaseLease: attemptId };
    const outcome = await settle(plan ? { ...withAnswers(result, input), plan } : result, input);
    if (isWaiting || outcome === "again") await world.leases.abandon(planId, attemptId);
    return outcome;
  } catch (error) {
    await world.leases.abandon(planId, attemptId).catch(() => undefined);
    if (error instanceof LeaseEnded) return error.message === "stop_requested" ? "again" : "over";
    throw error;
  }
}

/** The same message later: waiting is no retry, and moves nothing. */
async function requeue(message: StepMessage, { world, session }: StepInput, notBefore: number): Promise<"over"> {
  const deduplicationId = `${session.id}:${session.version}:later:${randomUUID()}`;
  await world.queue.publish({ deduplicationId, body: message, notBefore });
  return "over";
}

/** A step's own end: FatalError ends the session in words, a named wait is committed, anything else is the queue's to bring again. */
async function attempt(run: () => Promise<StepResult>, { world }: StepInput): Promise<StepResult> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof FatalError) return fail(error);
    if (error instanceof RetryableError && error.retryAfterMs !== null && error.code.endsWith("rate_limited")) {
      const until = world.now() + error.retryAfterMs;
      return {
        event: { type: "waiting", until },
        say: error.retryAfterMs > 20_000 ? [thought(slowDown(error.code, new Date(until)))] : [],
      };
    }
    throw error;
  }
}

async function settle(result: StepResult, { world, session, plan }: StepInput): Promise<"over" | "again"> {
  const seen = result.plan && result.plan.id === plan?.id ? { plan: { ...result.plan, version: plan.version } } : {};
  const outcome = await move(world.sessions, session, { ...result, ...seen });
  if (outcome !== "committed") return "again";
  if (result.plan?.handTo) await publishSteps(result.plan.handTo, world);
  return "over";
}

/** People who speak while the agent writes get a word in reply; the work goes on. What comes too late for this run is asked for again. */
function withAnswers(result: StepResult, { replies, session }: StepInput): StepResult {
  const last = replies.at(-1);
  if (!last) return result;
  const intent = understand(last.body, { proposalId: null, items: [], teams: [], question: "none" });
  if (result.event.type === "advanced")
    return { ...result, say: [thought(stillWorking(intent.type, session.step)), ...(result.say ?? [])] };
  if (result.event.type !== "completed" || intent.type === "status") return result;
  const [final, ...rest] = [...(result.say ?? [])].reverse();
  if (!final || final.content.type !== "response") return result;
  const body = `${final.content.body}\n\n${saidMeanwhile(last.body)}`;
  return { ...result, say: [...rest.reverse(), { ...final, content: { ...final.content, body } }] };
}

const noLease: Lease = { attemptId: "", takenOver: false, renew: async () => undefined };
