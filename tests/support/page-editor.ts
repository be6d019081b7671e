import type { ExtractedItem, SourceRange } from "../../lib/domain/plan-item.js";
import { cutPiece, nodesOf, type PageNode, type PieceRole, printPage, readPageTree, textOf } from "./page-tree.js";

/** A page while people edit it. What they did to each item is known here, whatever a reader makes of the page. */
export type EditedPage = {
  root: PageNode;
  done: Map<string, Set<string>>;
  made: number;
  words: string[];
  parents: string[];
};

/** Chooses one of several; null where there is none. */
export type Pick = <Thing>(from: readonly Thing[]) => Thing | null;

/** Opens a page for editing; the items as they are read now get their keys as names. */
export function openPage(body: string, items: readonly ExtractedItem[]): EditedPage {
  const root = readPageTree(body);
  for (const { key, source } of items) {
    const { title, key: id, storyPoints, acceptanceCriteria, description } = source.fields;
    const cut = (role: PieceRole, ranges: typeof title) =>
      ranges?.slice(0, 3).forEach((range) => cutPiece(root, range, { truth: key, role }));
    cut("title", title);
    cut("id", id);
    cut("points", storyPoints);
    cut("criterion", acceptanceCriteria);
    cut("description", description);
  }
  nameOtherMentions(root, items);
  const words = items.flatMap(({ title }) => title.split(/\s+/)).filter((word) => /^\p{L}{2,}$/u.test(word));
  const parents = [...new Set(items.flatMap(({ parent }) => parent ?? []))];
  const done = new Map(items.map(({ key }) => [key, new Set<string>()]));
  return { root, done, made: 0, words: [...words, ...PLAIN], parents };
}

const PLAIN =
  "mobile quick report list export draft customer new order cheaper alerts weekly partner search review settings form status history limit".split(
    " ",
  );

/** A summary row and a detail section are about one item: the title has its name in both. */
function nameOtherMentions(root: PageNode, items: readonly ExtractedItem[]) {
  const titles = new Map<string, string | null>();
  for (const { title, key } of items) titles.set(title, titles.has(title) ? null : key);
  for (const { node } of nodesOf(root)) {
    const truth = node.name === "" && node.role === null ? titles.get(node.open.trim()) : null;
    if (truth) Object.assign(node, { truth, role: "title" });
  }
}

/** Which of the items that were there, or were made since, an item of the edited page is. */
export function closePage({ root }: EditedPage): { body: string; truthOf: (item: ExtractedItem) => string | null } {
  const { body, titles } = printPage(root);
  const shared = (a: SourceRange, b: SourceRange) => Math.min(a.end, b.end) - Math.max(a.start, b.start);
  return {
    body,
    truthOf: ({ source }) => {
      const title = source.fields.title?.[0] ?? { start: -1, end: -1 };
      const best = titles.reduce<(typeof titles)[number] | null>(
        (most, it) => (shared(it.range, title) > (most ? shared(most.range, title) : 0) ? it : most),
        null,
      );
      return best?.truth ?? null;
    },
  };
}

/** What an item stands in: a row, a bullet, a headed section or a titled macro, and the place of its nodes among `container.children`. */
export type Unit = {
  truth: string;
  kind: "row" | "bullet" | "section" | "macro";
  container: PageNode;
  nodes: PageNode[];
  /** Two units with the same fit may stand in each other's place. */
  fit: string;
};

/** The units of all items that can be moved, copied or deleted as a whole. */
export function unitsOf({ root }: EditedPage): Unit[] {
  const placed = nodesOf(root);
  const parentOf = new Map(placed.map(({ node, parent }) => [node, parent]));
  const units = new Map<string, Unit>();
  for (const { node } of placed) {
    if (node.role !== "title" || node.truth === null) continue;
    const unit = unitAround(node, node.truth, parentOf);
    // The detail section of an item is its place, not the row of a summary.
    if (unit && (!units.has(node.truth) || unit.kind === "section")) units.set(node.truth, unit);
  }
  return [...units.values()];
}

function unitAround(node: PageNode, truth: string, parentOf: Map<PageNode, PageNode | null>): Unit | null {
  for (let it: PageNode | null = node; it; it = parentOf.get(it) ?? null) {
    const container = parentOf.get(it);
    if (!container) return null;
    if (it.name === "li") return { truth, kind: "bullet", container, nodes: [it], fit: "bullet" };
    if (it.name === "tr") return rowUnit(it, container, truth);
    if (/^h[1-6]$/.test(it.name)) return sectionUnit(it, container, truth);
    if (it.name === "ac:parameter") {
      const around = parentOf.get(container);
      return around ? { truth, kind: "macro", container: around, nodes: [container], fit: "macro" } : null;
    }
  }
  return null;
}

/** Rows of tables with merged cells stay where they are: nobody could say which cells would go with them. */
function rowUnit(row: PageNode, container: PageNode, truth: string): Unit | null {
  const rows = container.children.filter(({ name }) => name === "tr");
  const isMerged = nodesOf(container).some(({ node }) => /^<t[dh][^>]* (row|col)span/.test(node.open));
  if (isMerged || rows.length < 2) return null;
  const header = rows[0] === row ? "" : textOf(rows[0] ?? row);
  return { truth, kind: "row", container, nodes: [row], fit: `row ${row.children.length} ${header}` };
}

function sectionUnit(heading: PageNode, container: PageNode, truth: string): Unit {
  const from = container.children.indexOf(heading);
  const isOver = ({ name }: PageNode) => /^h[1-6]$/.test(name) && name <= heading.name;
  const length = container.children.slice(from + 1).findIndex(isOver);
  const nodes = length < 0 ? container.children.slice(from) : container.children.slice(from, from + 1 + length);
  return { truth, kind: "section", container, nodes, fit: heading.name };
}

/** Names of all items in a unit. */
export function truthsIn(unit: Unit): string[] {
  return [
    ...new Set(
      unit.nodes
        .flatMap((node) => nodesOf(node))
        .flatMap(({ node: { role, truth } }) => (role === "title" && truth !== null ? [truth] : [])),
    ),
  ];
}

/** Remembers what was done to an item. */
export function note({ done }: EditedPage, truth: string, what: string) {
  done.set(truth, (done.get(truth) ?? new Set()).add(what));
}

/** Text pieces of an item that play a role. */
export function piecesOf(root: PageNode, truth: string, role: PageNode["role"]): PageNode[] {
  return nodesOf(root).flatMap(({ node }) => (node.truth === truth && node.role === role ? [node] : []));
}
