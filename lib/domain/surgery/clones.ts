import type { SourceRange } from "../plan-item.js";
import type { StorageElement, StorageNode } from "../extraction/storage-tree.js";
import type { PageEdit } from "./page-change.js";
import { insideOf, isWithin, type PageView } from "./page-view.js";
import { sorted } from "./text-runs.js";

/** Attributes that name one element of the page: a copy gets its own from Confluence. */
const OWN_ID = /\s(?:local-id|ac:local-id|ac:macro-id|ri:local-id|id|data-[a-z-]*local-id)=(?:"[^"]*"|'[^']*')/g;
/** What is about this very place: comments, people, dates, pictures, task numbers, anchors. */
const UNIQUE = new Set("ac:task-id ac:task-uuid time ac:image ac:placeholder".split(" "));

/** A copy of a stretch of the page with some edits in it, and without what names or concerns the original alone. */
export function cloneOf(view: PageView, range: SourceRange, edits: readonly PageEdit[]): string {
  const scrubbed = scrub(view, range).filter(({ range: gone }) => !edits.some((edit) => isWithin(gone, edit.range)));
  const own = edits.filter(
    (edit) => isWithin(edit.range, range) && !scrubbed.some((it) => overlaps(it.range, edit.range)),
  );
  let text = "";
  let at = range.start;
  for (const edit of sorted([...scrubbed, ...own])) {
    if (edit.range.start < at) continue;
    text += withoutIds(view.body.slice(at, edit.range.start)) + edit.text;
    at = edit.range.end;
  }
  return text + withoutIds(view.body.slice(at, range.end));
}

function overlaps(a: SourceRange, b: SourceRange): boolean {
  return a.start < b.end && b.start < a.end;
}

/** Markup without the attributes that name one element of the page. */
export function withoutIds(markup: string): string {
  return markup.replace(/<[a-zA-Z][^<>]*>/g, (tag) => tag.replace(OWN_ID, ""));
}

function scrub(view: PageView, range: SourceRange): PageEdit[] {
  const edits: PageEdit[] = [];
  const remove = (gone: SourceRange) => edits.push({ range: gone, text: "" });
  const look = (node: StorageNode) => {
    if (node.kind === "text" || node.end <= range.start || node.start >= range.end) return;
    if (isWithin(node, range)) {
      if (isUnique(node)) return void remove({ start: node.start, end: node.end });
      if (node.name === "ac:task-status")
        return void edits.push({ range: insideOf(view, node) ?? node, text: "incomplete" });
      const inside = node.name === "ac:inline-comment-marker" ? insideOf(view, node) : null;
      if (inside) {
        remove({ start: node.start, end: inside.start });
        remove({ start: inside.end, end: node.end });
      }
    }
    node.children.forEach(look);
  };
  look(view.tree);
  return edits;
}

function isUnique(node: StorageElement): boolean {
  if (UNIQUE.has(node.name)) return true;
  if (node.name === "ac:link")
    return node.children.some((child) => child.kind === "element" && child.name === "ri:user");
  return node.name === "ac:structured-macro" && ["anchor", "jira"].includes(node.attributes["ac:name"] ?? "");
}
