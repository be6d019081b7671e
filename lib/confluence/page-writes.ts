import type { ConfluenceClient } from "../ports-services.js";
import type { PageHead, PageSource } from "./page-source.js";
import { refused } from "./request.js";

type Write = Parameters<ConfluenceClient["writePage"]>[0];
type Written = Awaited<ReturnType<ConfluenceClient["writePage"]>>;

/**
 * Writes a page once. Cloud answers a page that we may not write with 404 and a stale version with 409, or 400: what an answer means is
 * told by the page itself, read before and, where that leaves a doubt, afterwards.
 */
export async function writePage(
  pages: PageSource,
  findHead: (pageId: string) => Promise<PageHead | null>,
  write: Write,
): Promise<Written> {
  const before = await findHead(write.pageId);
  if (before === null) return "not_found";
  if (before.newest.number !== write.from) return "stale";
  if (before.isArchived) return "forbidden";

  const status = await pages.put(write);
  if (status < 300) return "written";
  if (status === 409) return "stale";
  if (status === 413) return "too_large";
  // The authorization was good for reading: what it lacks is the permission, or the scope, to write.
  if (status === 401 || status === 403) return "forbidden";

  const after = await findHead(write.pageId);
  if (after === null) return "not_found";
  if (after.newest.number !== write.from) return "stale";
  if (status === 404) return "forbidden";
  throw refused(status);
}
