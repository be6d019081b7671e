import type { EnablerType, ItemKind, Priority, SourceRange } from "../plan-item.js";
import type { Block } from "./blocks.js";
import type { RichText } from "./rich-text.js";
import type { KindWord } from "./words/words.js";

/** A value and the place on the page that says so. */
export type Found<Value> = { value: Value; range: SourceRange };

/** Something on the page that reads like an item; candidates that mean the same item are merged later. */
export type Candidate = {
  rule: string;
  /** The heading, list or table that it stands in: two candidates of one structure are never the same item. */
  structure: Block;
  range: SourceRange;
  localId: string | null;
  id: Found<string> | null;
  /** What the page calls it. */
  kindWord: Found<KindWord> | null;
  /** What the page calls things at this place, in a heading above. */
  groupWord: Found<KindWord> | null;
  title: Found<string>;
  /** Another name of the item: "story 1.2". */
  alias: string | null;
  /** The item that it stands under. */
  enclosing: Candidate | null;
  /** Its own id, unless another item has it; then it is the parent's. */
  bracketedId: RichText | null;
  /** The item that it names as its parent. */
  parentName: RichText | null;
  /** Cells of its row in columns without a known name: one of them may name its parent by title. */
  otherCells: RichText[];
  storyPoints: Found<number> | null;
  /** An estimate that is none, for a warning. */
  oddEstimate: Found<string> | null;
  priority: Found<Priority> | null;
  enablerType: Found<EnablerType> | null;
  criteria: Found<string>[];
  dependsOn: RichText[];
  blocks: RichText[];
  description: Found<string>[];
  issueLink: Found<string> | null;
  /** Struck, rejected or cancelled: left out, with everything under it. */
  isDropped: boolean;
  /** An item only if its fields bear it out: a heading without a kind word or an id. */
  isTentative: boolean;
};

const ranks: Record<KindWord, number> = {
  epic: 3,
  enablerEpic: 3,
  feature: 2,
  enablerFeature: 2,
  story: 1,
  enabler: 1,
  spike: 1,
  nfr: 1,
};

/** Epics stand above features, features above everything else; null where the page does not say. */
export function rankOf(kindWord: KindWord | null): number | null {
  return kindWord && ranks[kindWord];
}

/** The kind that a word stands for. */
export function kindOf(kindWord: KindWord): ItemKind {
  return kindWord === "epic" || kindWord === "feature" || kindWord === "story" ? kindWord : "enabler";
}
