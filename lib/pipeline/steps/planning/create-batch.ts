import { RetryableError } from "../../../domain/errors.js";
import { issueContent } from "../../../domain/issue-fields.js";
import { linearIdOf, type PlanItem } from "../../../domain/plan-item.js";
import { thrownAway, refusedItem } from "../../../domain/wording/notes.js";
import type { IssueInput } from "../../../ports-services.js";
import { type ApplyContext, applied, labelIdsOf, orderBelow, placeOf, siblingPlaceOf } from "./apply-context.js";

type Found = { id: string; identifier: string; url: string; parentId: string | null; trashed: boolean };
type Batch = { done: PlanItem[]; warnings: string[] };

/**
 * Creates a batch of items, each once whatever happened before: ids are derived from the stored items, so after a lost answer, a takeover
 * or a conflict the ids are read back and only what is missing is sent again.
 */
export async function createBatch(context: ApplyContext, batch: PlanItem[]): Promise<Batch> {
  return batch[0]?.linearKind === "project" ? createProjects(context, batch) : createIssues(context, batch);
}

async function createIssues(context: ApplyContext, batch: PlanItem[]): Promise<Batch> {
  const { linear, lease } = context;
  const found = new Map<string, Found>();
  const refused = new Map<string, string>();
  const readBack = async (items: PlanItem[]) => {
    await lease.renew();
    for (const issue of await linear.readIssues(items.map(linearIdOf))) found.set(issue.id, issue);
  };
  const missing = (items: PlanItem[]) => items.filter((item) => !found.has(linearIdOf(item)) && !refused.has(item.id));

  const send = async (items: PlanItem[], mayRepeat: boolean): Promise<void> => {
    if (items.length === 0) return;
    await lease.renew();
    const result = await create(context, items);
    if (result.kind === "created") {
      for (const issue of result.issues) found.set(issue.id, { ...issue, trashed: false });
      if (missing(items).length > 0 && mayRepeat) return repeat(items);
    } else if (result.kind === "refused" && items.length === 1) {
      for (const item of items) refused.set(item.id, result.message);
    } else if (result.kind === "refused") {
      const half = Math.ceil(items.length / 2);
      await send(items.slice(0, half), true);
      await send(items.slice(half), true);
    } else if (mayRepeat) await repeat(items);
    else throw new RetryableError("linear_conflict");
  };
  const repeat = async (items: PlanItem[]) => {
    await readBack(items);
    await send(missing(items), false);
  };

  if (lease.takenOver) await readBack(batch);
  await send(missing(batch), true);
  await repairHierarchy(context, batch, found);
  return settle(batch, found, refused, context.items);
}

/** A lost answer may mean that the batch was created: that is for the read-back to say. */
async function create(context: ApplyContext, items: PlanItem[]) {
  try {
    return await context.linear.createIssues(items.map((item) => toIssueInput(item, context)));
  } catch (error) {
    if (error instanceof RetryableError && error.retryAfterMs === null) return { kind: "conflict" } as const;
    throw error;
  }
}

function toIssueInput(item: PlanItem, { plan, items, setup }: ApplyContext): IssueInput {
  return {
    id: linearIdOf(item),
    teamId: plan.teamId,
    ...issueContent(item.fields, { estimation: setup.estimation, pageUrl: plan.pageUrl }),
    ...placeOf(item, items),
    ...siblingPlaceOf(item, items),
    labelIds: labelIdsOf(item, setup),
  };
}

/** Linear's answers say where each issue hangs; one that hangs elsewhere is moved. */
async function repairHierarchy(
  context: ApplyContext,
  batch: PlanItem[],
  found: ReadonlyMap<string, Found>,
): Promise<void> {
  const astray = batch.flatMap((item) => {
    const issue = found.get(linearIdOf(item));
    const { parentId } = placeOf(item, context.items);
    return issue && !issue.trashed && issue.parentId !== parentId ? [{ id: issue.id, change: { parentId } }] : [];
  });
  if (astray.length === 0) return;
  await context.lease.renew();
  await context.linear.updateIssues(astray);
}

function settle(
  batch: PlanItem[],
  found: ReadonlyMap<string, Found>,
  refused: ReadonlyMap<string, string>,
  items: PlanItem[],
): Batch {
  const warnings: string[] = [];
  const done = batch.map((item): PlanItem => {
    const issue = found.get(linearIdOf(item));
    if (issue?.trashed) {
      warnings.push(thrownAway(item.fields.title, issue.identifier));
      return { ...created(item, issue, items), state: "undone", linksPending: false };
    }
    if (issue) return created(item, issue, items);
    warnings.push(refusedItem(item.fields.title, refused.get(item.id) ?? ""));
    return { ...item, pending: null, linksPending: false, state: "refused" };
  });
  return { done, warnings };
}

function created(item: PlanItem, issue: { id: string; identifier: string; url: string }, items: PlanItem[]): PlanItem {
  const { base, ...done } = applied(item);
  return {
    ...done,
    base: base && item.linearKind === "issue" ? { ...base, order: orderBelow(item, items) } : base,
    linearId: issue.id,
    linearIdentifier: issue.identifier,
    linearUrl: issue.url,
  };
}

async function createProjects(context: ApplyContext, batch: PlanItem[]): Promise<Batch> {
  const { linear, lease, plan, setup } = context;
  await lease.renew();
  const results = await linear.createProjects(
    batch.map((item) => {
      const content = issueContent(item.fields, { estimation: setup.estimation, pageUrl: plan.pageUrl });
      return {
        id: linearIdOf(item),
        name: content.title,
        description: "",
        content: content.description,
        teamIds: [plan.teamId],
        priority: content.priority,
      };
    }),
  );
  const projects = new Map((await linear.readProjects(batch.map(linearIdOf))).map((project) => [project.id, project]));
  const found = new Map<string, Found>();
  const refused = new Map<string, string>();
  for (const [index, item] of batch.entries()) {
    const project = projects.get(linearIdOf(item));
    if (project)
      found.set(project.id, {
        id: project.id,
        identifier: project.slug,
        url: project.url,
        parentId: null,
        trashed: project.trashed,
      });
    else refused.set(item.id, results[index]?.message ?? "");
  }
  return settle(batch, found, refused, context.items);
}
