import type { EnablerType, ItemKind, Priority } from "../plan-item.js";

/** What is kept in step of one item, the same on both sides. Items are named by their ids: keys change when a page is renumbered. */
export type ItemValues = {
  title: string;
  kind: ItemKind;
  /** Id of the plan item above; null at the top; `outside` where the issue hangs below one that is not in the plan. */
  parent: string | null;
  /** Plain text; paragraphs are parted by an empty line. */
  description: string;
  storyPoints: number | null;
  priority: Priority | null;
  enablerType: EnablerType | null;
  acceptanceCriteria: string[];
  /** Ids of the plan items that must be done first, sorted. */
  dependsOn: string[];
  /** Ids of the plan items below it, in their order; null where nobody has looked, and where the side has no order. */
  order: string[] | null;
};
export type SyncField = keyof ItemValues;

/** The fields in the order in which people are told of them. */
export const syncFields = [
  "title",
  "kind",
  "parent",
  "description",
  "storyPoints",
  "priority",
  "enablerType",
  "acceptanceCriteria",
  "dependsOn",
  "order",
] as const satisfies readonly SyncField[];

/** A page's values, or an issue's. */
export type Side = "page" | "linear";
/** One item as both sides have it. */
export type Sides = Pair<ItemValues>;
/** Something of a page, and the same of its issues. */
export type Pair<T> = Record<Side, T>;

/** Who has the last word on a field that both sides changed: a person, one side, or whoever changed it later. */
export type Policy = "ask" | "linear" | "confluence" | "newest";
