import type { Block, ListItem } from "./blocks.js";
import { addNested, type FrontEnd, readBlocks, toListItem } from "./front-end.js";
import { parameter, readInline } from "./inline.js";
import { isInlineMacro, toBlock } from "./macros.js";
import {
  childElements,
  isBlockElement,
  localIdOf,
  rangeOfNode,
  readStorageTree,
  type StorageElement,
  type StorageNode,
} from "./storage-tree.js";
import { layOut, type SpanningCell, toSpan } from "./table-grid.js";

const frontEnd: FrontEnd<StorageNode> = {
  isBlock: (node) => isBlockElement(node) || isBlockMacro(node),
  readBlock: (node) => (node.kind === "element" ? readBlockElement(node) : []),
  readInline,
  rangeOf: rangeOfNode,
};

/** Reads a page body in storage format into blocks; never throws. */
export function readStorage(body: string): Block[] {
  return readAll(readStorageTree(body).children);
}

function readAll(nodes: readonly StorageNode[]): Block[] {
  return readBlocks(frontEnd, nodes);
}

function readBlockElement(node: StorageElement): Block[] {
  const placed = { range: rangeOfNode(node), localId: localIdOf(node) };
  switch (node.name) {
    case "h1":
    case "h2":
    case "h3":
    case "h4":
    case "h5":
    case "h6":
      return [{ kind: "heading", level: Number(node.name.charAt(1)), text: readInline(node.children), ...placed }];
    case "p":
      if (node.holdsBlock) return readAll(node.children);
      return [{ kind: "paragraph", text: readInline(node.children), ...placed }];
    case "ul":
    case "ol":
      return [{ kind: "list", items: readItems(node, "li"), ...placed }];
    case "ac:task-list":
      return [{ kind: "list", items: readItems(node, "ac:task"), ...placed }];
    case "table":
      return [readTable(node)];
    case "ac:structured-macro":
    case "ac:macro":
      return [readMacro(node)];
    case "ac:adf-extension":
      return readAdfExtension(node);
    case "pre":
      return [{ kind: "opaque", name: "pre", ...placed }];
    case "ac:adf-fallback":
    case "ac:adf-attribute":
    case "ac:parameter":
    case "ac:placeholder":
      return [];
    default:
      return readAll(node.children);
  }
}

function readMacro(node: StorageElement): Block {
  const [body] = childElements(node, "ac:rich-text-body");
  return toBlock(
    {
      name: node.attributes["ac:name"] ?? "",
      parameter: (name) => readInline(parameter(node, name)?.children ?? []),
      readBody: body ? () => readAll(body.children) : null,
    },
    { range: rangeOfNode(node), localId: localIdOf(node) },
  );
}

/** Newer nodes: their content is read, the fallback repeats it. Decisions are no plan. */
function readAdfExtension(node: StorageElement): Block[] {
  return childElements(node, "ac:adf-node").flatMap((inner): Block[] =>
    (inner.attributes["type"] ?? "").startsWith("decision")
      ? [{ kind: "opaque", name: "decision-list", range: rangeOfNode(inner), localId: localIdOf(inner) }]
      : [...readAdfExtension(inner), ...childElements(inner, "ac:adf-content").flatMap((it) => readAll(it.children))],
  );
}

function readItems(list: StorageElement, itemName: "li" | "ac:task"): ListItem[] {
  const items: ListItem[] = [];
  for (const child of list.children) {
    if (child.kind !== "element") continue;
    if (child.name === itemName) items.push(readItem(child));
    else if (isBlockElement(child)) addNested(items, readAll([child]));
  }
  return items;
}

function readItem(node: StorageElement): ListItem {
  const content =
    node.name === "ac:task" ? childElements(node, "ac:task-body").flatMap((it) => it.children) : node.children;
  return toListItem(readAll(content), { range: rangeOfNode(node), localId: localIdOf(node) });
}

function readTable(node: StorageElement): Block {
  const rows = rowElements(node).map((tr) => ({
    cells: childElements(tr, "td", "th").map(readCell),
    range: rangeOfNode(tr),
    localId: localIdOf(tr),
  }));
  return { kind: "table", rows: layOut(rows), range: rangeOfNode(node), localId: localIdOf(node) };
}

function rowElements(node: StorageElement): StorageElement[] {
  return node.children.flatMap((child): StorageElement[] => {
    if (child.kind !== "element") return [];
    if (child.name === "tr") return [child];
    return ["thead", "tbody", "tfoot"].includes(child.name) ? childElements(child, "tr") : [];
  });
}

function readCell(td: StorageElement): SpanningCell {
  return {
    blocks: readAll(td.children),
    isHeader: td.name === "th",
    isNumbering: (td.attributes["class"] ?? "").includes("numberingColumn"),
    columns: toSpan(td.attributes["colspan"]),
    rows: toSpan(td.attributes["rowspan"]),
    range: rangeOfNode(td),
    localId: localIdOf(td),
  };
}

function isBlockMacro(node: StorageNode): boolean {
  if (node.kind !== "element" || (node.name !== "ac:structured-macro" && node.name !== "ac:macro")) return false;
  return !isInlineMacro(node.attributes["ac:name"] ?? "");
}
