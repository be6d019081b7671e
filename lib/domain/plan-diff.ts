import { derivedUuid, type PlanId, type PlanItemId, type SessionId } from "./ids.js";
import { matchItems } from "./matching.js";
import type { ExtractedItem, ItemFields, PlanItem } from "./plan-item.js";

export type ItemChange = "new" | "changed" | "unchanged" | "removed" | "adopted" | "not_created";
export type FieldChange = { field: keyof ItemFields; from: string; to: string };

/** One line of a proposal: what the page says now, what is known, and what approving it would do. */
export type ProposedItem = {
  fields: ItemFields;
  /** null where the page no longer has the item. */
  extracted: ExtractedItem | null;
  existing: PlanItem | null;
  change: ItemChange;
  changes: FieldChange[];
  adopts: AdoptedIssue | null;
};
export type AdoptedIssue = { id: string; identifier: string; url: string };

/** Compares what the plan holds with what the page says now: page order, then what has gone from the page. */
export function diffPlan(
  existing: PlanItem[],
  extracted: ExtractedItem[],
  adoptable: ReadonlyMap<string, AdoptedIssue>,
): ProposedItem[] {
  const known = existing.filter((item) => item.state !== "removed");
  const matches = matchItems(
    known.map(({ id, fields, localId }) => ({ id, fields, localId })),
    extracted,
  );
  const idByKey = new Map(matches.pairs.map((pair) => [pair.item.key, pair.id]));
  const knownById = new Map<string, PlanItem>(known.map((item) => [item.id, item]));
  const idByOldKey = new Map<string, string>(known.map((item) => [item.fields.key, item.id]));

  const now = extracted.map((item): ProposedItem => {
    const before = knownById.get(idByKey.get(item.key) ?? "") ?? null;
    const base = { fields: toFields(item), extracted: item, existing: before, changes: [], adopts: null };
    if (!before?.linearId) {
      const adopts = adoptable.get(item.key) ?? null;
      if (before?.state === "undone" && !adopts) return { ...base, change: "not_created" };
      return { ...base, change: adopts ? "adopted" : "new", adopts };
    }
    if (before.state === "undone") return { ...base, change: "not_created" };
    const changes = changedFields(before, item, idByKey, idByOldKey);
    return { ...base, change: changes.length > 0 ? "changed" : "unchanged", changes };
  });
  const gone = matches.removed
    .map((id) => knownById.get(id))
    .filter((item): item is PlanItem => item?.linearId != null && item.state === "active")
    .map(
      (item): ProposedItem => ({
        fields: item.fields,
        extracted: null,
        existing: item,
        change: "removed",
        changes: [],
        adopts: null,
      }),
    );
  return [...now, ...gone];
}

function changedFields(
  before: PlanItem,
  item: ExtractedItem,
  idByKey: ReadonlyMap<string, string>,
  idByOldKey: ReadonlyMap<string, string>,
): FieldChange[] {
  const base = before.base ?? before.fields;
  const changes: FieldChange[] = [];
  type Value = string | number | null | string[];
  const compare = (field: keyof ItemFields, from: Value, to: Value, show: [Value, Value] = [from, to]) => {
    if (JSON.stringify(from) !== JSON.stringify(to))
      changes.push({ field, from: inWords(show[0]), to: inWords(show[1]) });
  };
  for (const field of [
    "title",
    "kind",
    "description",
    "storyPoints",
    "priority",
    "enablerType",
    "acceptanceCriteria",
  ] as const)
    compare(field, base[field], item[field]);
  const parentNow = item.parent === null ? null : (idByKey.get(item.parent) ?? `new:${item.parent}`);
  const parentThen = base.parent === null ? null : (idByOldKey.get(base.parent) ?? `gone:${base.parent}`);
  compare("parent", parentThen, parentNow, [base.parent, item.parent]);
  const dependsThen = base.dependsOn.map((key) => idByOldKey.get(key) ?? `gone:${key}`).sort();
  const dependsNow = item.dependsOn.map((key) => idByKey.get(key) ?? `new:${key}`).sort();
  compare("dependsOn", dependsThen, dependsNow, [base.dependsOn, item.dependsOn]);
  return changes;
}

const inWords = (value: string | number | null | string[]): string =>
  Array.isArray(value) ? value.join("; ") : value === null ? "" : `${value}`;

/** The fields of an extracted item without its evidence. */
export function toFields(item: ExtractedItem): ItemFields {
  const { localId: _localId, source: _source, ...fields } = item;
  return fields;
}

/**
 * The rows that an approval stores: the chosen items with what has to be done for each, and the unchanged ones where the page has moved
 * them. An item hangs below its nearest ancestor that is part of the plan. Ids of new items are drawn here, once, for `proposalId`.
 */
export function approve(
  proposed: ProposedItem[],
  chosen: ReadonlySet<string>,
  context: { planId: PlanId; proposalId: string; sessionId: SessionId; epicsAs: "issue" | "project" },
): PlanItem[] {
  const isPart = (item: ProposedItem) =>
    chosen.has(item.fields.key) || (item.change !== "not_created" && item.existing?.linearId != null);
  const part = proposed.filter((item) => item.extracted !== null && isPart(item));
  const idOf = new Map(
    part.map((item) => [
      item.fields.key,
      item.existing?.id ?? (derivedUuid(context.planId, context.proposalId, item.fields.key) as PlanItemId),
    ]),
  );
  const parentOf = new Map(
    proposed.filter((item) => item.extracted).map((item) => [item.fields.key, item.fields.parent]),
  );
  const nearestParent = (key: string): PlanItemId | null => {
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
  };
  const kept = part.map((item, position) => toRow(item, chosen.has(item.fields.key), position));
  const removed = proposed
    .filter((item) => item.change === "removed" && chosen.has(item.fields.key))
    .flatMap((item) => (item.existing ? [{ ...item.existing, pending: "cancel" as const }] : []));
  return [...kept, ...removed];

  function toRow(item: ProposedItem, isChosen: boolean, position: number): PlanItem {
    const { existing, extracted, fields } = item;
    const id = idOf.get(fields.key) as PlanItemId;
    const place = {
      id,
      position,
      parentId: nearestParent(fields.key),
      localId: extracted?.localId ?? null,
      source: extracted?.source ?? { item: { start: 0, end: 0 }, fields: {} },
    };
    if (existing && (!isChosen || item.change === "unchanged"))
      return item.change === "unchanged"
        ? {
            ...existing,
            ...place,
            parentId: existing.parentId,
            fields,
            base: existing.base && {
              ...existing.base,
              key: fields.key,
              parent: fields.parent,
              dependsOn: fields.dependsOn,
            },
          }
        : { ...existing, position };
    const fresh: PlanItem = {
      ...place,
      fields,
      pending: "create",
      linksPending: true,
      state: "active",
      generation: existing?.generation ?? 1,
      linearKind: context.epicsAs === "project" && fields.kind === "epic" ? "project" : "issue",
      linearId: null,
      linearIdentifier: null,
      linearUrl: null,
      adopted: false,
      base: null,
      createdBySession: context.sessionId,
    };
    if (item.adopts)
      return {
        ...fresh,
        pending: "adopt",
        linearKind: "issue",
        linearId: item.adopts.id,
        linearIdentifier: item.adopts.identifier,
        linearUrl: item.adopts.url,
        adopted: true,
        createdBySession: null,
      };
    if (item.change === "not_created") return { ...fresh, generation: (existing?.generation ?? 0) + 1 };
    if (item.change === "changed" && existing)
      return { ...existing, ...place, fields, pending: "update", linksPending: true };
    return fresh;
  }
}
