/** Keeps "@name" and addresses of Linear from turning into mentions; readers do not see it, `withoutJoiners` takes it out. */
const joiner = "\u2060";

/**
 * Text of a page as Markdown that shows just this text: nothing in it becomes a heading, list, link, mention or fold. Lines stay.
 * Escapes only what would otherwise mean something, so that Linear's rewriting leaves it alone.
 */
export function escapeMarkdown(text: string): string {
  return text
    .split("\n")
    .map((line) => escapeStart(escapeInline(line.trim())))
    .join("\n");
}

/** Text of a page for the middle of a line: as `escapeMarkdown`, on one line. */
export function escapeLine(text: string): string {
  return escapeInline(text.replace(/\s+/g, " ").trim());
}

/** The text without the invisible marks that `escapeMarkdown` sets. */
export function withoutJoiners(text: string): string {
  return text.replaceAll(joiner, "");
}

function escapeInline(line: string): string {
  return line
    .replace(/\p{Cc}|[\u200b\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu, "")
    .replace(/[\\`*[\]<>|~]/g, "\\$&")
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_")
    .replace(/&(?=#?\w{1,32};)/g, "\\&")
    .replace(/(?<![\p{L}\p{N}._%+-])@(?=[\p{L}\p{N}_])/gu, `@${joiner}`)
    .replace(/\blinear(?=\.app\b|:\/\/)/gi, `$&${joiner}`);
}

/** Marks that mean something at the beginning of a line only. */
function escapeStart(line: string): string {
  return line
    .replace(/^(#{1,6})(?=\s|$)/, "\\$1")
    .replace(/^([-+])(?=\s|$|[-+=])/, "\\$1")
    .replace(/^(=+)$/, "\\$1")
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, "$1\\$2");
}
