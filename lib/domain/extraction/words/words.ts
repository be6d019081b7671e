import type { EnablerType, Priority } from "../../plan-item.js";

/**
 * What a word in front of a title says of the item. Spikes and non-functional requirements are enablers of a known type; enabler
 * features and enabler epics are enablers that stand where a feature or an epic stands.
 */
export type KindWord = "epic" | "feature" | "story" | "enabler" | "spike" | "nfr" | "enablerFeature" | "enablerEpic";

/** What a label in front of a value, or a heading of a column, announces. */
export type Label =
  | "id"
  | "title"
  | "sentence"
  | "role"
  | "wish"
  | "benefit"
  | "kind"
  | "points"
  | "priority"
  | "enablerType"
  | "criteria"
  | "dependsOn"
  | "blocks"
  | "dependent"
  | "parent"
  | "epic"
  | "feature"
  | "description"
  | "status"
  | "aside";

/** The words of one language, in lower case; accents are compared without. */
export type Words = {
  /** Words that stand in front of a title or in a type column. */
  kinds: Record<KindWord, string[]>;
  /** Words in a type column for things that are no items: milestones, risks, bugs. */
  otherKinds: string[];
  /** Words between two names: "US-1 and US-2". */
  and: string[];
  /** Words that turn a statement round. */
  not: string[];
  /** Words that may follow a priority: "must for the pilot". */
  afterPriority: string[];
  /** Headings of title columns that only tables of items have. */
  requirements: string[];
  /** Headings of columns of sizes, which may be those of shirts and desks. */
  shirtSizes: string[];
  /** Words in front of a name behind "depends": "depends on US-1 and on US-2". */
  of: string[];
  /** Words in a type column for work that is planned as a story is: tasks, improvements. */
  workTypes: string[];
  /** Words for the steps in which a story is done, which are no items. */
  tasks: string[];
  /** Words of headings that group items of a kind. */
  groups: Record<KindWord, string[]>;
  labels: Record<Label, string[]>;
  priorities: Record<Priority, string[]>;
  enablerTypes: Record<EnablerType, string[]>;
  /** Parts of titles and descriptions that tell the type of an enabler. */
  enablerHints: Record<EnablerType, string[]>;
  /** Units that make a number an estimate. */
  pointUnits: string[];
  /** Units that make a number something else: a timebox. */
  otherUnits: string[];
  /** Words in front of a T-shirt size or number in a line: "size M". */
  sizes: string[];
  noEstimate: string[];
  nothing: string[];
  /** Marks of items that will not be done. */
  dropped: string[];
  /** Beginnings of headings and sentences under which nothing is planned. */
  leftOut: string[];
  /** Headings of sections that talk about other things than items. */
  otherSections: string[];
  /** Words beside the name of a section that leave its meaning as it is: "Risk log", "Excluded items", "Questions for Anna". */
  fillers: string[];
  totals: string[];
  /** Words between two items in a sentence: "A depends on B". */
  dependsOn: string[];
  /** Words between two items in a sentence: "A blocks B". */
  blocks: string[];
  /** Parts of a story sentence, "As a …, I want …", as regular expressions. */
  story: { role: string; wish: string };
  steps: { given: string[]; next: string[]; scenario: string[] };
  /** Words between the ends of a range of ids: "US-3 to US-6". */
  to: string[];
};
