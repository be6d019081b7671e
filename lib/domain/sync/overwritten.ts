import { derivedUuid } from "../ids.js";
import type { PlanItem } from "../plan-item.js";
import type { Reading, StoredConflict } from "./detect.js";
import { isSameValue } from "./merge-item.js";
import { type IssueContext, type IssueState, readIssueValues } from "./issue-values.js";
import type { ItemValues, SyncField } from "./values.js";

/** A change of an issue as its history has it; of a description it only says that there was one. */
export type HistoryEntry = {
  at: string;
  actorId: string | null;
  title?: { to: string };
  priority?: { to: number };
  estimate?: { to: number | null };
  parentId?: { to: string | null };
  addedLabelIds?: readonly string[];
  removedLabelIds?: readonly string[];
  description?: true;
};

/** A field that somebody had changed between our read and our write, with the value that is nowhere now; undefined where nobody can say it any more. */
export type Overwritten = { field: SyncField; value: ItemValues[SyncField] | undefined; by: string | null; at: string };

type Written = {
  /** The issue as it was read, and what it said then. */
  issue: IssueState & { updatedAt: string };
  now: ItemValues;
  /** What it was given. */
  given: Partial<ItemValues>;
  /** The description that the last event since the read told; null where none came. */
  told: string | null;
  /** Who we are in the history. */
  ownActorIds: readonly string[];
  context: IssueContext;
};

/**
 * What our write wrote over. Linear writes whatever it is told, so the history since the read is looked through: what others changed before
 * our own entry in it stood when we wrote.
 */
export function findOverwritten(history: readonly HistoryEntry[], written: Written): Overwritten[] {
  const { issue, now, given, told, ownActorIds, context } = written;
  const isOurs = (entry: HistoryEntry) => ownActorIds.includes(entry.actorId ?? "");
  const since = history.filter((entry) => entry.at > issue.updatedAt);
  const ours = since.findLastIndex((entry) => isOurs(entry));
  const others = since.slice(0, ours < 0 ? undefined : ours).filter((entry) => !isOurs(entry));
  if (others.length === 0) return [];
  const between = others.reduce((before, entry) => after(before, entry, told), issue as IssueState);
  const values = readIssueValues(between, now, context);
  const last = others[others.length - 1] as HistoryEntry;
  const found = (Object.keys(given) as SyncField[])
    .filter(
      (field) => !isSameValue(field, values[field], now[field]) && !isSameValue(field, values[field], given[field]),
    )
    .map((field): Overwritten => ({ field, value: values[field], by: last.actorId, at: last.at }));
  const untold = told === null ? others.findLast((entry) => entry.description) : undefined;
  const writesText = ["description", "acceptanceCriteria", "enablerType"].some((field) => field in given);
  if (!untold || !writesText || found.some(({ field }) => field === "description")) return found;
  return [...found, { field: "description", value: undefined, by: untold.actorId, at: untold.at }];
}

function after(issue: IssueState, entry: HistoryEntry, told: string | null): IssueState {
  const { title, priority, estimate, parentId, addedLabelIds = [], removedLabelIds = [] } = entry;
  const description = entry.description ? told : null;
  return {
    ...issue,
    ...(title ? { title: title.to } : {}),
    ...(priority ? { priority: priority.to } : {}),
    ...(estimate ? { estimate: estimate.to } : {}),
    ...(parentId ? { parentId: parentId.to } : {}),
    ...(description === null ? {} : { description }),
    labelIds: [...issue.labelIds.filter((id) => !removedLabelIds.includes(id)), ...addedLabelIds],
  };
}

/** The conflict that stands for what was written over: the issue holds our value, the other one is kept here alone. */
export function overwrittenConflict(
  item: PlanItem,
  { field, value, by, at }: Overwritten,
  { plan, view, page }: Reading,
): StoredConflict {
  const open = plan.conflicts.find((one) => one.itemId === item.id && one.field === field);
  return {
    id: open?.id ?? derivedUuid(item.id, "overwritten", field, at),
    itemId: item.id,
    field,
    kind: "overwritten",
    base: open?.base ?? null,
    linear: { value: value ?? null, author: by, at },
    page: { value: view.valuesOf(item.id)?.[field] ?? null, author: page.authorId, at: page.updatedAt },
    decision: null,
    applied: false,
  };
}
