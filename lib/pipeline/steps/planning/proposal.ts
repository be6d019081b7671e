import { applySelection } from "../../../domain/conversation/selection.js";
import type { Selection } from "../../../domain/conversation/intent.js";
import { toEstimate } from "../../../domain/estimate.js";
import { extract } from "../../../domain/extraction/extract.js";
import { type AdoptedIssue, diffPlan, type ProposedItem } from "../../../domain/plan-diff.js";
import type { ExtractedItem, Extraction, PlanItem } from "../../../domain/plan-item.js";
import type { SessionWork } from "../../../domain/session.js";
import * as notes from "../../../domain/wording/notes.js";
import { preview } from "../../../domain/wording/preview.js";
import type { PageSnapshot, Plan, TeamSetup } from "../../../ports.js";
import type { StepInput } from "../../step.js";

/** A plan as it would be shown: what the page says, against what is there, with everything that a person should know before saying yes. */
export type PlanProposal = {
  extraction: Extraction;
  proposed: ProposedItem[];
  setup: NonNullable<SessionWork["setup"]>;
  teamName: string;
  notes: string[];
};

/** Extracts the page and compares it with the plan and with what Linear holds. Reads only. */
export async function prepareProposal(input: StepInput, plan: Plan, page: PageSnapshot): Promise<PlanProposal> {
  const { world, session } = input;
  const extraction = extract({ title: page.title, body: page.body });
  const existing = await world.sessions.items(plan.id);
  const team = await world.linear(session.organizationId).readTeam(plan.teamId);
  const adoption = await findAdoptable(input, plan, extraction.items, existing);
  const proposed = diffPlan(existing, extraction.items, adoption.adoptable);
  const related = await world.sessions.relatedPlans(session.organizationId, page.title, plan.id);
  const creating = proposed.filter((item) => item.change === "new").map((item) => item.fields.title);
  const similar = await world.sessions.similarItems(session.organizationId, creating, plan.id);
  return {
    extraction,
    proposed,
    setup: toSetup(team),
    teamName: team === "not_found" ? "your team" : team.name,
    notes: [
      ...adoption.notes,
      ...similar.map(notes.likelyDuplicate),
      ...(related.length > 0 ? [notes.relatedPlans(related)] : []),
    ],
  };
}

/** What the steps need to know of the team; labels by lower-case name. */
export function toSetup(team: TeamSetup | "not_found"): NonNullable<SessionWork["setup"]> {
  if (team === "not_found")
    return { labels: {}, estimation: { scale: "notUsed", extended: false, allowZero: false }, canceledStateId: null };
  const labels = team.labels.filter((label) => !label.isGroup).map((label) => [label.name.toLowerCase(), label.id]);
  const canceled = team.states.filter((state) => state.type === "canceled").sort((a, b) => a.position - b.position)[0];
  return { labels: Object.fromEntries(labels), estimation: team.estimation, canceledStateId: canceled?.id ?? null };
}

/** Items whose own row links to an issue of this team *are* that issue, unless another plan holds it. */
async function findAdoptable(
  { world, session }: StepInput,
  plan: Plan,
  items: ExtractedItem[],
  existing: PlanItem[],
): Promise<{ adoptable: Map<string, AdoptedIssue>; notes: string[] }> {
  const adoptable = new Map<string, AdoptedIssue>();
  const said: string[] = [];
  const linked = items.flatMap((item) => {
    const identifier = /([A-Z][A-Z0-9]*-\d+)/.exec(item.issueLink ?? "")?.[1];
    return identifier ? [{ item, identifier }] : [];
  });
  if (linked.length === 0) return { adoptable, notes: said };
  const issues = await world.linear(session.organizationId).readIssuesByIdentifier(linked.map((one) => one.identifier));
  const mine = new Set(existing.flatMap((item) => (item.linearId ? [item.linearId] : [])));
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
    if (!issue || mine.has(issue.id) || used.has(issue.id)) continue;
    if (issue.trashed) said.push(notes.linkedIssueTrashed(item.title, identifier));
    else if (issue.teamId !== plan.teamId) said.push(notes.linkedIssueOfOtherTeam(item.title, identifier));
    else if (held.has(issue.id)) said.push(notes.linkedIssueOfOtherPlan(item.title, identifier));
    else {
      used.add(issue.id);
      adoptable.set(item.key, { id: issue.id, identifier: issue.identifier, url: issue.url });
    }
  }
  return { adoptable, notes: said };
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
