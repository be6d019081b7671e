import type { PlanItem } from "../../../domain/plan-item.js";
import { compareItem, type Difference, settle } from "../../../domain/sync/compare.js";
import { comparingOf, type Reading, type StoredConflict } from "../../../domain/sync/detect.js";
import { type IssueEdit, toIssueChange, toOrderChanges, toProjectChange } from "../../../domain/sync/issue-change.js";
import type { Done, PlanSetup, SyncWork } from "../../../domain/sync/run.js";
import { goesTo, issueContextOf, type LinearReading } from "../../../domain/sync/sides.js";
import type { ItemValues, SyncField } from "../../../domain/sync/values.js";
import * as words from "../../../domain/wording/sync.js";
import type { LinearClient, WriteResult } from "../../../ports-services.js";
import type { SyncedPlan } from "../../../ports-sync.js";
import type { Lease } from "../../step.js";
import { comparedPage, readBlockers, readItems, readingOf } from "./read-sides.js";
import { perhapsWritten } from "./landed.js";
import { relate } from "./relate.js";
import { findWrittenOver } from "./written-over.js";

type Updating = { seen: SyncedPlan; work: SyncWork; lease: Lease; setup: PlanSetup; linear: LinearClient };

/** What became of a batch of differences. */
export type Updated = {
  items: PlanItem[];
  conflicts: StoredConflict[];
  done: Done[];
  /** How many issues were changed. */
  issues: number;
  /** Items of which the page is to be given something too. */
  toPage: PlanItem["id"][];
};

/**
 * Gives issues what the page has changed. Each is read at this moment, compared once more, and given only what differs; afterwards its history
 * says what somebody else had set between reading and writing. Null where the page that was compared is not at hand any more.
 */
export async function updateFields(updating: Updating, items: PlanItem[]): Promise<Updated | null> {
  const { seen, work, linear } = updating;
  const page = comparedPage(seen, work);
  if (!page) return null;
  const fresh = await readItems(items, linear);
  const readWith = (read: LinearReading): Reading =>
    readingOf(seen, page, { setup: updating.setup, linear: read, runId: work.runId });
  let reading = readWith(fresh);
  let differences = compareAll(items, reading);
  const relating = differences.filter((one) => relates(one, fresh));
  if (relating.length > 0) {
    const blockers = await readBlockers(
      relating.map(({ item }) => item.linearId ?? ""),
      linear,
    );
    reading = readWith({ ...fresh, blockers });
    differences = compareAll(items, reading);
  }
  const { edited, refused, reordered } = await write(differences, reading, updating);
  const given = edited.map(({ item, now, merge }) => ({ item, now: now.linear, given: merge.toLinear }));
  const before = perhapsWritten(
    differences.filter((one) => !edited.includes(one)),
    reading,
    seen,
  );
  const conflicts = await findWrittenOver([...given, ...before], reading, updating);
  const settled = differences.map((difference) => settleWritten(difference, reading, refused, conflicts));
  return {
    items: settled,
    conflicts,
    done: differences.flatMap((difference) => doneOf(difference, refused)),
    issues: edited.length + reordered,
    toPage: goesTo("page", reading.plan)
      ? differences.filter(({ merge }) => Object.keys(merge.toPage).length > 0).map(({ item }) => item.id)
      : [],
  };
}

function compareAll(items: readonly PlanItem[], reading: Reading): Difference[] {
  const comparing = comparingOf(reading);
  return items.map((item) => compareItem(item, comparing)).filter((one) => one !== null);
}

/** Whether other issues are to block this one, which Linear shows. */
const relates = ({ item, merge }: Difference, { issues }: LinearReading): boolean =>
  "dependsOn" in merge.toLinear && issues.has(item.linearId ?? "");

/** Why Linear did not take something: by the issue, and by `orderOf` where it is about the order of what hangs below. */
type Refusals = ReadonlyMap<string, string>;
const orderOf = ({ item }: Difference): string => `order below ${item.linearId}`;
const refusalOf = (difference: Difference, field: SyncField, refused: Refusals): string | undefined =>
  refused.get(field === "order" ? orderOf(difference) : (difference.item.linearId ?? ""));

async function write(
  differences: Difference[],
  reading: Reading,
  { linear, lease }: Updating,
): Promise<{ edited: Difference[]; refused: Refusals; reordered: number }> {
  const { plan, linear: read } = reading;
  const context = { ...issueContextOf(plan, plan.items), blockedBy: null };
  const issues: { difference: Difference; id: string; change: IssueEdit }[] = [];
  const projects: { difference: Difference; id: string; change: object }[] = [];
  for (const difference of differences) {
    const { item, now, merge } = difference;
    const id = item.linearId ?? "";
    const [issue, project] = [read.issues.get(id), read.projects.get(id)];
    const change = issue ? toIssueChange(issue, now.linear, merge.toLinear, context) : {};
    if (Object.keys(change).length > 0) issues.push({ difference, id, change });
    const content = project ? toProjectChange(project, now.linear, merge.toLinear, context) : {};
    if (Object.keys(content).length > 0) projects.push({ difference, id, change: content });
  }
  const orders = differences.map((difference) => ({
    difference,
    moves: toOrderChanges(read.issues.get(difference.item.linearId ?? ""), difference.merge.toLinear.order, context),
  }));
  const moves = orders.flatMap((one) => one.moves);
  const results: WriteResult[] = [];
  if (issues.length + moves.length > 0) {
    await lease.renew();
    results.push(...(await linear.updateIssues([...issues, ...moves])));
  }
  if (projects.length > 0) {
    await lease.renew();
    results.push(...(await linear.updateProjects(projects)));
  }
  const relating = differences.filter((one) => relates(one, read));
  if (relating.length > 0) await relate(relating, reading, { linear, lease });
  const unseen = differences.filter(
    ({ item: { linearId } }) => !read.issues.has(linearId ?? "") && !read.projects.has(linearId ?? ""),
  );
  const refused = new Map([
    ...unseen.flatMap((one) => [one.item.linearId ?? "", orderOf(one)]).map((id) => [id, words.notShown] as const),
    ...results.filter((result) => result.outcome === "refused").map(({ id, message }) => [id, message ?? ""] as const),
  ]);
  for (const { difference, moves: own } of orders) {
    const reason = own.map(({ id }) => refused.get(id)).find((one) => one !== undefined);
    if (reason !== undefined) refused.set(orderOf(difference), reason);
  }
  const edited = [...new Set([...[...issues, ...projects].map((one) => one.difference), ...relating])];
  return {
    edited: edited.filter(({ item }) => !refused.has(item.linearId ?? "")),
    refused,
    reordered: moves.filter(({ id }) => !refused.has(id)).length,
  };
}

function settleWritten(
  difference: Difference,
  { view, linear }: Reading,
  refused: Refusals,
  conflicts: StoredConflict[],
): PlanItem {
  const { item, merge, now } = difference;
  // What Linear does not take stays as it is there, and the bases say so.
  const given: Partial<ItemValues> = Object.fromEntries(
    (Object.keys(merge.toLinear) as SyncField[]).map((field) => [
      field,
      refusalOf(difference, field, refused) === undefined ? merge.toLinear[field] : now.linear[field],
    ]),
  );
  const settled = settle(difference, { linear: given }, view);
  const isDisputed = conflicts.some((one) => one.itemId === item.id) || merge.conflicts.length > 0;
  const issue = linear.issues.get(item.linearId ?? "");
  return { ...settled, seenAt: issue?.updatedAt ?? item.seenAt, unsettled: settled.unsettled || isDisputed };
}

function doneOf(difference: Difference, refused: Refusals): Done[] {
  const { item, now, merge } = difference;
  const about = { side: "linear" as const, itemId: item.id, title: item.fields.title };
  return (Object.keys(merge.toLinear) as SyncField[]).map((field): Done => {
    const reason = refusalOf(difference, field, refused);
    return reason === undefined
      ? { ...about, what: "set", field, from: now.linear[field], to: merge.toLinear[field] ?? null }
      : { ...about, what: "left_out", field, reason };
  });
}
