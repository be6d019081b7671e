import { derivedUuid, type PlanItemId } from "../ids.js";
import type { PlanItem } from "../plan-item.js";
import type { Conflict, Strategy } from "./conflict.js";
import { gone, present } from "./conflict.js";
import type { Reading, StoredConflict } from "./detect.js";
import { inserted } from "./inserted.js";
import { indexOf, linearBase, toFields } from "./item-values.js";
import { issueContextOf, linearValuesOf } from "./sides.js";
import type { Side } from "./values.js";

type Existence = { item: PlanItem; conflicts: StoredConflict[] };

/**
 * Whether there is to be such an item at all. What one side threw away is proposed to the other, and nothing happens before somebody has
 * decided; what both threw away is gone; what comes back on the page comes back in Linear.
 */
export function decideExistence(item: PlanItem, exists: Record<Side, boolean>, reading: Reading): Existence {
  // A write whose answer was lost: the row is there, or struck, already.
  if (item.pending === "insert" && exists.page) return { item: inserted(item, reading.view), conflicts: [] };
  if (item.pending === "strike" && !exists.page)
    return { item: { ...item, pending: null, state: "removed", unsettled: false }, conflicts: [] };
  if (item.linearId === null || item.pending !== null) return { item, conflicts: [] };
  if (item.state === "removed") return { item: exists.page ? reopened(item) : item, conflicts: [] };
  if (item.state !== "active") return { item, conflicts: [] };
  const open = reading.plan.conflicts.find((one) => one.itemId === item.id && one.field === "existence");
  if (exists.page && exists.linear) return { item, conflicts: open ? [agreed(open, present)] : [] };
  if (!exists.page && !exists.linear)
    return { item: { ...item, state: "removed", unsettled: false }, conflicts: open ? [agreed(open, gone)] : [] };
  const missing: Side = exists.page ? "linear" : "page";
  if (open?.decision && wasAbout(open, missing)) {
    const known = missing === "page" ? asInLinear(item, reading) : item;
    return decided(known, open, open.decision.strategy, missing);
  }
  const question = open && wasAbout(open, missing) ? open : ask(item, missing, reading, open);
  return { item: { ...item, unsettled: true }, conflicts: [{ ...question, applied: false }] };
}

const reopened = (item: PlanItem): PlanItem => ({ ...item, state: "active", pending: "reopen", linksPending: true });

const agreed = (open: Conflict, value: string): StoredConflict => ({
  ...open,
  decision: { strategy: "agreed", value, by: null },
  applied: true,
});

const wasAbout = (conflict: Conflict, missing: Side): boolean => conflict[missing].value === gone;

function ask(item: PlanItem, missing: Side, reading: Reading, open: Conflict | undefined): Conflict {
  const { page, linear, runId } = reading;
  return {
    id: open?.id ?? derivedUuid(item.id, "conflict", "existence", runId),
    itemId: item.id,
    field: "existence",
    kind: "gone",
    base: present,
    page: { value: missing === "page" ? gone : present, author: page.authorId, at: page.updatedAt },
    linear: {
      value: missing === "linear" ? gone : present,
      author: null,
      at: linear.issues.get(item.linearId ?? "")?.updatedAt ?? null,
    },
    decision: null,
  };
}

/** While its row was missing nothing of the issue went to the page: a row that is put back says what the issue says by now. */
function asInLinear(item: PlanItem, { plan, linear }: Reading): PlanItem {
  const index = indexOf(plan.items);
  const before = linearBase(item, index);
  const now = linearValuesOf(item, before, linear, issueContextOf(plan, plan.items)) ?? before;
  const parentId = now.parent === "outside" ? item.parentId : (now.parent as PlanItemId | null);
  return { ...item, parentId, base: toFields(now, item.base ?? item.fields, index) };
}

/** The side that is right is followed by the other; `both` are right where each keeps what it has, and they go their own ways. */
function decided(item: PlanItem, open: Conflict, strategy: Strategy, missing: Side): Existence {
  const right: Side | null = strategy === "linear" ? "linear" : strategy === "confluence" ? "page" : null;
  const conflicts = [{ ...open, applied: true }];
  if (right === null)
    return { item: { ...item, state: missing === "page" ? "removed" : "undone", unsettled: false }, conflicts };
  const follows = right === missing;
  const pending = missing === "page" ? (follows ? "cancel" : "insert") : follows ? "strike" : "reopen";
  return { item: { ...item, pending, linksPending: item.linksPending || pending === "reopen" }, conflicts };
}
