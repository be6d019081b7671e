import { derivedUuid, type PlanItemId, type SessionId } from "./ids.js";

/** The SAFe kinds that the agent plans with, from large to small; an enabler stands where a story or a feature stands. */
export type ItemKind = "epic" | "feature" | "story" | "enabler";
export type Priority = "urgent" | "high" | "medium" | "low";
export type EnablerType = "exploration" | "architecture" | "infrastructure" | "compliance";

/** Half-open range of UTF-16 offsets into the page body exactly as Confluence gave it. */
export type SourceRange = { start: number; end: number };

/** What a page says of one item. A field that is not on the page is null or empty, never a default. */
export type ItemFields = {
  /** The id printed on the page, else a slug of the title; unique on the page. */
  key: string;
  kind: ItemKind;
  title: string;
  /** Key of the parent item on the page. */
  parent: string | null;
  /** Plain text of what the page says besides the other fields: story sentence, benefit hypothesis, notes. Paragraphs are parted by an empty line. */
  description: string;
  storyPoints: number | null;
  priority: Priority | null;
  enablerType: EnablerType | null;
  acceptanceCriteria: string[];
  /** Keys of items on this page that must be done first. */
  dependsOn: string[];
  /** Identifier ("ENG-12") or URL of a Linear issue that the item's own row or heading links to: the item is that issue. */
  issueLink: string | null;
  /** Ids of the stored items below it in the order of a side; left out where nobody has looked at it. Extraction never says it: keys change. */
  order?: string[] | undefined;
};

/** An item together with the evidence for it. */
export type ExtractedItem = ItemFields & {
  /** Confluence's `local-id` of the heading, row or list item that the item was read from, where there is one. */
  localId: string | null;
  source: { item: SourceRange; fields: Partial<Record<keyof ItemFields, SourceRange[]>> };
};

export type ExtractionWarning = {
  code:
    | "estimate_not_understood"
    | "unknown_dependency"
    | "dependency_cycle"
    | "duplicate_id"
    | "story_without_criteria"
    | "parent_not_found"
    | "page_truncated";
  message: string;
  range: SourceRange | null;
  itemKey: string | null;
};

/** What became of one block of the page. The blocks of a coverage report are in page order and together are the whole page. */
export type CoveredBlock = {
  range: SourceRange;
  use: "item" | "context" | "unused";
  /** Name of the rule that used the block, null where nobody did. */
  rule: string | null;
  /** Text of the nearest heading above, for the words "3 paragraphs under 'Open questions'". */
  under: string | null;
  /** What a reader would call the block: heading, paragraph, list, table, macro. */
  block: string;
};

export type Extraction = { items: ExtractedItem[]; warnings: ExtractionWarning[]; coverage: CoveredBlock[] };

/** An item as it is stored: what was approved, what has been written, and what an applying step still has to do. */
export type PlanItem = {
  id: PlanItemId;
  parentId: PlanItemId | null;
  position: number;
  /** What the page said when it was last read into the plan. */
  fields: ItemFields;
  localId: string | null;
  source: ExtractedItem["source"];
  /** What is to be done in Linear; and on the page: `insert` the row of an issue that is there, `strike` what nobody wants any more. */
  pending: "create" | "adopt" | "update" | "reopen" | "cancel" | "insert" | "strike" | null;
  linksPending: boolean;
  state: "active" | "removed" | "undone" | "refused";
  /** Part of the derived ids; grows only when a person asks to create again what was thrown away. */
  generation: number;
  linearKind: "issue" | "project";
  linearId: string | null;
  linearIdentifier: string | null;
  linearUrl: string | null;
  adopted: boolean;
  /** What the issue said when it was last read or written; null before the first write. */
  base: ItemFields | null;
  /** Something differs from its base that has not been written or decided yet, so the issue is read by the next sync run whatever Linear reports. */
  unsettled: boolean;
  /** Name of the issue's workflow state when it was last shown on the page; null before. */
  status: string | null;
  /** The issue's `updatedAt` when `base` was read, by Linear's clock: what happened until then is in it. */
  seenAt: string | null;
  /** Session that created the issue; null where it was adopted. */
  createdBySession: SessionId | null;
};

/** Rows to be inserted or struck are the page's, everything else that is pending is Linear's. */
export const isForPage = ({ pending }: Pick<PlanItem, "pending">): boolean =>
  pending === "insert" || pending === "strike";

/**
 * The item with nothing left to do, as it was agreed before. What the page says and Linear was not given is a change of the page once more.
 */
export function notDone(item: PlanItem): PlanItem {
  const { key, order } = item.fields;
  const fields = item.pending === "update" && item.base ? { ...item.base, key, order } : item.fields;
  return { ...item, fields, pending: null };
}

/** An item of which nothing is known yet but what it says: in no side's hands, with nothing to do. */
export const newPlanItem = (id: PlanItemId, fields: ItemFields): PlanItem => ({
  id,
  parentId: null,
  position: 0,
  fields,
  localId: null,
  source: { item: { start: 0, end: 0 }, fields: {} },
  pending: null,
  linksPending: false,
  state: "active",
  generation: 1,
  linearKind: "issue",
  linearId: null,
  linearIdentifier: null,
  linearUrl: null,
  adopted: false,
  base: null,
  unsettled: false,
  status: null,
  seenAt: null,
  createdBySession: null,
});

/** The items below each by the places at which they stood on the page when they were stored. */
export function ordersOnPage(items: readonly PlanItem[]): Map<PlanItemId, PlanItemId[]> {
  const orders = new Map<PlanItemId, PlanItemId[]>();
  const placed = items.filter((one) => one.state === "active" && one.source.item.end > 0);
  for (const { id, parentId } of placed.toSorted((a, b) => a.source.item.start - b.source.item.start))
    if (parentId !== null) orders.set(parentId, [...(orders.get(parentId) ?? []), id]);
  return orders;
}

/** The id in Linear under which an item is created: the same in every attempt. */
export const linearIdOf = (item: Pick<PlanItem, "id" | "linearKind" | "generation">): string =>
  derivedUuid(item.id, item.linearKind, item.generation);
