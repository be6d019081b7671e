import { type Block, type Table, textsOf } from "../../../lib/domain/extraction/blocks.js";
import { extract } from "../../../lib/domain/extraction/extract.js";
import { emptyText, type RichText } from "../../../lib/domain/extraction/rich-text.js";
import { readStorage } from "../../../lib/domain/extraction/storage.js";
import type { ExtractedItem } from "../../../lib/domain/plan-item.js";

/** The items of a page body. */
export function itemsOf(body: string): ExtractedItem[] {
  return extract({ title: "", body }).items;
}

/** The items of a page body, one line each: `story US-1 "Title" < parent | 5 high | criteria | needs US-2`. */
export function outline(body: string): string[] {
  return itemsOf(body).map((item) =>
    [
      `${item.kind} ${item.key} "${item.title}"${item.parent === null ? "" : ` < ${item.parent}`}`,
      [item.storyPoints, item.priority, item.enablerType].filter((value) => value !== null).join(" "),
      item.acceptanceCriteria.join("; "),
      item.dependsOn.length > 0 ? `needs ${item.dependsOn.join(", ")}` : "",
    ]
      .filter((part) => part !== "")
      .join(" | "),
  );
}

/** A table in storage format; the first row is the header. */
export function table(...rows: string[][]): string {
  const html = rows.map((row, index) =>
    row.map((cell) => (index === 0 ? `<th>${cell}</th>` : `<td>${cell}</td>`)).join(""),
  );
  return `<table><tbody>${html.map((cells) => `<tr>${cells}</tr>`).join("")}</tbody></table>`;
}

/** A table in storage format with a field in each row, its name in the first cell. */
export function fieldRows(...rows: [label: string, value: string][]): string {
  const html = rows.map(([label, value]) => `<tr><th>${label}</th><td>${value}</td></tr>`);
  return `<table><tbody>${html.join("")}</tbody></table>`;
}

/** Paragraphs in storage format. */
export function lines(...texts: string[]): string {
  return texts.map((text) => `<p>${text}</p>`).join("");
}

/** A list in storage format. */
export function list(...items: string[]): string {
  return `<ul>${items.map((item) => `<li>${item}</li>`).join("")}</ul>`;
}

/** A status lozenge. */
export function status(title: string): string {
  return `<ac:structured-macro ac:name="status"><ac:parameter ac:name="title">${title}</ac:parameter></ac:structured-macro>`;
}

/** A macro with a title and a body. */
export function macro(name: string, title: string, body: string): string {
  return `<ac:structured-macro ac:name="${name}"><ac:parameter ac:name="title">${title}</ac:parameter><ac:rich-text-body>${body}</ac:rich-text-body></ac:structured-macro>`;
}

/** The blocks of a body. */
export function blocksOf(body: string): Block[] {
  return readStorage(body);
}

/** A line in storage format, as the rules see it. */
export function textOf(html: string): RichText {
  return textsOf(readStorage(`<p>${html}</p>`))[0] ?? emptyText;
}

/** A table in storage format, as the rules see it. */
export function readTable(html: string): Table {
  const [block] = readStorage(html);
  if (block?.kind !== "table") throw new Error(`No table: ${html}`);
  return block;
}
