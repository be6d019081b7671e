import { applySelection } from "../../../domain/conversation/selection.js";
import type { Selection } from "../../../domain/conversation/intent.js";
import { toEstimate } from "../../../domain/estimate.js";
import type { PlanItemId } from "../../../domain/ids.js";
import { type IssueContent, issueContent } from "../../../domain/issue-fields.js";
import { isLiveSource } from "../../../domain/live-steps.js";
import { normalizeMarkdown } from "../../../domain/markdown.js";
import { type AdoptedIssue, diffPlan, type ProposedItem } from "../../../domain/plan-diff.js";
import type { ExtractedItem, Extraction, PlanItem } from "../../../domain/plan-item.js";
import { readPlan } from "../../../domain/read-plan.js";
import { findMarks } from "../../../domain/surgery/marks.js";
import { markOf } from "../../../domain/sync/view-page.js";
import type { SessionWork } from "../../../domain/session.js";
import * as notes from "../../../domain/wording/notes.js";
import { preview } from "../../../domain/wording/preview.js";
import type { PageSnapshot, Plan } from "../../../ports.js";
import type { IssueSnapshot, TeamSetup } from "../../../ports-services.js";
import type { StepInput } from "../../step.js";
import { findRelated, findSimilar } from "./earlier-work.js";

/** A plan as it would be shown: what the page says, against what is there, with everything that a person should know before saying yes. */
export type PlanProposal = {
  extraction: Extraction;
  /** The plan's items; those whose issue somebody has thrown away count as not created. */
  existing: PlanItem[];
  proposed: ProposedItem[];
  setup: NonNullable<SessionWork["setup"]>;
  teamName: string;
  notes: string[];
  /** Nodes of memory that the notes name. */
  related: string[];
};

const shownDuplicates = 10;

/** Extracts the page and compares it with the plan and with what Linear holds. Reads only. */
export async function prepareProposal(input: StepInput, plan: Plan, page: PageSnapshot): Promise<PlanProposal> {
  const { world, session } = input;
  const extraction = readPlan(plan, page);
  const { items: existing, issues } = await readKnown(input, plan);
  const team = await world.linear(session.organizationId).readTeam(plan.teamId);
  const adoption = isLiveSource(plan.source)
    ? sameSteps(extraction.items, existing)
    : withMarked(
        await findAdoptable(input, plan, extraction.items, existing),
        findMarks(page.body, extraction),
        existing,
      );
  const proposed = diffPlan(existing, extraction.items, adoption);
  const [related, similar] = [await findRelated(input, plan, page, proposed), await findSimilar(input, plan, proposed)];
  const setup = toSetup(team);
  return {
    extraction,
    existing,
    proposed,
    setup,
    teamName: team === "not_found" ? "your team" : team.name,
    notes: [
      ...adoption.notes,
      ...((await hasWriter(input, plan)) ? [notes.followsOneWay] : []),
      ...proposed.flatMap((item) => writtenOver(item, issues, setup, plan)),
      ...similar.slice(0, shownDuplicates).map(notes.likelyDuplicate),
      ...(similar.length > shownDuplicates ? [notes.moreDuplicates(similar.length - shownDuplicates)] : []),
      ...(related.length > 0 ? [notes.relatedPlans(related)] : []),
    ],
    related: related.map(({ id }) => id),
  };
}

/** Whether another plan of this page was approved before this one: that writes to the page then. */
async function hasWriter({ world, session }: StepInput, plan: Plan): Promise<boolean> {
  if (plan.pageId === null || plan.basePageVersion !== null) return false;
  const approved = await world.sync.plansOf(session.organizationId, { source: plan.source });
  return approved.some((other) => other.plan.id !== plan.id);
}

/** The plan's items as Linear holds them now. */
async function readKnown(
  { world, session }: StepInput,
  plan: Plan,
): Promise<{ items: PlanItem[]; issues: Map<string, IssueSnapshot> }> {
  const items = await world.sessions.items(plan.id);
  const ids = items
    .filter((item) => item.linearKind === "issue" && item.state === "active")
    .flatMap((item) => item.linearId ?? []);
  const read = ids.length > 0 ? await world.linear(session.organizationId).readIssues(ids) : [];
  const issues = new Map(read.map((issue) => [issue.id, issue]));
  // What is being struck on the page is nothing to be created again.
  const isGone = (item: PlanItem) =>
    item.pending !== "strike" &&
    item.linearId !== null &&
    ids.includes(item.linearId) &&
    (issues.get(item.linearId)?.trashed ?? true);
  return {
    // Who approves knows of everything until now.
    items: items.map((item) => {
      const seen = { ...item, seenAt: issues.get(item.linearId ?? "")?.updatedAt ?? item.seenAt };
      return isGone(item) ? { ...seen, state: "undone", linksPending: false } : seen;
    }),
    issues,
  };
}

/** What people have changed in Linear and approving would write over, so that they know before they say yes. */
function writtenOver(
  item: ProposedItem,
  issues: ReadonlyMap<string, IssueSnapshot>,
  setup: PlanProposal["setup"],
  plan: Plan,
): string[] {
  const issue = issues.get(item.existing?.linearId ?? "");
  const before = item.existing?.fields;
  if (item.change !== "changed" || !issue || !before) return [];
  const context = { estimation: setup.estimation, pageUrl: plan.pageUrl };
  const [written, wanted] = [issueContent(before, context), issueContent(item.fields, context)];
  const isEdited = (field: keyof IssueContent) =>
    field === "description"
      ? normalizeMarkdown(issue.description) !== normalizeMarkdown(written.description)
      : issue[field] !== written[field];
  const lost = (["title", "description", "priority", "estimate"] as const).filter(
    (field) => wanted[field] !== written[field] && isEdited(field),
  );
  return lost.length > 0 ? [notes.writesOver(item.fields.title, issue.identifier, [...lost])] : [];
}

/** What the steps need to know of the team; labels by lower-case name. */
export function toSetup(team: TeamSetup | "not_found"): NonNullable<SessionWork["setup"]> {
  const estimation = { scale: "notUsed", extended: false, allowZero: false } as const;
  if (team === "not_found") return { labels: {}, estimation, canceledStateId: null, openStateId: null };
  const labels = team.labels.filter((label) => !label.isGroup).map((label) => [label.name.toLowerCase(), label.id]);
  const first = (type: string) =>
    team.states.filter((state) => state.type === type).sort((a, b) => a.position - b.position)[0]?.id ?? null;
  return {
    labels: Object.fromEntries(labels),
    estimation: team.estimation,
    canceledStateId: first("canceled"),
    openStateId: first("backlog") ?? first("unstarted"),
  };
}

type Adoption = { adoptable: Map<string, AdoptedIssue>; own: Map<string, PlanItemId>; notes: string[] };

/** A step is the item that was made of it, whatever is written in it now. */
function sameSteps(items: ExtractedItem[], existing: PlanItem[]): Adoption {
  const idByKey = new Map(existing.map((item) => [item.fields.key, item.id]));
  const own = items.flatMap(({ key }) => {
    const id = idByKey.get(key);
    return id ? [[key, id] as const] : [];
  });
  return { adoptable: new Map(), own: new Map(own), notes: [] };
}

/** Items whose own row links to an issue of this team *are* that issue, unless another plan holds it. */
async function findAdoptable(
  { world, session }: StepInput,
  plan: Plan,
  items: ExtractedItem[],
  existing: PlanItem[],
): Promise<Adoption> {
  const adoptable = new Map<string, AdoptedIssue>();
  const own = new Map<string, PlanItemId>();
  const said: string[] = [];
  const linked = items.flatMap((item) => {
    const identifier = /([A-Z][A-Z0-9]*-\d+)/.exec(item.issueLink ?? "")?.[1];
    return identifier ? [{ item, identifier }] : [];
  });
  if (linked.length === 0) return { adoptable, own, notes: said };
  const issues = await world.linear(session.organizationId).readIssuesByIdentifier(linked.map((one) => one.identifier));
  const mine = new Map(
    existing.flatMap((item) => (item.linearId && item.state !== "undone" ? [[item.linearId, item.id] as const] : [])),
  );
  const held = new Set(
    await world.sessions.heldElsewhere(
      session.organizationId,
      issues.map((issue) => issue.id),
      plan.id,
    ),
  );
  const used = new Set<string>();
  for (const { item, identifier } of linked) {
    const issue = issues.find((one) => one.identifier === identifier);
    if (!issue || used.has(issue.id)) continue;
    used.add(issue.id);
    const itself = mine.get(issue.id);
    if (itself) own.set(item.key, itself);
    else if (issue.trashed) said.push(notes.linkedIssueTrashed(item.title, identifier));
    else if (issue.teamId !== plan.teamId) said.push(notes.linkedIssueOfOtherTeam(item.title, identifier));
    else if (held.has(issue.id)) said.push(notes.linkedIssueOfOtherPlan(item.title, identifier));
    else adoptable.set(item.key, { id: issue.id, identifier: issue.identifier, url: issue.url });
  }
  return { adoptable, own, notes: said };
}

/** A row that carries the mark of an item *is* that item, although it may not have a link to the issue. */
function withMarked(adoption: Adoption, marks: ReadonlyMap<string, string>, existing: PlanItem[]): Adoption {
  const own = new Map(adoption.own);
  const known = new Set<string>(own.values());
  for (const item of existing) {
    const key = marks.get(markOf(item.id));
    if (key === undefined || own.has(key) || known.has(item.id) || item.state === "undone") continue;
    own.set(key, item.id);
  }
  return { ...adoption, own };
}

/** Keys of the items that approving would touch, after what the person has left out. */
export function chosenKeys(proposed: ProposedItem[], selections: Selection[]): string[] {
  let items = proposed.map(({ fields }) => ({
    key: fields.key,
    kind: fields.kind,
    parent: fields.parent,
    title: fields.title,
  }));
  for (const selection of selections) {
    const kept = new Set(applySelection(items, selection));
    items = items.filter((item) => kept.has(item.key));
  }
  const touched = new Set(proposed.filter((item) => item.change !== "unchanged").map((item) => item.fields.key));
  return items.map((item) => item.key).filter((key) => touched.has(key));
}

/** The preview in words; what was left out by the person is not shown. */
export function showProposal(plan: Plan, proposal: PlanProposal, chosen: ReadonlySet<string>): string {
  const shown = proposal.proposed.filter((item) => item.change === "unchanged" || chosen.has(item.fields.key));
  const rounded = shown.map((item) => ({
    item,
    estimate: toEstimate(item.fields.storyPoints, proposal.setup.estimation),
  }));
  return preview({
    pageTitle: plan.pageTitle,
    pageUrl: plan.pageUrl ?? "",
    team: { name: proposal.teamName },
    items: rounded.map(({ item, estimate }) => ({
      key: item.fields.key,
      kind: item.fields.kind,
      title: item.fields.title,
      parent: item.fields.parent,
      storyPoints: item.fields.storyPoints,
      estimate: estimate.estimate,
      priority: item.fields.priority,
      change: item.change,
      changes: item.changes,
      identifier: item.adopts?.identifier ?? item.existing?.linearIdentifier ?? null,
    })),
    warnings: proposal.extraction.warnings,
    unused: proposal.extraction.coverage.filter((block) => block.use === "unused"),
    notes: proposal.notes,
  });
}
