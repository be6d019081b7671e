import { decodeEntity } from "./entities.js";
import { isKeycap, shownParameter } from "./macros.js";
import { childElements, type StorageElement, type StorageNode, type StorageText } from "./storage-tree.js";
import { type TextBuilder, textBuilder } from "./text-builder.js";
import type { RichText } from "./rich-text.js";

const UNSEEN = new Set(
  `ac:placeholder ac:parameter ac:image ac:caption ac:task-id ac:task-uuid ac:task-status ac:adf-attribute
  ac:adf-fallback ri:user ri:attachment ri:url ri:space at:declarations at:var script style colgroup`.split(/\s+/),
);
const STRUCK = new Set(["s", "del", "strike"]);
const BOLD = new Set(["strong", "b"]);
const ENTITY = /&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{0,31});/g;

/** The text of some inline nodes as a reader sees it. */
export function readInline(nodes: readonly StorageNode[]): RichText {
  const builder = textBuilder();
  for (const node of nodes) readNode(node, builder);
  return builder.finish();
}

function readNode(node: StorageNode, builder: TextBuilder): void {
  if (node.kind === "text") return addText(node, builder);
  const inside = () => node.children.forEach((child) => readNode(child, builder));
  if (node.name === "ac:emoticon") return addEmoji(node, builder);
  if (UNSEEN.has(node.name)) return;
  if (STRUCK.has(node.name) || isLineThrough(node)) return addStruck(node, builder);
  if (BOLD.has(node.name)) return builder.mark("bold", "", inside);
  switch (node.name) {
    case "br":
      return builder.breakLine(node.start, node.end);
    case "a":
      return builder.mark("link", decodeAttribute(node.attributes["href"] ?? ""), inside);
    case "time":
      return builder.add(node.attributes["datetime"] ?? "", node.start, node.end);
    case "ac:structured-macro":
    case "ac:macro":
      return addMacro(node, builder);
    case "ac:link":
      return addLink(node, builder);
    default:
      return inside();
  }
}

function addText({ raw, start, verbatim }: StorageText, builder: TextBuilder) {
  if (verbatim || !raw.includes("&")) return builder.addPlain(raw, start);
  let from = 0;
  for (const { 0: entity, index } of raw.matchAll(ENTITY)) {
    builder.addPlain(raw.slice(from, index), start + from);
    from = index + entity.length;
    builder.add(decodeEntity(entity), start + index, start + from);
  }
  builder.addPlain(raw.slice(from), start + from);
}

/** Struck words are not part of the text; that they were there is. */
function addStruck(node: StorageElement, builder: TextBuilder) {
  const { text } = readInline(node.children);
  if (text !== "") builder.mark("struck", text, () => {});
}

function addEmoji(node: StorageElement, builder: TextBuilder) {
  const shown = decodeAttribute(node.attributes["ac:emoji-fallback"] ?? "");
  if (isKeycap(shown)) builder.add(shown, node.start, node.end);
}

function isLineThrough(node: StorageElement): boolean {
  return node.name === "span" && /line-through/i.test(node.attributes["style"] ?? "");
}

function addMacro(node: StorageElement, builder: TextBuilder): void {
  const shown = shownParameter(node.attributes["ac:name"] ?? "");
  const value = shown && parameter(node, shown.name);
  if (!value) return;
  if (!shown.mark) return readNode(value, builder);
  builder.mark(shown.mark, "", () => readNode(value, builder));
}

/** A link without a body shows the title of what it points to. */
function addLink(node: StorageElement, builder: TextBuilder) {
  const [body] = childElements(node, "ac:link-body", "ac:plain-text-link-body");
  if (body) return body.children.forEach((child) => readNode(child, builder));
  const [page] = childElements(node, "ri:page", "ri:content-entity", "ri:blog-post");
  const title = page?.attributes["ri:content-title"];
  if (page && title) builder.add(decodeAttribute(title), page.start, page.end);
}

/** The parameter of a macro that has a name, as an element whose children are its text. */
export function parameter(macro: StorageElement, name: string): StorageElement | null {
  const found = childElements(macro, "ac:parameter").find((child) => child.attributes["ac:name"] === name);
  return found ? { ...found, name: "" } : null;
}

function decodeAttribute(value: string): string {
  return value.replace(/&(?:#[xX]?[0-9a-fA-F]{1,7}|[a-zA-Z][a-zA-Z0-9]{0,31});/g, decodeEntity);
}
