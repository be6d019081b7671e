import { createHash } from "node:crypto";
import { derivedUuid } from "../../../domain/ids.js";
import { extract } from "../../../domain/extraction/extract.js";
import type { PlanItem } from "../../../domain/plan-item.js";
import { editPage } from "../../../domain/surgery/edit-page.js";
import { findMarks } from "../../../domain/surgery/marks.js";
import type { PageChange } from "../../../domain/surgery/page-change.js";
import { comparingOf, type Reading } from "../../../domain/sync/detect.js";
import { toIssueChange } from "../../../domain/sync/issue-change.js";
import { indexOf, linearBase } from "../../../domain/sync/item-values.js";
import type { Done } from "../../../domain/sync/run.js";
import { issueContextOf } from "../../../domain/sync/sides.js";
import { entriesOf, reversalOf, reversingChanges, takenBack } from "../../../domain/sync/take-back.js";
import type { ItemValues } from "../../../domain/sync/values.js";
import { viewPage } from "../../../domain/sync/view-page.js";
import * as words from "../../../domain/wording/sync.js";
import type { ConfluenceClient, IssueSnapshot, LinearClient, Page } from "../../../ports-services.js";
import type { PastRun } from "../../../ports-sync.js";
import { LeaseEnded } from "../../step.js";
import type { SyncInput, SyncResult, SyncStep } from "../../sync-step.js";
import { finish, halt } from "./finish.js";
import { isHalt, readItems, readingOf, readPlanPage, readSetup } from "./read-sides.js";

/**
 * Takes a run back: issues get the values that they had before it, the page the version that it had. What somebody has changed since stays and is
 * named. Each side's base moves along, so that the difference is nobody's change and is not carried over again.
 */
export const takeBack: SyncStep = async (input) => {
  const { seen, work, world } = input;
  const run = work.undoOf ? await world.sync.pastRun(work.undoOf) : null;
  if (!run || run.isUndone || run.planId !== seen.plan.id) return finish(input, {});
  const read = await readPlanPage(seen, world);
  if (isHalt(read)) return halt(input, read);
  const linear = world.linear(seen.plan.organizationId);
  const touched = new Set<string>(run.done.map((entry) => entry.itemId));
  const items = seen.items.filter((item) => touched.has(item.id));
  const [setup, found] = [await readSetup(seen, linear, world), await readItems(items, linear)];
  const reading = readingOf(seen, read.page, { setup, linear: found, runId: work.runId });
  const inLinear = await setIssuesBack(input, run, items, reading, linear);
  const onPage = await setPageBack(input, run, items, reading, read);
  if ("halted" in onPage) return onPage.halted;
  const after = viewPage(seen.items, {
    extraction: onPage.extraction,
    marks: findMarks(onPage.body, onPage.extraction),
    before: reading.view.extraction,
  });
  const stored = items.map((item): PlanItem => {
    const set = { page: onPage.set.get(item.id) ?? {}, linear: inLinear.set.get(item.id) ?? {} };
    const back = takenBack(item, set, seen.items, after);
    return inLinear.apart.has(item.id) || onPage.apart.has(item.id)
      ? { ...back, state: "undone", pending: null }
      : back;
  });
  const done = [...inLinear.done, ...onPage.done];
  const counts = { ...work.counts, updatedIssues: inLinear.issues, pageChanges: onPage.done.length };
  return finish(
    { ...input, work: { ...work, done, counts } },
    {
      items: stored,
      basePageVersion: onPage.version,
      snapshot: { pageVersion: onPage.version, title: read.page.title, body: onPage.body },
      undone: run.id,
      ...(onPage.writeId ? { pageWrites: [{ id: onPage.writeId, status: "written" as const }] } : {}),
    },
  );
};

const back = (item: PlanItem, side: Done["side"]) => ({ side, itemId: item.id, title: item.fields.title });
type Sets = Map<string, Partial<ItemValues>>;

async function setIssuesBack(
  { lease }: SyncInput,
  run: PastRun,
  items: readonly PlanItem[],
  reading: Reading,
  linear: LinearClient,
): Promise<{ set: Sets; apart: Set<string>; done: Done[]; issues: number }> {
  const context = { ...issueContextOf(reading.plan, reading.plan.items), blockedBy: null };
  const comparing = comparingOf(reading);
  const index = indexOf(reading.plan.items);
  const [set, apart, done]: [Sets, Set<string>, Done[]] = [new Map(), new Set(), []];
  const changes: { id: string; change: object }[] = [];
  const trashed: string[] = [];
  for (const item of items) {
    const issue = reading.linear.issues.get(item.linearId ?? "") as IssueSnapshot | undefined;
    const before = linearBase(item, index);
    const now = issue && comparing.issueOf(item, before, reading.view.index);
    if (!issue || !now) continue;
    const was = (what: Done["what"]) =>
      run.done.some((one) => one.itemId === item.id && one.side === "linear" && one.what === what);
    if (was("created") && isUntouched(issue, before, now)) {
      trashed.push(issue.id);
      apart.add(item.id);
      done.push({ ...back(item, "linear"), what: "cancelled" });
      continue;
    }
    if (was("cancelled") && reading.plan.setup.openStateId) {
      changes.push({ id: issue.id, change: { stateId: reading.plan.setup.openStateId } });
      apart.add(item.id);
      done.push({ ...back(item, "linear"), what: "created" });
      continue;
    }
    const reversal = reversalOf(entriesOf(run.done, item.id, "linear"), now);
    const change = toIssueChange(issue, now, reversal.set, context);
    if (Object.keys(change).length > 0) changes.push({ id: issue.id, change });
    set.set(item.id, reversal.set);
    for (const [field, to] of Object.entries(reversal.set))
      done.push({ ...back(item, "linear"), what: "set", field, from: now[field as keyof ItemValues], to } as Done);
    for (const field of reversal.kept)
      done.push({ ...back(item, "linear"), what: "left_out", field, reason: words.changedSince });
  }
  if (changes.length > 0) {
    await lease.renew();
    await linear.updateIssues(changes);
  }
  if (trashed.length > 0) {
    await lease.renew();
    await linear.trashIssues(trashed);
  }
  return { set, apart, done, issues: changes.length + trashed.length };
}

/** Nobody has worked with it since it was made. */
const isUntouched = (issue: IssueSnapshot, before: ItemValues, now: ItemValues): boolean =>
  JSON.stringify(before) === JSON.stringify(now) &&
  !issue.hasComments &&
  issue.childIds.length === 0 &&
  issue.assigneeId === null &&
  ["triage", "backlog", "unstarted"].includes(issue.stateType);

type OnPage = {
  body: string;
  version: number;
  extraction: Reading["view"]["extraction"];
  set: Sets;
  apart: Set<string>;
  done: Done[];
  writeId?: string;
};

/** The version before the run as it was, where nobody has written since; else the values that are still ours. */
async function setPageBack(
  input: SyncInput,
  run: PastRun,
  items: readonly PlanItem[],
  reading: Reading,
  { page, confluence }: { page: Page; confluence: ConfluenceClient },
): Promise<OnPage | { halted: SyncResult }> {
  const { seen, work, lease, world } = input;
  const { view } = reading;
  const mine = items.filter((item) => run.done.some((one) => one.itemId === item.id && one.side === "page"));
  const unchanged: OnPage = {
    body: page.body,
    version: page.version,
    extraction: view.extraction,
    set: new Map(),
    apart: new Set(),
    done: [],
  };
  if (mine.length === 0) return unchanged;
  const old =
    page.version === run.toPageVersion && run.fromPageVersion
      ? await world.sessions.snapshot(seen.plan.id, run.fromPageVersion)
      : null;
  const result: OnPage = { ...unchanged };
  const changes: PageChange[] = [];
  for (const item of mine) {
    const now = view.valuesOf(item.id);
    const key = view.pairs.get(item.id)?.key;
    const was = (what: Done["what"]) =>
      run.done.some((one) => one.itemId === item.id && one.side === "page" && one.what === what);
    if (was("inserted") || was("struck")) {
      if (was("inserted") && key) changes.push({ type: "strike", key });
      result.apart.add(item.id);
      result.done.push({ ...back(item, "page"), what: was("inserted") ? "struck" : "inserted" });
      continue;
    }
    if (!now || !key) continue;
    const reversal = reversalOf(entriesOf(run.done, item.id, "page"), now);
    changes.push(...reversingChanges(key, reversal.set, view));
    result.set.set(item.id, reversal.set);
    for (const [field, to] of Object.entries(reversal.set))
      result.done.push({ ...back(item, "page"), what: "set", field, from: now[field as keyof ItemValues], to } as Done);
  }
  const surgery = old ? null : editPage(page, changes, view.extraction);
  result.body = old?.body ?? surgery?.body ?? page.body;
  result.extraction = old ? extract(old) : (surgery?.extraction ?? view.extraction);
  if (result.body === page.body) return { ...result, done: [] };
  const id = derivedUuid(work.runId, "page", page.version);
  const bodyHash = createHash("sha256").update(result.body).digest("hex");
  await lease.renew();
  if (
    !(await world.sync.openPageWrite(seen, lease.attemptId, {
      id,
      fromVersion: page.version,
      bodyHash,
      done: result.done,
    }))
  )
    throw new LeaseEnded("lost");
  const message = `${words.takenBackMessage} [${id}]`;
  const outcome = await confluence.writePage({
    pageId: page.id,
    from: page.version,
    title: page.title,
    body: result.body,
    message,
  });
  if (outcome === "written") return { ...result, version: page.version + 1, writeId: id };
  const status = outcome === "not_found" ? "page_gone" : "not_written";
  const halted =
    outcome === "stale"
      ? finish(input, { retryAt: world.now() + 1_000 })
      : halt(input, words.pageNotWritable(page.title));
  return { halted: { ...halted, pageWrites: [{ id, status }] } };
}
