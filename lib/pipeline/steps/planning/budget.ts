import type { Budget } from "../../../ports-services.js";
import { slowDown } from "../../../domain/wording/progress.js";
import { type StepInput, type StepResult, thought } from "../../step.js";

/** A step of writes costs at most this many requests and complexity points. */
const stepCost = { requests: 8, complexity: 4_000 };
const reserve = 0.2;

/** Waits until Linear's hour is over where a step would use up the last fifth of the budget, which is kept for people's questions. */
export async function waitForBudget({ session, world }: StepInput): Promise<StepResult | null> {
  const budget = await world.sessions.budget(session.organizationId);
  if (!budget || budget.resetAt <= world.now() || hasRoom(budget)) return null;
  const until = budget.resetAt;
  return { event: { type: "waiting", until }, say: [thought(slowDown("linear_rate_limited", new Date(until)))] };
}

export function hasRoom(budget: Budget): boolean {
  return (
    budget.requestsRemaining - stepCost.requests >= budget.requestsLimit * reserve &&
    budget.complexityRemaining - stepCost.complexity >= budget.complexityLimit * reserve
  );
}
