import { readStorageTree, type StorageElement } from "../../lib/domain/extraction/storage-tree.js";
import type { SourceRange } from "../../lib/domain/plan-item.js";

export type PieceRole = "id" | "title" | "points" | "criterion" | "description";
/** A piece of a page that can be edited. A text has no name and stands in `open`; `truth` says which item it belongs to and is never printed. */
export type PageNode = {
  name: string;
  open: string;
  children: PageNode[];
  close: string;
  truth: string | null;
  role: PieceRole | null;
  /** Where a text began on the page as it was read. */
  start: number;
};

export function textNode(open: string, mark: Partial<PageNode> = {}): PageNode {
  return { name: "", open, children: [], close: "", truth: null, role: null, start: -1, ...mark };
}

export function elementNode(name: string, ...children: PageNode[]): PageNode {
  return { ...textNode(`<${name}>`), name, children, close: `</${name}>` };
}

/** Takes a page apart so that printing it gives the same page. */
export function readPageTree(body: string): PageNode {
  return toNode(readStorageTree(body), body);
}

function toNode(element: StorageElement, body: string): PageNode {
  const parts = element.children.map((child) => ({
    child,
    start: child.start,
    end: child.kind === "element" ? child.end : child.start + child.raw.length,
  }));
  const [first] = parts;
  const node = { ...textNode(body.slice(element.start, first?.start ?? element.end)), name: element.name || "page" };
  let at = first?.start ?? element.end;
  for (const { child, start, end } of parts) {
    if (start > at) node.children.push(textNode(body.slice(at, start), { start: at }));
    node.children.push(child.kind === "element" ? toNode(child, body) : textNode(child.raw, { start }));
    at = end;
  }
  return { ...node, close: body.slice(at, element.end) };
}

/** The page as it is now, and where the titles of items stand on it. */
export function printPage(root: PageNode): { body: string; titles: { truth: string; range: SourceRange }[] } {
  const titles: { truth: string; range: SourceRange }[] = [];
  let body = "";
  const print = (node: PageNode) => {
    const start = body.length;
    body += node.open;
    node.children.forEach(print);
    body += node.close;
    if (node.truth !== null && node.role === "title")
      titles.push({ truth: node.truth, range: { start, end: body.length } });
  };
  print(root);
  return { body, titles };
}

/** Makes a piece of its own of a part of a text of the page as it was read; ends where the text ends. */
export function cutPiece(root: PageNode, range: SourceRange, mark: { truth: string; role: PieceRole }) {
  for (const { node, parent } of nodesOf(root)) {
    const [from, to] = [range.start - node.start, Math.min(range.end - node.start, node.open.length)];
    if (node.name !== "" || node.start < 0 || from < 0 || from >= node.open.length || !parent) continue;
    if (node.role !== null) return;
    const pieces = [
      textNode(node.open.slice(0, from), { start: node.start }),
      textNode(node.open.slice(from, to), { start: range.start, ...mark }),
      textNode(node.open.slice(to), { start: node.start + to }),
    ].filter((piece) => piece.open !== "");
    parent.children.splice(parent.children.indexOf(node), 1, ...pieces);
    return;
  }
}

export type Placed = { node: PageNode; parent: PageNode | null };

/** Every node of a page from top to bottom, with its parent. */
export function nodesOf(root: PageNode): Placed[] {
  const found: Placed[] = [];
  const visit = (node: PageNode, parent: PageNode | null) => {
    found.push({ node, parent });
    for (const child of node.children) visit(child, node);
  };
  visit(root, null);
  return found;
}

export function textOf(node: PageNode): string {
  return node.name === "" ? node.open : node.children.map(textOf).join("");
}

export function cloneNode(node: PageNode): PageNode {
  return { ...node, children: node.children.map(cloneNode) };
}
