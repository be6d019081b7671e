import { derivedUuid, type PlanId, type PlanItemId, type SessionId } from "./ids.js";
import type { ProposedItem } from "./plan-diff.js";
import type { PlanItem } from "./plan-item.js";

export type Approval = {
  proposed: ProposedItem[];
  /** Every row of the plan, so that nothing stays to be done that was not approved now. */
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
  const kept = part.map((item, position) => {
    const place = { position, parentId: nearestParent(item.fields.key, proposed, idOf) };
    return chosen.has(item.fields.key) && item.change !== "unchanged"
      ? toDo(item, approval, place)
      : asItWas(item, place);
  });
  const removed = proposed
    .filter((item) => item.change === "removed" && chosen.has(item.fields.key))
    .flatMap((item) => (item.existing ? [{ ...item.existing, pending: "cancel" as const }] : []));
  const stored = new Set<string>([...kept, ...removed].map((row) => row.id));
  const others = existing
    .filter((row) => !stored.has(row.id) && (row.pending !== null || row.state === "undone"))
    .map((row): PlanItem => ({ ...row, pending: null }));
  return [...kept, ...removed, ...others];
}

type Place = { position: number; parentId: PlanItemId | null };

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
function asItWas({ existing, extracted, fields, change }: ProposedItem, { position }: Place): PlanItem {
  if (!existing) throw new Error("only an item that is stored can stay as it was");
  if (change !== "unchanged" || !extracted) return { ...existing, position, pending: null };
  const { key, parent, dependsOn } = fields;
  const { localId, source } = extracted;
  const base = existing.base && { ...existing.base, key, parent, dependsOn };
  return { ...existing, position, pending: null, localId, source, fields, base };
}

function toDo(item: ProposedItem, approval: Approval, place: Place): PlanItem {
  const { existing, extracted, fields, adopts, change } = item;
  const evidence = {
    localId: extracted?.localId ?? null,
    source: extracted?.source ?? { item: { start: 0, end: 0 }, fields: {} },
  };
  if (change === "changed" && existing) {
    const pending = existing.state === "removed" ? "reopen" : "update";
    return { ...existing, ...place, ...evidence, fields, pending, state: "active", linksPending: true };
  }
  const fresh: PlanItem = {
    id: idFor(item, approval),
    ...place,
    ...evidence,
    fields,
    pending: "create",
    linksPending: true,
    state: "active",
    generation: (existing?.generation ?? 1) + (change === "not_created" ? 1 : 0),
    linearKind: approval.epicsAs === "project" && fields.kind === "epic" ? "project" : "issue",
    linearId: null,
    linearIdentifier: null,
    linearUrl: null,
    adopted: false,
    base: null,
    unsettled: false,
    status: null,
    seenAt: null,
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
