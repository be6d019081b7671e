import { labelOf } from "../../../domain/issue-fields.js";
import type { PlanItem } from "../../../domain/plan-item.js";
import type { Setup } from "../../../domain/session.js";
import type { Plan } from "../../../ports.js";
import type { LinearClient } from "../../../ports-services.js";
import type { Lease } from "../../step.js";

/** What writing a batch of items needs. */
export type ApplyContext = { plan: Plan; items: PlanItem[]; setup: Setup; linear: LinearClient; lease: Lease };

/** Where an item hangs: below its parent's issue, and in the project that its epic became. */
export function placeOf(item: PlanItem, items: PlanItem[]): { parentId: string | null; projectId: string | null } {
  const byId = new Map<string, PlanItem>(items.map((one) => [one.id, one]));
  let parentId: string | null = null;
  for (let at = byId.get(item.parentId ?? ""); at; at = byId.get(at.parentId ?? "")) {
    if (!at.linearId || at.state !== "active") continue;
    if (at.linearKind === "project") return { parentId, projectId: at.linearId };
    parentId ??= at.linearId;
  }
  return { parentId, projectId: null };
}

/** The items below one, in the order of the page. */
export const orderBelow = ({ id }: Pick<PlanItem, "id">, items: readonly PlanItem[]): PlanItem["id"][] =>
  items
    .filter((one) => one.parentId === id && one.state === "active")
    .sort((a, b) => a.position - b.position)
    .map((one) => one.id);

/** Where an item goes among those below its parent, if that was created with the plan's order below it: Linear need not put what is new last. */
export function siblingPlaceOf(item: PlanItem, items: readonly PlanItem[]): { subIssueSortOrder?: number } {
  const parent = items.find((one) => one.id === item.parentId);
  const place = parent?.linearKind === "issue" && parent.linearId ? (parent.base?.order?.indexOf(item.id) ?? -1) : -1;
  return place < 0 ? {} : { subIssueSortOrder: 100 * (place + 1) };
}

/** The label of an item's kind, where the team has one. */
export function labelIdsOf(item: PlanItem, setup: Setup): string[] {
  const id = setup.labels[labelOf(item.fields.kind)?.toLowerCase() ?? ""];
  return id ? [id] : [];
}

/** The item with nothing left to do. Its dependencies count as agreed only when the relations are written; the order below it is not written here. */
export function applied(item: PlanItem): PlanItem {
  if (item.pending === "cancel") return { ...item, pending: null, state: "removed", linksPending: false };
  return {
    ...item,
    pending: null,
    base: { ...item.fields, dependsOn: item.base?.dependsOn ?? [], order: item.base?.order },
  };
}
