import type { PageText } from "./page-source.js";

/**
 * True where two texts of one page say the same. Ids that Confluence draws, and how it writes an empty element or a space, may differ
 * between a draft and what was published from it.
 */
export function isSameText(one: PageText, other: PageText): boolean {
  return one.title === other.title && normalized(one.body) === normalized(other.body);
}

const normalized = (body: string) =>
  body
    .replace(/\s(?:ac:)?(?:local-id|macro-id)="[^"]*"/g, "")
    .replace(/\u00a0/g, "&nbsp;")
    .replace(/<([\w:.-]+)([^<>]*?)\s*\/>/g, "<$1$2></$1>")
    .replace(/\s+/g, " ")
    .replace(/> </g, "><")
    .trim();
