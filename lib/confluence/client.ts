import type { PageAddress } from "../domain/page-address.js";
import { sitePath } from "../domain/page-address.js";
import type { ConfluenceClient, PageResult } from "../ports-services.js";
import type { ConfluenceConnection } from "../ports-identity.js";
import { cloudPages } from "./cloud.js";
import { dataCenterPages } from "./data-center.js";
import type { PageSource } from "./page-source.js";
import type { ApiOptions } from "./request.js";
import { apiReader } from "./request.js";

/**
 * Confluence through one organization's connection. What the address tells of host and space is judged before any request; what the
 * site tells of the page's real space, before its text is fetched and once more with the text.
 */
export function confluenceClient(options: ApiOptions & { connection: ConfluenceConnection }): ConfluenceClient {
  const { connection } = options;
  const get = apiReader(options);
  const pages = connection.kind === "data_center" ? dataCenterPages(get) : cloudPages(get);
  const allowedKey = (key: string) => findAllowedKey(connection.spaces, key);

  return {
    async readPage(address): Promise<PageResult> {
      const host = foreignHost(connection, address);
      if (host !== null) return { kind: "host_not_allowed", host };
      const named = address.spaceKey;
      if (named !== null && allowedKey(named) === null) return { kind: "space_not_allowed", space: named };

      const pageId = await findPageId(pages, address, allowedKey);
      const head = pageId === null ? null : await pages.findHead(pageId);
      if (pageId === null || head === null) return { kind: "not_found" };
      if (allowedKey(head.spaceKey) === null) return { kind: "space_not_allowed", space: head.spaceKey };

      const read = await pages.findBody(pageId);
      if (read === null) return { kind: "not_found" };
      if (allowedKey(read.spaceKey) === null) return { kind: "space_not_allowed", space: read.spaceKey };
      const { path, ...page } = read;
      return { kind: "page", page: { id: pageId, ...page, url: `${siteUrl(connection)}${path}` } };
    },
  };
}

async function findPageId(
  pages: PageSource,
  { target }: PageAddress,
  allowedKey: (key: string) => string | null,
): Promise<string | null> {
  switch (target.kind) {
    case "page":
      return target.pageId;
    case "title":
      return pages.findPageId({ spaceKey: allowedKey(target.spaceKey) ?? target.spaceKey, title: target.title });
    case "space_home":
      return pages.findPageId({ homeOf: allowedKey(target.spaceKey) ?? target.spaceKey });
    case "unsupported":
      return null;
  }
}

/** The key as the connection spells it: people write keys in any case, the API compares them to the letter. */
function findAllowedKey(spaces: string[], key: string): string | null {
  const named = spaces.find((space) => space.toUpperCase() === key.toUpperCase());
  return named ?? (spaces.includes("*") ? key : null);
}

/** Null where the address lies in the connection's site; another application beside Confluence on its host does not. */
function foreignHost(connection: ConfluenceConnection, address: PageAddress): string | null {
  const site = new URL(siteUrl(connection));
  if (address.host !== site.host) return address.host;
  const path = sitePath(address);
  return path === site.pathname.replace(/\/$/, "") ? null : `${address.host}${path}`;
}

/** Some people give the site with its `/wiki`. */
const siteUrl = (connection: ConfluenceConnection) => connection.siteUrl.replace(/\/$/, "").replace(/\/wiki$/, "");
