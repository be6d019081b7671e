import type { CoveredBlock, Priority } from "../plan-item.js";
import type { Block, ListItem, Row } from "./blocks.js";
import type { Candidate, Found } from "./candidate.js";
import type { Head } from "./head.js";
import type { RichText } from "./rich-text.js";
import type { KindWord, Label } from "./words/words.js";

export type Use = Exclude<CoveredBlock["use"], "unused">;

/** What became of a block; of a list or a table that a rule has read piece by piece, what became of each bullet and row. */
export type Uses = Map<Block | ListItem | Row, Pick<CoveredBlock, "use" | "rule" | "under">>;

/** A reading rule: takes a block that it understands, says what it used it for, or leaves it to the next rule. */
export type Rule = { name: string; read(block: Block, place: Place): Use | null };

/** What is planned here: items; other things, such as risks, where only what is labelled counts; nothing at all. */
export type Mode = "items" | "other" | "left-out";

/** What a heading, a panel or a bullet means for everything under it. */
export type Scope = {
  level: number;
  heading: string | null;
  mode: Mode;
  item: Candidate | null;
  /** True where plain text belongs to the item, false under a heading of which nobody knows what it is about. */
  ownsText: boolean;
  /** A heading such as "Enablers" or "Must have" says something about the items under it. */
  groupWord: Found<KindWord> | null;
  groupPriority: Found<Priority> | null;
  /** Under "Acceptance criteria" the headings are items, and what stands below is that field of theirs. */
  sectionLabel: Label | null;
};

/** A label without a value: the next list or lines are its value. */
export type Awaited = {
  label: Label;
  item: Candidate;
  taken: number;
  /** True under a heading of its own: all that stands there is the value. */
  isSection: boolean;
};

/** What reading a page leaves behind. */
export type PageNotes = {
  prefixes: Set<string>;
  candidates: Candidate[];
  /** Sentences and table rows that say that one item depends on others. */
  sentences: { dependent: RichText; on: RichText }[];
  /** The epic that the page properties name. */
  epic: Candidate | null;
  uses: Uses;
  /** Lines that were read as the heads of items. */
  heads: Map<RichText, Head>;
};

/** Where on the page the reader is. */
export type Place = {
  page: PageNotes;
  scopes: Scope[];
  /** Scopes below this index belong to what is around: a heading inside a panel does not end the section around the panel. */
  floor: number;
  awaited: Awaited | null;
  /** Inside lists and tables blocks are part of the block around them. */
  isInside: boolean;
  walk(blocks: readonly Block[]): void;
};

const outermost: Scope = {
  level: 0,
  heading: null,
  mode: "items",
  item: null,
  ownsText: false,
  groupWord: null,
  groupPriority: null,
  sectionLabel: null,
};

/** The scope at this place. */
export function scopeOf(place: Place): Scope {
  return place.scopes.at(-1) ?? outermost;
}

/** Opens a scope inside the present one; what it does not say stays as it is. */
export function enter(place: Place, change: Partial<Scope>) {
  place.scopes.push({ ...scopeOf(place), ownsText: false, ...change });
  place.awaited = null;
}

/** Says what a rule used a bullet or a row for. */
export function notePart(place: Place, part: ListItem | Row, use: CoveredBlock["use"], rule: string) {
  place.page.uses.set(part, { use, rule: use === "unused" ? null : rule, under: scopeOf(place).heading });
}

/** Walks blocks in a scope of their own, which ends with them. */
export function walkInside(place: Place, blocks: readonly Block[], change: Partial<Scope>, isInside = true) {
  within(place, change, () => place.walk(blocks), isInside);
}

/** Reads something in a scope of its own. */
export function within(place: Place, change: Partial<Scope>, read: () => void, isInside = true) {
  const { scopes, floor, awaited, isInside: wasInside } = place;
  place.scopes = [...scopes];
  place.floor = scopes.length + 1;
  place.isInside = wasInside || isInside;
  enter(place, change);
  read();
  Object.assign(place, { scopes, floor, awaited, isInside: wasInside });
}

/** Walks blocks that are part of the block being read, in the present scope. */
export function walkQuietly(place: Place, blocks: readonly Block[]) {
  const { isInside } = place;
  place.isInside = true;
  place.walk(blocks);
  place.isInside = isInside;
}
