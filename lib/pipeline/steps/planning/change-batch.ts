import { issueContent, labelOf } from "../../../domain/issue-fields.js";
import { notDone, type PlanItem } from "../../../domain/plan-item.js";
import { refusedChange } from "../../../domain/wording/notes.js";
import type { IssueChange, WriteResult } from "../../../ports-services.js";
import { type ApplyContext, applied, labelIdsOf, placeOf } from "./apply-context.js";

type Changed = { done: PlanItem[]; warnings: string[]; refused: Set<string> };

/** Updates, adopts, reopens and cancels. Repeating it writes the same values again. What Linear does not take stays as it was agreed before. */
export async function changeBatch(context: ApplyContext, changing: PlanItem[]): Promise<Changed> {
  const results = [...(await changeIssues(context, changing)), ...(await changeProjects(context, changing))];
  const refusals = new Map(
    results.filter((result) => result.outcome === "refused").map((result) => [result.id, result.message]),
  );
  const refused = changing.filter((item) => refusals.has(item.linearId ?? ""));
  return {
    done: changing.map((item) => (refused.includes(item) ? notDone(item) : applied(item))),
    warnings: refused.map((item) =>
      refusedChange(item.fields.title, item.linearIdentifier ?? "", refusals.get(item.linearId ?? "") ?? ""),
    ),
    refused: new Set(refused.map((item) => item.id)),
  };
}

async function changeIssues(context: ApplyContext, changing: PlanItem[]): Promise<WriteResult[]> {
  const issues = changing.filter((item) => item.linearKind === "issue" && item.linearId);
  if (issues.length === 0) return [];
  await context.lease.renew();
  return context.linear.updateIssues(
    issues.map((item) => ({ id: item.linearId ?? "", change: changeOf(item, context) })),
  );
}

async function changeProjects(context: ApplyContext, changing: PlanItem[]): Promise<WriteResult[]> {
  const projects = changing.filter(
    (item) => item.linearKind === "project" && item.linearId && item.pending !== "cancel",
  );
  if (projects.length === 0) return [];
  await context.lease.renew();
  return context.linear.updateProjects(
    projects.map((item) => {
      const { title: name, description: content, priority } = contentOf(item.fields, context);
      return { id: item.linearId ?? "", change: { name, content, priority } };
    }),
  );
}

const contentOf = (fields: PlanItem["fields"], { setup, plan }: ApplyContext) =>
  issueContent(fields, { estimation: setup.estimation, pageUrl: plan.pageUrl });

function changeOf(item: PlanItem, context: ApplyContext): IssueChange {
  const { setup } = context;
  switch (item.pending) {
    case "cancel":
      return setup.canceledStateId ? { stateId: setup.canceledStateId } : {};
    case "adopt":
      return adoption(item, context);
    case "reopen":
      return { ...adoption(item, context), ...(setup.openStateId ? { stateId: setup.openStateId } : {}) };
    default:
      return difference(item, context);
  }
}

/** What the page says of the issue; about what it does not mention, people in Linear have the last word. */
function adoption(item: PlanItem, context: ApplyContext): IssueChange {
  const { fields } = item;
  const { title, description, priority, estimate } = contentOf(fields, context);
  const { parentId, projectId } = placeOf(item, context.items);
  const saysMore = fields.description !== "" || fields.acceptanceCriteria.length > 0 || fields.enablerType !== null;
  return {
    title,
    ...(saysMore ? { description } : {}),
    ...(fields.priority !== null ? { priority } : {}),
    ...(estimate !== null ? { estimate } : {}),
    ...(parentId !== null ? { parentId } : {}),
    ...(projectId !== null ? { projectId } : {}),
    addedLabelIds: labelIdsOf(item, context.setup),
  };
}

/** What is different from what was agreed last. */
function difference(item: PlanItem, context: ApplyContext): IssueChange {
  const { base, fields } = item;
  if (!base) return adoption(item, context);
  const [before, wanted] = [contentOf(base, context), contentOf(fields, context)];
  const place = placeOf(item, context.items);
  const changed: IssueChange = {};
  if (wanted.title !== before.title) changed.title = wanted.title;
  if (wanted.description !== before.description) changed.description = wanted.description;
  if (wanted.priority !== before.priority) changed.priority = wanted.priority;
  if (wanted.estimate !== before.estimate) changed.estimate = wanted.estimate;
  if (fields.parent !== base.parent) {
    changed.parentId = place.parentId;
    if (context.items.some((one) => one.linearKind === "project")) changed.projectId = place.projectId;
  }
  if (fields.kind !== base.kind) {
    changed.addedLabelIds = labelIdsOf(item, context.setup);
    const old = context.setup.labels[labelOf(base.kind)?.toLowerCase() ?? ""];
    if (old) changed.removedLabelIds = [old];
  }
  return changed;
}
