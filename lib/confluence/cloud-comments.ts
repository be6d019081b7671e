import * as z from "zod/mini";
import type { PageComment, PageCommentKind } from "../domain/sync/comments.js";
import type { PageThread } from "../ports-services.js";
import type { CommentSource } from "./page-source.js";
import type { Get, Post } from "./request.js";

const Version = z.object({ number: z.int(), authorId: z.nullish(z.string()), createdAt: z.string() });
const Comment = z.object({
  id: z.coerce.string(),
  version: Version,
  body: z.object({ storage: z.object({ value: z.string() }) }),
  properties: z.nullish(
    z.object({ inlineMarkerRef: z.nullish(z.string()), inlineOriginalSelection: z.nullish(z.string()) }),
  ),
  _links: z.nullish(z.object({ webui: z.nullish(z.string()) })),
});
const Comments = z.object({
  results: z.array(Comment),
  _links: z.optional(z.object({ next: z.optional(z.string()) })),
});
const Versioned = z.object({ version: Version });
const Made = z.object({ id: z.coerce.string() });
const People = z.object({
  results: z.array(
    z.object({
      accountId: z.string(),
      accountType: z.nullish(z.string()),
      displayName: z.nullish(z.string()),
      publicName: z.nullish(z.string()),
    }),
  ),
});

/** Comments of Confluence Cloud: REST v2. Without the scope for them they are "not there", and the connection lives on. */
export function cloudComments(get: Get, post: Post): CommentSource {
  const list = async (path: string, toComment: ToComment, since: string): Promise<PageComment[] | null> => {
    const found: PageComment[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const query: URLSearchParams = new URLSearchParams({
        "body-format": "storage",
        sort: "-created-date",
        limit: "100",
        ...(cursor && { cursor }),
      });
      const comments = await get(`/wiki/api/v2/${path}?${query}`, Comments, "optional");
      if (comments === null) return null;
      for (const comment of comments.results) {
        const one = toComment(comment);
        const createdAt = await firstWritten(comment, one.kind, since);
        if (createdAt !== null && isSince(createdAt, since)) found.push({ ...one, createdAt });
      }
      // Of one that was edited the list says when that was, and nothing of when it was written.
      const isDone = comments.results.some(({ version }) => version.number === 1 && !isSince(version.createdAt, since));
      cursor = isDone ? null : new URLSearchParams(comments._links?.next?.split("?")[1]).get("cursor");
    }
    return found;
  };

  const firstWritten = async ({ id, version }: z.infer<typeof Comment>, kind: PageCommentKind, since: string) => {
    if (version.number === 1 || !isSince(version.createdAt, since)) return version.createdAt;
    const first = await get(`/wiki/api/v2/${kind}-comments/${id}?version=1`, Versioned, "optional");
    return first?.version.createdAt ?? null;
  };

  return {
    roots: (pageId, kind, since) =>
      list(
        `pages/${pageId}/${kind}-comments`,
        (comment) => toComment(pageId, comment, { kind, id: comment.id }),
        since,
      ),

    replies: (pageId, thread, since) =>
      list(`${thread.kind}-comments/${thread.id}/children`, (comment) => toComment(pageId, comment, thread), since),

    async create(pageId, thread, value) {
      const kind = thread?.kind ?? "footer";
      const place = thread === null ? { pageId } : { parentCommentId: thread.id };
      const body = { representation: "storage", value };
      const { status, made } = await post(`/wiki/api/v2/${kind}-comments`, { ...place, body }, Made);
      return made === null ? status : { id: made.id, thread: thread ?? { id: made.id, kind } };
    },

    async people(ids) {
      const { made } = await post("/wiki/api/v2/users-bulk", { accountIds: ids }, People);
      if (made === null) return null;
      const people = made.results.filter(({ accountType }) => accountType !== "app");
      return new Map(people.map((one) => [one.accountId, one.displayName || one.publicName || ""]));
    },
  };
}

type ToComment = (comment: z.infer<typeof Comment>) => PageComment;

function toComment(pageId: string, comment: z.infer<typeof Comment>, thread: PageThread): PageComment {
  const { id, version, body, properties, _links } = comment;
  const ref = properties?.inlineMarkerRef;
  const place = _links?.webui ?? `/pages/viewpage.action?pageId=${pageId}&focusedCommentId=${id}`;
  return {
    id,
    kind: thread.kind,
    threadId: thread.id,
    body: body.storage.value,
    createdAt: version.createdAt,
    authorId: version.authorId ?? null,
    url: `/wiki${place}`,
    anchor: ref ? { ref, words: properties?.inlineOriginalSelection ?? "" } : null,
  };
}

const isSince = (at: string, since: string) => Date.parse(at) >= Date.parse(since);
