import { childElements, type StorageElement, type StorageNode } from "../extraction/storage-tree.js";
import type { Extraction } from "../plan-item.js";
import { headOf } from "./extents.js";
import { type PageView, viewPage } from "./page-view.js";

/** The macro that finds a row again: it stands in the row, and readers do not see it. */
export function anchorFor(mark: string): string {
  const name = mark.replace(/[^A-Za-z0-9-]/g, "");
  return `<ac:structured-macro ac:name="anchor"><ac:parameter ac:name="">${name}</ac:parameter></ac:structured-macro>`;
}

/** The marks on a page, and the items in whose own rows they stand. */
export function findMarks(body: string, extraction: Extraction): Map<string, string> {
  const view = viewPage({ title: "", body });
  const marks = new Map<string, string>();
  const anchors = anchorsIn(view.tree);
  if (anchors.length === 0) return marks;
  const heads = headsOf(view, new Set(extraction.items.map(({ key }) => key)));
  for (const { mark, at } of anchors) {
    const around = heads.filter(({ head }) => head.start <= at && at < head.end);
    const closest = around.sort((a, b) => a.head.end - a.head.start - (b.head.end - b.head.start))[0];
    if (closest) marks.set(mark, closest.key);
  }
  return marks;
}

function headsOf(view: PageView, keys: ReadonlySet<string>) {
  return [...view.sightings].flatMap(([key, candidates]) =>
    keys.has(key)
      ? candidates.flatMap((candidate) => headOf(view, candidate)?.map((head) => ({ key, head })) ?? [])
      : [],
  );
}

function anchorsIn(node: StorageNode): { mark: string; at: number }[] {
  if (node.kind === "text") return [];
  const mark = node.name === "ac:structured-macro" && node.attributes["ac:name"] === "anchor" ? nameOf(node) : "";
  return mark ? [{ mark, at: node.start }] : node.children.flatMap(anchorsIn);
}

function nameOf(macro: StorageElement): string {
  const [parameter] = childElements(macro, "ac:parameter").filter(
    ({ attributes }) => (attributes["ac:name"] ?? "") === "",
  );
  const [text] = parameter?.children ?? [];
  return text?.kind === "text" ? text.raw.trim() : "";
}
