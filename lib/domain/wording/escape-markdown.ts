/** Keeps "@name" and addresses of Linear from turning into mentions; readers do not see it, `withoutJoiners` takes it out. */
const joiner = "\u2060";

/**
 * One paragraph of a page as Markdown that shows just this text: nothing in it becomes a heading, list, link, mention or fold. Escapes
 * what an editor that stores Markdown escapes itself and little more, so that reading it back from Linear shows no change.
 */
export function escapeParagraph(text: string): string {
  return escapeStart(escapeLine(text));
}

/** Text of a page for the middle of a line: white space becomes single spaces. */
export function escapeLine(text: string): string {
  return escapeInline(text.replace(/\s+/g, " ").trim());
}

/** The text without the invisible marks that escaping sets. */
export function withoutJoiners(text: string): string {
  return text.replaceAll(joiner, "");
}

function escapeInline(line: string): string {
  return line
    .replace(/\p{Cc}|[\u200b\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu, "")
    .replace(/[\\`*~[\]]|<(?=[a-z/!?])/gi, "\\$&")
    .replace(/(?<![\p{L}\p{N}_])_+|_+(?![\p{L}\p{N}_])/gu, (run) => run.replaceAll("_", "\\_"))
    .replace(/&(?=#?\w{1,32};)/g, "\\&")
    .replace(/(?<![\p{L}\p{N}._%+-])@(?=[\p{L}\p{N}_])/gu, `@${joiner}`)
    .replace(/\blinear(?=\.app\b|:\/\/)/gi, `$&${joiner}`);
}

/** For a line put together from escaped parts: takes their meaning from marks that have one at the beginning only. */
export function escapeStart(line: string): string {
  return line
    .replace(/^#{1,6}(?=\s|$)|^[->]|^\+(?=[\s+]|$)|^=+$/, "\\$&")
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, "$1\\$2");
}
