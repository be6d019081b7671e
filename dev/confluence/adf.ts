/** A storage-format body as the Atlassian Document Format shows it: the nodes that plans are made of, other macros by their name. */
import { DomUtils, ElementType, parseDocument } from "htmlparser2";

export type AdfNode = {
  type: string;
  attrs?: Record<string, unknown>;
  content?: AdfNode[];
  text?: string;
  marks?: AdfNode[];
};
type Node = ReturnType<typeof parseDocument>["children"][number];
type Tag = Extract<Node, { attribs: unknown }>;
type Text = Extract<Node, { type: ElementType.ElementType.Text }>;

export function toAdf(storage: string): AdfNode & { version: 1 } {
  const { children } = parseDocument(storage, { xmlMode: true, decodeEntities: true });
  return { type: "doc", version: 1, content: toBlocks(children) };
}

/** Blocks of a container; loose text and inline tags between blocks become a paragraph. */
function toBlocks(nodes: Node[]): AdfNode[] {
  const blocks: AdfNode[] = [];
  let loose: Node[] = [];
  const closeParagraph = () => {
    const content = toInline(loose, []);
    if (content.some((node) => node.text?.trim() !== "")) blocks.push({ type: "paragraph", content });
    loose = [];
  };
  for (const node of nodes) {
    const block = isTag(node) ? toBlock(node) : null;
    if (block === null) loose.push(node);
    else {
      closeParagraph();
      blocks.push(...block);
    }
  }
  closeParagraph();
  return blocks;
}

/** null where the tag is an inline one. */
function toBlock(tag: Tag): AdfNode[] | null {
  const localId = tag.attribs["local-id"] ?? tag.attribs["ac:local-id"];
  const attrs = localId === undefined ? {} : { localId };
  const level = /^h([1-6])$/.exec(tag.name)?.[1];
  if (level !== undefined)
    return [{ type: "heading", attrs: { ...attrs, level: Number(level) }, content: toInline(tag.children, []) }];
  switch (tag.name) {
    case "p":
      return [{ type: "paragraph", attrs, content: toInline(tag.children, []) }];
    case "hr":
      return [{ type: "rule" }];
    case "ul":
    case "ol":
      return [{ type: tag.name === "ul" ? "bulletList" : "orderedList", attrs, content: toItems(tag) }];
    case "table":
      return [{ type: "table", attrs, content: DomUtils.getElementsByTagName("tr", tag).map(toRow) }];
    case "ac:task-list":
      return [{ type: "taskList", attrs: { localId: localId ?? "" }, content: childTags(tag, "ac:task").map(toTask) }];
    case "ac:structured-macro":
      return tag.attribs["ac:name"] === "status" ? null : [toMacro(tag)];
    case "ac:layout":
    case "div":
    case "blockquote":
      return toBlocks(tag.children);
    case "ac:layout-section":
      return [{ type: "layoutSection", content: childTags(tag, "ac:layout-cell").map(toColumn) }];
    default:
      return null;
  }
}

function toInline(nodes: Node[], marks: AdfNode[]): AdfNode[] {
  return nodes.flatMap((node): AdfNode[] => {
    if (isText(node)) return node.data === "" ? [] : [toText(node.data, marks)];
    if (!isTag(node)) return [];
    if (node.name === "br") return [{ type: "hardBreak" }];
    if (node.name === "time") return [{ type: "date", attrs: { timestamp: toTimestamp(node.attribs.datetime) } }];
    if (node.name === "ac:structured-macro")
      return [{ type: "status", attrs: { text: parameter(node, "title") ?? "" } }];
    return toInline(node.children, toMarks(node, marks));
  });
}

function toMarks(tag: Tag, marks: AdfNode[]): AdfNode[] {
  const type = markOf[tag.name];
  if (type === undefined) return marks;
  if (tag.name === "a") return [...marks, { type, attrs: { href: tag.attribs.href ?? "" } }];
  return [
    ...marks,
    tag.name === "ac:inline-comment-marker" ? { type, attrs: { id: tag.attribs["ac:ref"] } } : { type },
  ];
}

const markOf: Record<string, string> = {
  strong: "strong",
  b: "strong",
  em: "em",
  i: "em",
  u: "underline",
  code: "code",
  s: "strike",
  del: "strike",
  a: "link",
  "ac:inline-comment-marker": "annotation",
};

function toMacro(tag: Tag): AdfNode {
  const name = tag.attribs["ac:name"] ?? "";
  const rich = childTags(tag, "ac:rich-text-body")[0];
  const panelType = panelTypes[name];
  if (panelType !== undefined) return { type: "panel", attrs: { panelType }, content: toBlocks(rich?.children ?? []) };
  if (name === "expand")
    return { type: "expand", attrs: { title: parameter(tag, "title") ?? "" }, content: toBlocks(rich?.children ?? []) };
  if (name === "code")
    return { type: "codeBlock", content: [toText(DomUtils.textContent(childTags(tag, "ac:plain-text-body")), [])] };
  const attrs = { extensionType: "com.atlassian.confluence.macro.core", extensionKey: name };
  if (rich === undefined) return { type: "extension", attrs };
  return { type: "bodiedExtension", attrs, content: toBlocks(rich.children) };
}

const panelTypes: Record<string, string> = { info: "info", tip: "success", note: "warning", warning: "error" };

const toText = (text: string, marks: AdfNode[]): AdfNode => ({
  type: "text",
  text,
  ...(marks.length > 0 && { marks }),
});
const toItems = (list: Tag) =>
  childTags(list, "li").map((item) => ({ type: "listItem", content: toBlocks(item.children) }));
const toRow = (row: Tag): AdfNode => ({ type: "tableRow", content: row.children.filter(isTag).map(toCell) });
const toCell = (cell: Tag): AdfNode => ({
  type: cell.name === "th" ? "tableHeader" : "tableCell",
  attrs: { colspan: Number(cell.attribs.colspan ?? 1), rowspan: Number(cell.attribs.rowspan ?? 1) },
  content: toBlocks(cell.children),
});
const toColumn = (cell: Tag): AdfNode => ({ type: "layoutColumn", content: toBlocks(cell.children) });
const toTask = (task: Tag): AdfNode => ({
  type: "taskItem",
  attrs: {
    localId: DomUtils.textContent(childTags(task, "ac:task-id")),
    state: DomUtils.textContent(childTags(task, "ac:task-status")) === "complete" ? "DONE" : "TODO",
  },
  content: toInline(childTags(task, "ac:task-body")[0]?.children ?? [], []),
});
const toTimestamp = (date: string | undefined) => String(Date.parse(date ?? "") || 0);
const isTag = (node: Node): node is Tag => "attribs" in node;
const isText = (node: Node): node is Text => node.type === ElementType.Text;
const childTags = (tag: Tag, name: string) => tag.children.filter(isTag).filter((child) => child.name === name);
const parameter = (macro: Tag, name: string) => {
  const found = childTags(macro, "ac:parameter").find((each) => each.attribs["ac:name"] === name);
  return found === undefined ? undefined : DomUtils.textContent(found);
};
