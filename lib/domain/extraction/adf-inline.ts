import { type AdfNode, attribute, childrenOf } from "./adf-tree.js";
import { type JsonScalar, readPieces } from "./json-tree.js";
import { isKeycap, shownParameter } from "./macros.js";
import type { Mark, RichText } from "./rich-text.js";
import { type TextBuilder, textBuilder } from "./text-builder.js";

const UNSEEN = new Set("placeholder mention media mediaInline mediaSingle mediaGroup image caption".split(" "));
/** From the outside in: what is struck is gone whatever else it is. */
const MARKS: readonly Mark[] = ["struck", "link", "bold"];

/** The text of some inline nodes as a reader sees it. */
export function readAdfInline(nodes: readonly AdfNode[]): RichText {
  const builder = textBuilder();
  addNodes(nodes, MARKS, builder);
  return builder.finish();
}

/** The parameter of an extension that has a name. */
export function macroParameter(node: AdfNode, name: string): JsonScalar | null {
  return attribute(node, "parameters", "macroParams", name, "value") ?? attribute(node, "macroParams", name, "value");
}

/** A value of the JSON as text. */
export function readValue(value: JsonScalar | null): RichText {
  const builder = textBuilder();
  addValue(value, builder);
  return builder.finish();
}

/** Neighbours that carry the same mark are one marked stretch, as they are on the page. */
function addNodes(nodes: readonly AdfNode[], [mark, ...inner]: readonly Mark[], builder: TextBuilder): void {
  const seen = nodes.filter((node) => !UNSEEN.has(node.type));
  if (!mark) return seen.forEach((node) => addNode(node, builder));
  let from = 0;
  while (from < seen.length) {
    const value = valueOfMark(seen[from], mark);
    let to = from + 1;
    while (to < seen.length && valueOfMark(seen[to], mark) === value) to++;
    const stretch = seen.slice(from, to);
    if (value === null) addNodes(stretch, inner, builder);
    else if (mark !== "struck") builder.mark(mark, value, () => addNodes(stretch, inner, builder));
    else addStruck(stretch, inner, builder);
    from = to;
  }
}

/** Struck words are not part of the text; that they were there is. */
function addStruck(nodes: readonly AdfNode[], inner: readonly Mark[], builder: TextBuilder) {
  const struck = textBuilder();
  addNodes(nodes, inner, struck);
  const { text } = struck.finish();
  if (text !== "") builder.mark("struck", text, () => {});
}

function addEmoji(node: AdfNode, builder: TextBuilder) {
  const text = attribute(node, "text");
  if (text && isKeycap(readValue(text).text)) addValue(text, builder);
}

function valueOfMark(node: AdfNode | undefined, mark: Mark): string | null {
  return node?.marks.find((it) => it.mark === mark)?.value ?? null;
}

function addNode(node: AdfNode, builder: TextBuilder): void {
  switch (node.type) {
    case "emoji":
      return addEmoji(node, builder);
    case "hardBreak":
      return builder.breakLine(node.start, node.end);
    case "status":
      return builder.mark("status", "", () => addValue(attribute(node, "text"), builder));
    case "date":
      return builder.add(dayOf(attribute(node, "timestamp")?.value ?? ""), node.start, node.end);
    case "inlineCard":
    case "blockCard":
    case "embedCard":
      return addCard(node, builder);
    case "extension":
    case "inlineExtension":
      return addMacro(node, builder);
    default:
      return node.text ? addValue(node.text, builder) : addNodes(childrenOf(node), MARKS, builder);
  }
}

function addValue(value: JsonScalar | null, builder: TextBuilder): void {
  if (!value) return;
  readPieces(
    value.raw,
    (text, at) => builder.addPlain(text, value.start + at),
    (character, at, end) => builder.add(character, value.start + at, value.start + end),
  );
}

/** A smart link shows its address. */
function addCard(node: AdfNode, builder: TextBuilder) {
  const url = attribute(node, "url") ?? attribute(node, "data", "url");
  if (url) builder.mark("link", url.value, () => addValue(url, builder));
}

function addMacro(node: AdfNode, builder: TextBuilder): void {
  const shown = shownParameter(attribute(node, "extensionKey")?.value ?? "");
  const value = shown && macroParameter(node, shown.name);
  if (!value) return;
  if (!shown.mark) return addValue(value, builder);
  builder.mark(shown.mark, "", () => addValue(value, builder));
}

/** Dates are milliseconds since 1970; a reader sees the day. */
function dayOf(timestamp: string): string {
  const date = new Date(timestamp.trim() === "" ? Number.NaN : Number(timestamp));
  return Number.isNaN(date.getTime()) ? timestamp : date.toISOString().slice(0, 10);
}
