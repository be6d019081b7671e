import type { SourceRange } from "../plan-item.js";
import { type JsonNode, type JsonObject, type JsonScalar, member, readJson } from "./json-tree.js";
import type { Mark } from "./rich-text.js";

export type AdfMark = { mark: Mark; value: string };
export type AdfNode = {
  type: string;
  attributes: JsonNode | null;
  content: AdfNode[];
  /** The words of a text node. */
  text: JsonScalar | null;
  marks: readonly AdfMark[];
  start: number;
  end: number;
};

/** Marks that mean something to a plan. */
const MARKS: ReadonlyMap<string, Mark> = new Map([
  ["strong", "bold"],
  ["strike", "struck"],
  ["link", "link"],
]);
/** What holds nodes of a type, where it does not say so itself: the end of a page that is cut off may have taken its type along. */
const HOLDERS: ReadonlyMap<string, string> = new Map([
  ["tableRow", "table"],
  ["tableCell", "tableRow"],
  ["tableHeader", "tableRow"],
  ["listItem", "bulletList"],
  ["taskItem", "taskList"],
]);

/** Reads the JSON of an ADF document into nodes; what is not well formed is read as far as it can be. */
export function readAdfTree(body: string): AdfNode[] {
  return nodesOf(readJson(body));
}

/** What stands inside a node; a node that the page could not keep as it was carries it in an attribute. */
export function childrenOf(node: AdfNode): AdfNode[] {
  return node.content.length > 0 ? node.content : nodesOf(member(node.attributes, "originalValue"));
}

/** The value of an attribute as it is written; null for what is neither text nor number nor truth value. */
export function attribute(node: AdfNode, ...path: string[]): JsonScalar | null {
  return scalar(path.reduce(member, node.attributes));
}

/** The half-open range of a node's object. */
export function rangeOfNode(node: AdfNode): SourceRange {
  return { start: node.start, end: node.end };
}

/** The id that Confluence keeps on a node when its text is edited. */
export function localIdOf(node: AdfNode): string | null {
  return attribute(node, "localId")?.value || null;
}

function nodesOf(value: JsonNode | null): AdfNode[] {
  if (value?.kind === "array") return value.elements.flatMap(nodesOf);
  return value?.kind === "object" && value.members.length > 0 ? [toNode(value)] : [];
}

function toNode(object: JsonObject): AdfNode {
  const content = nodesOf(member(object, "content"));
  const type = scalar(member(object, "type"))?.value ?? HOLDERS.get(content[0]?.type ?? "") ?? "";
  return {
    type,
    attributes: member(object, "attrs"),
    content,
    text: scalar(member(object, "text")),
    marks: marksOf(member(object, "marks")),
    start: object.start,
    end: object.end,
  };
}

function marksOf(marks: JsonNode | null): AdfMark[] {
  if (marks?.kind !== "array") return [];
  return marks.elements.flatMap((node): AdfMark[] => {
    const mark = MARKS.get(scalar(member(node, "type"))?.value ?? "");
    if (!mark) return [];
    return [{ mark, value: scalar(member(member(node, "attrs"), "href"))?.value ?? "" }];
  });
}

function scalar(value: JsonNode | null): JsonScalar | null {
  if (value?.kind === "literal") return value.value === "null" ? null : value;
  return value?.kind === "text" ? value : null;
}
