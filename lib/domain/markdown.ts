/** Grows with every change of `normalizeMarkdown`: what was normalized by different versions cannot be compared. */
export const markdownNormalizerVersion = 1;

/**
 * Brings Markdown into one spelling, so that a text and what Linear makes of it when it stores it (other bullets, loose lists, links
 * for bare addresses, no spare blanks) are equal, and texts that a reader would tell apart are not. For comparing, not for showing.
 */
export function normalizeMarkdown(text: string): string {
  const lines: string[] = [];
  let levels: number[] = [];
  let fence: string | null = null;
  for (const raw of text.replace(/\r\n?/g, "\n").split("\n")) {
    const line = unlink(raw.trimEnd());
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1] ?? null;
    if (fence !== null) {
      if (mark?.startsWith(fence) && line.trim() === mark) fence = null;
      lines.push(fence === null ? line.trimStart() : line);
      continue;
    }
    fence = mark;
    if (line === "") {
      pushBlank(lines);
      continue;
    }
    const item = readItem(line);
    if (item) {
      levels = [...levels.filter((level) => level + 2 <= item.indent), item.indent];
      pushBlank(lines);
      lines.push(`${"  ".repeat(levels.length - 1)}${item.marker} ${item.text}`);
      continue;
    }
    const indent = line.length - line.trimStart().length;
    if (indent < 2 && lines.at(-1) === "") levels = [];
    if (isHeading(line)) levels = [];
    if (isHeading(line) || isHeading(lines.at(-1) ?? "")) pushBlank(lines);
    lines.push(indented(line.trimStart(), levels.length, indent));
  }
  while (lines.at(-1) === "") lines.pop();
  return lines.join("\n");
}

/** Blank lines part blocks; how many there are says nothing, and none is needed at the top. */
function pushBlank(lines: string[]): void {
  if (lines.length > 0 && lines.at(-1) !== "") lines.push("");
}

function readItem(line: string): { indent: number; marker: string; text: string } | null {
  const isRule = /^\s*([-*_])(\s*\1){2,}$/.test(line);
  const [, indent = "", marker = "", text = ""] = /^(\s*)([-*+]|\d{1,9}[.)])\s+(\S.*)$/.exec(line) ?? [];
  if (isRule || !marker) return null;
  return { indent: indent.length, marker: /^\d/.test(marker) ? `${marker.slice(0, -1)}.` : "*", text };
}

const isHeading = (line: string) => /^\s{0,3}#{1,6}\s/.test(line);

/** Four blanks outside a list are code and stay. */
function indented(text: string, level: number, indent: number): string {
  if (level > 0) return "  ".repeat(level) + text;
  return indent >= 4 ? " ".repeat(indent) + text : text;
}

/** Takes back the links that only repeat their text, and the angle brackets around targets. */
function unlink(line: string): string {
  let before: string;
  let after = line;
  do {
    before = after;
    after = before
      .replace(/\]\(<([^<>]*)>\)/g, "]($1)")
      .replace(/<((?:https?:\/\/|mailto:)[^\s<>]+)>/gi, "$1")
      .replace(/\[([^[\]]+)\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)/g, (link, text: string, target: string) =>
        repeats(text, target) ? text : link,
      );
    // Taking one away may bring another to light.
  } while (after !== before);
  return after;
}

function repeats(text: string, target: string): boolean {
  const addresses = [text, `http://${text}`, `https://${text}`, `mailto:${text}`];
  return addresses.some((address) => address === target || `${address}/` === target);
}
