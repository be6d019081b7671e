import { derivedUuid } from "../ids.js";
import type { PlanItem } from "../plan-item.js";
import { type ChangeOf, type Conflict, isUntold } from "./conflict.js";
import type { StoredConflict } from "./detect.js";
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
  /** True where we know that we gave it that; otherwise only what the history says counts. */
  isKnown: boolean;
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
  const { issue, now, given, isKnown, told, ownActorIds, context } = written;
  const isOurs = (entry: HistoryEntry) => ownActorIds.includes(entry.actorId ?? "");
  const since = history.filter((entry) => entry.at > issue.updatedAt);
  const othersBefore = (field: SyncField): HistoryEntry[] => {
    const ours = since.findLastIndex((entry) => isOurs(entry) && (isKnown || isAbout(entry, field)));
    if (ours < 0 && !isKnown) return [];
    return since.slice(0, ours < 0 ? undefined : ours).filter((entry) => !isOurs(entry));
  };
  const found = (Object.keys(given) as SyncField[]).flatMap((field): Overwritten[] => {
    const others = othersBefore(field);
    const last = others.at(-1);
    if (!last) return [];
    const between = others.reduce((before, entry) => after(before, entry, told), issue as IssueState);
    const value = readIssueValues(between, now, context)[field];
    const isGone = !isSameValue(field, value, now[field]) && !isSameValue(field, value, given[field]);
    return isGone ? [{ field, value, by: last.actorId, at: last.at }] : [];
  });
  const writesText = textFields.some((field) => field in given);
  if (told !== null || !writesText || found.some(({ field }) => field === "description")) return found;
  const untold = othersBefore("description").findLast((entry) => entry.description);
  return untold ? [...found, { field: "description", value: undefined, by: untold.actorId, at: untold.at }] : found;
}

const textFields: readonly SyncField[] = ["description", "acceptanceCriteria", "enablerType"];

/** True for fields that Linear keeps in one: of the description of an issue nobody can say which part of it was changed. */
export function areOneText(one: SyncField, other: SyncField): boolean {
  return one === other || (textFields.includes(one) && textFields.includes(other));
}

/** Whether an entry says that the field of an issue was changed in which a value stands. */
export function isAbout(entry: HistoryEntry, field: SyncField): boolean {
  if (textFields.includes(field)) return entry.description === true;
  if (field === "title") return entry.title !== undefined;
  if (field === "priority") return entry.priority !== undefined;
  if (field === "storyPoints") return entry.estimate !== undefined;
  if (field === "parent") return entry.parentId !== undefined;
  return field === "kind" && [...(entry.addedLabelIds ?? []), ...(entry.removedLabelIds ?? [])].length > 0;
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

/**
 * The conflict that stands for what was written over: the issue holds our value, the other one is kept here alone. `open` is what people are asked
 * about the field already. Where that is the same, or nobody can say of either what it was, it stays; a known value makes room, and can be brought
 * back all the same.
 */
export function overwrittenConflicts(
  item: PlanItem,
  { field, value, by, at }: Overwritten,
  { open, base, page }: { open: Conflict | undefined; base: unknown; page: ChangeOf },
): StoredConflict[] {
  const before = open?.kind === "overwritten" ? open : undefined;
  const isFilled = before !== undefined && isUntold(before) && value !== undefined;
  if (before && !isFilled && (before.linear.at === at || isUntold(before))) return [];
  const makesRoom = before !== undefined && !isFilled && before.decision === null;
  const conflict: StoredConflict = {
    id: (makesRoom ? undefined : open?.id) ?? derivedUuid(item.id, "overwritten", field, at),
    itemId: item.id,
    field,
    kind: "overwritten",
    base: open?.base ?? base,
    linear: { value: value ?? null, author: by, at },
    page,
    decision: null,
    applied: false,
  };
  if (!makesRoom) return [conflict];
  return [{ ...before, decision: { strategy: "agreed", value: before.page.value, by: null }, applied: true }, conflict];
}
