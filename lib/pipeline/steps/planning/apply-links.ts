import { withoutCycles } from "../../../domain/dependencies.js";
import { derivedUuid } from "../../../domain/ids.js";
import type { PlanItem } from "../../../domain/plan-item.js";
import { created } from "../../../domain/wording/ending.js";
import type { Plan } from "../../../ports.js";
import type { LinearClient, LinkInput, Relation } from "../../../ports-services.js";
import { type ApplyingStep, complete, goTo, type Lease, type StepInput, type StepResult } from "../../step.js";
import { waitForBudget } from "./budget.js";

const linksPerRun = 100;

/** Writes the *blocks* relations and the links back to the page, then says what exists now. */
export const applyLinks: ApplyingStep = {
  kind: "applying",
  async run(input) {
    const { session, plan, world, lease } = input;
    if (!plan) return goTo("read-page");
    const wait = await waitForBudget(input);
    if (wait) return wait;
    const items = await world.sessions.items(plan.id);
    const linear = world.linear(session.organizationId);
    const isOlder = (item: PlanItem) => lease.takenOver || item.adopted || item.createdBySession !== session.id;
    const batch = nextLinks(
      items,
      items.filter((one) => one.linksPending),
      plan,
    );
    const mayHaveRelations = batch.map((one) => one.item).filter(isOlder);
    const done = await writeItemLinks({ linear, lease, items, mayHaveRelations }, batch);
    const budget = linear.budget();
    if (budget) await world.sessions.noteBudget(session.organizationId, budget);
    const isLast = items.filter((item) => item.linksPending).length === batch.length;
    if (!isLast) return goTo("apply-links", { plan: { id: plan.id, items: done } });
    await linkMention(input, items, linear);
    return finish(input, plan, items, done);
  },
};

type Linked = { item: PlanItem; links: LinkInput[] };

/** Items with links to write, as many as fit into a run, each with its links. */
export function nextLinks(items: PlanItem[], waiting: PlanItem[], plan: Plan): Linked[] {
  const byKey = new Map(items.filter((item) => item.state === "active").map((item) => [item.fields.key, item]));
  const { kept } = withoutCycles([...byKey.values()].map((item) => item.fields));
  const batch: Linked[] = [];
  let count = 0;
  for (const item of waiting) {
    const links = item.linearKind === "project" || !item.linearId ? [] : linksOf(item, byKey, kept, plan);
    if (count > 0 && count + links.length > linksPerRun) break;
    batch.push({ item, links });
    count += links.length;
  }
  return batch;
}

type Writing = { linear: LinearClient; lease: Lease; items: PlanItem[]; mayHaveRelations: PlanItem[] };

/** Writes what is missing of the relations and links of a batch, takes away relations that the page has no more, and returns the items as done. */
export async function writeItemLinks(
  { linear, lease, items, mayHaveRelations }: Writing,
  batch: Linked[],
): Promise<PlanItem[]> {
  const relations = await relationsOf(linear, mayHaveRelations);
  const missing = batch
    .flatMap((one) => one.links)
    .filter((link) => link.kind === "attachment" || !relations.some((relation) => isSame(relation, link)));
  if (missing.length > 0) await write(linear, missing, lease);
  await removeRelations(
    linear,
    batch.map((one) => one.item),
    items,
    relations,
    lease,
  );
  return batch.map(({ item }) => ({
    ...item,
    linksPending: false,
    base: item.base && { ...item.base, dependsOn: item.fields.dependsOn },
  }));
}

function linksOf(
  item: PlanItem,
  byKey: ReadonlyMap<string, PlanItem>,
  kept: { item: string; on: string }[],
  plan: Plan,
): LinkInput[] {
  const blockers = kept
    .filter((edge) => edge.item === item.fields.key)
    .map((edge) => byKey.get(edge.on))
    .filter((on): on is PlanItem => on?.linearId != null && on.linearKind === "issue");
  const relations = blockers.map(
    (on): LinkInput => ({
      kind: "relation",
      id: derivedUuid(on.id, "blocks", item.id, on.generation, item.generation),
      issueId: on.linearId ?? "",
      relatedIssueId: item.linearId ?? "",
    }),
  );
  return [...relations, ...attachment(item, plan)];
}

/** The durable link from issue to page; the fragment makes it one for each item and takes the reader to the place. */
function attachment(item: PlanItem, plan: Plan): LinkInput[] {
  if (!plan.pageUrl) return [];
  const url = `${plan.pageUrl.split("#")[0]}#${encodeURIComponent(item.fields.key)}`;
  return [
    {
      kind: "attachment",
      issueId: item.linearId ?? "",
      url,
      title: plan.pageTitle,
      subtitle: `${item.fields.key} in the plan`,
    },
  ];
}

const isSame = (relation: Relation, link: LinkInput): boolean =>
  link.kind === "relation" &&
  relation.type === "blocks" &&
  relation.issueId === link.issueId &&
  relation.relatedIssueId === link.relatedIssueId;

async function relationsOf(linear: LinearClient, items: PlanItem[]): Promise<Relation[]> {
  const ids = items
    .filter((item) => item.linearKind === "issue")
    .flatMap((item) => (item.linearId ? [item.linearId] : []));
  return ids.length > 0 ? linear.readRelations(ids) : [];
}

async function write(linear: LinearClient, links: LinkInput[], lease: Lease): Promise<void> {
  await lease.renew();
  await linear.writeLinks(links);
}

/** A dependency that is gone from the page and was written by us is taken away in Linear too. */
async function removeRelations(
  linear: LinearClient,
  batch: PlanItem[],
  items: PlanItem[],
  relations: Relation[],
  lease: Lease,
): Promise<void> {
  const byKey = new Map(items.map((item) => [item.fields.key, item]));
  const gone = batch.flatMap((item) =>
    (item.base?.dependsOn ?? [])
      .filter((key) => !item.fields.dependsOn.includes(key))
      .flatMap((key) => {
        const on = byKey.get(key);
        return relations.filter(
          (relation) =>
            relation.type === "blocks" &&
            relation.issueId === on?.linearId &&
            relation.relatedIssueId === item.linearId,
        );
      }),
  );
  const ids = gone.flatMap((relation) => (relation.id ? [relation.id] : []));
  if (ids.length === 0) return;
  await lease.renew();
  await linear.deleteRelations(ids);
}

/** The issue that the agent was mentioned on is not part of the plan; it gets links to the top of it. */
async function linkMention(
  { session, lease }: StepInput & { lease: Lease },
  items: PlanItem[],
  linear: LinearClient,
): Promise<void> {
  const { issueId } = session;
  if (!issueId || items.some((item) => item.linearId === issueId)) return;
  const top = items
    .filter((item) => item.parentId === null && item.linearUrl && item.createdBySession === session.id)
    .slice(0, 10);
  if (top.length === 0) return;
  await lease.renew();
  await linear.upsertAttachments(
    top.map((item) => ({
      issueId,
      url: item.linearUrl ?? "",
      title: `${item.linearIdentifier ?? ""} ${item.fields.title}`.trim(),
    })),
  );
}

function finish({ session }: StepInput, plan: Plan, items: PlanItem[], done: PlanItem[]): StepResult {
  const mine = items.filter((item) => item.createdBySession === session.id && item.linearId && item.state === "active");
  const version = session.work.approvedPageVersion;
  return complete(
    created({
      pageTitle: plan.pageTitle,
      counts: {
        epic: mine.filter((item) => item.fields.kind === "epic").length,
        feature: mine.filter((item) => item.fields.kind === "feature").length,
        story: mine.filter((item) => item.fields.kind === "story").length,
        enabler: mine.filter((item) => item.fields.kind === "enabler").length,
      },
      updated: session.work.updated ?? 0,
      cancelled: session.work.cancelled ?? 0,
      top: mine
        .filter((item) => item.parentId === null)
        .map((item) => ({ title: item.fields.title, url: item.linearUrl ?? "" })),
      refused: items.filter((item) => item.state === "refused").map((item) => item.fields.title),
    }),
    {
      log: [{ type: "plan.applied", body: { created: mine.length, pageVersion: version ?? null }, actor: "agent" }],
      plan: { id: plan.id, items: done, ...(version === undefined ? {} : { basePageVersion: version }) },
    },
  );
}
