import { detect, type Reading } from "../../../domain/sync/detect.js";
import { issueContextOf, type LinearReading, linearValuesOf } from "../../../domain/sync/sides.js";
import { type FieldToWrite, toAndFro } from "../../../domain/sync/to-and-fro.js";
import { followedDecisions } from "../../../domain/sync/followed.js";
import { indexOf, linearBase } from "../../../domain/sync/item-values.js";
import { oneForEachField } from "../../../domain/sync/one-for-each-field.js";
import type { PlanItem } from "../../../domain/plan-item.js";
import type { ConfluenceClient, LinearClient } from "../../../ports-services.js";
import * as words from "../../../domain/wording/sync.js";
import type { Halt, SyncedPlan } from "../../../ports-sync.js";
import type { World } from "../../../ports.js";
import { stepAfter, type SyncInput, type SyncResult, type SyncStep } from "../../sync-step.js";
import { finish, halt, questionAfter } from "./finish.js";
import { compareRead, perhapsWritten, stillOpen } from "./landed.js";
import { mostLooks } from "./mirror-comments.js";
import { byId, isHalt, readBlockers, readItems, readingOf, readPlanPage, readSetup } from "./read-sides.js";
import { historyOf, writtenOverIn } from "./written-over.js";

/** What Linear commits at one instant may be listed a moment later; what is read twice is found to be unchanged. */
const overlapMs = 5_000;

/** Reads page and issues, compares both with what was agreed, and says what each side is to be given. Writes nothing outside. */
export const detectChanges: SyncStep = async (input) => {
  const { seen, work } = input;
  const read = await readBoth(input);
  if (isHalt(read)) return halt(input, read);
  const { page, confluence, linear, setup, issues, reading, perhaps } = read;
  const writes = await settleWrites(seen, confluence);
  const found = detect(reading);
  const restless = work.trigger === "person" ? null : toAndFro(seen.recentRuns, found.writes);
  if (restless) return halt(input, backAndForth(restless, reading));
  const landedOver = writtenOverIn(reading.history, perhaps, reading, seen);
  const counts = {
    ...work.counts,
    conflictsDetected: work.counts.conflictsDetected + found.detected + landedOver.length,
    conflictsResolved: work.counts.conflictsResolved + found.resolved,
  };
  const landed = seen.openWrites
    .filter((write) => writes.some((one) => one.id === write.id && one.status === "written"))
    .flatMap((write) => write.done);
  counts.pageChanges += landed.filter((one) => one.what !== "left_out").length;
  const next = {
    ...work,
    done: [...work.done, ...found.done, ...landed],
    counts,
    page: { version: page.version, updatedAt: page.updatedAt, authorId: page.authorId },
    toLinear: found.toLinear,
    toPage: found.toPage,
    commentLooks: seen.settings.comments === "off" ? 0 : mostLooks,
  };
  const stored = {
    items: stillOpen(found.items, landedOver),
    conflicts: oneForEachField([...found.conflicts, ...landedOver]),
    basePageVersion: page.version,
    snapshot: { pageVersion: page.version, title: page.title, body: page.body },
    setup,
    // What an issue says now is all that was told of it until then.
    takenEvents: seen.events.filter(
      ({ issueId, changedAt }) => changedAt <= (issues.issues.get(issueId)?.updatedAt ?? ""),
    ),
    pageWrites: writes,
    ...(latest(issues, seen) ? { linearSeenAt: latest(issues, seen) as string } : {}),
  };
  await noteBudget(input, linear);
  return proceed(input, { ...next, toPage: withLinks(next.toPage, reading) }, stored);
};

/** What to say of a field that goes to and fro: both values, and that somebody else writes it too. */
function backAndForth({ itemId, field }: FieldToWrite, { plan, view, linear }: Reading): Halt {
  const item = plan.items.find(({ id }) => id === itemId) as PlanItem;
  const index = indexOf(plan.items);
  const before = linearBase(item, index);
  const values = {
    page: view.valuesOf(itemId)?.[field] ?? null,
    linear: (linearValuesOf(item, before, linear, issueContextOf(plan, plan.items)) ?? before)[field],
  };
  return words.backAndForth(item, field, values, new Map(plan.items.map((one) => [one.id as string, one])));
}

/** Page and issues as they are now, read through the plan's connections, ready to be compared. */
export async function readBoth(input: Pick<SyncInput, "seen" | "work" | "world">) {
  const { seen, work, world } = input;
  const read = await readPlanPage(seen, world);
  if (isHalt(read)) return read;
  const linear = world.linear(seen.plan.organizationId);
  const setup = await readSetup(seen, linear, world);
  const issues = await readChanged(input, linear);
  const shown = await withoutHeldElsewhere(issues, seen, world);
  const reading = readingOf(seen, read.page, { setup, linear: shown, runId: work.runId });
  const perhaps = perhapsWritten(compareRead(reading), reading, seen);
  const history = await historyOf(perhaps, reading, linear);
  return { ...read, linear, setup, issues, reading: { ...reading, history }, perhaps };
}

/** On to the next step that has something to do, or to the end. */
export function proceed(input: SyncInput, done: SyncInput["work"], result: Omit<SyncResult, "next">): SyncResult {
  const { work, stored } = withFollowed(input, done, result);
  const step = stepAfter(work);
  if (!step) return finish({ ...input, work }, stored);
  const question = questionAfter(input.seen, stored);
  return { ...stored, ...(question === input.seen.question ? {} : { question }), next: { step, work } };
}

/** What people have decided and this step has written is over with its commit. */
function withFollowed({ seen }: SyncInput, work: SyncInput["work"], stored: Omit<SyncResult, "next">) {
  const told = new Set(stored.conflicts?.map((one) => one.id));
  const followed = followedDecisions(seen.conflicts, stored.items ?? [], seen.items, work.done).filter(
    ({ id }) => !told.has(id),
  );
  if (followed.length === 0) return { work, stored };
  const counts = { ...work.counts, conflictsResolved: work.counts.conflictsResolved + followed.length };
  const conflicts = [...(stored.conflicts ?? []), ...followed.map((one) => ({ ...one, applied: true }))];
  return { work: { ...work, counts }, stored: { ...stored, conflicts } };
}

async function noteBudget({ seen, world }: SyncInput, linear: LinearClient): Promise<void> {
  const budget = linear.budget();
  if (budget) await world.sessions.noteBudget(seen.plan.organizationId, budget);
}

/** An item without the link to its issue gets one, where the engagement wants that. */
export function withLinks(toPage: PlanItem["id"][], { plan, view }: Reading): PlanItem["id"][] {
  if (!plan.settings.links) return toPage;
  const bare = plan.items.filter(
    (item) => item.state === "active" && item.linearId && item.linearUrl && view.pairs.get(item.id)?.issueLink === null,
  );
  return [...new Set([...toPage, ...bare.map((item) => item.id)])];
}

/** What changed since the last run, and whatever is not settled yet; of everything else Linear says that it is as it was. */
async function readChanged(
  { seen, work }: Pick<SyncInput, "seen" | "work">,
  linear: LinearClient,
): Promise<LinearReading> {
  const living = seen.items.filter(
    (item) => item.linearId !== null && (item.state === "active" || item.state === "removed"),
  );
  const issueItems = living.filter((item) => item.linearKind === "issue");
  const ids = issueItems.map((item) => item.linearId ?? "");
  const since = seen.linearSeenAt && new Date(Date.parse(seen.linearSeenAt) - overlapMs).toISOString();
  const changed = await linear.issuesChangedSince({ teamId: seen.plan.teamId, ids, since });
  const isKnown = new Set(changed.map((issue) => issue.id));
  const open = new Set<string>(seen.conflicts.map((one) => one.itemId));
  // An issue that was moved among its siblings tells nothing of them; the one above it tells of all.
  const above = new Set(changed.map((issue) => issue.parentId));
  const isUnordered = unordered(seen, work.trigger);
  const unsettled = living.filter(
    (item) =>
      (item.linearKind === "project" || !isKnown.has(item.linearId ?? "")) &&
      (item.unsettled ||
        open.has(item.id) ||
        above.has(item.linearId) ||
        isUnordered(item) ||
        item.linearKind === "project"),
  );
  const rest = unsettled.length > 0 ? await readItems(unsettled, linear) : { issues: [], projects: new Map() };
  const issues = byId([...changed, ...rest.issues.values()]);
  const blockers = looksAtRelations(work.trigger) ? await readBlockers(ids, linear) : new Map<string, string[]>();
  const related = relationsMoved(issueItems, blockers, seen).filter((item) => !issues.has(item.linearId ?? ""));
  if (related.length > 0) for (const [id, issue] of (await readItems(related, linear)).issues) issues.set(id, issue);
  return { issues, projects: rest.projects as LinearReading["projects"], blockers };
}

/** Items with others below them of which nobody knows yet how Linear orders these, as in plans of a version that kept no order. */
function unordered({ items }: SyncedPlan, trigger: SyncInput["work"]["trigger"]): (item: PlanItem) => boolean {
  const above = new Set(items.map((item) => item.parentId));
  return ({ id, base }) => looksAtRelations(trigger) && above.has(id) && base !== null && base.order === undefined;
}

/** No event tells of a relation: whoever looks at everything looks at them. */
const looksAtRelations = (trigger: SyncInput["work"]["trigger"]): boolean => trigger === "poll" || trigger === "person";

function relationsMoved(items: PlanItem[], blockers: ReadonlyMap<string, string[]>, seen: SyncedPlan): PlanItem[] {
  const index = indexOf(seen.items);
  const itemOf = new Map(seen.items.flatMap((item) => (item.linearId ? [[item.linearId, item.id as string]] : [])));
  return items.filter((item) => {
    const now = blockers.get(item.linearId ?? "")?.flatMap((id) => itemOf.get(id) ?? []);
    const then = linearBase(item, index).dependsOn;
    return now !== undefined && JSON.stringify([...now].sort()) !== JSON.stringify([...then].sort());
  });
}

/** An issue that another plan holds stays that plan's. */
async function withoutHeldElsewhere(reading: LinearReading, seen: SyncedPlan, world: World): Promise<LinearReading> {
  const known = new Set(seen.items.map((item) => item.linearId));
  const strange = [...reading.issues.keys()].filter((id) => !known.has(id));
  if (strange.length === 0) return reading;
  const held = new Set(await world.sessions.heldElsewhere(seen.plan.organizationId, strange, seen.plan.id));
  return { ...reading, issues: new Map([...reading.issues].filter(([id]) => !held.has(id))) };
}

/** The youngest change that Linear told of, by its own clock. */
function latest({ issues }: LinearReading, { linearSeenAt }: SyncedPlan): string | null {
  const all = [...issues.values()].map((issue) => issue.updatedAt);
  return all.reduce<string | null>((max, at) => (max === null || at > max ? at : max), linearSeenAt);
}

/** What became of page writes of which nobody heard: their ids stand in the versions that they made. One that is not there cannot be made any more. */
export async function settleWrites({ openWrites, plan }: SyncedPlan, confluence: ConfluenceClient) {
  const [first] = openWrites;
  if (!first || !plan.pageId) return [];
  const from = Math.min(...openWrites.map((write) => write.fromVersion));
  const versions = await confluence.versionsAfter(plan.pageId, from);
  return openWrites.map(({ id }) => ({
    id,
    status:
      versions === null
        ? "page_gone"
        : versions.some(({ message }) => message.includes(id))
          ? "written"
          : "not_written",
  })) satisfies SyncResult["pageWrites"];
}
