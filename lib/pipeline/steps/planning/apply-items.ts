import { labelOf } from "../../../domain/issue-fields.js";
import { isForPage, type PlanItem } from "../../../domain/plan-item.js";
import type { Setup } from "../../../domain/session.js";
import type { Plan } from "../../../ports.js";
import type { LinearClient } from "../../../ports-services.js";
import { type ApplyingStep, goTo, type Lease, type StepInput, type StepResult, thought } from "../../step.js";
import { waitForBudget } from "./budget.js";
import { changeBatch } from "./change-batch.js";
import { createBatch } from "./create-batch.js";
import { ensureLabels } from "./labels.js";

const batchSize = 50;

/** Brings one batch of approved items to Linear: level by level from the top, then what has changed, then what is gone from the page. */
export const applyItems: ApplyingStep = {
  kind: "applying",
  async run(input) {
    const { session, plan, world, lease } = input;
    if (!plan || !session.work.setup) return goTo("read-page");
    const wait = await waitForBudget(input);
    if (wait) return wait;
    const items = await world.sessions.items(plan.id);
    const linear = world.linear(session.organizationId);
    const setup = await ensureLabels(linear, plan, session.work.setup, neededLabels(items), lease);
    const progress = await nextBatch(input, plan, items, setup, linear);
    const budget = linear.budget();
    if (budget) await world.sessions.noteBudget(session.organizationId, budget);
    if (!progress) return goTo("apply-links");
    return { ...progress, work: { ...progress.work, setup } };
  },
};

async function nextBatch(
  input: StepInput & { lease: Lease },
  plan: Plan,
  items: PlanItem[],
  setup: Setup,
  linear: LinearClient,
): Promise<StepResult | null> {
  const { lease } = input;
  const context = { plan, items, setup, linear, lease };
  const creating = nextLevel(items);
  if (creating.length > 0) {
    const { done, warnings } = await createBatch(context, creating);
    return {
      ...goTo("apply-items", { plan: { id: plan.id, items: done } }),
      log: [
        {
          type: "items.created",
          body: { items: done.filter((item) => item.linearId).map((item) => item.id) },
          actor: "agent",
        },
        ...warnings.map((message) => ({ type: "warning", body: { message }, actor: "agent" })),
      ],
      say: warnings.map(thought),
    };
  }
  const changing = items
    .filter((item) => item.pending !== null && item.pending !== "create" && !isForPage(item))
    .slice(0, batchSize);
  if (changing.length === 0) return null;
  const { done, warnings, refused } = await changeBatch(context, changing);
  const went = done.filter((item) => !refused.has(item.id));
  return {
    ...goTo("apply-items", { plan: { id: plan.id, items: done } }),
    log: [{ type: "items.updated", body: { items: went.map((item) => item.id) }, actor: "agent" }],
    work: {
      updated: (input.session.work.updated ?? 0) + went.filter((item) => item.state === "active").length,
      cancelled: (input.session.work.cancelled ?? 0) + went.filter((item) => item.state === "removed").length,
    },
    say: warnings.map(thought),
  };
}

/** Up to a batch of the items to be created that are nearest to the top; projects and issues never share a batch. */
export function nextLevel(items: PlanItem[]): PlanItem[] {
  const waiting = items.filter((item) => item.pending === "create");
  const pendingIds = new Set<string>(waiting.map((item) => item.id));
  const ready = waiting.filter((item) => item.parentId === null || !pendingIds.has(item.parentId));
  const projects = ready.filter((item) => item.linearKind === "project");
  return (projects.length > 0 ? projects : ready).slice(0, batchSize);
}

/** Names of the labels that writing what is pending of these items takes. */
export function neededLabels(items: PlanItem[]): string[] {
  const names = items
    .filter((item) => item.pending !== null && !isForPage(item) && item.linearKind === "issue")
    .map((item) => labelOf(item.fields.kind))
    .filter((name) => name !== null);
  return [...new Set(names)];
}
