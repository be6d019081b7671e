import type { Found } from "./candidate.js";
import { cut, type RichText, rangeOf } from "./rich-text.js";

const ISSUE_URL = /^https?:\/\/[^\s/]+\/(?:[^\s?#]*\/)?issue\/([A-Z][A-Z0-9]*-\d+)(?:[/?#]|$)/i;

export type TakenLink = {
  link: Found<string> | null;
  /** The identifier where the link shows it: it is printed on the page. */
  identifier: Found<string> | null;
  rest: RichText;
};

/**
 * The Linear issue that a text links to, and the text without the link where the link shows nothing but the identifier or the address.
 */
export function takeIssueLink(text: RichText): TakenLink {
  for (const span of text.spans) {
    const identifier = span.mark === "link" ? ISSUE_URL.exec(span.value)?.[1] : undefined;
    if (!identifier) continue;
    const range = rangeOf(text, span.start, span.end);
    if (isMentioned(text, span)) continue;
    const link = { value: span.value, range };
    const shown = text.text.slice(span.start, span.end).replace(/^[\s([]+|[\s)\]:]+$/g, "");
    const isIdentifier = shown.toUpperCase() === identifier.toUpperCase();
    if (!isIdentifier && !ISSUE_URL.test(shown)) return { link, identifier: null, rest: text };
    const rest = withoutEmptyBrackets(cut(text, span.start, span.end));
    return { link, identifier: isIdentifier ? { value: shown, range } : null, rest };
  }
  return { link: null, identifier: null, rest: text };
}

/** True in the midst of a sentence: "Needs ENG-13 first" is about another issue. */
function isMentioned({ text }: RichText, { start, end }: { start: number; end: number }): boolean {
  return /[\p{L}\p{N}] $/u.test(text.slice(0, start)) && /^ \p{L}/u.test(text.slice(end));
}

/** The Linear issue that a line of its own names: "Linear: ENG-12". */
export function readIssueLine(line: RichText): Found<string> | null {
  const { link, rest } = takeIssueLink(line);
  return link && rest !== line && /^(?:(?:linear|issue|linear issue|ticket|tracked in)\s*:?)?$/i.test(rest.text)
    ? link
    : null;
}

function withoutEmptyBrackets(text: RichText): RichText {
  const empty = /\(\s*\)|\[\s*\]|\s+[–—·|-]\s*$|^\s*[–—:·|-]\s+|\s[–—·|-]\s*(?=[–—·|-]\s)/.exec(text.text);
  return empty ? cut(text, empty.index, empty.index + empty[0].length) : text;
}
