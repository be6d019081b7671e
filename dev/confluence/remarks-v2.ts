/** What hangs on a page in Cloud's REST v2: content properties and comments. */
import { randomUUID } from "node:crypto";
import type { Context } from "hono";
import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "./pages-v2.js";
import { notFoundV2, paged, readBody, refuseV2 } from "./replies.js";
import type { Comment, Property, StoredPage, World } from "./state.js";
import { current, findPage, instant, isVisible, nextId } from "./state.js";
import { markSelection } from "./storage.js";

const maxPropertyBytes = 32 * 1024;
const NewProperty = z.object({ key: z.string().min(1).max(255), value: z.unknown() });
const ChangedProperty = NewProperty.extend({ version: z.object({ number: z.number().int() }) });
const NewComment = z.object({
  pageId: z.coerce.string(),
  body: z.object({ representation: z.literal("storage"), value: z.string() }),
});
const NewInlineComment = NewComment.extend({
  inlineCommentProperties: z.object({
    textSelection: z.string().min(1),
    textSelectionMatchCount: z.number().int(),
    textSelectionMatchIndex: z.number().int(),
  }),
});

export function remarksV2(world: World): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  const page = (c: Context<ApiEnv>) => findPage(world, c.req.param("id"), c.env.user);
  const invalid = (message: string) => refuseV2(400, "INVALID_REQUEST_PARAMETER", message);
  const conflict = (title: string) => refuseV2(409, "CONFLICT", title);

  app.get("/pages/:id/properties", (c) => {
    const key = c.req.query("key");
    const properties = page(c)?.properties.filter((property) => key === undefined || property.key === key);
    return properties ? c.json(paged(new URL(c.req.url), properties.map(toProperty))) : notFoundV2("Page");
  });

  app.post("/pages/:id/properties", async (c) => {
    const input = await readBody(c.req.raw, NewProperty, invalid);
    if (input instanceof Response) return input;
    const found = page(c);
    if (found === undefined) return notFoundV2("Page");
    if (isTooLarge(input.value)) return invalid("The value of a property is at most 32 KB");
    if (found.properties.some((property) => property.key === input.key)) return conflict("The key exists");
    const property = { id: nextId(world), key: input.key, value: input.value, version: 1 };
    found.properties.push(property);
    world.save();
    return c.json(toProperty(property));
  });

  app.get("/pages/:id/properties/:property", (c) => {
    const property = page(c)?.properties.find((each) => each.id === c.req.param("property"));
    return property === undefined ? notFoundV2("Property") : c.json(toProperty(property));
  });

  app.put("/pages/:id/properties/:property", async (c) => {
    const input = await readBody(c.req.raw, ChangedProperty, invalid);
    if (input instanceof Response) return input;
    const property = page(c)?.properties.find((each) => each.id === c.req.param("property"));
    if (property === undefined) return notFoundV2("Property");
    if (isTooLarge(input.value)) return invalid("The value of a property is at most 32 KB");
    if (input.version.number !== property.version + 1) return conflict(`Current version: [${property.version}]`);
    Object.assign(property, { key: input.key, value: input.value, version: input.version.number });
    world.save();
    return c.json(toProperty(property));
  });

  app.delete("/pages/:id/properties/:property", (c) => {
    const found = page(c);
    const at = found?.properties.findIndex((each) => each.id === c.req.param("property")) ?? -1;
    if (found === undefined || at < 0) return notFoundV2("Property");
    found.properties.splice(at, 1);
    world.save();
    return c.body(null, 204);
  });

  app.get("/pages/:id/footer-comments", (c) => listComments(c, page(c), "footer"));
  app.get("/pages/:id/inline-comments", (c) => listComments(c, page(c), "inline"));

  app.post("/footer-comments", async (c) => {
    const input = await readBody(c.req.raw, NewComment, invalid);
    if (input instanceof Response) return input;
    const found = findPage(world, input.pageId, c.env.user);
    if (found === undefined) return notFoundV2("Page");
    const comment = addComment(c, found, { kind: "footer", body: input.body.value });
    return c.json(toComment(found, comment), 201);
  });

  app.post("/inline-comments", async (c) => {
    const input = await readBody(c.req.raw, NewInlineComment, invalid);
    if (input instanceof Response) return input;
    const found = findPage(world, input.pageId, c.env.user);
    if (found === undefined) return notFoundV2("Page");
    const { textSelection, textSelectionMatchIndex } = input.inlineCommentProperties;
    const markerRef = randomUUID();
    const version = current(found);
    const marked = markSelection(version.body, textSelection, textSelectionMatchIndex, markerRef);
    if (marked === null) return invalid("The selected text was not found in the page");
    version.body = marked;
    const comment = { kind: "inline" as const, body: input.body.value, markerRef, selection: textSelection };
    return c.json(toComment(found, addComment(c, found, comment)), 201);
  });

  for (const kind of ["footer", "inline"] as const) {
    app.get(`/${kind}-comments/:comment`, (c) => {
      for (const each of Object.values(world.state.pages)) {
        const comment = each.comments.find((one) => one.kind === kind && one.id === c.req.param("comment"));
        if (comment && isVisible(each, c.env.user)) return c.json(toComment(each, comment));
      }
      return notFoundV2("Comment");
    });
  }

  function listComments(c: Context<ApiEnv>, found: StoredPage | undefined, kind: Comment["kind"]) {
    if (found === undefined) return notFoundV2("Page");
    const wanted = c.req.queries("resolution-status")?.flatMap((value) => value.split(","));
    const comments = found.comments.filter((comment) => comment.kind === kind).map((each) => toComment(found, each));
    const kept = comments.filter((each) => wanted === undefined || wanted.includes(each.resolutionStatus ?? ""));
    return c.json(paged(new URL(c.req.url), kept));
  }

  function addComment(c: Context<ApiEnv>, found: StoredPage, input: Omit<Comment, "id" | "authorId" | "createdAt">) {
    const comment = { id: nextId(world), authorId: c.env.user.accountId, createdAt: instant(world), ...input };
    found.comments.push(comment);
    world.save();
    return comment;
  }

  return app;
}

const isTooLarge = (value: unknown) => Buffer.byteLength(JSON.stringify(value) ?? "") > maxPropertyBytes;

const toProperty = ({ version, ...property }: Property) => ({ ...property, version: { number: version } });

function toComment(page: StoredPage, comment: Comment) {
  const { id, body, authorId, createdAt, markerRef, selection } = comment;
  const common = {
    id,
    status: "current",
    title: `Re: ${current(page).title}`,
    pageId: page.id,
    version: { number: 1, message: "", minorEdit: false, authorId, createdAt },
    body: { storage: { representation: "storage", value: body } },
  };
  if (markerRef === undefined) return { ...common, resolutionStatus: undefined };
  // A body that lost the marker leaves its comment hanging.
  const isAnchored = current(page).body.includes(`ac:ref="${markerRef}"`);
  const properties = { inlineMarkerRef: markerRef, inlineOriginalSelection: selection };
  return { ...common, resolutionStatus: isAnchored ? "open" : "dangling", properties };
}
