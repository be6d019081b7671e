import type { Extraction, ItemFields, SourceRange } from "../plan-item.js";

/** Fields of an item that can be written on a page. `parent` is a move. */
export type WritableField = Exclude<keyof ItemFields, "key" | "parent" | "issueLink" | "order">;

/** An item that the page does not have yet. */
export type NewItem = Omit<ItemFields, "key" | "parent" | "issueLink" | "order"> & {
  /** Key of the item on the page below which it goes; null for the top. */
  parent: string | null;
  /** Key of the sibling behind which it goes where the page allows it, otherwise anywhere among them; null for anywhere. */
  after: string | null;
  /** What finds the row again: stands in an anchor macro. Letters, digits and hyphens. */
  mark: string;
  link: IssueLink | null;
};
export type IssueLink = { identifier: string; url: string };

/** One thing that is to be different on a page. Items are named by the keys that extraction gives them on the page as it is. */
export type PageChange =
  | { type: "set"; key: string; field: WritableField; value: ItemFields[WritableField] }
  | { type: "add"; item: NewItem }
  /**
   * Below another parent (null: the top), behind a sibling (null: anywhere). Below a new parent the sibling is a wish, as it is for
   * a new item; below the same one the item stands behind it, or the move is refused.
   */
  | { type: "move"; key: string; parent: string | null; after: string | null }
  /** Items of one parent that are to stand in the order in which they are named, each with what stands below it. */
  | { type: "order"; key: string; keys: string[] }
  /** Struck through: it stays readable and is no item any more. */
  | { type: "strike"; key: string }
  /** The workflow status that the item's own row shows. */
  | { type: "status"; key: string; text: string; colour: "Grey" | "Red" | "Yellow" | "Green" | "Blue" | "Purple" }
  /** A link to its issue, behind the title. */
  | { type: "link"; key: string; link: IssueLink };

/** A replacement of a range of the body as it was read. */
export type PageEdit = { range: SourceRange; text: string };

/** What surgery made of the changes that were asked for. */
export type Surgery = {
  /** The edited body: the one that was given, with the edits and nothing else different. */
  body: string;
  /** In page order; they do not overlap. */
  edits: PageEdit[];
  /** Changes that the page has no place for, or that could not be made without changing something else; they are not in the body. */
  refused: { change: PageChange; reason: string }[];
  /** What the edited page says. */
  extraction: Extraction;
};

/** Where an item's own row shows a workflow status, and what it says. */
export type ShownStatus = { text: string; range: SourceRange };
