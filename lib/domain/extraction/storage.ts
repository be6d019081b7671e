import type { Block, List, ListItem } from "./blocks.js";
import { parameter, readInline } from "./inline.js";
import { emptyText } from "./rich-text.js";
import {
  childElements,
  isBlockElement,
  localIdOf,
  rangeOfNode,
  readStorageTree,
  type StorageElement,
  type StorageNode,
} from "./storage-tree.js";
import { readTable } from "./table-grid.js";

/** Macros whose title stands above their body. */
const TITLED = new Set(["panel", "expand", "ui-expand", "info", "note", "warning", "tip", "success", "error"]);
/** Macros that are part of a line. */
const INLINE = new Set(["status", "jira", "anchor", "mention", "emoji"]);

/** Reads a page body in storage format into blocks; never throws. */
export function readStorage(body: string): Block[] {
  return readBlocks(readStorageTree(body).children);
}

function readBlocks(nodes: readonly StorageNode[]): Block[] {
  const blocks: Block[] = [];
  let line: StorageNode[] = [];
  const endLine = () => {
    const [first] = line;
    const last = line.at(-1);
    if (!first || !last) return;
    const text = readInline(line);
    const range = { start: first.start, end: endOf(last) };
    if (text.text !== "" || text.spans.length > 0) blocks.push({ kind: "paragraph", text, range, localId: null });
    line = [];
  };
  for (const node of nodes) {
    if (!isBlockElement(node) && !isBlockMacro(node)) {
      line.push(node);
      continue;
    }
    endLine();
    if (node.kind === "element") for (const block of readBlockElement(node)) blocks.push(block);
  }
  endLine();
  return blocks;
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
      if (node.holdsBlock) return readBlocks(node.children);
      return [{ kind: "paragraph", text: readInline(node.children), ...placed }];
    case "ul":
    case "ol":
      return [{ kind: "list", items: readItems(node, "li"), ...placed }];
    case "ac:task-list":
      return [{ kind: "list", items: readItems(node, "ac:task"), ...placed }];
    case "table":
      return [readTable(node, readBlocks)];
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
      return readBlocks(node.children);
  }
}

function readMacro(node: StorageElement): Block {
  const placed = { range: rangeOfNode(node), localId: localIdOf(node) };
  const name = node.attributes["ac:name"] ?? "";
  const [body] = childElements(node, "ac:rich-text-body");
  const hidden = parameter(node, "hidden");
  const isHidden = hidden !== null && readInline([hidden]).text === "true";
  if (!body || isHidden) return { kind: "opaque", name, ...placed };
  const title = TITLED.has(name) ? parameter(node, "title") : null;
  return {
    kind: "section",
    name,
    title: title ? readInline([title]) : emptyText,
    blocks: readBlocks(body.children),
    ...placed,
  };
}

/** Newer nodes: their content is read, the fallback repeats it. Decisions are no plan. */
function readAdfExtension(node: StorageElement): Block[] {
  return childElements(node, "ac:adf-node").flatMap((inner): Block[] =>
    (inner.attributes["type"] ?? "").startsWith("decision")
      ? [{ kind: "opaque", name: "decision-list", range: rangeOfNode(inner), localId: localIdOf(inner) }]
      : [
          ...readAdfExtension(inner),
          ...childElements(inner, "ac:adf-content").flatMap((it) => readBlocks(it.children)),
        ],
  );
}

function readItems(list: StorageElement, itemName: "li" | "ac:task"): ListItem[] {
  const items: ListItem[] = [];
  for (const child of list.children) {
    if (child.kind !== "element") continue;
    if (child.name === itemName) items.push(readItem(child));
    else if (isBlockElement(child)) {
      // A list directly inside a list belongs to the item above it.
      const nested = readBlocks([child]);
      const above = items.at(-1);
      if (above) above.blocks.push(...nested);
      else
        items.push(...nested.filter((block): block is List => block.kind === "list").flatMap((block) => block.items));
    }
  }
  return items;
}

function readItem(node: StorageElement): ListItem {
  const blocks = readBlocks(
    node.name === "ac:task" ? childElements(node, "ac:task-body").flatMap((it) => it.children) : node.children,
  );
  const [first, ...rest] = blocks;
  const placed = { range: rangeOfNode(node), localId: localIdOf(node) };
  return first?.kind === "paragraph" || first?.kind === "heading"
    ? { text: first.text, blocks: rest, ...placed }
    : { text: emptyText, blocks, ...placed };
}

function isBlockMacro(node: StorageNode): boolean {
  if (node.kind !== "element" || (node.name !== "ac:structured-macro" && node.name !== "ac:macro")) return false;
  return !INLINE.has(node.attributes["ac:name"] ?? "");
}

function endOf(node: StorageNode): number {
  return node.kind === "text" ? node.start + node.raw.length : node.end;
}
