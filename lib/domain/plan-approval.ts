import { derivedUuid, type PlanId, type PlanItemId, type SessionId } from "./ids.js";
import type { ProposedItem } from "./plan-diff.js";
import { withOthers } from "./sync/carry-order.js";
import { isForPage, type ItemFields, newPlanItem, notDone, type PlanItem } from "./plan-item.js";

export type Approval = {
  proposed: ProposedItem[];
  /** Every row of the plan, so that nothing stays to be done in Linear that was not approved now. */
  existing: PlanItem[];
  /** Keys of the items that the person has said yes to. */
  chosen: ReadonlySet<string>;
  planId: PlanId;
  proposalId: string;
  sessionId: SessionId;
  epicsAs: "issue" | "project";
};

/**
 * The rows that an approval stores: the chosen items with what has to be done for each, the others with nothing to do. An item hangs below
 * its nearest ancestor that is part of the plan. Ids of new items are drawn here, once, for the proposal.
 */
export function approve(approval: Approval): PlanItem[] {
  const { proposed, existing, chosen } = approval;
  const isPart = (item: ProposedItem) =>
    chosen.has(item.fields.key) || (item.change !== "not_created" && item.existing?.linearId != null);
  const part = proposed.filter((item) => item.extracted !== null && isPart(item));
  const idOf = new Map(part.map((item) => [item.fields.key, idFor(item, approval)]));
  const keyNow = new Map(part.flatMap(({ existing: was, fields }) => (was ? [[was.fields.key, fields.key]] : [])));
  const kept = part.map((item, position) => {
    const place = { position, parentId: nearestParent(item.fields.key, proposed, idOf), keyNow };
    return chosen.has(item.fields.key) && item.change !== "unchanged"
      ? toDo(item, approval, place)
      : asItWas(item, place);
  });
  const removed = proposed
    .filter((item) => item.change === "removed" && chosen.has(item.fields.key))
    .flatMap((item) => (item.existing ? [{ ...item.existing, pending: "cancel" as const }] : []));
  const stored = new Set<string>([...kept, ...removed].map((row) => row.id));
  const others = existing
    .filter((row) => !stored.has(row.id) && (row.state === "undone" || (row.pending !== null && !isForPage(row))))
    .map(notDone);
  return [...kept.map((row) => withThoseBelow(row, kept)), ...removed, ...others];
}

/** What is new below an item stands where the page has it: Linear puts it at the place that it chooses, and the next sync run where it belongs. */
function withThoseBelow(row: PlanItem, rows: readonly PlanItem[]): PlanItem {
  const { order } = row.fields;
  const below = rows.filter((one) => one.parentId === row.id).map(({ id }) => id);
  return order ? { ...row, fields: { ...row.fields, order: withOthers(order, below) } } : row;
}

/** `keyNow`: the keys that the page gives items now, by those that it gave them before. */
type Place = { position: number; parentId: PlanItemId | null; keyNow: ReadonlyMap<string, string> };

const idFor = (item: ProposedItem, { planId, proposalId }: Approval): PlanItemId =>
  item.existing?.id ?? (derivedUuid(planId, proposalId, item.fields.key) as PlanItemId);

function nearestParent(
  key: string,
  proposed: ProposedItem[],
  idOf: ReadonlyMap<string, PlanItemId>,
): PlanItemId | null {
  const parentOf = new Map(
    proposed.filter((item) => item.extracted).map((item) => [item.fields.key, item.fields.parent]),
  );
  const seen = new Set<string>();
  for (
    let parent = parentOf.get(key) ?? null;
    parent !== null && !seen.has(parent);
    parent = parentOf.get(parent) ?? null
  ) {
    const id = idOf.get(parent);
    if (id) return id;
    seen.add(parent);
  }
  return null;
}

/** Where an item stands on the page may have changed although what it says has not; keys follow the page. */
function asItWas({ existing, extracted, fields, change }: ProposedItem, { position, keyNow }: Place): PlanItem {
  if (!existing) throw new Error("only an item that is stored can stay as it was");
  if (isForPage(existing)) return { ...existing, position };
  if (change !== "unchanged" || !extracted) return { ...notDone(existing), position };
  const { localId, source } = extracted;
  const base = existing.base && { ...renamed(existing.base, keyNow), key: fields.key };
  return { ...existing, position, pending: null, localId, source, fields, base };
}

function renamed(fields: ItemFields, keyNow: ReadonlyMap<string, string>): ItemFields {
  const now = (key: string) => keyNow.get(key) ?? key;
  const { parent, dependsOn } = fields;
  return { ...fields, parent: parent === null ? null : now(parent), dependsOn: dependsOn.map(now) };
}

/**
 * What the issue is taken to say before it is given what the page has changed. Whatever else it says differently from the page is not part
 * of that and stays; the next sync run finds it there again.
 */
function saidBefore({ changes, fields }: ProposedItem, existing: PlanItem, keyNow: Place["keyNow"]): ItemFields | null {
  if (!existing.base) return null;
  const [page, issue] = [renamed(existing.fields, keyNow), renamed(existing.base, keyNow)];
  const changed = new Set(changes.map(({ field }) => field));
  const before = Object.entries(issue).filter(([field]) => changed.has(field as keyof ItemFields));
  // Only relations that the page has asked for are the page's to take back.
  return {
    ...fields,
    order: issue.order,
    ...Object.fromEntries(before),
    ...(changed.has("dependsOn") && { dependsOn: page.dependsOn }),
  };
}

/** True where page and issue differed already before the page was changed. */
const saysOtherwise = ({ base, fields }: PlanItem): boolean =>
  base !== null && (Object.keys(base) as (keyof ItemFields)[]).some((field) => !isSame(base[field], fields[field]));

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

function toDo(item: ProposedItem, approval: Approval, place: Place): PlanItem {
  const { existing, extracted, fields, adopts, change } = item;
  const { keyNow, ...where } = place;
  const evidence = {
    localId: extracted?.localId ?? null,
    source: extracted?.source ?? { item: { start: 0, end: 0 }, fields: {} },
  };
  if (change === "changed" && existing) {
    const pending = existing.state === "removed" ? "reopen" : "update";
    const base = saidBefore(item, existing, keyNow);
    const unsettled = existing.unsettled || saysOtherwise(existing);
    return {
      ...existing,
      ...where,
      ...evidence,
      fields,
      base,
      unsettled,
      pending,
      state: "active",
      linksPending: true,
    };
  }
  const fresh: PlanItem = {
    ...newPlanItem(idFor(item, approval), fields),
    ...where,
    ...evidence,
    pending: "create",
    linksPending: true,
    generation: (existing?.generation ?? 1) + (change === "not_created" ? 1 : 0),
    linearKind: approval.epicsAs === "project" && fields.kind === "epic" ? "project" : "issue",
    createdBySession: approval.sessionId,
  };
  if (!adopts) return fresh;
  const { id: linearId, identifier: linearIdentifier, url: linearUrl } = adopts;
  return {
    ...fresh,
    pending: "adopt",
    linearKind: "issue",
    linearId,
    linearIdentifier,
    linearUrl,
    adopted: true,
    createdBySession: null,
  };
}
