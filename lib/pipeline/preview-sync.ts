import { randomUUID } from "node:crypto";
import type { PlanId } from "../domain/ids.js";
import { editPage } from "../domain/surgery/edit-page.js";
import type { PageEdit } from "../domain/surgery/page-change.js";
import { compareItem } from "../domain/sync/compare.js";
import type { Conflict } from "../domain/sync/conflict.js";
import { comparingOf, detect, type Detection, type Reading, type StoredConflict } from "../domain/sync/detect.js";
import { toIssueChange, toProjectChange } from "../domain/sync/issue-change.js";
import { pageTasks } from "../domain/sync/page-tasks.js";
import { newWork } from "../domain/sync/run.js";
import { issueContextOf } from "../domain/sync/sides.js";
import type { Side } from "../domain/sync/values.js";
import { commentProblems } from "../domain/wording/comments.js";
import type { PlanItem } from "../domain/plan-item.js";
import type { World } from "../ports.js";
import type { LinearWrite, Preview, SyncedPlan } from "../ports-sync.js";
import { readBoth, withLinks } from "./steps/sync/detect-changes.js";
import { readComments } from "./steps/sync/mirror-comments.js";
import { isHalt } from "./steps/sync/read-sides.js";

export type SyncPreview = Extract<Preview, { pageVersion: number }>;

/** What a run would do now, with every write on both sides; nothing is written and nothing is kept. Null where there is no such plan. */
export async function previewSync(planId: PlanId, world: World): Promise<Preview> {
  const seen = await world.sync.load(planId);
  if (!seen) return null;
  const read = await readBoth({ seen, work: newWork(randomUUID(), "person"), world });
  if (isHalt(read)) return read;
  const found = detect(read.reading);
  found.toPage = withLinks(found.toPage, read.reading);
  const items = merged(seen.items, found.items);
  const reading: Reading = { ...read.reading, plan: { ...read.reading.plan, items } };
  const page = editsOf(found, read.page, reading, read.reading);
  const comments = await commentsOf(seen, world, read);
  return {
    pageVersion: read.page.version,
    linear: linearWrites(found, items, read.reading),
    page: page.page,
    leftOut: [...page.leftOut, ...comments.leftOut],
    comments: comments.comments,
    conflicts: openAfter(seen.conflicts, found.conflicts),
  };
}

async function commentsOf(
  seen: SyncedPlan,
  world: World,
  sides: Parameters<typeof readComments>[2],
): Promise<Pick<SyncPreview, "comments" | "leftOut">> {
  if (seen.settings.comments === "off") return { comments: [], leftOut: [] };
  const found = await readComments(seen, world, sides);
  if (typeof found === "string")
    return { comments: [], leftOut: [{ title: sides.page.title, reason: commentProblems[found] }] };
  const { toPage, toLinear } = found.mirroring;
  const named = (side: Side) => (one: { item: PlanItem }) => ({ side, title: one.item.fields.title });
  return { comments: [...toPage.map(named("page")), ...toLinear.map(named("linear"))], leftOut: [] };
}

/** Conflicts that nobody has decided once a run has looked. */
function openAfter(known: readonly Conflict[], found: readonly StoredConflict[]): number {
  const all = new Map<string, StoredConflict>(known.map((one) => [one.id, { ...one, applied: false }]));
  for (const one of found) all.set(one.id, one);
  return [...all.values()].filter((one) => one.decision === null && !one.applied).length;
}

function merged(items: readonly PlanItem[], changed: readonly PlanItem[]): PlanItem[] {
  const byId = new Map(changed.map((item) => [item.id, item]));
  const known = items.map((item) => byId.get(item.id) ?? item);
  return [...known, ...changed.filter((item) => !items.some((one) => one.id === item.id))];
}

function linearWrites(found: Detection, items: readonly PlanItem[], reading: Reading): LinearWrite[] {
  const comparing = comparingOf(reading);
  const context = { ...issueContextOf(reading.plan, items), blockedBy: null };
  const before = new Map(reading.plan.items.map((item) => [item.id, item]));
  const titles = (ids: string[] | null) =>
    ids?.flatMap((id) => items.find((item) => item.id === id)?.fields.title ?? []) ?? null;
  return found.toLinear.flatMap((id): LinearWrite[] => {
    const item = items.find((one) => one.id === id);
    if (!item) return [];
    const about = { title: item.fields.title, identifier: item.linearIdentifier };
    if (item.pending === "create") return [{ ...about, act: "create", change: valuesOf(item) }];
    if (item.pending) return [{ ...about, act: item.pending === "cancel" ? "cancel" : "take_up", change: {} }];
    const difference = compareItem(before.get(id) ?? item, comparing);
    if (!difference) return [];
    const { now, merge } = difference;
    const issue = reading.linear.issues.get(item.linearId ?? "");
    const project = reading.linear.projects.get(item.linearId ?? "");
    const change = issue
      ? toIssueChange(issue, now.linear, merge.toLinear, context)
      : project
        ? toProjectChange(project, now.linear, merge.toLinear, context)
        : merge.toLinear;
    const old = { ...now.linear, ...issue, ...project } as Record<string, unknown>;
    const order = merge.toLinear.order && { from: titles(now.linear.order), to: titles(merge.toLinear.order) };
    const shown = Object.entries(change).map(([name, to]) => [name, { from: old[name] ?? null, to: to ?? null }]);
    return [{ ...about, act: "change", change: { ...Object.fromEntries(shown), ...(order ? { order } : {}) } }];
  });
}

/** What a new issue would say. */
function valuesOf({ fields }: PlanItem): LinearWrite["change"] {
  const { key: _key, issueLink: _link, ...values } = fields;
  const said = Object.entries(values).filter(([, value]) => value !== null && value !== "" && !isEmpty(value));
  return Object.fromEntries(said.map(([name, to]) => [name, { from: null, to }]));
}
const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

function editsOf(
  found: Detection,
  page: { title: string; body: string },
  after: Reading,
  before: Reading,
): Pick<SyncPreview, "page" | "leftOut"> {
  const wanted = new Set<string>(found.toPage);
  const isPending = (item: PlanItem) => item.pending !== null;
  // Rows to come are known only now; values are compared with the bases that they had.
  const rows = pageTasks(
    after.plan.items.filter((item) => wanted.has(item.id) && isPending(item)),
    after,
  );
  const values = pageTasks(
    before.plan.items.filter((item) => wanted.has(item.id) && !isPending(item)),
    before,
  );
  const tasks = [...values, ...rows];
  const surgery = editPage(
    page,
    tasks.map((task) => task.change),
    before.view.extraction,
  );
  const titleOf = new Map(tasks.map((task) => [task.change, task.item.fields.title]));
  return {
    page: surgery.edits.map(({ range, text }: PageEdit) => ({
      at: range.start,
      from: page.body.slice(range.start, range.end),
      to: text,
    })),
    leftOut: surgery.refused.map(({ change, reason }) => ({ title: titleOf.get(change) ?? "", reason })),
  };
}
