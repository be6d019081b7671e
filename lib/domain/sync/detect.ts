import { derivedUuid, type PlanItemId } from "../ids.js";
import { isForPage, ordersOnPage, type PlanItem } from "../plan-item.js";
import { addedInLinear, addedOnPage } from "./additions.js";
import { compareIssue, compareItem, type Comparing, type Difference, type Given, rename, settle } from "./compare.js";
import { type Conflict, gone, type Strategy } from "./conflict.js";
import { decideExistence } from "./existence.js";
import { judgeEvents, type ToldChange } from "./judge-events.js";
import { indexOf } from "./item-values.js";
import { isSameValue } from "./merge-item.js";
import { withNewcomers } from "./newcomers.js";
import { oneForEachField } from "./one-for-each-field.js";
import type { HistoryEntry } from "./overwritten.js";
import type { Done } from "./run.js";
import { goesTo, isGoneInLinear, issueContextOf, type LinearReading, linearValuesOf, type PlanState } from "./sides.js";
import type { FieldToWrite } from "./to-and-fro.js";
import { type ItemValues, type Policy, type Side, type SyncField, syncFields } from "./values.js";
import { knowing, type PageView } from "./view-page.js";

/** Everything that is read before a run decides anything. */
export type Reading = {
  plan: PlanState;
  view: PageView;
  linear: LinearReading;
  /** When and by whom this version of the page was written. */
  page: { updatedAt: string | null; authorId: string | null; version: number };
  /** The workflow status that the rows of the page show, by key. */
  statuses: ReadonlyMap<string, { text: string }>;
  /** What events told of issues since they were read last, the oldest first. */
  events: readonly ToldChange[];
  /** What the histories of issues say whose last change no event has told; nobody has looked into those of others. */
  history: readonly (HistoryEntry & { issueId: string })[];
  /** Who we are in Linear. */
  ownActorIds: readonly string[];
  runId: string;
};

/** A conflict as it is to be stored; `applied` ends it. */
export type StoredConflict = Conflict & { applied: boolean };

/** What a run found out. Nothing has been written yet. */
export type Detection = {
  /** Items that are to be stored: read anew, agreed, added, or with something to be done. */
  items: PlanItem[];
  toLinear: PlanItemId[];
  toPage: PlanItemId[];
  /** The fields among them that both sides have and one is to be given. */
  writes: FieldToWrite[];
  conflicts: StoredConflict[];
  /** How many conflicts are new, and how many have come to an end. */
  detected: number;
  resolved: number;
  done: Done[];
};

/** Compares a page and its issues with what was agreed, and says what each side is to be given. */
export function detect(read: Reading): Detection {
  const { plan } = read;
  const addedThere = addedOnPage(read);
  const reading = { ...read, view: knowing(addedThere, plan.items, read.view) };
  const found: Detection = {
    items: [],
    toLinear: [],
    toPage: [],
    writes: [],
    conflicts: [],
    detected: 0,
    resolved: 0,
    done: [],
  };
  const comparing = comparingOf(reading);
  const stored = new Map<PlanItemId, PlanItem>();
  for (const item of plan.items) {
    const existence = decideExistence(item, existenceOf(item, reading), reading);
    found.conflicts.push(...existence.conflicts);
    let next = existence.item;
    if (next.pending !== null) (isForPage(next) ? found.toPage : found.toLinear).push(next.id);
    else {
      const difference = compareItem(next, comparing);
      // Where the row is gone, the issue's events are judged all the same.
      const isWithoutRow = difference === null && next.state === "active";
      if (isWithoutRow) found.conflicts.push(...judgeEvents(compareIssue(next, comparing), reading));
      next = difference ? take(difference, reading, found) : rename(next, comparing);
    }
    if (JSON.stringify(next) !== JSON.stringify(item)) stored.set(next.id, next);
  }
  const added = { onPage: addedThere, inLinear: addedInLinear(reading) };
  for (const item of [...added.onPage, ...added.inLinear]) {
    stored.set(item.id, item);
    (isForPage(item) ? found.toPage : found.toLinear).push(item.id);
  }
  const known = plan.items.map((item) => stored.get(item.id) ?? item);
  for (const item of withNewcomers(added, known, reading)) stored.set(item.id, item);
  found.conflicts.push(...ofNobody(plan, stored, found.conflicts));
  found.conflicts = oneForEachField(found.conflicts);
  found.items = [...stored.values()];
  found.detected = found.conflicts.filter((one) => !plan.conflicts.some(({ id }) => id === one.id)).length;
  found.resolved = found.conflicts.filter((one) => one.applied).length;
  return found;
}

/** Conflicts of items that are not kept in step any more: nobody is to be asked about them. */
function ofNobody(
  { items, conflicts }: PlanState,
  stored: ReadonlyMap<PlanItemId, PlanItem>,
  known: readonly StoredConflict[],
): StoredConflict[] {
  const isActive = new Set(
    items.filter((item) => (stored.get(item.id) ?? item).state === "active").map((item) => item.id),
  );
  return conflicts
    .filter((one) => !isActive.has(one.itemId) && !known.some(({ id }) => id === one.id))
    .map((one) => ({ ...one, decision: one.decision ?? { strategy: "agreed", value: null, by: null }, applied: true }));
}

function existenceOf(item: PlanItem, { view, linear, plan }: Reading): Record<Side, boolean> {
  const open = plan.conflicts.find((one) => one.itemId === item.id && one.field === "existence");
  const isGone = isGoneInLinear(item, linear) ?? open?.linear.value === gone;
  return { page: view.pairs.has(item.id), linear: !isGone };
}

/** How the items of a plan are compared; the same in every step of a run, with what each has read. */
export function comparingOf(reading: Reading): Comparing {
  const { plan, view, linear, page } = reading;
  const context = issueContextOf(plan, plan.items);
  return {
    stored: indexOf(plan.items),
    ordersBefore: ordersOnPage(plan.items),
    view,
    policies: policiesOf(plan),
    issueOf: (item, before) => linearValuesOf(item, before, linear, context),
    changedAt: (item) => ({
      page: instantOf(page.updatedAt),
      linear: instantOf(linear.issues.get(item.linearId ?? "")?.updatedAt ?? null),
    }),
    resolvedOf: (item) => resolvedOf(item, plan.conflicts),
    heldOf: (item) =>
      fieldConflicts(item, plan.conflicts)
        .filter((one) => one.kind === "overwritten" && one.decision === null)
        .map((one) => one.field as SyncField),
  };
}

const instantOf = (at: string | null): number | null => (at === null ? null : Date.parse(at));

const policiesOf = ({ settings }: PlanState): Record<SyncField, Policy> =>
  Object.fromEntries(syncFields.map((field) => [field, settings.policies[field] ?? "ask"])) as Record<
    SyncField,
    Policy
  >;

const fieldConflicts = (item: PlanItem, conflicts: readonly Conflict[]) =>
  conflicts.filter((one) => one.itemId === item.id && one.field !== "existence");

function resolvedOf(item: PlanItem, conflicts: readonly Conflict[]): Partial<ItemValues> {
  const decided = fieldConflicts(item, conflicts).flatMap((one) =>
    one.decision ? [[one.field, one.decision.value] as const] : [],
  );
  return Object.fromEntries(decided);
}

/** Takes one item's difference into account: what is agreed moves its bases, what differs is to be written or asked about. */
function take(difference: Difference, reading: Reading, found: Detection): PlanItem {
  const { plan, view, runId } = reading;
  const { item, merge } = difference;
  const isAllowed = { page: goesTo("page", plan), linear: goesTo("linear", plan) };
  if (isAllowed.linear && Object.keys(merge.toLinear).length > 0) found.toLinear.push(item.id);
  if (isAllowed.page && Object.keys(merge.toPage).length > 0) found.toPage.push(item.id);
  for (const side of ["linear", "page"] as const) if (isAllowed[side]) found.writes.push(...fieldsOf(difference, side));
  const told = judgeEvents(difference, reading);
  const conflicts = [
    ...conflictsOf(difference, reading).filter((one) => !told.some(({ id }) => id === one.id)),
    ...told,
  ];
  found.conflicts.push(...conflicts, ...overruledOf(difference, runId));
  const seenAt = reading.linear.issues.get(item.linearId ?? "")?.updatedAt ?? item.seenAt;
  const settled = { ...settle(difference, outOfReach(difference, plan), view), seenAt };
  const isDisputed = conflicts.some((one) => !one.applied);
  const shown = showStatus(settled, reading);
  if (shown.writes && isAllowed.page && !found.toPage.includes(item.id)) found.toPage.push(item.id);
  return { ...shown.item, unsettled: shown.item.unsettled || isDisputed || shown.writes };
}

const fieldsOf = ({ item, merge }: Difference, side: Side): FieldToWrite[] =>
  (Object.keys(side === "page" ? merge.toPage : merge.toLinear) as SyncField[]).map((field) => ({
    itemId: item.id,
    field,
  }));

/** Decisions cannot be written to a side to which nothing goes from here: it stays as it is, and that is the end of it. */
function outOfReach({ item, now, merge }: Difference, plan: PlanState): Given {
  const decided = Object.keys(resolvedOf(item, plan.conflicts)) as SyncField[];
  const asItIs = (side: Side, wanted: Partial<ItemValues>): Partial<ItemValues> =>
    goesTo(side, plan)
      ? {}
      : Object.fromEntries(decided.filter((field) => field in wanted).map((field) => [field, now[side][field]]));
  return { page: asItIs("page", merge.toPage), linear: asItIs("linear", merge.toLinear) };
}

/** Conflicts of an item as they stand now: new ones, those whose values have moved on, and those that have come to an end. */
function conflictsOf(difference: Difference, reading: Reading): StoredConflict[] {
  const { item, merge } = difference;
  const known = fieldConflicts(item, reading.plan.conflicts);
  const kept = known.flatMap((one) => followUp(one, difference, reading));
  const fresh = merge.conflicts
    .filter(({ field }) => !known.some((one) => one.field === field))
    .map(
      ({ field, page, linear, base }): StoredConflict => ({
        id: derivedUuid(item.id, "conflict", field, reading.runId),
        itemId: item.id,
        field,
        kind: "both_changed",
        base,
        ...changesOf(item, { page, linear }, reading),
        decision: null,
        applied: false,
      }),
    );
  return [...kept, ...fresh];
}

const changesOf = (item: PlanItem, values: Record<Side, unknown>, { page, linear }: Reading) => ({
  page: { value: values.page, author: page.authorId, at: page.updatedAt },
  linear: { value: values.linear, author: null, at: linear.issues.get(item.linearId ?? "")?.updatedAt ?? null },
});

function followUp(conflict: Conflict, { item, before, now, merge }: Difference, reading: Reading): StoredConflict[] {
  const field = conflict.field as SyncField;
  const stands = { page: now.page[field], linear: now.linear[field] };
  const isWaiting = merge.conflicts.some((one) => one.field === field);
  const isUnwritten =
    (field in merge.toPage && goesTo("page", reading.plan)) ||
    (field in merge.toLinear && goesTo("linear", reading.plan));
  const { decision } = conflict;
  if (decision) {
    // A decision is about the values that were shown, or, where it takes an earlier one back, about what was written by that; who has changed
    // one since is asked again.
    const isRestored = conflict.kind === "restored";
    const isFresh = (side: Side) => {
      const known = isRestored ? before[side][field] : conflict[side].value;
      return !isSameValue(field, stands[side], known) && !isSameValue(field, stands[side], decision.value);
    };
    if (conflict.kind !== "overwritten" && (isFresh("page") || isFresh("linear"))) {
      const kind = isRestored ? "both_changed" : conflict.kind;
      return [{ ...conflict, kind, ...changesOf(item, stands, reading), decision: null, applied: false }];
    }
    return isUnwritten ? [] : [{ ...conflict, applied: true }];
  }
  // What stands nowhere any more is for people alone to give up; the page may say something else by now.
  if (conflict.kind === "overwritten") {
    const { page } = changesOf(item, stands, reading);
    return isSameValue(field, page.value, conflict.page.value) ? [] : [{ ...conflict, page, applied: false }];
  }
  if (!isWaiting)
    return [{ ...conflict, decision: { strategy: "agreed", value: stands.page, by: null }, applied: true }];
  const isMoved = (["page", "linear"] as const).some((side) => !isSameValue(field, stands[side], conflict[side].value));
  return isMoved ? [{ ...conflict, ...changesOf(item, stands, reading), applied: false }] : [];
}

/** What a policy decided is kept with both values, so that the one not taken can be brought back. */
function overruledOf({ item, now, merge, before }: Difference, runId: string): StoredConflict[] {
  return merge.overruled.map(({ field, side }) => {
    const strategy: Strategy = side === "page" ? "linear" : "confluence";
    const taken = now[side === "page" ? "linear" : "page"][field];
    return {
      id: derivedUuid(item.id, "overruled", field, runId),
      itemId: item.id,
      field,
      kind: "both_changed",
      base: before.page[field],
      page: { value: now.page[field], author: null, at: null },
      linear: { value: now.linear[field], author: null, at: null },
      decision: { strategy, value: taken, by: null },
      applied: true,
    };
  });
}

/** A status flows from Linear to the page, where the page shows one and it has changed since it was told last. */
function showStatus(item: PlanItem, { linear, statuses, view }: Reading): { item: PlanItem; writes: boolean } {
  const issue = linear.issues.get(item.linearId ?? "");
  if (!issue || issue.stateName === item.status) return { item, writes: false };
  const shown = statuses.get(view.pairs.get(item.id)?.key ?? "");
  const writes = item.status !== null && shown !== undefined && shown.text !== issue.stateName;
  return { item: writes ? item : { ...item, status: issue.stateName }, writes };
}
