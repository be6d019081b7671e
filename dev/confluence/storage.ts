/** What Confluence does to a storage-format body on save: refuses what is no XML, drops what it does not keep, gives new nodes their ids. */
import { randomUUID } from "node:crypto";

const token =
  /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<(?<close>\/)?(?<name>[A-Za-z][\w:.-]*)(?<attributes>(?:[^<>"']|"[^"]*"|'[^']*')*?)(?<empty>\/)?>/g;
const withLocalId = new Set(["p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "hr"]);
const withAcLocalId = new Set(["table", "tr", "td", "th", "ac:structured-macro", "ac:image", "ac:emoticon"]);

/** The message that Confluence would refuse the body with, or null. */
export function storageError(body: string): string | null {
  const open: string[] = [];
  for (const { groups } of body.matchAll(token)) {
    const { name, close, empty } = groups ?? {};
    if (name === undefined) continue;
    if (close !== undefined) {
      const last = open.pop();
      if (last !== name)
        return `Error parsing xhtml: Unexpected close tag </${name}>; expected </${last ?? "nothing"}>.`;
    } else if (empty === undefined) open.push(name);
  }
  if (open.length > 0)
    return `Error parsing xhtml: Unexpected EOF; was expecting a close tag for element <${open.at(-1)}>.`;
  return body.replace(token, "").includes("<") ? "Error parsing xhtml: Unexpected character in markup." : null;
}

/** HTML comments and `hidden` attributes go; paragraphs, headings, rows, cells and macros without an id get one. */
export function reserialize(body: string, draw: () => string = randomUUID): string {
  return body.replace(token, (whole, ...match) => {
    if (whole.startsWith("<!--")) return "";
    const groups = match.at(-1) as Record<string, string | undefined>;
    const { name, close, empty } = groups;
    if (name === undefined || close !== undefined) return whole;
    const attributes = (groups.attributes ?? "").replace(/\s+hidden(?:="[^"]*"|='[^']*')?(?=\s|$)/g, "").trimEnd();
    const id = withLocalId.has(name) ? "local-id" : withAcLocalId.has(name) ? "ac:local-id" : null;
    const added = id === null || new RegExp(`\\s${id}=`).test(attributes) ? "" : ` ${id}="${draw()}"`;
    return `<${name}${attributes}${added}${empty === undefined ? "" : " /"}>`;
  });
}

/** Puts an inline comment's marker around the given occurrence of a text; null where the body does not hold it so often. */
export function markSelection(body: string, selection: string, matchIndex: number, ref: string): string | null {
  const text = escapeXml(selection);
  let seen = -1;
  let at = 0;
  // Between two tokens is text: a marker never spans a tag.
  for (const match of [...body.matchAll(token), { 0: "", index: body.length }]) {
    for (let found = body.indexOf(text, at); found >= 0 && found + text.length <= match.index; ) {
      seen += 1;
      if (seen === matchIndex) {
        const marked = `<ac:inline-comment-marker ac:ref="${ref}">${text}</ac:inline-comment-marker>`;
        return body.slice(0, found) + marked + body.slice(found + text.length);
      }
      found = body.indexOf(text, found + text.length);
    }
    at = match.index + match[0].length;
  }
  return null;
}

export function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
