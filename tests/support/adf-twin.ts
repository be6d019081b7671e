import { parseDocument } from "htmlparser2";
import { decodeEntity } from "../../lib/domain/extraction/entities.js";

type Node = ReturnType<typeof parseDocument>["children"][number];
type Element = Extract<Node, { attribs: unknown }>;
export type Adf = { type: string; [property: string]: unknown };
type AdfMark = { type: string; attrs?: Record<string, unknown> };

const PANELS: Readonly<Record<string, string>> = { info: "info", tip: "success", note: "warning", warning: "error" };
const BLOCKS = new Set(
  `p h1 h2 h3 h4 h5 h6 ul ol table hr div blockquote ac:layout ac:layout-section ac:layout-cell ac:task-list
  ac:adf-extension`.split(/\s+/),
);
const INLINE_MACROS = new Set(["status", "jira", "anchor"]);

/** A page in storage format as Confluence gives it in ADF: the elements that the planning pages use. */
export function adfTwin(storage: string): Adf {
  const { children } = parseDocument(storage, { xmlMode: true, decodeEntities: false });
  return { type: "doc", version: 1, content: blocks(children) };
}

function blocks(nodes: readonly Node[]): Adf[] {
  const found: Adf[] = [];
  let line: Node[] = [];
  const endLine = () => {
    const content = trimmed(inline(line, []));
    if (content.length > 0) found.push({ type: "paragraph", content });
    line = [];
  };
  for (const node of nodes) {
    if (!isBlock(node)) {
      line.push(node);
      continue;
    }
    endLine();
    found.push(...block(node));
  }
  endLine();
  return found;
}

function block(node: Element): Adf[] {
  switch (node.name) {
    case "p":
      return [nodeOf("paragraph", node, {}, inline(node.children, []))];
    case "h1":
    case "h2":
    case "h3":
    case "h4":
    case "h5":
    case "h6":
      return [nodeOf("heading", node, { level: Number(node.name.charAt(1)) }, inline(node.children, []))];
    case "ul":
    case "ol":
      return [
        nodeOf(
          node.name === "ul" ? "bulletList" : "orderedList",
          node,
          {},
          named(node, "li").map((li) => nodeOf("listItem", li, {}, orEmptyParagraph(blocks(li.children)))),
        ),
      ];
    case "ac:task-list":
      return [nodeOf("taskList", node, {}, named(node, "ac:task").map(taskItem))];
    case "table":
      return [table(node)];
    case "hr":
      return [{ type: "rule" }];
    case "blockquote":
      return [nodeOf("blockquote", node, {}, blocks(node.children))];
    case "ac:layout-section":
      return [nodeOf("layoutSection", node, {}, blocks(node.children))];
    case "ac:layout-cell":
      return [nodeOf("layoutColumn", node, { width: 50 }, blocks(node.children))];
    case "ac:adf-extension":
      return named(node, "ac:adf-node").map(newerNode);
    case "ac:structured-macro":
      return [macro(node)];
    default:
      return blocks(node.children);
  }
}

function taskItem(task: Element): Adf {
  const [status] = named(task, "ac:task-status");
  const [body] = named(task, "ac:task-body");
  const [id] = named(task, "ac:task-uuid");
  const state = status && textOf(status) === "complete" ? "DONE" : "TODO";
  return {
    type: "taskItem",
    attrs: { localId: id ? textOf(id) : "", state },
    content: inline(body?.children ?? [], []),
  };
}

/** Numbers of rows are no part of the document: the table says that it has them. */
function table(node: Element): Adf {
  const rows = [node, ...named(node, "thead", "tbody", "tfoot")].flatMap((it) => named(it, "tr"));
  const cells = rows.flatMap((row) => named(row, "td", "th"));
  const isNumbering = (cell: Element) => (cell.attribs["class"] ?? "").includes("numberingColumn");
  return nodeOf(
    "table",
    node,
    { isNumberColumnEnabled: cells.some(isNumbering), layout: "default" },
    rows.map((row) =>
      nodeOf(
        "tableRow",
        row,
        {},
        named(row, "td", "th")
          .filter((cell) => !isNumbering(cell))
          .map((cell) => {
            const spans = {
              colspan: Number(cell.attribs["colspan"] ?? 1),
              rowspan: Number(cell.attribs["rowspan"] ?? 1),
            };
            const content = orEmptyParagraph(blocks(cell.children));
            return nodeOf(cell.name === "th" ? "tableHeader" : "tableCell", cell, spans, content);
          }),
      ),
    ),
  );
}

function macro(node: Element): Adf {
  const name = node.attribs["ac:name"] ?? "";
  const [body] = named(node, "ac:rich-text-body");
  const title = parameters(node)["title"]?.value;
  if (name === "code" || name === "noformat") {
    const code = named(node, "ac:plain-text-body").map(textOf).join("");
    return { type: "codeBlock", content: [{ type: "text", text: code }] };
  }
  const extension = {
    extensionType: "com.atlassian.confluence.macro.core",
    extensionKey: name,
    parameters: { macroParams: parameters(node) },
  };
  if (!body) return nodeOf("extension", node, extension);
  const content = blocks(body.children);
  if (name === "expand") return nodeOf("expand", node, { title }, content);
  const panelType = PANELS[name];
  if (panelType && !title) return nodeOf("panel", node, { panelType }, content);
  return nodeOf("bodiedExtension", node, extension, content);
}

function newerNode(node: Element): Adf {
  const attributes = Object.fromEntries(
    named(node, "ac:adf-attribute").map((it) => [it.attribs["key"] ?? "", textOf(it)]),
  );
  const inside = named(node, "ac:adf-content").flatMap((it) => it.children);
  if (node.attribs["type"] === "panel")
    return { type: "panel", attrs: { panelType: attributes["panel-type"] }, content: blocks(inside) };
  if (node.attribs["type"] === "decision-list")
    return { type: "decisionList", attrs: { localId: "d" }, content: named(node, "ac:adf-node").map(newerNode) };
  return { type: "decisionItem", attrs: { localId: "d", state: attributes["state"] }, content: inline(inside, []) };
}

function inline(nodes: readonly Node[], marks: AdfMark[]): Adf[] {
  return nodes.flatMap((node): Adf[] => {
    if (!isElement(node)) {
      const text = wordsOf(node);
      return text === "" ? [] : [{ type: "text", text, ...(marks.length > 0 ? { marks } : {}) }];
    }
    const mark = markOf(node);
    if (mark) return inline(node.children, [...marks, mark]);
    return inlineNode(node, marks);
  });
}

function inlineNode(node: Element, marks: AdfMark[]): Adf[] {
  const { attribs } = node;
  switch (node.name) {
    case "br":
      return [{ type: "hardBreak" }];
    case "a":
      return [{ type: "inlineCard", attrs: { url: attribs["href"] } }];
    case "time":
      return [{ type: "date", attrs: { timestamp: String(Date.parse(attribs["datetime"] ?? "")) } }];
    case "ac:emoticon":
      return [
        { type: "emoji", attrs: { shortName: attribs["ac:emoji-shortname"], text: attribs["ac:emoji-fallback"] } },
      ];
    case "ac:placeholder":
      return [{ type: "placeholder", attrs: { text: textOf(node) } }];
    case "ac:image":
      return [{ type: "mediaInline", attrs: { id: "m", collection: "c" } }];
    case "ac:link":
      return link(node, marks);
    case "ac:structured-macro":
      return inlineMacro(node);
    default:
      return inline(node.children, marks);
  }
}

function inlineMacro(node: Element): Adf[] {
  const extensionKey = node.attribs["ac:name"] ?? "";
  const macroParams = parameters(node);
  if (extensionKey === "status")
    return [{ type: "status", attrs: { text: macroParams["title"]?.value, color: "neutral", style: "" } }];
  const extensionType = "com.atlassian.confluence.macro.core";
  return [{ type: "inlineExtension", attrs: { extensionType, extensionKey, parameters: { macroParams } } }];
}

function link(node: Element, marks: AdfMark[]): Adf[] {
  if (named(node, "ri:user").length > 0) return [{ type: "mention", attrs: { id: "u1", text: "@Somebody" } }];
  const [body] = named(node, "ac:plain-text-link-body", "ac:link-body");
  const [page] = named(node, "ri:page");
  const text = body ? textOf(body) : decode(page?.attribs["ri:content-title"] ?? "");
  const href = `https://example.atlassian.net/wiki/search?text=${encodeURIComponent(text)}`;
  return text === "" ? [] : [{ type: "text", text, marks: [...marks, { type: "link", attrs: { href } }] }];
}

function markOf(node: Element): AdfMark | null {
  switch (node.name) {
    case "strong":
    case "b":
      return { type: "strong" };
    case "em":
    case "i":
      return { type: "em" };
    case "code":
      return { type: "code" };
    case "s":
    case "del":
      return { type: "strike" };
    case "span":
      if (/line-through/.test(node.attribs["style"] ?? "")) return { type: "strike" };
      return /color/.test(node.attribs["style"] ?? "") ? { type: "textColor", attrs: { color: "#ff5630" } } : null;
    case "ac:inline-comment-marker":
      return { type: "annotation", attrs: { annotationType: "inlineComment", id: node.attribs["ac:ref"] } };
    case "a":
      if (node.attribs["data-card-appearance"]) return null;
      return { type: "link", attrs: { href: decode(node.attribs["href"] ?? "") } };
    default:
      return null;
  }
}

function nodeOf(type: string, from: Element, attrs: Record<string, unknown>, content?: Adf[]): Adf {
  const localId = from.attribs["local-id"] ?? from.attribs["ac:local-id"];
  const all = { ...attrs, ...(localId === undefined ? {} : { localId }) };
  return { type, ...(Object.keys(all).length > 0 ? { attrs: all } : {}), ...(content ? { content } : {}) };
}

function parameters(node: Element): Record<string, { value: string }> {
  return Object.fromEntries(
    named(node, "ac:parameter").map((it) => [it.attribs["ac:name"] ?? "", { value: textOf(it) }]),
  );
}

function orEmptyParagraph(content: Adf[]): Adf[] {
  return content.length > 0 ? content : [{ type: "paragraph" }];
}

/** White space between blocks is no line. */
function trimmed(content: Adf[]): Adf[] {
  return content.every((node) => node.type === "text" && String(node["text"]).trim() === "") ? [] : content;
}

function isBlock(node: Node): node is Element {
  if (!isElement(node)) return false;
  if (node.name === "ac:structured-macro") return !INLINE_MACROS.has(node.attribs["ac:name"] ?? "");
  return BLOCKS.has(node.name);
}

function isElement(node: Node): node is Element {
  return "attribs" in node;
}

function named(node: Element, ...names: string[]): Element[] {
  return node.children.filter((child): child is Element => isElement(child) && names.includes(child.name));
}

function textOf(node: Node): string {
  return isElement(node) || "children" in node ? node.children.map(textOf).join("") : wordsOf(node);
}

function wordsOf(node: Node): string {
  if ("children" in node) return node.children.map(wordsOf).join("");
  return node.type === "text" ? decode(node.data.replace(/[ \t\r\n]+/g, " ")) : "";
}

function decode(text: string): string {
  return text.replace(/&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{0,31});/g, decodeEntity);
}
