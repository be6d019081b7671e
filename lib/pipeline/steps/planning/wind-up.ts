import { isForPage, linearIdOf, notDone, type PlanItem } from "../../../domain/plan-item.js";
import type { PlanningSession } from "../../../domain/session.js";
import { stopped } from "../../../domain/wording/ending.js";
import type { LinearClient } from "../../../ports-services.js";
import { type ApplyingStep, cancel, type Lease, type StepInput } from "../../step.js";
import { applied } from "./apply-context.js";

/** Ends a run that a person has stopped: reads back what exists, records it, and says it once. */
export const windUp: ApplyingStep = {
  kind: "applying",
  async run(input) {
    const { session, plan, world } = input;
    const items = plan ? await world.sessions.items(plan.id) : [];
    const settled = await readBack(input, items);
    const exist = settled.concat(items.filter((item) => !settled.some((one) => one.id === item.id)));
    const mine = exist.filter(
      (item) => item.createdBySession === session.id && item.linearId && item.state === "active",
    );
    const trashed = session.work.undoOf
      ? exist.filter((item) => item.createdBySession === session.work.undoOf && item.state === "undone").length
      : null;
    const words = stopped({
      created: mine.length,
      trashed,
      urls: mine.filter((item) => item.parentId === null).flatMap((item) => (item.linearUrl ? [item.linearUrl] : [])),
      takenOver: session.takenOverBy !== null,
    });
    return cancel(words, {
      log: [{ type: "plan.stopped", body: { created: mine.length }, actor: "agent" }],
      ...(plan
        ? { plan: { id: plan.id, items: settled, ...(session.takenOverBy ? { handTo: session.takenOverBy } : {}) } }
        : {}),
    });
  },
};

/** Items with something left to do in Linear, with what it holds of them now; nothing of that stays pending. */
async function readBack(
  { session, world, lease }: StepInput & { lease: Lease },
  items: PlanItem[],
): Promise<PlanItem[]> {
  const pending = items.filter((item) => item.pending !== null && !isForPage(item));
  const creating = pending.filter((item) => item.pending === "create");
  const linear = world.linear(session.organizationId);
  await lease.renew();
  const issueIds = creating.filter((item) => item.linearKind === "issue").map(linearIdOf);
  const projectIds = creating.filter((item) => item.linearKind === "project").map(linearIdOf);
  const issues = issueIds.length > 0 ? await linear.readIssues(issueIds) : [];
  const projects = projectIds.length > 0 ? await linear.readProjects(projectIds) : [];
  const found = new Map<string, { id: string; identifier: string; url: string }>([
    ...issues.map((issue) => [issue.id, issue] as const),
    ...projects.map((project) => [project.id, { ...project, identifier: project.slug }] as const),
  ]);
  const settled = pending.map((item): PlanItem => {
    const made = found.get(linearIdOf(item));
    if (made) return { ...applied(item), linearId: made.id, linearIdentifier: made.identifier, linearUrl: made.url };
    const rest = { ...notDone(item), linksPending: item.linearId !== null };
    return item.pending === "adopt" ? { ...rest, ...notAdopted } : rest;
  });
  return [...settled, ...(await readTaken({ session, linear, items }))];
}

/** An issue that was to be adopted and is as people left it: the next plan offers it again. */
const notAdopted = {
  linearId: null,
  linearIdentifier: null,
  linearUrl: null,
  adopted: false,
  linksPending: false,
} as const;

/** What a run that takes another one back has thrown away already. */
async function readTaken({
  session,
  linear,
  items,
}: {
  session: PlanningSession;
  linear: LinearClient;
  items: PlanItem[];
}): Promise<PlanItem[]> {
  const { undoOf } = session.work;
  const taken = undoOf
    ? items.filter((item) => item.createdBySession === undoOf && item.linearId && item.state === "active")
    : [];
  if (taken.length === 0) return [];
  const ids = taken.map((item) => item.linearId ?? "");
  const trashed = new Set(
    [...(await linear.readIssues(ids)), ...(await linear.readProjects(ids))]
      .filter((one) => one.trashed)
      .map((one) => one.id),
  );
  return taken
    .filter((item) => trashed.has(item.linearId ?? ""))
    .map((item) => ({ ...item, state: "undone", pending: null, linksPending: false }));
}
