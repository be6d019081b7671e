import { createHash } from "node:crypto";
import { extract } from "../../../domain/extraction/extract.js";
import { derivedUuid } from "../../../domain/ids.js";
import type { PlanItem } from "../../../domain/plan-item.js";
import { editPage } from "../../../domain/surgery/edit-page.js";
import { findMarks } from "../../../domain/surgery/marks.js";
import type { PageChange } from "../../../domain/surgery/page-change.js";
import { findStatuses } from "../../../domain/surgery/status.js";
import { rename } from "../../../domain/sync/compare.js";
import type { Reading } from "../../../domain/sync/detect.js";
import { isSameValue } from "../../../domain/sync/merge-item.js";
import type { Done } from "../../../domain/sync/run.js";
import { indexOf } from "../../../domain/sync/item-values.js";
import { entriesOf, reversalOf, reversingChange, takenBack } from "../../../domain/sync/take-back.js";
import type { ItemValues, SyncField } from "../../../domain/sync/values.js";
import { type PageView, viewPage } from "../../../domain/sync/view-page.js";
import * as words from "../../../domain/wording/sync.js";
import type { ConfluenceClient, Page } from "../../../ports-services.js";
import type { PageSnapshot } from "../../../ports.js";
import type { PastRun, SyncedPlan } from "../../../ports-sync.js";
import { LeaseEnded } from "../../step.js";
import type { SyncInput, SyncResult } from "../../sync-step.js";
import { draftWaitMs, mostStale } from "./apply-to-page.js";
import { settleWrites } from "./detect-changes.js";
import { finish, halt } from "./finish.js";
import { isHalt, readingOf, readPlanPage, readSetup } from "./read-sides.js";

/** Gives the page the version that it had before a run, where nobody has written since; else sets the values back that are still ours. */
export async function takeBackOnPage(input: SyncInput, run: PastRun): Promise<SyncResult> {
  const { seen, work, world } = input;
  const read = await readPlanPage(seen, world);
  if (isHalt(read)) return halt(input, read);
  const { page, confluence } = read;
  const setup = await readSetup(seen, world.linear(seen.plan.organizationId), world);
  const nothing = { issues: new Map(), projects: new Map(), blockers: new Map() };
  const reading = readingOf(seen, page, { setup, linear: nothing, runId: work.runId });
  const back = await backOf(input, run, page, reading);
  const settled = await settleOwnWrites(input, page, confluence);
  if (back.body === page.body) return end(input, run, page, back, settled);
  if (await confluence.hasOpenDraft(page.id)) return later(input, settled, draftWaitMs);
  return write(input, run, { page, confluence, back, settled });
}

type PageWrites = NonNullable<SyncResult["pageWrites"]>;
type OnPage = {
  body: string;
  set: ReadonlyMap<string, Partial<ItemValues>>;
  /** Items that are not kept in step any more: one side has them, the other has not. */
  apart: ReadonlySet<string>;
  done: Done[];
};

async function backOf({ seen, world }: SyncInput, run: PastRun, page: Page, reading: Reading): Promise<OnPage> {
  const own = run.done.filter((one) => one.side === "page" && one.what !== "left_out" && one.what !== "commented");
  const touched = new Set<string>(own.map(({ itemId }) => itemId));
  const items = seen.items.filter((item) => touched.has(item.id) && item.state !== "undone");
  if (items.length === 0) return { body: page.body, set: new Map(), apart: new Set(), done: [] };
  if (!seen.writesPage)
    return {
      body: page.body,
      set: new Map(),
      apart: new Set(),
      done: items.map((item) => kept(item, "item", words.anotherWrites)),
    };
  const old = run.fromPageVersion === null ? null : await world.sessions.snapshot(seen.plan.id, run.fromPageVersion);
  const isOurs = page.version === run.toPageVersion && run.toPageVersion === (run.fromPageVersion ?? 0) + 1;
  const hasLinked = own.some(({ what }) => what === "linked");
  const restored = old && isOurs && !hasLinked ? restoration(own, items, old, reading) : null;
  return restored ?? reversal(own, items, old, page, reading);
}

const about = (item: PlanItem) => ({ side: "page" as const, itemId: item.id, title: item.fields.title });
const kept = (item: PlanItem, field: SyncField | "item", reason: string): Done => ({
  ...about(item),
  what: "left_out",
  field,
  reason,
});

/** The version before the run as it was; null where it does not say what the run has noted of it. */
function restoration(
  own: readonly Done[],
  items: readonly PlanItem[],
  old: PageSnapshot,
  { plan, view }: Reading,
): OnPage | null {
  const before = viewOf(plan.items, old, null);
  const set = new Map<string, Partial<ItemValues>>();
  const [apart, done] = [new Set<string>(), [] as Done[]];
  for (const item of items) {
    const was = (what: Done["what"]) => own.some((one) => one.itemId === item.id && one.what === what);
    const [then, now] = [before.valuesOf(item.id), view.valuesOf(item.id)];
    if (was("inserted") || was("struck")) {
      if ((then !== null) !== was("struck")) return null;
      apart.add(item.id);
      done.push({ ...about(item), what: was("inserted") ? "struck" : "inserted" });
      continue;
    }
    const back = now && reversalOf(entriesOf(own, item.id, "page"), now);
    if (!then || !back || back.kept.length > 0) return null;
    for (const field of Object.keys(back.set) as SyncField[]) {
      if (!isSameValue(field, then[field], back.set[field])) return null;
      done.push({ ...about(item), what: "set", field, from: now[field], to: back.set[field] ?? null });
    }
    for (const one of own)
      if (one.itemId === item.id && one.what === "status") done.push({ ...one, from: one.to, to: one.from });
    set.set(item.id, back.set);
  }
  return { body: old.body, set, apart, done };
}

/** Sets back, by surgery, what is still as the run has left it. */
function reversal(
  own: readonly Done[],
  items: readonly PlanItem[],
  old: PageSnapshot | null,
  page: Page,
  reading: Reading,
): OnPage {
  const { view, statuses } = reading;
  const before = old && findStatuses(old.body, extract(old));
  const tasks: { item: PlanItem; change: PageChange; done: Done; field?: SyncField }[] = [];
  const done: Done[] = [];
  const set = new Map<string, Partial<ItemValues>>(items.map((item) => [item.id, {}]));
  const apart = new Set<string>();
  for (const item of items) {
    const [now, key] = [view.valuesOf(item.id), view.pairs.get(item.id)?.key];
    const was = (what: Done["what"]) => own.some((one) => one.itemId === item.id && one.what === what);
    if (was("inserted")) {
      apart.add(item.id);
      if (key) tasks.push({ item, change: { type: "strike", key }, done: { ...about(item), what: "struck" } });
    } else if (was("struck")) {
      if (key) apart.add(item.id);
      else done.push(kept(item, "item", words.staysStruck));
    } else if (now && key) {
      const back = reversalOf(entriesOf(own, item.id, "page"), now);
      done.push(...back.kept.map((field) => kept(item, field, words.changedSince)));
      for (const field of Object.keys(back.set) as SyncField[]) {
        const to = back.set[field] ?? null;
        Object.assign(set.get(item.id) ?? {}, { [field]: to });
        if (!isSameValue(field, now[field], to))
          tasks.push({
            item,
            field,
            change: reversingChange(key, field, to, view),
            done: { ...about(item), what: "set", field, from: now[field], to },
          });
      }
    }
    if (was("linked")) done.push(kept(item, "item", words.linkStays));
    const status = own.find((one) => one.itemId === item.id && one.what === "status");
    if (status?.what !== "status" || !key || statuses.get(key)?.text !== status.to) continue;
    const colour = colourOf(before?.get(key)?.range, old?.body);
    tasks.push({
      item,
      change: { type: "status", key, text: status.from, colour },
      done: { ...status, from: status.to, to: status.from },
    });
  }
  const surgery = editPage(
    page,
    tasks.map((task) => task.change),
    view.extraction,
  );
  const refusals = new Map(surgery.refused.map(({ change, reason }) => [change, reason]));
  for (const { item, change, field, done: entry } of tasks) {
    const reason = refusals.get(change);
    if (reason === undefined) {
      done.push(entry);
      continue;
    }
    done.push(kept(item, field ?? "item", reason));
    if (field) delete set.get(item.id)?.[field];
    if (change.type === "strike") apart.delete(item.id);
  }
  return { body: surgery.body, set, apart, done };
}

const colours = ["Red", "Yellow", "Green", "Blue", "Purple"] as const;
/** The colour that a status had, where it had one. */
function colourOf(
  range: { start: number; end: number } | undefined,
  body = "",
): Extract<PageChange, { type: "status" }>["colour"] {
  const macro = range
    ? body.slice(Math.max(0, body.lastIndexOf("<ac:structured-macro", range.start)), range.start)
    : "";
  return colours.find((colour) => macro.includes(`>${colour}<`)) ?? "Grey";
}

type Writing = { page: Page; confluence: ConfluenceClient; back: OnPage; settled: PageWrites };

async function write(
  input: SyncInput,
  run: PastRun,
  { page, confluence, back, settled }: Writing,
): Promise<SyncResult> {
  const { seen, work, lease, world } = input;
  const id = derivedUuid(work.runId, "page", page.version);
  const bodyHash = createHash("sha256").update(back.body).digest("hex");
  await lease.renew();
  const isOpen = await world.sync.openPageWrite(seen, lease.attemptId, {
    id,
    fromVersion: page.version,
    bodyHash,
    done: back.done,
  });
  if (!isOpen) throw new LeaseEnded("lost");
  const { version: from, title } = page;
  const message = `${words.takenBackMessage} [${id}]`;
  const outcome = await confluence.writePage({ pageId: page.id, from, title, body: back.body, message });
  const writes = (status: PageWrites[number]["status"]): PageWrites => [...settled, { id, status }];
  switch (outcome) {
    case "written":
      return end(input, run, { ...page, version: from + 1, body: back.body }, back, writes("written"));
    case "stale":
      return later(input, writes("not_written"), 1_000);
    case "forbidden":
      return { ...halt(input, words.pageNotWritable(title)), pageWrites: writes("not_written") };
    case "too_large":
      return { ...halt(input, words.pageTooLarge(title)), pageWrites: writes("not_written") };
    case "not_found":
      return { ...halt(input, words.pageNotThere(title)), pageWrites: writes("page_gone") };
  }
}

/** Somebody is editing the page: it is looked at again soon, but not for ever; then the run can be taken back once more. */
function later(input: SyncInput, pageWrites: PageWrites, waitMs: number): SyncResult {
  const { work, world } = input;
  if (work.stale >= mostStale) return { ...halt(input, words.pageKeepsChanging), pageWrites };
  return {
    next: { step: "take-back", work: { ...work, stale: work.stale + 1 }, notBefore: world.now() + waitMs },
    pageWrites,
  };
}

/** The run is taken back. Another one follows, for whatever was waiting when this one began. */
function end(
  input: SyncInput,
  run: PastRun,
  page: Pick<Page, "version" | "title" | "body">,
  back: OnPage,
  pageWrites: PageWrites,
): SyncResult {
  const { seen, work, world } = input;
  const view = viewOf(seen.items, page, seen.base);
  const stored = indexOf(seen.items);
  const items = seen.items.flatMap((item): PlanItem[] => {
    const set = back.set.get(item.id);
    const isApart = back.apart.has(item.id);
    const next =
      set || isApart ? takenBack(item, { page: set ?? {} }, seen.items, view) : rename(item, { stored, view });
    if (isApart) return [{ ...next, state: "undone", pending: null, linksPending: false }];
    return next === item ? [] : [next];
  });
  const done = [...work.done, ...back.done];
  const pageChanges = back.done.filter((one) => one.what !== "left_out").length;
  const isCompared = seen.plan.basePageVersion === work.page.version && work.page.version >= page.version - 1;
  return finish(
    { ...input, work: { ...work, done, counts: { ...work.counts, pageChanges } } },
    {
      items,
      undone: run.id,
      retryAt: world.now(),
      pageWrites,
      // A version that holds what nobody has compared yet is left for the run that follows: it knows what is new by the version before.
      ...(isCompared && pageWrites.length > 0
        ? {
            basePageVersion: page.version,
            snapshot: { pageVersion: page.version, title: page.title, body: page.body },
          }
        : {}),
    },
  );
}

function viewOf(
  items: readonly PlanItem[],
  page: { title: string; body: string },
  before: PageSnapshot | null,
): PageView {
  const extraction = extract(page);
  return viewPage(items, { extraction, marks: findMarks(page.body, extraction), before: before && extract(before) });
}

/** What became of this run's own write, of which it has not heard; others are for the run that follows. */
async function settleOwnWrites(
  { seen, work }: SyncInput,
  page: Page,
  confluence: ConfluenceClient,
): Promise<PageWrites> {
  const openWrites = seen.openWrites.filter(
    ({ id, fromVersion }) => id === derivedUuid(work.runId, "page", fromVersion) && fromVersion < page.version,
  );
  return settleWrites({ ...seen, openWrites } satisfies SyncedPlan, confluence);
}
