import { titleKey } from "../../../domain/extraction/fold.js";
import { type LikelyDuplicate, likelyDuplicates } from "../../../domain/matching/likely-duplicates.js";
import type { ProposedItem } from "../../../domain/plan-diff.js";
import { quote } from "../../../domain/wording/phrases.js";
import { whyFound } from "../../../domain/wording/why-found.js";
import type { PageSnapshot, Plan } from "../../../ports.js";
import type { MemoryHit } from "../../../ports-memory.js";
import type { OpenIssue } from "../../../ports-services.js";
import type { StepInput } from "../../step.js";

export type RelatedPlan = { id: string; title: string; url: string | null; why: string };

const mostRelated = 3;
/** How much of what the page is about an earlier plan must say. */
const leastShare = 0.2;

/** What was planned before and resembles this page, by its title and its top items; other runs of this plan are none. */
export async function findRelated(
  { world, session }: StepInput,
  plan: Plan,
  page: PageSnapshot,
  proposed: ProposedItem[],
): Promise<RelatedPlan[]> {
  const tops = proposed.filter(({ fields }) => fields.parent === null).map(({ fields }) => fields.title);
  const found = await world.memory.related({
    organizationId: session.organizationId,
    engagementId: session.engagementId,
    sessionId: session.id,
    plan: { id: plan.id, url: plan.pageUrl },
    text: [page.title, ...tops].join("\n"),
  });
  const telling = found.filter(({ share }) => share >= leastShare);
  const distinct = telling.filter(
    ({ node }, index) => telling.findIndex((one) => titleKey(one.node.title) === titleKey(node.title)) === index,
  );
  return distinct.slice(0, mostRelated).map((hit) => ({
    id: hit.node.id,
    title: hit.node.title,
    url: addressOf(hit),
    why: whyFound({ ...hit, linked: [] }, quote),
  }));
}

function addressOf({ node }: MemoryHit): string | null {
  const address = node.metadata.url ?? node.metadata.page_url;
  return typeof address === "string" ? address : null;
}

/** Open issues of the team that may be what the plan is about to create. */
export async function findSimilar(
  { world, session }: StepInput,
  plan: Plan,
  proposed: ProposedItem[],
): Promise<LikelyDuplicate<OpenIssue>[]> {
  const creating = proposed.filter(({ change }) => change === "new").map(({ fields }) => fields.title);
  if (creating.length === 0) return [];
  const own = new Set(proposed.flatMap(({ existing, adopts }) => [existing?.linearId, adopts?.id]));
  const open = await world.linear(session.organizationId).openIssues(plan.teamId);
  const others = open.filter(({ id }) => !own.has(id) && id !== session.issueId);
  return likelyDuplicates(creating, others);
}
