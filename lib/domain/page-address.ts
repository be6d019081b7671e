/** Where a Confluence URL leads, as far as the URL itself tells. */
export type PageAddress = {
  /** The URL as the person wrote it. */
  url: string;
  /** Host with port, lower case. */
  host: string;
  /** What stands before Confluence's own paths: `/wiki` on Cloud, any context path or nothing on Data Center. */
  basePath: string;
  /** Key from the URL, null where it names none (tiny link, `viewpage.action?pageId=`). */
  spaceKey: string | null;
  target:
    | { kind: "page"; pageId: string }
    | { kind: "title"; spaceKey: string; title: string }
    | { kind: "space_home"; spaceKey: string }
    /** A whiteboard, database, folder or embed: nothing that can be read as a page. */
    | { kind: "unsupported"; what: string };
};

type Place = Pick<PageAddress, "spaceKey" | "target">;

/** Text comes from anybody: what it costs to read a URL is bounded. */
const deepestBasePath = 8;
const urlInText = /https?:\/\/[^\s<>"`|[\]{}^]{1,2048}/giu;

/** Reads any URL shape under which Confluence Cloud and Data Center show a page; null for everything else, never throws. */
export function readPageAddress(url: string): PageAddress | null {
  const parsed = parseHttpUrl(url);
  if (parsed === null) return null;
  const segments = parsed.pathname.split("/").filter((segment) => segment !== "");
  for (let start = 0; start <= Math.min(segments.length, deepestBasePath); start += 1) {
    const place = readPlace(segments.slice(start), parsed.searchParams, segments[start - 1]);
    if (place === null) continue;
    const basePath = segments.slice(0, start).map((segment) => `/${segment}`);
    return { url, host: parsed.host.toLowerCase(), basePath: basePath.join(""), ...place };
  }
  return null;
}

/** Finds the Confluence pages that a free text or Markdown names, in their order, each page once. */
export function findPageAddresses(text: string): PageAddress[] {
  const found = new Map<string, PageAddress>();
  for (const match of text.matchAll(urlInText)) {
    const address = readPageAddress(toWrittenUrl(match[0], text[match.index - 1] ?? ""));
    if (address === null) continue;
    const key = pageKey(address);
    if (!found.has(key)) found.set(key, address);
  }
  return [...found.values()];
}

/** The site that the address lies in: the base path without Cloud's `/wiki`. */
export function sitePath(address: Pick<PageAddress, "basePath">): string {
  return address.basePath.replace(/\/wiki$/, "");
}

/** The code of Confluence's tiny link (`/x/<code>`) to a page. */
export function toTinyCode(pageId: string): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(pageId));
  const code = bytes.toString("base64").replace(/=+$/, "").replace(/A+$/, "");
  return code.replaceAll("/", "-").replaceAll("+", "_");
}

/** The page id in the code of a tiny link, null where the code is none that Confluence would have made. */
export function readTinyCode(code: string): string | null {
  if (!/^[A-Za-z0-9_-]{1,11}$/.test(code)) return null;
  const padded = code.replaceAll("-", "/").replaceAll("_", "+").padEnd(11, "A");
  const pageId = Buffer.from(`${padded}=`, "base64").readBigInt64LE();
  return pageId > 0n && toTinyCode(String(pageId)) === code ? String(pageId) : null;
}

function readPlace(segments: string[], query: URLSearchParams, before: string | undefined): Place | null {
  const [first, second] = segments;
  if (second === undefined) return null;
  if (first === "spaces")
    return second === "viewspace.action" ? toHome(query.get("key")) : readInSpace(segments, query);
  if (first === "pages") return readInPages(segments.slice(1), query, null);
  if (first === "display") return readDisplay(segments);
  if (first === "x" && segments.length === 2) return toPage(readTinyCode(second), null);
  // Any site may have "/edit/12"; after "/wiki" it is Confluence's.
  if (before === "wiki" && isEditor(first)) return toPage(readPageId(second), null);
  return null;
}

/** `/spaces/{KEY}/…` */
function readInSpace([, keySegment = "", section, ...rest]: string[], query: URLSearchParams): Place | null {
  const spaceKey = readSpaceKey(decode(keySegment));
  if (spaceKey === null) return null;
  if (section === undefined || (section === "overview" && rest.length === 0)) return toHome(spaceKey);
  if (section === "pages") return readInPages(rest, query, spaceKey);
  if (isEditor(section)) return toPage(readPageId(rest[0]), spaceKey);
  const what = unsupportedSections.get(section);
  return what !== undefined && rest.length > 0 ? { spaceKey, target: { kind: "unsupported", what } } : null;
}

/** What follows `/pages/` or `/spaces/{KEY}/pages/`. */
function readInPages(segments: string[], query: URLSearchParams, spaceKey: string | null): Place | null {
  const [first, second] = segments;
  if (first === undefined) return null;
  if (isEditor(first)) return toPage(readPageId(second), spaceKey);
  if (!first.endsWith(".action")) return spaceKey === null ? null : toPage(readPageId(first), spaceKey);
  const key = spaceKey ?? readSpaceKey(query.get("spaceKey") ?? "");
  const pageId = readPageId(query.get("pageId") ?? undefined);
  if (pageId !== null) return toPage(pageId, key);
  if (first === "resumedraft.action") return toPage(readPageId(query.get("draftId") ?? undefined), key);
  return first === "viewpage.action" ? toTitle(key, query.get("title")) : null;
}

/** `/display/{KEY}`, `/display/{KEY}/{Title}` and `/display/{KEY}/{yyyy}/{mm}/{dd}/{Title}` */
function readDisplay([, keySegment = "", ...rest]: string[]): Place | null {
  const spaceKey = readSpaceKey(decode(keySegment));
  const [title, ...more] = rest;
  if (spaceKey === null) return null;
  if (title === undefined) return toHome(spaceKey);
  if (more.length === 0) return toTitle(spaceKey, decode(title.replaceAll("+", " ")));
  const isBlogPost = /^\d{4}\/\d{1,2}\/\d{1,2}\//.test(rest.join("/"));
  return isBlogPost ? { spaceKey, target: { kind: "unsupported", what: "blog post" } } : null;
}

const unsupportedSections = new Map([
  ["blog", "blog post"],
  ["whiteboard", "whiteboard"],
  ["database", "database"],
  ["folder", "folder"],
  ["embed", "embed"],
]);

const isEditor = (segment: string | undefined) => segment === "edit" || segment === "edit-v2";

function toPage(pageId: string | null, spaceKey: string | null): Place | null {
  return pageId === null ? null : { spaceKey, target: { kind: "page", pageId } };
}

function toTitle(spaceKey: string | null, title: string | null): Place | null {
  const trimmed = title?.trim() ?? "";
  if (spaceKey === null || trimmed === "") return null;
  return { spaceKey, target: { kind: "title", spaceKey, title: trimmed } };
}

function toHome(key: string | null): Place | null {
  const spaceKey = readSpaceKey(key ?? "");
  return spaceKey === null ? null : { spaceKey, target: { kind: "space_home", spaceKey } };
}

/** Ids are 64 bit and stay text; leading zeros would make two names of one page. */
function readPageId(text: string | undefined): string | null {
  return text !== undefined && /^[1-9]\d{0,18}$/.test(text) && BigInt(text) < 1n << 63n ? text : null;
}

/** Keys are letters and digits; a personal space is `~` and an account id or user name. */
function readSpaceKey(text: string): string | null {
  return /^(?:[A-Za-z0-9_]{1,255}|~[\p{L}\p{N}._@:+-]{1,255})$/u.test(text) ? text : null;
}

function parseHttpUrl(url: string): URL | null {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  return parsed?.protocol === "https:" || parsed?.protocol === "http:" ? parsed : null;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Takes from a URL found in text what the text around it put there: escapes, brackets, emphasis, punctuation. */
function toWrittenUrl(found: string, before: string): string {
  let url = found.replaceAll("&amp;", "&").replace(/\\([\\_*~()#.!-])/g, "$1");
  url = url.slice(0, endBeforeUnopenedBracket(url)).replace(/[.,;:!?'…»”’。，、）」]+$/u, "");
  while ("*_~".includes(before) && before !== "" && url.endsWith(before)) url = url.slice(0, -1);
  return url;
}

function endBeforeUnopenedBracket(url: string): number {
  let open = 0;
  for (let at = 0; at < url.length; at += 1) {
    if (url[at] === "(") open += 1;
    if (url[at] === ")" && --open < 0) return at;
  }
  return url.length;
}

function pageKey(address: PageAddress): string {
  const { target } = address;
  const space = address.spaceKey?.toUpperCase() ?? null;
  const place =
    target.kind === "page"
      ? target.pageId
      : target.kind === "unsupported"
        ? address.url
        : [space, target.kind, target.kind === "title" ? target.title.toLowerCase() : null];
  return JSON.stringify([address.host, sitePath(address), place]);
}
