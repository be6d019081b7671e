import { toEstimate } from "../estimate.js";
import { issueTitle, linearPriority } from "../issue-fields.js";
import { type IssueContext, type IssueState, labelIdOf, labelledKinds, type ProjectState } from "./issue-values.js";
import { patchIssueText } from "./patch-issue-text.js";
import { newPlaces } from "./sub-issue-places.js";
import type { ItemValues, SyncField } from "./values.js";

/** What is to be changed of an issue; relations are changed on their own. */
export type IssueEdit = Partial<Omit<IssueState, "labelIds" | "children">> & {
  addedLabelIds?: string[];
  removedLabelIds?: string[];
};

/** The smallest change after which an issue, which says `now`, says what is wanted, as far as it can: see `unsayable`. */
export function toIssueChange(
  issue: IssueState,
  now: ItemValues,
  wanted: Partial<ItemValues>,
  context: IssueContext,
): IssueEdit {
  const values = { ...now, ...wanted };
  const change: IssueEdit = {};
  if (values.title !== now.title && issueTitle(values.title) !== issue.title) change.title = issueTitle(values.title);
  const description = changesText(now, values) ? patchIssueText(issue.description, values, context) : issue.description;
  if (description !== issue.description) change.description = description;
  const priority = linearPriority(values.priority);
  if (values.priority !== now.priority && priority !== issue.priority) change.priority = priority;
  const { estimate } = toEstimate(values.storyPoints, context.estimation);
  const hasEstimates = context.estimation.scale !== "notUsed";
  if (values.storyPoints !== now.storyPoints && hasEstimates && estimate !== issue.estimate) change.estimate = estimate;
  if (values.parent !== now.parent && values.parent !== "outside")
    Object.assign(change, toPlace(issue, values.parent, context));
  if (values.kind !== now.kind) Object.assign(change, toLabels(issue, values, context));
  return change;
}

/** The changes of what hangs below an issue after which it stands in the order that is wanted: of as few as can be. */
export function toOrderChanges(
  issue: Pick<IssueState, "children"> | undefined,
  wanted: readonly string[] | null | undefined,
  { issueIdOf }: Pick<IssueContext, "issueIdOf">,
): { id: string; change: { subIssueSortOrder: number } }[] {
  const ids = (wanted ?? []).flatMap((id) => issueIdOf(id) ?? []);
  return newPlaces(issue?.children ?? [], ids).map(({ id, at }) => ({ id, change: { subIssueSortOrder: at } }));
}

/** The same for a project that stands for an epic: it says title, text and priority. */
export function toProjectChange(
  project: ProjectState,
  now: ItemValues,
  wanted: Partial<ItemValues>,
  context: Pick<IssueContext, "pageUrl">,
): Partial<ProjectState> {
  const values = { ...now, ...wanted };
  const change: Partial<ProjectState> = {};
  if (values.title !== now.title && issueTitle(values.title) !== project.name) change.name = issueTitle(values.title);
  const content = changesText(now, values) ? patchIssueText(project.content, values, context) : project.content;
  if (content !== project.content) change.content = content;
  const priority = linearPriority(values.priority);
  if (values.priority !== now.priority && priority !== project.priority) change.priority = priority;
  return change;
}

/** The fields of which an issue can say something near the value only, or nothing: the lens reads them back as they are wanted. */
export function unsayable(values: ItemValues, context: IssueContext): SyncField[] {
  const { estimate } = toEstimate(values.storyPoints, context.estimation);
  const { parent } = values;
  const { parentId, projectId } = context.placeBelow(parent === "outside" ? null : parent);
  const above = (parentId && context.itemIdOf(parentId)) ?? (projectId && context.projectItemIdOf(projectId));
  const says: Partial<Record<SyncField, boolean>> = {
    title: issueTitle(values.title) === values.title,
    kind: values.kind === "story" || labelIdOf(values.kind, context) !== null,
    parent: parent !== "outside" && (above || null) === parent,
    storyPoints: estimate === values.storyPoints,
    dependsOn: values.dependsOn.every((id) => context.issueIdOf(id) !== null),
  };
  return (Object.keys(says) as SyncField[]).filter((field) => says[field] === false);
}

function changesText(now: ItemValues, values: ItemValues): boolean {
  return (
    values.description !== now.description ||
    values.enablerType !== now.enablerType ||
    values.acceptanceCriteria !== now.acceptanceCriteria
  );
}

/** Leaves a project of the plan that the item is not below any more; other projects are nothing to the plan. */
function toPlace(issue: IssueState, parent: string | null, context: IssueContext): IssueEdit {
  const { parentId, projectId } = context.placeBelow(parent);
  const isInPlan = issue.projectId !== null && context.projectItemIdOf(issue.projectId) !== null;
  const moves = projectId !== issue.projectId && (projectId !== null || isInPlan);
  return { ...(parentId === issue.parentId ? {} : { parentId }), ...(moves ? { projectId } : {}) };
}

function toLabels(issue: IssueState, { kind }: ItemValues, context: IssueContext): IssueEdit {
  const wanted = labelIdOf(kind, context);
  const others = labelledKinds.map((one) => labelIdOf(one, context)).filter((id) => id !== null && id !== wanted);
  const removed = others.filter((id) => id !== null).filter((id) => issue.labelIds.includes(id));
  return {
    ...(wanted !== null && !issue.labelIds.includes(wanted) ? { addedLabelIds: [wanted] } : {}),
    ...(removed.length > 0 ? { removedLabelIds: removed } : {}),
  };
}
