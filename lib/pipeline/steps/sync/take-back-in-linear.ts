import { comparingOf, type Reading } from "../../../domain/sync/detect.js";
import type { PlanItem } from "../../../domain/plan-item.js";
import { toIssueChange, toOrderChanges, toProjectChange } from "../../../domain/sync/issue-change.js";
import { indexOf, linearBase } from "../../../domain/sync/item-values.js";
import { isSameValue } from "../../../domain/sync/merge-item.js";
import type { Done } from "../../../domain/sync/run.js";
import { issueContextOf } from "../../../domain/sync/sides.js";
import { entriesOf, reversalOf, takenBack } from "../../../domain/sync/take-back.js";
import { type ItemValues, type SyncField, syncFields } from "../../../domain/sync/values.js";
import * as words from "../../../domain/wording/sync.js";
import type { IssueChange, IssueSnapshot, LinearClient, WriteResult } from "../../../ports-services.js";
import type { PastRun } from "../../../ports-sync.js";
import type { SyncInput, SyncResult } from "../../sync-step.js";
import { halt } from "./finish.js";
import { isHalt, readBlockers, readItems, readingOf, readPlanPage, readSetup } from "./read-sides.js";
import { relate } from "./relate.js";
import { findWrittenOver } from "./written-over.js";

/** Sets issues and projects back to what they said before a run; new issues with which nobody has worked are thrown away. */
export async function takeBackInLinear(input: SyncInput, run: PastRun): Promise<SyncResult> {
  const { seen, work, world } = input;
  const read = await readPlanPage(seen, world);
  if (isHalt(read)) return halt(input, read);
  const linear = world.linear(seen.plan.organizationId);
  const touched = new Set<string>(run.done.filter(({ side }) => side === "linear").map(({ itemId }) => itemId));
  const items = seen.items.filter((item) => touched.has(item.id));
  const [setup, found] = [await readSetup(seen, linear, world), await readItems(items, linear)];
  const relating = items.filter((item) =>
    entriesOf(run.done, item.id, "linear").some((one) => one.field === "dependsOn"),
  );
  const blockers = await readBlockers(
    relating.flatMap((item) => item.linearId ?? []),
    linear,
  );
  const reading = readingOf(seen, read.page, { setup, linear: { ...found, blockers }, runId: work.runId });
  const back = await write(input, backOf(run, items, reading), reading, linear);
  const given = back.filter(({ act }) => act === "set").map(({ item, now, set }) => ({ item, now, given: set }));
  const conflicts = await findWrittenOver(given, reading, { seen, linear });
  return {
    next: {
      step: "take-back",
      work: {
        ...work,
        page: { version: read.page.version, updatedAt: read.page.updatedAt, authorId: read.page.authorId },
        counts: {
          ...work.counts,
          updatedIssues: back.filter(isChanged).length,
          conflictsDetected: work.counts.conflictsDetected + conflicts.length,
        },
        done: back.flatMap((one) => one.done),
      },
    },
    items: back.filter(isChanged).map(({ item, set, isApart }): PlanItem => {
      const back = takenBack(item, { linear: set }, seen.items, reading.view);
      const stored = conflicts.some((one) => one.itemId === item.id) ? { ...back, unsettled: true } : back;
      return isApart ? { ...stored, state: "undone", pending: null, linksPending: false } : stored;
    }),
    conflicts,
    setup,
  };
}

/** What is to become of one item in Linear. */
type Back = {
  item: PlanItem;
  now: ItemValues;
  set: Partial<ItemValues>;
  act: "set" | "trash" | "reopen" | "cancel";
  /** It is not kept in step any more: one side has it, the other has not. */
  isApart: boolean;
  done: Done[];
};
const isChanged = ({ set, isApart }: Back): boolean => isApart || Object.keys(set).length > 0;

function backOf(run: PastRun, items: readonly PlanItem[], reading: Reading): Back[] {
  const comparing = comparingOf(reading);
  const index = indexOf(reading.plan.items);
  const list = items.flatMap((item): Back[] => {
    const before = linearBase(item, index);
    const now = comparing.issueOf(item, before, reading.view.index);
    if (!now || item.state === "undone") return [];
    const about = { side: "linear", itemId: item.id, title: item.fields.title } as const;
    const own = run.done.filter((one) => one.itemId === item.id && one.side === "linear");
    const was = (what: Done["what"]) => own.some((one) => one.what === what);
    const { setup } = reading.plan;
    if (was("created"))
      return isUntouched(reading.linear.issues.get(item.linearId ?? "") as IssueSnapshot | undefined, before, now)
        ? [{ item, now, set: {}, act: "trash", isApart: true, done: [{ ...about, what: "cancelled" }] }]
        : [{ item, now, set: {}, act: "set", isApart: false, done: [kept(item, "item", words.workedWith)] }];
    if (was("cancelled") && setup.openStateId)
      return [{ item, now, set: {}, act: "reopen", isApart: true, done: [{ ...about, what: "reopened" }] }];
    if (was("reopened") && setup.canceledStateId)
      return [{ item, now, set: {}, act: "cancel", isApart: true, done: [{ ...about, what: "cancelled" }] }];
    const { set, kept: left } = reversalOf(entriesOf(own, item.id, "linear"), now);
    const done = (Object.keys(set) as SyncField[]).map(
      (field): Done => ({ ...about, what: "set", field, from: now[field], to: set[field] ?? null }),
    );
    return [
      {
        item,
        now,
        set,
        act: "set",
        isApart: false,
        done: [...done, ...left.map((field) => kept(item, field, words.changedSince))],
      },
    ];
  });
  return withoutParentsOfOthers(list, reading);
}

const kept = (item: PlanItem, field: SyncField | "item", reason: string): Done => ({
  side: "linear",
  itemId: item.id,
  title: item.fields.title,
  what: "left_out",
  field,
  reason,
});

/** Nobody has worked with it since it was made; one that is thrown away already is none that somebody works with. */
const isUntouched = (issue: IssueSnapshot | undefined, before: ItemValues, now: ItemValues): boolean =>
  issue !== undefined &&
  (issue.trashed ||
    (syncFields.every((field) => isSameValue(field, before[field], now[field])) &&
      !issue.hasComments &&
      issue.assigneeId === null &&
      ["triage", "backlog", "unstarted"].includes(issue.stateType)));

/** An issue below which something stays is not thrown away. */
function withoutParentsOfOthers(list: Back[], { linear }: Reading): Back[] {
  const going = new Set(list.flatMap(({ act, item }) => (act === "trash" ? [item.linearId ?? ""] : [])));
  const childrenOf = (id: string) => linear.issues.get(id)?.children?.map((child) => child.id) ?? [];
  for (let before = -1; before !== going.size; ) {
    before = going.size;
    for (const id of going) if (childrenOf(id).some((child) => !going.has(child))) going.delete(id);
  }
  return list.map((one) =>
    one.act === "trash" && !going.has(one.item.linearId ?? "")
      ? { ...one, act: "set", isApart: false, done: [kept(one.item, "item", words.hasOthersBelow)] }
      : one,
  );
}

/** Writes it; what Linear does not take stays as it is and is named. */
async function write({ lease }: SyncInput, list: Back[], reading: Reading, linear: LinearClient): Promise<Back[]> {
  const { plan } = reading;
  const context = { ...issueContextOf(plan, plan.items), blockedBy: null };
  const issues: { id: string; change: IssueChange }[] = [];
  const moves: { id: string; change: IssueChange; of: PlanItem }[] = [];
  const projects: { id: string; change: object }[] = [];
  for (const { item, now, set, act } of list) {
    const id = item.linearId ?? "";
    const [issue, project] = [reading.linear.issues.get(id), reading.linear.projects.get(id)];
    const states: Partial<Record<Back["act"], string | null>> = {
      reopen: plan.setup.openStateId,
      cancel: plan.setup.canceledStateId,
    };
    const stateId = states[act];
    const change = stateId ? { stateId } : issue ? toIssueChange(issue, now, set, context) : {};
    if (issue && Object.keys(change).length > 0) issues.push({ id, change });
    moves.push(...toOrderChanges(issue, set.order, context).map((move) => ({ ...move, of: item })));
    const content = project ? toProjectChange(project, now, set, context) : {};
    if (Object.keys(content).length > 0) projects.push({ id, change: content });
  }
  const trashed = list.flatMap(({ act, item }) =>
    act === "trash" && !reading.linear.issues.get(item.linearId ?? "")?.trashed ? [item.linearId ?? ""] : [],
  );
  const results: WriteResult[] = [];
  if (issues.length + moves.length > 0) {
    await lease.renew();
    results.push(...(await linear.updateIssues([...issues, ...moves.map(({ id, change }) => ({ id, change }))])));
  }
  if (projects.length > 0) {
    await lease.renew();
    results.push(...(await linear.updateProjects(projects)));
  }
  const relating = list.filter(({ set }) => "dependsOn" in set);
  if (relating.length > 0)
    await relate(
      relating.map(({ item, now, set }) => ({
        item,
        now: { page: now, linear: now },
        merge: { toLinear: set, toPage: {}, conflicts: [], overruled: [], held: [] },
      })),
      reading,
      { linear, lease },
    );
  if (trashed.length > 0) {
    await lease.renew();
    results.push(...(await linear.trashIssues(trashed)));
  }
  const refused = new Map(results.flatMap((one) => (one.outcome === "refused" ? [[one.id, one.message ?? ""]] : [])));
  return list.map((one) => {
    const own = [one.item.linearId ?? "", ...moves.filter((move) => move.of === one.item).map(({ id }) => id)];
    const reason = own.map((id) => refused.get(id)).find((found) => found !== undefined);
    return reason === undefined ? one : { ...one, set: {}, isApart: false, done: [kept(one.item, "item", reason)] };
  });
}
