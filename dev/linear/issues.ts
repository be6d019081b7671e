import { randomUUID } from "node:crypto";
import { issueEvent } from "./events.js";
import { type IssueInput, readFields } from "./issue-fields.js";
import type { HistoryEntry, Issue, IssueFields, StateType } from "./model.js";
import { conflict, notFound, refused } from "./problems.js";
import { type Actor, canSeeTeam, find, freshEntity, newId, type Store } from "./store.js";

export type IssueCreateInput = IssueInput & { id?: string | null; teamId: string; createdAt?: string | null };

export function createIssue(store: Store, actor: Actor, input: IssueCreateInput): Issue {
  const issue = prepareIssue(store, actor, input, []);
  insertIssues(store, actor, [issue]);
  return issue;
}

/** All or nothing, but for what `batchDuplicate` says of ids that are taken. */
export function createIssues(store: Store, actor: Actor, inputs: IssueCreateInput[]): Issue[] {
  if (inputs.length === 0) throw refused("Argument Validation Error", "issues must contain at least 1 elements.");
  const { batchDuplicate, parentInSameBatch } = store.switches;
  const prepared: Issue[] = [];
  for (const input of inputs) {
    if (batchDuplicate === "fails_only_itself" && isTaken(store, prepared, input.id)) continue;
    if (prepared.some((issue) => issue.id === input.id)) throw conflict("Issue", String(input.id));
    prepared.push(prepareIssue(store, actor, input, parentInSameBatch === "allowed" ? prepared : [], prepared.length));
  }
  insertIssues(store, actor, prepared);
  return prepared;
}

function isTaken(store: Store, prepared: Issue[], id: string | null | undefined): boolean {
  return [...holders(store), ...prepared].some((issue) => issue.id === id);
}

/** The issues whose ids cannot be used again. */
function holders(store: Store): Issue[] {
  return store.switches.trashedIssueKeepsId ? store.world.issues : store.world.issues.filter((issue) => !issue.trashed);
}

function prepareIssue(store: Store, actor: Actor, input: IssueCreateInput, siblings: Issue[], before = 0): Issue {
  const { world, switches } = store;
  const id = newId(holders(store), "Issue", input.id);
  const team = find(world.teams, actor, input.teamId);
  if (!team || !canSeeTeam(store, actor, team.id)) throw notFound("Team");
  const held = world.issues.filter((issue) => issue.organizationId === actor.organizationId && !issue.archivedAt);
  if (switches.freeIssueLimit !== null && held.length + before >= switches.freeIssueLimit)
    throw refused("You've exceeded the free issue limit for this workspace. Upgrade to create more issues.");
  const fields = readFields(store, actor, input, { team, siblings });
  if (fields.title === undefined) throw refused("Argument Validation Error", "title must be a string.");
  const first: StateType = team.triageEnabled ? "triage" : "backlog";
  const state = world.states
    .filter((candidate) => candidate.teamId === team.id && candidate.type === first)
    .toSorted((a, b) => a.position - b.position)[0];
  const entity = freshEntity(store, actor.organizationId);
  return {
    ...entity,
    createdAt: input.createdAt ?? entity.createdAt,
    id,
    number: 0,
    teamId: team.id,
    creatorId: actor.userId,
    description: null,
    priority: 0,
    estimate: null,
    stateId: state?.id ?? "",
    parentId: null,
    projectId: null,
    assigneeId: null,
    delegateId: null,
    dueDate: null,
    sortOrder: 0,
    labelIds: [],
    trashed: false,
    startedAt: null,
    completedAt: null,
    canceledAt: null,
    title: fields.title,
    ...fields,
    subIssueSortOrder: orderAmong(store, fields.parentId ?? null, fields.subIssueSortOrder, before),
  };
}

/** A child goes behind its siblings where nobody says otherwise; what has no parent has no place among them. */
function orderAmong(store: Store, parentId: string | null, wanted?: number | null, before = 0): number | null {
  if (wanted != null || parentId === null) return wanted ?? null;
  const orders = store.world.issues
    .filter((issue) => issue.parentId === parentId)
    .map((issue) => issue.subIssueSortOrder ?? 0);
  return Math.max(0, ...orders) + 100 * (before + 1);
}

function insertIssues(store: Store, actor: Actor, issues: Issue[]): void {
  const { world } = store;
  const ids = new Set(issues.map((issue) => issue.id));
  world.issues = world.issues.filter((issue) => !ids.has(issue.id));
  for (const issue of issues) {
    const team = world.teams.find((candidate) => candidate.id === issue.teamId);
    if (!team) continue;
    team.lastNumber += 1;
    issue.number = team.lastNumber;
    world.issues.push(issue);
    followState(store, issue);
  }
  store.touch();
  for (const issue of issues) store.notify(issue.organizationId, issueEvent(store, actor, "create", issue));
}

/** Changes what differs; nothing happens where everything is so already. */
export function updateIssue(store: Store, actor: Actor, issue: Issue, input: IssueInput): Issue {
  const team = find(store.world.teams, actor, issue.teamId);
  if (!team) throw notFound("Team");
  const wanted = readFields(store, actor, input, { team, issue });
  if (wanted.parentId !== undefined && wanted.parentId !== issue.parentId)
    wanted.subIssueSortOrder = orderAmong(store, wanted.parentId, wanted.subIssueSortOrder);
  const from: Partial<IssueFields> = {};
  const to: Partial<IssueFields> = {};
  for (const key of Object.keys(wanted) as (keyof IssueFields)[]) {
    if (JSON.stringify(issue[key]) === JSON.stringify(wanted[key])) continue;
    Object.assign(from, { [key]: issue[key] });
    Object.assign(to, { [key]: wanted[key] });
  }
  if (Object.keys(to).length === 0) return issue;
  const previous = { updatedAt: issue.updatedAt, ...from };
  const at = store.stamp();
  Object.assign(issue, to, { updatedAt: at });
  if (to.trashed !== undefined) issue.archivedAt = to.trashed ? at : null;
  if (to.stateId !== undefined) followState(store, issue);
  // Where an issue stands in lists is no part of its history.
  if (Object.keys(to).some((key) => key !== "sortOrder" && key !== "subIssueSortOrder"))
    remember(store, actor, issue, { createdAt: at, from, to });
  store.touch();
  store.notify(
    issue.organizationId,
    issueEvent(store, actor, to.trashed === true ? "remove" : "update", issue, previous),
  );
  return issue;
}

/** Puts an issue away, or takes it out again; throwing away is `trashed`. */
export function archiveIssue(store: Store, actor: Actor, issue: Issue, archived: boolean): Issue {
  if ((issue.archivedAt !== null) === archived) return issue;
  const previous = { updatedAt: issue.updatedAt, archivedAt: issue.archivedAt };
  const at = store.stamp();
  Object.assign(issue, { archivedAt: archived ? at : null, updatedAt: at });
  remember(store, actor, issue, { createdAt: at, from: {}, to: {}, archived });
  store.touch();
  store.notify(issue.organizationId, issueEvent(store, actor, "update", issue, previous));
  return issue;
}

/** Ends an issue for good, with its history and relations; its children stand alone from then on. */
export function purgeIssue(store: Store, actor: Actor, issue: Issue): void {
  const { world } = store;
  store.notify(issue.organizationId, issueEvent(store, actor, "remove", issue));
  world.issues = world.issues.filter((other) => other !== issue);
  for (const child of world.issues) if (child.parentId === issue.id) child.parentId = null;
  world.history = world.history.filter((entry) => entry.issueId !== issue.id);
  world.attachments = world.attachments.filter((attachment) => attachment.issueId !== issue.id);
  world.comments = world.comments.filter((comment) => comment.issueId !== issue.id);
  world.relations = world.relations.filter(
    (relation) => relation.issueId !== issue.id && relation.relatedIssueId !== issue.id,
  );
  store.touch();
}

function remember(
  store: Store,
  actor: Actor,
  { organizationId, id: issueId }: Issue,
  change: Pick<HistoryEntry, "createdAt" | "from" | "to" | "archived">,
): void {
  store.world.history.push({ id: randomUUID(), organizationId, issueId, actorId: actor.userId, ...change });
}

function followState(store: Store, issue: Issue): void {
  const type = store.world.states.find((state) => state.id === issue.stateId)?.type;
  const at = issue.updatedAt;
  if (type === "started") issue.startedAt ??= at;
  issue.completedAt = type === "completed" ? (issue.completedAt ?? at) : null;
  issue.canceledAt = type === "canceled" ? (issue.canceledAt ?? at) : null;
}
