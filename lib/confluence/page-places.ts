/** From an address to a page of the connection's site. */
import type { PageAddress } from "../domain/page-address.js";
import { sitePath } from "../domain/page-address.js";
import type { ConfluenceConnection } from "../ports-identity.js";
import type { PageSource } from "./page-source.js";

/** The id of the page at an address; null where there is none, or the address leads to no page. */
export async function findPageId(
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

/** Null where the address lies in the connection's site; another application beside Confluence on its host does not. */
export function foreignHost(connection: ConfluenceConnection, address: PageAddress): string | null {
  const site = new URL(siteUrl(connection));
  if (address.host !== site.host) return address.host;
  const path = sitePath(address);
  return path === site.pathname.replace(/\/$/, "") ? null : `${address.host}${path}`;
}

/** Some people give the site with its `/wiki`. */
export const siteUrl = (connection: ConfluenceConnection) =>
  connection.siteUrl.replace(/\/$/, "").replace(/\/wiki$/, "");
