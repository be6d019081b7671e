import { toEstimate } from "./estimates.js";
import { rewriteMarkdown } from "./markdown.js";
import type { Issue, IssueFields, Team } from "./model.js";
import { missingEntry, notFound, refused } from "./problems.js";
import { type Actor, canSeeTeam, find, findIssue, type Store } from "./store.js";

/** The fields of `IssueCreateInput` and `IssueUpdateInput`, as the executor hands them over. */
export type IssueInput = Partial<Omit<IssueFields, "title">> & {
  title?: string | null;
  addedLabelIds?: string[] | null;
  removedLabelIds?: string[] | null;
};

type Place = { team: Team; issue?: Issue; siblings?: Issue[] };

/** Checks what was sent and says what the named fields become; fields that were not sent are left out. */
export function readFields(store: Store, actor: Actor, input: IssueInput, place: Place): Partial<IssueFields> {
  const { team, issue, siblings = [] } = place;
  const fields: Partial<IssueFields> = {};
  if (input.title != null) fields.title = toTitle(input.title);
  if (input.description !== undefined)
    fields.description = input.description === null ? null : rewriteMarkdown(input.description);
  if (input.priority != null) fields.priority = toPriority(input.priority);
  if (input.estimate !== undefined) fields.estimate = toEstimate(team, input.estimate, store.switches);
  if (input.stateId != null) fields.stateId = toStateId(store, team, input.stateId);
  if (input.parentId !== undefined) fields.parentId = toParentId(store, actor, input.parentId, issue, siblings);
  if (input.projectId !== undefined) fields.projectId = toProjectId(store, actor, team, input.projectId);
  if (input.assigneeId !== undefined) fields.assigneeId = toUserId(store, actor, "assigneeId", input.assigneeId, false);
  if (input.delegateId !== undefined) fields.delegateId = toUserId(store, actor, "delegateId", input.delegateId, true);
  if (input.dueDate !== undefined) fields.dueDate = input.dueDate;
  if (input.sortOrder != null) fields.sortOrder = input.sortOrder;
  if (input.subIssueSortOrder !== undefined) fields.subIssueSortOrder = input.subIssueSortOrder;
  if (input.trashed != null) fields.trashed = input.trashed;
  if (input.labelIds != null || input.addedLabelIds != null || input.removedLabelIds != null)
    fields.labelIds = toLabelIds(store, actor, team, input, issue?.labelIds ?? []);
  return fields;
}

function toTitle(title: string): string {
  if (title.trim() === "") throw refused("Argument Validation Error", "title must not be empty.");
  return title.trim();
}

function toPriority(priority: number): number {
  if (priority < 0 || priority > 4)
    throw refused("Argument Validation Error", "priority must be one of the following values: 0, 1, 2, 3, 4.");
  return priority;
}

function toStateId(store: Store, team: Team, id: string): string {
  const state = store.world.states.find((candidate) => candidate.id === id && candidate.teamId === team.id);
  if (!state) throw missingEntry("stateId");
  return state.id;
}

function toParentId(store: Store, actor: Actor, id: string | null, issue: Issue | undefined, siblings: Issue[]) {
  if (id === null) return null;
  const parent = findIssue(store, actor, id) ?? siblings.find((sibling) => sibling.id === id);
  if (!parent) throw missingEntry("parentId");
  if (issue && isWithin(store, parent, issue)) throw refused("An issue cannot be its own parent, or below itself.");
  return parent.id;
}

function isWithin(store: Store, issue: Issue, ancestor: Issue): boolean {
  for (let at: Issue | undefined = issue; at; ) {
    if (at.id === ancestor.id) return true;
    const parentId: string | null = at.parentId;
    at = store.world.issues.find((candidate) => candidate.id === parentId);
  }
  return false;
}

function toProjectId(store: Store, actor: Actor, team: Team, id: string | null): string | null {
  if (id === null) return null;
  const project = find(store.world.projects, actor, id);
  if (!project?.teamIds.some((teamId) => canSeeTeam(store, actor, teamId))) throw notFound("Project");
  if (!project.teamIds.includes(team.id)) throw refused("Discrepancy between issue team and project teams.");
  return project.id;
}

function toUserId(store: Store, actor: Actor, field: string, id: string | null, app: boolean): string | null {
  if (id === null) return null;
  const user = find(store.world.users, actor, id);
  if (!user || user.app !== app) throw missingEntry(field);
  return user.id;
}

function toLabelIds(store: Store, actor: Actor, team: Team, input: IssueInput, present: string[]): string[] {
  const removed = new Set(input.removedLabelIds ?? []);
  const wanted = [...(input.labelIds ?? present).filter((id) => !removed.has(id)), ...(input.addedLabelIds ?? [])];
  const groups = new Set<string>();
  for (const id of new Set(wanted)) {
    const label = find(store.world.labels, actor, id);
    if (!label || (label.teamId !== null && label.teamId !== team.id)) throw missingEntry("labelIds");
    if (label.isGroup) throw refused("labelIds contained a label group.");
    if (label.parentId === null) continue;
    if (groups.has(label.parentId)) throw refused("labelIds not exclusive child labels");
    groups.add(label.parentId);
  }
  return [...new Set(wanted)];
}
