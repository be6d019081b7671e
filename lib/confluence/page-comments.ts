import type { PageComment } from "../domain/sync/comments.js";
import type { ConfluenceClient } from "../ports-services.js";
import type { CommentSource } from "./page-source.js";

type Query = Parameters<ConfluenceClient["readComments"]>[0];
type Wanted = Parameters<ConfluenceClient["createComments"]>[1];
type Written = Exclude<Awaited<ReturnType<ConfluenceClient["createComments"]>>, string>;

/** Comments of a page and the answers in some of its threads, the oldest first; null where they are not shown to us. */
export async function commentsOfPage(
  comments: CommentSource,
  { pageId, since, threads }: Query,
): Promise<PageComment[] | null> {
  const found: PageComment[] = [];
  for (const kind of ["footer", "inline"] as const) {
    const roots = await comments.roots(pageId, kind, since);
    if (roots === null) return null;
    found.push(...roots);
  }
  // A thread that is not there any more has no answers.
  for (const thread of threads) found.push(...((await comments.replies(pageId, thread, since)) ?? []));
  return found.toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
}

/** Writes comments one after the other, until one shows that we may not. */
export async function writeComments(
  comments: CommentSource,
  pageId: string,
  wanted: Wanted,
  beforeEach: () => Promise<void> = async () => undefined,
): Promise<Written> {
  const written: Written = [];
  for (const { thread, body } of wanted) {
    if (written.at(-1) === "not_writable") {
      written.push("not_writable");
      continue;
    }
    await beforeEach();
    let made = await comments.create(pageId, thread, body);
    // The thread is gone, or nobody may answer in it: then what was said stands under the page.
    if (thread !== null && (made === 404 || made === 400)) made = await comments.create(pageId, null, body);
    if (typeof made !== "number") written.push(made);
    else written.push(made === 401 || made === 403 || made === 404 ? "not_writable" : "refused");
  }
  return written;
}
