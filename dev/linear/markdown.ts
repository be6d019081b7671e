/** Rewrites Markdown the way Linear does when it stores a description or a comment: the same meaning in another spelling. */
export function rewriteMarkdown(text: string): string {
  const lines: string[] = [];
  let list: ListContext = [];
  let fence: string | null = null;
  let lastWasItem = false;
  for (const raw of text.replace(/\r\n?/g, "\n").split("\n")) {
    const line = raw.trimEnd();
    const mark = /^\s*(```+|~~~+)/.exec(line)?.[1];
    if (fence !== null) {
      lines.push(linkBareAddresses(line));
      if (mark?.startsWith(fence) && line.trim() === mark) fence = null;
      continue;
    }
    if (line === "") {
      if (lines.length > 0 && lines.at(-1) !== "") lines.push("");
      continue;
    }
    const item = listItem(line);
    if (item) {
      list = enter(list, item.indent);
      if (lines.length > 0 && lines.at(-1) !== "") lines.push("");
      lines.push(`${indentOf(list.length - 1)}${item.bullet} ${rewriteInline(item.text)}`);
    } else {
      const indent = /^ */.exec(line)?.[0].length ?? 0;
      if (indent < 2 && !lastWasItem) list = [];
      if (indent < 2 && lines.at(-1) === "") list = [];
      lines.push(`${indentOf(list.length, indent)}${rewriteLine(line.trimStart(), mark !== undefined)}`);
      if (mark !== undefined) fence = mark;
    }
    lastWasItem = item !== null;
  }
  while (lines.at(-1) === "") lines.pop();
  return lines.join("\n");
}

/** Indentations of the open list levels, outermost first. */
type ListContext = number[];

function enter(list: ListContext, indent: number): ListContext {
  const open = list.filter((level) => level < indent);
  return [...open, indent];
}

/** Nested items and their continuation lines keep two blanks a level; four blanks outside a list stay what they mean: code. */
function indentOf(depth: number, own = 0): string {
  if (depth === 0) return own >= 4 ? " ".repeat(own) : "";
  return "  ".repeat(depth);
}

function listItem(line: string): { indent: number; bullet: string; text: string } | null {
  const match = /^( *)([-*+]|\d{1,9}[.)])\s+(\S.*)$/.exec(line);
  if (!match || /^ *([-*_] *){3,}$/.test(line)) return null;
  const [, indent = "", marker = "", text = ""] = match;
  return { indent: indent.length, bullet: /\d/.test(marker) ? marker.replace(")", ".") : "*", text };
}

function rewriteLine(line: string, isFence: boolean): string {
  return isFence ? line : rewriteInline(line);
}

function rewriteInline(line: string): string {
  return linkBareAddresses(
    line.replace(/(?<!\\)(\[(?:\\.|[^\]\\\n])*\])\(([^()<>\s]+)((?: "[^"]*")?)\)/g, "$1(<$2>$3)"),
  );
}

const address =
  /(?<url>https?:\/\/[^\s<>()[\]"'`|]*[^\s<>()[\]"'`|.,;:!?*_])|(?<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)|(?<domain>(?<![\w@./-])(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|app|eu|de|fr|es)(?![\w.-]*\w))/gi;

/** Links that are there already, inline code and escaped marks stay as they are. */
function linkBareAddresses(line: string): string {
  return line
    .split(/(\\[!-/:-@[-`{-~]|!?\[[^\]\n]*\]\([^)\n]*\)|<[^>\s]+>|`[^`]*`)/)
    .map((part, at) => (at % 2 === 1 ? part : linkIn(part)))
    .join("");
}

function linkIn(text: string): string {
  return text.replace(address, (match: string, ...rest: unknown[]) => {
    const { url, email } = rest.at(-1) as { url?: string; email?: string };
    if (url) return `<${url}>`;
    return `[${match}](<${email ? "mailto:" : "http://"}${match}>)`;
  });
}
