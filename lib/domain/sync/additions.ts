import { derivedUuid, type PlanItemId } from "../ids.js";
import { type ItemKind, linearIdOf, newPlanItem, type PlanItem } from "../plan-item.js";
import { toFields } from "./item-values.js";
import type { Reading } from "./detect.js";
import { readIssueValues, labelIdOf, labelledKinds } from "./issue-values.js";
import { goesTo, issueContextOf, type SeenIssue } from "./sides.js";
import type { ItemValues } from "./values.js";
import { markOf } from "./view-page.js";

/** What is new on the page becomes issues, below the items that it stands below. */
export function addedOnPage({ plan, view, page }: Reading): PlanItem[] {
  if (!goesTo("linear", plan)) return [];
  const ids = new Map(
    view.added.map((item) => [item.key, derivedUuid(plan.planId, "page", page.version, item.key) as PlanItemId]),
  );
  const parents = new Map(view.extraction.items.map((item) => [item.key, item.parent]));
  const parentOf = (key: string): PlanItemId | null => {
    const seen = new Set<string>();
    for (let at = parents.get(key) ?? null; at !== null && !seen.has(at); at = parents.get(at) ?? null) {
      const id = ids.get(at) ?? plannedId(at);
      if (id) return id;
      seen.add(at);
    }
    return null;
  };
  const active = new Set(plan.items.filter((item) => item.state === "active").map((item) => item.id));
  const plannedId = (key: string) => {
    const id = view.index.idOf(key);
    return id && active.has(id) ? id : null;
  };
  return view.added.map((item) => {
    const { localId, source, ...fields } = item;
    return {
      ...newPlanItem(ids.get(item.key) as PlanItemId, fields),
      parentId: parentOf(item.key),
      position: view.extraction.items.indexOf(item),
      localId,
      source,
      pending: "create",
      linksPending: true,
      linearKind: plan.epicsAs === "project" && fields.kind === "epic" ? "project" : "issue",
      createdBySession: plan.sessionId,
    };
  });
}

/** Issues that somebody added in Linear below an issue of the plan become rows on the page. What hangs below a story is its own business. */
export function addedInLinear({ plan, linear }: Reading): PlanItem[] {
  if (!goesTo("page", plan)) return [];
  const known = new Set(plan.items.flatMap((item) => [item.linearId ?? "", linearIdOf(item)]));
  const context = { ...issueContextOf(plan, plan.items), blockedBy: null };
  const byId = new Map<string, PlanItem>(plan.items.map((item) => [item.id, item]));
  return [...linear.issues.values()].flatMap((issue) => {
    const above = aboveOf(issue, context, byId);
    const isOurs = known.has(issue.id) || issue.teamId !== plan.teamId;
    if (!above || isOurs || issue.trashed || issue.stateType === "canceled" || issue.stateType === "duplicate")
      return [];
    const kind = kindOf(issue, above, byId, context);
    if (kind === null) return [];
    const id = derivedUuid(plan.planId, "issue", issue.id) as PlanItemId;
    const values = readIssueValues(issue, { ...nothing, kind, parent: above.id }, context);
    const index = { idOf: () => null, keyOf: (one: string) => byId.get(one)?.fields.key ?? null };
    const fields = toFields(values, { ...noFields, key: markOf(id) }, index);
    return [
      {
        ...newPlanItem(id, fields),
        parentId: above.id,
        position: above.position,
        base: fields,
        pending: "insert" as const,
        linearId: issue.id,
        linearIdentifier: issue.identifier,
        linearUrl: issue.url,
        adopted: true,
        status: issue.stateName,
        seenAt: issue.updatedAt,
      },
    ];
  });
}

type Context = Parameters<typeof readIssueValues>[2];

/** The item of the plan that an issue hangs below directly, where that is still wanted. */
function aboveOf(issue: SeenIssue, context: Context, byId: ReadonlyMap<string, PlanItem>): PlanItem | null {
  const id =
    issue.parentId === null
      ? issue.projectId && context.projectItemIdOf(issue.projectId)
      : context.itemIdOf(issue.parentId);
  const above = byId.get(id ?? "");
  return above?.state === "active" && above.pending !== "cancel" && above.pending !== "strike" ? above : null;
}

/** A label says what an issue is, else where it hangs; an enabler below an epic stands where a feature stands. */
function kindOf(
  issue: SeenIssue,
  above: PlanItem,
  byId: ReadonlyMap<string, PlanItem>,
  context: Context,
): ItemKind | null {
  const isFeatureLike = byId.get(above.parentId ?? "")?.fields.kind === "epic";
  const below: Record<ItemKind, ItemKind | null> = {
    epic: "feature",
    feature: "story",
    story: null,
    enabler: isFeatureLike ? "story" : null,
  };
  const usual = below[above.fields.kind];
  if (usual === null) return null;
  return labelledKinds.find((kind) => issue.labelIds.includes(labelIdOf(kind, context) ?? "")) ?? usual;
}

const nothing: ItemValues = {
  title: "",
  kind: "story",
  parent: null,
  description: "",
  storyPoints: null,
  priority: null,
  enablerType: null,
  acceptanceCriteria: [],
  dependsOn: [],
  order: null,
};
const noFields = { ...nothing, issueLink: null, parent: null, dependsOn: [], order: undefined };
