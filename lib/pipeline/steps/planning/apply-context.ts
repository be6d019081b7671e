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

/** The label of an item's kind, where the team has one. */
export function labelIdsOf(item: PlanItem, setup: Setup): string[] {
  const id = setup.labels[labelOf(item.fields.kind)?.toLowerCase() ?? ""];
  return id ? [id] : [];
}

/** The item with nothing left to do. Its dependencies count as agreed only when the relations are written. */
export function applied(item: PlanItem): PlanItem {
  if (item.pending === "cancel") return { ...item, pending: null, state: "removed", linksPending: false };
  return { ...item, pending: null, base: { ...item.fields, dependsOn: item.base?.dependsOn ?? [] } };
}
