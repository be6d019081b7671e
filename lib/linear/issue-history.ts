import type { IssueHistoryEntry } from "../ports-services.js";
import type { Connection } from "./connection.js";
import {
  type HistoryNode,
  type HistoryPage,
  readDescriptionWriters,
  readHistories,
  readHistoryOfOne,
} from "./documents.js";
import { meaningOf, refusalOf, refused } from "./errors.js";
import { inChunks } from "./write-entries.js";

type Change = { issueId: string; node: HistoryNode };

/** What happened to issues at or after an instant, oldest first; an issue to which very much happened costs requests of its own. */
export async function historyOf(
  connection: Connection,
  issueIds: string[],
  since: string,
): Promise<IssueHistoryEntry[]> {
  const found: IssueHistoryEntry[] = [];
  for (const ids of inChunks([...new Set(issueIds)], 50)) {
    const changes = await changesOf(connection, ids, since);
    const writers = await writersOf(connection, changes);
    found.push(...changes.flatMap((change) => toEntries(change, writers.get(change.node.id) ?? [])));
  }
  return found.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

async function changesOf(connection: Connection, ids: string[], since: string): Promise<Change[]> {
  const { issues } = await connection.ask(readHistories, { ids });
  const changes: Change[] = [];
  for (const { id: issueId, history } of issues.nodes) {
    const nodes = [...history.nodes, ...(await laterPages(connection, issueId, history, since))];
    changes.push(...nodes.filter((node) => !isBefore(node, since)).map((node) => ({ issueId, node })));
  }
  return changes;
}

/** Behind one entry about a description may stand several people; nothing is asked where no description changed. */
async function writersOf(connection: Connection, changes: Change[]): Promise<Map<string, string[]>> {
  const ids = new Set(changes.flatMap(({ issueId, node }) => (node.updatedDescription ? [issueId] : [])));
  if (ids.size === 0) return new Map();
  const { issues } = await connection.ask(readDescriptionWriters, { ids: [...ids] });
  const nodes = issues.nodes.flatMap(({ history }) => history.nodes);
  return new Map(nodes.map((node) => [node.id, (node.descriptionUpdatedBy ?? []).map((user) => user.id)]));
}

async function laterPages(
  connection: Connection,
  id: string,
  first: HistoryPage,
  since: string,
): Promise<HistoryNode[]> {
  const nodes: HistoryNode[] = [];
  for (let page = first; page.pageInfo.hasNextPage && !reachesBack(page.nodes, since); ) {
    const { data, errors } = await connection.send(readHistoryOfOne, { id, after: page.pageInfo.endCursor });
    // Thrown away for good since the page before.
    if (errors.some((error) => meaningOf(error) === "not_found")) break;
    if (errors[0] || !data) throw refused(readHistoryOfOne.name, errors[0] ? refusalOf(errors[0]) : "no answer");
    page = data.issue.history;
    nodes.push(...page.nodes);
  }
  return nodes;
}

/** True where the pages behind this one hold nothing as new; Linear does not promise that the newest come first. */
function reachesBack(nodes: HistoryNode[], since: string): boolean {
  const [first, last] = [nodes[0], nodes.at(-1)];
  if (first === undefined || last === undefined) return false;
  return isBefore(last, since) && Date.parse(first.updatedAt) >= Date.parse(last.updatedAt);
}

/** Linear gathers edits that follow each other into one entry: its last edit counts, not when it was begun. */
const isBefore = (node: HistoryNode, since: string) => Date.parse(node.updatedAt) < Date.parse(since);

/** An entry for each person: who began an entry about a description need not be who wrote it last. */
function toEntries({ issueId, node }: Change, writers: string[]): IssueHistoryEntry[] {
  const by = (actorId: string | null) => ({ issueId, at: node.updatedAt, actorId });
  const actorId = node.actorId ?? node.botActor?.id ?? null;
  const changes = { ...toChanges(node), ...(node.updatedDescription && { description: true as const }) };
  const own = Object.keys(changes).length > 0 ? [{ ...by(actorId), ...changes }] : [];
  const others = node.updatedDescription ? writers.filter((id) => id !== actorId) : [];
  return [...own, ...others.map((id) => ({ ...by(id), description: true as const }))];
}

/** Only what changed is named: a field that was empty before and after is not. */
function toChanges(node: HistoryNode): Omit<IssueHistoryEntry, "issueId" | "at" | "actorId" | "description"> {
  const { fromTitle, toTitle, toPriority, fromStateId, toStateId, addedLabelIds, removedLabelIds } = node;
  const estimate = pair(node.fromEstimate, node.toEstimate);
  const parentId = pair(node.fromParentId, node.toParentId);
  return {
    ...(toTitle != null && { title: { from: fromTitle ?? "", to: toTitle } }),
    ...(toPriority != null && { priority: { from: node.fromPriority ?? 0, to: toPriority } }),
    ...(estimate && { estimate }),
    ...(parentId && { parentId }),
    ...(fromStateId != null && toStateId != null && { stateId: { from: fromStateId, to: toStateId } }),
    ...(addedLabelIds?.length && { addedLabelIds }),
    ...(removedLabelIds?.length && { removedLabelIds }),
  };
}

function pair<Value>(from: Value | null | undefined, to: Value | null | undefined) {
  return from == null && to == null ? null : { from: from ?? null, to: to ?? null };
}
