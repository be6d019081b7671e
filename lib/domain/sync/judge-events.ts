import type { IssueDifference } from "./compare.js";
import { type Conflict, isUntold } from "./conflict.js";
import type { Reading, StoredConflict } from "./detect.js";
import { type IssueState, readIssueValues } from "./issue-values.js";
import { isSameValue } from "./merge-item.js";
import { issueContextOf, type SeenIssue } from "./sides.js";
import { isAbout, overwrittenConflicts } from "./overwritten.js";
import type { ItemValues, SyncField } from "./values.js";

/** A change of an issue as Linear's event told it: what the issue said after it, and the names of what was another before. */
export type ToldChange = {
  issueId: string;
  changedAt: string;
  actorId: string | null;
  data: Partial<IssueState> & { changed?: readonly string[] };
};

/** The fields of an item that a field of an issue says. */
const fieldsOf: Record<string, SyncField[]> = {
  title: ["title"],
  description: ["description", "acceptanceCriteria", "enablerType"],
  priority: ["priority"],
  estimate: ["storyPoints"],
  parentId: ["parent"],
  labelIds: ["kind"],
};

/**
 * Values that events told of and that stand nowhere any more although no person has changed them since: our write has taken their place. An event
 * is judged by what it carries, because Linear keeps no former descriptions. What happened before the issue was read last is in its base, but for a
 * description that we wrote over and of which no event had told by then.
 */
export function judgeEvents(difference: IssueDifference, reading: Reading): StoredConflict[] {
  const { item, before, now } = difference;
  const issue = reading.linear.issues.get(item.linearId ?? "");
  if (!issue) return [];
  const untoldAt = reading.plan.conflicts.find((one) => one.itemId === item.id && isUntold(one))?.linear.at ?? null;
  const told = reading.events.filter(
    (event) =>
      event.issueId === issue.id &&
      (event.changedAt > (item.seenAt ?? "") || (untoldAt !== null && event.changedAt >= untoldAt)) &&
      !reading.ownActorIds.includes(event.actorId ?? ""),
  );
  const context = { ...issueContextOf(reading.plan, reading.plan.items), blockedBy: null };
  const last = new Map<SyncField, { value: ItemValues[SyncField]; event: ToldChange }>();
  const late = new Map<SyncField, { value: ItemValues[SyncField]; event: ToldChange }>();
  for (const event of told) {
    const values = readIssueValues(after(issue, event), before.linear, context);
    for (const field of (event.data.changed ?? []).flatMap((name) => fieldsOf[name] ?? []))
      if (event.changedAt === untoldAt) late.set(field, { value: values[field], event });
      else if (!isSameValue(field, values[field], before.linear[field]) || last.has(field))
        last.set(field, { value: values[field], event });
  }
  const since = reading.history.filter((entry) => entry.issueId === issue.id);
  // Where a field was changed again since, its last event is no news; the one of which we know that it was written over is, whatever came later.
  const isOverwritten = (field: SyncField, value: ItemValues[SyncField], event: ToldChange) =>
    !isSameValue(field, value, now.linear[field]) &&
    (event.changedAt === untoldAt ||
      (isSameValue(field, now.linear[field], before.linear[field]) && !isUndone(since, field, event, reading)));
  const found = [...late, ...last].filter(([field, { value, event }]) => isOverwritten(field, value, event));
  const known = reading.plan.conflicts.filter((one) => one.itemId === item.id);
  const conflicts = found.flatMap(([field, { value, event }]) => toConflict(difference, field, value, event, known));
  return [...conflicts, ...(told.length > 0 ? answered(known, conflicts) : [])];
}

/** True where the history says that somebody has changed the field since an event, and that it was not we. */
function isUndone(
  history: Reading["history"],
  field: SyncField,
  { changedAt }: ToldChange,
  { ownActorIds }: Reading,
): boolean {
  const later = history.filter((entry) => entry.at > changedAt && isAbout(entry, field));
  return later.length > 0 && !later.some(({ actorId }) => ownActorIds.includes(actorId ?? ""));
}

const after = (issue: SeenIssue, { data }: ToldChange): IssueState => {
  const { changed: _changed, ...said } = data;
  const known = Object.entries(said).filter(([name, value]) => name in fieldsOf && value !== undefined);
  return { ...issue, ...Object.fromEntries(known), description: said.description ?? issue.description };
};

function toConflict(
  { item, now, before }: IssueDifference,
  field: SyncField,
  value: ItemValues[SyncField],
  { actorId, changedAt }: ToldChange,
  known: readonly Conflict[],
): StoredConflict[] {
  const open = known.find((one) => one.field === field);
  // What is decided needs no event.
  if (open && open.decision !== null) return [];
  const page = open?.page ?? { value: now.linear[field], author: null, at: null };
  return overwrittenConflicts(
    item,
    { field, value, by: actorId, at: changedAt },
    { open, base: before.page[field], page },
  );
}

/** A description that nobody could tell, and of which an event has now told that it was the criteria. */
function answered(known: readonly Conflict[], conflicts: readonly StoredConflict[]): StoredConflict[] {
  const isAbout = (one: Conflict) => conflicts.some((other) => other.id === one.id);
  return known
    .filter((one) => isUntold(one) && !isAbout(one))
    .filter(() => conflicts.length > 0)
    .map((one) => ({ ...one, decision: { strategy: "agreed", value: one.page.value, by: null }, applied: true }));
}
