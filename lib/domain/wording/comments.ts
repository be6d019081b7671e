import { readStorage } from "../extraction/storage.js";
import { textsOf } from "../extraction/blocks.js";
import { escapeAttribute, escapeText } from "../surgery/text-runs.js";
import { readBlocks } from "../sync/markdown-blocks.js";
import { readInline } from "../sync/markdown-inline.js";
import type { ToLinear, ToPage } from "../sync/comments.js";
import { escapeLine, escapeParagraph } from "./escape-markdown.js";
import { clip, link } from "./phrases.js";

/** Comments are text; what is longer than this is cut, and the link leads to the rest. */
const longest = 20_000;

/** A comment of an issue as a comment of the page, in storage format. The address in it carries the mark by which it is found again. */
export function commentForPage({ comment, item, link: { id, pageThreadId } }: ToPage): string {
  const name = `${item.linearIdentifier ? `${item.linearIdentifier} ` : ""}${clip(item.fields.title, 120)}`;
  const about = `<a href="${escapeAttribute(withMark(comment.url, id))}">${escapeText(name)}</a>`;
  const author = `<strong>${escapeText(comment.author?.name || "Somebody")}</strong>`;
  const said = pageThreadId === null ? `${author} on ${about}:` : `${author} answers on ${about}:`;
  return `<p>${said}</p>${toStorage(comment.body)}`;
}

/** A comment of the page as a comment of an issue, in Markdown. */
export function commentForIssue(
  { comment, link: { linearThreadId, id } }: ToLinear,
  { author, pageTitle }: { author: string; pageTitle: string },
): string {
  const where = link(clip(pageTitle, 120), comment.url);
  const said = `**${escapeLine(author)}** ${linearThreadId === id ? "on" : "answers on"} ${where}:`;
  const quoted = comment.anchor?.words ? [`> ${escapeParagraph(clip(comment.anchor.words, 300))}`] : [];
  const lines = textsOf(readStorage(comment.body)).map(({ text }) => text.trim());
  const words = lines.flatMap((text) => text.split("\n").map(escapeParagraph)).filter(Boolean);
  return [said, ...quoted, ...within(words)].join("\n\n");
}

/** The id of the link that a comment on a page was made for, by us or another installation; null where a person wrote it. */
export function markIn(body: string): string | null {
  return /[?&;]mirrored=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/.exec(body)?.[1] ?? null;
}

function withMark(address: string, id: string): string {
  const url = new URL(address);
  url.searchParams.set("mirrored", id);
  return url.href;
}

/** The text that a reader of Linear sees, in paragraphs and lists. What is Linear's own, as code and tables, stays as it is written. */
function toStorage(markdown: string): string {
  const parts: string[] = [];
  let items: string[] = [];
  const endList = () => {
    if (items.length > 0) parts.push(`<ul>${items.map((item) => `<li><p>${item}</p></li>`).join("")}</ul>`);
    items = [];
  };
  for (const block of readBlocks(markdown.slice(0, longest))) {
    const isOwn = block.kind === "own";
    const text = isOwn ? markdown.slice(block.start, block.end) : readInline(markdown, block.lines).text;
    if (text.trim() === "") continue;
    if (block.kind === "item") items.push(escapeText(text));
    else {
      endList();
      parts.push(`<p>${escapeText(text)}</p>`);
    }
  }
  endList();
  return parts.length > 0 ? parts.join("") : `<p>${escapeText(markdown.trim().slice(0, longest))}</p>`;
}

/** The first paragraphs that have room. */
function within(paragraphs: string[]): string[] {
  let length = 0;
  return paragraphs.filter((one) => (length += one.length) <= longest);
}

/** Why comments do not go over, by what stands in the way; the run goes on. */
export const commentProblems: Record<CommentProblem, string> = {
  not_readable:
    "I may not read the comments of the page through this Confluence connection, so they are not mirrored. Connect Confluence again to allow it.",
  not_writable:
    "I may not comment on the page through this Confluence connection, so comments on issues stay in Linear. Allow it in the space, or connect Confluence again.",
  not_supported: "Comments are mirrored with Confluence Cloud only.",
};
export type CommentProblem = "not_readable" | "not_writable" | "not_supported";
