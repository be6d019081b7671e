import { issueContent } from "../../../domain/issue-fields.js";
import { normalizeMarkdown } from "../../../domain/markdown.js";
import type { PlanItem } from "../../../domain/plan-item.js";
import type { Setup } from "../../../domain/session.js";
import { type KeptReason, undone, undoTooLate } from "../../../domain/wording/ending.js";
import type { Plan } from "../../../ports.js";
import type { IssueSnapshot, LinearClient } from "../../../ports-services.js";
import { type ApplyingStep, complete, goTo, type Lease, type StepInput } from "../../step.js";

const undoDays = 7;

const batchSize = 50;

/** Throws away what an earlier run created and nobody has touched since, a batch at a time, and lists the rest. */
export const applyUndo: ApplyingStep = {
  kind: "applying",
  async run(input) {
    const { session, plan, world, lease } = input;
    const run = session.work.undoOf ? await world.sessions.load(session.work.undoOf) : null;
    if (!plan || !run) return goTo("read-page");
    if (world.now() - run.session.updatedAt.getTime() > undoDays * 86_400_000) return complete(undoTooLate(undoDays));

    const items = (await world.sessions.items(plan.id)).filter(
      (item) => item.createdBySession === run.session.id && item.linearId,
    );
    const mine = items.filter((item) => item.state === "active");
    const linear = world.linear(session.organizationId);
    const kept = await whatStays(items, mine, linear, {
      plan,
      setup: run.session.work.setup,
      touched: await touchedBy(mine, plan, input),
    });
    const going = mine.filter((item) => !kept.has(item.id));
    const batch = [...going].reverse().slice(0, batchSize);
    const gone = await throwAway(batch, linear, lease);
    const trashed = (session.work.trashed ?? 0) + gone.length;
    const more = {
      log: [{ type: "items.undone", body: { items: gone.map((item) => item.id), of: run.session.id }, actor: "agent" }],
      plan: {
        id: plan.id,
        items: gone.map((item): PlanItem => ({ ...item, state: "undone", pending: null, linksPending: false })),
      },
      work: { trashed },
    };
    if (gone.length > 0 && gone.length < going.length) return goTo("apply-undo", more);
    const stays = mine.flatMap((item) => {
      const reason = kept.get(item.id) ?? (batch.includes(item) && !gone.includes(item) ? "refused" : undefined);
      return reason ? [{ title: item.fields.title, url: item.linearUrl ?? "", reason }] : [];
    });
    return complete(undone({ trashed, kept: stays }), more);
  },
};

const isIssue = (item: PlanItem): boolean => item.linearKind === "issue";
const linearId = (item: PlanItem): string => item.linearId ?? "";

/** Items that somebody has worked with, and whatever stands above them. */
async function whatStays(
  items: PlanItem[],
  mine: PlanItem[],
  linear: LinearClient,
  { plan, setup, touched }: { plan: Plan; setup: Setup | undefined; touched: ReadonlySet<string> },
): Promise<Map<string, KeptReason>> {
  const ours = new Set(items.map(linearId));
  const issues = new Map(
    (await linear.readIssues(mine.filter(isIssue).map(linearId))).map((issue) => [issue.id, issue]),
  );
  const kept = new Map<string, KeptReason>();
  for (const item of mine) {
    const issue = issues.get(linearId(item));
    const inside = isIssue(item)
      ? (issue?.children ?? []).map((child) => child.id)
      : await linear.projectIssueIds(linearId(item));
    if (inside.some((id) => !ours.has(id))) kept.set(item.id, "has_other_children");
    else if (issue && !issue.trashed && (touched.has(issue.id) || isTouched(item, issue, plan, setup)))
      kept.set(item.id, "changed");
  }
  const byId = new Map<string, PlanItem>(mine.map((item) => [item.id, item]));
  for (const item of mine)
    if (kept.has(item.id))
      for (
        let above = byId.get(item.parentId ?? "");
        above && !kept.has(above.id);
        above = byId.get(above.parentId ?? "")
      )
        kept.set(above.id, "parent_of_kept");
  return kept;
}

/** Issues that somebody else has changed: what sync has brought to the page since is no difference any more, so the history tells. */
async function touchedBy(mine: PlanItem[], plan: Plan, { world, session }: StepInput): Promise<Set<string>> {
  const ids = mine.filter(isIssue).map(linearId);
  const seen = ids.length > 0 ? await world.sync.load(plan.id) : null;
  if (!seen) return new Set();
  const history = await world.linear(session.organizationId).readHistory(ids, new Date(0).toISOString());
  const others = history.filter(
    ({ issueId: _issue, at: _at, actorId, ...changes }) =>
      Object.keys(changes).length > 0 && !seen.ownActorIds.includes(actorId ?? ""),
  );
  return new Set(others.map((entry) => entry.issueId));
}

function isTouched(item: PlanItem, issue: IssueSnapshot, plan: Plan, setup: Setup | undefined): boolean {
  if (!setup) return true;
  const written = issueContent(item.base ?? item.fields, { estimation: setup.estimation, pageUrl: plan.pageUrl });
  return (
    issue.title !== written.title ||
    normalizeMarkdown(issue.description) !== normalizeMarkdown(written.description) ||
    issue.priority !== written.priority ||
    issue.estimate !== written.estimate ||
    issue.hasComments ||
    issue.assigneeId !== null ||
    issue.delegateId !== null ||
    !["triage", "backlog", "unstarted"].includes(issue.stateType)
  );
}

/** Trashing twice is trashing once. Returns what is gone. */
async function throwAway(items: PlanItem[], linear: LinearClient, lease: Lease): Promise<PlanItem[]> {
  if (items.length === 0) return [];
  await lease.renew();
  const results = [
    ...(await linear.trashIssues(items.filter(isIssue).map(linearId))),
    ...(await linear.updateProjects(
      items.filter((item) => !isIssue(item)).map((item) => ({ id: linearId(item), change: { trashed: true } })),
    )),
  ];
  const refused = new Set(results.filter((result) => result.outcome === "refused").map((result) => result.id));
  return items.filter((item) => !refused.has(linearId(item)));
}
