import { issueContent, labelOf } from "../../../domain/issue-fields.js";
import type { PlanItem } from "../../../domain/plan-item.js";
import type { IssueChange, LinearClient, Plan } from "../../../ports.js";
import { type ApplyingStep, goTo, type Lease, type StepInput, type StepResult, thought } from "../../step.js";
import { type ApplyContext, applied, labelIdsOf, placeOf, type Setup } from "./apply-context.js";
import { waitForBudget } from "./budget.js";
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
  const changing = items.filter((item) => item.pending !== null && item.pending !== "create").slice(0, batchSize);
  if (changing.length === 0) return null;
  const { done, warnings } = await changeBatch(context, changing);
  return {
    ...goTo("apply-items", { plan: { id: plan.id, items: done } }),
    log: [{ type: "items.updated", body: { items: done.map((item) => item.id) }, actor: "agent" }],
    work: {
      updated: (input.session.work.updated ?? 0) + done.filter((item) => item.state === "active").length,
      cancelled: (input.session.work.cancelled ?? 0) + done.filter((item) => item.state === "removed").length,
    },
    say: warnings.map(thought),
  };
}

/** Up to a batch of the items to be created that are nearest to the top; projects and issues never share a batch. */
function nextLevel(items: PlanItem[]): PlanItem[] {
  const waiting = items.filter((item) => item.pending === "create");
  const pendingIds = new Set<string>(waiting.map((item) => item.id));
  const ready = waiting.filter((item) => item.parentId === null || !pendingIds.has(item.parentId));
  const projects = ready.filter((item) => item.linearKind === "project");
  return (projects.length > 0 ? projects : ready).slice(0, batchSize);
}

function neededLabels(items: PlanItem[]): string[] {
  const names = items
    .filter((item) => item.pending !== null && item.linearKind === "issue")
    .map((item) => labelOf(item.fields.kind))
    .filter((name) => name !== null);
  return [...new Set(names)];
}

/** Updates, adopts and cancels in one request of aliased updates each. Repeating an update writes the same values again. */
async function changeBatch(
  context: ApplyContext,
  changing: PlanItem[],
): Promise<{ done: PlanItem[]; warnings: string[] }> {
  const { linear, lease } = context;
  const warnings: string[] = [];
  const issues = changing.filter((item) => item.linearKind === "issue" && item.linearId);
  const projects = changing.filter((item) => item.linearKind === "project" && item.linearId);
  const updates = issues.map((item) => ({ id: item.linearId ?? "", change: changeOf(item, context) }));
  if (updates.length > 0) {
    await lease.renew();
    for (const result of await linear.updateIssues(updates))
      if (result.outcome === "refused")
        warnings.push(`Linear did not take the change of ${result.id}: ${result.message ?? "no reason given"}`);
  }
  if (projects.length > 0) {
    await lease.renew();
    await linear.updateProjects(
      projects.map((item) => {
        const content = issueContent(item.fields, {
          estimation: context.setup.estimation,
          pageUrl: context.plan.pageUrl,
        });
        return {
          id: item.linearId ?? "",
          change: { name: content.title, content: content.description, priority: content.priority },
        };
      }),
    );
  }
  return { done: changing.map(applied), warnings };
}

function changeOf(item: PlanItem, context: ApplyContext): IssueChange {
  const { setup, plan, items } = context;
  if (item.pending === "cancel") return setup.canceledStateId ? { stateId: setup.canceledStateId } : {};
  const wanted = issueContent(item.fields, { estimation: setup.estimation, pageUrl: plan.pageUrl });
  const place = placeOf(item, items);
  const base = item.base;
  if (!base) return { ...wanted, ...place, addedLabelIds: labelIdsOf(item, setup) };
  const before = issueContent(base, { estimation: setup.estimation, pageUrl: plan.pageUrl });
  const changed: IssueChange = {};
  if (wanted.title !== before.title) changed.title = wanted.title;
  if (wanted.description !== before.description) changed.description = wanted.description;
  if (wanted.priority !== before.priority) changed.priority = wanted.priority;
  if (wanted.estimate !== before.estimate) changed.estimate = wanted.estimate;
  if (item.fields.parent !== base.parent) {
    changed.parentId = place.parentId;
    changed.projectId = place.projectId;
  }
  if (item.fields.kind !== base.kind) {
    changed.addedLabelIds = labelIdsOf(item, setup);
    const old = setup.labels[labelOf(base.kind)?.toLowerCase() ?? ""];
    if (old) changed.removedLabelIds = [old];
  }
  return changed;
}
