import { extract } from "../../../domain/extraction/extract.js";
import { findPageAddresses } from "../../../domain/page-address.js";
import type { PlanItem } from "../../../domain/plan-item.js";
import type { PlanSetup, SyncWork } from "../../../domain/sync/run.js";
import type { Reading } from "../../../domain/sync/detect.js";
import type { LinearReading, PlanState } from "../../../domain/sync/sides.js";
import { viewPage } from "../../../domain/sync/view-page.js";
import { findMarks } from "../../../domain/surgery/marks.js";
import { findStatuses } from "../../../domain/surgery/status.js";
import * as words from "../../../domain/wording/sync.js";
import type { ConfluenceClient, LinearClient, Page } from "../../../ports-services.js";
import type { Halt, SyncedPlan } from "../../../ports-sync.js";
import type { World } from "../../../ports.js";
import { toSetup } from "../planning/proposal.js";
import { readThrough } from "../planning/read-page.js";

export const isHalt = (value: object): value is Halt => "code" in value && "words" in value;

/** The page of a plan as it is now, with the client that it was read through. */
export async function readPlanPage(
  seen: SyncedPlan,
  world: World,
): Promise<{ page: Page; confluence: ConfluenceClient } | Halt> {
  const { plan } = seen;
  const [address] = findPageAddresses(plan.pageUrl ?? "");
  const confluence = address && (await world.confluence(plan.organizationId, address.host));
  if (!address || !confluence) return words.noConnection;
  const read = await readThrough(confluence, address);
  if (read.kind === "revoked") return words.connectionRevoked;
  if (read.kind !== "page") return words.pageNotThere(plan.pageTitle);
  if (read.page.restricted && !seen.allowsRestricted) return words.pageRestricted(plan.pageTitle);
  return { page: read.page, confluence };
}

const setupAgeMs = 60 * 60_000;

/** The team's labels, states and scale; asked again after an hour. */
export async function readSetup(seen: SyncedPlan, linear: LinearClient, world: World): Promise<PlanSetup> {
  const { setup } = seen;
  if (setup && world.now() - Date.parse(setup.readAt) < setupAgeMs) return setup;
  return { ...toSetup(await linear.readTeam(seen.plan.teamId)), readAt: new Date(world.now()).toISOString() };
}

/** A plan as the domain sees it. */
export const planStateOf = (seen: SyncedPlan, setup: PlanSetup): PlanState => ({
  planId: seen.plan.id,
  teamId: seen.plan.teamId,
  sessionId: seen.session.id,
  items: seen.items,
  conflicts: seen.conflicts,
  settings: seen.settings,
  epicsAs: seen.epicsAs,
  writesPage: seen.writesPage,
  pageUrl: seen.plan.pageUrl,
  setup,
});

/** The page that a run has compared, as it was stored; null where another version has been stored since. */
export function comparedPage(seen: SyncedPlan, { page }: SyncWork): ComparedPage | null {
  if (seen.base?.pageVersion !== page.version) return null;
  return { ...page, title: seen.base.title, body: seen.base.body };
}
export type ComparedPage = Pick<Page, "version" | "title" | "body"> & {
  updatedAt: string | null;
  authorId: string | null;
};

/** Both sides as they were read, ready to be compared. */
export function readingOf(
  seen: SyncedPlan,
  page: ComparedPage,
  { setup, linear, runId }: { setup: PlanSetup; linear: LinearReading; runId: string },
): Reading {
  const extraction = extract(page);
  const before = seen.base && seen.base.pageVersion !== page.version ? extract(seen.base) : extraction;
  return {
    plan: planStateOf(seen, setup),
    view: viewPage(seen.items, { extraction, marks: findMarks(page.body, extraction), before }),
    linear,
    page: { updatedAt: page.updatedAt, authorId: page.authorId, version: page.version },
    statuses: findStatuses(page.body, extraction),
    events: seen.events,
    history: [],
    ownActorIds: seen.ownActorIds,
    runId,
  };
}

/** Issues and projects of these items as Linear has them at this moment. */
export async function readItems(items: readonly PlanItem[], linear: LinearClient): Promise<LinearReading> {
  const idsOf = (kind: PlanItem["linearKind"]) =>
    items.flatMap((item) => (item.linearKind === kind && item.linearId ? [item.linearId] : []));
  const [issueIds, projectIds] = [idsOf("issue"), idsOf("project")];
  const issues = issueIds.length > 0 ? await linear.readIssues(issueIds) : [];
  const projects = projectIds.length > 0 ? await linear.readProjects(projectIds) : [];
  return { issues: byId(issues), projects: byId(projects), blockers: new Map() };
}

export const byId = <One extends { id: string }>(list: readonly One[]): Map<string, One> =>
  new Map(list.map((one) => [one.id, one]));

/** The issues that block these issues, by the ids of these. */
export async function readBlockers(issueIds: string[], linear: LinearClient): Promise<Map<string, string[]>> {
  const blockers = new Map<string, string[]>(issueIds.map((id) => [id, []]));
  if (issueIds.length === 0) return blockers;
  for (const { type, issueId, relatedIssueId } of await linear.readRelations(issueIds))
    if (type === "blocks" && blockers.has(relatedIssueId) && !blockers.get(relatedIssueId)?.includes(issueId))
      blockers.get(relatedIssueId)?.push(issueId);
  return blockers;
}
