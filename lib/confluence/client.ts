import type { ConfluenceClient, PageResult } from "../ports-services.js";
import type { ConfluenceConnection } from "../ports-identity.js";
import { cloudPages } from "./cloud.js";
import { cloudComments } from "./cloud-comments.js";
import { commentsOfPage, writeComments } from "./page-comments.js";
import { dataCenterPages } from "./data-center.js";
import { findPageId, foreignHost, siteUrl } from "./page-places.js";
import type { PageHead } from "./page-source.js";
import { writePage } from "./page-writes.js";
import type { ApiOptions } from "./request.js";
import { apiPoster, apiReader, apiWriter } from "./request.js";
import { isSameText } from "./same-text.js";

/**
 * Confluence through one organization's connection. What the address tells of host and space is judged before any request; what the
 * site tells of the page's real space, before its text is fetched and once more with the text.
 */
export function confluenceClient(options: ApiOptions & { connection: ConfluenceConnection }): ConfluenceClient {
  const { connection } = options;
  const get = apiReader(options);
  const put = apiWriter(options);
  const pages = connection.kind === "data_center" ? dataCenterPages(get, put) : cloudPages(get, put);
  const comments = connection.kind === "data_center" ? null : cloudComments(get, apiPoster(options));
  const allowedKey = (key: string) => findAllowedKey(connection.spaces, key);

  /** Null also where the page lies in a space that the connection does not name. */
  const findAllowed = async (pageId: string): Promise<PageHead | null> => {
    const head = isPageId(pageId) ? await pages.findHead(pageId) : null;
    return head !== null && allowedKey(head.spaceKey) !== null ? head : null;
  };

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

    findVersion: async (pageId) => (await findAllowed(pageId))?.newest.number ?? null,

    writePage: (write) => writePage(pages, findAllowed, write),

    async versionsAfter(pageId, version) {
      const head = await findAllowed(pageId);
      if (head === null || head.newest.number <= version) return head === null ? null : [];
      const versions = await pages.listVersions(pageId, version, head);
      return versions?.toSorted((a, b) => a.number - b.number) ?? null;
    },

    async hasOpenDraft(pageId) {
      if ((await findAllowed(pageId)) === null) return false;
      const draft = await pages.findDraft(pageId);
      // Cloud keeps a draft of every page that was ever edited: it is open where it says something else.
      const published = draft === null ? null : await pages.findText(pageId);
      return draft !== null && published !== null && !isSameText(draft, published);
    },

    async readComments(query) {
      if (comments === null) return "not_supported";
      if ((await findAllowed(query.pageId)) === null) return "not_readable";
      const found = await commentsOfPage(comments, query);
      return found?.map((comment) => ({ ...comment, url: `${siteUrl(connection)}${comment.url}` })) ?? "not_readable";
    },

    async createComments(pageId, wanted, beforeEach) {
      if (comments === null) return "not_supported";
      const isAllowed = (await findAllowed(pageId)) !== null;
      return isAllowed ? writeComments(comments, pageId, wanted, beforeEach) : wanted.map(() => "not_writable");
    },

    findPeople: async (ids) => (comments === null ? null : comments.people([...new Set(ids)])),
  };
}

/** Ids go into paths: whatever else came here is no page. */
const isPageId = (id: string) => /^\d{1,20}$/.test(id);

/** The key as the connection spells it: people write keys in any case, the API compares them to the letter. */
function findAllowedKey(spaces: string[], key: string): string | null {
  const named = spaces.find((space) => space.toUpperCase() === key.toUpperCase());
  return named ?? (spaces.includes("*") ? key : null);
}
