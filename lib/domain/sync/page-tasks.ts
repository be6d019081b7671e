import type { PlanItem } from "../plan-item.js";
import { findMarks } from "../surgery/marks.js";
import type { PageChange, Surgery, WritableField } from "../surgery/page-change.js";
import { compareItem, type Difference, rename, settle } from "./compare.js";
import { comparingOf, type Reading } from "./detect.js";
import { inserted } from "./inserted.js";
import { statusOf } from "./issue-state.js";
import { indexOf } from "./item-values.js";
import type { Done } from "./run.js";
import type { ItemValues, SyncField } from "./values.js";
import { markOf, type PageView, viewPage } from "./view-page.js";

/** One change of the page, with the item that it is for; `field` where it gives the item's row a value. */
export type PageTask = { item: PlanItem; change: PageChange; field?: SyncField; difference?: Difference };

/** What the page is to be given of these items: values that differ, rows, strokes, statuses and links. */
export function pageTasks(items: readonly PlanItem[], reading: Reading): PageTask[] {
  const comparing = comparingOf(reading);
  const tasks: PageTask[] = [];
  for (const item of items) {
    if (item.pending === "insert") tasks.push(...insertion(item, reading));
    else if (item.pending === "strike") tasks.push(...strike(item, reading));
    else {
      const difference = compareItem(item, comparing);
      if (difference) tasks.push(...valuesOf(difference, reading), ...statusAndLink(item, reading));
    }
  }
  return tasks;
}

function insertion(item: PlanItem, reading: Reading): PageTask[] {
  const { view, plan } = reading;
  const parent = item.parentId === null ? null : (view.pairs.get(item.parentId)?.key ?? null);
  // The row of its parent comes first; without one it waits for the next run.
  if (item.parentId !== null && parent === null) return [];
  const base = item.base ?? item.fields;
  const { key: _key, parent: _parent, issueLink: _link, ...values } = base;
  const siblings = view.extraction.items.filter((one) => one.parent === parent);
  const link =
    plan.settings.links && item.linearIdentifier && item.linearUrl
      ? { identifier: item.linearIdentifier, url: item.linearUrl }
      : null;
  const after = seatOf(item, item.parentId, reading) ?? siblings.at(-1)?.key ?? null;
  return [
    { item, change: { type: "add", item: { ...values, dependsOn: [], parent, after, mark: markOf(item.id), link } } },
  ];
}

/** The key of what an item stands behind in Linear; null where it is the first, or nobody knows. */
function seatOf({ id }: PlanItem, parentId: string | null, { view, plan }: Reading): string | null {
  const order = plan.items.find((one) => one.id === parentId)?.base?.order ?? [];
  const before = order
    .slice(0, Math.max(0, order.indexOf(id)))
    .findLast((one) => view.pairs.has(one as PlanItem["id"]));
  return view.pairs.get(before as PlanItem["id"])?.key ?? null;
}

function strike(item: PlanItem, { view }: Reading): PageTask[] {
  const key = view.pairs.get(item.id)?.key;
  return key === undefined ? [] : [{ item, change: { type: "strike", key } }];
}

function valuesOf(difference: Difference, reading: Reading): PageTask[] {
  const { view } = reading;
  const { item, merge } = difference;
  const key = view.pairs.get(item.id)?.key ?? "";
  return (Object.keys(merge.toPage) as SyncField[]).flatMap((field): PageTask[] => {
    const wanted = merge.toPage[field];
    if (field === "parent") {
      if (wanted === "outside") return [];
      const above = wanted as string | null;
      const parent = above === null ? null : view.index.keyOf(above);
      return [{ item, difference, field, change: { type: "move", key, parent, after: seatOf(item, above, reading) } }];
    }
    if (field === "order") {
      const keys = (wanted as string[]).flatMap((id) => view.pairs.get(id as PlanItem["id"])?.key ?? []);
      return [{ item, difference, field, change: { type: "order", key, keys } }];
    }
    const value =
      field === "dependsOn" ? (wanted as string[]).flatMap((id) => view.index.keyOf(id) ?? []) : (wanted as never);
    return [{ item, difference, field, change: { type: "set", key, field: field as WritableField, value } }];
  });
}

function statusAndLink(item: PlanItem, { view, plan, linear, statuses }: Reading): PageTask[] {
  const sighted = view.pairs.get(item.id);
  const issue = linear.issues.get(item.linearId ?? "");
  if (!sighted) return [];
  const tasks: PageTask[] = [];
  const shown = statuses.get(sighted.key);
  if (issue && shown && item.status !== null && item.status !== issue.stateName && shown.text !== issue.stateName) {
    const status = statusOf({ name: issue.stateName, type: issue.stateType });
    tasks.push({ item, change: { type: "status", key: sighted.key, ...status } });
  }
  if (plan.settings.links && sighted.issueLink === null && item.linearIdentifier && item.linearUrl)
    tasks.push({
      item,
      change: { type: "link", key: sighted.key, link: { identifier: item.linearIdentifier, url: item.linearUrl } },
    });
  return tasks;
}

/** The items as they stand once the page says what surgery made of it, and what was done and left out. */
export function settleOnPage(
  tasks: readonly PageTask[],
  surgery: Surgery,
  reading: Reading,
): { items: PlanItem[]; done: Done[] } {
  const refusals = new Map(surgery.refused.map(({ change, reason }) => [change, reason]));
  const { plan } = reading;
  const after = viewPage(plan.items, {
    extraction: surgery.extraction,
    marks: findMarks(surgery.body, surgery.extraction),
    before: reading.view.extraction,
  });
  const items = new Map<string, PlanItem>();
  for (const item of new Set(tasks.map((task) => task.item))) {
    const own = tasks.filter((task) => task.item === item);
    items.set(item.id, settleItem(item, own, refusals, reading, after));
  }
  const stored = indexOf(plan.items);
  // Another title may be another key, by which others name their parent.
  for (const item of plan.items)
    if (!items.has(item.id)) {
      const renamed = rename(item, { stored, view: after });
      if (renamed !== item) items.set(item.id, renamed);
    }
  return { items: [...items.values()], done: tasks.map((task) => doneOf(task, refusals.get(task.change), reading)) };
}

type Refusals = ReadonlyMap<PageChange, string>;

function settleItem(
  item: PlanItem,
  tasks: readonly PageTask[],
  refusals: Refusals,
  reading: Reading,
  after: PageView,
): PlanItem {
  const [first] = tasks;
  if (first?.change.type === "add") return refusals.has(first.change) ? leftOut(item) : inserted(item, after);
  if (first?.change.type === "strike")
    return refusals.has(first.change) ? leftOut(item) : { ...item, pending: null, state: "removed", unsettled: false };
  const issue = reading.linear.issues.get(item.linearId ?? "");
  const difference = tasks.find((task) => task.difference)?.difference;
  // What events have told since the issue was compared is not judged here, so the next run still has to.
  const shown = { status: issue?.stateName ?? item.status };
  if (!difference) return { ...item, ...shown, unsettled: false };
  const given = Object.fromEntries(
    tasks.flatMap(({ field, change }) => {
      if (!field) return [];
      const value = refusals.has(change) ? difference.now.page[field] : difference.merge.toPage[field];
      return [[field, value]];
    }),
  ) as Partial<ItemValues>;
  if (difference.merge.toPage.parent === "outside") given.parent = difference.now.page.parent;
  const settled = settle(difference, { page: given }, after);
  return { ...settled, ...shown };
}

/** What the page has no place for stays in Linear alone. */
const leftOut = (item: PlanItem): PlanItem => ({ ...item, pending: null, state: "refused", unsettled: false });

function doneOf({ item, change, field, difference }: PageTask, reason: string | undefined, reading: Reading): Done {
  const about = { side: "page" as const, itemId: item.id, title: item.fields.title };
  if (reason !== undefined) return { ...about, what: "left_out", field: field ?? "item", reason };
  switch (change.type) {
    case "add":
      return { ...about, what: "inserted" };
    case "strike":
      return { ...about, what: "struck" };
    case "link":
      return { ...about, what: "linked" };
    case "status":
      return { ...about, what: "status", from: reading.statuses.get(change.key)?.text ?? "", to: change.text };
    case "move":
    case "order":
    case "set": {
      const name = field as SyncField;
      return {
        ...about,
        what: "set",
        field: name,
        from: difference?.now.page[name] ?? null,
        to: difference?.merge.toPage[name] ?? null,
      };
    }
  }
}
