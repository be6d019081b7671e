import { fuse } from "./fuse.js";
import type { EdgeKind, MemoryKind } from "./node.js";

/** A node in which words were found; the best first. */
export type Match = { id: string; score: number; terms: string[] };
/** A node that is linked with a match, the hub; `from` where the edge comes from the hub. */
export type Linked = {
  id: string;
  hubId: string;
  edge: EdgeKind;
  direction: "from" | "to";
  node: { id: string; title: string; kind: MemoryKind };
};
export type Ranked = {
  id: string;
  score: number;
  from: { id: string; title: string; kind: MemoryKind; edge: EdgeKind; direction: "from" | "to" }[];
};

/** What is only linked with something comes behind what holds the words itself. */
const linkCounts = 0.5;

/** Merges the nodes that hold the words with what the best of them are linked with. */
export function rank(matches: (Match & { node: Linked["node"] })[], linked: Linked[]): Ranked[] {
  const titles = new Map(matches.map(({ node }) => [node.id, node]));
  const merged = fuse([
    { ids: matches.map(({ id }) => id), weight: 1 },
    { ids: [...new Set(linked.map(({ id }) => id))], weight: linkCounts },
  ]);
  return merged.map(({ id, score }) => ({
    id,
    score,
    from: linked
      .filter((link) => link.id === id)
      .flatMap(({ hubId, edge, direction }) => {
        const hub = titles.get(hubId);
        return hub ? [{ id: hub.id, title: hub.title, kind: hub.kind, edge, direction }] : [];
      }),
  }));
}
