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

/**
 * HTML comments and `hidden` attributes go; paragraphs, headings, rows, cells and macros without an id get one; attributes stand in
 * Confluence's order and quotes; an empty element closes itself; characters with a name are written by it.
 */
export function reserialize(body: string, draw: () => string = randomUUID): string {
  let written = "";
  /** Where `written` stood when an element was opened. */
  let openedAt = -1;
  let at = 0;
  for (const match of body.matchAll(token)) {
    written += withNames(body.slice(at, match.index));
    at = match.index + match[0].length;
    const { name, close, empty, attributes = "" } = match.groups ?? {};
    if (name === undefined) written += match[0].startsWith("<!--") ? "" : match[0];
    else if (close === undefined) {
      written += `<${name}${ordered(name, attributes, draw)}${empty === undefined ? "" : " /"}>`;
      openedAt = empty === undefined ? written.length : -1;
    } else written = written.length === openedAt ? `${written.slice(0, -1)} />` : `${written}</${name}>`;
  }
  return written + withNames(body.slice(at));
}

const attribute = /(?<key>[\w:.-]+)(?:\s*=\s*(?:"(?<double>[^"]*)"|'(?<single>[^']*)'))?/g;
const firstKeys = ["ac:name", "ac:schema-version"];
const lastKeys = ["local-id", "ac:local-id", "ac:macro-id"];
const place = (key: string) =>
  firstKeys.includes(key) ? firstKeys.indexOf(key) : lastKeys.includes(key) ? 20 + lastKeys.indexOf(key) : 10;

function ordered(name: string, attributes: string, draw: () => string): string {
  const kept = new Map<string, string>();
  for (const { groups } of attributes.matchAll(attribute)) {
    const { key = "", double, single } = groups ?? {};
    if (key !== "hidden") kept.set(key, withNames(double ?? single?.replaceAll('"', "&quot;") ?? ""));
  }
  const id = withLocalId.has(name) ? "local-id" : withAcLocalId.has(name) ? "ac:local-id" : null;
  if (id !== null && !kept.has(id)) kept.set(id, draw());
  if (name === "ac:structured-macro" && !kept.has("ac:macro-id")) kept.set("ac:macro-id", draw());
  if (name === "ac:structured-macro" && !kept.has("ac:schema-version")) kept.set("ac:schema-version", "1");
  const sorted = [...kept].toSorted(([one], [other]) => place(one) - place(other));
  return sorted.map(([key, value]) => ` ${key}="${value}"`).join("");
}

/** The names that Confluence prefers to the characters themselves. */
const named: Record<string, string> = Object.fromEntries(
  "nbsp:\u00a0 ndash:– mdash:— lsquo:‘ rsquo:’ ldquo:“ rdquo:” hellip:… bull:• middot:· laquo:« raquo:» copy:© reg:® deg:° plusmn:± times:× frac12:½ sect:§ para:¶ auml:ä ouml:ö uuml:ü Auml:Ä Ouml:Ö Uuml:Ü szlig:ß eacute:é egrave:è ecirc:ê agrave:à aacute:á acirc:â ccedil:ç ntilde:ñ oacute:ó uacute:ú iacute:í euro:€ trade:™ rarr:→ larr:← harr:↔ zwj:\u200d"
    .split(" ")
    .map((each) => [each.slice(each.indexOf(":") + 1), each.slice(0, each.indexOf(":"))]),
);

function withNames(text: string): string {
  return text
    .replace(/&#(?:x([0-9a-f]+)|(\d+));/gi, (_, hex: string | undefined, decimal: string) =>
      escapeXml(String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16))),
    )
    .replace(/&apos;/g, "'")
    .replace(/[^\0-\x7f]/gu, (character) => (named[character] === undefined ? character : `&${named[character]};`))
    .replace(/>/g, "&gt;");
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
