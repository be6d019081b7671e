import { createHash } from "node:crypto";
import { derivedUuid } from "../../../domain/ids.js";
import { editPage } from "../../../domain/surgery/edit-page.js";
import type { Surgery } from "../../../domain/surgery/page-change.js";
import type { Reading } from "../../../domain/sync/detect.js";
import { type PageTask, pageTasks, settleOnPage } from "../../../domain/sync/page-tasks.js";
import type { SyncWork } from "../../../domain/sync/run.js";
import * as words from "../../../domain/wording/sync.js";
import type { ConfluenceClient, Page } from "../../../ports-services.js";
import { LeaseEnded } from "../../step.js";
import type { SyncInput, SyncResult, SyncStep } from "../../sync-step.js";
import { proceed } from "./detect-changes.js";
import { finish, halt } from "./finish.js";
import { isHalt, readItems, readingOf, readPlanPage, readSetup } from "./read-sides.js";

/** After so many pages that were changed under our hands the next run tries again. */
export const mostStale = 5;
/** How long a page is left to somebody who is editing it. */
export const draftWaitMs = 2 * 60_000;

/**
 * Gives the page what the issues have changed, in one write: the values that differ, rows for new issues, strokes through what nobody wants any
 * more. The write is put down before it is sent. A page that has moved since it was compared is compared again.
 */
export const applyToPage: SyncStep = async (input) => {
  const { seen, work, world } = input;
  const read = await readPlanPage(seen, world);
  if (isHalt(read)) return halt(input, read);
  const { page, confluence } = read;
  if (page.version !== work.page.version) return compareAgain(input);
  const linear = world.linear(seen.plan.organizationId);
  const wanted = new Set<string>(work.toPage);
  const mine = seen.items.filter((item) => wanted.has(item.id));
  const setup = await readSetup(seen, linear, world);
  const reading = readingOf(seen, page, { setup, linear: await readItems(mine, linear), runId: work.runId });
  const tasks = pageTasks(mine, reading);
  const surgery = editPage(
    page,
    tasks.map((task) => task.change),
    reading.view.extraction,
  );
  if (surgery.edits.length === 0) return written(input, page, reading, tasks, surgery);
  if (await confluence.hasOpenDraft(page.id)) return finish(input, { retryAt: world.now() + draftWaitMs });
  return write(input, { page, confluence, reading, tasks, surgery });
};

/** The page is not what was compared: both sides are read again, in this run or in one that follows soon. */
function compareAgain(input: SyncInput): SyncResult {
  const { work, world } = input;
  if (work.stale >= mostStale) return finish(input, { retryAt: world.now() + 10_000 });
  return { next: { step: "detect-changes", work: { ...work, stale: work.stale + 1 } } };
}

type Writing = { page: Page; confluence: ConfluenceClient; reading: Reading; tasks: PageTask[]; surgery: Surgery };

async function write(input: SyncInput, writing: Writing): Promise<SyncResult> {
  const { seen, work, lease, world } = input;
  const { page, confluence, reading, tasks, surgery } = writing;
  const id = derivedUuid(work.runId, "page", page.version);
  const { done } = settleOnPage(tasks, surgery, reading);
  const bodyHash = createHash("sha256").update(surgery.body).digest("hex");
  await lease.renew();
  const isOpen = await world.sync.openPageWrite(seen, lease.attemptId, {
    id,
    fromVersion: page.version,
    bodyHash,
    done,
  });
  if (!isOpen) throw new LeaseEnded("lost");
  const message = `${words.versionMessage(done)} [${id}]`;
  const { version: from, title } = page;
  const outcome = await confluence.writePage({ pageId: page.id, from, title, body: surgery.body, message });
  switch (outcome) {
    case "written":
      return written(input, { ...page, version: from + 1, body: surgery.body }, reading, tasks, surgery, id);
    case "stale":
      return { ...compareAgain(input), pageWrites: [{ id, status: "not_written" }] };
    case "forbidden":
      return { ...halt(input, words.pageNotWritable(page.title)), pageWrites: [{ id, status: "not_written" }] };
    case "too_large":
      return { ...halt(input, words.pageTooLarge(page.title)), pageWrites: [{ id, status: "not_written" }] };
    case "not_found":
      return { ...halt(input, words.pageNotThere(page.title)), pageWrites: [{ id, status: "page_gone" }] };
  }
}

/** What the page says now is what was meant; what it has no place for stays as it is there. */
function written(
  input: SyncInput,
  page: Pick<Page, "version" | "title" | "body">,
  reading: Reading,
  tasks: PageTask[],
  surgery: Surgery,
  id?: string,
): SyncResult {
  const { work } = input;
  const { items, done } = settleOnPage(tasks, surgery, reading);
  const changes = done.filter((one) => one.what !== "left_out").length;
  const next: SyncWork = {
    ...work,
    toPage: [],
    page: { ...work.page, version: page.version },
    counts: { ...work.counts, pageChanges: work.counts.pageChanges + changes },
    done: [...work.done, ...done],
  };
  return proceed(input, next, {
    items,
    basePageVersion: page.version,
    snapshot: { pageVersion: page.version, title: page.title, body: page.body },
    ...(id ? { pageWrites: [{ id, status: "written" }] } : {}),
  });
}
