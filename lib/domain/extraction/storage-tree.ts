import { Parser } from "htmlparser2";
import type { SourceRange } from "../plan-item.js";

export type StorageElement = {
  kind: "element";
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: StorageNode[];
  start: number;
  end: number;
  /** True where a block element stands somewhere inside. */
  holdsBlock: boolean;
};
/** Raw text between two offsets; entities are not decoded. */
export type StorageText = { kind: "text"; raw: string; start: number; verbatim: boolean };
export type StorageNode = StorageElement | StorageText;

/** Deeper elements are read as if their parents were not there: real pages stay far below, and no page may exhaust the stack. */
const DEEPEST = 150;
const CDATA_OPENING = "<![CDATA[";

const BLOCKS = new Set(
  `p div h1 h2 h3 h4 h5 h6 ul ol li table thead tbody tfoot tr td th hr pre blockquote section article dl dt dd
  ac:layout ac:layout-section ac:layout-cell ac:task-list ac:task ac:rich-text-body ac:plain-text-body ac:adf-extension`.split(
    /\s+/,
  ),
);

/** True for elements that stand on their own lines. */
export function isBlockElement(node: StorageNode): boolean {
  return node.kind === "element" && (node.holdsBlock || BLOCKS.has(node.name));
}

/** The parser needs ever more time for elements that are opened and never closed; no real page has so many. */
const MOST_OPEN = 5000;
const VOID = /^(?:br|hr|img|col|wbr|input)(?:\s|$)/i;

/** Where a body has so many elements open that it is read no further; its length for every real page. */
function readableLength(body: string): number {
  let open = 0;
  for (let at = body.indexOf("<"); at >= 0; at = body.indexOf("<", at + 1)) {
    const next = body[at + 1];
    if (next === "/") open--;
    else if (next === "!" || next === "?") {
      if (body.startsWith(CDATA_OPENING, at)) at = Math.max(at, body.indexOf("]]>", at));
    } else {
      const end = body.indexOf(">", at);
      if (end < 0) break;
      if (body[end - 1] !== "/" && !VOID.test(body.slice(at + 1, end))) open++;
      if (open > MOST_OPEN) return at;
      at = end;
    }
  }
  return body.length;
}

/** Reads storage format into a tree; what is not well formed is read as far as it can be. */
export function readStorageTree(body: string): StorageElement {
  const root = element("", {}, 0);
  const open: StorageElement[] = [root];
  let skipped = 0;
  let verbatim = false;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (open.length > DEEPEST) {
          skipped++;
          return;
        }
        const opened = element(name.toLowerCase(), attributes, parser.startIndex);
        open.at(-1)?.children.push(opened);
        open.push(opened);
      },
      onclosetag() {
        if (skipped > 0) {
          skipped--;
          return;
        }
        const closed = open.length > 1 ? open.pop() : undefined;
        if (!closed) return;
        closed.end = Math.min(parser.endIndex + 1, body.length);
        if (isHidden(closed)) closed.children = [];
        const parent = open.at(-1);
        if (parent && isBlockElement(closed)) parent.holdsBlock = true;
      },
      ontext(raw) {
        const start = parser.startIndex + (verbatim ? CDATA_OPENING.length : 0);
        open.at(-1)?.children.push({ kind: "text", raw, start, verbatim });
      },
      oncdatastart() {
        verbatim = true;
      },
      oncdataend() {
        verbatim = false;
      },
    },
    { xmlMode: true, decodeEntities: false },
  );
  parser.end(body.slice(0, readableLength(body)));
  root.end = body.length;
  return root;
}

/** True for what no reader of the page sees. */
function isHidden({ attributes: { style, hidden } }: StorageElement): boolean {
  return hidden !== undefined || (style !== undefined && INVISIBLE.test(style));
}

const INVISIBLE = /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)/i;

function element(name: string, attributes: Record<string, string>, start: number): StorageElement {
  return { kind: "element", name, attributes, children: [], start, end: start, holdsBlock: false };
}

/** The child elements of an element that have one of the names. */
export function childElements(parent: StorageElement, ...names: string[]): StorageElement[] {
  return parent.children.filter(
    (child): child is StorageElement => child.kind === "element" && names.includes(child.name),
  );
}

/** The half-open range of a node. */
export function rangeOfNode(node: StorageNode): SourceRange {
  return { start: node.start, end: node.kind === "text" ? node.start + node.raw.length : node.end };
}

/** The id that Confluence keeps on an element when its text is edited. */
export function localIdOf(node: StorageElement): string | null {
  return node.attributes["local-id"] ?? node.attributes["ac:local-id"] ?? null;
}
