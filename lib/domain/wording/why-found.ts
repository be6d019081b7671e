import type { EdgeKind } from "../memory/node.js";
import { clip, listOf } from "./phrases.js";

/** What a search says of a node that it found. */
export type Found = {
  words: readonly string[];
  corrected: readonly { typed: string; meant: string }[];
  linked: readonly { title: string; edge: EdgeKind; direction: "from" | "to" }[];
};

const maxWords = 6;
const maxLinked = 2;

/** How a node is tied to the one whose title follows. */
const ties: Record<EdgeKind, { from: string; to: string }> = {
  session_plan: { from: "it is a plan of", to: "it led to" },
  page_plan: { from: "it was planned from", to: "it is the page of" },
  plan_issue: { from: "it came from", to: "it led to" },
  used_in_planning: { from: "its planning used", to: "it was used in planning" },
};

/** Why a node was found, in a sentence without its full stop. `quote` makes a title readable where the sentence stands. */
export function whyFound({ words, corrected, linked }: Found, quote: (title: string) => string = plainQuote): string {
  const meant = new Set(corrected.map((one) => one.meant));
  const said = words.filter((word) => !meant.has(word)).slice(0, maxWords);
  return [
    ...(said.length > 0 ? [`it says ${listOf(said.map(quote))}`] : []),
    ...corrected.map((one) => `${quote(one.meant)} was taken for ${quote(one.typed)}`),
    ...linked.slice(0, maxLinked).map(({ title, edge, direction }) => `${ties[edge][direction]} ${quote(title)}`),
  ].join("; ");
}

const plainQuote = (title: string): string => `“${clip(title, 140)}”`;
