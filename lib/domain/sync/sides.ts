import type { PlanId, SessionId } from "../ids.js";
import type { PlanItem } from "../plan-item.js";
import type { Setup } from "../session.js";
import type { Conflict } from "./conflict.js";
import {
  type IssueContext,
  type IssueState,
  type ProjectState,
  readIssueValues,
  readProjectValues,
} from "./issue-values.js";
import type { SyncSettings } from "./run.js";
import type { ItemValues } from "./values.js";

/** An issue as far as it says something of a plan. */
export type SeenIssue = IssueState & {
  id: string;
  identifier: string;
  url: string;
  teamId: string;
  stateType: string;
  stateName: string;
  trashed: boolean;
  updatedAt: string;
};
export type SeenProject = ProjectState & { id: string; url: string; slug: string; trashed: boolean; updatedAt: string };

/** What was read of Linear. What is not here has not changed, as far as Linear says. */
export type LinearReading = {
  issues: ReadonlyMap<string, SeenIssue>;
  projects: ReadonlyMap<string, SeenProject>;
  /** Issues that block an issue, by its id; an issue whose relations were not read is not here. */
  blockers: ReadonlyMap<string, readonly string[]>;
};

/** A plan as syncing sees it. */
export type PlanState = {
  planId: PlanId;
  teamId: string;
  sessionId: SessionId;
  items: readonly PlanItem[];
  conflicts: readonly Conflict[];
  settings: SyncSettings;
  epicsAs: "issue" | "project";
  /** False where another plan of the organization writes to the page. */
  writesPage: boolean;
  pageUrl: string | null;
  setup: Setup;
};

/** Whether changes go from one side to the other. */
export const goesTo = (side: "page" | "linear", { settings, writesPage }: PlanState): boolean =>
  side === "linear"
    ? settings.direction === "both" || settings.direction === "to_linear"
    : writesPage && (settings.direction === "both" || settings.direction === "to_page");

/** How the values of a plan look in Linear. `itemsNow`: with what has been added by this run. */
export function issueContextOf(
  { setup, pageUrl }: Pick<PlanState, "setup" | "pageUrl">,
  items: readonly PlanItem[],
): Omit<IssueContext, "blockedBy"> {
  const byId = new Map<string, PlanItem>(items.map((item) => [item.id, item]));
  const named = (kind: PlanItem["linearKind"]) =>
    new Map(items.flatMap((item) => (item.linearKind === kind && item.linearId ? [[item.linearId, item.id]] : [])));
  const [issues, projects] = [named("issue"), named("project")];
  const inLinear = (item: PlanItem | undefined) => (item?.state === "active" ? (item.linearId ?? null) : null);
  return {
    estimation: setup.estimation,
    labels: setup.labels,
    pageUrl,
    itemIdOf: (id) => issues.get(id) ?? null,
    projectItemIdOf: (id) => projects.get(id) ?? null,
    issueIdOf: (id) => (byId.get(id)?.linearKind === "issue" ? (byId.get(id)?.linearId ?? null) : null),
    placeBelow(parent) {
      let parentId: string | null = null;
      const seen = new Set<string>();
      for (let at = byId.get(parent ?? ""); at && !seen.has(at.id); at = byId.get(at.parentId ?? "")) {
        seen.add(at.id);
        const id = inLinear(at);
        if (id === null) continue;
        if (at.linearKind === "project") return { parentId, projectId: id };
        parentId ??= id;
      }
      return { parentId, projectId: null };
    },
  };
}

/** What Linear says of an item now; null where it was not read, which means that it says what it said before. */
export function linearValuesOf(
  item: PlanItem,
  before: ItemValues,
  reading: LinearReading,
  context: Omit<IssueContext, "blockedBy">,
): ItemValues | null {
  const id = item.linearId ?? "";
  if (item.linearKind === "project") {
    const project = reading.projects.get(id);
    return project ? readProjectValues(project, before, context) : null;
  }
  const issue = reading.issues.get(id);
  const blockedBy = reading.blockers.get(id) ?? null;
  if (issue) return readIssueValues(issue, before, { ...context, blockedBy });
  return null;
}

/** True where Linear says that nobody wants the item any more: thrown away, cancelled, or the same as another one. */
export function isGoneInLinear(item: PlanItem, { issues, projects }: LinearReading): boolean | null {
  const project = projects.get(item.linearId ?? "");
  if (project) return project.trashed;
  const issue = issues.get(item.linearId ?? "");
  return issue ? issue.trashed || ["canceled", "duplicate"].includes(issue.stateType) : null;
}
