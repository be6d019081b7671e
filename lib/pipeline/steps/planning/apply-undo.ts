import type { SessionId } from "../../../domain/ids.js";
import { issueContent } from "../../../domain/issue-fields.js";
import { normalizeMarkdown } from "../../../domain/markdown.js";
import type { PlanItem } from "../../../domain/plan-item.js";
import { type KeptReason, undone, undoTooLate } from "../../../domain/wording/ending.js";
import type { IssueSnapshot, Plan } from "../../../ports.js";
import { type ApplyingStep, complete, goTo, type Lease, type StepInput } from "../../step.js";
import type { Setup } from "./apply-context.js";

const undoDays = 7;

/** Throws away what the earlier run created and nobody has touched since, and lists the rest. */
export const applyUndo: ApplyingStep = {
  kind: "applying",
  async run(input) {
    const { session, plan, world, lease } = input;
    const run = session.work.after ? await world.sessions.load(session.work.after) : null;
    if (!plan || !run) return goTo("read-page");
    if (world.now() - run.session.updatedAt.getTime() > undoDays * 86_400_000) return complete(undoTooLate(undoDays));

    const items = await world.sessions.items(plan.id);
    const mine = items.filter(
      (item) => item.createdBySession === run.session.id && item.linearId && item.state === "active",
    );
    const linear = world.linear(session.organizationId);
    const issues = new Map(
      (await linear.readIssues(mine.filter(isIssue).map(linearId))).map((issue) => [issue.id, issue]),
    );
    const kept = whatStays(mine, issues, plan, run.session.work.setup);
    const going = mine.filter((item) => !kept.has(item.id));
    await throwAway(going, linear, lease);
    return complete(
      undone({
        trashed: going.length,
        kept: mine.flatMap((item) => {
          const reason = kept.get(item.id);
          return reason ? [{ title: item.fields.title, url: item.linearUrl ?? "", reason }] : [];
        }),
      }),
      {
        log: [
          {
            type: "plan.undone",
            body: { trashed: going.length, kept: kept.size, of: run.session.id satisfies SessionId },
            actor: "agent",
          },
        ],
        plan: {
          id: plan.id,
          items: going.map((item): PlanItem => ({ ...item, state: "undone", pending: null, linksPending: false })),
        },
      },
    );
  },
};

const isIssue = (item: PlanItem): boolean => item.linearKind === "issue";
const linearId = (item: PlanItem): string => item.linearId ?? "";

/** Items that somebody has worked with, and whatever stands above them. */
function whatStays(
  mine: PlanItem[],
  issues: ReadonlyMap<string, IssueSnapshot>,
  plan: Plan,
  setup: Setup | undefined,
): Map<string, KeptReason> {
  const ours = new Set(mine.map(linearId));
  const kept = new Map<string, KeptReason>();
  for (const item of mine.filter(isIssue)) {
    const issue = issues.get(linearId(item));
    if (!issue || issue.trashed) continue;
    if (issue.childIds.some((id) => !ours.has(id))) kept.set(item.id, "has_other_children");
    else if (isTouched(item, issue, plan, setup)) kept.set(item.id, "changed");
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

function isTouched(item: PlanItem, issue: IssueSnapshot, plan: Plan, setup: Setup | undefined): boolean {
  if (!setup) return true;
  const written = issueContent(item.base ?? item.fields, { estimation: setup.estimation, pageUrl: plan.pageUrl });
  return (
    issue.title !== written.title ||
    normalizeMarkdown(issue.description) !== normalizeMarkdown(written.description) ||
    issue.priority !== written.priority ||
    issue.estimate !== written.estimate ||
    issue.assigneeId !== null ||
    issue.delegateId !== null ||
    !["triage", "backlog", "unstarted"].includes(issue.stateType)
  );
}

/** Children first, so that a kill in between leaves no orphan. Trashing twice is trashing once. */
async function throwAway(
  items: PlanItem[],
  linear: ReturnType<StepInput["world"]["linear"]>,
  lease: Lease,
): Promise<void> {
  const issues = items.filter(isIssue).map(linearId).reverse();
  const projects = items
    .filter((item) => !isIssue(item))
    .map((item) => ({ id: linearId(item), change: { trashed: true } }));
  if (issues.length > 0) {
    await lease.renew();
    await linear.trashIssues(issues);
  }
  if (projects.length > 0) {
    await lease.renew();
    await linear.updateProjects(projects);
  }
}
