import { type Estimation, toEstimate } from "./estimate.js";
import type { ItemFields, ItemKind, Priority } from "./plan-item.js";
import { issueDescription } from "./wording/issue-description.js";

/** The parts of a Linear issue that a plan item decides. */
export type IssueContent = { title: string; description: string; priority: number; estimate: number | null };

/** Linear's numbers for priorities; 0 is none. */
export const linearPriority = (priority: Priority | null): number =>
  priority === null ? 0 : { urgent: 1, high: 2, medium: 3, low: 4 }[priority];

/** An item's title, cut to what Linear takes. */
export const issueTitle = (title: string): string => title.slice(0, 255);

/** What an item looks like as an issue; the estimate is on the team's scale. */
export function issueContent(
  item: Pick<ItemFields, "title" | "description" | "acceptanceCriteria" | "enablerType" | "priority" | "storyPoints">,
  context: { estimation: Estimation; pageUrl: string | null },
): IssueContent {
  return {
    title: issueTitle(item.title),
    description: issueDescription(item, { pageUrl: context.pageUrl }),
    priority: linearPriority(item.priority),
    estimate: toEstimate(item.storyPoints, context.estimation).estimate,
  };
}

const labelNames: Record<ItemKind, string | null> = {
  epic: "Epic",
  feature: "Feature",
  story: null,
  enabler: "Enabler",
};

/** Name of the label that shows an item's kind in Linear; a story, the usual thing, has none. */
export const labelOf = (kind: ItemKind): string | null => labelNames[kind];
