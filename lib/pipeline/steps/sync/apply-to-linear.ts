import type { PlanItem } from "../../../domain/plan-item.js";
import type { Done, PlanSetup, SyncWork } from "../../../domain/sync/run.js";
import type { LinearClient } from "../../../ports-services.js";
import type { SyncInput, SyncResult, SyncStep } from "../../sync-step.js";
import { neededLabels, nextLevel } from "../planning/apply-items.js";
import { nextLinks, writeItemLinks } from "../planning/apply-links.js";
import { changeBatch } from "../planning/change-batch.js";
import { createBatch } from "../planning/create-batch.js";
import { ensureLabels } from "../planning/labels.js";
import { proceed } from "./detect-changes.js";
import { readSetup } from "./read-sides.js";
import { updateFields } from "./update-fields.js";

const batchSize = 50;

/**
 * Brings one batch of what the page has changed to Linear: new issues first, level by level, then what people have decided to cancel or take up
 * again, then the fields that differ, then relations and links.
 */
export const applyToLinear: SyncStep = async (input) => {
  const { seen, work, world, lease } = input;
  const linear = world.linear(seen.plan.organizationId);
  const wanted = new Set<string>(work.toLinear);
  const mine = seen.items.filter((item) => wanted.has(item.id));
  const setup: PlanSetup = {
    ...(await ensureLabels(linear, seen.plan, await readSetup(seen, linear, world), neededLabels(mine), lease)),
    readAt: seen.setup?.readAt ?? new Date(world.now()).toISOString(),
  };
  const context = { plan: seen.plan, items: seen.items, setup, linear, lease };
  const creating = nextLevel(mine);
  const changing = mine.filter((item) => item.pending !== null && item.pending !== "create").slice(0, batchSize);
  const differing = mine.filter((item) => item.pending === null && !item.linksPending).slice(0, batchSize);
  const result =
    creating.length > 0
      ? await create(input, await createBatch(context, creating))
      : changing.length > 0
        ? await change(input, await changeBatch(context, changing), changing)
        : differing.length > 0
          ? await update(input, differing, setup, linear)
          : await link(input, mine, linear);
  const budget = linear.budget();
  if (budget) await world.sessions.noteBudget(seen.plan.organizationId, budget);
  return { ...result, setup };
};

/** The rest of the run: what is done leaves the list. */
const without = (work: SyncWork, items: readonly PlanItem[], more: Partial<SyncWork> = {}): SyncWork => ({
  ...work,
  ...more,
  toLinear: work.toLinear.filter((id) => !items.some((item) => item.id === id)),
});

type Batch = { done: PlanItem[]; warnings: string[] };

async function create(input: SyncInput, { done, warnings }: Batch): Promise<SyncResult> {
  const { work } = input;
  const made = done.filter((item) => item.linearId !== null && item.state === "active");
  const counts = { ...work.counts, createdIssues: work.counts.createdIssues + made.length };
  const entries = [
    ...made.map((item) => entry(item, { what: "created" })),
    ...done
      .filter((item) => !made.includes(item))
      .map((item) => entry(item, { what: "left_out", field: "item", reason: warnings.join(" ") })),
  ];
  const left = done.filter((item) => !item.linksPending);
  const rest = without(work, left, { counts, done: [...work.done, ...entries] });
  return proceed(input, withParents(rest, made, input.seen.items), { items: done });
}

/** What is new below an issue goes to its place among what hangs there already. */
function withParents(work: SyncWork, arrived: readonly PlanItem[], items: readonly PlanItem[]): SyncWork {
  const above = arrived.flatMap((item) => {
    const parent = items.find((one) => one.id === item.parentId);
    return parent?.base?.order && !parent.base.order.includes(item.id) ? [parent.id] : [];
  });
  return { ...work, toLinear: [...new Set([...work.toLinear, ...above])] };
}

async function change(
  input: SyncInput,
  { done, refused }: Batch & { refused: Set<string> },
  before: PlanItem[],
): Promise<SyncResult> {
  const { work } = input;
  const entries = before
    .filter((item) => !refused.has(item.id))
    .map((item) => entry(item, { what: item.pending === "cancel" ? "cancelled" : "reopened" }));
  const counts = { ...work.counts, updatedIssues: work.counts.updatedIssues + entries.length };
  const items = done.map((item): PlanItem => ({ ...item, unsettled: item.state === "active" }));
  const left = items.filter((item) => !item.linksPending || refused.has(item.id));
  return proceed(input, without(work, left, { counts, done: [...work.done, ...entries] }), { items });
}

async function update(
  input: SyncInput,
  items: PlanItem[],
  setup: PlanSetup,
  linear: LinearClient,
): Promise<SyncResult> {
  const { seen, work, lease } = input;
  const updated = await updateFields({ seen, work, lease, setup, linear }, items);
  // Without the page that was compared there is nothing to write: both sides are read again.
  if (!updated) return { next: { step: "detect-changes", work } };
  const counts = {
    ...work.counts,
    updatedIssues: work.counts.updatedIssues + updated.issues,
    conflictsDetected: work.counts.conflictsDetected + updated.conflicts.length,
  };
  const toPage = [...new Set([...work.toPage, ...updated.toPage])];
  const rest = without(work, items, { counts, toPage, done: [...work.done, ...updated.done] });
  const before = new Map(items.map((item) => [item.id, item.parentId]));
  const moved = updated.items.filter((item) => item.parentId !== before.get(item.id));
  return proceed(input, withParents(rest, moved, withStored(seen.items, updated.items)), {
    items: updated.items,
    conflicts: updated.conflicts,
  });
}

const withStored = (items: readonly PlanItem[], changed: readonly PlanItem[]): PlanItem[] =>
  items.map((item) => changed.find((one) => one.id === item.id) ?? item);

/** Relations and links to the page of new items; what has none any more is done. */
async function link(input: SyncInput, items: PlanItem[], linear: LinearClient): Promise<SyncResult> {
  const { seen, work, lease } = input;
  const batch = nextLinks(
    seen.items,
    items.filter((item) => item.linksPending),
    seen.plan,
  );
  const done = await writeItemLinks(
    { linear, lease, items: seen.items, mayHaveRelations: batch.map((one) => one.item) },
    batch,
  );
  const gone = items.filter((item) => !item.linksPending);
  return proceed(input, without(work, [...done, ...gone]), { items: done });
}

type Entry = Done extends infer One ? (One extends Done ? Omit<One, "side" | "itemId" | "title"> : never) : never;
const entry = (item: PlanItem, what: Entry): Done =>
  ({ side: "linear", itemId: item.id, title: item.fields.title, ...what }) as Done;
