import { type Estimation, toEstimate } from "../estimate.js";
import { issueTitle, labelOf, linearPriority } from "../issue-fields.js";
import { normalizeMarkdown } from "../markdown.js";
import type { ItemKind, Priority } from "../plan-item.js";
import { issueDescription } from "../wording/issue-description.js";
import { asRead, type IssueText, readIssueText, saysSame } from "./issue-text.js";
import { plainLine } from "./plain-text.js";
import type { ItemValues } from "./values.js";

/** The parts of a Linear issue that say something of an item. */
export type IssueState = {
  title: string;
  description: string;
  /** 0 none, 1 urgent, 2 high, 3 medium, 4 low. */
  priority: number;
  estimate: number | null;
  parentId: string | null;
  projectId: string | null;
  labelIds: readonly string[];
  /** What hangs below it, and where each stands, the lowest first; left out where it was not read. */
  children?: readonly { id: string; subIssueSortOrder: number | null }[];
};
/** The same of a Linear project that stands for an epic. */
export type ProjectState = { name: string; content: string; priority: number };

/** What reading and writing an issue needs of its team and its plan. */
export type IssueContext = {
  estimation: Estimation;
  /** Labels of the team by their names in small letters. */
  labels: Readonly<Record<string, string>>;
  pageUrl: string | null;
  /** The plan item that an issue is; null for one that is not in the plan. */
  itemIdOf(issueId: string): string | null;
  /** The plan item that a project is. */
  projectItemIdOf(projectId: string): string | null;
  /** The issue that a plan item is; null where it has none. */
  issueIdOf(itemId: string): string | null;
  /** Where an issue hangs whose item is below this one: below the nearest item that has an issue, in the project of its epic. */
  placeBelow(parent: string | null): { parentId: string | null; projectId: string | null };
  /** The issues that block this one; null where they were not read. */
  blockedBy: readonly string[] | null;
};

/** The kinds that are told by a label, those first that have the last word where somebody put several on an issue. */
export const labelledKinds = ["epic", "feature", "enabler"] as const satisfies readonly ItemKind[];
/** The label of a kind, where the team has one. */
export const labelIdOf = (kind: ItemKind, { labels }: Pick<IssueContext, "labels">): string | null =>
  labels[labelOf(kind)?.toLowerCase() ?? ""] ?? null;

/**
 * An issue as values of its item. Where a field is what we would write for `before` it says that, though the issue cannot: a title is cut, an
 * estimate rounded, a label not there.
 */
export function readIssueValues(issue: IssueState, before: ItemValues, context: IssueContext): ItemValues {
  return {
    title: readTitle(issue.title, before.title),
    kind: readKind(issue, before.kind, context),
    parent: readParent(issue, before.parent, context),
    ...readText(issue.description, before, context),
    storyPoints: readStoryPoints(issue.estimate, before.storyPoints, context.estimation),
    priority: readPriority(issue.priority, before.priority),
    dependsOn: readDependsOn(before.dependsOn, context),
    order: readOrder(issue, before.order, context),
  };
}

/** A project as values of its epic; what projects do not say stays as it was. */
export function readProjectValues(
  project: ProjectState,
  before: ItemValues,
  context: Pick<IssueContext, "pageUrl">,
): ItemValues {
  return {
    ...before,
    title: readTitle(project.name, before.title),
    ...readText(project.content, before, context),
    priority: readPriority(project.priority, before.priority),
  };
}

/** A title that Linear cuts keeps its end, whatever somebody edits before the last words that it shows. */
function readTitle(title: string, before: string): string {
  const [said, whole, cut] = [plainLine(title), plainLine(before), plainLine(issueTitle(before))];
  if (said === cut) return before;
  if (cut === whole) return said;
  const lastWords = /(?:\S+ ){0,2}\S+$/.exec(cut)?.[0] ?? cut;
  return whole.startsWith(said) ? before : said.endsWith(lastWords) ? said + whole.slice(cut.length) : said;
}

function readKind(issue: IssueState, before: ItemKind, context: IssueContext): ItemKind {
  const has = (kind: ItemKind) => issue.labelIds.includes(labelIdOf(kind, context) ?? "");
  if (has(before)) return before;
  const [kind] = labelledKinds.filter(has);
  // A label that the team does not have cannot have been taken away.
  return kind ?? (labelIdOf(before, context) === null ? before : "story");
}

function readParent(issue: IssueState, before: string | null, context: IssueContext): string | null {
  const { parentId, projectId } = issue;
  const project = projectId === null ? null : context.projectItemIdOf(projectId);
  if (before !== "outside") {
    const place = context.placeBelow(before);
    const isInProject = place.projectId === null ? project === null : place.projectId === projectId;
    if (place.parentId === parentId && (parentId !== null || isInProject)) return before;
  }
  if (parentId !== null) return context.itemIdOf(parentId) ?? "outside";
  return project;
}

function readText(description: string, before: IssueText, { pageUrl }: Pick<IssueContext, "pageUrl">): IssueText {
  const { description: text, acceptanceCriteria, enablerType } = before;
  const kept = { description: text, acceptanceCriteria, enablerType };
  if (normalizeMarkdown(description) === normalizeMarkdown(issueDescription(before, { pageUrl }))) return kept;
  const [now, then] = [readIssueText(description), asRead(before)];
  const nothing: IssueText = { description: "", acceptanceCriteria: [], enablerType: null };
  const isCriteriaSame = saysSame(
    { ...nothing, acceptanceCriteria: now.acceptanceCriteria },
    { ...nothing, acceptanceCriteria: then.acceptanceCriteria },
  );
  return {
    description: now.description === then.description ? text : now.description,
    acceptanceCriteria: isCriteriaSame ? acceptanceCriteria : now.acceptanceCriteria,
    enablerType: now.enablerType,
  };
}

function readStoryPoints(estimate: number | null, before: number | null, estimation: Estimation): number | null {
  // What is left of a time in which the team used estimates is not shown to anybody.
  if (estimation.scale === "notUsed") return before;
  return toEstimate(before, estimation).estimate === estimate ? before : estimate;
}

const priorities: readonly Priority[] = ["urgent", "high", "medium", "low"];

function readPriority(priority: number, before: Priority | null): Priority | null {
  return linearPriority(before) === priority ? before : (priorities[priority - 1] ?? null);
}

/** Of what stands at one place nobody can say which comes first: it is as it was. */
function readOrder({ children }: IssueState, before: string[] | null, context: IssueContext): string[] | null {
  if (!children) return before;
  const places = new Map(before?.map((id, place) => [id, place]));
  return children
    .flatMap(({ id, subIssueSortOrder: at }) => {
      const item = context.itemIdOf(id);
      return item === null || at === null ? [] : [{ item, at, was: places.get(item) ?? places.size }];
    })
    .sort((a, b) => a.at - b.at || a.was - b.was)
    .map(({ item }) => item);
}

/** Items without an issue can block nothing in Linear; that an item waits for them stays. */
function readDependsOn(before: string[], context: IssueContext): string[] {
  if (context.blockedBy === null) return before;
  const blocking = context.blockedBy.map((id) => context.itemIdOf(id)).filter((id) => id !== null);
  const unsaid = before.filter((id) => context.issueIdOf(id) === null);
  const now = [...new Set([...blocking, ...unsaid])].sort();
  const isSame = now.length === new Set(before).size && now.every((id) => before.includes(id));
  return isSame ? before : now;
}
