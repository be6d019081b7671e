/** What the client asks of either kind of Confluence; null is "not there, or not shown to us". */
export type PageSource = {
  findPageId(place: { spaceKey: string; title: string } | { homeOf: string }): Promise<string | null>;
  /** Everything but the body, so that a page in a foreign space is turned away before its text is fetched. */
  findHead(pageId: string): Promise<PageHead | null>;
  findBody(pageId: string): Promise<PageBody | null>;
};

/** Where a page lies, as the site itself says. */
export type PageHead = { spaceKey: string };

/** A page with its text; `path` follows the site's URL. */
export type PageBody = PageHead & {
  title: string;
  version: number;
  body: string;
  path: string;
  restricted: boolean;
};
