import { macroParameter, readAdfInline, readValue } from "./adf-inline.js";
import { type AdfNode, attribute, childrenOf, localIdOf, rangeOfNode, readAdfTree } from "./adf-tree.js";
import type { Block, ListItem, Placed } from "./blocks.js";
import { addNested, type FrontEnd, readBlocks, toListItem } from "./front-end.js";
import { isInlineMacro, toBlock } from "./macros.js";
import { emptyText } from "./rich-text.js";
import { layOut, type SpanningCell, toSpan } from "./table-grid.js";

const INLINE = new Set(
  "text hardBreak status mention emoji date inlineCard inlineExtension placeholder mediaInline unsupportedInline".split(
    " ",
  ),
);
const LISTS = new Set(["bulletList", "orderedList", "taskList"]);
/** Nodes that are never part of a line. */
const BLOCKS = new Set(
  `paragraph heading table tableRow tableCell tableHeader listItem taskItem blockTaskItem panel expand nestedExpand
  bodiedExtension extension codeBlock decisionList blockquote rule layoutSection layoutColumn blockCard embedCard
  mediaSingle mediaGroup`
    .split(/\s+/)
    .concat([...LISTS]),
);

const frontEnd: FrontEnd<AdfNode> = {
  isBlock: (node) => !INLINE.has(node.type),
  readBlock,
  readInline: readAdfInline,
  rangeOf: rangeOfNode,
};

/** Reads a page body in Atlassian document format, as JSON, into blocks; never throws. Ranges are places in the JSON. */
export function readAdf(body: string): Block[] {
  return readAll(readAdfTree(body));
}

function readAll(nodes: readonly AdfNode[]): Block[] {
  return readBlocks(frontEnd, nodes);
}

function readBlock(node: AdfNode): Block[] {
  const placed = placeOf(node);
  switch (node.type) {
    case "heading":
      return [{ kind: "heading", level: levelOf(node), text: readAdfInline(node.content), ...placed }];
    case "paragraph":
      if (node.content.some(holdsBlock)) return readAll(node.content);
      return [{ kind: "paragraph", text: readAdfInline(node.content), ...placed }];
    case "blockCard":
    case "embedCard":
      return readLine(node);
    case "bulletList":
    case "orderedList":
    case "taskList":
      return [{ kind: "list", items: readItems(node), ...placed }];
    case "table":
      return [{ kind: "table", rows: readRows(node), ...placed }];
    case "panel":
      return [{ kind: "section", name: "panel", title: emptyText, blocks: readAll(node.content), ...placed }];
    case "expand":
    case "nestedExpand": {
      const title = readValue(attribute(node, "title"));
      return [{ kind: "section", name: "expand", title, blocks: readAll(node.content), ...placed }];
    }
    case "extension":
    case "bodiedExtension":
      return readMacro(node);
    case "codeBlock":
      return [{ kind: "opaque", name: "code", ...placed }];
    case "decisionList":
      return [{ kind: "opaque", name: "decision-list", ...placed }];
    case "mediaSingle":
    case "mediaGroup":
    case "caption":
      return [];
    default:
      return node.text ? readLine(node) : readAll(childrenOf(node));
  }
}

function readMacro(node: AdfNode): Block[] {
  const name = attribute(node, "extensionKey")?.value ?? "";
  if (isInlineMacro(name)) return readLine(node);
  const macro = {
    name,
    parameter: (parameter: string) => readValue(macroParameter(node, parameter)),
    readBody: node.type === "bodiedExtension" ? () => readAll(node.content) : null,
  };
  return [toBlock(macro, placeOf(node))];
}

/** A node that is a line of its own. */
function readLine(node: AdfNode): Block[] {
  const text = readAdfInline([node]);
  return text.text === "" ? [] : [{ kind: "paragraph", text, ...placeOf(node) }];
}

/** Whatever stands in a list and is no list is an item. */
function readItems(list: AdfNode): ListItem[] {
  const items: ListItem[] = [];
  for (const child of list.content) {
    if (LISTS.has(child.type)) addNested(items, readBlock(child));
    else items.push(toListItem(readAll(child.content), placeOf(child)));
  }
  return items;
}

function readRows(table: AdfNode) {
  return layOut(table.content.map((row) => ({ cells: row.content.map(readCell), ...placeOf(row) })));
}

function readCell(cell: AdfNode): SpanningCell {
  return {
    blocks: readAll(cell.content),
    isHeader: cell.type === "tableHeader",
    // Where a table numbers its rows the numbers are no part of the document.
    isNumbering: false,
    columns: toSpan(attribute(cell, "colspan")?.value),
    rows: toSpan(attribute(cell, "rowspan")?.value),
    ...placeOf(cell),
  };
}

function levelOf(heading: AdfNode): number {
  const level = Number.parseInt(attribute(heading, "level")?.value ?? "1", 10);
  return Math.min(Math.max(Number.isNaN(level) ? 1 : level, 1), 6);
}

function holdsBlock(node: AdfNode): boolean {
  return BLOCKS.has(node.type) || node.content.some(holdsBlock);
}

function placeOf(node: AdfNode): Placed {
  return { range: rangeOfNode(node), localId: localIdOf(node) };
}
