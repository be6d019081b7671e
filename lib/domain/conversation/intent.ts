import type { ItemKind } from "../plan-item.js";

/** Which items of a proposal a person means. `kinds` and `keys` are empty where `mode` is `all`. */
export type Selection = { mode: "all" | "only" | "without"; kinds: ItemKind[]; keys: string[] };

/** What the agent has asked, as far as the next reply may answer it. */
export type OpenQuestion =
  | "approval"
  | "which_page"
  | "which_team"
  | "no_page"
  | "other_session"
  | "confirm_restricted"
  | "conflict"
  | "none";

/** What a reply can refer to. */
export type UnderstandContext = {
  proposalId: string | null;
  /** The items of the proposal, in the order of the preview. */
  items: { key: string; kind: ItemKind; title: string }[];
  teams: { id: string; key: string; name: string }[];
  /** The pages of a `which_page` question in the order in which they were offered. */
  pages?: { title: string }[];
  question: OpenQuestion;
};

/** What a person wants. A `proposalId` is the one that the reply names, else the one that the question was about. */
export type Intent =
  | { type: "create"; proposalId: string | null; selection: Selection }
  | { type: "narrow"; selection: Selection }
  | { type: "move_to_team"; teamId: string }
  | { type: "choose_team"; teamId: string }
  /** `index` counts from 1, as people read the list. */
  | { type: "choose_page"; index: number }
  | { type: "choose_page"; url: string }
  | { type: "cancel"; proposalId: string | null }
  | { type: "confirm"; proposalId: string | null }
  | { type: "go_on_there"; sessionId: string | null }
  | { type: "take_over"; sessionId: string | null }
  | { type: "retry" }
  | { type: "undo" }
  | { type: "status" }
  | { type: "sync_now" }
  | { type: "help" }
  | { type: "replan" }
  | { type: "not_understood" };

/** The selection that leaves nothing out. */
export const everything: Selection = { mode: "all", kinds: [], keys: [] };
