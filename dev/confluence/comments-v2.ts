/** Comments in Cloud's REST v2: lists name those that begin a thread, and answers are asked for by it. */
import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import { addFooterComment, addInlineComment, findComment } from "./comments.js";
import type { ApiEnv } from "./pages-v2.js";
import { notFoundV2, paged, readBody, refuseV2 } from "./replies.js";
import type { Comment, StoredPage, World } from "./state.js";
import { current, findPage, isVisible, webPath } from "./state.js";
import { storageError } from "./storage.js";

const NewComment = z.object({
  pageId: z.coerce.string().optional(),
  parentCommentId: z.coerce.string().optional(),
  body: z.object({ representation: z.literal("storage"), value: z.string() }),
});
const NewInlineComment = NewComment.extend({
  inlineCommentProperties: z
    .object({
      textSelection: z.string().min(1),
      textSelectionMatchCount: z.number().int(),
      textSelectionMatchIndex: z.number().int(),
    })
    .optional(),
});

export function commentsV2(world: World): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  const invalid = (message: string) => refuseV2(400, "INVALID_REQUEST_PARAMETER", message);
  const visible = (c: Context<ApiEnv>, kind: Comment["kind"], id: string | undefined) => {
    const found = findComment(world, id ?? "");
    return found?.comment.kind === kind && isVisible(found.page, c.env.user) ? found : undefined;
  };

  /** Where a new comment goes: a page, or a thread on one. Both at once are refused. */
  const placeOf = (c: Context<ApiEnv>, kind: Comment["kind"], input: z.infer<typeof NewComment>) => {
    if ((input.pageId === undefined) === (input.parentCommentId === undefined))
      return invalid("Exactly one of pageId and parentCommentId is to be given");
    if (storageError(input.body.value) !== null) return invalid("The body is no storage format");
    const above = visible(c, kind, input.parentCommentId);
    const page = input.pageId === undefined ? above?.page : findPage(world, input.pageId, c.env.user);
    if (page === undefined) return notFoundV2(input.pageId === undefined ? "Comment" : "Page");
    return { page, ...(above && { parent: above.comment }) };
  };

  for (const kind of ["footer", "inline"] as const) {
    app.get(`/pages/:id/${kind}-comments`, (c) => {
      const page = findPage(world, c.req.param("id"), c.env.user);
      if (page === undefined) return notFoundV2("Page");
      const roots = page.comments.filter((comment) => comment.kind === kind && comment.parentId === undefined);
      return listed(c, page, roots);
    });

    app.get(`/${kind}-comments/:comment/children`, (c) => {
      const found = visible(c, kind, c.req.param("comment"));
      if (found === undefined) return notFoundV2("Comment");
      const { page, comment } = found;
      const answers = page.comments.filter(({ parentId }) => parentId === comment.id);
      return listed(c, page, answers);
    });

    app.get(`/${kind}-comments/:comment`, (c) => {
      const found = visible(c, kind, c.req.param("comment"));
      if (found === undefined) return notFoundV2("Comment");
      const first = c.req.query("version") === "1" ? { edits: 0 } : {};
      return c.json(toComment(world, found.page, { ...found.comment, ...first }));
    });
  }

  app.post("/footer-comments", async (c) => {
    const input = await readBody(c.req.raw, NewComment, invalid);
    if (input instanceof Response) return input;
    const place = placeOf(c, "footer", input);
    if (place instanceof Response) return place;
    const { page, ...above } = place;
    const words = { body: input.body.value, authorId: c.env.user.accountId };
    return c.json(toComment(world, page, addFooterComment(world, page, { ...above, ...words })), 201);
  });

  app.post("/inline-comments", async (c) => {
    const input = await readBody(c.req.raw, NewInlineComment, invalid);
    if (input instanceof Response) return input;
    const place = placeOf(c, "inline", input);
    if (place instanceof Response) return place;
    const { page, ...above } = place;
    const { textSelection: selection = "", textSelectionMatchIndex: matchIndex = 0 } =
      input.inlineCommentProperties ?? {};
    if (!above.parent && selection === "") return invalid("inlineCommentProperties is to be given");
    const words = { body: input.body.value, authorId: c.env.user.accountId };
    const comment = addInlineComment(world, page, { ...above, ...words }, { selection, matchIndex });
    if (comment === null) return invalid("The selected text was not found in the page");
    return c.json(toComment(world, page, comment), 201);
  });

  function listed(c: Context<ApiEnv>, page: StoredPage, comments: Comment[]) {
    const wanted = c.req.queries("resolution-status")?.flatMap((value) => value.split(","));
    const shown = sorted(comments, c.req.query("sort")).map((comment) => toComment(world, page, comment));
    const kept = shown.filter((each) => wanted === undefined || wanted.includes(each.resolutionStatus ?? ""));
    return c.json(paged(new URL(c.req.url), kept));
  }

  return app;
}

/** Oldest first unless told otherwise. */
function sorted(comments: Comment[], sort = "created-date"): Comment[] {
  const isNewestFirst = sort.startsWith("-");
  const key = (one: Comment) => (sort.endsWith("modified-date") ? (one.editedAt ?? one.createdAt) : one.createdAt);
  const ascending = comments.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  return isNewestFirst ? ascending.toReversed() : ascending;
}

function toComment(world: World, page: StoredPage, comment: Comment) {
  const { id, body, authorId, createdAt, markerRef, selection, parentId, edits = 0, editedAt } = comment;
  const at = edits > 0 ? (editedAt ?? createdAt) : createdAt;
  const common = {
    id,
    status: "current",
    title: `Re: ${current(page).title}`,
    ...(parentId === undefined ? { pageId: page.id } : { parentCommentId: parentId }),
    version: { number: 1 + edits, message: "", minorEdit: false, authorId, createdAt: at },
    body: { storage: { representation: "storage", value: body } },
    _links: { webui: `${webPath(world, page)}?focusedCommentId=${id}` },
  };
  if (markerRef === undefined) return { ...common, resolutionStatus: undefined };
  // A body that lost the marker leaves its comment hanging.
  const isAnchored = current(page).body.includes(`ac:ref="${markerRef}"`);
  const properties = { inlineMarkerRef: markerRef, inlineOriginalSelection: selection };
  return { ...common, resolutionStatus: isAnchored ? "open" : "dangling", properties };
}
