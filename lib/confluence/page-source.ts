import type { PageComment, PageCommentKind } from "../domain/sync/comments.js";
import type { PageThread, PageVersion, WrittenComment } from "../ports-services.js";

/** What the client asks of either kind of Confluence; null is "not there, or not shown to us". */
export type PageSource = {
  findPageId(place: { spaceKey: string; title: string } | { homeOf: string }): Promise<string | null>;
  /** Everything but the body, so that a page in a foreign space is turned away before its text is fetched. */
  findHead(pageId: string): Promise<PageHead | null>;
  findBody(pageId: string): Promise<PageBody | null>;
  /** The published text without anything about the page; null also where it is archived. */
  findText(pageId: string): Promise<PageText | null>;
  /** What people have begun to write over it; the published text where they have not, on some sites. */
  findDraft(pageId: string): Promise<PageText | null>;
  /** The versions after this one up to the head's, in any order. */
  listVersions(pageId: string, after: number, head: PageHead): Promise<PageVersion[] | null>;
  /** Puts version `from` + 1 into its place; the status of the answer. */
  put(write: { pageId: string; from: number; title: string; body: string; message: string }): Promise<number>;
};

/** What the client asks of either kind of Confluence about comments, written at or after `since`; null is "not shown to us". Addresses follow the site's URL. */
export type CommentSource = {
  roots(pageId: string, kind: PageCommentKind, since: string): Promise<PageComment[] | null>;
  replies(pageId: string, thread: PageThread, since: string): Promise<PageComment[] | null>;
  /** Writes one below the page, or into a thread; the status where it is refused. */
  create(pageId: string, thread: PageThread | null, body: string): Promise<WrittenComment | number>;
  people(ids: string[]): Promise<Map<string, string> | null>;
};

/** Where a page lies, as the site itself says, and its newest version. */
export type PageHead = { spaceKey: string; isArchived: boolean; newest: PageVersion };

/** Title and text as they are compared. */
export type PageText = { title: string; body: string };

/** A page with its text; `path` follows the site's URL. */
export type PageBody = PageText & {
  spaceKey: string;
  version: number;
  path: string;
  restricted: boolean;
  updatedAt: string;
  authorId: string | null;
};
